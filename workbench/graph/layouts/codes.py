"""Layouts of entropy-coded symbols: frequent ones take fewer bits, so a weight takes about its entropy.

Huffman 1952; Han et al. 2016, Deep Compression, section 4, for weights and gaps, there as a bit stream that no runtime
reads. Here ONNX Runtime decodes it when it loads the file (graph.layouts.code_decoder). The layouts differ in their
symbols: single weights or up to four neighbours, whichever is smallest; gaps and weights in two codes, or in pairs in
one.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import DOMAIN, Kind, unpacked
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.entropy import statistics
from workbench.graph.entropy.class_code import class_coded
from workbench.graph.entropy.coded import Coded, coded
from workbench.graph.entropy.prefix_code import LIMITS, Tally
from workbench.graph.entropy.statistics import Statistics
from workbench.graph.layouts import class_decoder, code_decoder
from workbench.graph.layouts.gaps import GAPS8
from workbench.graph.layouts.layout import Layout, Load, Part, symbols_part

PLACING_BYTES = 12  # bytes of each weight at loading, if values are put among zeros
WORD_BYTES = 0.02  # bits that avoiding one word may cost, as fewer words load faster (graph.storage.loading)
LEAST = 64  # weights; fewer are not worth a table
MOST = 1 << 24  # beyond that, loading takes seconds and gigabytes
TRIED = 3  # number of ways of forming symbols for which codes are made


@dataclass(frozen=True)
class Coder:
    """A family of codes and its decoder.

    of           returns the best code of a counted sequence, or None
    decoder      name of the function that decodes it
    word         seconds and bytes at loading for each word; `weight`: the same for each weight
    """

    name: str
    words: str
    of: Callable[[Tally], Coded | None]
    decoder: str
    word: Load
    weight: Load


TREES = tuple(
    Coder(
        str(limit),
        Message("Huffman codes"),
        partial(coded, limit=limit),
        code_decoder.name(limit),
        Load(limit * code_decoder.STEP_SECONDS, limit * code_decoder.STEP_BYTES),
        Load(code_decoder.WEIGHT_SECONDS),
    )
    for limit in LIMITS
)
CLASSES = Coder(
    "Classes",
    Message("class codes"),
    class_coded,
    class_decoder.NAME,
    Load(class_decoder.WORD_SECONDS, class_decoder.WORD_BYTES),
    Load(class_decoder.WEIGHT_SECONDS),
)


class Coding(Layout):
    """A layout of sequences in codes of one family.

    told_of   the attributes that hold, for each sequence, the numbers that its decoder needs (Coded.heading)
    """

    needs_statistics = True
    told_of: tuple[str, ...] = ("code",)
    of: str  # prefix of the name
    detail = ""  # content of the codes, if not weights

    def __init__(self, coder: Coder) -> None:
        self.coder = coder
        self.name = f"{self.of}{coder.name}"
        self.words = (
            coder.words if not self.detail else Message("{codes} of {detail}", codes=coder.words, detail=self.detail)
        )

    @abstractmethod
    def ways(self, counted: Statistics) -> Mapping[int, Sequence[Tally]]:
        """Return the ways of writing the symbols: number of the way -> the sequences, weights first."""

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

    def load(self, spec: StorageSpec) -> Load:
        sequences = self.chosen(spec)[1]
        words, word, weight = sum(sequence.tally.length for sequence in sequences), self.coder.word, self.coder.weight
        placing = PLACING_BYTES * spec.count if self.leaves_zeros_out else 0
        return Load(words * word.seconds + len(sequences) * weight.seconds, words * word.bytes + placing)

    def chosen(self, spec: StorageSpec) -> tuple[int, tuple[Coded, ...]]:
        """Return the smallest of `ways`: its number, and the coded sequences. Only for a spec that suits."""
        assert spec.statistics is not None
        found = _smallest(self, spec.statistics)
        assert found is not None
        return found

    def decoded(self, attribute: str, source: str, table: str, index: str) -> str:
        """Return the call that decodes a sequence to a table of symbols, float [A, width], and the row of it for each
        word."""
        return f"{table}, {index} = {DOMAIN}.{self.coder.decoder} <code: tensor = @{attribute}> ({source})"


@lru_cache(1 << 12)
def _smallest(layout: Coding, counted: Statistics) -> tuple[int, tuple[Coded, ...]] | None:
    """Return the smallest of the most promising ways; None if each has too many symbols."""
    found = {}
    ways = sorted(layout.ways(counted).items(), key=lambda item: sum(tally.promised_bytes for tally in item[1]))
    for number, tallies in ways[:TRIED]:
        sequences = tuple(sequence for tally in tallies if (sequence := layout.coder.of(tally)) is not None)
        if len(sequences) == len(tallies):
            found[number] = sequences
    return min(found.items(), key=lambda item: sum(map(_price, item[1])), default=None)


def _price(sequence: Coded) -> float:
    return sequence.bytes + WORD_BYTES * sequence.tally.length


class Codes(Coding):
    """Single weights, or up to four neighbours, as symbols."""

    of = "codes"

    def ways(self, counted: Statistics) -> Mapping[int, Sequence[Tally]]:
        return {width: (tally,) for width, tally in counted.tuples.items()}

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        width, (sequence,) = self.chosen(spec)
        return [_stored(sequence, _bytes(encoding, spec).reshape(-1, width), spec)]

    def lines(self, kind: Kind, bits: int) -> list[str]:
        return [
            self.decoded("code", "q", "levels", "index"),
            *_meaning(kind, bits, False, "levels"),
            "tuples = Gather (v, index)",
            "shape = Constant <value: tensor = @shape> ()",
            "r = Reshape (tuples, shape)",
        ]

    @property
    def leaves_zeros_out(self) -> bool:
        return False


class CodedGaps(Coding):
    """Zeros as gaps; gaps and non-zeros in two codes."""

    of = "codedGaps"
    detail = Message("gaps and values")
    told_of = ("code", "gap_code")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("gaps",)

    def ways(self, counted: Statistics) -> Mapping[int, Sequence[Tally]]:
        return {longest: (values, gaps) for longest, (gaps, values) in counted.gaps.items()}

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        longest, (symbols, gaps) = self.chosen(spec)
        before, at = statistics.gaps_with_fillers(encoding.nonzero(), longest)
        values = _bytes(encoding, spec)[at]
        return [_stored(symbols, values[:, None], spec), gaps.pack(statistics.indices(gaps.tally, before[:, None]))]

    def lines(self, kind: Kind, bits: int) -> list[str]:
        return [
            self.decoded("code", "q", "levels", "index"),
            self.decoded("gap_code", "gaps", "skips", "skip"),
            *_meaning(kind, bits, True, "levels"),
            *_placed("v", "index", "skips", "skip"),
        ]


class CodedPairs(Coding):
    """Zeros as gaps; a gap and the non-zero after it are one symbol."""

    of = "codedPairs"
    detail = Message("pairs of gap and value")

    def ways(self, counted: Statistics) -> Mapping[int, Sequence[Tally]]:
        return {longest: (pairs,) for longest, pairs in counted.pairs.items()}

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        longest, (pairs,) = self.chosen(spec)
        before, at = statistics.gaps_with_fillers(encoding.nonzero(), longest)
        return [_stored(pairs, np.stack([before, _bytes(encoding, spec)[at]], axis=1), spec)]

    def lines(self, kind: Kind, bits: int) -> list[str]:
        return [
            self.decoded("code", "q", "both", "index"),
            "first = Constant <value = int64 {0}> ()",
            "skips = Gather <axis: int = 1> (both, first)",
            "second = Constant <value = int64 {1}> ()",
            "levels = Gather <axis: int = 1> (both, second)",
            *_meaning(kind, bits, True, "levels"),
            *_placed("v", "index", "skips", "index"),
        ]


CODINGS: tuple[Coding, ...] = tuple(
    kind(coder) for coder in (CLASSES, *TREES) for kind in (Codes, CodedGaps, CodedPairs)
)


def _bytes(encoding: Encoding, spec: StorageSpec) -> np.ndarray:
    """Return one byte per weight, uint8 [n]; signed symbols by their bit pattern."""
    return np.ascontiguousarray(encoding.symbols(spec)).view(np.uint8)


def _stored(sequence: Coded, rows: np.ndarray, spec: StorageSpec) -> np.ndarray:
    """Return the packed sequence in the type of the kind's symbols; the decoder reads the table in it, and bits in any
    type."""
    packed = sequence.pack(statistics.indices(sequence.tally, rows))
    return packed.view(spec.kind.dtype(spec.bits).numpy())


def _meaning(kind: Kind, bits: int, placed: bool, table: str) -> list[str]:
    """Return lines that decode a table of symbols, floats, to their values `v`: before the lookup, as these are few."""
    lines = kind.symbols(bits, placed)
    if bits < 8:
        unpack = unpacked(bits).split(" = ", 1)[1]
        return [line.replace(unpack, f"Identity ({table})") for line in lines]
    return [line.replace("(q)", f"({table})") for line in lines]


def _placed(values: str, value: str, skips: str, skip: str) -> list[str]:
    """Return lines that look up values and the gaps before them, and put the values at their positions."""
    return [
        f"found = Gather ({values}, {value})",
        f"gaps_before = Gather ({skips}, {skip})",
        "flat = Constant <value = int64[1] {-1}> ()",
        "flat_values = Reshape (found, flat)",
        "flat_gaps = Reshape (gaps_before, flat)",
        f"r = {DOMAIN}.{GAPS8.placing} <shape: tensor = @shape> (flat_gaps, flat_values)",
    ]
