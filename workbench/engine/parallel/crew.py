"""Processes that compute together with this one, or for it. Work that they cannot do, or no longer do, is left to the
caller."""

import logging
import multiprocessing
import os
import sys
import tempfile
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.ipc import process
from workbench.core.ipc.memory_limit import leave_quietly, limit_memory
from workbench.engine.parallel.cargo import Cargo, opened
from workbench.engine.workspace import Workspace

LOOK_S = 0.2  # between two looks whether the job was cancelled or paused
AHEAD = 2  # pieces that each process has: one that it computes, and the next one
Work = Callable[[Workspace, Any], Any]  # a function of a module, so that it can be named to another process
LINEAR_ALGEBRA = "OPENBLAS_NUM_THREADS"  # environment variable of numpy's and scipy's library
log = logging.getLogger(__name__)


class Crew(ABC):
    """Base of crews. `lost`: why they stopped computing, a sentence; "" while they work."""

    ready = True  # whether they can begin at once
    takes_part = True  # whether this process computes beside them

    def __init__(self, *gone: type[Exception]) -> None:
        """`gone`: errors that mean that the processes are no longer there."""
        self.lost = ""
        self._gone: tuple[type[Exception], ...] = (BrokenExecutor, CancelledError, *gone)

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of processes at present."""

    @abstractmethod
    def submit(self, work: Work, item: Any) -> "Future[Any]": ...

    @abstractmethod
    def close(self) -> None: ...

    def begin(self) -> None:  # noqa: B027  (processes that run already have nothing to do)
        """Start the processes without waiting for them."""

    def missed(self, error: Exception, job: Job) -> str:
        """Return why the rest has to be computed without the processes, a sentence; "" if they are there again. `error`
        says that they were gone. Raises UserError if the work has to end, and Cancelled."""
        return Message("A worker process stopped; this process computed the rest.")

    def gather(
        self, work: Work, items: Sequence[Any], job: Job, here: Callable[[Any], Any] | None = None
    ) -> Iterator[Any]:
        """Map `work` over items, in the order of completion; `here` does the same in this process, which takes its
        share without waiting for the others to start. The longest items come first, so that all end together. While the
        job is paused no new item is started. Ends early if the processes are gone, or one cannot work (see `lost`).
        Raises Cancelled, and UserError as `missed` does."""
        share = _Share(self, work, items, job, here is not None)
        try:
            if items:
                self.begin()
            while share.open and not self.lost:
                job.rest()
                job.check()
                try:
                    yield from self._some(share, here)
                except UserError as error:
                    self.lost = error.message
                except self._gone as error:
                    log.info("worker processes are gone: %s: %s", type(error).__name__, error)
                    share.reopen()
                    self.lost = self.missed(error, job)
        finally:
            share.close()

    def _some(self, share: "_Share", here: Callable[[Any], Any] | None) -> Iterator[Any]:
        """Yield the next results, with one of this process if it takes part."""
        share.fill()
        item = share.take() if here is not None else None
        if here is not None and item is not None:
            yield here(item.value)
        yield from share.results(0 if item is not None else LOOK_S)


@dataclass(frozen=True)
class _Item:
    value: Any


class _Share:
    """Remaining items, and those in progress. Thread-safe: if this process computes, too, a process that is ready gets
    the next item at once, in the thread that receives its result."""

    def __init__(self, crew: Crew, work: Work, items: Sequence[Any], job: Job, together: bool) -> None:
        self._crew, self._work, self._job, self._together = crew, work, job, together
        self._left, self._running = deque(items), dict[Future[Any], Any]()
        self._lock = threading.RLock()

    @property
    def open(self) -> bool:
        with self._lock:
            return bool(self._left or self._running)

    def take(self) -> _Item | None:
        """Take the next item, for this process."""
        with self._lock:
            return _Item(self._left.popleft()) if self._left else None

    def fill(self) -> None:
        """Give each process as many items as it can have."""
        crew = self._crew
        with self._lock:
            size = max(crew.size, 1)
            busy = sum(not future.done() for future in self._running)
            while self._left and busy < size * self._ahead(size) and (crew.ready or not self._together):
                future = crew.submit(self._work, self._left[0])
                self._running[future] = self._left.popleft()
                busy += 1
                if self._together:
                    future.add_done_callback(self._over)

    def _ahead(self, size: int) -> int:
        """Return the number of items for each process: the current one and the next; none is queued near the end."""
        return AHEAD if not self._together or len(self._left) > AHEAD * (size + 1) else 1

    def _over(self, _: "Future[Any]") -> None:
        if not (self._job.held or self._job.cancelled):
            with suppress(Exception):  # whoever waits for the results hears of it
                self.fill()

    def results(self, patience: float) -> Iterator[Any]:
        """Yield results that are there within these seconds; then raise the error of an item that failed, which is then
        among the remaining ones."""
        with self._lock:
            running = set(self._running)
        found, _ = wait(running, patience, return_when="FIRST_COMPLETED")
        failed: BaseException | None = None
        for future in found:
            with self._lock:
                item = self._running.pop(future)
            try:
                result = future.result()
            except Exception as error:
                with self._lock:
                    self._left.appendleft(item)
                failed = error
                continue
            yield result
        if failed is not None:
            raise failed

    def reopen(self) -> None:
        """Count the items in progress among the remaining ones: their processes are gone."""
        with self._lock:
            self._left.extendleft(self._running.values())
            self._running.clear()

    def close(self) -> None:
        with self._lock:
            self._left.clear()
            for future in self._running:
                future.cancel()


class Nobody(Crew):
    """Crew without any process but this one, for the reason given."""

    size = 0

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.lost = Message("This process computed alone: {reason}", reason=reason)

    def submit(self, work: Work, item: Any) -> "Future[Any]":
        raise AssertionError("nobody is there")

    def close(self) -> None:
        pass


class LocalCrew(Crew):
    """This process and others of this machine, `count` together, which share its cores; started on first use. A process
    that dies ends the others."""

    def __init__(self, cargo: Cargo, count: int) -> None:
        super().__init__()
        self._threads = threads = max(1, (process.threads() or os.cpu_count() or 1) // count)
        self._others, self._cargo = count - 1, cargo
        self._starting: list[Future[None]] = []
        # Written to a process that ends at once, more than a pipe holds would be waited for without end.
        self._folder = tempfile.TemporaryDirectory(prefix="workbench-")
        self._file = Path(self._folder.name, "cargo")
        self._pool = ProcessPoolExecutor(
            self._others,
            multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self._file, cargo.key, threads),
        )

    @property
    def size(self) -> int:
        return self._others

    @property
    def ready(self) -> bool:  # type: ignore[override]
        return any(each.done() for each in self._starting)

    def begin(self) -> None:
        if not self._starting:
            self._file.write_bytes(self._cargo.blob)
            with _limited(self._threads), _without_main():  # each call starts a process, as none is idle yet
                self._starting = [self._pool.submit(_nothing) for _ in range(self._others)]

    def submit(self, work: Work, item: Any) -> "Future[Any]":
        return self._pool.submit(done, None, self._cargo.key, work, item)

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for each in processes:
            with suppress(OSError):
                each.terminate()
        for each in processes:
            each.join()
        self._folder.cleanup()


@contextmanager
def _limited(threads: int) -> Iterator[None]:
    """Limit the threads of linear algebra in processes that start inside this context; the libraries read the limit on
    loading."""
    before = os.environ.get(LINEAR_ALGEBRA)
    os.environ[LINEAR_ALGEBRA] = str(threads)
    try:
        yield
    finally:
        del os.environ[LINEAR_ALGEBRA]
        if before is not None:
            os.environ[LINEAR_ALGEBRA] = before


@contextmanager
def _without_main() -> Iterator[None]:
    """Start processes that need nothing of the script that is run: by itself, each would run it once more, and a script
    that does its work when it is imported would do it there, too."""
    own, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = own


# -- in the other process ----------------------------------------------------------------------------------------------

_one = threading.Lock()  # of a worker of a cluster, which may have several threads
_open: dict[str, Workspace] = {}  # the last one


def done(blob: bytes | None, key: str, work: Work, item: Any) -> Any:
    """Do an item of work. `blob` is required if the process does not know this key yet."""
    with _one:
        if key not in _open:
            assert blob is not None
            _open.clear()
            _open[key] = opened(blob)
        return work(_open[key], item)


def _begin(file: Path, key: str, threads: int) -> None:
    import torch

    threading.Thread(target=_end_with_parent, daemon=True).start()
    limit_memory(leave_quietly)  # the others compute what it was to
    os.environ[process.THREADS] = str(threads)
    torch.set_num_threads(threads)
    _open[key] = opened(file.read_bytes())


def _nothing() -> None:
    """Do nothing: work to find out that a process is there."""


def _end_with_parent() -> None:
    """End with the parent: a killed process cannot end those that it started."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
