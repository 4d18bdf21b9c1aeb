"""Client of the engine process: sends requests, delivers replies as calls, starts a new process when one dies."""

import logging
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, cast, get_args

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from workbench.core.base.job import Progress
from workbench.core.ipc import process
from workbench.core.ipc.memory_limit import OUT_OF_MEMORY
from workbench.core.ipc.messages import Cancel, Done, Failed, Finish, Hold, Progressed, Ready, Reply, Stopped, Updated
from workbench.ui.engine_client.gc_guard import collected_here
from workbench.ui.engine_client.transport import Transport
from workbench.ui.text.i18n import aside, said

log = logging.getLogger(__name__)
MANY_DEATHS, WITHIN_SECONDS = 3, 60.0
Outcome = Literal["done", "failed", "stopped", "dropped"]  # dropped: its answer was no longer needed
DONE, FAILED, STOPPED, DROPPED = cast(tuple[Outcome, ...], get_args(Outcome))


@dataclass
class Handlers:
    """Callbacks of a job; exactly one of `done`, `failed` and `stopped` is called, last.

    A `quiet` job whose process died is sent to the next process once; if that dies too, none of them is called.
    """

    done: Callable[[Any], object] | None = None
    updated: Callable[[Any], None] | None = None
    failed: Callable[[Failed], None] | None = None
    stopped: Callable[[], None] | None = None
    title: str = ""  # title shown while it runs; empty for short jobs
    quiet: bool = False
    cancelled: bool = False


@dataclass
class Asked:
    """A request without an answer. `first`: it is sent before those that wait (see EngineLink.wait)."""

    message: Any
    handlers: Handlers
    first: bool = False
    sent: bool = False
    held: bool = False
    lives: int = 1  # of processes that were asked


class EngineLink(QObject):
    """Lives in the GUI thread, where all signals and handlers arrive.

    ready        the process is running; `versions` are its libraries, `devices` those it can train on
    lost         the process was replaced: a sentence, and whether it died by itself. Emitted before its jobs are
                 answered, so that a listener can first request the model again, and hold everything else until it is
                 open
    cancelling   the user cancels this job; emitted before the engine is told
    gave_up      it died too often; nothing runs until `restart`
    job_ended    with its outcome, and a sentence if it failed
    learned      the LayerCurve of a layer that a job trains, as it grows
    """

    ready = Signal()
    lost = Signal(str, bool)
    cancelling = Signal(int)
    gave_up = Signal(str)
    job_started = Signal(int, str)
    job_progressed = Signal(int, object)
    learned = Signal(object)
    job_ended = Signal(int, str, str)
    _arrived = Signal(int, object)
    _ended = Signal(int)

    def __init__(self, parent: QObject | None = None, module: str = process.ENGINE, patience_ms: int = 500) -> None:
        super().__init__(parent)
        collected_here()  # replies are read in another thread
        self._module = module
        self._patience_ms = patience_ms
        self._wire: Transport | None = None
        self._life = 0
        self.versions: Mapping[str, str] = {}
        self.devices: tuple[str, ...] = ("cpu",)
        self._is_ready = False
        self._killed = False
        self._innocent = False  # it was killed because one job did not react; the others are not responsible
        self._waits = False
        self._next = 0
        self._pending: dict[int, Asked] = {}
        self._deaths: list[float] = []
        self._arrived.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._bury, Qt.ConnectionType.QueuedConnection)

    @property
    def pid(self) -> int | None:
        return self._wire.pid if self._wire else None

    @property
    def asked(self) -> tuple[int, ...]:
        """The jobs without an answer."""
        return tuple(self._pending)

    def waits_for(self, kind: type) -> bool:
        """Return whether a request of this kind is unanswered."""
        return any(isinstance(asked.message, kind) for asked in self._pending.values())

    @property
    def is_ready(self) -> bool:
        return self._is_ready

    def start(self) -> None:
        """Start the process; called after the first paint. Earlier requests are sent now."""
        if self._wire is None:
            self._spawn()
            self._send_what_waits()

    def _spawn(self) -> None:
        self._life += 1
        self._is_ready = self._killed = self._innocent = self._waits = False
        life = self._life
        self._wire = Transport(
            self._module, lambda reply: self._arrived.emit(life, reply), lambda: self._ended.emit(life)
        )

    def restart(self) -> None:
        """End the process, if there is one, and start another: all its state is lost, as in a crash."""
        self._deaths.clear()
        if self._wire is not None:
            self._kill(innocent=False)
            return
        self._spawn()
        self.lost.emit(self.tr("The engine was restarted."), False)
        self._send_what_waits()

    def wait(self) -> None:
        """Hold new requests, except the first ones, until `go_on`, because the model is not open again yet."""
        self._waits = True

    def go_on(self) -> None:
        self._waits = False
        self._send_what_waits()

    def shutdown(self, patience: float = 1.0) -> None:
        """End the process and its threads; blocks for at most about `patience` seconds. Nothing is answered
        afterwards."""
        self._life += 1
        self._pending.clear()
        if self._wire is not None:
            self._wire.close(patience)
            self._wire = None

    def request(
        self, kind: Callable[..., Any], handlers: Handlers | None = None, first: bool = False, **fields: Any
    ) -> int:
        """Send `kind(job=…, **fields)`; return the number of its job."""
        self._next += 1
        job, handlers = self._next, handlers or Handlers()
        self._pending[job] = asked = Asked(kind(job=job, **fields), handlers, first)
        self._send(asked)
        if handlers.title:
            self.job_started.emit(job, handlers.title)
        return job

    def cancel(self, job: int) -> None:
        """Cancel a job for the user: a process that does not react soon is killed and restarted."""
        asked = self._pending.get(job)
        if asked is None or asked.handlers.cancelled:
            return
        asked.handlers.cancelled = True
        self.cancelling.emit(job)
        if not asked.sent:
            self._stop(job)
            return
        self._tell(asked, Cancel(job))
        QTimer.singleShot(self._patience_ms, self, partial(self._insist, job))

    def finish(self, job: int) -> None:
        """Let a training end early, with its best state so far."""
        if (asked := self._pending.get(job)) is None:
            return
        if asked.sent:
            self._tell(asked, Finish(job))
        else:
            self._stop(job)

    def hold(self, job: int, held: bool) -> None:
        """Pause a job, or resume it."""
        if (asked := self._pending.get(job)) is not None:
            asked.held = held
            self._tell(asked, Hold(job, held))

    def abandon(self, job: int) -> None:
        """Drop a job whose answer is no longer needed; the engine may end it at any time. No handler is called."""
        if (asked := self._pending.pop(job, None)) is not None:
            self._tell(asked, Cancel(job))
            if asked.handlers.title:
                self.job_ended.emit(job, DROPPED, "")

    def _send(self, asked: Asked) -> None:
        """Send a request now, or later if no process is ready."""
        if self._wire is None or self._killed or (self._waits and not asked.first):
            return
        asked.sent = True
        self._wire.send(asked.message)
        if asked.held:
            self._wire.send(Hold(asked.message.job, True))

    def _tell(self, asked: Asked, message: Any) -> None:
        """Send a message about a job that the process knows."""
        if asked.sent and self._wire is not None:
            self._wire.send(message)

    def _send_what_waits(self) -> None:
        for asked in tuple(self._pending.values()):
            if not asked.sent:
                self._send(asked)

    def _stop(self, job: int) -> None:
        """Stop a job that has not begun."""
        stopped = self._pending[job].handlers.stopped
        self._finish(job, STOPPED)
        _call(stopped)

    def _kill(self, innocent: bool) -> None:
        assert self._wire is not None
        self._killed, self._innocent = True, innocent
        self._wire.kill()

    def _insist(self, job: int) -> None:
        if job not in self._pending or self._wire is None:
            return
        if not self._is_ready:  # still importing: it has not started the job, and will see the Cancel
            QTimer.singleShot(self._patience_ms, self, partial(self._insist, job))
            return
        log.info("job %d did not stop within %d ms: the engine is started again", job, self._patience_ms)
        self._kill(innocent=True)

    @Slot(int, object)
    def _receive(self, life: int, reply: Reply) -> None:
        if life != self._life:
            return
        if isinstance(reply, Ready):
            self._is_ready = True
            self.versions, self.devices = reply.versions, reply.devices
            self.ready.emit()
            return
        if (asked := self._pending.get(reply.job)) is None:
            return
        handlers = asked.handlers
        match reply:
            case Progressed(job, progress):
                self._progress(job, progress)
            case Updated(_, result):
                _call(handlers.updated, result)
            case Done(job, result):
                self._finish(job, DONE)
                _call(handlers.done, result)
            case Failed(job):
                log.log(
                    logging.ERROR if reply.detail else logging.INFO,
                    "job %d failed: %s %s\n%s",
                    job,
                    reply.what,
                    reply.hint,
                    reply.detail,
                )
                told = replace(reply, what=said(reply.what), hint=said(reply.hint))
                self._finish(job, FAILED, f"{told.what} {told.hint}".strip())
                _call(handlers.failed, told)
            case Stopped(job):
                self._finish(job, STOPPED)
                _call(handlers.stopped)

    def _progress(self, job: int, progress: Progress) -> None:
        if progress.curve is not None:
            self.learned.emit(progress.curve)
        if self._pending[job].handlers.title:
            self.job_progressed.emit(job, replace(progress, text=said(progress.text)))

    def _finish(self, job: int, outcome: Outcome, words: str = "") -> None:
        if self._pending.pop(job).handlers.title:
            self.job_ended.emit(job, outcome, words)

    @Slot(int)
    def _bury(self, life: int) -> None:
        """Handle the end of a process: start another, emit `lost`, and answer its open jobs."""
        if life != self._life or self._wire is None:
            return
        self._wire.close()
        exitcode, self._wire = self._wire.exitcode, None
        sentence, by_itself, innocent = self._sentence(exitcode), not self._killed, self._innocent
        log.warning("the engine process ended with %s; asked for: %s", exitcode, self._killed)
        orphans = {job: asked for job, asked in self._pending.items() if asked.sent}
        for asked in orphans.values():
            asked.sent = False
        lives = self._killed or self._may_try_again()
        if lives:
            self._spawn()
            self.lost.emit(sentence, by_itself)
        else:
            self._is_ready = False
            self.gave_up.emit(
                self.tr(
                    "The engine keeps crashing. Your work is kept. Try Run > Restart engine; Help > Show "
                    "log has details."
                )
            )
        for job, asked in orphans.items():
            if job in self._pending and not (lives and self._may_ask_again(asked, innocent)):
                self._bury_job(job, asked.handlers, sentence)
        self._send_what_waits()

    def _may_ask_again(self, asked: Asked, innocent: bool) -> bool:
        """Return whether the next process gets this request, too; requests marked `first` are sent again by their
        owners."""
        asked.lives += not innocent
        return (
            not asked.first
            and not asked.handlers.cancelled
            and (innocent or (asked.handlers.quiet and asked.lives <= 2))
        )

    def _bury_job(self, job: int, handlers: Handlers, sentence: str) -> None:
        """End a job that will not be answered."""
        outcome = STOPPED if handlers.cancelled else DROPPED if handlers.quiet else FAILED
        self._finish(job, outcome, sentence if outcome == FAILED else "")
        if handlers.cancelled:
            _call(handlers.stopped)
        elif not handlers.quiet:
            hint = self.tr("Try again, or use a smaller model or data set.")
            _call(handlers.failed, Failed(job, sentence, hint))

    def _may_try_again(self) -> bool:
        now = time.monotonic()
        self._deaths = [*(moment for moment in self._deaths if now - moment < WITHIN_SECONDS), now]
        return len(self._deaths) < MANY_DEATHS

    def _sentence(self, exitcode: int | None) -> str:
        if self._killed:
            return self.tr("The engine was restarted. Nothing is lost.")
        if exitcode == -9:
            return self.tr(
                "The system stopped the engine, probably because memory ran out. It was restarted and nothing is lost."
            )
        if exitcode == OUT_OF_MEMORY:
            return self.tr("There is not enough memory. The engine was restarted and nothing is lost.")
        how = _ended_by(exitcode)
        return self.tr("The engine stopped unexpectedly{how} and was restarted. Nothing is lost.").format(how=how)


def _ended_by(exitcode: int | None) -> str:
    """Return the signal, by its name if it has one."""
    if exitcode is None or exitcode >= 0:
        return ""
    try:
        return aside("", signal.Signals(-exitcode).name)
    except ValueError:
        return aside("", str(-exitcode))


def _call(handler: Callable[..., object] | None, *arguments: Any) -> None:
    if handler is not None:
        handler(*arguments)
