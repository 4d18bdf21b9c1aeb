"""How many bytes n symbols take in each layout: the formulas that the writer and the forecast share.

A symbol is what one weight is stored as: an integer level, a codebook index, a float. The layouts differ in what they
do with weights that are zero:

plain    every symbol, packed: ceil(n b / 8)
mask     one bit a weight, then the symbols of the non-zeros: ceil(n / 8) + ceil(k b / 8)
gaps4    the number of zeros skipped before each non-zero in 4 bits, then its symbol; where more than 15 zeros lie
         between two non-zeros, filler symbols that decode to zero bridge them (Han et al. 2016, Deep Compression,
         ICLR, section 2, with 5 bits for fully connected and 8 for convolution layers)
gaps8    the same with 8 bits
index    the position of each non-zero in 16 or 32 bits, then its symbol (coordinate format)
"""

from typing import Literal

from workbench.core.base.message import Message
from workbench.graph.storage.decoders import SPARE

Layout = Literal["plain", "mask", "gaps4", "gaps8", "index"]
SPARSE: tuple[Layout, ...] = ("mask", "gaps4", "gaps8", "index")
WORDS: dict[Layout, str] = {
    "mask": Message("zeros as a bit mask"),
    "gaps4": Message("zeros as 4-bit gaps"),
    "gaps8": Message("zeros as 8-bit gaps"),
    "index": Message("non-zeros with their positions"),
}


def packed(count: int, bits: int) -> int:
    """Bytes of `count` symbols of `bits`."""
    return -(-count * bits // 8)


def index_bits(count: int) -> int:
    """Width of a position among `count` weights and the spare slots behind them."""
    return 16 if count + SPARE <= 1 << 16 else 32


def gap_bits(layout: Layout) -> int:
    return 4 if layout == "gaps4" else 8


def stored_symbols(layout: Layout, count: int, nonzeros: int, fillers: int, bits: int) -> int:
    """How many symbols are written: with fillers, and padded so that places and symbols both fill whole bytes."""
    match layout:
        case "plain":
            return count
        case "mask":
            return max(nonzeros, 1)  # the runtime cannot look up in an empty table
        case "gaps4" | "gaps8":
            return _padded(nonzeros + fillers, min(bits, gap_bits(layout)))
    return _padded(nonzeros, bits)


def place_bytes(layout: Layout, count: int, symbols: int) -> int:
    """Bytes that say where the symbols go."""
    match layout:
        case "plain":
            return 0
        case "mask":
            return packed(count, 1)
        case "gaps4" | "gaps8":
            return packed(symbols, gap_bits(layout))
    return packed(symbols, index_bits(count))


def payload(layout: Layout, count: int, nonzeros: int, fillers: int, bits: int) -> int:
    """Bytes of symbols and places: without the scales, the protobuf around them, and the decoder."""
    symbols = stored_symbols(layout, count, nonzeros, fillers, bits)
    return place_bytes(layout, count, symbols) + packed(symbols, bits)


def smallest(count: int, nonzeros: int, fillers4: int, fillers8: int, bits: int) -> Layout:
    """The layout with the least payload. The writer also weighs what the protobuf around it costs (storage)."""
    needed = {"gaps4": fillers4, "gaps8": fillers8}
    return min(("plain", *SPARSE), key=lambda layout: payload(layout, count, nonzeros, needed.get(layout, 0), bits))


def _padded(symbols: int, bits: int) -> int:
    per_byte = max(1, 8 // bits)
    return max(-(-symbols // per_byte), 1) * per_byte
