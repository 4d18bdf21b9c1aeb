"""Weights to the bytes of a layout: what graph/storage/decoders reads."""

import numpy as np

from workbench.graph.encodings import zeros
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import FLOAT32
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.storage import layouts
from workbench.graph.storage.layouts import Layout


def arrays(encoding: Encoding, spec: StorageSpec, layout: Layout) -> list[np.ndarray]:
    """The initialisers of a form in the order of its parts: symbols, places, then the sides."""
    symbols = encoding.decode().ravel() if spec.kind == FLOAT32 else encoding.symbols(spec)
    sides = [] if spec.kind == FLOAT32 else encoding.sides(spec)
    if layout == "plain":
        whole = symbols.reshape(spec.shape) if spec.bits >= 8 else pack(symbols, spec.bits)
        return [whole, *sides]
    mask = encoding.nonzero()
    if layout == "mask":
        places, taken = np.packbits(mask, bitorder="little"), np.flatnonzero(mask)
        taken = taken if len(taken) else np.zeros(1, np.int64)
    elif layout == "index":
        taken = _pad_positions(np.flatnonzero(mask), spec)
        places = taken.astype(np.uint16 if layouts.index_bits(spec.count) == 16 else np.int32)
    else:
        stream = _gap_stream(mask, layouts.gap_bits(layout), spec.bits)
        places, taken = pack(stream, layouts.gap_bits(layout)), np.cumsum(stream + 1) - 1
    # Fillers and padding point at weights that are zero, or behind the last one.
    values = symbols[np.minimum(taken, spec.count - 1)]
    return [pack(values, spec.bits) if spec.bits < 8 else values, places, *sides]


def pack(symbols: np.ndarray, bits: int) -> np.ndarray:
    """Integers 0..2^bits-1 in bytes, the first in the lowest bits; uint8 [ceil(n bits / 8)]."""
    symbols = symbols.astype(np.uint8)
    if bits == 8:
        return symbols
    per_byte = 8 // bits
    padded = np.pad(symbols, (0, -len(symbols) % per_byte)).reshape(-1, per_byte)
    return np.bitwise_or.reduce(padded << (np.arange(per_byte, dtype=np.uint8) * bits), axis=1)


def _gap_stream(mask: np.ndarray, gap_bits: int, bits: int) -> np.ndarray:
    """Gaps with their fillers and padding, int64 [symbols]: the running sum of gap + 1, less 1, is the position."""
    before = zeros.gaps(mask)
    bridges = before >> gap_bits
    symbols = layouts.stored_symbols(
        "gaps4" if gap_bits == 4 else "gaps8", len(mask), len(before), int(bridges.sum()), bits
    )
    ends = np.cumsum(bridges + 1) - 1
    stream = np.full(symbols, (1 << gap_bits) - 1, np.int64)
    stream[ends] = before & ((1 << gap_bits) - 1)
    stream[ends[-1] + 1 if len(ends) else 0 :] = 0
    return stream


def _pad_positions(positions: np.ndarray, spec: StorageSpec) -> np.ndarray:
    """Positions of the non-zeros, followed by the spare slots behind the last weight."""
    symbols = layouts.stored_symbols("index", spec.count, len(positions), 0, spec.bits)
    spare = spec.count + np.arange(symbols - len(positions))
    return np.concatenate([positions, spare])
