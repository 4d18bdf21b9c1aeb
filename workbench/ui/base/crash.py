"""Handling of unexpected errors: each is logged and shown with a report to copy, and the window continues."""

import faulthandler
import logging
import logging.handlers
import platform
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from workbench import __version__
from workbench.ui.base import dialogs
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Icon, Plain

log = logging.getLogger(__name__)
LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
}


def log_file() -> Path:
    return Path(platformdirs.user_log_dir("compression-workbench", appauthor=False)) / "workbench.log"


def keep_log() -> None:
    """Log everything to a file of bounded size; a native crash of the window leaves its stack there, too."""
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, encoding="utf-8")
    except OSError:
        logging.basicConfig(level=logging.INFO)  # a read-only disk must not prevent the window from opening
        return
    logging.raiseExceptions = False  # nor must a full disk fill the terminal
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    if handler.stream is not None:
        faulthandler.enable(handler.stream)
    qInstallMessageHandler(lambda kind, context, text: log.log(LEVELS.get(kind, logging.ERROR), "Qt: %s", text))


class CrashWatch(QObject):
    """Installed as sys.excepthook and threading.excepthook; `report` arrives in the GUI thread."""

    report = Signal(str, str)

    def __init__(self, versions: Callable[[], Mapping[str, str]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._versions = versions
        sys.excepthook = self.caught
        threading.excepthook = self._caught_in_thread

    def caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QGuiApplication.quit()
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        log.error("unexpected error\n%s", text)
        self.report.emit(f"{kind.__name__}: {error}", make_report(text, self._versions))

    def _caught_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.caught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def make_report(trace: str, versions: Callable[[], Mapping[str, str]]) -> str:
    """Return the report. Each section is written in its own try, so that a failing one does not lose the others."""
    sections: list[Callable[[], str]] = [
        lambda: f"Model Compression Workbench {__version__}, PySide6 {pyside_version}",
        lambda: f"Python {platform.python_version()} on {platform.platform()}",
        lambda: ", ".join(f"{name} {version}" for name, version in versions().items()),
        lambda: trace,
        lambda: "".join(log_file().read_text(encoding="utf-8").splitlines(keepends=True)[-40:]),
    ]
    parts = []
    for section in sections:
        try:
            parts.append(section())
        except Exception as error:
            parts.append(f"(not available: {error})")
    return "\n\n".join(part for part in parts if part)


class CrashDialog(QDialog):
    """Shows what happened in one line; the details can be copied."""

    def __init__(self, summary: str, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("crash")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Internal error"))
        self.resize(640, 420)
        words = Plain(
            self.tr(
                "Internal error: {summary}\nYour work is kept and you can continue. If it happens "
                "again, send this report to the maintainers."
            ).format(summary=summary),
            self,
            wordWrap=True,
        )
        self.text = QPlainTextEdit(report, self, readOnly=True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(self.tr("Report"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = buttons.addButton(self.tr("Copy report"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        copy.clicked.connect(lambda: copy.setText(self.tr("Copied")))
        buttons.rejected.connect(self.reject)
        head = QHBoxLayout()
        head.setSpacing(theme.DOUBLE)
        head.addWidget(Icon("warning", "warn", dialogs.SIGN, self), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.TRIPLE, theme.TRIPLE, theme.DOUBLE, theme.DOUBLE)
        layout.setSpacing(theme.DOUBLE)
        layout.addLayout(head)
        layout.addWidget(self.text)
        layout.addWidget(buttons)
