"""Where the levels of a quantised weight lie, as the histogram draws them."""

import numpy as np

from workbench.core.views import Levels
from workbench.graph.edit import Edit
from workbench.graph.encoding import Affine, Codebook, Dense, crop


def of(edit: Edit, original: np.ndarray, out_axis: int, channel: int | None = None) -> Levels | None:
    """Of the whole weight, or of one output channel; None where it was not put on levels.

    original    the weight before the edit, float32, in the edit's shape
    """
    encoding = edit.encoding
    if isinstance(encoding, Affine):
        return _affine(encoding, original, out_axis, channel)
    if isinstance(encoding, Codebook):
        return Levels(np.unique(encoding.centroids.astype(np.float64)))
    if isinstance(encoding, Dense) and encoding.values.dtype.itemsize == 1:     # 8-bit floats
        return Levels(np.unique(encoding.values.astype(np.float64)))
    return None


def _affine(encoding: Affine, original: np.ndarray, out_axis: int, channel: int | None) -> Levels:
    """Of the scale with the widest steps, where there are several."""
    zero_point = np.float32(0) if encoding.zero_point is None else encoding.zero_point.astype(np.float32)
    whole = (crop(np.broadcast_to(part, encoding.q.shape), encoding.shape, encoding.axis)
             for part in (encoding.scale.astype(np.float32), zero_point))
    steps, zeros = (np.moveaxis(part, out_axis, 0) for part in whole)
    weight = np.moveaxis(original, out_axis, 0)
    if channel is not None:
        steps, zeros, weight = (part[channel:channel + 1] for part in (steps, zeros, weight))
    least = 0 if encoding.zero_point is not None else -(2 ** (encoding.bits - 1))
    most = least + 2 ** encoding.bits - 1
    clipped = (weight > (most - zeros + 0.5) * steps) | (weight < (least - zeros - 0.5) * steps)
    widest = np.unravel_index(int(steps.argmax()), steps.shape)
    values = (np.arange(least, most + 1) - float(zeros[widest])) * float(steps[widest])
    number = int(widest[0]) if channel is None else channel
    return Levels(values, number if encoding.scale.size > 1 else None, int(clipped.sum()))
