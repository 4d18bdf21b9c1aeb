"""Ensures that ONNX Runtime's optimiser does not change the outputs of a graph with integer layers, by removing
quantisation of activations if it does.

When it loads a file, the runtime rewrites QDQ to its integer kernels, which breaks some operators between two layers.
The edited graph is therefore run with and without optimisation on a few calibration samples; if it fails or the outputs
differ, the responsible levels are found by bisection and removed.

Integer kernels round where floats do not, and a model may amplify that to any size: one far from its data, or with tiny
outputs. So the effect of rounding on the graph itself is measured, and a difference of that size is not held against an
operator.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from weakref import ReferenceType, WeakKeyDictionary, ref

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message, short_list
from workbench.core.recipe.storing import PLAIN
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.base.evaluate import Evaluator, Run
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite import between_layers, qdq
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Levels, Static

SAMPLES = 8  # samples run with and without optimisation
MEASURED = 32  # the same for the written file
DECIDE = 0.9  # share of decisions that are equal without optimisation; fewer are reported
APART = 0.1  # relative distance of outputs beyond rounding in integer kernels (20 dB)
LIMITS = np.array([APART, 1 - DECIDE])
# Share by which scales are changed to see the effect of rounding. The largest rounding in an integer kernel is of the
# bias to whole products of two steps: half of one, and an 8-bit level of an output is some thousands of them.
NUDGE = 2.0**-18
Edits = Mapping[str, Edit]
Outputs = list[np.ndarray]
Same = Callable[[Outputs, Outputs], float]  # share of equal decisions in two runs
Exactly = tuple[str, list[tuple[str, ReferenceType[Edit]]]]  # data, and the edit of each layer
# The last edits of a model that were run, and the result: an export settles what was just compiled.
_last: WeakKeyDictionary[Model, tuple[Exactly, "Settled"]] = WeakKeyDictionary()


def undecided(found: Outputs, expected: Outputs) -> float:
    """Return 1, for models that make no decisions: only their outputs are compared."""
    return 1.0


def deciding(evaluator: Evaluator) -> Same:
    """Return a function that gives the share of equal decisions, as the metric defines them: one per sample, pixel or
    token."""
    decide = evaluator.metric.decide
    if decide is None:
        return undecided
    return lambda a, b: float(np.mean(np.asarray(decide(evaluator.answer(a)) == decide(evaluator.answer(b)))))


@dataclass(frozen=True)
class Settled:
    """Layers whose outputs are not quantised after all, and layers whose activations are in floating point.

    `inside`: layers whose outputs are not quantised because an If, Loop or Scan reads them, as the writer does anyway.
    """

    inside: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    floats: frozenset[str] = frozenset()

    def of(self, edits: Edits) -> dict[str, Edit]:
        """Return the edits without the levels that were removed."""
        bare = self.open | self.inside
        return {path: _without(edit, path in bare, path in self.floats) for path, edit in edits.items()}

    def notes(self, model: Model, edits: Edits) -> tuple[str, ...]:
        """Return a sentence for each kind of levels that were removed, with the operators that cause it."""
        said = []
        for paths, what in (
            (self.open, Message("has no quantised output")),
            (self.floats, Message("keeps floating-point activations")),
        ):
            if named := [path for path in edits if path in paths]:
                behind = [*between_layers.operators(model, named)] or Message("the next layer")
                said.append(
                    Message(
                        "{who} {subject}: with 8-bit activations ONNX Runtime computes the operators after "
                        "it ({behind}) incorrectly.",
                        who=_who(named),
                        subject=what,
                        behind=behind,
                    )
                )
        if named := [path for path in edits if path in self.inside]:
            said.append(Message("{who} has no quantised output: an If, Loop or Scan reads it.", who=_who(named)))
        return tuple(said)


def _who(paths: list[str]) -> str:
    return paths[0] if len(paths) == 1 else Message("{n} layers ({paths}): each", n=len(paths), paths=short_list(paths))


def settled(model: Model, edits: Edits, data: Dataset | None, known: Cache, job: Job) -> Settled:
    """Return which levels to remove from the edits so that the runtime's optimiser does not change the outputs;
    computed once for the same layers with the same kernels, whatever their weights. Raises UserError if nothing
    helps."""
    computed = tuple(
        (path, type(edit.compute), isinstance(edit.compute, Static) and edit.compute.delivered is not None)
        for path, edit in edits.items()
        if edit.compute is not None
    )
    if data is None or not computed:
        return Settled()
    return known.get(("settled", data.fingerprint, computed), lambda: exactly(model, edits, data, job))


def exactly(model: Model, edits: Edits, data: Dataset, job: Job) -> Settled:
    """Return the same for exactly these edits. Raises UserError naming the layers that do not run."""
    wanted = data.fingerprint, [(path, ref(edit)) for path, edit in edits.items()]
    if model not in _last or _last[model][0] != wanted:
        _last[model] = wanted, search(model, edits, data, job)
    return _last[model][1]


def search(
    model: Model, edits: Edits, data: Dataset, job: Job, samples: int = SAMPLES, same: Same = undecided
) -> Settled:
    """Return the same for exactly these edits and the first samples, determined now."""
    trial = _Trial(model, edits, next(iter(data.batches(samples, samples))), same, job)
    static = [path for path, edit in edits.items() if isinstance(edit.compute, Static)]
    handing = [path for path in static if edits[path].compute.delivered is not None]  # type: ignore[union-attr]
    inside = frozenset(between_layers.read_inside(model, handing))
    handing = [path for path in handing if path not in inside]
    if trial.right(Settled(inside)):
        return Settled(inside)
    if handing and trial.right(Settled(inside, frozenset(handing))):
        found = _fewest(handing, lambda paths: trial.right(Settled(inside, frozenset(paths))))
        return Settled(inside, frozenset(found))
    computed = [path for path, edit in edits.items() if edit.compute is not None]
    for paths in (static, computed):
        if paths and trial.right(Settled(floats=frozenset(paths))):
            return Settled(floats=frozenset(_fewest(paths, lambda some: trial.right(Settled(floats=frozenset(some))))))
    if not trial.right_without(list(edits)):  # the graph as it is opened
        raise UserError(
            "ONNX Runtime gives different outputs for this model with graph optimisation on and "
            "off, even without any steps.",
            "Choose methods without 8-bit activations, or export the model again.",
        )
    raise UserError(
        "With these steps ONNX Runtime cannot run the exported model, because of {layers}.",
        "Choose another method for them.",
        layers=short_list(_fewest(list(edits), trial.right_without)),
    )


class _Trial:
    """Samples on which edits are tried; `same` compares decisions."""

    def __init__(self, model: Model, edits: Edits, feeds: Mapping[str, np.ndarray], same: Same, job: Job) -> None:
        self._model, self._edits, self._feeds, self._same, self._job = model, edits, feeds, same, job
        self._own = cache(
            lambda: self._apart(*(self._outputs(self._graph({}), optimize) for optimize in (True, False)))
        )

    def right(self, found: Settled) -> bool:
        """Return whether the graph without these levels loads, runs and gives the same outputs with and without
        optimisation, up to rounding."""
        return self._right(found.of(self._edits))

    def right_without(self, paths: Sequence[str]) -> bool:
        """Return the same without the edits of these layers, and with all others in floating point."""
        rest = {path: edit for path, edit in self._edits.items() if path not in paths}
        return self._right(Settled(floats=frozenset(rest)).of(rest))

    def _right(self, edits: Edits) -> bool:
        self._job.check()
        try:
            graph = self._graph(edits)
            found = self._outputs(graph, True)
        except UserError:
            return False
        try:
            expected = self._outputs(graph, False)
        except UserError:
            return True  # an operator that runs only after optimisation: there is nothing to compare with
        moved = self._apart(found, expected)
        return bool((moved <= LIMITS).all()) or _saturating(edits) or self._rounding(edits, expected, moved)

    def _rounding(self, edits: Edits, expected: Outputs, moved: np.ndarray) -> bool:
        """Return whether outputs move about as far from rounding alone, or when nothing is edited."""
        limits = LIMITS
        for factor in (1 + NUDGE, 1 - NUDGE):
            other = self._outputs(self._graph(nudged(edits, factor)), False)
            limits = np.maximum(limits, 2 * self._apart(other, expected))
            if (moved <= limits).all():
                return True
        return bool((moved <= np.maximum(limits, 2 * self._own())).all())

    def _apart(self, found: Outputs, expected: Outputs) -> np.ndarray:
        return apart(found, expected, self._same)

    def _graph(self, edits: Edits) -> Model:
        return with_edits(self._model, edits, PLAIN)

    def _outputs(self, graph: Model, optimize: bool) -> Outputs:
        session = runtime.session(graph, optimize=optimize)
        return runtime.run(session, runtime.read_by(session, self._feeds))


def apart(found: Outputs, expected: Outputs, same: Same = undecided) -> np.ndarray:
    """Return [2]: the relative distance of outputs, and the share of decisions that differ."""
    moved = distance(found, expected)
    return np.array([moved, 1 - same(found, expected) if np.isfinite(moved) else 1.0])


def nudged(edits: Edits, factor: float) -> dict[str, Edit]:
    """Return the edits with all scales of activations multiplied by a factor, so that they round slightly
    differently."""

    def moved(levels: Levels) -> Levels:
        return replace(levels, scale=levels.scale * factor)

    def put(compute: Static) -> Static:
        delivered = None if compute.delivered is None else moved(compute.delivered)
        return replace(compute, received=moved(compute.received), delivered=delivered)

    return {
        path: replace(edit, compute=put(edit.compute)) if isinstance(edit.compute, Static) else edit
        for path, edit in edits.items()
    }


def _fewest(paths: Sequence[str], right: Callable[[list[str]], bool]) -> list[str]:
    """Return a minimal set of paths that makes it right; all together do. Junker 2004, QuickXplain: by bisection, so
    that one culprit among n takes log n trials."""

    def search(fixed: list[str], rest: list[str], checked: bool) -> list[str]:
        if not checked and right(fixed):
            return []
        if len(rest) == 1:
            return rest
        first, second = rest[: len(rest) // 2], rest[len(rest) // 2 :]
        found = search(fixed + first, second, False)
        return found + search(fixed + found, first, not found)

    return search([], list(paths), True)


def _without(edit: Edit, delivered: bool, activations: bool) -> Edit:
    if activations and edit.compute is not None:
        return replace(edit, compute=None)
    if delivered and isinstance(edit.compute, Static):
        return replace(edit, compute=replace(edit.compute, delivered=None))
    return edit


def _saturating(edits: Edits) -> bool:
    """Return whether sums of products saturate here, which the user has chosen and the methods report."""
    grids = [edit.encoding.tensor.grid for edit in edits.values() if isinstance(edit.compute, Static)]
    return any(grid is not None and grid.bits == 8 for grid in grids) and qdq.saturates()


def distance(found: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> float:
    """Return the largest relative distance |a - b| / |b| among floating-point outputs; infinite if one is not finite or
    has another shape. Outputs that are not continuous, such as classes, may differ on ties and do not count."""
    largest = 0.0
    for a, b in zip(found, expected, strict=True):
        if not isinstance(b, np.ndarray):  # a sequence or a map, which consists of other values
            continue
        if a.shape != b.shape:
            return np.inf
        if b.dtype.kind != "f" or not b.size:
            continue
        finite = np.isfinite(b)
        apart = np.linalg.norm(a[finite].astype(np.float64) - b[finite])
        size = np.linalg.norm(b[finite].astype(np.float64))
        if not np.isfinite(apart):
            return np.inf
        largest = max(largest, float(apart / size) if size else float(apart > 0))
    return largest


def note_on_file(path: str, written: Run, data: Dataset, same: Same = undecided) -> str:
    """Return a sentence if a file gives other outputs when loaded without optimisation; "" if it does not, or cannot be
    run that way. `written` runs it with optimisation."""
    feeds = next(iter(data.batches(MEASURED, MEASURED)))
    moved = without_optimisation(path, written(feeds), feeds, same)
    return "" if moved is None else not_verified(moved, data.count(feeds))


def without_optimisation(
    path: str, found: Outputs, feeds: Mapping[str, np.ndarray], same: Same = undecided
) -> np.ndarray | None:
    """Return how far the outputs of a file are from these when it is loaded without optimisation, if beyond the limits:
    [2] (see `apart`), else None."""
    try:
        session = runtime.session(path, optimize=False)
        plain = runtime.run(session, runtime.read_by(session, feeds))
    except UserError:
        return None
    moved = apart(found, plain, same)
    return None if (moved <= LIMITS).all() else moved


def not_verified(moved: np.ndarray, samples: int) -> Message:
    """Return a note on a file whose outputs depend on the optimisation, on data or (0 samples) on synthetic inputs."""
    return Message(
        "Not verified: with graph optimisation off, ONNX Runtime gives different outputs for "
        "this file: they differ by {moved:.0%}, and {decisions:.0%} of the predictions, "
        "{where}. Quantising other layers does not help; run the file with the default "
        "optimisation, which is how it was measured.",
        moved=float(moved[0]),
        decisions=float(moved[1]),
        where=Message("on {count} samples", count=samples) if samples else Message("on synthetic inputs"),
    )
