"""Scales and zero points by half-quadratic splitting (HQQ): the error may be large for a few weights, and is small for
all others.

Badri and Shaji 2023, Half-quadratic quantization of large machine learning models (Mobius Labs), equations 4 to 6: min
|E|_p^p + b/2 |E - (W - s (q - z))|^2 with p < 1, alternating between the errors E (a shrinkage) and the levels. The
original optimises a floating-point zero point; here it is an integer, and the scale is fitted too, by least squares.
"""

import numpy as np

POWER = 0.7
PENALTY, GROWTH = 10.0, 1.01  # b, and the factor by which it grows each turn
TURNS = 20


def refined(
    values: np.ndarray,
    reduce: tuple[int, ...],
    scale: np.ndarray,
    zero: np.ndarray,
    ends: tuple[int, int],
    symmetric: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Refine scale and zero point of each set of weights along `reduce`. A set keeps its initial values if no iteration
    lowers its error |W - s (q - z)|_p^p."""
    unit = np.maximum(np.abs(values).max(axis=reduce, keepdims=True), 1e-30)  # the paper's weights are about 1
    best, penalty = (scale, zero), PENALTY
    least = np.full(scale.shape, np.inf)
    for _ in range(TURNS):
        q = np.clip(np.rint(values / scale) + zero, *ends) - zero
        left = values - scale * q
        cost = (np.abs(left) ** POWER).sum(axis=reduce, keepdims=True)
        better = cost < least
        least = np.where(better, cost, least)
        best = np.where(better, scale, best[0]), np.where(better, zero, best[1])
        wanted = values - unit * _shrunk(left / unit, penalty)
        size = np.square(q).sum(axis=reduce, keepdims=True)
        fitted = (wanted * q).sum(axis=reduce, keepdims=True) / np.maximum(size, 1)
        scale = np.where(fitted > 0, fitted, scale).astype(np.float32)
        if not symmetric:
            moved = np.rint((q + zero - wanted / scale).mean(axis=reduce, keepdims=True))
            zero = np.clip(moved, *ends).astype(np.float32)
        penalty *= GROWTH
    return best[0].astype(np.float32), best[1].astype(np.float32)


def _shrunk(x: np.ndarray, penalty: float) -> np.ndarray:
    """Apply the generalised soft threshold for |x|^p."""
    size = np.maximum(np.abs(x), 1e-8)
    return np.sign(x) * np.maximum(size - size ** (POWER - 1) / penalty, 0)
