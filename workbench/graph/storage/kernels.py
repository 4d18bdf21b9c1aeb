"""Computation of edited layers in the runtime, if not in floating point: as values.

Without one of these a layer is weight-only: its weight is decoded when the file is loaded, and the kernel is the
original's. With one, the preview runs the layer as stored, because integer kernels round, and some saturate.
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

    signed   q in -128..127, else in 0..255; the zero point is then 0, as some devices require
    """

    scale: float
    zero_point: int
    signed: bool = False

    @classmethod
    def covering(cls, low: float, high: float, symmetric: bool = False) -> "Levels":
        """Return the grid that covers an interval and zero, which is always a level. Symmetric: signed, same range on
        both sides."""
        low, high = min(float(low), 0.0), max(float(high), 0.0)
        if symmetric:
            return cls(_scale(max(-low, high) / 127), 0, signed=True)
        scale = _scale((high - low) / 255)
        return cls(scale, round(-low / scale))

    @classmethod
    def planned(cls, rule: str, signed: bool = False) -> "Levels":
        """Return placeholder levels for a forecast; the same rule on the same value gives equal levels."""
        return cls(1.0 + zlib.crc32(rule.encode()) / 2**32, 0, signed)

    @property
    def limits(self) -> tuple[int, int]:
        """Lowest and highest q."""
        return (-128, 127) if self.signed else (0, 255)

    @property
    def ends(self) -> tuple[float, float]:
        """The outermost levels as values."""
        least, most = self.limits
        return (least - self.zero_point) * self.scale, (most - self.zero_point) * self.scale

    def rounded(self, x: np.ndarray) -> np.ndarray:
        """Return an activation rounded to these levels, float32."""
        q = np.clip(np.round(x / np.float32(self.scale)) + self.zero_point, *self.limits)
        return ((q - self.zero_point) * np.float32(self.scale)).astype(np.float32)


def _scale(step: float) -> float:
    """Return the float32 nearest to a step between levels, such that it does not underflow."""
    return float(np.float32(max(step, SMALLEST) if step else DEAD))


@dataclass(frozen=True)
class Static:
    """Input, and possibly output, quantised to calibrated levels: QuantizeLinear and DequantizeLinear around the layer
    (QDQ).

    The runtime fuses them with the layer into an integer kernel, if the output, after the activation that follows, is
    quantised, too.
    """

    received: Levels
    delivered: Levels | None = None


@dataclass(frozen=True)
class Dynamic:
    """Input range computed at each run: DynamicQuantizeLinear with MatMulInteger or ConvInteger."""


@dataclass(frozen=True)
class Blockwise:
    """ONNX Runtime's 4-bit product, MatMulNBits. `accuracy` float: multiplies in floats; int8: in integers."""

    block: int
    accuracy: Literal["float", "int8"] = "float"


@dataclass(frozen=True)
class Packed:
    """A quantised weight that stays packed in memory, read by the runtime's MatMulNBits or GatherBlockQuantized.

    Chosen by how the file is exported, not by a step. Products use activations rounded to 8 bits.

    bits      bits of a level in the kernel: 2, 4 or 8
    block     inputs that share a scale in the kernel; 0 for all inputs of an output
    standard  whether it is written as DequantizeLinear and MatMul, which the runtime fuses to the kernel
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
