"""Pictures of one layer that the engine computes on demand (see core.layer_data.layer_queries), ready to draw.

Arrays are numpy; positions refer to the original layer: weights of removed channels are NaN in `after`.
"""

from dataclasses import dataclass

import numpy as np

from workbench.core.layer_data.views import Histogram, Levels, Moments, Outliers, Spectrum

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


@dataclass(frozen=True)
class Channels:
    """Output channels as bars, one for each channel, or for several neighbours if there are very many.

    first     [bars + 1] bar i covers the channels first[i] .. first[i + 1] - 1
    widest    [bars] the channel of each bar with the largest magnitude
    before    [7, bars] QUANTILES of the weights of each bar; `after` the same, NaN where nothing is left; or None if
              not edited
    ends      [2, bars] outermost quantisation levels, or None
    silent    [bars] whether all its weights are zero or removed after the edit (before it, if not edited)
    """

    first: np.ndarray
    widest: np.ndarray
    before: np.ndarray
    after: np.ndarray | None
    ends: np.ndarray | None
    silent: np.ndarray

    def bar_of(self, channel: float) -> int:
        """Return the bar that contains a channel, or the nearest one."""
        last = len(self.widest) - 1
        return min(max(int(np.searchsorted(self.first, channel, side="right")) - 1, 0), last)


@dataclass(frozen=True)
class ChannelBefore:
    """Original weights of one channel, see core.layer_data.views.LayerView; the histogram has separate bins."""

    moments: Moments
    histogram: Histogram
    magnitudes: np.ndarray
    outliers: Outliers


@dataclass(frozen=True)
class ChannelAfter:
    """Edited weights of one channel, see core.layer_data.views.EditView."""

    moments: Moments
    histogram: Histogram
    levels: Levels | None
    outliers: int


@dataclass(frozen=True)
class Channel:
    """One output channel. `after` is None if nothing was edited, or the channel was removed (`removed`)."""

    number: int
    before: ChannelBefore
    after: ChannelAfter | None
    removed: bool = False


@dataclass(frozen=True)
class Whitened:
    """Singular values of W S with S S^T = E[x x^T] over the calibration inputs x: their energy equals that of the
    output (see methods.lowrank.whitened). `after` is None if nothing was edited, or the shape changed."""

    before: Spectrum
    after: Spectrum | None


@dataclass(frozen=True)
class Tile:
    """Part of a weight as a matrix, one row per output channel; float32, each cell the mean of a block of weights.

    rows, columns   (first, end) of the part, half-open; `shape` of the whole matrix
    block           weights in a cell: (down, across); the last cells may have fewer
    before, after   [cells down, cells across]; after: NaN where channels were removed; None if not edited
    largest         largest magnitude in the whole layer, before or after; `change`: largest difference
    kernel          () or the size of a convolution's kernel: columns are inputs x kernel
    """

    rows: tuple[int, int]
    columns: tuple[int, int]
    shape: tuple[int, int]
    block: tuple[int, int]
    before: np.ndarray
    after: np.ndarray | None
    largest: float
    change: float
    kernel: tuple[int, ...] = ()


@dataclass(frozen=True)
class Kernels:
    """Kernels of a convolution as small pictures, float32.

    places      [n, 2] output channel and input channel (within its group); input -1: one colour picture of all three
                inputs
    before      [n, height, width] or [n, height, width, 3]; `after` the same, NaN where removed; None if not edited
    norms       [n] Frobenius norm, before
    silent      [n] whether the kernel is zero or removed after the edit (before it, if not edited)
    total       number of kernels of the layer
    """

    places: np.ndarray
    before: np.ndarray
    after: np.ndarray | None
    norms: np.ndarray
    silent: np.ndarray
    total: int
    largest: float
