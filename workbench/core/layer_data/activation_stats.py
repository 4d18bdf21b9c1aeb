"""Input and output activations of a layer, channel by channel, as values to draw."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.layer_data.views import Histogram

QUANTILES = (0.001, 0.01, 0.25, 0.5, 0.75, 0.99, 0.999)
OUTLIER = 6.0  # times the median channel's reach: so far out that it decides the levels of all others


@dataclass(frozen=True)
class Levels8:
    """The 8-bit levels that a rule chooses for the whole activation.

    low, high    the outermost levels; `step` is the distance between two
    below, above    the share of all values that is clipped on each side, from a histogram of 4,096 bins
    """

    low: float
    high: float
    step: float
    below: float
    above: float

    @property
    def clipped(self) -> float:
        return self.below + self.above


@dataclass(frozen=True)
class Activation:
    """Statistics of one activation over the samples seen; arrays are [channels] unless stated otherwise.

    low, high, mean, std, zeros    exact; zeros is the fraction of values equal to zero
    quantiles   [len(QUANTILES), channels], to within 1/256 of the channel's range
    histogram   histogram of all channels together
    levels      rule -> the 8-bit levels that the rule chooses
    """

    name: str
    values: int
    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    zeros: np.ndarray
    quantiles: np.ndarray
    histogram: Histogram
    levels: Mapping[str, Levels8]

    @property
    def channels(self) -> int:
        return len(self.low)

    @property
    def reach(self) -> np.ndarray:
        """Largest magnitude of each channel, [channels]."""
        return np.maximum(np.abs(self.low), np.abs(self.high))

    def at(self, places: np.ndarray, channels: int) -> "Activation":
        """Return the statistics with each channel moved to one of these places among `channels`, and NaN elsewhere."""

        def put(values: np.ndarray) -> np.ndarray:
            whole = np.full((*values.shape[:-1], channels), np.nan)
            whole[..., places] = values
            return whole

        low, high, mean = put(self.low), put(self.high), put(self.mean)
        std, zeros, quantiles = put(self.std), put(self.zeros), put(self.quantiles)
        return replace(self, low=low, high=high, mean=mean, std=std, zeros=zeros, quantiles=quantiles)

    @property
    def dead(self) -> np.ndarray:
        """Indices of the channels that were zero on every sample; removed channels are not counted."""
        return np.flatnonzero(self.reach == 0)

    @property
    def outliers(self) -> np.ndarray:
        """Indices of the channels that reach OUTLIER times as far as the median channel, in descending order of
        magnitude."""
        alive = self.reach[self.reach > 0]
        if not len(alive):
            return np.zeros(0, np.int64)
        far = np.flatnonzero(self.reach > OUTLIER * np.median(alive))
        return far[np.argsort(-self.reach[far])]


@dataclass(frozen=True)
class Passing:
    """Activations of one layer over the first `seen` of `samples` calibration samples; both sides None if not numeric.

    received    input of the operator
    delivered   output of the operator: after its bias, and after the activation function unless something else reads
                the value before
    """

    path: str
    received: Activation | None
    delivered: Activation | None
    seen: int
    samples: int

    @property
    def complete(self) -> bool:
        return self.seen >= self.samples
