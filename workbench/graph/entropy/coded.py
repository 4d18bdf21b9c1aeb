"""A coded sequence as it is stored: table, code and bits in one row of bytes; the exact number of bytes from counts."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from workbench.graph.entropy.prefix_code import MOST_SYMBOLS, PrefixCode, Tally


@dataclass(frozen=True, eq=False)
class Coded(ABC):
    """One sequence in a code, as bytes: of counts that were found, or of expected ones."""

    tally: Tally

    @property
    @abstractmethod
    def bytes(self) -> int:
        """Bytes of `pack`; of expected counts, about."""

    @property
    @abstractmethod
    def heading(self) -> tuple[int, ...]:
        """Numbers that the decoder needs."""

    @abstractmethod
    def pack(self, sequence: np.ndarray) -> np.ndarray:
        """The bytes, uint8, of the sequence that was counted, as indices of the tally's rows."""

    @abstractmethod
    def unpack(self, stored: np.ndarray) -> np.ndarray:
        """The symbols of packed bytes, uint8 [words, width]: what the decoder in ONNX computes, in numpy."""


@dataclass(frozen=True, eq=False)
class TreeCoded(Coded):
    """A sequence in a Huffman code whose words have at most `limit` bits.

    First the table of symbols, [A, width]. Then in bits: which nodes of the tree are leaves, the planes of the words
    (PrefixCode), and one bit that complete words may point at.
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
    """Bits in bytes, uint8 [ceil(n / 8)]: the lowest bits of all bytes first, then those above."""
    padded = np.zeros((8, -(-len(bits) // 8)), bool)
    padded.ravel()[: len(bits)] = bits
    return np.packbits(padded, axis=0, bitorder="little")[0]


@lru_cache(1 << 12)
def coded(tally: Tally, limit: int) -> TreeCoded | None:
    """A sequence in the best code with words of at most `limit` bits; None where it has too many symbols, or none."""
    if not 0 < len(tally.symbols) <= min(1 << limit, MOST_SYMBOLS):
        return None
    return TreeCoded(tally, None if tally.is_expected else PrefixCode.of(tally, limit), limit)
