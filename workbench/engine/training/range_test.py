"""Learning rate range test: a few steps with a growing rate from the start, which are undone afterwards.

Smith 2017, Cyclical learning rates for training neural networks, WACV, section 3.3. The proposed rate is a fraction of
the one with the lowest smoothed loss: at that rate the loss is about to grow, and it falls most steeply at lower ones.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

STEPS = 40
LOWEST = {"adam": 1e-5, "sgd": 1e-4}
HIGHEST = {"adam": 1e-1, "sgd": 1.0}
SHARE = {"adam": 1 / 5, "sgd": 1 / 5}  # of the rate with the lowest loss
SMOOTH = 0.7
DIVERGED = 3.0  # times the lowest loss


def rates(optimiser: str) -> Sequence[float]:
    """Return rates evenly spaced on a logarithmic axis."""
    return [float(rate) for rate in np.geomspace(LOWEST[optimiser], HIGHEST[optimiser], STEPS)]


def proposed(optimiser: str, step: Callable[[int, float], float]) -> float:
    """Return the rate to train with; `step(number, rate)` does a training step and returns its loss."""
    smooth, lowest, best = math.nan, math.inf, LOWEST[optimiser]
    for number, rate in enumerate(rates(optimiser)):
        loss = step(number, rate)
        if not math.isfinite(loss):
            break
        smooth = loss if math.isnan(smooth) else SMOOTH * smooth + (1 - SMOOTH) * loss
        if smooth < lowest:
            lowest, best = smooth, rate
        elif smooth > DIVERGED * lowest:
            break
    return float(f"{best * SHARE[optimiser]:.2g}")
