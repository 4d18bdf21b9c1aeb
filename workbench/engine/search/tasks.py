"""One trial as a value, the steps of layers and the samples to measure on; and its computation.

A task identifies its subject by content, so that its result is the same wherever it is computed, and is stored on disk
under that identity.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from workbench.core.base.job import Job
from workbench.data.dataset import Feeds
from workbench.engine.base.evaluate import Evaluator, Run, runner
from workbench.engine.base.originals import ROOM
from workbench.engine.base.store import RUNTIME
from workbench.engine.calibration.activation_cache import Crossings
from workbench.engine.compile import compiler
from workbench.engine.compile.structure import structural
from workbench.engine.preview.divergence import divergence
from workbench.engine.preview.previewer import SuffixRunner, effective
from workbench.engine.search.options import recipe_of
from workbench.engine.search.stacks import Stack
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

Key = tuple[tuple[str, Stack], ...]  # path -> steps, sorted by path
CROSSING = 512 << 20  # bytes of values that cross a cut, in memory; the others are on the disk
FAR = 1e6  # divergence of outputs that are not finite
LEAST = 1e-7  # smallest probability of a class, if outputs are probabilities


@dataclass(frozen=True)
class Task:
    """A trial.

    about     fingerprints of model, data, calibration samples and metric
    steps     steps of the layers
    samples   fingerprint of the samples, in their order; `start` and `stop` are positions in that order
    """

    about: tuple[str, ...]
    steps: Key
    seed: int
    samples: str
    start: int
    stop: int

    @property
    def key(self) -> str:
        return repr(("search trial", RUNTIME, self.about, self.steps, self.seed, self.samples, self.stop - self.start))


@dataclass(frozen=True, eq=False)
class Result:
    """Per sample: rows of the metric (see data.metrics.metric), [n, ...], float64 as the original's are; and how far
    the outputs move, [n], float32."""

    rows: np.ndarray
    divergences: np.ndarray

    @staticmethod
    def joined(parts: Sequence["Result"]) -> "Result":
        return Result(
            np.concatenate([part.rows for part in parts]), np.concatenate([part.divergences for part in parts])
        )

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        return {"rows": self.rows, "divergences": self.divergences}

    def __len__(self) -> int:
        return len(self.rows)


class Computer:
    """Computes tasks on some samples of a workspace. Keeps the cut of the last layer, as neighbouring tasks are about
    the same layer, and the sessions of the last steps. Not thread-safe."""

    def __init__(self, workspace: Workspace, evaluator: Evaluator) -> None:
        self.workspace, self.evaluator = workspace, evaluator
        self._behind: SuffixRunner | None = None
        self._last: tuple[Key, int, Run] | None = None
        self._originals: dict[Hashable, np.ndarray] = {}
        self._keeps = True

    def compute(self, task: Task, job: Job) -> Result:
        """Run the edited model on the task's samples. Raises UserError if the steps do not fit."""
        return self.through(self._run(task, job), task.start, task.stop, job)

    def through(self, run: Run, start: int, stop: int, job: Job) -> Result:
        """Run a model on the samples at these positions."""
        rows, moved = [], []
        for chosen in self._batches(start, stop):
            job.check()
            outputs = self.evaluator.answer(run(Feeds(self.evaluator.data, chosen)))
            rows.append(self.evaluator.score(outputs, chosen))
            moved.append(_moved(outputs, self._original(chosen)))
        return Result(np.concatenate(rows).astype(np.float64), np.concatenate(moved).astype(np.float32))

    def _batches(self, start: int, stop: int) -> list[np.ndarray]:
        order, size = self.evaluator.order, self.evaluator.batch
        return [order[at : min(at + size, stop)] for at in range(start, stop, size)]

    def _original(self, chosen: np.ndarray) -> np.ndarray:
        """Return the original's outputs for these samples; computed once a workspace where those of all fit into
        memory."""
        key = ("outputs of the original", self.evaluator.data.fingerprint, chosen.tobytes())
        found = self._originals.get(key)
        if found is None:
            made = partial(self._run_original, chosen)
            found = self.workspace.cache.get(key, made) if self._keeps else made()
            self._keeps = found.nbytes * len(self.evaluator.order) <= ROOM * len(chosen)
            if self._keeps:
                self._originals[key] = found
        return found

    def _run_original(self, chosen: np.ndarray) -> np.ndarray:
        return self.evaluator.answer(self._model(Feeds(self.evaluator.data, chosen)))

    @cached_property
    def _model(self) -> Run:
        return runner(runtime.session(self.workspace.model))

    @cached_property
    def scale(self) -> float:
        """Divergence that counts as one: a nat for classifiers, else the variance of the outputs."""
        outputs = self._original(self.evaluator.order[: self.evaluator.batch])
        if outputs.dtype.kind not in "fiub" or (outputs.ndim == 2 and outputs.shape[1] > 1):
            return 1.0
        return max(float(np.var(outputs.astype(np.float64), axis=0).mean()), 1e-30)

    def _run(self, task: Task, job: Job) -> Run:
        if self._last is None or self._last[:2] != (task.steps, task.seed):
            self._last = (task.steps, task.seed, self._made(task, job))
        return self._last[2]

    def _made(self, task: Task, job: Job) -> Run:
        if len(task.steps) == 1 and not any(map(structural, task.steps[0][1])):
            ((path, actions),) = task.steps
            workspace = self.workspace
            edited = compiler.edit(
                workspace.model, path, actions, workspace.calibration, task.seed, workspace.cache, job.silent()
            )
            return self._cut(path).run(edited)
        result = self.workspace.compiled(recipe_of(dict(task.steps), task.seed), job.silent(), timed=False)
        return runner(runtime.session(effective(result.model, result.edits)))

    def _cut(self, path: str) -> SuffixRunner:
        """Return the cut before this layer. What crosses it is computed from the inputs, not from what crossed the cut
        before: that would round differently in a process that had another cut before."""
        if self._behind is None or self._behind.path != path:
            self._behind = None  # whose values are evicted before those of the next
            self._behind = SuffixRunner(self.workspace.model, path, Crossings(CROSSING))
        return self._behind


def _moved(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Return [samples] distances from the original's outputs; if these are not numbers, whether they differ."""
    if outputs.shape != original.shape:
        return np.ones(len(outputs))
    if outputs.dtype.kind not in "fiub":
        return np.asarray((outputs != original).reshape(len(outputs), -1).any(axis=1).astype(np.float64))
    with np.errstate(all="ignore"):
        found = divergence(_scores(outputs, original), _scores(original, original))
    return np.where(np.isfinite(found), np.clip(found, 0.0, FAR), FAR)


def _scores(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Return class scores whose softmax the outputs are, if the original gives probabilities."""
    if original.ndim != 2 or original.shape[1] < 2 or (original < 0).any():
        return outputs
    if np.abs(original.sum(axis=1) - 1).max(initial=0.0) > 1e-3:
        return outputs
    return np.log(np.maximum(outputs, LEAST))


def sorted_key(steps: Mapping[str, Stack]) -> Key:
    return tuple(sorted(((path, tuple(actions)) for path, actions in steps.items() if actions), key=lambda row: row[0]))
