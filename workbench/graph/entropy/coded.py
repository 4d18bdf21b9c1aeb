"""A coded sequence as stored: table, code and bits in one row of bytes, whose exact number follows from counts."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from workbench.graph.entropy.prefix_code import MOST_SYMBOLS, PrefixCode, Tally


@dataclass(frozen=True, eq=False)
class Coded(ABC):
    """One sequence in a code, as bytes; its counts are exact or expected."""

    tally: Tally

    @property
    @abstractmethod
    def bytes(self) -> int:
        """Bytes of `pack`; approximate for expected counts."""

    @property
    @abstractmethod
    def heading(self) -> tuple[int, ...]:
        """Numbers that the decoder needs."""

    @abstractmethod
    def pack(self, sequence: np.ndarray) -> np.ndarray:
        """Return the bytes, uint8, of the counted sequence, given as row indices of the tally."""

    @abstractmethod
    def unpack(self, stored: np.ndarray) -> np.ndarray:
        """Return the symbols of packed bytes, uint8 [words, width]: the ONNX decoder in numpy."""


@dataclass(frozen=True, eq=False)
class TreeCoded(Coded):
    """A sequence in a Huffman code whose words have at most `limit` bits.

    Stored as the table of symbols, [A, width], followed by bits: which nodes of the tree are leaves, the planes of the
    words (PrefixCode), and one bit for complete words to point at.
    """

    code: PrefixCode | None  # None where counts are expected ones
    limit: int

    @property
    def bytes(self) -> int:
        bits = self.tally.expected_bits if self.code is None else self.code.bits(self.tally)
        return self._symbols * self.tally.symbols.shape[1] - (-(2 * self._symbols - 1 + round(bits)) // 8)

    @property
    def heading(self) -> tuple[int, ...]:
        """Numbers that the decoder needs: words, nodes of the tree, symbols, bytes of a symbol."""
        return self.tally.length, 2 * self._symbols - 2, self._symbols, self.tally.symbols.shape[1]

    @property
    def _symbols(self) -> int:
        return max(2, len(self.tally.symbols))

    def pack(self, sequence: np.ndarray) -> np.ndarray:
        assert self.code is not None  # expected counts have no sequence
        bits = np.concatenate([self.code.flags, self.code.encode(sequence), [False]])
        return np.concatenate([self.code.symbols.ravel(), _bytes(bits)])

    def unpack(self, stored: np.ndarray) -> np.ndarray:
        words, nodes, count, width = self.heading
        table = stored[: count * width].reshape(count, width)
        bits = np.unpackbits(stored[None, count * width :], axis=0, bitorder="little").ravel().astype(np.int64)
        leaf, bits = bits[:nodes], bits[nodes:]
        inner = np.cumsum(1 - leaf)
        step = np.where(leaf == 1, np.arange(nodes), 2 * inner)
        at, bits = bits[:words].copy(), bits[words:]
        while (active := leaf[at] == 0).any():
            at = step[at]
            at[active] += bits[: active.sum()]
            bits = bits[active.sum() :]
        symbols: np.ndarray = table[np.cumsum(leaf)[at] - 1]
        return symbols


def _bytes(bits: np.ndarray) -> np.ndarray:
    """Return bits packed in bytes, uint8 [ceil(n / 8)]: first the lowest bits of all bytes, then the next ones."""
    padded = np.zeros((8, -(-len(bits) // 8)), bool)
    padded.ravel()[: len(bits)] = bits
    return np.packbits(padded, axis=0, bitorder="little")[0]


@lru_cache(1 << 12)
def coded(tally: Tally, limit: int) -> TreeCoded | None:
    """Return a sequence in the best code with words of at most `limit` bits; None if it has no symbols or too many."""
    if not 0 < len(tally.symbols) <= min(1 << limit, MOST_SYMBOLS):
        return None
    return TreeCoded(tally, None if tally.is_expected else PrefixCode.of(tally, limit), limit)
