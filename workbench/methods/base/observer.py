"""Statistics of an activation over the calibration data, collected batch by batch in constant memory, and the
quantisation levels that follow.

Krishnamoorthi 2018, Quantizing deep convolutional networks for efficient inference, section 3; Migacz 2017, 8-bit
inference with TensorRT, for the choice by entropy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.graph.storage.kernels import Levels

RangeRule = Literal["minmax", "percentile", "mse", "entropy"]
BINS = 4096
PLACES = 4  # of a sample
KEPT = 64  # places whose values are kept
COUNTED = 1 << 20  # values of a batch that are sorted into bins
# Fractions of the full range that the searches for the smallest error and divergence try.
SHRINK = np.linspace(1.0, 0.3, 36)
SMOOTH = 1e-6  # the share that a bin without any counts with


@dataclass(frozen=True, eq=False)
class Observed:
    """Statistics of all values of an activation over the calibration samples.

    low, high   minimum and maximum
    counts      [BINS] of values in equal bins over -reach..reach
    lows, highs     [channels] minimum and maximum of each
    rows        [at most KEPT, channels] values of all channels at single positions of the first samples
    """

    low: float
    high: float
    counts: np.ndarray
    reach: float
    lows: np.ndarray
    highs: np.ndarray
    rows: np.ndarray

    @property
    def nbytes(self) -> int:
        return self.counts.nbytes + 2 * self.lows.nbytes + self.rows.nbytes

    @property
    def centres(self) -> np.ndarray:
        return (np.arange(BINS) + 0.5) * (2 * self.reach / BINS) - self.reach

    def levels(self, rule: RangeRule, percentile: float = 99.99, symmetric: bool = False) -> Levels:
        """Return the 8-bit levels that a rule chooses."""
        match rule:
            case "percentile":
                return Levels.covering(*self._percentiles(percentile), symmetric)
            case "mse":
                return self._best(self._squared_error, symmetric)
            case "entropy":
                return self._best(self._divergence, symmetric)
        return Levels.covering(self.low, self.high, symmetric)

    def _percentiles(self, percentile: float) -> tuple[float, float]:
        """Return the interval that excludes the same fraction on each side."""
        share = np.cumsum(self.counts) / self.counts.sum()
        outside = 1 - percentile / 100
        low = self.centres[int(np.searchsorted(share, outside))]
        high = self.centres[min(int(np.searchsorted(share, 1 - outside)), BINS - 1)]
        return max(float(low), self.low), min(float(high), self.high)

    def _best(self, cost: Callable[[Levels], float], symmetric: bool) -> Levels:
        candidates = [Levels.covering(fraction * self.low, fraction * self.high, symmetric) for fraction in SHRINK]
        return min(candidates, key=cost)

    def _squared_error(self, levels: Levels) -> float:
        return float((self.counts * np.square(self.centres - levels.rounded(self.centres), dtype=np.float64)).sum())

    def _divergence(self, levels: Levels) -> float:
        side = np.full((1, 1), levels.scale), np.full((1, 1), float(levels.zero_point))
        return float(divergence(self.counts[None], self.centres[None], *side, levels.limits)[0])


def divergence(
    counts: np.ndarray, centres: np.ndarray, scale: np.ndarray, zero: np.ndarray, limits: tuple[int, int]
) -> np.ndarray:
    """Return the Kullback-Leibler divergence between values and their integer levels, [rows] (Migacz 2017).

    counts, centres    [rows, bins] bins of histograms
    scale, zero        [rows, 1] scale and zero point of the levels, which are integers within `limits`
    Clipped values are counted on the outermost levels; a level's count is spread over the bins that it covers.
    """
    least, most = limits
    inside = (centres >= (least - zero) * scale) & (centres <= (most - zero) * scale)
    rows, bins = counts.shape
    p = np.where(inside, counts, 0.0)
    edges = inside.argmax(axis=1), bins - 1 - inside[:, ::-1].argmax(axis=1)
    place = np.arange(bins)
    for edge, cut in zip(edges, (place < edges[0][:, None], place > edges[1][:, None]), strict=True):
        p[np.arange(rows), edge] += np.where(cut, counts, 0.0).sum(axis=1)
    level = np.clip(np.rint(centres / scale) + zero, least, most).astype(int) - least
    level += (most - least + 1) * np.arange(rows)[:, None]
    filled = inside & (counts > 0)
    mass, shared = (np.bincount(level[filled], values, rows * (most - least + 1)) for values in (counts[filled], None))
    q = np.where(filled, mass[level] / np.maximum(shared[level], 1), 0.0)
    p, q = (part / np.maximum(part.sum(axis=1, keepdims=True), 1e-12) for part in (p, q))
    q = np.where(q > 0, q, SMOOTH)
    lost = np.where(p > 0, p * np.log(np.maximum(p, 1e-300) / q), 0.0).sum(axis=1)
    return np.where(inside.any(axis=1), lost, np.inf)


class Observer:
    """Collector of statistics, batch by batch; `axis` is that of the channels. The histogram doubles its range when
    needed. `counting`: whether to keep a histogram; without it, collecting is several times faster."""

    def __init__(self, axis: int, counting: bool = True) -> None:
        self._axis, self._counting = axis, counting
        self._counts = np.zeros(BINS)
        self._reach = self._low = self._high = 0.0
        self._lows = self._highs = np.zeros(())
        self._rows: list[np.ndarray] = []

    def add(self, x: np.ndarray) -> None:
        """Add a batch. For large ones the histogram counts a regular subsample, the extremes all values."""
        others = tuple(index for index in range(x.ndim) if index != self._axis % x.ndim)
        if (room := KEPT - sum(map(len, self._rows))) and x.size:
            places = np.moveaxis(x, self._axis, -1).reshape(-1, x.shape[self._axis])
            apart = max(1, len(places) // min(room, PLACES * len(x)))  # a few of each sample, not the first alone
            self._rows.append(places[apart // 2 :: apart][:room].astype(np.float32))
        self._lows = np.minimum(self._lows, x.min(axis=others, initial=0.0))
        self._highs = np.maximum(self._highs, x.max(axis=others, initial=0.0))
        self._low, self._high = float(self._lows.min()), float(self._highs.max())
        if not self._counting:
            return
        needed = max(-self._low, self._high)
        self._reach = self._reach or needed
        while 0.0 < self._reach < needed:
            self._counts = _widened(self._counts)
            self._reach *= 2
        if self._reach > 0.0:
            self._counts += _histogram(x.ravel()[:: max(1, -(-x.size // COUNTED))], self._reach)

    @property
    def observed(self) -> Observed:
        """The statistics so far."""
        rows = np.concatenate(self._rows) if self._rows else np.zeros((0, 0), np.float32)
        return Observed(self._low, self._high, self._counts, self._reach or 1.0, self._lows, self._highs, rows)


def _histogram(x: np.ndarray, reach: float) -> np.ndarray:
    """Return the number of values in equal bins over -reach..reach, [BINS]."""
    places = x * (BINS / (2 * reach))
    places += BINS / 2
    return np.bincount(np.clip(places, 0, BINS - 1).astype(np.int32), minlength=BINS)


def _widened(counts: np.ndarray) -> np.ndarray:
    """Merge the counts into bins twice as wide."""
    pairs = counts.reshape(-1, 2).sum(axis=1)
    return np.pad(pairs, (BINS // 4, BINS // 4))
