"""Base class of layouts. A layout is one way of writing the symbols of a weight, chosen by the bytes that it takes.

A symbol is the stored form of one weight: an integer level, a codebook index, or a float. A new layout is a class in a
file beside this one and an entry in `listing.LAYOUTS`. Size forecast, writer, decoder and the choice of the smallest
(graph/storage) use only this interface:

1. `suits` says whether the layout is worth considering for a spec. 2. `parts` lists the initialisers that it writes,
from counts alone and without values: hence the exact bytes. The counts
   are those of StorageSpec; a layout whose bytes depend on the frequencies of symbols sets `needs_statistics` and reads
   `spec.statistics`.
3. `arrays` creates the data of these parts from the values. 4. `load` estimates the bytes of the decoder's intermediate
tensors, which the runtime holds until the whole graph is
   folded.
5. `reads`, `lines` and `blocks` are its half of a decoder, in ONNX's textual syntax: the inputs after the first (`q`),
   the lines that compute `r`, a float per weight in the weight's shape, and functions that several decoders share. A
   layout that does not pack symbols of equal width uses its own function where `Kind.symbols` has
   `kind.unpacked(bits)`. Only operators that ONNX Runtime folds when it loads the file: no Loop, Scan, Compress or
   NonZero.

The tests of all layouts cover it (tests/graph/test_layouts.py, tests/graph/test_storage.py).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import NamedTuple

import numpy as np
import onnx_ir as ir

from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import FLOAT32, Kind
from workbench.graph.encodings.spec import StorageSpec, product
from workbench.graph.onnx.proto_size import field_bytes, tensor_bytes

PLACING_OPSET = 11  # CumSum and ScatterElements, which put values at their positions
FLOAT = 4  # bytes of an int32


@dataclass(frozen=True)
class Part:
    """An initialiser without its data."""

    name: str
    dtype: ir.DataType
    shape: tuple[int, ...]

    @cached_property
    def bytes(self) -> int:
        """Bytes added to the file."""
        return field_bytes(tensor_bytes(self.name, self.dtype, self.shape, self.payload))

    @property
    def payload(self) -> int:
        """Bytes of the data alone."""
        return round(product(self.shape) * self.dtype.itemsize)


class Load(NamedTuple):
    """Cost of decoding when a file is loaded: seconds of one core, if it takes noticeably longer than reading packed
    symbols, and bytes of intermediate tensors beyond the decoded weights. ONNX Runtime frees them after decoding, but
    the C library may keep most of them for the process."""

    seconds: float = 0.0
    bytes: float = 0

    @classmethod
    def total(cls, loads: Iterable["Load"]) -> "Load":
        """Return the load of several weights together."""
        each = list(loads)
        return cls(sum(load.seconds for load in each), sum(load.bytes for load in each))

    def within(self, most: "Load") -> bool:
        return self.seconds <= most.seconds and self.bytes <= most.bytes


NOTHING, ANYTHING = Load(), Load(inf, inf)


class Layout(ABC):
    """One way of writing symbols; stateless, equal only to itself.

    name    prefix of its decoders' names when capitalised; unique
    words   its description for the user, after the kind of the symbols; "" if there is nothing to add
    """

    name: str
    words: str = ""
    needs_statistics = False

    @abstractmethod
    def suits(self, spec: StorageSpec, opset: int) -> bool:
        """Return whether it can store the spec at this opset, and may be smaller than others."""

    @abstractmethod
    def parts(self, spec: StorageSpec, name: str) -> list[Part]:
        """Return the initialisers of a weight called `name`, symbols first, without scales, zero points and tables."""

    @abstractmethod
    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        """Return the data of `parts`, in their order."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the decoder's inputs between `q` and the sides of the kind, one for each further part."""
        return ()

    def prefix(self) -> str:
        """Prefix of the names of its decoders."""
        return self.name.capitalize()

    @abstractmethod
    def lines(self, kind: Kind, bits: int) -> list[str]:
        """Return lines of ONNX from the inputs to `r`. The decoder has the attributes that `told` names."""

    def body(self, kind: Kind, bits: int) -> list[str]:
        """Return lines of ONNX from the inputs to the weight `w`."""
        return [*self.lines(kind, bits), *kind.weights(self.leaves_zeros_out)]

    def side(self, spec: StorageSpec) -> tuple[int, ...]:
        """Return the shape in which the sides of the kind are written."""
        return spec.side or ()

    @property
    def spreads(self) -> bool:
        """Whether scales of groups need a function that repeats them over the weight."""
        return True

    def told(self, bits: int) -> tuple[str, ...]:
        """Return the names of the attributes of its decoders."""
        return ("shape",)

    def attributes(self, spec: StorageSpec) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Return the attributes that `told` names; for most layouts at most the weight's shape."""
        return (("shape", spec.shape),) if self.told(spec.bits) else ()

    def blocks(self) -> dict[str, tuple[str, str]]:
        """Return the functions that its decoders call: name -> signature and body."""
        return {}

    @property
    def leaves_zeros_out(self) -> bool:
        """Whether zeros are omitted from the symbols."""
        return True

    @abstractmethod
    def load(self, spec: StorageSpec) -> Load:
        """Return the cost of decoding at loading."""

    def payload(self, spec: StorageSpec) -> int:
        """Return the bytes of its parts, without scales, protobuf overhead and decoder."""
        return sum(part.payload for part in self.parts(spec, ""))


def symbols_part(spec: StorageSpec, name: str, shape: tuple[int, ...]) -> Part:
    """Return the initialiser with the symbols."""
    return Part(f"{name}.{'q' if spec.kind.sides else 'values'}", spec.kind.dtype(spec.bits), shape)


def symbols_of(encoding: Encoding, spec: StorageSpec) -> np.ndarray:
    """Return one symbol per weight, [n]; floats if the spec stores floats."""
    return encoding.decode().ravel() if spec.kind == FLOAT32 else encoding.symbols(spec)


def intermediate_bytes(lines: Iterable[str], given: str) -> int:
    """Return the bytes of the tensors that lines of ONNX compute from `given`, at 4 per value, without the last, which
    is the result. Identity counts nothing, as the runtime removes it first."""
    sized, made = {given}, 0
    for line in lines:
        name, _, rest = line.partition(" = ")
        operator, _, reads = rest.partition("(")
        if sized.intersection(re.findall(r"\w+", reads)):
            sized.add(name)
            made += not operator.startswith("Identity")
    return FLOAT * (made - 1)
