"""Layout with the number of zeros before each non-zero in 4 or 8 bits, followed by the symbols.

More than 15 (255) zeros between two non-zeros are bridged by filler symbols that decode to zero. Han et al. 2016, Deep
Compression, ICLR, section 2, with 5 bits for fully connected and 8 for convolution layers.
"""

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.encodings import zeros
from workbench.graph.encodings.kind import DOMAIN
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.layouts.layout import FLOAT, Part
from workbench.graph.layouts.packing import Placed, pack, packed, padded, scatter


class Gaps(Placed):
    """Zeros as gaps of `width` bits between non-zeros."""

    place = "gaps"

    def __init__(self, width: int, words: str) -> None:
        self.width, self.words = width, words
        self.name = f"gaps{width}"
        self.placing = f"PlaceByGaps{width}"

    def stored(self, spec: StorageSpec) -> int:
        fillers = spec.fillers4 if self.width == 4 else spec.fillers8
        return padded(spec.nonzeros + fillers, min(spec.bits, self.width))

    def places(self, spec: StorageSpec, name: str) -> Part:
        return Part(f"{name}.gaps", ir.DataType.UINT8, (packed(self.stored(spec), self.width),))

    def located(self, mask: np.ndarray, spec: StorageSpec) -> tuple[np.ndarray, np.ndarray]:
        stream = self._stream(mask, spec.bits)
        return pack(stream, self.width), np.cumsum(stream + 1) - 1

    def _stream(self, mask: np.ndarray, bits: int) -> np.ndarray:
        """Return gaps with fillers and padding, int64 [symbols]: the cumulative sum of gap + 1, minus 1, is the
        position."""
        before = zeros.gaps(mask)
        bridges = before >> self.width
        ends = np.cumsum(bridges + 1) - 1
        symbols = padded(len(before) + int(bridges.sum()), min(bits, self.width))
        stream = np.full(symbols, (1 << self.width) - 1, np.int64)
        stream[ends] = before & ((1 << self.width) - 1)
        stream[ends[-1] + 1 if len(ends) else 0 :] = 0
        return stream

    def putting(self, dtype: str) -> str:
        unpack = f"skips = {DOMAIN}.Unpack4 (where)" if self.width == 4 else "skips = Identity (where)"
        index = f"""{unpack}
        skipped = Cast <to: int = 6> (skips)
        one = Constant <value = int32 {{1}}> ()
        step = Add (skipped, one)
        axis = Constant <value = int32 {{0}}> ()
        end = CumSum (step, axis)
        index = Sub (end, one)"""
        return scatter(index, dtype)

    def places_held(self, spec: StorageSpec) -> float:
        return FLOAT * ((2 + 1 / 2 if self.width == 4 else 0) + 4) * self.stored(spec)


GAPS4 = Gaps(4, Message("zeros as 4-bit gaps"))
GAPS8 = Gaps(8, Message("zeros as 8-bit gaps"))
