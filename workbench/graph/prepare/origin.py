"""Original layouts of weights that the preparation of a graph changed, for files of weights under their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import onnx_ir as ir

# Metadata of a graph: names of matrices that are stored transposed, and for other weights the steps back.
TRANSPOSED, ORIGINS = "transposed", "origins"


@dataclass(frozen=True, eq=False)
class Part:
    """A weight that was put together with others: its rows in the result, and the steps back from these."""

    name: str
    shape: tuple[int, ...]
    rows: np.ndarray
    steps: Steps = ()


@dataclass(frozen=True, eq=False)
class Origin:
    """One step back to the original layout: a reshape, then a permutation of the axes, or the parts."""

    shape: tuple[int, ...]
    perm: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()


Steps = tuple[Origin, ...]


def note(graph: ir.Graph, name: str, origin: Origin, shape: tuple[int, ...]) -> None:
    """Note that a weight of this shape was changed, and the step back. Transposes of matrices are noted shorter."""
    if origin.perm == (1, 0) and name not in graph.meta.get(ORIGINS, {}):
        graph.meta[TRANSPOSED] = graph.meta.get(TRANSPOSED, frozenset()) ^ {name}
        return
    if origin.parts:
        steps: Steps = (
            replace(origin, parts=tuple(replace(p, steps=_taken(graph, p.name, p.shape)) for p in origin.parts)),
        )
    else:
        steps = (origin, *_taken(graph, name, shape))
    graph.meta[ORIGINS] = {**graph.meta.get(ORIGINS, {}), name: steps}


def _taken(graph: ir.Graph, name: str, shape: tuple[int, ...]) -> Steps:
    """Remove what is noted of a weight, and return it."""
    every, turned = dict(graph.meta.get(ORIGINS, {})), graph.meta.get(TRANSPOSED, frozenset())
    steps: Steps = every.pop(name, ())
    graph.meta[ORIGINS] = every
    if name not in turned:
        return steps
    graph.meta[TRANSPOSED] = turned - {name}
    return (Origin(shape, (1, 0)),)


def permuted(array: np.ndarray, perm: tuple[int, ...]) -> Origin:
    """Return the way back from this result of a transpose."""
    return Origin(tuple(array.shape), tuple(int(axis) for axis in np.argsort(perm)))


def put_together(array: np.ndarray, rows: np.ndarray, sources: Mapping[str, np.ndarray]) -> Origin | None:
    """Return the way back from weights whose rows were reordered and concatenated; None if these are not all there.

    rows   for each row of the result, its number among those of all sources
    """
    if rows.size != sum(len(source) for source in sources.values()) or len(np.unique(rows)) != rows.size:
        return None
    order, parts, start = np.argsort(rows.reshape(-1)), [], 0
    for name, source in sources.items():
        parts.append(Part(name, tuple(source.shape), order[start : start + len(source)]))
        start += len(source)
    found = Origin((rows.size, array.size // rows.size), (), tuple(parts))
    back = _back(array, "", (found,))
    return found if all(np.array_equal(back[name], source) for name, source in sources.items()) else None


def originals(graph: ir.Graph) -> Iterator[tuple[str, ir.TensorProtocol]]:
    """Yield the weights of a graph by name, in their original layout except for transposed matrices. Weights whose
    size was changed since keep theirs."""
    every = graph.meta.get(ORIGINS, {})
    for name, value in graph.initializers.items():
        tensor, steps = value.const_value, every.get(name, ())
        if tensor is None:
            continue
        if not steps or prod(steps[0].shape) != tensor.size:
            yield name, tensor
            continue
        for part, shape in _shapes(name, steps).items():
            yield part, _lazy(tensor, name, steps, part, shape)


def _lazy(tensor: ir.TensorProtocol, name: str, steps: Steps, part: str, shape: tuple[int, ...]) -> ir.TensorProtocol:
    def made() -> ir.TensorProtocol:
        return ir.Tensor(np.ascontiguousarray(_back(tensor.numpy(), name, steps)[part]), name=part)

    return ir.LazyTensor(made, tensor.dtype, shape=ir.Shape(shape), name=part)


def _shapes(name: str, steps: Steps) -> dict[str, tuple[int, ...]]:
    last = steps[-1]
    if not last.parts:
        return {name: tuple(last.shape[axis] for axis in last.perm) if last.perm else last.shape}
    found: dict[str, tuple[int, ...]] = {}
    for part in last.parts:
        found |= _shapes(part.name, part.steps) if part.steps else {part.name: part.shape}
    return found


def _back(array: np.ndarray, name: str, steps: Steps) -> dict[str, np.ndarray]:
    for step in steps:
        array = array.reshape(step.shape)
        if step.parts:
            found: dict[str, np.ndarray] = {}
            for part in step.parts:
                found |= _back(array[part.rows].reshape(part.shape), part.name, part.steps)
            return found
        array = array.transpose(step.perm) if step.perm else array
    return {name: array}
