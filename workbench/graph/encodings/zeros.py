"""Counting zeros: what layouts that leave them out need to know of a weight (graph.layouts)."""

import numpy as np


def gaps(nonzero: np.ndarray) -> np.ndarray:
    """How many zeros precede each non-zero, counted from the one before it. `nonzero` [n] is a mask; int64 [k]."""
    return np.diff(np.flatnonzero(nonzero), prepend=-1) - 1


def fillers(zeros_before: np.ndarray, bits: int) -> int:
    """Fillers that gaps (see `gaps`) need: each carries 2^bits - 1 zeros and is one itself."""
    return int((zeros_before >> bits).sum())


def expected_fillers(count: int, nonzeros: int, bits: int) -> int:
    """Fillers to expect when the k non-zeros among n weights lie at random.

    A gap is at least g with probability C(n - g, k) / C(n, k), and needs floor(gap / 2^b) fillers: k times the sum of
    these probabilities over g = 2^b, 2 * 2^b, ...
    """
    from scipy.special import gammaln

    step = 1 << bits
    terms = min((count - nonzeros) // step, -(-30 * count // (step * max(nonzeros, 1))))  # e^-30 is nothing
    if nonzeros == 0 or terms == 0:
        return 0
    left = count - step * np.arange(1, terms + 1)
    chance = gammaln(left + 1) - gammaln(left - nonzeros + 1) - gammaln(count + 1) + gammaln(count - nonzeros + 1)
    return round(nonzeros * float(np.exp(chance).sum()))
