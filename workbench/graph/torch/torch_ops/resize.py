"""Resize and Upsample: along each axis that changes, outputs are weighted sums of a few inputs.

Coordinates are float32 and computed in ONNX Runtime's order, because their rounding decides which index is nearest.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from workbench.core.base.message import Message
from workbench.graph.torch.torch_ops.operator import Attributes, Inputs, Unsupported, as_integers, op

COORDINATES = (
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
    "tf_half_pixel_for_nn",
)
One = np.float32(1)
Half = np.float32(0.5)


@op(
    "Resize",
    "axes antialias cubic_coeff_a exclude_outside extrapolation_value keep_aspect_ratio_policy mode nearest_mode",
    inputs=4,
    coordinate_transformation_mode=COORDINATES,
)
def _resize(a: Attributes, x: Inputs, v: int) -> Tensor:
    values = x[0]
    axes = a.get("axes") or range(values.dim())
    axes = [axis % values.dim() for axis in axes]
    given = x[1] if v < 11 else x[2]
    if given is not None and given.numel():
        scales = [np.float32(scale) for scale in given.tolist()]
        sizes = [
            int(np.floor(np.float32(values.shape[axis]) * scale)) for axis, scale in zip(axes, scales, strict=True)
        ]
    else:
        sizes, scales = _fitted(a, [values.shape[axis] for axis in axes], as_integers(x[3]))
    for axis, scale, size in zip(axes, scales, sizes, strict=True):
        values = _along(a if v >= 11 else _old(a), values, axis, scale, size)
    return values


@op("Upsample", "mode scales", inputs=2)
def _upsample(a: Attributes, x: Inputs, v: int) -> Tensor:
    scales = [np.float32(scale) for scale in (a["scales"] if v < 9 else x[1].tolist())]
    values = x[0]
    for axis, scale in enumerate(scales):
        values = _along(_old(a), values, axis, scale, int(np.floor(np.float32(values.shape[axis]) * scale)))
    return values


def _old(a: Attributes) -> Attributes:
    """Return the attributes of Resize before opset 11: output positions divided by the scale, rounded down, or up if
    the axis shrinks."""
    return dict(a) | {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "old"}


def _fitted(a: Attributes, old: Sequence[int], wanted: list[int]) -> tuple[list[int], list[np.float32]]:
    """Return sizes and scales if sizes are requested: independent, or a common scale such that none is larger, or none
    smaller."""
    scales = [np.float32(size) / np.float32(before) for size, before in zip(wanted, old, strict=True)]
    policy = a.get("keep_aspect_ratio_policy", "stretch")
    if policy == "stretch":
        return wanted, scales
    one = min(scales) if policy == "not_larger" else max(scales)
    return [int(np.floor(np.float32(before) * one + Half)) for before in old], [one] * len(old)


def _along(a: Attributes, x: Tensor, axis: int, scale: np.float32, size: int) -> Tensor:
    """Return x with one axis resized."""
    before = x.shape[axis]
    if size == before and scale == One:
        return x
    coordinates = _coordinates(a["coordinate_transformation_mode"], before, size, scale)
    if a["mode"] == "nearest":
        return x.index_select(axis, _index(_nearest(a, coordinates, scale), before, x))
    places, weights = _taps(a, coordinates, scale, before)
    shape = [-1 if place == axis else 1 for place in range(x.dim())]
    total = torch.zeros((), dtype=x.dtype, device=x.device)
    for place, weight in zip(places, weights, strict=True):
        factor = torch.tensor(weight, dtype=x.dtype, device=x.device).reshape(shape)
        total = total + factor * x.index_select(axis, _index(place, before, x))
    return total


def _index(places: np.ndarray, size: int, x: Tensor) -> Tensor:
    return torch.tensor(np.clip(places, 0, size - 1).astype(np.int64), device=x.device)


def _coordinates(mode: str, before: int, after: int, scale: np.float32) -> np.ndarray:
    """Return the position of each output index on the input axis, [after] float32."""
    place = np.arange(after, dtype=np.float32)
    match mode:
        case "asymmetric":
            return place / scale
        case "align_corners":
            return place * np.float32(before - 1) / np.float32(after - 1) if after > 1 else np.zeros(1, np.float32)
        case "pytorch_half_pixel" if after == 1:
            return np.zeros(1, np.float32)
        case "tf_half_pixel_for_nn":
            return (place + Half) / scale
        case "half_pixel_symmetric":
            centre = np.float32(before) / 2
            offset = centre * (1 - np.float32(after) / (scale * np.float32(before)))
            return (offset + (place + Half) / scale - Half).astype(np.float32)
    return (place + Half) / scale - Half


def _nearest(a: Attributes, coordinates: np.ndarray, scale: np.float32) -> np.ndarray:
    match a["nearest_mode"]:
        case "round_prefer_ceil":
            return np.floor(coordinates + Half)
        case "floor":
            return np.floor(coordinates)
        case "ceil":
            return np.ceil(coordinates)
        case "old":
            return np.ceil(coordinates) if scale < 1 else np.floor(coordinates)
    return np.ceil(coordinates - Half)


def _taps(a: Attributes, coordinates: np.ndarray, scale: np.float32, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return indices and weights [taps, after] of a linear or cubic sum; antialiasing widens both if the axis
    shrinks."""
    cubic = a["mode"] == "cubic"
    if a["mode"] not in ("linear", "cubic"):
        raise Unsupported(Message("with {name}={value}", name="mode", value=repr(a["mode"])))
    wide = 1.0
    if a.get("antialias", 0):
        wide = max(1.0, 1 / float(scale))
    elif not cubic:
        coordinates = np.clip(coordinates, 0, size - 1)
    reach = int(np.ceil((2 if cubic else 1) * wide))
    first = np.floor(coordinates) - reach + 1
    places = first + np.arange(2 * reach)[:, None]
    distance = np.abs(places - coordinates.astype(np.float64)) / wide
    weights = _cubic(distance, a["cubic_coeff_a"]) if cubic else np.maximum(1 - distance, 0)
    if a.get("exclude_outside", 0):
        weights = np.where((places < 0) | (places > size - 1), 0, weights)
    return places, weights / weights.sum(axis=0)


def _cubic(distance: np.ndarray, a: float) -> np.ndarray:
    """Return the weights of cubic interpolation: Keys 1981, equation 15, with a free coefficient."""
    near = (a + 2) * distance**3 - (a + 3) * distance**2 + 1
    far = a * distance**3 - 5 * a * distance**2 + 8 * a * distance - 4 * a
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0))
