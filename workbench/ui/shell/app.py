"""Start of the window: first paint, then the engine, then the requested files."""

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from workbench.core.base.resources import demo_paths, resource_path
from workbench.core.base.trust import NOBODY, Trust
from workbench.core.recognition import folders
from workbench.ui.base import settings
from workbench.ui.base.crash import CrashWatch, keep_log
from workbench.ui.base.files import SESSIONS, runs_code
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.session.session import Session
from workbench.ui.shell.main_window import MainWindow
from workbench.ui.text import i18n

__all__ = ["demo_paths", "run"]
ICON = "workbench.svg"


def run(
    model: str | None = None,
    data: str | None = None,
    recipe: str | None = None,
    trusted: Trust = NOBODY,
    calibration: str | None = None,
    samples: int = 0,
) -> int:
    """Show the window until it is closed; returns the exit code of the process."""
    keep_log()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's own handler would wait for Python code
    # For the graph tab, which imports WebEngine when first shown; must be set before, and costs nothing.
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    settings.scale_interface()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("compression-workbench")
    application.setDesktopFileName("compression-workbench")  # used by Wayland to find the icon
    application.setWindowIcon(QIcon(str(resource_path(ICON))))
    i18n.apply(application, settings.language())
    application.setApplicationDisplayName(i18n.tr("Model Compression Workbench"))
    settings.apply(application)
    link = EngineLink()
    session = Session(link)
    window = MainWindow(session)
    watch = CrashWatch(lambda: link.versions, window)
    watch.report.connect(window.show_crash)

    def begin() -> None:
        link.start()
        window.offer_kept_work()
        asked = bool(folders.weights_in(model or "")) or Path(model or "").suffix.lower() in SESSIONS
        if model and not asked and (model in trusted or not runs_code(model)):
            session.open(model, trusted, data or "", calibration or "", recipe or "", samples=samples)
        elif model:
            window.commands.open_path(model, data or "", calibration or "", recipe or "", samples)
        window.prepare_workspace()

    window.painted.connect(begin)
    window.show()
    try:
        return application.exec()
    finally:
        link.shutdown()
