"""Weight scales large enough for the bias, which ONNX Runtime stores in 32-bit integers when it loads a QDQ layer.

The step of the bias is the input scale times the weight scale (Jacob et al. 2018, section 2.4). A channel with small,
dead or pruned weights has a tiny scale, and its bias would overflow.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import onnx_ir as ir

from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.model.inventory import Site
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import SMALLEST, Static

LARGEST = 2.0**30  # half the range of 32 bits, which leaves room for the sums added to the bias


def with_room(graph: ir.Graph, sites: Mapping[str, Site], edits: Mapping[str, Edit]) -> dict[str, Edit]:
    """Return the edits, with larger scales for the channels of static layers whose bias would overflow 32 bits."""
    return {
        path: _with_room(edit, edit.compute, _bias(graph, sites[path], edit))
        if isinstance(edit.compute, Static)
        else edit
        for path, edit in edits.items()
    }


def _bias(graph: ir.Graph, site: Site, edit: Edit) -> np.ndarray:
    """Return |bias| [outputs], or a single zero if there is none."""
    tensor = graph.initializers[site.bias].const_value if site.bias is not None else None
    values = edit.bias if edit.bias is not None else None if tensor is None else tensor.numpy()
    return np.zeros(1) if values is None else np.abs(values.astype(np.float64)).reshape(-1)


def _with_room(edit: Edit, compute: Static, bias: np.ndarray) -> Edit:
    encoding = with_least_scale(edit.encoding, np.maximum(bias / LARGEST, SMALLEST) / compute.received.scale)
    return edit if encoding is edit.encoding else replace(edit, encoding=encoding)


def with_least_scale(encoding: Encoding, least: np.ndarray) -> Encoding:
    """Return a weight on symmetric levels whose scale is at least `least` ([outputs] or [1]); the same object if it
    already is. Weights of a channel whose scale grows are rounded again: each contributes less than 2^-23 of the
    bias."""
    if encoding.scaled is not None:
        inner = with_least_scale(encoding.tensor, least)
        return encoding if inner is encoding.tensor else replace(encoding.scaled, inner=inner)
    grid = encoding.grid
    if grid is None or grid.zero_point is not None:
        return encoding
    old = grid.scale
    needed = least.reshape(old.shape) if old.size == least.size else np.full(old.shape, least.max())
    if (old >= needed).all():
        return encoding
    scale = np.where(old >= needed, old, needed * (1 + 1e-6)).astype(np.float32)
    q = np.rint(grid.q * (old.astype(np.float64) / scale)).astype(grid.q.dtype)
    return Affine(q, grid.bits, scale, None, grid.shape, grid.axis)
