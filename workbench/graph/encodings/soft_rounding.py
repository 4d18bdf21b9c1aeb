"""Softened choice of each weight between the level below and the level above it.

Nagel, Amjad, van Baalen, Louizos, Blankevoort 2020, Up or down? Adaptive rounding for post-training quantization, ICML,
equations 20 to 24. Works on torch tensors, but imports torch only for type checks.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

ZETA, GAMMA = 1.1, -0.1  # of the stretched sigmoid
BETA = (20.0, 2.0)  # of the regulariser, from the first step that has it to the last
WARM_UP = 0.2  # share of the steps without the regulariser
NEAREST = 1e-4  # to a level: how close a weight may start, so that the sigmoid has a slope there


def start(part: "Tensor") -> "Tensor":
    """Return v for weights at this part of the way, 0..1, from the level below to the one above."""
    return ((part.clamp(NEAREST, 1 - NEAREST) - GAMMA) / (ZETA - GAMMA)).logit()


def upward(v: "Tensor") -> "Tensor":
    """Return h(v), equation 23: 0 for rounding down, 1 for rounding up."""
    return (v.sigmoid() * (ZETA - GAMMA) + GAMMA).clamp(0, 1)


def exponent(time: float) -> float | None:
    """Return β of the regulariser after this share of the steps, 0..1; None while there is no regulariser."""
    progress = (time - WARM_UP) / (1 - WARM_UP)
    if progress < 0:
        return None
    return float(BETA[1] + (BETA[0] - BETA[1]) * 0.5 * (1 + np.cos(np.pi * progress)))


def undecided(h: "Tensor", beta: float) -> "Tensor":
    """Return 1 - |2h - 1|^beta of each weight, equation 24."""
    return 1 - (2 * h - 1).abs().pow(beta)
