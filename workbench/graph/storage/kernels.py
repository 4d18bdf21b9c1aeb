"""How the runtime computes an edited layer, where that is not in floating point: as values.

Without one of these a layer is weight-only: its weight is decoded when the file is loaded, and the kernel is the
original's. With one, the preview runs the layer as it is stored, because integer kernels round, and some saturate.
"""

import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.core.base.message import Message

SMALLEST = float(np.finfo(np.float32).tiny)  # of a scale, and of a product of two: smaller ones are not exact any more
DEAD = 1e-12  # the scale of an activation that is zero everywhere


@dataclass(frozen=True)
class Levels:
    """The 8-bit grid of an activation: x = (q - zero_point) * scale. Jacob et al. 2018, equation 1.

    signed   q in -128..127, else in 0..255; then the zero point is 0, as devices want it that know no other
    """

    scale: float
    zero_point: int
    signed: bool = False

    @classmethod
    def covering(cls, low: float, high: float, symmetric: bool = False) -> "Levels":
        """The grid over an interval; zero is always one of its levels. Symmetric: signed, as far on either side."""
        low, high = min(float(low), 0.0), max(float(high), 0.0)
        if symmetric:
            return cls(_scale(max(-low, high) / 127), 0, signed=True)
        scale = _scale((high - low) / 255)
        return cls(scale, round(-low / scale))

    @classmethod
    def planned(cls, rule: str, signed: bool = False) -> "Levels":
        """Stands in a forecast for levels that the rule will find; equal rules on one value are equal levels."""
        return cls(1.0 + zlib.crc32(rule.encode()) / 2**32, 0, signed)

    @property
    def limits(self) -> tuple[int, int]:
        """Least and most q."""
        return (-128, 127) if self.signed else (0, 255)

    @property
    def ends(self) -> tuple[float, float]:
        """The outermost levels as values."""
        least, most = self.limits
        return (least - self.zero_point) * self.scale, (most - self.zero_point) * self.scale

    def rounded(self, x: np.ndarray) -> np.ndarray:
        """Activation rounded to these levels, float32."""
        q = np.clip(np.round(x / np.float32(self.scale)) + self.zero_point, *self.limits)
        return ((q - self.zero_point) * np.float32(self.scale)).astype(np.float32)


def _scale(step: float) -> float:
    """The nearest float32 to a step between levels, none that underflows."""
    return float(np.float32(max(step, SMALLEST) if step else DEAD))


@dataclass(frozen=True)
class Static:
    """Input, and perhaps output, on calibrated levels: QuantizeLinear and DequantizeLinear around the layer (QDQ).

    The runtime fuses them with the layer into an integer kernel; that takes levels of the output too, behind the
    activation that follows.
    """

    received: Levels
    delivered: Levels | None = None


@dataclass(frozen=True)
class Dynamic:
    """The input's range is computed at each run: DynamicQuantizeLinear with MatMulInteger or ConvInteger."""


@dataclass(frozen=True)
class Blockwise:
    """ONNX Runtime's own 4-bit product, MatMulNBits. `accuracy` float: floats are multiplied; int8: integers."""

    block: int
    accuracy: Literal["float", "int8"] = "float"


@dataclass(frozen=True)
class Packed:
    """A weight on levels that stays packed in memory: the runtime's MatMulNBits or GatherBlockQuantized reads it.

    Chosen by how the file is exported, not by a step. Products multiply with activations rounded to 8 bits.

    bits      of a level in the kernel: 2, 4 or 8
    block     inputs that share a scale, as the kernel has it; 0 for all inputs of an output
    standard  whether it is written as DequantizeLinear and MatMul, of which the runtime makes the kernel
    """

    bits: int
    block: int
    standard: bool = False


Compute = Static | Dynamic | Blockwise | Packed

WORDS = {
    Static: Message("8-bit activations"),
    Dynamic: Message("8-bit activations, dynamic"),
    Blockwise: Message("4-bit kernel"),
    Packed: Message("packed in memory"),
}
# The oldest opset that has the operators, with one scale for the weight and with one for each channel: QuantizeLinear
# is of 10, but Round, which finds levels that are stored in another way, of 11.
OPSETS = {Static: (11, 13), Dynamic: (11, 11), Blockwise: (9, 9), Packed: (9, 9)}
