"""Weights on evenly spaced levels, as values: the form that integer kernels read."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Grid:
    """w = (q - zero_point) * scale on a grid, then reshaped and cropped to `shape`.

    q           integers in the grid's shape; int8 if symmetric, uint8 with a zero point
    bits        of the levels, 2..8; stored in the next of 2, 4, 8 bits
    scale       float32, broadcastable to the grid: () per tensor, (out, 1, ...) per channel, (out, groups, 1) per group
    zero_point  uint8, shaped like `scale`, or None
    shape       shape of the weight. The grid has as many elements, or is a matrix [rows, groups, group] (`axis` 0) or
                [groups, group, columns] (`axis` 1) whose last group is padded; cropped after reshaping to a matrix
    """

    q: np.ndarray
    bits: int
    scale: np.ndarray
    zero_point: np.ndarray | None
    shape: tuple[int, ...]
    axis: int = 0

    def decode(self) -> np.ndarray:
        """Return the weight, float32, in `shape`."""
        q = self.q.astype(np.float32)
        if self.zero_point is not None:
            q = q - self.zero_point.astype(np.float32)
        return crop(q * self.scale, self.shape, self.axis)

    @property
    def limits(self) -> tuple[int, int]:
        """The lowest and the highest integer of the grid."""
        least = 0 if self.zero_point is not None else -(2 ** (self.bits - 1))
        return least, least + 2**self.bits - 1

    def usable_scale(self) -> np.ndarray:
        """Return the scale, float32, with the largest instead of those of weights that are all zero: any would do
        there, and the tiny ones that they have neither fit 16 bits nor let the weights become anything else."""
        shared = tuple(axis for axis, size in enumerate(self.scale.shape) if size == 1)
        zero = 0 if self.zero_point is None else self.zero_point
        used = (self.q != zero).any(axis=shared, keepdims=True)
        scale = self.scale.astype(np.float32)
        return np.where(used, scale, scale[used].max(initial=0)) if used.any() else scale

    def of_weights(self, values: np.ndarray) -> np.ndarray:
        """Return integers or scales that broadcast to the grid, one per weight, in the weight's shape, float32."""
        return crop(np.broadcast_to(values, self.q.shape), self.shape, self.axis)


def crop(grid: np.ndarray, shape: tuple[int, ...], axis: int) -> np.ndarray:
    """Return a decoded grid (see Grid) in the weight's shape, float32."""
    count = int(np.prod(shape))
    if grid.size == count:
        return np.ascontiguousarray(grid, dtype=np.float32).reshape(shape)
    if axis == 0:
        rows = shape[0]
        return grid.reshape(rows, -1)[:, : count // rows].astype(np.float32).reshape(shape)
    columns = shape[-1]
    return grid.reshape(-1, columns)[: count // columns].astype(np.float32).reshape(shape)
