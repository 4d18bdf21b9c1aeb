"""Pictures of a weight: a part of its matrix, in no more cells than fit the screen, and kernels of a convolution."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.layer_data import layer_queries as w
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.pictures import Kernels, Tile
from workbench.graph.storage.edit import Edit

MOST_CELLS = 4096  # along one side: no screen has more
MOST_KERNELS = 4096


@dataclass(frozen=True, eq=False)
class Pair:
    """A weight before and after its edit.

    after    in the shape of `before`, NaN where channels were removed; None if not edited
    edit     edit of the remaining weight; `kept`: [outputs] indices of the remaining output channels
    """

    layer: Layer
    before: np.ndarray
    after: np.ndarray | None
    edit: Edit | None
    left: np.ndarray | None
    kept: np.ndarray

    @cached_property
    def rows(self) -> tuple[np.ndarray, np.ndarray | None]:
        """Both weights as matrices, one row per output channel."""
        return self._unfolded(self.before), None if self.after is None else self._unfolded(self.after)

    def _unfolded(self, weight: np.ndarray) -> np.ndarray:
        return np.moveaxis(weight, self.layer.out_axis, 0).reshape(weight.shape[self.layer.out_axis], -1)

    def place(self, channel: int) -> int:
        """Return the index of an output channel among those left."""
        return int(self.kept[:channel].sum())


def tile(pair: Pair, wanted: w.WantTile, job: Job) -> Tile:
    before, after = pair.rows
    rows, columns = (
        _within(part, size) for part, size in zip((wanted.rows, wanted.columns), before.shape, strict=True)
    )
    cells = (min(max(wanted.height, 1), MOST_CELLS), min(max(wanted.width, 1), MOST_CELLS))
    block = (-(-(rows[1] - rows[0]) // cells[0]), -(-(columns[1] - columns[0]) // cells[1]))
    part = (slice(*rows), slice(*columns))
    job.check()
    largest, change = float(np.abs(before).max()), 0.0
    if after is not None and not np.isnan(after).all():
        largest = max(largest, float(np.nanmax(np.abs(after))))
        change = float(np.nanmax(np.abs(after - before)))
    kernel = pair.layer.shape[2:] if pair.layer.op.startswith("Conv") else ()
    return Tile(
        rows,
        columns,
        (before.shape[0], before.shape[1]),
        block,
        averaged(before[part], block),
        averaged(after[part], block) if after is not None else None,
        largest,
        change,
        tuple(kernel),
    )


def averaged(values: np.ndarray, block: tuple[int, int]) -> np.ndarray:
    """Return means over blocks, ignoring NaN, float32; NaN where a block has nothing else."""
    if block == (1, 1):
        return np.ascontiguousarray(values, dtype=np.float32)
    there = ~np.isnan(values)
    sums, counts = np.where(there, values, 0).astype(np.float64), there.astype(np.float64)
    for axis, size in enumerate(block):
        starts = np.arange(0, values.shape[axis], size)
        sums, counts = (np.add.reduceat(part, starts, axis=axis) for part in (sums, counts))
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan).astype(np.float32)


def kernels(pair: Pair, wanted: w.WantKernels, job: Job) -> Kernels:
    layer = pair.layer
    sizes = layer.shape[2:]
    if not layer.op.startswith("Conv") or len(sizes) not in (1, 2) or int(np.prod(sizes)) < 2:
        raise UserError("{path} has no kernels to draw.", "View its weights as a matrix.", path=layer.path)
    unfold = _pictures(layer.out_axis)
    before, after = unfold(pair.before), None if pair.after is None else unfold(pair.after)
    norms = np.sqrt(np.square(before, dtype=np.float64).reshape(len(before), -1).sum(axis=1))
    job.check()
    order = np.argsort(-norms, kind="stable") if wanted.by_norm else np.arange(len(norms))
    first = min(max(wanted.first, 0), len(order))
    chosen = order[first : first + min(max(wanted.count, 1), MOST_KERNELS)]
    shown = before if after is None else after
    silent = ~np.nan_to_num(shown[chosen]).reshape(len(chosen), -1).any(axis=1)
    inputs = 1 if before.ndim == 4 else pair.before.shape[1 - layer.out_axis]
    places = np.stack([chosen // inputs, chosen % inputs if before.ndim == 3 else np.full(len(chosen), -1)], axis=1)
    largest = float(np.abs(before).max())
    if after is not None and not np.isnan(after).all():
        largest = max(largest, float(np.nanmax(np.abs(after))))
    return Kernels(
        places, before[chosen], None if after is None else after[chosen], norms[chosen], silent, len(norms), largest
    )


def _pictures(out_axis: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function to pictures [n, height, width], one for each output and input; for three inputs [n, height,
    width, 3] in colour."""

    def unfold(weight: np.ndarray) -> np.ndarray:
        moved = np.moveaxis(weight, out_axis, 0)
        if moved.ndim == 3:
            moved = moved[:, :, None]
        if moved.shape[1] == 3:
            return np.moveaxis(moved, 1, -1)
        return moved.reshape(-1, *moved.shape[2:])

    return unfold


def _within(part: tuple[int, int] | None, size: int) -> tuple[int, int]:
    """Clip a range to the valid one, at least one row or column."""
    first, behind = part or (0, size)
    first = min(max(first, 0), size - 1)
    return first, min(max(behind, first + 1), size)
