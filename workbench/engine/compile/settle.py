"""That ONNX Runtime's optimiser leaves the answers of a graph with integer layers, and what is done where it does not.

When it loads a file, the runtime rewrites QDQ into integer kernels of its own, and some operators between two layers
do not survive that. The edited graph is therefore run with and without optimisation on a few calibration samples;
where it fails, or answers otherwise, the levels that are behind it are found by halving, and left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.base.evaluate import Run
from workbench.engine.compile.equivalence import few
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite import between, qdq
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.encoding import Affine, Scaled
from workbench.graph.storage.kernels import Blockwise, Dynamic, Static

SAMPLES = 8  # that are run with and without optimisation
MEASURED = 32  # the same of the written file
DECIDE = 0.9  # of decisions that are the same without optimisation; fewer are told
APART = 0.1  # relative distance of outputs that is more than rounding in integer kernels (20 dB)
Edits = Mapping[str, Edit]


@dataclass(frozen=True)
class Settled:
    """Layers whose outputs have no levels after all, and layers whose activations are in floating point.

    `inside`: layers whose outputs have none because an If, Loop or Scan reads them, as the writer has it anyway.
    """

    inside: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    floats: frozenset[str] = frozenset()

    def of(self, edits: Edits) -> dict[str, Edit]:
        """The edits without the levels that were left out."""
        bare = self.open | self.inside
        return {path: _without(edit, path in bare, path in self.floats) for path, edit in edits.items()}

    def notes(self, model: Model, edits: Edits) -> tuple[str, ...]:
        """A sentence for each kind of levels that were left out, with the operators that are in the way."""
        said = []
        for paths, what in (
            (self.open, Message("has no levels for its output")),
            (self.floats, Message("keeps its activations in floating point")),
        ):
            if named := [path for path in edits if path in paths]:
                behind = ", ".join(between.operators(model, named)) or Message("the next layer")
                said.append(
                    Message(
                        "{who} {subject}: on 8-bit levels ONNX Runtime computes what follows ({behind}) wrongly.",
                        who=_who(named),
                        subject=what,
                        behind=behind,
                    )
                )
        if named := [path for path in edits if path in self.inside]:
            said.append(
                Message("{who} has no levels for its output: an If, Loop or Scan reads it inside.", who=_who(named))
            )
        return tuple(said)


def _who(paths: list[str]) -> str:
    return paths[0] if len(paths) == 1 else Message("{n} layers ({paths}): each", n=len(paths), paths=few(paths))


def settled(model: Model, edits: Edits, data: Dataset | None, known: Cache, job: Job) -> Settled:
    """What must be left out of the edits so that the runtime's optimiser leaves their answers; found once for the same
    layers computed in the same way, whatever their weights. Raises UserError where nothing helps."""
    computed = tuple(
        (path, type(edit.compute), isinstance(edit.compute, Static) and edit.compute.delivered is not None)
        for path, edit in edits.items()
        if edit.compute is not None
    )
    if data is None or not computed:
        return Settled()
    return known.get(("settled", data.fingerprint, computed), lambda: search(model, edits, data, job))


def search(model: Model, edits: Edits, data: Dataset, job: Job) -> Settled:
    """The same for exactly these edits. Raises UserError."""
    feeds = next(iter(data.batches(SAMPLES, SAMPLES)))
    original = cache(lambda: _outputs(model, feeds, optimize=True))

    def right(found: Settled) -> bool:
        job.check()
        return _right(model, found.of(edits), feeds, original)

    static = [path for path, edit in edits.items() if isinstance(edit.compute, Static)]
    handing = [path for path in static if edits[path].compute.delivered is not None]  # type: ignore[union-attr]
    inside = frozenset(between.read_inside(model, handing))
    handing = [path for path in handing if path not in inside]
    if right(Settled(inside)):
        return Settled(inside)
    if handing and right(Settled(inside, frozenset(handing))):
        return Settled(inside, frozenset(_fewest(handing, lambda paths: right(Settled(inside, frozenset(paths))))))
    if static and right(Settled(floats=frozenset(static))):
        return Settled(floats=frozenset(_fewest(static, lambda paths: right(Settled(floats=frozenset(paths))))))
    operators = sorted({WORDS[type(edit.compute)] for edit in edits.values() if edit.compute is not None})
    raise UserError(
        "ONNX Runtime does not run this model with {operators}.",
        "Choose other methods for these layers.",
        operators=", ".join(operators),
    )


WORDS = {
    Static: Message("layers on 8-bit levels"),
    Dynamic: Message("dynamic activation quantisation"),
    Blockwise: Message("the 4-bit kernel"),
}


def _fewest(paths: Sequence[str], right: Callable[[list[str]], bool]) -> list[str]:
    """A set of paths that makes it right and of which none can be spared; all together do. Junker 2004, QuickXplain:
    halves are tried, so that one culprit among n takes log n trials."""

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
    if activations and isinstance(edit.compute, Static):
        return replace(edit, compute=None)
    if delivered and isinstance(edit.compute, Static):
        return replace(edit, compute=replace(edit.compute, delivered=None))
    return edit


def _right(
    model: Model, edits: Edits, feeds: Mapping[str, np.ndarray], original: Callable[[], list[np.ndarray]]
) -> bool:
    """Whether the optimised graph loads, runs and answers as the graph does without optimisation, up to rounding: that
    is less than the levels themselves cost."""
    edited = with_edits(model, edits)
    try:
        found = _outputs(edited, feeds, optimize=True)
    except UserError:
        return False
    try:
        expected = _outputs(edited, feeds, optimize=False)
    except UserError:
        return True  # an operator that only the optimiser makes runnable: there is nothing to compare with
    moved = distance(found, expected)
    return moved <= APART or _saturating(edits) or moved <= distance(expected, original()) / 2


def _outputs(model: Model, feeds: Mapping[str, np.ndarray], optimize: bool) -> list[np.ndarray]:
    session = runtime.session(model, optimize=optimize)
    return runtime.run(session, {value.name: feeds[value.name] for value in session.get_inputs()})


def _saturating(edits: Edits) -> bool:
    """Whether sums of products saturate here, which the user has chosen and is told of by the methods."""
    inner = [
        edit.encoding.inner if isinstance(edit.encoding, Scaled) else edit.encoding
        for edit in edits.values()
        if isinstance(edit.compute, Static)
    ]
    return any(isinstance(each, Affine) and each.bits == 8 for each in inner) and qdq.saturates()


def distance(found: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> float:
    """The largest relative distance |a - b| / |b| among floating-point outputs; infinite where one is not finite or of
    another shape. Outputs that are not numbers with a size, as classes are, may differ on ties and do not count."""
    largest = 0.0
    for a, b in zip(found, expected, strict=True):
        if not isinstance(b, np.ndarray):  # a sequence or a map, which is made of other values
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


def note_on_file(path: str, written: Run, data: Dataset) -> str:
    """A sentence where a file answers otherwise when it is loaded without optimisation; "" where it does not, or where
    it does not run so. `written` runs it with optimisation."""
    feeds = next(iter(data.batches(MEASURED, MEASURED)))
    try:
        session = runtime.session(path, optimize=False)
        plain = runtime.run(session, {value.name: feeds[value.name] for value in session.get_inputs()})
    except UserError:
        return ""
    found = written(feeds)
    moved, same = distance(found, plain), _decisions(data.answer.of(found), data.answer.of(plain))
    if moved <= APART and same >= DECIDE:
        return ""
    return Message(
        "Without its graph optimisation ONNX Runtime gives different outputs for this file: they differ by "
        "{moved:.0%}, and {same:.0%} of the predictions, on {count} samples.",
        moved=moved,
        same=1 - same,
        count=data.count(feeds),
    )


def _decisions(a: np.ndarray, b: np.ndarray) -> float:
    """The share of samples with the largest output at the same place; 1 where there is one output."""
    if a.shape != b.shape or a.ndim < 2 or not len(a):
        return float(a.shape == b.shape)
    return float((a.reshape(len(a), -1).argmax(1) == b.reshape(len(b), -1).argmax(1)).mean())
