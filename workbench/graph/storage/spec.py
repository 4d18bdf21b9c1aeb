"""What must be kept of a weight, as values: what the layouts need to know, counted (content) or planned."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from workbench.graph.storage.encoding import Encoding

Kind = Literal["Float32", "Float16", "BFloat16", "Float8E4M3", "Float8E5M2", "Codebook", "Symmetric", "Affine"]
FLOAT_BITS: dict[Kind, int] = {"Float32": 32, "Float16": 16, "BFloat16": 16, "Float8E4M3": 8, "Float8E5M2": 8}
INTEGERS = ("Symmetric", "Affine")


@dataclass(frozen=True)
class Content:
    """What must be kept of a weight, whatever the layout.

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

    @cached_property
    def count(self) -> int:
        return product(self.shape)

    @property
    def words(self) -> str:
        """How the values are stored, in words: 'int4 per channel'."""
        if self.kind == "Codebook":
            return f"{self.bits}-bit codebook"
        if self.kind not in INTEGERS:
            return self.kind.lower()
        sharing = f"group of {self.group}" if self.group else "channel" if product(self.side or ()) > 1 else "tensor"
        return f"{'int' if self.kind == 'Symmetric' else 'uint'}{self.bits} per {sharing}"


@dataclass(frozen=True, eq=False)
class Planned(Encoding):
    """A weight of which only the content is known: it goes through the writer like any other, but has no values."""

    content: Content

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.content.shape

    def decode(self) -> np.ndarray:
        raise TypeError("a planned weight has no values")


def product(shape: Sequence[int]) -> int:
    """Number of elements of a shape."""
    return math.prod(shape)
