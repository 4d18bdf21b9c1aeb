"""Positions of the levels of a quantised weight, as the histogram draws them."""

import numpy as np

from workbench.core.layer_data.views import Levels
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.encoding import Affine, Codebook, Dense, crop


def of(edit: Edit, original: np.ndarray, out_axis: int, channel: int | None = None) -> Levels | None:
    """Levels of the whole weight, or of one output channel; None if it is not quantised.

    original    the weight before the edit, float32, in the edit's shape
    """
    encoding = edit.encoding
    if isinstance(encoding, Affine):
        return _affine(encoding, original, out_axis, channel)
    if isinstance(encoding, Codebook):
        return Levels(np.unique(encoding.centroids.astype(np.float64)))
    if isinstance(encoding, Dense) and encoding.values.dtype.itemsize == 1:  # 8-bit floats
        return Levels(np.unique(encoding.values.astype(np.float64)))
    return None


def ends(edit: Edit, out_axis: int) -> np.ndarray | None:
    """[2, outputs] the lowest and the highest level of each output channel; None where they are not evenly spaced."""
    if not isinstance(edit.encoding, Affine):
        return None
    steps, zeros = _steps(edit.encoding, out_axis)
    least, most = _limits(edit.encoding)
    low, high = ((end - zeros) * steps for end in (least, most))
    return np.array([low.reshape(len(low), -1).min(axis=1), high.reshape(len(high), -1).max(axis=1)])


def _affine(encoding: Affine, original: np.ndarray, out_axis: int, channel: int | None) -> Levels:
    """Levels of the scale with the widest steps, if there are several."""
    steps, zeros = _steps(encoding, out_axis)
    weight = np.moveaxis(original, out_axis, 0)
    if channel is not None:
        steps, zeros, weight = (part[channel : channel + 1] for part in (steps, zeros, weight))
    least, most = _limits(encoding)
    clipped = (weight > (most - zeros + 0.5) * steps) | (weight < (least - zeros - 0.5) * steps)
    widest = np.unravel_index(int(steps.argmax()), steps.shape)
    values = (np.arange(least, most + 1) - float(zeros[widest])) * float(steps[widest])
    number = int(widest[0]) if channel is None else channel
    return Levels(values, number if encoding.scale.size > 1 else None, int(clipped.sum()))


def _steps(encoding: Affine, out_axis: int) -> tuple[np.ndarray, np.ndarray]:
    """For every weight the distance of its levels, and which of them is zero; output channels first."""
    zero_point = np.float32(0) if encoding.zero_point is None else encoding.zero_point.astype(np.float32)
    whole = (
        crop(np.broadcast_to(part, encoding.q.shape), encoding.shape, encoding.axis)
        for part in (encoding.scale.astype(np.float32), zero_point)
    )
    steps, zeros = (np.moveaxis(part, out_axis, 0) for part in whole)
    return steps, zeros


def _limits(encoding: Affine) -> tuple[int, int]:
    least = 0 if encoding.zero_point is not None else -(2 ** (encoding.bits - 1))
    return least, least + 2**encoding.bits - 1
