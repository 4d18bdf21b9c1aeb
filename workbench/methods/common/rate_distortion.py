"""Choice of levels by their rate as well as their distance: error + lambda x bits.

Wiedemann et al. 2020, DeepCABAC: a universal compression algorithm for deep neural networks, IEEE Journal of Selected
Topics in Signal Processing 14(4), equation 11, there with the rate of an arithmetic coder; here with the order-0
entropy of the layer's levels, which Huffman codes (graph.layouts.codes) approach. Chou, Lookabaugh, Gray 1989,
Entropy-constrained vector quantization, for alternating between levels for given code lengths and lengths for given
levels.
"""

import numpy as np

from workbench.core.base.job import Job
from workbench.methods.common.grids import Grid

TURNS = 10
NEARER = 2  # levels towards zero that are tried beside the nearest and zero


def errors(grid: Grid, scale: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Return the weighted error of one step for each weight, broadcastable to the grid, about 1; `weights` in its
    shape."""
    squared = np.square(scale / np.sqrt(np.mean(np.square(scale))))
    return squared if weights is None else squared * (weights / max(float(weights.mean()), 1e-30))


def rounded(
    position: np.ndarray, zero: np.ndarray, ends: tuple[int, int], error: np.ndarray, rate: float, job: Job
) -> np.ndarray:
    """Return levels, including the zero point, that minimise error + rate x bits, alternating with the frequencies of
    the levels.

    position  weights in units of the step; `error`, broadcastable to them: weight of a squared step. Zero weights stay
              zero.
    """
    low, high = ends
    nearest = np.clip(np.rint(position) + zero, low, high) - zero
    chosen = nearest
    for _ in range(TURNS if rate else 0):
        job.check()
        index = (chosen + zero - low).astype(np.int64)
        counts = np.bincount(index.ravel(), minlength=high - low + 1) + 0.5
        price = rate * -np.log2(counts / counts.sum())
        best, least = chosen, np.full(position.shape, np.inf)
        for candidate in _candidates(nearest):
            cost = error * np.square(position - candidate) + price[(candidate + zero - low).astype(np.int64)]
            better = cost < least
            best, least = np.where(better, candidate, best), np.where(better, cost, least)
        best = np.where(position == 0, 0, best)
        if np.array_equal(best, chosen):
            break
        chosen = best
    return chosen + zero


def refitted(grid: Grid, levels: np.ndarray, scale: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Return the scales with the least error for these levels, without zero points: cheap levels are those near zero,
    so weights would shrink on average (Chou et al. 1989: centroids)."""
    weights = np.broadcast_to(error, levels.shape)
    among = (weights * np.square(levels)).sum(axis=grid.reduce, keepdims=True)
    best = (weights * grid.values * levels).sum(axis=grid.reduce, keepdims=True) / np.where(among > 0, among, 1)
    return np.where((among > 0) & (best > 0), best, scale).astype(np.float32)


def _candidates(nearest: np.ndarray) -> list[np.ndarray]:
    """Return the nearest level, its neighbours towards zero, and zero."""
    sign = np.sign(nearest)
    return [sign * np.maximum(np.abs(nearest) - steps, 0) for steps in range(NEARER + 1)] + [np.zeros_like(nearest)]
