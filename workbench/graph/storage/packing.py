"""Weights to the bytes of a layout: what graph/storage/decoders reads."""

import numpy as np

from workbench.graph.storage import layouts
from workbench.graph.storage.encoding import Affine, Codebook, Dense, Encoding, crop
from workbench.graph.storage.layouts import Layout
from workbench.graph.storage.spec import StorageSpec


def nonzero(encoding: Encoding) -> np.ndarray:
    """Mask of the non-zero weights, bool [n] in the weight's order."""
    match encoding:
        case Dense(values):
            return values.astype(np.float32).ravel() != 0
        case Codebook(indices, centroids):
            return (centroids != 0)[indices.ravel()]
        case Affine(q, _, _, zero):
            return _cropped(q, encoding) != (0 if zero is None else _cropped(zero, encoding))
    raise TypeError(f"{type(encoding).__name__} is not stored as one tensor")


def arrays(encoding: Encoding, spec: StorageSpec, layout: Layout) -> list[np.ndarray]:
    """The initialisers of a form in the order of its parts: symbols, places, then scale and zero point or codebook."""
    symbols = _symbols(encoding, spec)
    if layout == "plain":
        whole = symbols.reshape(spec.shape) if spec.bits >= 8 else pack(symbols, spec.bits)
        return [whole, *_sides(encoding, spec)]
    mask = nonzero(encoding)
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
    return [pack(values, spec.bits) if spec.bits < 8 else values, places, *_sides(encoding, spec)]


def pack(symbols: np.ndarray, bits: int) -> np.ndarray:
    """Integers 0..2^bits-1 in bytes, the first in the lowest bits; uint8 [ceil(n bits / 8)]."""
    symbols = symbols.astype(np.uint8)
    if bits == 8:
        return symbols
    per_byte = 8 // bits
    padded = np.pad(symbols, (0, -len(symbols) % per_byte)).reshape(-1, per_byte)
    return np.bitwise_or.reduce(padded << (np.arange(per_byte, dtype=np.uint8) * bits), axis=1)


def _symbols(encoding: Encoding, spec: StorageSpec) -> np.ndarray:
    """One symbol for every weight, [n], as it is stored before packing."""
    match encoding:
        case Dense(values) if spec.kind.startswith("Float8"):
            return np.ascontiguousarray(values).view(np.uint8).ravel()
        case Dense(values) if spec.kind != "Float32":
            return values.ravel()
        case Codebook(indices) if spec.kind == "Codebook":
            return indices.ravel()
        case Affine(q) if spec.kind == "Affine":
            return _cropped(q, encoding)
        case Affine(q) if spec.kind == "Symmetric":
            signed = _cropped(q, encoding)
            return signed if spec.bits == 8 else (signed + (1 << (spec.bits - 1))).astype(np.uint8)
    return encoding.decode().ravel()


def _sides(encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
    if spec.side is None:
        return []
    match encoding:
        case Codebook(_, centroids):
            return [centroids.astype(np.float32)]
        case Affine(_, _, scale, zero):
            scales = scale.astype(np.float32).reshape(spec.side)
            return [scales] if zero is None else [scales, zero.astype(np.uint8).reshape(spec.side)]
    raise TypeError(f"{type(encoding).__name__} has no scale or codebook")


def _cropped(values: np.ndarray, encoding: Affine) -> np.ndarray:
    """Integers that broadcast to the grid, one for every weight; keeps the type."""
    grid = np.broadcast_to(values, encoding.q.shape)
    return crop(grid, encoding.shape, encoding.axis).astype(values.dtype).ravel()


def _gap_stream(mask: np.ndarray, gap_bits: int, bits: int) -> np.ndarray:
    """Gaps with their fillers and padding, int64 [symbols]: the running sum of gap + 1, less 1, is the position."""
    before = layouts.gaps(mask)
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
