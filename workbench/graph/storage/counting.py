"""Counts the content of a weight that must be stored: its StorageSpec (spec)."""

from weakref import WeakKeyDictionary

import ml_dtypes
import numpy as np

from workbench.core.recipe.recipe import Sparse
from workbench.graph.storage import layouts, packing
from workbench.graph.storage.encoding import Affine, Codebook, Dense, Encoding, container
from workbench.graph.storage.spec import FLOAT_BITS, Kind, Planned, StorageSpec, product, sharing

_FLOATS: dict[np.dtype, Kind] = {
    np.dtype(np.float32): "Float32",
    np.dtype(np.float16): "Float16",
    np.dtype(ml_dtypes.bfloat16): "BFloat16",
    np.dtype(ml_dtypes.float8_e4m3fn): "Float8E4M3",
    np.dtype(ml_dtypes.float8_e5m2): "Float8E5M2",
}
_counted: WeakKeyDictionary[Encoding, tuple[int, int, int]] = WeakKeyDictionary()


def spec_of(encoding: Encoding, sparse: Sparse = "auto") -> StorageSpec:
    """Count what the layouts need to know; zeros only where they are to be left out."""
    if isinstance(encoding, Planned):
        return encoding.spec
    counts = (product(encoding.shape), 0, 0) if sparse == "off" else _counts(encoding)
    match encoding:
        case Codebook(_, centroids, bits):
            return StorageSpec(encoding.shape, "Codebook", container(bits, 1), *counts, side=centroids.shape)
        case Affine(q, bits, scale, zero, shape, axis):
            shared = sharing(shape, q.shape, scale.shape, axis)
            if shared is not None:
                kind: Kind = "Symmetric" if zero is None else "Affine"
                return StorageSpec(shape, kind, container(bits), *counts, *shared, axis)
    kind = _float_kind(encoding.values) if isinstance(encoding, Dense) else "Float32"
    return StorageSpec(encoding.shape, kind, FLOAT_BITS[kind], *counts)


def _counts(encoding: Encoding) -> tuple[int, int, int]:
    """Non-zeros and fillers; remembered for as long as the encoding lives, because sliders ask again and again."""
    if encoding not in _counted:
        before = layouts.gaps(packing.nonzero(encoding))
        _counted[encoding] = len(before), layouts.fillers(before, 4), layouts.fillers(before, 8)
    return _counted[encoding]


def _float_kind(values: np.ndarray) -> Kind:
    kind = _FLOATS.get(values.dtype, "Float32")
    if kind.startswith("Float8") and not np.isfinite(values.astype(np.float32)).all():
        return "Float32"
    return kind
