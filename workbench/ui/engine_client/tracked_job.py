"""A job that takes minutes: whether it runs, how far it is, and why it ended."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from workbench.core.base.job import Progress
from workbench.core.ipc.messages import Failed, Request
from workbench.ui.engine_client.client import DROPPED, EngineLink, Handlers, Outcome


class TrackedJob(QObject):
    """One of its kind at a time. Whoever inherits asks with `_ask` and keeps the results; widgets show the attributes.

    changed     it began or ended, or there is something new to show
    progressed  of the running job
    job         its number; 0: none runs
    failure     why the last one ended early; "": it did not
    """

    changed = Signal()
    progressed = Signal()

    def __init__(self, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self.job = 0
        self.progress = Progress("")
        self.failure = ""
        link.job_progressed.connect(self._on_progress)
        link.job_ended.connect(self._on_ended)

    def stop(self) -> None:
        """The user wants it to end."""
        self._link.cancel(self.job)

    def _ask(
        self,
        kind: type[Request],
        title: str,
        done: Callable[[Any], None],
        updated: Callable[[Any], None],
        stopped: str,
        failed: Callable[[], object] = lambda: None,
        again: bool = False,
        **fields: Any,
    ) -> None:
        """Begin. `stopped`: what is said when it was stopped; `done` and `failed` are called when it is over. `again`:
        an engine that was started again is asked once more, where what was reached is not lost."""

        def on_done(result: Any) -> None:
            self._over("")
            done(result)
            self.changed.emit()

        def on_failed(failure: Failed) -> None:
            failed()
            self._end(f"{failure.what} {failure.hint}".strip())

        self.progress, self.failure = Progress(""), ""
        handlers = Handlers(on_done, updated, on_failed, lambda: self._end(stopped), title, again)
        self.job = self._link.request(kind, handlers, **fields)
        self.changed.emit()

    def _drop(self, failure: str = "") -> None:
        """Nobody wants its answer any more."""
        job, self.job = self.job, 0
        if job:
            self._link.abandon(job)
        self._end(failure)

    def _end(self, failure: str) -> None:
        self._over(failure)
        self.changed.emit()

    def _over(self, failure: str) -> None:
        """It has ended: what this does, whoever inherits may add to."""
        self.job, self.failure = 0, failure

    def _on_ended(self, job: int, outcome: Outcome, _: str) -> None:
        """A job that was asked again, of an engine that died again, has no handler called."""
        if job == self.job and outcome == DROPPED:
            self._end(self.tr("The engine crashed twice while working on this. Try again with fewer samples."))

    def _on_progress(self, job: int, progress: Progress) -> None:
        if job == self.job:
            self.progress = progress
            self.progressed.emit()
