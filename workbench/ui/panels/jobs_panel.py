"""Panel of all jobs with progress, remaining time and a stop button; finished ones; and the log."""

import logging
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTabBar,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.base.quantities import duration
from workbench.ui.base.crash import log_file
from workbench.ui.commands.export.export_dialog import open_path
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.engine_client.jobs import Finished, Jobs, Running, describe
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Elided, Icon, Plain, muted, tooltip

LINES = 2000  # lines of the log that are shown
NARROWEST, LOWEST = 240, 96  # pixels; a dock must not make the window grow
BAR = (120, 6)


class JobRow(QWidget):
    """A running job."""

    def __init__(self, running: Running, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = Elided(Qt.TextElideMode.ElideRight, self)
        self.bar = QProgressBar(self, textVisible=False)
        self.bar.setFixedSize(*BAR)
        self.bar.setAccessibleName(self.tr("Progress of {title}").format(title=running.title))
        self.cancel = QToolButton(self)
        theme.set_icon(self.cancel, "cancel")
        name = self.tr("Cancel {title}").format(title=running.title)
        self.cancel.setAccessibleName(name)
        self.cancel.setToolTip(tooltip(name))
        self.cancel.clicked.connect(partial(link.cancel, running.job))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(self.words, 1)
        row.addWidget(self.bar)
        row.addWidget(self.cancel)
        self.show_running(running)

    def show_running(self, running: Running) -> None:
        fraction = running.progress.fraction
        self.words.show_text(describe(running))
        self.bar.setRange(0, 0 if fraction is None else 1000)
        self.bar.setValue(round(1000 * (fraction or 0)))


class OverRow(QWidget):
    """A finished job."""

    def __init__(self, over: Finished, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        icon, role, word = {
            "done": ("info", "good", self.tr("done")),
            "failed": ("warning", "warn", self.tr("failed")),
            "stopped": ("cancel", "muted", self.tr("stopped")),
        }[over.outcome]
        words = self.words = Elided(Qt.TextElideMode.ElideRight, self)
        time = duration(over.seconds)
        text = self.tr("{title}: {word} after {time}").format(title=over.title, word=word, time=time)
        words.show_text(f"{text}. {over.words}" if over.words else text)
        at = Plain(over.at, self)
        at.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, theme.UNIT, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(Icon(icon, role, parent=self))
        row.addWidget(words, 1)
        row.addWidget(at)


class JobsList(QScrollArea):
    """Running jobs above, finished ones below."""

    def __init__(self, jobs: Jobs, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._link = jobs, link
        self.rows: dict[int, JobRow] = {}
        self.over: dict[Finished, OverRow] = {}
        self.setAccessibleName(self.tr("Jobs"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget(self)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.UNIT, theme.UNIT)
        self._column.setSpacing(theme.HALF)
        self.nothing = muted(self.tr("No running jobs"), inner)
        self._column.addWidget(self.nothing)
        self._running = QVBoxLayout()
        self._over = QVBoxLayout()
        for part in (self._running, self._over):
            part.setSpacing(theme.HALF)
            self._column.addLayout(part)
        self._column.addStretch(1)
        self.setWidget(inner)
        jobs.changed.connect(self._on_changed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _on_changed(self) -> None:
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        running = self._jobs.running
        for job in [job for job in self.rows if job not in running]:
            _remove(self._running, self.rows.pop(job))
        for job, each in running.items():
            if job in self.rows:
                self.rows[job].show_running(each)
            else:
                self.rows[job] = JobRow(each, self._link, self.widget())
                self._running.addWidget(self.rows[job])
                self.rows[job].show()
        self.nothing.setVisible(not running)
        self._show_over(tuple(self._jobs.over))

    def _show_over(self, over: tuple[Finished, ...]) -> None:
        """Show finished jobs, newest first; existing rows are kept."""
        for each in [each for each in self.over if each not in over]:
            _remove(self._over, self.over.pop(each))
        for place, each in enumerate(over):
            if each not in self.over:
                self.over[each] = OverRow(each, self.widget())
                self._over.insertWidget(place, self.over[each])
                self.over[each].show()


def _remove(layout: QVBoxLayout, row: QWidget) -> None:
    layout.removeWidget(row)
    row.hide()
    row.deleteLater()


class LogLines(QObject):
    """Log lines of all threads, as they are logged."""

    arrived = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        handler = _Handler(self.arrived.emit)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
        logging.getLogger().addHandler(handler)
        self.destroyed.connect(partial(logging.getLogger().removeHandler, handler))


class _Handler(logging.Handler):
    def __init__(self, tell: object) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(self.format(record))  # type: ignore[operator]


class LogView(QWidget):
    """The newest lines, to read and copy; the whole log is a file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QPlainTextEdit(self, readOnly=True)
        self.text.setMaximumBlockCount(LINES)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(self.tr("Log"))
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setPlaceholderText(self.tr("Nothing logged since the window opened"))
        self.copy = QPushButton(self.tr("Copy"), self)
        theme.set_icon(self.copy, "copy")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        self.whole = QPushButton(self.tr("Open log file"), self)
        self.whole.clicked.connect(lambda: open_path(str(log_file())))
        self.lines = LogLines(self)
        self.lines.arrived.connect(self.text.appendPlainText, Qt.ConnectionType.QueuedConnection)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text)

    def corner(self, parent: QWidget) -> QWidget:
        """Return the buttons, placed beside the tabs to leave room for lines in a low dock."""
        box = QWidget(parent)
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, theme.DOUBLE, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(self.copy)
        row.addWidget(self.whole)
        return box


class JobsPanel(QTabWidget):
    """Two pages of one dock."""

    def __init__(self, jobs: Jobs, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setAccessibleName(self.tr("Jobs and log"))
        self.jobs = JobsList(jobs, link, self)
        self.log = LogView(self)
        self.addTab(self.jobs, self.tr("Jobs"))
        self.addTab(self.log, self.tr("Log"))
        self._corner = self.log.corner(self)
        self.setCornerWidget(self._corner)
        self.currentChanged.connect(self._show_corner)
        self.setMinimumSize(NARROWEST, LOWEST)
        self._show_corner()

    def head(self, parent: QWidget) -> QWidget:
        """Return the tabs and the buttons of the log, for the title bar of the dock, which saves a row."""
        box, bar = QWidget(parent), QTabBar(parent)
        bar.setDrawBase(False)
        bar.setAccessibleName(self.accessibleName())
        for index in range(self.count()):
            bar.addTab(self.tabText(index))
        bar.currentChanged.connect(self.setCurrentIndex)
        self.currentChanged.connect(bar.setCurrentIndex)
        self.tabBar().hide()
        self.setCornerWidget(None)  # type: ignore[arg-type]
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(bar)
        row.addStretch(1)
        row.addWidget(self._corner)
        self._show_corner()
        return box

    def _show_corner(self) -> None:
        self._corner.setVisible(self.currentWidget() is self.log)
