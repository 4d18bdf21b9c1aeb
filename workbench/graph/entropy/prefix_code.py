"""Canonical prefix codes with bounded lengths, and what they make of a sequence.

Huffman 1952, with lengths bounded by package-merge: Larmore and Hirschberg 1990, A fast algorithm for optimal
length-limited Huffman codes, JACM 37(3).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

# Decoders have a fixed number of steps (graph.layouts.code_decoder): a code has no longer words than one of them.
LIMITS = (9, 13)
MOST_SYMBOLS = 1 << 11  # with more, the table of symbols is most of what is stored


@dataclass(frozen=True, eq=False)
class Tally:
    """How often each symbol of a sequence occurs; a symbol is a row of one or more bytes.

    symbols   uint8 [A, width], all different; counts int64, or float64 where they are expected ones: then the symbols
              are not known, and a code is not made but judged by the entropy
    """

    symbols: np.ndarray
    counts: np.ndarray

    @property
    def length(self) -> int:
        """Symbols in the sequence."""
        return round(float(self.counts.sum()))

    @property
    def is_expected(self) -> bool:
        return self.counts.dtype.kind == "f"

    @cached_property
    def expected_bits(self) -> float:
        """About what a Huffman code takes: the entropy, but at least a bit for the most frequent symbol."""
        total, most = float(self.counts.sum()), float(self.counts.max())
        if most <= total / 2:
            return 8 * self.entropy_bytes
        rest = Tally(self.symbols, np.delete(self.counts, self.counts.argmax()))
        return total + (8 * rest.entropy_bytes if len(rest.counts) else 0.0)

    @property
    def promised_bytes(self) -> float:
        """About what table and words take in a good code."""
        return self.symbols.size + self.expected_bits / 8

    @cached_property
    def entropy_bytes(self) -> float:
        """The least that a code of single symbols can take: the order-0 entropy."""
        share = self.counts[self.counts > 0] / max(self.counts.sum(), 1)
        return float(-(share * np.log2(share)).sum() * self.counts.sum() / 8)


@dataclass(frozen=True, eq=False)
class PrefixCode:
    """A code word for each symbol, in the order of the words: shorter ones first, then by value.

    The tree is what `flags` says: its nodes in breadth-first order without the root, True for a leaf. Of each depth the
    leaves come first, so the children of inner node g (the root is 0) are nodes 2 g and 2 g + 1.

    symbols   uint8 [A, width], at least two; lengths int64 [A], in bits, ascending; order: of the tally's rows
    """

    symbols: np.ndarray
    lengths: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, tally: Tally, limit: int) -> "PrefixCode":
        """The best code of 1 to 2^limit symbols without words longer than `limit`."""
        symbols, counts = tally.symbols, tally.counts
        if len(symbols) == 1:  # a tree has two leaves at least
            symbols, counts = np.repeat(symbols, 2, axis=0), np.append(counts, 0)
        found = lengths(counts, limit)
        order = np.lexsort((np.arange(len(found)), found))
        return cls(symbols[order], found[order], order)

    @property
    def count(self) -> int:
        """Symbols."""
        return len(self.symbols)

    @cached_property
    def words(self) -> np.ndarray:
        """Code words as numbers, int64 [A]."""
        words, word, length = np.zeros(self.count, np.int64), 0, int(self.lengths[0])
        for index, size in enumerate(self.lengths.tolist()):
            word <<= size - length
            words[index], length = word, size
            word += 1
        return words

    @cached_property
    def flags(self) -> np.ndarray:
        """Which nodes of the tree are leaves, bool [2 A - 2]."""
        leaves = np.bincount(self.lengths)
        flags, inner = [], 1
        for found in leaves[1:].tolist():
            flags += [True] * found + [False] * (2 * inner - found)
            inner = 2 * inner - found
        return np.array(flags)

    def bits(self, tally: Tally) -> int:
        """Bits of the sequence that was counted."""
        counts = tally.counts if len(tally.counts) == self.count else np.append(tally.counts, 0)
        return int((counts[self.order] * self.lengths).sum())

    def encode(self, sequence: np.ndarray) -> np.ndarray:
        """Bits of a sequence, bool: bit 0 of all words, then bit 1 of those that have one, and so on.

        In planes, not word by word: so the start of a bit follows from how many words are as long (Grossi, Gupta,
        Vitter 2003, wavelet trees), and all words are decoded side by side.

        sequence   indices of the tally's rows
        """
        place = np.empty(self.count, np.int64)
        place[self.order] = np.arange(self.count)
        left, planes = place[sequence], []
        for bit in range(int(self.lengths[-1])):
            planes.append((self.words[left] >> (self.lengths[left] - bit - 1) & 1).astype(bool))
            left = left[self.lengths[left] > bit + 1]
        return np.concatenate(planes)


def lengths(counts: np.ndarray, limit: int) -> np.ndarray:
    """Lengths of the words of a best code, int64 [A], none above `limit`; A is 2 to 2^limit. Package-merge."""
    order = np.argsort(counts, kind="stable")
    items = np.asarray(counts)[order].astype(np.float64)
    level, packaged = items, []
    for _ in range(limit - 1):
        packages = level[: len(level) // 2 * 2].reshape(-1, 2).sum(axis=1)
        merged = np.concatenate([items, packages])
        ranked = np.argsort(merged, kind="stable")
        packaged.append(ranked >= len(items))
        level = merged[ranked]
    found = np.zeros(len(items), np.int64)
    taken = 2 * len(items) - 2
    for chosen in reversed(packaged):
        packages_taken = int(chosen[:taken].sum())
        found[: taken - packages_taken] += 1
        taken = 2 * packages_taken
    found[:taken] += 1
    result = np.empty_like(found)
    result[order] = found
    return result
