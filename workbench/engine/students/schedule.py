"""Schedules of the learning rate and of the sparsity during a stage; time runs from 0 to 1."""

import math

from workbench.core.recipe.stages import Training

RAMP = 2 / 3  # of the stage; then the mask rests, so that what is left can settle (Zhu and Gupta 2017)
WARM = 0.005  # of the stage: the first step has a rate, too


def rate(params: Training, highest: float, time: float) -> float:
    """Return the learning rate: linear warm-up to the highest (Goyal et al. 2017, section 2.2), then as scheduled."""
    if time < params.warmup:
        return highest * (time + WARM) / (params.warmup + WARM)
    match params.schedule:
        case "cosine":
            time = (time - params.warmup) / (1 - params.warmup)
            return highest * 0.5 * (1 + math.cos(math.pi * min(time, 1.0)))
        case "step":
            return highest * (1.0 if time < 0.5 else 0.1 if time < 0.75 else 0.01)
    return highest


def sparsity(kind: str, target: float, time: float) -> float:
    """Return the sparsity at a time of the ramp.

    linear s·t; cubic s·(1 − (1 − t)³) (Zhu and Gupta 2017, equation 1); exponential: the density falls by the same
    factor in equal times (Tanaka et al. 2020, section 6).
    """
    time = min(max(time, 0.0), 1.0)
    match kind:
        case "linear":
            return target * time
        case "cubic":
            return target * (1 - (1 - time) ** 3)
        case "exponential":
            return target if time == 1.0 else 1 - (1 - min(target, 1 - 1e-6)) ** time
    return target
