"""Count what the layouts need to know of a weight."""

from weakref import WeakKeyDictionary

import ml_dtypes
import numpy as np

from workbench.core.recipe.recipe import Sparse
from workbench.graph.storage import layouts, packing
from workbench.graph.storage.encoding import Affine, Codebook, Dense, Encoding
from workbench.graph.storage.spec import FLOAT_BITS, Content, Kind, Planned, product

_FLOATS: dict[np.dtype, Kind] = {
    np.dtype(np.float32): "Float32",
    np.dtype(np.float16): "Float16",
    np.dtype(ml_dtypes.bfloat16): "BFloat16",
    np.dtype(ml_dtypes.float8_e4m3fn): "Float8E4M3",
    np.dtype(ml_dtypes.float8_e5m2): "Float8E5M2",
}
_counted: WeakKeyDictionary[Encoding, tuple[int, int, int]] = WeakKeyDictionary()


def content_of(encoding: Encoding, sparse: Sparse = "auto") -> Content:
    """Count what the layouts need to know; zeros only where they are to be left out."""
    if isinstance(encoding, Planned):
        return encoding.content
    counts = (product(encoding.shape), 0, 0) if sparse == "off" else _counts(encoding)
    match encoding:
        case Codebook(_, centroids, bits):
            return Content(encoding.shape, "Codebook", layouts.container(bits), *counts, side=centroids.shape)
        case Affine(q, bits, scale, zero, shape, axis):
            shared = sharing(shape, q.shape, scale.shape, axis)
            if shared is not None:
                kind: Kind = "Symmetric" if zero is None else "Affine"
                return Content(shape, kind, affine_container(bits), *counts, *shared, axis)
    kind = _float_kind(encoding.values) if isinstance(encoding, Dense) else "Float32"
    return Content(encoding.shape, kind, FLOAT_BITS[kind], *counts)


def _counts(encoding: Encoding) -> tuple[int, int, int]:
    """Non-zeros and fillers; remembered for as long as the encoding lives, because sliders ask again and again."""
    if encoding not in _counted:
        before = layouts.gaps(packing.nonzero(encoding))
        _counted[encoding] = len(before), layouts.fillers(before, 4), layouts.fillers(before, 8)
    return _counted[encoding]


def sharing(
    shape: tuple[int, ...], grid: tuple[int, ...], scale: tuple[int, ...], axis: int
) -> tuple[tuple[int, ...], int] | None:
    """How a scale of a grid (see graph.encoding.Affine) is stored: its shape, and the group size.

    0 where it broadcasts over the weight by itself, as with one group a channel; None for any other grid.
    """
    if product(scale) == 1:
        return (), 0
    if grid == shape:
        return scale, 0
    if len(grid) != 3:
        return None
    if axis == 0 and grid[0] == shape[0] and scale == (*grid[:2], 1):
        return (scale, grid[2]) if grid[1] > 1 else ((grid[0], *(1 for _ in shape[1:])), 0)
    if axis == 1 and len(shape) == 2 and grid[2] == shape[1] and scale == (grid[0], 1, grid[2]):
        return (scale, grid[1]) if grid[0] > 1 else ((1, grid[2]), 0)
    return None


def affine_container(bits: int) -> int:
    """The width in which levels of `bits` are stored: 2, 4 or 8."""
    return max(layouts.container(bits), 2)


def _float_kind(values: np.ndarray) -> Kind:
    kind = _FLOATS.get(values.dtype, "Float32")
    if kind.startswith("Float8") and not np.isfinite(values.astype(np.float32)).all():
        return "Float32"
    return kind
