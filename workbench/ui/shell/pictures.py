"""Screenshots of the window without a screen, for `workbench demo --headless`: a separate process, as Qt ends the
process if a system library is missing."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QSettings, Qt
from PySide6.QtWidgets import QApplication, QTabWidget, QWidget

from workbench.ui.base import settings
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.session.session import Session
from workbench.ui.shell.main_window import MainWindow

SIZE = (1280, 800)


class Photographer:
    """An invisible window with an engine, whose settings are separate from the user's."""

    def __init__(self, place: str) -> None:
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, place)
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
        self.application = QApplication([])
        settings.apply(self.application)
        self.link = EngineLink()
        self.session = Session(self.link)
        self.failed = ""
        self.session.failed.connect(self._fail)
        self.link.gave_up.connect(self._fail)
        self.window = MainWindow(self.session)
        self.window.resize(*SIZE)
        self.window.painted.connect(self.link.start)
        self.window.show()

    def _fail(self, *words: str) -> None:
        self.failed = " ".join(filter(None, words))

    def take(self, model: str, data: str, calibration: str, recipe: str, folder: Path) -> None:
        """Save Inspect and Compare as PNG. Raises RuntimeError saying what failed."""
        folder.mkdir(parents=True, exist_ok=True)
        session = self.session
        self.window.build_workspace()
        space = self.window.workspace
        assert space is not None
        session.open(model, data=data, calibration=calibration, recipe=recipe)
        self._wait(lambda: session.data is not None and session.view is not None and self._measured())
        self._save(space.tabs, space.inspect, folder / "inspect.png")
        session.snapshots.add(session.snapshots.suggestion())
        self._save(space.tabs, space.compare, folder / "compare.png")

    def _measured(self) -> bool:
        preview = self.session.preview
        return preview is not None and preview.complete and self.session.preview_is_current

    def _wait(self, ready: Callable[[], object]) -> None:
        while not ready():
            if self.failed:
                raise RuntimeError(self.failed)
            self.application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def _save(self, tabs: QTabWidget, page: QWidget, target: Path) -> None:
        tabs.setCurrentWidget(page)
        self.application.processEvents()
        self._wait(lambda: not self.session.turns.waiting)  # drawn one task per turn
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # what was just drawn has new sizes
        if not self.window.grab().save(str(target)):
            raise RuntimeError(f"Cannot write {target}.")

    def close(self) -> None:
        self.session.undo_stack.setClean()
        self.session.snapshots.saved()
        self.window.close()
        self.link.shutdown()


def main(model: str, data: str, calibration: str, recipe: str, folder: str) -> int | str:
    """Return 0, or why there are no screenshots, for `sys.exit`."""
    with tempfile.TemporaryDirectory(prefix="workbench-") as place:
        photographer = Photographer(place)
        try:
            photographer.take(model, data, calibration, recipe, Path(folder))
        except (RuntimeError, OSError) as error:
            return str(error)
        finally:
            photographer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
