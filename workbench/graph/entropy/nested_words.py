"""Words of a sequence: a number as a class and an offset, where the class is again a class of classes and an offset.

Words of one class have the same length (graph.entropy.class_code). Classes of the same size alone would give frequent
numbers words that are too long: coded in the same way once more, they have words of different lengths, and the whole is
1 to 3 % above a Huffman code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.graph.entropy.class_code import best_in_order, partitions

MOST_SIZE = 5  # bits of the number of a class of classes
MOST_OFFSET = 11  # bits of an offset, and of padding after the last
CLASSES = (2, 4, 6, 9, 12, 16, 24, 32, 48)  # numbers of classes that are tried


@dataclass(frozen=True, eq=False)
class Level:
    """Classes of consecutive numbers. `extra`: bits of the offset in each, int64 [C]."""

    extra: np.ndarray

    @cached_property
    def first(self) -> np.ndarray:
        """The first number of each class, int64 [C]."""
        return np.cumsum(1 << self.extra) - (1 << self.extra)

    def of(self, numbers: np.ndarray) -> np.ndarray:
        """Return the class of each number."""
        found: np.ndarray = np.searchsorted(self.first, numbers, side="right") - 1
        return found

    def bits(self, counts: np.ndarray) -> int:
        """Return the bits of all offsets, from how often each number occurs."""
        return int((counts * self.extra[self.of(np.arange(len(counts)))]).sum())

    def offsets(self, numbers: np.ndarray) -> np.ndarray:
        """Return the offsets of a sequence of numbers, bool, the lowest bit of each first."""
        classes, every = self.of(numbers), np.arange(MOST_OFFSET)
        bits = ((numbers - self.first[classes])[:, None] >> every & 1).astype(bool)
        found: np.ndarray = bits[every < self.extra[classes][:, None]]
        return found


@dataclass(frozen=True, eq=False)
class Words:
    """One sequence of numbers from 0. Small numbers should be the frequent ones.

    counts   frequency of each number, int64 [A]
    numbers  returns the sequence, int64 [k]; called only when it is written
    """

    counts: np.ndarray
    numbers: Callable[[], np.ndarray]

    @property
    def bytes(self) -> int:
        """Bytes of the data and of the sizes of classes."""
        return sum(self.split) // 8 + sum(map(len, self.extras))

    @cached_property
    def _code(self) -> tuple[int, Level, Level]:
        """Bits of the number of a class of classes; these; and the classes."""
        counts, found, least = _padded(self.counts), None, np.inf
        for offsets, extra in partitions(counts, CLASSES):
            inner = Level(extra)
            classes = np.bincount(inner.of(np.arange(len(counts))), counts, minlength=max(2, len(extra)))
            size, outer = best_in_order(classes.astype(np.int64), MOST_SIZE)
            bits = offsets + Level(outer).bits(classes) + size * counts.sum() + 8 * (len(outer) + len(extra))
            if bits < least:
                found, least = (size, Level(outer), inner), bits
        assert found is not None
        return found

    @property
    def size(self) -> int:
        """Bits of the number of a class of classes."""
        return self._code[0]

    @property
    def extras(self) -> tuple[np.ndarray, np.ndarray]:
        """Bits of the offset in each class of classes, and in each class, uint8."""
        return self._code[1].extra.astype(np.uint8), self._code[2].extra.astype(np.uint8)

    @cached_property
    def split(self) -> tuple[int, int, int]:
        """Number of bits of class numbers, of offsets of classes, and of offsets of numbers with padding."""
        size, outer, inner = self._code
        classes = np.bincount(inner.of(np.arange(len(self.counts))), self.counts)
        fields, first = size * int(self.counts.sum()), outer.bits(classes) + MOST_OFFSET
        whole = fields + first + inner.bits(self.counts) + MOST_OFFSET
        return fields, first, -(-whole // 8) * 8 - fields - first

    @cached_property
    def data(self) -> np.ndarray:
        """Return class numbers, offsets and zero padding, uint8 [n, 1]."""
        numbers, (size, outer, inner) = self.numbers(), self._code
        classes, padding = inner.of(numbers), np.zeros(MOST_OFFSET, bool)
        fields = (outer.of(classes)[:, None] >> np.arange(size) & 1).astype(bool).ravel()
        bits = np.concatenate([fields, outer.offsets(classes), padding, inner.offsets(numbers), padding])
        return np.packbits(bits, bitorder="little")[:, None]


def words(numbers: np.ndarray) -> Words:
    """Return numbers from 0, int64 [k], in the classes that take the fewest bits."""
    return Words(np.bincount(numbers), lambda: numbers)


def _padded(counts: np.ndarray) -> np.ndarray:
    """Return the counts of two numbers at least."""
    return np.pad(counts, (0, max(0, 2 - len(counts))))
