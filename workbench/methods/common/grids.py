"""Affine grids: the positions of the levels, and the assignment of weights to levels.

Nagel et al. 2021, A white paper on neural network quantization, section 2 and 3.1; Jacob et al. 2018, equation 1;
Migacz 2017, 8-bit inference with TensorRT, for the range of least divergence; Nahshan et al. 2021, Loss aware
post-training quantization, Machine Learning 110, section 4.1, for powers of the error other than its square; Banner,
Nahshan and Soudry 2019, Post training 4-bit quantization of convolutional networks for rapid-deployment, NeurIPS, for
clipping; Badri and Shaji 2023 for half-quadratic splitting (half_quadratic).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from workbench.core.base.message import Message
from workbench.core.recipe.params import Help, Range, When
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.spec import container
from workbench.graph.storage.kernels import SMALLEST
from workbench.methods.base.observer import divergence
from workbench.methods.common import half_quadratic

Granularity = Literal["tensor", "channel", "group"]
RangeRule = Literal["minmax", "percentile", "mse", "cubed", "entropy", "clip", "hqq"]
Clip = Annotated[
    float,
    Range(0.001, 1, 0.001),
    When("range", ("clip",)),
    Help("End of the range, as a share of the layer's largest magnitude; larger weights are clipped."),
]
Rounding = Literal["nearest", "floor", "stochastic"]
# Fractions of the full range that the searches for the smallest error and divergence try.
SHRINK = np.linspace(1.0, 0.4, 25)
# Powers of the error that ranges may minimise. Above two, the few large weights are spared, which matter more than
# their number says.
POWERS = {"mse": 2, "cubed": 3}
DEAD = 1e-30  # the scale of weights that are all zero
COUNTED = 1 << 20  # bins of histograms in memory at once
ROUNDED = 1 << 22  # weights that are rounded at once
BLOCK = 1 << 16  # values of which an error is taken at once: they fit a processor's nearest caches


@dataclass(frozen=True)
class Grid:
    """A weight viewed so that `scale` broadcasts over it.

    values      [grid shape], the weight, with its last group padded by zeros
    reduce      axes of the view that share a scale
    axis        as in graph.encodings.grid
    """

    values: np.ndarray
    reduce: tuple[int, ...]
    axis: int
    shape: tuple[int, ...]


def view(values: np.ndarray, out_axis: int, granularity: Granularity, group_size: int) -> Grid:
    """View the weight so that values which share a scale lie along `reduce`. Groups run along the input of a
    channel."""
    if granularity == "tensor":
        return Grid(values, tuple(range(values.ndim)), 0, values.shape)
    if granularity == "channel":
        return Grid(values, tuple(axis for axis in range(values.ndim) if axis != out_axis), 0, values.shape)
    columns_out = values.ndim == 2 and out_axis == 1
    matrix = values if columns_out else values.reshape(values.shape[0], -1)
    along = 0 if columns_out else 1
    length = matrix.shape[along]
    size = min(group_size, length)
    groups = -(-length // size)
    padding = [(0, 0), (0, 0)]
    padding[along] = (0, groups * size - length)
    padded = np.pad(matrix, padding) if groups * size > length else matrix
    if columns_out:
        return Grid(padded.reshape(groups, size, -1), (1,), 1, values.shape)
    return Grid(padded.reshape(len(matrix), groups, size), (2,), 0, values.shape)


def scales(
    grid: Grid,
    bits: int,
    symmetric: bool,
    rule: RangeRule,
    percentile: float,
    importance: np.ndarray | None = None,
    clip: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return scale and zero point (as floats), shaped like the grid with 1 along `reduce`.

    `importance`: weight of each value's error, shaped like the grid. `clip`, for the rule of that name: limit of the
    range as a fraction of the largest magnitude of all values.
    """
    low, high = _range(grid, rule, percentile, clip)
    best = _affine(low, high, bits, symmetric)
    if rule in ("minmax", "percentile", "clip"):
        return best
    if rule == "hqq":
        return half_quadratic.refined(grid.values, grid.reduce, *best, limits(bits, symmetric), symmetric)

    def cost(affine: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        if rule == "entropy":
            return _divergence(grid, affine, bits, symmetric)
        return _error(grid, affine, bits, symmetric, POWERS[rule], importance)

    error = cost(best)
    for factor in SHRINK[1:]:
        candidate = _affine(low * factor, high * factor, bits, symmetric)
        trial = cost(candidate)
        better = trial < error
        error = np.where(better, trial, error)
        best = (np.where(better, candidate[0], best[0]), np.where(better, candidate[1], best[1]))
    return best


def _range(grid: Grid, rule: RangeRule, percentile: float, clip: float) -> tuple[np.ndarray, np.ndarray]:
    if rule == "percentile":
        tail = 100 - percentile
        low, high = np.percentile(grid.values, [tail, percentile], axis=grid.reduce, keepdims=True)
    else:
        low = grid.values.min(axis=grid.reduce, keepdims=True)
        high = grid.values.max(axis=grid.reduce, keepdims=True)
    if rule == "clip":
        edge = clip * np.abs(grid.values).max()
        low, high = np.maximum(low, -edge), np.minimum(high, edge)
    return np.minimum(low, 0), np.maximum(high, 0)  # zero must be a level: pruned weights stay zero


def _affine(low: np.ndarray, high: np.ndarray, bits: int, symmetric: bool) -> tuple[np.ndarray, np.ndarray]:
    if symmetric:
        scale = _above_zero(np.maximum(-low, high) / (2 ** (bits - 1) - 1))
        return scale, np.zeros_like(scale)
    levels = 2**bits - 1
    scale = _above_zero((high - low) / levels)
    return scale, np.clip(np.rint(-low / scale), 0, levels).astype(np.float32)


def _above_zero(steps: np.ndarray) -> np.ndarray:
    """Steps between levels as float32 scales: none underflows, and weights that are all zero have some."""
    return np.where(steps > 0, np.maximum(steps, SMALLEST), DEAD).astype(np.float32)


def limits(bits: int, symmetric: bool) -> tuple[int, int]:
    """Return the smallest and largest integer of the grid."""
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if symmetric else (0, 2**bits - 1)


def _error(
    grid: Grid,
    affine: tuple[np.ndarray, np.ndarray],
    bits: int,
    symmetric: bool,
    power: int,
    importance: np.ndarray | None,
) -> np.ndarray:
    """Return the error of each set of weights that share a scale, one block of sets at a time if they are
    contiguous."""
    scale, zero = affine
    rows = len(grid.values)
    step = rows if 0 in grid.reduce else max(1, BLOCK * rows // max(grid.values.size, 1))
    parts = (slice(start, start + step) for start in range(0, rows, step))
    return np.concatenate(
        [
            _cost(
                grid.values[part],
                scale[part],
                zero[part],
                limits(bits, symmetric),
                power,
                None if importance is None else importance[part],
            ).sum(axis=grid.reduce, keepdims=True)
            for part in parts
        ]
    )


def _cost(
    values: np.ndarray,
    scale: np.ndarray,
    zero: np.ndarray,
    ends: tuple[int, int],
    power: int,
    importance: np.ndarray | None,
) -> np.ndarray:
    low, high = ends
    error = values / scale  # in place from here on: this runs for every candidate of a range
    np.rint(error, out=error)
    error += zero
    np.clip(error, low, high, out=error)
    error -= zero
    error *= scale
    error -= values
    cost = np.square(error)
    if power == 3:
        cost *= np.abs(error, out=error)
    if importance is not None:
        cost *= importance
    return cost


def _divergence(grid: Grid, affine: tuple[np.ndarray, np.ndarray], bits: int, symmetric: bool) -> np.ndarray:
    """Return the KL divergence of each set of weights that share a scale; histograms have eight bins per level."""
    count = len(grid.reduce)
    values = np.moveaxis(grid.values, grid.reduce, range(-count, 0)).reshape(affine[0].size, -1)
    sides = [side.reshape(-1, 1) for side in affine]
    bins = 8 << bits
    found = np.empty(len(values))
    for start in range(0, len(values), step := max(1, COUNTED // bins)):
        part = values[start : start + step]
        reach = np.maximum(np.abs(part).max(axis=1, keepdims=True), 1e-30)
        index = np.clip(((part / reach + 1) * (bins / 2)).astype(int), 0, bins - 1)
        index += bins * np.arange(len(part))[:, None]
        counts = np.bincount(index.ravel(), minlength=bins * len(part)).reshape(-1, bins).astype(np.float64)
        centres = ((np.arange(bins) + 0.5) * (2 / bins) - 1) * reach
        scale, zero = (side[start : start + step] for side in sides)
        found[start : start + step] = divergence(counts, centres, scale, zero, limits(bits, symmetric))
    return found.reshape(affine[0].shape)


def quantize(
    grid: Grid,
    scale: np.ndarray,
    zero: np.ndarray,
    bits: int,
    symmetric: bool,
    rounding: Rounding = "nearest",
    rng: np.random.Generator | None = None,
) -> Affine:
    """Quantise the weight on its grid: q = round(w / scale) + zero, clipped to the levels."""
    q = np.empty(grid.values.shape, np.int8 if symmetric else np.uint8)
    rows = max(1, ROUNDED * len(q) // max(q.size, 1))
    rng = rng or np.random.default_rng(0)
    for start in range(0, len(q), rows):  # of a large weight, floats have no room several times over
        part = slice(start, start + rows)
        sides = [side[part] if side.ndim and len(side) == len(q) else side for side in (scale, zero)]
        q[part] = _rounded(grid.values[part], sides[0], sides[1], limits(bits, symmetric), rounding, rng)
    return affine(grid, q, scale, zero, bits, symmetric)


def _rounded(
    values: np.ndarray,
    scale: np.ndarray,
    zero: np.ndarray,
    ends: tuple[int, int],
    rounding: Rounding,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return levels as floats."""
    position = values / scale
    match rounding:
        case "nearest":
            q = np.rint(position)
        case "floor":
            q = np.floor(position)
        case "stochastic":
            noise = rng.random(position.shape, dtype=np.float32)
            q = np.floor(position + np.where(position == np.floor(position), 0, noise))
    return np.clip(q + zero, *ends)


def affine(grid: Grid, q: np.ndarray, scale: np.ndarray, zero: np.ndarray, bits: int, symmetric: bool) -> Affine:
    """Pack chosen levels `q` (integers in the grid's shape) into the encoding."""
    if symmetric:
        return Affine(q.astype(np.int8, copy=False), bits, scale.astype(np.float32), None, grid.shape, grid.axis)
    return Affine(
        q.astype(np.uint8, copy=False), bits, scale.astype(np.float32), zero.astype(np.uint8), grid.shape, grid.axis
    )


def like_weight(
    levels: np.ndarray,
    scale: np.ndarray,
    zero: np.ndarray,
    weight: np.ndarray,
    out_axis: int,
    bits: int,
    symmetric: bool,
) -> Affine:
    """Return levels chosen on the matrix [outputs, inputs], with one scale per output, as an encoding in the weight's
    layout."""
    moved = np.moveaxis(weight, out_axis, 0)
    shape = [1] * weight.ndim
    shape[out_axis] = len(levels)
    q = np.ascontiguousarray(np.moveaxis(levels.reshape(moved.shape), 0, out_axis))
    return affine(Grid(q, (), 0, weight.shape), q, scale.reshape(shape), zero.reshape(shape), bits, symmetric)


def in_groups(
    levels: np.ndarray, scale: np.ndarray, zero: np.ndarray, grid: Grid, bits: int, symmetric: bool
) -> Affine:
    """Return levels chosen on the matrix [outputs, inputs], with scales [outputs, groups, 1] of groups along the
    inputs, as an encoding on the weight's grid (see `view`). The last group is padded with zero points."""
    size = grid.values.shape[grid.reduce[0]]
    missing = scale.shape[1] * size - levels.shape[1]
    filled = np.concatenate([levels, np.repeat(zero[:, -1], missing, axis=1)], axis=1) if missing else levels
    parts = (filled.reshape(len(levels), -1, size), scale, zero)
    if grid.reduce == (1,):  # [groups, size, outputs]
        parts = tuple(np.ascontiguousarray(part.transpose(1, 2, 0)) for part in parts)  # type: ignore[assignment]
    return affine(grid, *parts, bits, symmetric)


def stored_note(bits: int) -> str:
    """Return a note for the report on levels whose width does not fill bytes; "" if it does."""
    stored = container(bits)
    if stored == bits:
        return ""
    return Message("{bits}-bit levels take {stored} bits each where they are packed", bits=bits, stored=stored)
