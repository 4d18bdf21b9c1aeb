"""The engine process as the event loop sees it: requests out, replies in as calls, a new process when one dies."""

import logging
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, cast, get_args

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from workbench.core import process
from workbench.core.job import Progress
from workbench.core.messages import Cancel, Done, Failed, Finish, Hold, Progressed, Ready, Reply, Stopped, Updated
from workbench.ui.garbage import collected_here
from workbench.ui.translation import said
from workbench.ui.wire import Wire

log = logging.getLogger(__name__)
MANY_DEATHS, WITHIN_SECONDS = 3, 60.0
Outcome = Literal["done", "failed", "stopped", "dropped"]       # dropped: nobody wanted it any more
DONE, FAILED, STOPPED, DROPPED = cast(tuple[Outcome, ...], get_args(Outcome))


@dataclass
class Handlers:
    """What to call when a job answers; exactly one of `done`, `failed` and `stopped` is called, last.

    None of them is called for a `quiet` job whose process died: the session asks again by itself.
    """

    done: Callable[[Any], None] | None = None
    updated: Callable[[Any], None] | None = None
    failed: Callable[[Failed], None] | None = None
    stopped: Callable[[], None] | None = None
    title: str = ""             # what the user reads while it runs; empty for what is over in a blink
    quiet: bool = False
    cancelled: bool = False


class EngineLink(QObject):
    """Lives in the GUI thread. All signals and handlers arrive there.

    ready        the process is up; `versions` says what it runs on, `devices` what can train
    lost         the process is another one now: a calm sentence, and whether the one before died by itself. Emitted
                 before its jobs are answered, so that whoever listens can first ask for the model again
    cancelling   the user cancels this job; emitted before the engine is told
    gave_up      it died too often; nothing runs until `restart`
    job_ended    with its outcome, and a sentence where it failed
    """

    ready = Signal()
    lost = Signal(str, bool)
    cancelling = Signal(int)
    gave_up = Signal(str)
    job_started = Signal(int, str)
    job_progressed = Signal(int, object)
    job_ended = Signal(int, str, str)
    _arrived = Signal(int, object)
    _ended = Signal(int)

    def __init__(self, parent: QObject | None = None, module: str = process.ENGINE, patience_ms: int = 500) -> None:
        super().__init__(parent)
        collected_here()        # replies are read in another thread
        self._module = module
        self._patience_ms = patience_ms
        self._wire: Wire | None = None
        self._life = 0
        self.versions: Mapping[str, str] = {}
        self.devices: tuple[str, ...] = ("cpu",)
        self._is_ready = False
        self._killed = False
        self._next = 0
        self._pending: dict[int, Handlers] = {}
        self._unsent: list[Any] = []
        self._deaths: list[float] = []
        self._arrived.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._bury, Qt.ConnectionType.QueuedConnection)

    @property
    def pid(self) -> int | None:
        return self._wire.pid if self._wire else None

    @property
    def asked(self) -> tuple[int, ...]:
        """The jobs that were not answered yet."""
        return tuple(self._pending)

    @property
    def is_ready(self) -> bool:
        return self._is_ready

    def start(self) -> None:
        """Spawn the process; call it after the first paint. What was requested before is sent now."""
        if self._wire is not None:
            return
        self._life += 1
        self._is_ready = self._killed = False
        life = self._life
        self._wire = Wire(self._module, lambda reply: self._arrived.emit(life, reply), lambda: self._ended.emit(life))
        for message in self._unsent:
            self._wire.send(message)
        self._unsent.clear()

    def restart(self) -> None:
        """End the process, if there is one, and start another: everything in it is lost, as in a crash."""
        self._deaths.clear()
        if self._wire is not None:
            self._killed = True
            self._wire.kill()
            return
        self.start()
        self.lost.emit(self.tr("The engine was started again."), False)

    def shutdown(self, patience: float = 1.0) -> None:
        """End the process and its threads; blocks for at most about `patience` seconds. Nothing is answered after."""
        self._life += 1
        self._pending.clear()
        if self._wire is not None:
            self._wire.close(patience)
            self._wire = None

    def request(self, kind: Callable[..., Any], handlers: Handlers | None = None, **fields: Any) -> int:
        """Send `kind(job=…, **fields)`; returns the number of its job."""
        self._next += 1
        job, handlers = self._next, handlers or Handlers()
        self._pending[job] = handlers
        self._send(kind(job=job, **fields))
        if handlers.title:
            self.job_started.emit(job, handlers.title)
        return job

    def cancel(self, job: int) -> None:
        """The user wants the job to end, now: a process that does not answer soon is killed and started again."""
        handlers = self._pending.get(job)
        if handlers is None or handlers.cancelled:
            return
        handlers.cancelled = True
        self.cancelling.emit(job)
        self._send(Cancel(job))
        QTimer.singleShot(self._patience_ms, self, partial(self._insist, job))

    def finish(self, job: int) -> None:
        """The training may end early, with the best state so far."""
        if job in self._pending:
            self._send(Finish(job))

    def hold(self, job: int, held: bool) -> None:
        """The training may pause, or go on."""
        if job in self._pending:
            self._send(Hold(job, held))

    def abandon(self, job: int) -> None:
        """Nobody wants the answer any more; the engine may end the job when it likes. No handler is called."""
        if (handlers := self._pending.pop(job, None)) is not None:
            self._send(Cancel(job))
            if handlers.title:
                self.job_ended.emit(job, DROPPED, "")

    def _send(self, message: Any) -> None:
        if self._wire is None:
            self._unsent.append(message)
        else:
            self._wire.send(message)

    def _insist(self, job: int) -> None:
        if job not in self._pending or self._wire is None:
            return
        if not self._is_ready:      # still importing: it has not begun with the job, and will see the Cancel
            QTimer.singleShot(self._patience_ms, self, partial(self._insist, job))
            return
        log.info("job %d did not stop within %d ms: the engine is started again", job, self._patience_ms)
        self._killed = True
        self._wire.kill()

    @Slot(int, object)
    def _receive(self, life: int, reply: Reply) -> None:
        if life != self._life:
            return
        if isinstance(reply, Ready):
            self._is_ready = True
            self.versions, self.devices = reply.versions, reply.devices
            self.ready.emit()
            return
        handlers = self._pending.get(reply.job)
        if handlers is None:
            return
        match reply:
            case Progressed(job, progress):
                self._progress(job, progress)
            case Updated(_, result):
                _call(handlers.updated, result)
            case Done(job, result):
                self._finish(job, DONE)
                _call(handlers.done, result)
            case Failed(job):
                log.log(logging.ERROR if reply.detail else logging.INFO, "job %d failed: %s %s\n%s",
                        job, reply.what, reply.mend, reply.detail)
                told = replace(reply, what=said(reply.what), mend=said(reply.mend))
                self._finish(job, FAILED, f"{told.what} {told.mend}".strip())
                _call(handlers.failed, told)
            case Stopped(job):
                self._finish(job, STOPPED)
                _call(handlers.stopped)

    def _progress(self, job: int, progress: Progress) -> None:
        if self._pending[job].title:
            self.job_progressed.emit(job, replace(progress, text=said(progress.text)))

    def _finish(self, job: int, outcome: Outcome, words: str = "") -> None:
        if self._pending.pop(job).title:
            self.job_ended.emit(job, outcome, words)

    @Slot(int)
    def _bury(self, life: int) -> None:
        """The process of that life is gone: start another, tell, and answer what it had not."""
        if life != self._life or self._wire is None:
            return
        self._wire.close()
        exitcode, self._wire = self._wire.exitcode, None
        sentence, by_itself = self._sentence(exitcode), not self._killed
        log.warning("the engine process ended with %s; asked for: %s", exitcode, self._killed)
        orphans, self._pending = self._pending, {}
        if self._killed or self._may_try_again():
            self.start()
            self.lost.emit(sentence, by_itself)
        else:
            self._is_ready = False
            self.gave_up.emit(self.tr("The engine keeps ending by itself. Your work is kept; "
                                      "Run > Restart engine tries again, Help > Show log says more."))
        for job, handlers in orphans.items():
            if handlers.title:
                outcome = STOPPED if handlers.cancelled else DROPPED if handlers.quiet else FAILED
                self.job_ended.emit(job, outcome, sentence if outcome == FAILED else "")
            if handlers.cancelled:
                _call(handlers.stopped)
            elif not handlers.quiet:
                mend = self.tr("Try again, or with a smaller model or data set.")
                _call(handlers.failed, Failed(job, sentence, mend))

    def _may_try_again(self) -> bool:
        now = time.monotonic()
        self._deaths = [*(moment for moment in self._deaths if now - moment < WITHIN_SECONDS), now]
        return len(self._deaths) < MANY_DEATHS

    def _sentence(self, exitcode: int | None) -> str:
        if self._killed:
            return self.tr("The engine was started again; nothing is lost.")
        if exitcode == -9:
            return self.tr("The system ended the engine, most likely for want of memory; "
                           "it was started again and nothing is lost.")
        how = f" ({signal.Signals(-exitcode).name})" if exitcode is not None and exitcode < 0 else ""
        return self.tr("The engine ended unexpectedly{how}; it was started again and nothing is lost.").format(how=how)


def _call(handler: Callable[..., None] | None, *arguments: Any) -> None:
    if handler is not None:
        handler(*arguments)
