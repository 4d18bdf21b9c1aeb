"""Unfolding of a layer's inputs to the rows that its weight matrix multiplies."""

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import Layer


def unfold(layer: Layer, x: np.ndarray, chosen: np.ndarray | None = None) -> np.ndarray:
    """Return the rows that the layer's matrix multiplies: [groups, rows, columns] float32.

    x        input of the operator: [n, channels, ...] for a convolution, [..., features] for a linear layer, [features,
             ...] for a constant on the left of MatMul
    chosen   indices of the requested rows, below `count(layer, x)`; None for all

    Columns are ordered as in the unfolded weight: channel, then kernel position.
    """
    if layer.op == "Conv":
        return _convolution(layer, x, chosen)
    if layer.op not in ("Gemm", "MatMul"):
        raise UserError(
            "{path} is a {op}; its inputs cannot be used for calibration.",
            "Choose a method that needs no data.",
            path=layer.path,
            op=layer.op,
        )
    rows = _linear(layer, x)
    return (rows if chosen is None else rows[chosen])[None].astype(np.float32)


def count(layer: Layer, x: np.ndarray) -> int:
    """Return the number of rows that `x` unfolds to."""
    if layer.op == "Conv":
        windows = _windows(layer, x)
        return windows.shape[0] * int(np.prod(windows.shape[2 : 2 + x.ndim - 2]))
    return len(_linear(layer, x))


def _linear(layer: Layer, x: np.ndarray) -> np.ndarray:
    features = layer.matrix[1]
    if x.ndim > 1:
        x = np.moveaxis(x, layer.input_axis, -1)
    return x.reshape(-1, features)


def _convolution(layer: Layer, x: np.ndarray, chosen: np.ndarray | None) -> np.ndarray:
    windows = _windows(layer, x)  # [n, channels, *positions, *kernel]
    dims = x.ndim - 2
    positions = (windows.shape[0], *windows.shape[2 : 2 + dims])
    index = np.arange(int(np.prod(positions))) if chosen is None else chosen
    sample, *place = np.unravel_index(index, positions)
    picked = np.moveaxis(windows, 1, 1 + dims)[(sample, *place)]  # [rows, channels, *kernel]
    rows = picked.reshape(len(index), layer.groups, -1)
    return np.ascontiguousarray(rows.transpose(1, 0, 2), dtype=np.float32)


def _windows(layer: Layer, x: np.ndarray) -> np.ndarray:
    """Return every input patch, as a view: [n, channels, *positions, *kernel]."""
    kernel = layer.shape[2:]
    dims = len(kernel)
    strides = _ints(layer, "strides", dims)
    dilations = _ints(layer, "dilations", dims)
    spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilations, strict=True))
    padded = np.pad(x, [(0, 0), (0, 0), *_pads(layer, x.shape[2:], spans, strides)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, spans, axis=tuple(range(2, 2 + dims)))
    steps = tuple(slice(None, None, s) for s in strides)
    inside = tuple(slice(None, None, d) for d in dilations)
    return windows[(slice(None), slice(None), *steps, *inside)]


def _pads(
    layer: Layer, sizes: tuple[int, ...], spans: tuple[int, ...], strides: tuple[int, ...]
) -> list[tuple[int, int]]:
    """Return the padding before and after each spatial axis, from pads or auto_pad (ONNX operator Conv)."""
    dims = len(sizes)
    auto = layer.attributes.get("auto_pad", "NOTSET")
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        total = [
            max((-(-size // s) - 1) * s + span - size, 0) for size, span, s in zip(sizes, spans, strides, strict=True)
        ]
        small, large = [t // 2 for t in total], [t - t // 2 for t in total]
        return list(zip(small, large, strict=True) if auto == "SAME_UPPER" else zip(large, small, strict=True))
    pads = layer.attributes.get("pads")
    if auto == "VALID" or not pads or isinstance(pads, str):
        return [(0, 0)] * dims
    return list(zip(pads[:dims], pads[dims:], strict=True))


def _ints(layer: Layer, name: str, dims: int) -> tuple[int, ...]:
    value = layer.attributes.get(name)
    return (1,) * dims if not value or isinstance(value, str) else tuple(value)
