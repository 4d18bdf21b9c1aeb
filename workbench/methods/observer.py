"""What calibration sees of an activation, gathered batch by batch in constant memory, and the levels that follow.

Krishnamoorthi 2018, Quantizing deep convolutional networks for efficient inference, section 3; Migacz 2017, 8-bit
inference with TensorRT, for the choice by entropy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.graph.compute import Levels

RangeRule = Literal["minmax", "percentile", "mse", "entropy"]
BINS = 4096
COUNTED = 1 << 20       # values of a batch that are sorted into bins
# Fractions of the full range that the searches for the smallest error and divergence try.
SHRINK = np.linspace(1.0, 0.3, 36)


@dataclass(frozen=True, eq=False)
class Observed:
    """Of all values of an activation over the calibration samples.

    low, high   the extremes
    counts      [BINS] of values in equal bins over -reach..reach
    lows, highs     [channels] the extremes of each
    """

    low: float
    high: float
    counts: np.ndarray
    reach: float
    lows: np.ndarray
    highs: np.ndarray

    @property
    def nbytes(self) -> int:
        return self.counts.nbytes + 2 * self.lows.nbytes

    @property
    def centres(self) -> np.ndarray:
        return (np.arange(BINS) + 0.5) * (2 * self.reach / BINS) - self.reach

    def levels(self, rule: RangeRule, percentile: float = 99.99) -> Levels:
        """The 8-bit levels that a rule chooses."""
        match rule:
            case "percentile":
                return Levels.covering(*self._percentiles(percentile))
            case "mse":
                return self._best(self._squared_error)
            case "entropy":
                return self._best(self._divergence)
        return Levels.covering(self.low, self.high)

    def _percentiles(self, percentile: float) -> tuple[float, float]:
        """The interval that leaves the same share out on each side."""
        share = np.cumsum(self.counts) / self.counts.sum()
        outside = 1 - percentile / 100
        low = self.centres[int(np.searchsorted(share, outside))]
        high = self.centres[min(int(np.searchsorted(share, 1 - outside)), BINS - 1)]
        return max(float(low), self.low), min(float(high), self.high)

    def _best(self, cost: Callable[[Levels], float]) -> Levels:
        candidates = [Levels.covering(fraction * self.low, fraction * self.high) for fraction in SHRINK]
        return min(candidates, key=cost)

    def _squared_error(self, levels: Levels) -> float:
        return float((self.counts * np.square(self.centres - levels.rounded(self.centres), dtype=np.float64)).sum())

    def _divergence(self, levels: Levels) -> float:
        """Kullback-Leibler divergence of the values on these levels from the values (Migacz 2017)."""
        low, high = -levels.zero_point * levels.scale, (255 - levels.zero_point) * levels.scale
        inside = (self.centres >= low) & (self.centres <= high)
        if not inside.any():
            return float("inf")
        p = np.where(inside, self.counts, 0.0)
        first, last = np.flatnonzero(inside)[[0, -1]]
        p[first] += self.counts[:first].sum()       # what is cut ends up on the outermost levels
        p[last] += self.counts[last + 1:].sum()
        level = np.clip(np.round(self.centres / levels.scale) + levels.zero_point, 0, 255).astype(int)
        filled = inside & (self.counts > 0)
        mass = np.bincount(level[filled], self.counts[filled], 256)
        shared = np.bincount(level[filled], minlength=256)
        q = np.where(filled, mass[level] / np.maximum(shared[level], 1), 0.0)
        both = (p > 0) & (q > 0)
        p, q = p / p.sum(), q / max(q.sum(), 1e-12)
        return float((p[both] * np.log(p[both] / q[both])).sum() + p[(p > 0) & ~both].sum() * 1e3)


class Observer:
    """Goes through an activation batch by batch; `axis` counts channels. The bins double their reach when needed."""

    def __init__(self, axis: int) -> None:
        self._axis = axis
        self._counts = np.zeros(BINS)
        self._reach = self._low = self._high = 0.0
        self._lows = self._highs = np.zeros(())

    def add(self, x: np.ndarray) -> None:
        """A batch. Of large ones the bins count a regular sample, the extremes all values."""
        others = tuple(index for index in range(x.ndim) if index != self._axis % x.ndim)
        self._lows = np.minimum(self._lows, x.min(axis=others, initial=0.0))
        self._highs = np.maximum(self._highs, x.max(axis=others, initial=0.0))
        self._low, self._high = float(self._lows.min()), float(self._highs.max())
        needed = max(-self._low, self._high)
        self._reach = self._reach or needed
        while 0.0 < self._reach < needed:
            self._counts = _widened(self._counts)
            self._reach *= 2
        if self._reach > 0.0:
            sample = x.ravel()[::max(1, -(-x.size // COUNTED))]
            self._counts += np.histogram(sample, BINS, (-self._reach, self._reach))[0]

    @property
    def observed(self) -> Observed:
        """So far."""
        return Observed(self._low, self._high, self._counts, self._reach or 1.0, self._lows, self._highs)


def _widened(counts: np.ndarray) -> np.ndarray:
    """The same counts in bins twice as wide."""
    pairs = counts.reshape(-1, 2).sum(axis=1)
    return np.pad(pairs, (BINS // 4, BINS // 4))
