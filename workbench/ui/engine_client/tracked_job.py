"""A job that takes minutes: whether it runs, its progress, and why it ended."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from workbench.core.base.job import Progress
from workbench.core.ipc.messages import Failed, Request
from workbench.ui.engine_client.client import DROPPED, EngineLink, Handlers, Outcome


class TrackedJob(QObject):
    """One job of its kind at a time. Subclasses start it with `_ask` and keep the results; widgets show the attributes.

    changed     it began or ended, or there is something new to show
    progressed  progress of the running job
    job         its number; 0: none is running
    failure     why the last one ended early; "" if it did not
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
        """Cancel the job for the user."""
        self._link.cancel(self.job)

    def go_on_here(self) -> None:
        """Go on without what the job waits for (see Progress.waiting), in the engine's own process."""
        self._link.hold(self.job, False)

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
        """Start the job.

        stopped        sentence shown if the user stopped it
        done, failed   called when it has ended
        again          whether a restarted engine gets it once more, if nothing is lost by that
        """

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
        """Drop the job, as its answer is no longer needed."""
        job, self.job = self.job, 0
        if job:
            self._link.abandon(job)
        self._end(failure)

    def _end(self, failure: str) -> None:
        self._over(failure)
        self.changed.emit()

    def _over(self, failure: str) -> None:
        """Note that the job has ended; subclasses may extend this."""
        self.job, self.failure = 0, failure

    def _on_ended(self, job: int, outcome: Outcome, _: str) -> None:
        """End a job that was sent again and whose engine died again, as then no handler is called."""
        if job == self.job and outcome == DROPPED:
            self._end(self.tr("The engine crashed twice while working on this. Try again with fewer samples."))

    def _on_progress(self, job: int, progress: Progress) -> None:
        if job == self.job:
            self.progress = progress
            self.progressed.emit()
