"""Canonical prefix codes of bounded length, and sequences encoded in them.

Huffman 1952, with lengths bounded by package-merge: Larmore and Hirschberg 1990, A fast algorithm for optimal
length-limited Huffman codes, JACM 37(3).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

# A decoder has a fixed number of steps (graph.layouts.code_decoder), which bounds the words of the codes it reads.
LIMITS = (9, 13)
MOST_SYMBOLS = 1 << 11  # with more, the table of symbols is most of what is stored


@dataclass(frozen=True, eq=False)
class Tally:
    """Frequencies of the symbols of a sequence; a symbol is a row of one or more bytes.

    symbols   uint8 [A, width], distinct
    counts    int64; float64 if they are expected counts: then the symbols are unknown, and the size of a code is
              estimated from the entropy
    """

    symbols: np.ndarray
    counts: np.ndarray

    @property
    def length(self) -> int:
        """Number of symbols in the sequence."""
        return round(float(self.counts.sum()))

    @property
    def is_expected(self) -> bool:
        return self.counts.dtype.kind == "f"

    @cached_property
    def expected_bits(self) -> float:
        """Approximate bits of a Huffman code: the entropy, but at least one bit for the most frequent symbol."""
        total, most = float(self.counts.sum()), float(self.counts.max())
        if most <= total / 2:
            return 8 * self.entropy_bytes
        rest = Tally(self.symbols, np.delete(self.counts, self.counts.argmax()))
        return total + (8 * rest.entropy_bytes if len(rest.counts) else 0.0)

    @property
    def promised_bytes(self) -> float:
        """Approximate bytes of table and words in a good code."""
        return self.symbols.size + self.expected_bits / 8

    @cached_property
    def entropy_bytes(self) -> float:
        """Lower bound for a code of single symbols: the order-0 entropy."""
        share = self.counts[self.counts > 0] / max(self.counts.sum(), 1)
        return float(-(share * np.log2(share)).sum() * self.counts.sum() / 8)


@dataclass(frozen=True, eq=False)
class PrefixCode:
    """Code words of symbols, in canonical order: shorter ones first, then by value.

    The tree is given by `flags`: its nodes in breadth-first order without the root, True for a leaf. Leaves come first
    at each depth, so the children of inner node g (the root is 0) are nodes 2 g and 2 g + 1.

    symbols   uint8 [A, width], at least two
    lengths   bits of the words, int64 [A], ascending
    order     the corresponding rows of the tally
    """

    symbols: np.ndarray
    lengths: np.ndarray
    order: np.ndarray

    @classmethod
    def of(cls, tally: Tally, limit: int) -> "PrefixCode":
        """Return the best code of 1 to 2^limit symbols with no word longer than `limit`."""
        symbols, counts = tally.symbols, tally.counts
        if len(symbols) == 1:  # a tree has at least two leaves
            symbols, counts = np.repeat(symbols, 2, axis=0), np.append(counts, 0)
        found = lengths(counts, limit)
        order = np.lexsort((np.arange(len(found)), found))
        return cls(symbols[order], found[order], order)

    @property
    def count(self) -> int:
        """Number of symbols."""
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
        """Leaf flags of the nodes of the tree, bool [2 A - 2]."""
        leaves = np.bincount(self.lengths)
        flags, inner = [], 1
        for found in leaves[1:].tolist():
            flags += [True] * found + [False] * (2 * inner - found)
            inner = 2 * inner - found
        return np.array(flags)

    def bits(self, tally: Tally) -> int:
        """Return the bits of the counted sequence."""
        counts = tally.counts if len(tally.counts) == self.count else np.append(tally.counts, 0)
        return int((counts[self.order] * self.lengths).sum())

    def encode(self, sequence: np.ndarray) -> np.ndarray:
        """Return the bits of a sequence, bool: bit 0 of all words, then bit 1 of those that have one, and so on.

        In planes rather than word by word, so that the start of each bit follows from the number of words of that
        length (Grossi, Gupta, Vitter 2003, wavelet trees) and all words are decoded in parallel.

        sequence   row indices of the tally
        """
        place = np.empty(self.count, np.int64)
        place[self.order] = np.arange(self.count)
        left, planes = place[sequence], []
        for bit in range(int(self.lengths[-1])):
            planes.append((self.words[left] >> (self.lengths[left] - bit - 1) & 1).astype(bool))
            left = left[self.lengths[left] > bit + 1]
        return np.concatenate(planes)


def lengths(counts: np.ndarray, limit: int) -> np.ndarray:
    """Return the word lengths of an optimal code, int64 [A], none above `limit`; A is 2 to 2^limit. Package-merge."""
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
