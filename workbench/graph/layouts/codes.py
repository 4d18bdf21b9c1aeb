"""Symbols in a prefix code: frequent ones take fewer bits, so a weight takes about what its entropy is.

Huffman 1952; Han et al. 2016, Deep Compression, section 4, for weights and gaps, there as a bit stream that no runtime
reads. Here ONNX Runtime decodes it while it loads the file (graph.layouts.code_decoder). The layouts differ in what a
symbol is: a weight or up to four neighbours, whichever is smallest; a gap and a weight, in two codes or in one
together.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import DOMAIN, Kind, unpacked
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.entropy import statistics
from workbench.graph.entropy.coded import Coded, coded
from workbench.graph.entropy.prefix_code import LIMITS, Tally
from workbench.graph.entropy.statistics import Statistics
from workbench.graph.layouts import code_decoder
from workbench.graph.layouts.gaps import GAPS8
from workbench.graph.layouts.layout import Layout, Part, symbols_part

LEAST = 64  # weights; fewer are not worth a table
MOST = 1 << 24  # beyond that, loading takes seconds and gigabytes
PLACED = f"r = {DOMAIN}.{GAPS8.placing} <shape: tensor = @shape> (g, v)"


class Coding(Layout):
    """A layout of coded sequences with words of at most `limit` bits.

    told_of   the attributes that say of each sequence what its decoder needs (Coded.heading)
    """

    needs_statistics = True
    told_of: tuple[str, ...] = ("code",)
    of: str  # begins the name

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.name = f"{self.of}{limit}"

    @abstractmethod
    def ways(self, counted: Statistics) -> Mapping[int, Sequence[Tally]]:
        """What may be written: by a number that says how, the sequences, the one with the weights first."""

    def suits(self, spec: StorageSpec, opset: int) -> bool:
        return (
            opset >= code_decoder.OPSET
            and spec.kind.on_levels
            and LEAST <= spec.count <= MOST
            and spec.statistics is not None
            and _smallest(self, spec.statistics) is not None
        )

    def parts(self, spec: StorageSpec, name: str) -> list[Part]:
        symbols, *others = self.chosen(spec)[1]
        beside = zip(self.reads, others, strict=True)
        return [
            symbols_part(spec, name, (symbols.bytes,)),
            *(Part(f"{name}.{read}", ir.DataType.UINT8, (other.bytes,)) for read, other in beside),
        ]

    def told(self, bits: int) -> tuple[str, ...]:
        return "shape", *self.told_of

    def attributes(self, spec: StorageSpec) -> tuple[tuple[str, tuple[int, ...]], ...]:
        headings = (sequence.heading for sequence in self.chosen(spec)[1])
        return ("shape", spec.shape), *zip(self.told_of, headings, strict=True)

    def effort(self, spec: StorageSpec) -> int:
        """Words times the bits that are decoded of each: what loading takes follows from it."""
        return sum(sequence.tally.length for sequence in self.chosen(spec)[1]) * self.limit

    def chosen(self, spec: StorageSpec) -> tuple[int, tuple[Coded, ...]]:
        """The smallest of `ways`: its number, and the sequences in their codes. For what it suits."""
        assert spec.statistics is not None
        found = _smallest(self, spec.statistics)
        assert found is not None
        return found

    def decoded(self, attribute: str, source: str) -> str:
        """The call that decodes a sequence to floats."""
        return f"{DOMAIN}.{code_decoder.name(self.limit)} <code: tensor = @{attribute}> ({source})"


@lru_cache(1 << 12)
def _smallest(layout: Coding, counted: Statistics) -> tuple[int, tuple[Coded, ...]] | None:
    """None where no way has few enough symbols."""
    found = {}
    for number, tallies in layout.ways(counted).items():
        sequences = tuple(sequence for tally in tallies if (sequence := coded(tally, layout.limit)) is not None)
        if len(sequences) == len(tallies):
            found[number] = sequences
    return min(found.items(), key=lambda item: sum(part.bytes for part in item[1]), default=None)


class Codes(Coding):
    """Weights, or up to four neighbours as one symbol."""

    of = "codes"
    words = Message("Huffman codes")

    def ways(self, counted: Statistics) -> Mapping[int, Sequence[Tally]]:
        return {width: (tally,) for width, tally in counted.tuples.items()}

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        width, (sequence,) = self.chosen(spec)
        return [_stored(sequence, statistics.filled(_bytes(encoding, spec), width), spec)]

    def lines(self, kind: Kind, bits: int) -> list[str]:
        fit = f"r = {DOMAIN}.Fit <shape: tensor = @shape> (v)"
        return [*_reading(kind.symbols(bits, False), bits, self.decoded("code", "q")), fit]

    @property
    def leaves_zeros_out(self) -> bool:
        return False


class CodedGaps(Coding):
    """Zeros as gaps; gaps and non-zeros each in a code."""

    of = "codedGaps"
    words = Message("Huffman codes of gaps and values")
    told_of = ("code", "gap_code")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("gaps",)

    def ways(self, counted: Statistics) -> Mapping[int, Sequence[Tally]]:
        return {longest: (values, gaps) for longest, (gaps, values) in counted.gaps.items()}

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        longest, (symbols, gaps) = self.chosen(spec)
        before, at = statistics.skipping(encoding.nonzero(), longest)
        values = _bytes(encoding, spec)[at]
        return [_stored(symbols, values[:, None], spec), gaps.pack(statistics.indices(gaps.tally, before[:, None]))]

    def lines(self, kind: Kind, bits: int) -> list[str]:
        symbols = _reading(kind.symbols(bits, True), bits, self.decoded("code", "q"))
        return [*symbols, f"g = {self.decoded('gap_code', 'gaps')}", PLACED]


class CodedPairs(Coding):
    """Zeros as gaps; a gap and the non-zero behind it are one symbol."""

    of = "codedPairs"
    words = Message("Huffman codes of pairs of gap and value")

    def ways(self, counted: Statistics) -> Mapping[int, Sequence[Tally]]:
        return {longest: (pairs,) for longest, pairs in counted.pairs.items()}

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        longest, (pairs,) = self.chosen(spec)
        before, at = statistics.skipping(encoding.nonzero(), longest)
        return [_stored(pairs, np.stack([before, _bytes(encoding, spec)[at]], axis=1), spec)]

    def lines(self, kind: Kind, bits: int) -> list[str]:
        return [
            f"both = {self.decoded('code', 'q')}",
            "two = Constant <value = int64[2] {-1, 2}> ()",
            "rows = Reshape (both, two)",
            "first = Constant <value = int64 {0}> ()",
            "g = Gather <axis: int = 1> (rows, first)",
            "second = Constant <value = int64 {1}> ()",
            *_reading(kind.symbols(bits, True), bits, "Gather <axis: int = 1> (rows, second)"),
            PLACED,
        ]


CODINGS: tuple[Coding, ...] = tuple(kind(limit) for limit in LIMITS for kind in (Codes, CodedGaps, CodedPairs))


def _bytes(encoding: Encoding, spec: StorageSpec) -> np.ndarray:
    """One byte for every weight, uint8 [n]: signed symbols by their bits."""
    return np.ascontiguousarray(encoding.symbols(spec)).view(np.uint8)


def _stored(sequence: Coded, rows: np.ndarray, spec: StorageSpec) -> np.ndarray:
    """The packed sequence in the type of the kind's symbols: the decoder reads the table in it, and bits in any."""
    packed = sequence.pack(statistics.indices(sequence.tally, rows))
    return packed.view(spec.kind.dtype(spec.bits).numpy())


def _reading(lines: list[str], bits: int, source: str) -> list[str]:
    """Lines that read symbols from bytes `q`, reading from `source`, which yields floats, instead."""
    if bits < 8:
        unpack = unpacked(bits).split(" = ", 1)[1]
        return [line.replace(unpack, source) for line in lines]
    return [f"s = {source}", *(line.replace("(q)", "(s)") for line in lines)]
