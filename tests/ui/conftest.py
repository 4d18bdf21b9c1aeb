"""A window with a real engine process, a settings store of its own, and nothing left behind afterwards."""

import os
import threading

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from workbench.ui.demo import demo_paths
from workbench.ui.engine_link import EngineLink
from workbench.ui.session import Session

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")      # before the application object
WAIT = 60_000       # the machine that runs this may be busy with other work


@pytest.fixture(autouse=True)
def own_settings(tmp_path):
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))


@pytest.fixture
def link(qapp):
    """A real engine process; afterwards no thread and no process of it is left."""
    link = EngineLink()
    link.start()
    yield link
    link.shutdown()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("engine-")]


@pytest.fixture
def session(link):
    return Session(link)


@pytest.fixture
def opened(session, qtbot):
    """A session on the demo, measured."""
    demo = demo_paths()
    session.open(demo.model, data=demo.data, calibration=demo.calibration)
    qtbot.waitUntil(lambda: measured(session) and session.view is not None and bool(session.methods), timeout=WAIT)
    return session


@pytest.fixture
def window(session, qtbot):
    """The window as it starts: nothing open."""
    from workbench.ui import theme
    from workbench.ui.window import MainWindow

    application = QApplication.instance()
    theme.apply(application, "light")
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.build_workspace()
    yield window
    session.undo_stack.setClean()       # so that closing asks nothing


@pytest.fixture
def demo_window(window, qtbot):
    """The window with the demo open and measured."""
    window.commands.open_demo()
    session = window.session
    qtbot.waitUntil(lambda: measured(session) and session.view is not None and bool(session.methods), timeout=WAIT)
    return window


def measured(session: Session) -> bool:
    """The figures on show are final and of the present recipe."""
    preview = session.preview
    return session.data is not None and preview is not None and preview.complete and session.preview_is_current
