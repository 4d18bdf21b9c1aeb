"""A window on a real engine, and a hand in it: for benchmarks of what the user feels."""

import os
import sys
import tempfile
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from workbench.core.base.resources import demo_paths
from workbench.core.ipc import messages
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action
from workbench.ui.engine_client.client import EngineLink, Handlers
from workbench.ui.session.session import Session
from workbench.ui.shell.main_layout import MainLayout
from workbench.ui.shell.main_window import MainWindow
from workbench.ui.widgets import theme

LIMIT = 900.0  # seconds; a machine that does other things, too, is slow


def fail(failure: messages.Failed) -> None:
    sys.exit(f"{failure.what} {failure.detail}")


def application() -> tuple[QApplication, tempfile.TemporaryDirectory]:
    """An application, and the folder of its settings: as they are at first, and left alone while that is held."""
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)  # as app does, for the graph
    made = QApplication.instance() or QApplication([])
    assert isinstance(made, QApplication)
    own = tempfile.TemporaryDirectory()
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, own.name)
    for name in ("STATE", "CACHE", "CONFIG"):
        os.environ[f"XDG_{name}_HOME"] = own.name
    return made, own


class Hand:
    """Waits as the event loop of the program does; `beat` is called at each turn."""

    def __init__(self, application: QApplication) -> None:
        self.application = application
        theme.apply(application, "light")
        self.link = EngineLink()
        self.session = Session(self.link)
        self.complaints = False  # whether they are meant
        self.session.failed.connect(lambda *words: self.complaints or sys.exit(" ".join(words)))
        self.window = MainWindow(self.session)
        self.beat: Callable[[], None] = lambda: None

    def wait(self, until: Callable[[], bool]) -> None:
        start = time.perf_counter()
        while not until():
            self.turn()
            assert time.perf_counter() - start < LIMIT, "it took too long"

    def turn(self, seconds: float = 0.0) -> None:
        """Let the event loop work."""
        end = time.perf_counter() + seconds
        while True:
            self.beat()
            self.application.processEvents()
            time.sleep(0.0005)
            if time.perf_counter() >= end:
                return

    @property
    def settled(self) -> bool:
        """The figures on show are final and of the present recipe."""
        preview = self.session.preview
        return preview is not None and preview.complete and self.session.preview_is_current

    @property
    def workspace(self) -> MainLayout:
        assert self.window.workspace is not None
        return self.window.workspace

    @property
    def layers(self) -> list[Layer]:
        """Those that can be edited."""
        return [layer for layer in self.session.model.layers if not layer.locked] if self.session.model else []

    def open_demo(self) -> None:
        demo = demo_paths()
        self.session.open(demo.model, data=demo.data, calibration=demo.calibration)
        self.wait(lambda: self.session.data is not None and self.settled and self.session.view is not None)

    def give(self, paths: list[str], *actions: Action) -> None:
        """Layers get these steps, and that is measured."""
        self.session.set_actions(paths, actions, "steps", True)
        self.wait(lambda: self.settled and self.session.edit is not None)

    def pull(self, widget: QWidget, first: QPoint, last: QPoint, seconds: float, there_and_back: int) -> None:
        """With the mouse held, from one point to the other again and again, sixty steps a second."""
        steps = round(60 * seconds)
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=first)
        for step in range(steps):
            share = (step * there_and_back / steps) % 1
            QTest.mouseMove(widget, first + (last - first) * share)
            self.turn(1 / 60)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=first)
        self.wait(lambda: self.settled)

    def run(self, kind: type, **more: object) -> None:
        """A job to its end, with all that it tells on the way."""
        done: list[object] = []
        self.link.request(kind, Handlers(done=done.append, failed=fail, stopped=lambda: sys.exit("stopped")), **more)
        self.wait(lambda: bool(done))

    def close(self) -> None:
        self.session.undo_stack.setClean()
        self.session.snapshots.saved()
        self.window.close()
        self.link.shutdown()
