"""Jobs in progress, and the strip that shows the newest with its progress, remaining time and a stop button."""

import time
from collections import deque
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from workbench.core.base.job import Progress
from workbench.core.base.quantities import duration
from workbench.ui.engine_client.client import DROPPED, FAILED, EngineLink, Outcome
from workbench.ui.text.i18n import said, titled, tr
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain, tooltip

PATIENCE_MS = 300  # shorter jobs are not shown
REDRAW_MS = 100  # measuring a small model reports hundreds of batches a second
LONGEST = 440  # pixels of the text of a job in the strip
KEPT = 50  # finished jobs


@dataclass(frozen=True)
class Running:
    job: int
    title: str
    progress: Progress = field(default_factory=lambda: Progress(""))
    began: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Finished:
    """A finished job: its outcome, a sentence if it failed, its duration, and the time of day."""

    title: str
    outcome: Outcome
    words: str
    seconds: float
    at: str


class Jobs(QObject):
    """Jobs with a title, oldest first; and finished jobs, newest first.

    finished   a Finished, as it is added to `over`
    """

    changed = Signal()
    finished = Signal(object)

    def __init__(self, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running: dict[int, Running] = {}
        self.over: deque[Finished] = deque(maxlen=KEPT)
        self._soon = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._soon.timeout.connect(self.changed)
        link.job_started.connect(self._start)
        link.job_progressed.connect(self._progress)
        link.job_ended.connect(self._end)

    @property
    def newest(self) -> Running | None:
        return next(reversed(self.running.values()), None)

    def _start(self, job: int, title: str) -> None:
        self.running[job] = Running(job, title)
        self.changed.emit()

    def _progress(self, job: int, progress: Progress) -> None:
        if job in self.running:
            self.running[job] = replace(self.running[job], progress=progress)
            if not self._soon.isActive():
                self._soon.start()

    def _end(self, job: int, outcome: Outcome, words: str) -> None:
        running = self.running.pop(job, None)
        spent = time.monotonic() - running.began if running else 0.0
        # Very short jobs, and those replaced by newer ones, are not listed.
        if running is not None and (outcome == FAILED or (outcome != DROPPED and spent >= PATIENCE_MS / 1000)):
            over = Finished(running.title, outcome, words, spent, time.strftime("%H:%M:%S"))
            if self.over and (self.over[0].title, self.over[0].outcome) == (over.title, over.outcome):
                self.over.popleft()  # one line for measuring after each of many edits
            self.over.appendleft(over)
            self.finished.emit(over)
        self.changed.emit()


def describe(running: Running) -> str:
    """Return 'Measuring: batch 3 · 4 s left'."""
    doing = said(running.progress.text)
    # "Measuring: measuring" would say one thing twice.
    told = doing and doing.casefold() != running.title.casefold()
    parts = [titled(running.title, doing) if told else running.title]
    if running.progress.eta is not None:
        left = tr("{time} left")
        parts.append(left.format(time=duration(running.progress.eta)))
    return " · ".join(parts)


class JobStrip(QWidget):
    """Appears when a job takes longer than a moment; emits `shown`."""

    shown = Signal(bool)

    def __init__(
        self, jobs: Jobs, link: EngineLink, parent: QWidget | None = None, patience: int = PATIENCE_MS
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._link = link
        self._label = Plain(self)
        self._bar = QProgressBar(self, textVisible=False)
        self._bar.setFixedSize(160, 6)
        self._bar.setAccessibleName(self.tr("Progress"))
        self.cancel = QToolButton(self)
        theme.set_icon(self.cancel, "cancel")
        self.cancel.setAccessibleName(self.tr("Cancel"))
        self.cancel.setToolTip(self.tr("Stop this job"))
        self.cancel.clicked.connect(self._cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, theme.UNIT, 0)
        layout.setSpacing(theme.UNIT)
        layout.addWidget(self._label)
        layout.addWidget(self._bar)
        layout.addWidget(self.cancel)
        layout.addStretch()
        self.hide()
        self._delay = QTimer(self, singleShot=True, interval=patience)
        self._delay.timeout.connect(self._show)
        jobs.changed.connect(self._update)

    def _update(self) -> None:
        running = self._jobs.newest
        if running is None:
            self._delay.stop()
            self.hide()
            self.shown.emit(False)
            return
        if self.isHidden() and not self._delay.isActive():  # explicitly, as it may be hidden with its page
            self._delay.start()
        text = describe(running)
        self._label.setText(self._label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, LONGEST))
        self._label.setToolTip(tooltip(text))
        fraction = running.progress.fraction
        self._bar.setRange(0, 0 if fraction is None else 1000)
        self._bar.setValue(round(1000 * (fraction or 0)))

    def _show(self) -> None:
        self.show()
        self.shown.emit(True)
        self._update()

    def _cancel(self) -> None:
        if (running := self._jobs.newest) is not None:
            self._link.cancel(running.job)
