"""Thumbnails of samples, for models that take images."""

import numpy as np

from workbench.data.dataset import Dataset

LARGEST = 64  # pixels on the longer side
LOOKED_AT = 256  # samples that say what is black and what is white
TOGETHER = 32  # of them at a time
FEWEST = 6  # pixels on a side that an image has at least


def axes(data: Dataset) -> tuple[str, int] | None:
    """Return the input that is an image, and its axis of channels (1 or 3; 0: no such axis); None if there is none."""
    for name, array in data.inputs.items():
        shape = array.shape
        if len(shape) == 3 and min(shape[1:]) >= FEWEST and len(data.inputs) == 1 and shape[1] == shape[2]:
            return name, 0
        if len(shape) == 4 and shape[1] in (1, 3) and min(shape[2:]) >= FEWEST:
            return name, 1
        if len(shape) == 4 and shape[3] in (1, 3) and min(shape[1:3]) >= FEWEST:
            return name, 3
    return None


class Pictures:
    """Thumbnails of a data set's samples: uint8 [height, width] or [height, width, 3], at most LARGEST wide.

    Black and white are the darkest and lightest values of a channel over the first samples, because the normalisation
    of the samples is unknown.
    """

    def __init__(self, data: Dataset) -> None:
        found = axes(data)
        self._array = None if found is None else data.inputs[found[0]]
        self._axis = 0 if found is None else found[1]
        if self._array is not None:
            ends = []
            for start in range(0, min(LOOKED_AT, data.samples), TOGETHER):
                first = self._channels_last(self._array[start : start + TOGETHER])
                ends.append((first.min(axis=(0, 1, 2)), first.max(axis=(0, 1, 2))))
            self._low = np.min([low for low, _ in ends], axis=0)
            self._span = np.maximum(np.max([high for _, high in ends], axis=0) - self._low, 1e-12)

    def of(self, sample: int) -> np.ndarray | None:
        """Return the thumbnail of a sample; None if the model does not take images."""
        if self._array is None:
            return None
        values = self._channels_last(self._array[sample : sample + 1])[0]
        pixels = (np.clip((values - self._low) / self._span, 0, 1) * 255).round().astype(np.uint8)
        return shrunk(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)

    def _channels_last(self, array: np.ndarray) -> np.ndarray:
        """Convert to [n, height, width, channels] in float64."""
        values = array.astype(np.float64)
        return values[..., None] if self._axis == 0 else np.moveaxis(values, self._axis, -1)


def shrunk(pixels: np.ndarray) -> np.ndarray:
    """Shrink the picture by averaging over areas if it is larger than LARGEST."""
    height, width = pixels.shape[:2]
    share = LARGEST / max(height, width)
    if share >= 1:
        return pixels
    from PIL import Image

    size = (max(1, round(width * share)), max(1, round(height * share)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
