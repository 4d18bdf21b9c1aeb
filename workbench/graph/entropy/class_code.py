"""Codes of a class and an offset, which a decoder without loops reads in one pass.

A word is the number of a class, in a fixed number of bits, followed by an offset within the class, in as many bits as
the class has: the "categories and additional bits" of JPEG (ITU-T T.81, F.1.2), with classes fitted to the counts.
Within 1 or 2 % of a Huffman code if no symbol is very frequent, which coding tuples of weights ensures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from workbench.graph.entropy.coded import Coded
from workbench.graph.entropy.prefix_code import MOST_SYMBOLS, Tally

MOST_BITS = 8  # of a class number
OFFSET_BITS = MOST_SYMBOLS.bit_length() - 1  # largest offset of a class
LOSS = 0.1  # bits of a word above the entropy, expected in a plan


@dataclass(frozen=True, eq=False)
class ClassCode:
    """The best classes for the counts of a sequence.

    bits     bits of a class number
    extra    bits of the offset in each class, int64 [C], ascending; C is at most 2^bits
    order    rows of the tally, most frequent first; each class takes the next 2^extra of them, the last class the rest
    """

    bits: int
    extra: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, tally: Tally) -> "ClassCode":
        """Return the code with the number of classes that takes the fewest bits."""
        bits, extra = best(tally.counts)
        return cls(bits, extra, np.argsort(-tally.counts, kind="stable"))

    @cached_property
    def first(self) -> np.ndarray:
        """First symbol of each class, as an index in `order`."""
        return np.cumsum(1 << self.extra) - (1 << self.extra)

    @cached_property
    def class_of(self) -> np.ndarray:
        """Class of each symbol of the tally, int64 [A]."""
        found = np.empty(len(self.order), np.int64)
        found[self.order] = np.searchsorted(self.first, np.arange(len(self.order)), side="right") - 1
        return found

    def offset_bits(self, tally: Tally) -> int:
        """Return the bits of the offsets of all words together."""
        return int((tally.counts * self.extra[self.class_of]).sum())


def best(counts: np.ndarray) -> tuple[int, np.ndarray]:
    """Return the bits of a class number, and of the offset in each class, that minimise the bits of all words
    together."""
    return best_in_order(np.sort(counts)[::-1])


def best_in_order(counts: np.ndarray, most: int = MOST_BITS) -> tuple[int, np.ndarray]:
    """Return the same for symbols that keep their order, with class numbers of at most `most` bits."""
    words, found, least = int(counts.sum()), None, np.inf
    for bits, offsets, extra in in_order(counts, most):
        if bits * words + offsets < least:
            found, least = (bits, extra), bits * words + offsets
        if (bits + 1) * words >= least:  # with no bits left for offsets, more classes are no better
            break
    assert found is not None
    return found


def classes(counts: np.ndarray) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield the bits of a class number, the fewest bits of all offsets, and the bits of the offset in each class,
    ascending."""
    return in_order(np.sort(counts)[::-1])


def in_order(counts: np.ndarray, most: int = MOST_BITS) -> Iterator[tuple[int, int, np.ndarray]]:
    """Yield the same for symbols that keep their order; offsets need not ascend if a later symbol is more frequent."""
    bits = range(1, min(most, len(counts).bit_length()) + 1)
    for offsets, extra, number in _partitions(counts, [1 << each for each in bits]):
        yield number.bit_length() - 1, offsets, extra


def partitions(counts: np.ndarray, numbers: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the fewest bits of all offsets, and the bits of the offset in each class, for these numbers of classes of
    symbols that keep their order; without those that are too few."""
    for offsets, extra, _ in _partitions(counts, [*numbers[:-1], max(numbers[-1], -(-len(counts) >> OFFSET_BITS))]):
        yield offsets, extra


def _partitions(counts: np.ndarray, numbers: Sequence[int]) -> Iterator[tuple[int, np.ndarray, int]]:
    """Dynamic programming over the number of symbols, counted from the last, that the classes so far hold, one class at
    a time. The first class placed, which holds the last symbols, need not be full."""
    total = np.concatenate([[0], np.cumsum(counts[::-1])])
    widths = np.arange(OFFSET_BITS + 1)[:, None]
    before = np.maximum(np.arange(len(total)) - (1 << widths), 0)
    price = widths * (total - total[before])
    least = np.full(len(total), np.inf)
    least[0] = 0
    chosen = []
    for number in range(1, numbers[-1] + 1):
        offered = least[before] + price
        chosen.append(offered.argmin(axis=0))
        least = offered.min(axis=0)
        least[0] = 0  # a class may stay empty
        if number in numbers and np.isfinite(least[-1]):
            yield int(least[-1]), _taken(chosen, before), number


def _taken(chosen: list[np.ndarray], before: np.ndarray) -> np.ndarray:
    """Return the bits of the offsets by tracing back: the class placed last has the most frequent symbols."""
    left, extra = before.shape[1] - 1, []
    for widths in reversed(chosen):
        if left == 0:
            break
        extra.append(int(widths[left]))
        left = int(before[extra[-1], left])
    return np.array(extra)


@dataclass(frozen=True, eq=False)
class ClassCoded(Coded):
    """The table of symbols, [A, width]; the class numbers; the offsets; three bytes of padding that windows extend
    into.

    Class numbers are stored in bit fields that fill whole bytes in groups of eight.
    """

    code: ClassCode | None

    @property
    def bytes(self) -> int:
        words, width = self.tally.length, self.tally.symbols.shape[1]
        if self.code is None:
            return len(self.tally.symbols) * width + round((self.tally.expected_bits + LOSS * words) / 8) + 4
        offsets = -(-self.code.offset_bits(self.tally) // 8)
        return len(self.tally.symbols) * width + -(-words // 8) * self.code.bits + offsets + 3

    @property
    def heading(self) -> tuple[int, ...]:
        """Number of words, bits of a class number, number of symbols, bytes of a symbol, and how many classes have
        offsets of 0, 1, ... bits."""
        told = (1, (1,)) if self.code is None else (self.code.bits, tuple(np.bincount(self.code.extra).tolist()))
        return self.tally.length, told[0], *self.tally.symbols.shape, *told[1]

    def pack(self, sequence: np.ndarray) -> np.ndarray:
        code = self.code
        assert code is not None  # expected counts have no sequence
        numbers = code.class_of[sequence]
        place = np.empty(len(code.order), np.int64)
        place[code.order] = np.arange(len(code.order))
        padded = np.pad(numbers, (0, -len(numbers) % 8))
        fields = (padded[:, None] >> np.arange(code.bits) & 1).astype(bool).ravel()
        extra = code.extra[numbers]
        offset = place[sequence] - code.first[numbers]
        every = np.arange(max(int(code.extra.max()), 1))
        bits = (offset[:, None] >> every & 1).astype(bool)[every < extra[:, None]]
        table = self.tally.symbols[code.order].ravel()
        packed = (np.packbits(part, bitorder="little") for part in (fields, bits))
        return np.concatenate([table, *packed, np.zeros(3, np.uint8)])

    def unpack(self, stored: np.ndarray) -> np.ndarray:
        words, bits, count, width, *counts = self.heading
        table, rest = stored[: count * width].reshape(count, width), stored[count * width :]
        split = -(-words // 8) * bits
        fields = np.unpackbits(rest[:split], bitorder="little").reshape(-1, bits)[:words]
        numbers = fields @ (1 << np.arange(bits))
        extra = np.repeat(np.arange(len(counts)), counts)
        first = np.cumsum(1 << extra) - (1 << extra)
        at = np.cumsum(extra[numbers]) - extra[numbers]
        padded = rest[split:].astype(np.int64)
        windows = sum(padded[(at >> 3) + place] << 8 * place for place in range(3))
        offsets = windows >> (at & 7) & (1 << extra[numbers]) - 1
        symbols: np.ndarray = table[first[numbers] + offsets]
        return symbols


@lru_cache(1 << 12)
def class_coded(tally: Tally) -> ClassCoded | None:
    """Return a sequence in the best classes; None if it has no symbols or too many."""
    if not 0 < len(tally.symbols) <= MOST_SYMBOLS:
        return None
    return ClassCoded(tally, None if tally.is_expected else ClassCode.of(tally))
