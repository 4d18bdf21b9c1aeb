"""Meaning of a stored tensor's symbols: the arrays beside them, and how they become floats again.

A kind is known before there are values: a forecast needs no more. Its decoder is plain ONNX arithmetic in ONNX's
textual syntax; the rest of it, and how zeros that were left out come back: graph.layouts, graph.storage.decoders.
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
    """A small tensor beside the symbols: scales, zero points, a table."""

    name: str
    dtype: ir.DataType = ir.DataType.FLOAT


@dataclass(frozen=True)
class Kind(ABC):
    """The meaning of symbols; immutable, equal by value. `register_kind` makes its decoders known.

    name       of the decoder, together with the number of bits and with how zeros are left out: letters, a capital
               first
    sides      what lies beside the symbols, all in the shape that the spec calls `side`
    bits       of a symbol where they are always the same; else 0, and the spec has them
    on_levels  whether few values are left, which a later step would round again
    symmetric  whether the values are whole numbers times the first side: what integer kernels take
    opset      the oldest that has the type
    """

    name: str
    sides: tuple[Side, ...] = ()
    bits: int = 0
    on_levels: bool = True
    symmetric: bool = False
    opset: int = 0

    def dtype(self, bits: int) -> ir.DataType:
        """The type of the initialiser with the symbols; several symbols of less than 8 bits share a byte."""
        return ir.DataType.UINT8

    @property
    def decoder(self) -> str:
        """The name in the decoder's name."""
        return self.name

    @property
    def standard(self) -> bool:
        """Whether a Cast of ONNX decodes it where no zeros are left out."""
        return False

    @abstractmethod
    def words(self, bits: int, sharing: str) -> str:
        """How such a tensor is stored, in words: 'int4 per channel'. `sharing`: what shares a scale."""

    @abstractmethod
    def symbols(self, bits: int, placed: bool) -> list[str]:
        """Lines of ONNX that make of the symbols `q` a float for each, `v`.

        placed   whether zeros are left out: then `v` is put among zeros, and a zero must be what such a weight decodes
                 to
        """

    def whole(self, bits: int) -> bool:
        """Whether `v` are whole numbers of -128 to 127: decoders keep them in bytes until they are scaled."""
        return self.symmetric and bits < 8

    def weights(self, placed: bool) -> list[str]:
        """Lines of ONNX that make the weights `w` of `r`, which is `v` in the weight's shape, and of the sides."""
        return ["w = Identity (r)"]

    def refines(self, bits: int, other: "Kind", other_bits: int) -> bool:
        """Whether a weight of another kind keeps its levels when a later step stores it as this, in `bits`."""
        return False

    @property
    def spreads(self) -> bool:
        """Whether its sides broadcast over the weight, as scales do, and tables do not."""
        return any(re.search(rf"\b{side.name}\b", line) for side in self.sides for line in self.weights(False))

    @property
    def clusters(self) -> bool:
        """Whether weights on one level share a value that lies anywhere, as in a codebook."""
        return False


Some = TypeVar("Some", bound=Kind)
KINDS: dict[str, Kind] = {}


def register_kind(kind: Some) -> Some:
    """Register a kind and return it. Raises ValueError for a name that is taken, or is not an identifier."""
    if not (kind.name.isalnum() and kind.name[0].isupper()) or KINDS.setdefault(kind.name, kind) != kind:
        raise ValueError(f"{kind.name} cannot be the name of a kind, or is that of another")
    return kind


def unpacked(bits: int) -> str:
    """The line that makes of bytes `q` the whole numbers `x` in them, as floats."""
    return f"x = {DOMAIN}.Unpack{bits} (q)" if bits < 8 else "x = Cast <to: int = 1> (q)"


@dataclass(frozen=True)
class Float(Kind):
    """Floats of a standard type."""

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
    """8-bit floats as bytes: the runtime's own types came with opset 19."""

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
    """Table of the 256 values of an 8-bit float type. Infinity and not-a-number are never stored so: see Dense."""
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
