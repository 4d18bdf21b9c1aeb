"""One parameter raised step by step: what was asked for, and the curve so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.core.analysis.sweep import Curve, Sweep
from workbench.core.base.job import Progress
from workbench.core.ipc import messages
from workbench.ui.engine_client.client import Handlers

if TYPE_CHECKING:
    from workbench.ui.session.session import Session


class Sweeps(QObject):
    """One at a time; the curve stays until there is another model or other data, or another sweep."""

    changed = Signal()
    progressed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.job = 0  # 0: nothing is measured
        self.curve: Curve | None = None
        self.progress = Progress("")
        self.failure = ""
        session.model_changed.connect(self.forget)
        session.data_changed.connect(self.forget)
        session.link.job_progressed.connect(self._on_progress)

    def start(self, wanted: Sweep) -> None:
        """Beside what the recipe on show has."""
        if self.job:
            return
        self.curve, self.failure, self.progress = None, "", Progress("")
        handlers = Handlers(
            done=self._done, updated=self._updated, failed=self._failed, stopped=self._stopped, title=self.tr("Sweep")
        )
        self.job = self._session.link.request(messages.Sweep, handlers, wanted=wanted, recipe=self._session.recipe)
        self.changed.emit()

    def stop(self) -> None:
        self._session.link.cancel(self.job)

    def forget(self) -> None:
        """Another model, or other data: nothing that was measured holds."""
        if self.job:
            self._session.link.abandon(self.job)
        self.job, self.curve, self.failure = 0, None, ""
        self.changed.emit()

    def _updated(self, curve: Curve) -> None:
        self.curve = curve
        self.changed.emit()

    def _on_progress(self, job: int, progress: Progress) -> None:
        if job == self.job:
            self.progress = progress
            self.progressed.emit()

    def _done(self, curve: Curve) -> None:
        self.curve = curve
        self._end("")

    def _failed(self, failure: messages.Failed) -> None:
        self._end(f"{failure.what} {failure.mend}".strip())

    def _stopped(self) -> None:
        self._end(self.tr("Stopped. What was measured stays."))

    def _end(self, failure: str) -> None:
        self.job, self.failure = 0, failure
        self.changed.emit()
