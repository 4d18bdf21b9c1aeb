"""Base class of layouts: a layout is one way to write the symbols of a weight, chosen by the bytes that it takes.

A symbol is what one weight is stored as: an integer level, a codebook index, a float. A new layout is one file beside
this one with a class, and an entry in `listing.LAYOUTS`; forecast, writer, decoder and the choice of the smallest
(graph/storage) ask for no more than what is here:

1. `suits` says of a spec whether the layout is worth a look.
2. `parts` says from counts alone, with no values, which initialisers it writes, so the exact bytes. Counts are those of
   StorageSpec; a layout whose bytes depend on how often each symbol occurs sets `needs_statistics` and reads
   `spec.statistics`.
3. `arrays` makes the data of these parts from the values.
4. `load` says how many bytes the intermediate tensors of the decoder take, which the runtime holds until all of the
   graph is folded.
5. `reads`, `lines` and `blocks` are its half of a decoder, in ONNX's textual syntax: which tensors come beside the
   first (`q`), the lines that make of them `r`, a float for each weight in the weight's shape, and functions that
   several decoders share. A layout that does not pack symbols of equal width puts its own function where
   `Kind.symbols` has `kind.unpacked(bits)`. Only operators that ONNX Runtime folds when it loads the file: neither
   Loop nor Scan, Compress or NonZero.

Its tests are those of all layouts (tests/graph/test_layouts.py, tests/graph/test_storage.py).
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

PLACING_OPSET = 11  # CumSum and ScatterElements, which put values in their places
FLOAT = 4  # bytes, as of an int32


@dataclass(frozen=True)
class Part:
    """An initialiser, as yet without data."""

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
    """Cost of decoding when a file is loaded: seconds of one core, where it takes noticeably more than reading
    packed symbols, and bytes of the intermediate tensors, beside those of the decoded weights. ONNX Runtime frees them
    when all is decoded, but the C library may keep most of them for the process."""

    seconds: float = 0.0
    bytes: float = 0

    @classmethod
    def total(cls, loads: Iterable["Load"]) -> "Load":
        """Load of several weights together."""
        each = list(loads)
        return cls(sum(load.seconds for load in each), sum(load.bytes for load in each))

    def within(self, most: "Load") -> bool:
        return self.seconds <= most.seconds and self.bytes <= most.bytes


NOTHING, ANYTHING = Load(), Load(inf, inf)


class Layout(ABC):
    """One way to write symbols; without state, equal to itself alone.

    name    begins the names of its decoders, with a capital; unique
    words   what the user reads of it behind the kind of symbols; empty where there is nothing to say
    """

    name: str
    words: str = ""
    needs_statistics = False

    @abstractmethod
    def suits(self, spec: StorageSpec, opset: int) -> bool:
        """Whether it can store the spec at this opset, and may be smaller than others."""

    @abstractmethod
    def parts(self, spec: StorageSpec, name: str) -> list[Part]:
        """Initialisers of a weight called `name`, the symbols first; scales, zero points and tables are not in it."""

    @abstractmethod
    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        """Data of `parts`, in their order."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the decoder's inputs between `q` and the sides of the kind: one for each further part."""
        return ()

    def prefix(self) -> str:
        """Prefix of the names of its decoders."""
        return self.name.capitalize()

    @abstractmethod
    def lines(self, kind: Kind, bits: int) -> list[str]:
        """Lines of ONNX from the inputs to `r`. The decoder has the attributes that `told` names."""

    def body(self, kind: Kind, bits: int) -> list[str]:
        """Lines of ONNX from the inputs to the weight, `w`."""
        return [*self.lines(kind, bits), *kind.weights(self.leaves_zeros_out)]

    def side(self, spec: StorageSpec) -> tuple[int, ...]:
        """Shape in which the sides of the kind are written."""
        return spec.side or ()

    @property
    def spreads(self) -> bool:
        """Whether scales of groups need a function that spreads them over the weight."""
        return True

    def told(self, bits: int) -> tuple[str, ...]:
        """Names of the attributes of its decoders."""
        return ("shape",)

    def attributes(self, spec: StorageSpec) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Attributes that `told` names: of most layouts at most the weight's shape."""
        return (("shape", spec.shape),) if self.told(spec.bits) else ()

    def blocks(self) -> dict[str, tuple[str, str]]:
        """Functions that its decoders call: name -> signature and body."""
        return {}

    @property
    def leaves_zeros_out(self) -> bool:
        """Whether zeros are not among the symbols."""
        return True

    @abstractmethod
    def load(self, spec: StorageSpec) -> Load:
        """Cost of decoding at loading."""

    def payload(self, spec: StorageSpec) -> int:
        """Bytes of its parts: without scales, the protobuf around them, and the decoder."""
        return sum(part.payload for part in self.parts(spec, ""))


def symbols_part(spec: StorageSpec, name: str, shape: tuple[int, ...]) -> Part:
    """The initialiser with the symbols."""
    return Part(f"{name}.{'q' if spec.kind.sides else 'values'}", spec.kind.dtype(spec.bits), shape)


def symbols_of(encoding: Encoding, spec: StorageSpec) -> np.ndarray:
    """One symbol for every weight, [n]; floats where the spec stores floats."""
    return encoding.decode().ravel() if spec.kind == FLOAT32 else encoding.symbols(spec)


def held(lines: Iterable[str], given: str) -> int:
    """Bytes of the tensors that lines of ONNX make of `given`, 4 for each value in each of them, without the last,
    which is what they are for. Identity makes none: the runtime removes it first."""
    sized, made = {given}, 0
    for line in lines:
        name, _, rest = line.partition(" = ")
        operator, _, reads = rest.partition("(")
        if sized.intersection(re.findall(r"\w+", reads)):
            sized.add(name)
            made += not operator.startswith("Identity")
    return FLOAT * (made - 1)
