"""Storage requirements of one weight, as a value: the input of the layouts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from workbench.core.base.message import Message
from workbench.graph.encodings import zeros
from workbench.graph.encodings.kind import FLOAT32, Kind
from workbench.graph.entropy.statistics import Statistics


@dataclass(frozen=True)
class StorageSpec:
    """Content to store of one weight, independent of the layout: counted from an encoding (Encoding.as_spec), or
    planned from shapes alone with the methods below and the functions `planned` of the encodings.

    shape       shape of the weight
    bits        bits of a stored symbol: 1, 2, 4, 8, 16 or 32
    side        shape of the sides (see Kind): of scale and zero point, or of the codebook; None for floats
    group       weights that share a scale along the input, 0 if the scale broadcasts to the weight as it is
    axis        axis of the groups, as in graph.encodings.grid
    nonzeros    number of non-zero symbols; fillers4 and fillers8: see graph.layouts.gaps
    precision   bits of the levels in a plan, 0 if not known: 3-bit levels are stored in 4 bits
    rule        how the range of the levels is chosen in a plan: minmax, mse, cubed or another
    statistics  frequencies of symbols, tuples of symbols and gaps; None if no layout needs them
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
    precision: int = field(default=0, compare=False)
    rule: str = field(default="cubed", compare=False)
    statistics: Statistics | None = field(default=None, compare=False)

    @classmethod
    def dense(cls, shape: tuple[int, ...]) -> "StorageSpec":
        """Return the spec of floats without zeros."""
        return cls(shape, FLOAT32, 32, product(shape))

    @cached_property
    def count(self) -> int:
        return product(self.shape)

    @property
    def words(self) -> str:
        """Description of the stored form: 'int4 per channel'."""
        sharing = (
            Message("group of {group}", group=self.group)
            if self.group
            else Message("channel")
            if product(self.side or ()) > 1
            else Message("tensor")
        )
        return self.kind.words(self.bits, sharing)

    def with_zeros(self, fraction: float) -> "StorageSpec":
        """Return the spec with this fraction of zeros at random positions."""
        nonzeros = self.count - round(fraction * self.count)
        four, eight = (zeros.expected_fillers(self.count, nonzeros, bits) for bits in (4, 8))
        return replace(self, nonzeros=nonzeros, fillers4=four, fillers8=eight)

    def refines(self, other: "StorageSpec") -> bool:
        """Return whether a weight stored as `other` keeps its levels when a later step stores it as this."""
        return self.kind.refines(self.bits, other.kind, other.bits)


def product(shape: Sequence[int]) -> int:
    """Return the number of elements of a shape."""
    return math.prod(shape)


def container(bits: int, least: int = 2) -> int:
    """Return the number of bits in which symbols of `bits` are stored: a power of two, at least `least`. ONNX's
    integers have 2, 4 or 8."""
    return next(size for size in (1, 2, 4, 8, 16, 32) if max(bits, least) <= size)
