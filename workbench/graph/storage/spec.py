"""Storage requirements of one weight as a value: the input of the layouts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from workbench.core.base.message import Message
from workbench.graph.storage import layouts
from workbench.graph.storage.encoding import Encoding, container

Floats = Literal["Float32", "Float16", "BFloat16", "Float8E4M3", "Float8E5M2"]
Kind = Literal[Floats, "Codebook", "Symmetric", "Affine"]
Granularity = Literal["tensor", "channel", "group"]
FLOAT_BITS: dict[Kind, int] = {"Float32": 32, "Float16": 16, "BFloat16": 16, "Float8E4M3": 8, "Float8E5M2": 8}
INTEGERS = ("Symmetric", "Affine")
LEVELS: tuple[Kind, ...] = ("Symmetric", "Affine", "Codebook", "Float8E4M3", "Float8E5M2")


@dataclass(frozen=True)
class StorageSpec:
    """Content of one weight that must be stored, whatever the layout: counted from an encoding (counting), or planned
    from shapes alone with the methods below (plan).

    shape       of the weight
    bits        of a stored symbol: 1, 2, 4, 8, 16 or 32
    side        shape of the scale (and zero point), or of the codebook; None for floats
    group       weights that share a scale along the input, 0 when the scale broadcasts over the weight by itself
    axis        of the groups, as in graph.encoding.Affine
    nonzeros    symbols that are not zero; fillers4 and fillers8: see graph.storage.layouts
    """

    shape: tuple[int, ...]
    kind: Kind
    bits: int
    nonzeros: int
    fillers4: int = 0
    fillers8: int = 0
    side: tuple[int, ...] | None = None
    group: int = 0
    axis: int = 0

    @classmethod
    def dense(cls, shape: tuple[int, ...]) -> "StorageSpec":
        """Floats, none of them zero."""
        return cls(shape, "Float32", 32, product(shape))

    @cached_property
    def count(self) -> int:
        return product(self.shape)

    @property
    def words(self) -> str:
        """How the values are stored, in words: 'int4 per channel'."""
        if self.kind == "Codebook":
            return Message("{bits}-bit codebook", bits=self.bits)
        if self.kind not in INTEGERS:
            return self.kind.lower()
        sharing = (
            Message("group of {group}", group=self.group)
            if self.group
            else Message("channel")
            if product(self.side or ()) > 1
            else Message("tensor")
        )
        return Message(
            "{kind}{bits} per {sharing}",
            kind="int" if self.kind == "Symmetric" else "uint",
            bits=self.bits,
            sharing=sharing,
        )

    def with_zeros(self, fraction: float) -> "StorageSpec":
        """The spec with this fraction of zeros at random positions."""
        nonzeros = self.count - round(fraction * self.count)
        four, eight = (layouts.expected_fillers(self.count, nonzeros, bits) for bits in (4, 8))
        return replace(self, nonzeros=nonzeros, fillers4=four, fillers8=eight)

    def quantized(
        self, bits: int, granularity: Granularity, group_size: int, symmetric: bool, out_axis: int
    ) -> "StorageSpec":
        """The spec on an affine grid of `bits` 2..8. Groups run along the input of a channel; the last may be
        padded."""
        grid, scale, axis = _grid(self.shape, out_axis, granularity, group_size)
        side, group = sharing(self.shape, grid, scale, axis) or (scale, 0)
        kind: Kind = "Symmetric" if symmetric else "Affine"
        return replace(self, kind=kind, bits=container(bits), side=side, group=group, axis=axis)

    def codebook(self, bits: int) -> "StorageSpec":
        """Indices of `bits` 1..8 into a table of 2^bits floats."""
        return replace(self, kind="Codebook", bits=container(bits, 1), side=(2**bits,), group=0)

    def floats(self, kind: Floats) -> "StorageSpec":
        """The spec in a floating-point type."""
        return replace(self, kind=kind, bits=FLOAT_BITS[kind], side=None, group=0)


@dataclass(frozen=True, eq=False)
class Planned(Encoding):
    """A weight of which only the spec is known: it goes through the writer like any other, but has no values."""

    spec: StorageSpec

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.spec.shape

    def decode(self) -> np.ndarray:
        raise TypeError("a planned weight has no values")


def product(shape: Sequence[int]) -> int:
    """Number of elements of a shape."""
    return math.prod(shape)


def sharing(
    shape: tuple[int, ...], grid: tuple[int, ...], scale: tuple[int, ...], axis: int
) -> tuple[tuple[int, ...], int] | None:
    """How a scale of a grid (see graph.encoding.Affine) is stored: its shape, and the group size.

    0 where it broadcasts over the weight by itself, as with one group a channel; None for any other grid.
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
    """Shapes of the grid and of its scale, and its axis: as in graph.encoding.Affine."""
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
