"""Results of tasks, each computed once: kept in memory and, by content, on disk."""

import hashlib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from workbench.core.base.job import Job
from workbench.data.sampling import stratified
from workbench.engine.base.evaluate import Evaluator
from workbench.engine.base.store import Store, cache_folder
from workbench.engine.search.stacks import Stack
from workbench.engine.search.tasks import Computer, Result, Task, sorted_key
from workbench.engine.workspace import Workspace

HELD_OUT = 1 / 3  # of the samples
FIRST = 64  # samples of the first rung
RUINED = 1.0  # nats of divergence beyond which a whole recipe is not measured exactly
BUDGET = 1 << 30  # bytes on the disk


def split(evaluator: Evaluator, samples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (samples to choose by, held-out samples), both in an order in which every prefix has the classes in
    proportion; of the first `samples` of the data if that is not 0. A model of a fixed batch size gets whole
    batches."""
    size = evaluator.data.at_once(1)
    limit = min(samples or len(evaluator.order), len(evaluator.order))
    used = evaluator.order[: limit // size * size]
    labels = None if evaluator.data.labels is None else evaluator.data.labels[used]
    order = used[stratified(labels, len(used), seed + 1, evaluator.data.together)]
    count = max(round(HELD_OUT * len(used)) // size, min(1, len(used) // size - 1)) * size
    held = order[:count]
    return used[~np.isin(used, held)], held


def rungs(samples: int, size: int = 1, first: int = FIRST) -> list[tuple[int, int]]:
    """Return (start, stop) of growing pieces: the first samples, then repeatedly as many as so far; in multiples of
    `size`."""
    found, stop = [], min(-(-first // size) * size, samples)
    start = 0
    while start < samples:
        found.append((start, stop))
        start, stop = stop, min(2 * stop, samples)
    return found


def measured_on(workspace: Workspace) -> tuple[str, ...]:
    """Return fingerprints of everything but the steps that a measurement depends on."""
    evaluator, calibration = workspace.measurable(), workspace.calibration
    return (
        workspace.model.summary().fingerprint,
        evaluator.data.fingerprint,
        calibration.fingerprint if calibration else "",
        evaluator.about,
        workspace.teachers,
    )


class Trials:
    """Computes tasks on one list of samples, or finds their results. Thread-safe as long as `computers` differ.

    run      number of tasks computed here; `known`: number found on disk
    closed   nothing more is computed: unknown results stay unknown, and count as `missing`
    """

    def __init__(
        self, workspace: Workspace, chosen: np.ndarray, seed: int, store: Store | None = None, first: int = FIRST
    ) -> None:
        evaluator = workspace.measurable()
        self.workspace, self.seed, self.first = workspace, seed, first
        # The samples stay where they are in the data; the order is of these alone.
        self.evaluator = replace(evaluator, order=np.asarray(chosen))
        self.store = store or Store(cache_folder() / "trials", BUDGET)
        self.run = self.known = self.missing = 0
        self.closed = False
        self.about = measured_on(workspace)
        self.pieces = rungs(len(chosen), evaluator.data.at_once(1), first)
        self.order = chosen
        # Shared by all searches of this process, as tasks identify their subject.
        self._found: dict[Task, Result] = workspace.cache.get(("search trials", self.about), dict)
        self._new: list[tuple[Task, Result]] = []
        self._lock = threading.Lock()
        self.computer = Computer(workspace, self.evaluator)
        self.spent = self.units = 0.0

    def piece(self, steps: Mapping[str, Stack], rung: int, job: Job, computer: Computer | None = None) -> Result | None:
        """Return the effect of the steps on the samples of one rung; None if unknown and the computation has ended.
        Raises UserError if they do not fit."""
        task = self.task(steps, rung)
        if (found := self._look_up(task)) is not None or self.closed:
            self.missing += found is None
            return found
        job.rest()
        started = time.monotonic()
        result = (computer or self.computer).compute(task, job)
        self.store.save(task.key, result.arrays)
        with self._lock:
            self.run += 1
            self.spent += time.monotonic() - started
            self.units += task.stop - task.start
            self._found[task] = result
            self._new.append((task, result))
        return result

    def new(self) -> list[tuple[Task, Result]]:
        """Return the results since the last call."""
        with self._lock:
            found, self._new = self._new, []
        return found

    def known_of(self, steps: Mapping[str, Stack]) -> list[tuple[Task, Result]]:
        """Return known results of these steps, rung by rung."""
        tasks = [self.task(steps, rung) for rung in range(len(self.pieces))]
        return [(task, found) for task in tasks if (found := self._look_up(task)) is not None]

    def take(self, found: Sequence[tuple[Task, Result]]) -> None:
        """Add results that another process computed."""
        with self._lock:
            self.run += len(found)
            self._found.update(found)
        for task, result in found:
            self.store.save(task.key, result.arrays)

    def measured(self, steps: Mapping[str, Stack], job: Job) -> Result | None:
        """Measure on all samples, or stop after the first ones if these show that the model is destroyed; None as in
        `piece`."""
        found: Result | None = None
        for rung in range(len(self.pieces)):
            part = self.piece(steps, rung, job)
            if part is None:
                return None
            found = part if found is None else Result.joined([found, part])
            if found.divergences.mean() > RUINED * self.scale:
                break
        return found

    def task(self, steps: Mapping[str, Stack], rung: int) -> Task:
        start, stop = self.pieces[rung]
        samples = hashlib.sha256(self.order[start:stop].astype(np.int64).tobytes()).hexdigest()[:16]
        return Task(self.about, sorted_key(steps), self.seed, samples, start, stop)

    def _look_up(self, task: Task) -> Result | None:
        with self._lock:
            if task in self._found:
                return self._found[task]
        kept = self.store.load(task.key)
        if kept is None or {len(kept.get(name, ())) for name in ("rows", "divergences")} != {task.stop - task.start}:
            return None
        with self._lock:
            self.known += 1
            self._found[task] = Result(kept["rows"], kept["divergences"])
            return self._found[task]

    @property
    def scale(self) -> float:
        return self.computer.scale
