"""Trials in several processes: each opens the same model and data, found by path and compared by content, and computes
whole races, or whole recipes. What comes back are tasks and results, the same whoever computed them.

A process that dies costs its trials a second try: this one computes what is left.
"""

import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from workbench.core.analysis.measured import Measuring
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.trust import Trust
from workbench.core.ipc.process import THREADS
from workbench.engine.search.options import Option
from workbench.engine.search.racing import race
from workbench.engine.search.stacks import Stack
from workbench.engine.search.tasks import Result, Task
from workbench.engine.search.trials import Trials
from workbench.engine.workspace import Workspace

LOOK_S = 0.2  # between two looks whether the search was cancelled
Found = list[tuple[Task, Result]]
_trials: Trials | None = None  # of a process that works for another


@dataclass(frozen=True)
class Place:
    """What a process opens. `about` is what it must find there (see Trials)."""

    model: str
    data: str
    calibration: str
    trusted: Trust
    measuring: Measuring
    count: int
    chosen: tuple[int, ...]
    seed: int
    about: tuple[str, ...]

    def open(self) -> Trials:
        """Raises UserError where that holds something else, or was opened in another way."""
        workspace = Workspace.open(self.model, Job(), self.trusted)
        workspace = workspace.attach(
            self.data, Job(), self.calibration, self.trusted, measuring=self.measuring, count=self.count
        )
        trials = Trials(workspace, np.array(self.chosen), self.seed)
        if trials.about != self.about:
            raise UserError("A worker process did not find the same model and data.", "Search with one process.")
        return trials


class Workers:
    """A pool of `count` processes for the trials of one search; closed by `close`."""

    def __init__(self, trials: Trials, count: int) -> None:
        workspace, data = trials.workspace, trials.workspace.measurable().data
        given = workspace.calibration.path if workspace.training is not None and workspace.calibration else ""
        chosen = tuple(trials.order.tolist())
        model, trusted, measuring = workspace.model.source.path, workspace.trusted, workspace.measuring
        count = workspace.count
        place = Place(model, data.path, given, trusted, measuring, count, chosen, trials.seed, trials.about)
        self.trials, self.lost = trials, False
        threads = max(1, (os.cpu_count() or 1) // count)
        self._pool = ProcessPoolExecutor(
            count, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(place, threads)
        )

    def race(self, places: Sequence[Sequence[Option]], job: Job) -> Iterator[int]:
        """Race the options of each place; yields how many places are done."""
        yield from self._gathered([self._pool.submit(_race, tuple(options)) for options in places], job)

    def measure(self, recipes: Sequence[Mapping[str, Stack]], job: Job) -> None:
        """Whole recipes, on all samples."""
        for _ in self._gathered([self._pool.submit(_measure, dict(steps)) for steps in recipes], job):
            pass

    def _gathered(self, futures: list[Future[Found]], job: Job) -> Iterator[int]:
        """Takes in what comes back. Where a process is gone, or cannot work, the rest is left to whoever asks."""
        left = set(futures)
        try:
            while left and not self.lost:
                done, left = wait(left, LOOK_S, return_when="FIRST_COMPLETED")
                for future in done:
                    self.trials.take(future.result())
                job.check()
                yield len(futures) - len(left)
        except (BrokenExecutor, UserError):
            self.lost = True
        finally:
            for future in left:
                future.cancel()

    def close(self) -> None:
        """Ends the processes, whatever they are at."""
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            with suppress(OSError):
                process.terminate()
        for process in processes:
            process.join()


def _begin(place: Place, threads: int) -> None:
    global _trials
    os.environ[THREADS] = str(threads)
    _trials = place.open()


def _race(options: Sequence[Option]) -> Found:
    assert _trials is not None
    race(options, _trials, Job())
    return _trials.new()


def _measure(steps: Mapping[str, Stack]) -> Found:
    assert _trials is not None
    with suppress(UserError):  # which whoever asked finds out, too
        _trials.measured(steps, Job())
    return _trials.new()
