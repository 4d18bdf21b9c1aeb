"""Processes that compute for this one. What they cannot do, or no longer do, is left to whoever asks."""

import logging
import multiprocessing
import os
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from typing import Any

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.ipc import process
from workbench.engine.parallel.cargo import Cargo, opened
from workbench.engine.workspace import Workspace

LOOK_S = 0.2  # between two looks whether the job was cancelled or paused
AHEAD = 2  # pieces for each process: one that it computes, and the next one
Work = Callable[[Workspace, Any], Any]  # a function of a module, so that it can be named to another process
log = logging.getLogger(__name__)


class Crew(ABC):
    """`lost`: why they compute no more, a sentence; "" while they do."""

    def __init__(self, *gone: type[Exception]) -> None:
        """`gone`: what is raised where the processes are no longer there."""
        self.lost = ""
        self._gone: tuple[type[Exception], ...] = (BrokenExecutor, CancelledError, *gone)

    @property
    @abstractmethod
    def size(self) -> int:
        """How many processes there are now."""

    @abstractmethod
    def submit(self, work: Work, item: Any) -> "Future[Any]": ...

    @abstractmethod
    def close(self) -> None: ...

    def gather(self, work: Work, items: Sequence[Any], job: Job) -> Iterator[Any]:
        """What `work` makes of each item, in the order in which it comes. While the job is paused nothing new begins.
        Ends early where the processes are gone, or one cannot work (see `lost`). Raises Cancelled."""
        left, running = deque(items), set[Future[Any]]()
        try:
            while (left or running) and not self.lost:
                job.rest()
                job.check()
                while left and len(running) < AHEAD * max(self.size, 1):
                    running.add(self.submit(work, left.popleft()))
                done, running = wait(running, LOOK_S, return_when="FIRST_COMPLETED")
                for future in done:
                    yield future.result()
        except UserError as error:
            self.lost = error.message
        except self._gone as error:
            log.info("worker processes are gone: %s: %s", type(error).__name__, error)
            self.lost = Message("A worker process stopped; this process computed the rest.")
        finally:
            for future in running:
                future.cancel()


class LocalCrew(Crew):
    """`count` processes of this machine, which share its cores; started when there is something to do. A process that
    dies ends the others."""

    def __init__(self, cargo: Cargo, count: int) -> None:
        super().__init__()
        threads = max(1, (process.threads() or os.cpu_count() or 1) // count)
        self._count, self._key = count, cargo.key
        self._pool = ProcessPoolExecutor(
            count, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(cargo, threads)
        )

    @property
    def size(self) -> int:
        return self._count

    def submit(self, work: Work, item: Any) -> "Future[Any]":
        return self._pool.submit(done, None, self._key, work, item)

    def close(self) -> None:
        """Ends the processes, whatever they are at."""
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for each in processes:
            with suppress(OSError):
                each.terminate()
        for each in processes:
            each.join()


# -- in the other process ----------------------------------------------------------------------------------------------

_one = threading.Lock()  # of a worker of a cluster, which may have several threads
_open: dict[str, Workspace] = {}  # the last one


def done(blob: bytes | None, key: str, work: Work, item: Any) -> Any:
    """`blob` is wanted where the process does not know this key yet."""
    with _one:
        if key not in _open:
            assert blob is not None
            _open.clear()
            _open[key] = opened(blob)
        return work(_open[key], item)


def _begin(cargo: Cargo, threads: int) -> None:
    import torch

    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ[process.THREADS] = str(threads)
    torch.set_num_threads(threads)
    _open[cargo.key] = opened(cargo.blob)


def _end_with_parent() -> None:
    """A process that is killed cannot end those that it started."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
