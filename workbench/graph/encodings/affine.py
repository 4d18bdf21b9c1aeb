"""Affine quantisation: integers on evenly spaced levels, with scales per tensor, per channel or per group."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.core.layer_data.views import Levels
from workbench.graph.encodings.encoding import Counts, Encoding, Learning
from workbench.graph.encodings.grid import Grid
from workbench.graph.encodings.kind import Kind, Side, register_kind, unpacked
from workbench.graph.encodings.spec import StorageSpec, container, product

if TYPE_CHECKING:
    from workbench.graph.encodings.learning import Trainable

Granularity = Literal["tensor", "channel", "group"]


@dataclass(frozen=True)
class Integers(Kind):
    """Symbols are integers. Signed ones are stored with half their range added, except those of 8 bits."""

    def words(self, bits: int, sharing: str) -> str:
        return Message(
            "{kind}{bits} per {sharing}", kind="int" if self.symmetric else "uint", bits=bits, sharing=sharing
        )

    def dtype(self, bits: int) -> ir.DataType:
        return ir.DataType.INT8 if self.symmetric and bits == 8 else ir.DataType.UINT8

    def refines(self, bits: int, other: Kind, other_bits: int) -> bool:
        """Return whether a clustered weight keeps its clusters on this grid, which has enough levels for them:
        cluster-preserving quantisation (TensorFlow Model Optimization, collaborative optimisation guide)."""
        return other.clusters and bits == 8 and other_bits < 8

    def symbols(self, bits: int, placed: bool) -> list[str]:
        if self.symmetric and bits < 8:
            return [
                unpacked(bits),
                f"middle = Constant <value = float {{{2 ** (bits - 1)}}}> ()",
                "v = Sub (x, middle)",
            ]
        if placed and not self.symmetric:  # 0 marks an absent weight
            return [unpacked(bits), "one = Constant <value = float {1}> ()", "v = Add (x, one)"]
        return [unpacked(bits).replace("x =", "v =")]

    def whole(self, bits: int) -> bool:
        return bits < 8

    def weights(self, placed: bool) -> list[str]:
        if self.symmetric:
            return ["w = Mul (r, scale)"]
        lines = ["z = Cast <to: int = 1> (zero)"]
        if not placed:
            return [*lines, "d = Sub (r, z)", "w = Mul (d, scale)"]
        return [
            *lines,
            "present = Cast <to: int = 9> (r)",
            "x1 = Sub (r, one)",
            "d = Sub (x1, z)",
            "p = Mul (d, scale)",
            "nothing = Constant <value = float {0}> ()",
            "w = Where (present, p, nothing)",
        ]


SYMMETRIC = register_kind(Integers("Symmetric", (Side("scale"),), symmetric=True))
AFFINE = register_kind(Integers("Affine", (Side("scale"), Side("zero", ir.DataType.UINT8))))


def planned(
    spec: StorageSpec,
    bits: int,
    granularity: Granularity,
    group_size: int,
    symmetric: bool,
    out_axis: int,
    rule: str = "cubed",
) -> StorageSpec:
    """Return the spec on an affine grid of `bits` 2..8. Groups run along the inputs of a channel; the last may be
    padded."""
    grid, scale, axis = _grid(spec.shape, out_axis, granularity, group_size)
    side, group = sharing(spec.shape, grid, scale, axis) or (scale, 0)
    kind = SYMMETRIC if symmetric else AFFINE
    return replace(spec, kind=kind, bits=container(bits), side=side, group=group, axis=axis, precision=bits, rule=rule)


@dataclass(frozen=True, eq=False)
class Affine(Grid, Encoding):
    """w = (q - zero_point) * scale (Jacob et al. 2018, equation 1). Fields as in Grid."""

    @property
    def grid(self) -> Grid:
        return self

    def nonzero(self) -> np.ndarray:
        return self._integers(self.q) != (0 if self.zero_point is None else self._integers(self.zero_point))

    def as_spec(self, counts: Counts) -> StorageSpec:
        """Return the spec; that of floats if the grid has scales that no decoder broadcasts to the weight."""
        shared = sharing(self.shape, self.q.shape, self.scale.shape, self.axis)
        if shared is None:
            return super().as_spec(counts)
        kind = SYMMETRIC if self.zero_point is None else AFFINE
        return StorageSpec(self.shape, kind, container(self.bits), *counts, *shared, self.axis)

    def symbols(self, spec: StorageSpec) -> np.ndarray:
        integers = self._integers(self.q)
        if self.zero_point is not None or spec.bits == 8:
            return integers
        return (integers + (1 << (spec.bits - 1))).astype(np.uint8)

    def sides(self, spec: StorageSpec) -> list[np.ndarray]:
        assert spec.side is not None
        scales = self.scale.astype(np.float32).reshape(spec.side)
        return [scales] if self.zero_point is None else [scales, self.zero_point.astype(np.uint8).reshape(spec.side)]

    def with_sides(self, change: Callable[[np.ndarray], np.ndarray]) -> "Affine":
        """Replace the scales, after those of weights that are all zero were made usable."""
        return replace(self, scale=change(self.usable_scale()))

    def rescaled(self, rows: np.ndarray, out_axis: int) -> "Affine | None":
        """Return the encoding with other step sizes; None where channels share one."""
        if self.q.shape == self.shape:
            axis = out_axis
        else:  # groups: channels first, or last
            axis = 0 if self.axis == 0 else 2
            if out_axis != (0 if self.axis == 0 else len(self.shape) - 1):
                return None
        if self.scale.ndim <= axis or self.scale.shape[axis] != len(rows):
            return None
        shape = [-1 if index == axis else 1 for index in range(self.scale.ndim)]
        return replace(self, scale=(self.scale * rows.reshape(shape)).astype(np.float32))

    def levels(self, original: np.ndarray, out_axis: int, channel: int | None = None) -> Levels | None:
        """Return the levels of the scale with the widest steps, if there are several scales."""
        steps, zeros = self._steps(out_axis)
        weight = np.moveaxis(original, out_axis, 0)
        if channel is not None:
            steps, zeros, weight = (part[channel : channel + 1] for part in (steps, zeros, weight))
        least, most = self.limits
        kept = np.moveaxis(self.decode(), out_axis, 0)  # weights that an earlier step set to zero are not clipped
        if channel is not None:
            kept = kept[channel : channel + 1]
        clipped = (weight > (most - zeros + 0.5) * steps) | (weight < (least - zeros - 0.5) * steps)
        widest = np.unravel_index(int(steps.argmax()), steps.shape)
        values = (np.arange(least, most + 1) - float(zeros[widest])) * float(steps[widest])
        number = int(widest[0]) if channel is None else channel
        return Levels(values, number if self.scale.size > 1 else None, int((clipped & (kept != 0)).sum()))

    def ends(self, out_axis: int) -> np.ndarray | None:
        steps, zeros = self._steps(out_axis)
        low, high = ((end - zeros) * steps for end in self.limits)
        return np.array([low.reshape(len(low), -1).min(axis=1), high.reshape(len(high), -1).max(axis=1)])

    def trainable(self, original: np.ndarray | None, learning: Learning) -> "Trainable[Affine]":
        """Return floats that are rounded to the grid in the forward pass, and its scales."""
        from workbench.graph.encodings.learning import OnGrid

        return OnGrid(
            self,
            original,
            learning.keep_zeros,
            learning.steps,
            learning.clusters,
            lambda q, scale: replace(self, q=q, scale=scale),
        )

    def _integers(self, values: np.ndarray) -> np.ndarray:
        """Return values that broadcast to the grid, one per weight, [n]; keeps the type."""
        return self.of_weights(values).astype(values.dtype).ravel()

    def _steps(self, out_axis: int) -> tuple[np.ndarray, np.ndarray]:
        """Return for each weight the distance between its levels, and the level that is zero; output channels first."""
        zero_point = np.float32(0) if self.zero_point is None else self.zero_point.astype(np.float32)
        whole = (self.of_weights(part) for part in (self.scale.astype(np.float32), np.asarray(zero_point)))
        steps, zeros = (np.moveaxis(part, out_axis, 0) for part in whole)
        return steps, zeros


def sharing(
    shape: tuple[int, ...], grid: tuple[int, ...], scale: tuple[int, ...], axis: int
) -> tuple[tuple[int, ...], int] | None:
    """Return how the scale of a grid (see Grid) is stored: its shape and the group size.

    The group size is 0 if the scale broadcasts to the weight as it is, such as one group per channel. None for other
    grids.
    """
    if product(scale) == 1:
        return (), 0
    if grid == shape:
        return scale, 0
    if len(grid) != 3:
        return None
    if axis == 0 and grid[0] == shape[0] and scale == (*grid[:2], 1):
        return (scale, grid[2]) if grid[1] > 1 else ((grid[0], *(1 for _ in shape[1:])), 0)
    if axis == 1 and len(shape) == 2 and grid[2] == shape[1] and scale == (grid[0], 1, grid[2]):
        return (scale, grid[1]) if grid[0] > 1 else ((1, grid[2]), 0)
    return None


def _grid(
    shape: tuple[int, ...], out_axis: int, granularity: Granularity, group_size: int
) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Return the shapes of the grid and of its scale, and its axis, as in Grid."""
    if granularity == "tensor":
        return shape, tuple(1 for _ in shape), 0
    if granularity == "channel":
        return shape, tuple(size if axis == out_axis else 1 for axis, size in enumerate(shape)), 0
    along_rows = len(shape) == 2 and out_axis == 1
    length = shape[0] if along_rows else product(shape[1:])
    size = min(group_size, length)
    groups = -(-length // size)
    if along_rows:
        return (groups, size, shape[1]), (groups, 1, shape[1]), 1
    return (shape[0], groups, size), (shape[0], groups, 1), 0
