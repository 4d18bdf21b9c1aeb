"""Windows on one real engine process."""

import gc
import threading
from collections.abc import Callable
from functools import partialmethod
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QElapsedTimer, QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.guard import HANG_MS, HANG_S
from workbench.core.base.resources import demo_paths
from workbench.ui.commands import commands
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.session.session import Session

QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)  # as app does, for the graph tab
FEW = 300
WAIT = HANG_MS
ROUNDS = 50  # of the event loop; one layout asks another at most a few times

NO_GRAPHICS_CARD = (
    r"^QRhiGles2: Failed to create",
    r"^Failed to create RHI",
    r"Failed to initialize Vulkan",
    r"^GBM is not supported",
    r"^GPUInfo not initialized",
)


def pytest_collection_modifyitems(items):
    """The offscreen platform has no window manager to talk to, and warns of it whenever a window is sized or raised.

    Nor has it a graphics card, of which Chromium warns when the graph tab starts it.
    """
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.qt_log_ignore(r"This plugin does not support", *NO_GRAPHICS_CARD, extend=True))


class Bot(QtBot):
    """Waits for what must come as long as it takes on a busy machine."""

    waitSignal = partialmethod(QtBot.waitSignal, timeout=HANG_MS)
    waitSignals = partialmethod(QtBot.waitSignals, timeout=HANG_MS)

    def waitUntil(self, callback: Callable[[], object], *, timeout: int = HANG_MS) -> None:
        """Until an expression is true. None is not: `lambda: found and found.is_shown` would hold while nothing is
        found. A function that asserts, and returns nothing, holds when it does not raise."""
        expression = getattr(callback, "__name__", "") == "<lambda>"
        super().waitUntil((lambda: bool(callback())) if expression else callback, timeout=timeout)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """Garbage is collected between two tests, as in the window between two events (see ui.engine_client.gc_guard).

    Inside a call of Qt that holds one of its locks, the end of a widget that is part of a cycle waits for that lock:
    a test stood still in QObject.disconnect.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.fixture
def qtbot(qapp, request):
    return Bot(request)


def wait(condition: Callable[[], object]) -> None:
    """What `Bot.waitUntil` does, for fixtures that last longer than a test."""
    watch = QElapsedTimer()
    watch.start()
    while not condition():
        assert not watch.hasExpired(HANG_MS), "it did not come to that"
        QTest.qWait(10)


def settle(session: Session | None = None) -> None:
    """Handle all that the event loop has to do now, and what follows: layouts, painting, what is drawn in turns.

    What a timer will do later is not waited for; where something is animated there is always more, so this ends.
    """
    loop = QAbstractEventDispatcher.instance()
    for _ in range(ROUNDS):
        if session is not None:
            session.turns.settle()
        if not loop.processEvents(QEventLoop.ProcessEventsFlag.AllEvents):
            break


@pytest.fixture(scope="session")
def engine(qapp, lasting_cache):
    """One engine process for all tests: starting it costs seconds. Afterwards no thread of it is left.

    It is not ended when it is slow to obey: other tests go on with it.
    """
    link = EngineLink(patience_ms=HANG_MS)
    link.start()
    wait(lambda: link.is_ready)  # who connects to it later has missed nothing
    yield link
    link.shutdown(HANG_S)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("engine-")]


@pytest.fixture
def link(engine):
    """The engine, with nothing asked of it that is not answered."""
    yield engine
    forget_asked(engine)


def forget_asked(link: EngineLink) -> None:
    for job in link.asked:
        link.abandon(job)


@pytest.fixture
def own_link(qapp):
    """An engine process that a test may do anything to."""
    link = EngineLink()
    link.start()
    yield link
    link.shutdown(HANG_S)


@pytest.fixture
def session(link):
    session = Session(link)
    yield session
    session.refresher.online = session.refresher.supplied = False
    session.refresher.drop()  # nor does it ask for what waits behind another request
    forget_asked(link)  # an answer that comes now would find nobody
    session.deleteLater()


@pytest.fixture
def opened(session, qtbot, few):
    """A session on the demo, measured on few samples."""
    return open_demo(session, qtbot, few)


def open_demo(session: Session, qtbot, data: Path) -> Session:
    demo = demo_paths()
    session.open(demo.model, data=str(data), calibration=demo.calibration, then=lambda: at_first(session))
    qtbot.waitUntil(lambda: measured(session) and session.view is not None and bool(session.methods), timeout=WAIT)
    return session


def at_first(session: Session) -> None:
    """Choose the first layer: it is small, and computing with it takes a moment."""
    session.select([session.model.layers[0].path])


@pytest.fixture
def window(session, qtbot):
    """The window as it starts: nothing open."""
    yield show_window(session, qtbot)
    session.undo_stack.setClean()  # so that closing asks nothing
    session.snapshots.saved()


def show_window(session: Session, qtbot):
    from workbench.ui.shell.main_window import SIZE, MainWindow
    from workbench.ui.widgets import theme

    theme.apply(QApplication.instance(), "light")
    window = MainWindow(session)
    window.resize(SIZE)  # the offscreen platform has a small screen
    qtbot.addWidget(window)
    window.show()
    settle()
    window.build_workspace()
    return window


@pytest.fixture
def demo_window(window, qtbot, few):
    """The window with the demo open and measured on few samples."""
    open_demo(window.session, qtbot, few)
    return window


@pytest.fixture(scope="session")
def few(tmp_path_factory) -> Path:
    """Few samples of the demo's under its name: measuring all takes a second each time."""
    import numpy as np

    path = tmp_path_factory.mktemp("data") / Path(demo_paths().data).name
    with np.load(demo_paths().data) as whole:
        np.savez(path, **{name: whole[name][:FEW] for name in whole.files})
    return path


@pytest.fixture
def short_demo(few, monkeypatch):
    """The commands that open a demo open it with few of its samples."""
    monkeypatch.setattr(commands, "demo_paths", lambda *name: demo_paths(*name)._replace(data=str(few)))


@pytest.fixture
def small_window(window, qtbot, few):
    """The window with the demo's model open and measured on few samples; no calibration data."""
    session = window.session
    session.open(demo_paths().model, data=str(few), then=lambda: at_first(session))
    qtbot.waitUntil(lambda: measured(session) and session.view is not None and bool(session.methods), timeout=WAIT)
    return window


def measured(session: Session) -> bool:
    """The figures are final and of the present recipe; then they are also on show."""
    preview = session.preview
    final = session.data is not None and preview is not None and preview.complete and session.preview_is_current
    if final:
        session.turns.settle()
    return final


@pytest.fixture
def sensitivity_tab(session, qtbot, tmp_path):
    """On a small network with labels."""
    from tests.engine.small import network
    from workbench.ui.session.scans import Scans
    from workbench.ui.session.sweeps import Sweeps
    from workbench.ui.tabs.sensitivity import SensitivityTab

    path = network(tmp_path)
    tab = SensitivityTab(session, Scans(session), Sweeps(session))
    qtbot.addWidget(tab)
    tab.resize(700, 600)
    tab.show()
    session.open(str(path), data=str(tmp_path / "test.npz"), calibration=str(tmp_path / "train.npz"))
    qtbot.waitUntil(lambda: measured(session) and bool(session.methods), timeout=WAIT)
    return tab
