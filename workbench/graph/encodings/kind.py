"""Kinds of stored tensors: the meaning of the symbols, the arrays beside them, and the decoder.

A kind is known before there are values; predicting a size needs no more. Its decoder is plain ONNX arithmetic in ONNX's
textual syntax. The rest of the decoder, which restores omitted zeros: graph.layouts, graph.storage.decoders.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal, TypeVar

import ml_dtypes
import numpy as np
import onnx_ir as ir

DOMAIN = "workbench"  # of the decoders
Floats = Literal["Float32", "Float16", "BFloat16", "Float8E4M3", "Float8E5M2"]
FLOAT8 = {"Float8E4M3": ml_dtypes.float8_e4m3fn, "Float8E5M2": ml_dtypes.float8_e5m2}


@dataclass(frozen=True)
class Side:
    """A small tensor stored beside the symbols: scales, zero points, or a table."""

    name: str
    dtype: ir.DataType = ir.DataType.FLOAT


@dataclass(frozen=True)
class Kind(ABC):
    """The meaning of symbols; immutable, equal by value. `register_kind` makes its decoder available.

    name       part of the decoder's name, with the number of bits and the way of omitting zeros: alphanumeric,
               beginning with a capital letter
    sides      the tensors beside the symbols, all in the shape that the spec calls `side`
    bits       bits of a symbol if they are always the same; else 0, and the spec has them
    on_levels  whether there are few distinct values, which a later step would round again
    symmetric  whether the values are integers times the first side, as integer kernels need
    opset      the oldest opset that has the type
    """

    name: str
    sides: tuple[Side, ...] = ()
    bits: int = 0
    on_levels: bool = True
    symmetric: bool = False
    opset: int = 0

    def dtype(self, bits: int) -> ir.DataType:
        """Return the type of the initialiser with the symbols; several symbols of less than 8 bits share a byte."""
        return ir.DataType.UINT8

    @property
    def decoder(self) -> str:
        """Its part of the decoder's name."""
        return self.name

    @property
    def standard(self) -> bool:
        """Whether an ONNX Cast decodes it if no zeros are omitted."""
        return False

    @abstractmethod
    def words(self, bits: int, sharing: str) -> str:
        """Return a description of such a tensor: 'int4 per channel'. `sharing`: what shares a scale."""

    @abstractmethod
    def symbols(self, bits: int, placed: bool) -> list[str]:
        """Return lines of ONNX that convert the symbols `q` to floats `v`.

        placed   whether zeros are omitted: `v` is then inserted among zeros, and such a weight must decode a zero to
                 zero
        """

    def whole(self, bits: int) -> bool:
        """Return whether `v` are integers from -128 to 127, which decoders keep in bytes until they are scaled."""
        return self.symmetric and bits < 8

    def weights(self, placed: bool) -> list[str]:
        """Return lines of ONNX that compute the weights `w` from the sides and `r`, which is `v` in the weight's
        shape."""
        return ["w = Identity (r)"]

    def refines(self, bits: int, other: "Kind", other_bits: int) -> bool:
        """Return whether a weight of another kind keeps its levels when a later step stores it as this one, in
        `bits`."""
        return False

    @property
    def spreads(self) -> bool:
        """Whether its sides broadcast to the weight, as scales do and tables do not."""
        return any(re.search(rf"\b{side.name}\b", line) for side in self.sides for line in self.weights(False))

    @property
    def clusters(self) -> bool:
        """Whether weights on the same level share an arbitrary value, as in a codebook."""
        return False


Some = TypeVar("Some", bound=Kind)
KINDS: dict[str, Kind] = {}


def register_kind(kind: Some) -> Some:
    """Register a kind and return it. Raises ValueError if the name is used by another or is not an identifier."""
    if not (kind.name.isalnum() and kind.name[0].isupper()) or KINDS.setdefault(kind.name, kind) != kind:
        raise ValueError(f"{kind.name} cannot be the name of a kind, or is that of another")
    return kind


def unpacked(bits: int) -> str:
    """Return the line that unpacks bytes `q` to integers `x`, as floats."""
    return f"x = {DOMAIN}.Unpack{bits} (q)" if bits < 8 else "x = Cast <to: int = 1> (q)"


@dataclass(frozen=True)
class Float(Kind):
    """Floating-point numbers of a standard type."""

    onnx_type: ir.DataType = ir.DataType.FLOAT

    def dtype(self, bits: int) -> ir.DataType:
        return self.onnx_type

    @property
    def decoder(self) -> str:
        return "Float16" if self.name == "BFloat16" else self.name

    @property
    def standard(self) -> bool:
        return self.name != "Float32"

    def words(self, bits: int, sharing: str) -> str:
        return self.name.lower()

    def symbols(self, bits: int, placed: bool) -> list[str]:
        return ["v = Identity (q)"] if self.name == "Float32" else ["v = Cast <to: int = 1> (q)"]  # bfloat16 too


@dataclass(frozen=True)
class Float8(Kind):
    """8-bit floats stored as bytes, as the runtime's own types need opset 19."""

    def words(self, bits: int, sharing: str) -> str:
        return self.name.lower()

    def symbols(self, bits: int, placed: bool) -> list[str]:
        if placed:
            return [f"v = {DOMAIN}.{self.name} (q)"]
        return [
            f"table = Constant <value = float[256] {{{_table(self.name)}}}> ()",
            "i = Cast <to: int = 6> (q)",
            "v = Gather (table, i)",
        ]


def _table(name: str) -> str:
    """Return the table of the 256 values of an 8-bit float type. Infinity and not-a-number never occur in it: see
    Dense."""
    values = np.arange(256, dtype=np.uint8).view(FLOAT8[name]).astype(np.float32)
    return ", ".join(f"{value:.10g}" for value in np.where(np.isfinite(values), values, 0.0))


FLOAT32 = register_kind(Float("Float32", bits=32, on_levels=False))
FLOAT16 = register_kind(Float("Float16", bits=16, on_levels=False, onnx_type=ir.DataType.FLOAT16))
BFLOAT16 = register_kind(Float("BFloat16", bits=16, on_levels=False, opset=13, onnx_type=ir.DataType.BFLOAT16))
FLOAT8E4M3 = register_kind(Float8("Float8E4M3", bits=8))
FLOAT8E5M2 = register_kind(Float8("Float8E5M2", bits=8))
FLOATS: dict[np.dtype, Kind] = {
    np.dtype(np.float32): FLOAT32,
    np.dtype(np.float16): FLOAT16,
    np.dtype(ml_dtypes.bfloat16): BFLOAT16,
    np.dtype(ml_dtypes.float8_e4m3fn): FLOAT8E4M3,
    np.dtype(ml_dtypes.float8_e5m2): FLOAT8E5M2,
}
