"""Counts of zeros, for layouts that omit them (graph.layouts)."""

import numpy as np

AT_ONCE = 1 << 22  # weights


def gaps(nonzero: np.ndarray) -> np.ndarray:
    """Return the number of zeros before each non-zero since the one before it, int64 [k]. `nonzero` [n] is a mask."""
    return np.diff(np.flatnonzero(nonzero), prepend=-1) - 1


def fillers(zeros_before: np.ndarray, bits: int) -> int:
    """Return the number of fillers that gaps (see `gaps`) need: each stands for 2^bits - 1 zeros and for itself."""
    return int((zeros_before >> bits).sum())


def counted(nonzero: np.ndarray) -> tuple[int, int, int]:
    """Return the number of non-zeros, and of fillers for gaps of 4 and of 8 bits. Counted in pieces, because the
    positions of a large weight take many times its bytes. `nonzero` [n] is a mask."""
    last, total = -1, np.zeros(3, np.int64)
    for start in range(0, len(nonzero), AT_ONCE):
        places = np.flatnonzero(nonzero[start : start + AT_ONCE]) + start
        before = np.diff(places, prepend=last) - 1
        total += len(places), fillers(before, 4), fillers(before, 8)
        last = places[-1] if len(places) else last
    return int(total[0]), int(total[1]), int(total[2])


def expected_fillers(count: int, nonzeros: int, bits: int) -> int:
    """Return the expected number of fillers if the k non-zeros among n weights are at random positions.

    A gap is at least g with probability C(n - g, k) / C(n, k), and needs floor(gap / 2^b) fillers: k times the sum of
    these probabilities over g = 2^b, 2 * 2^b, ...
    """
    from scipy.special import gammaln

    step = 1 << bits
    terms = min((count - nonzeros) // step, -(-30 * count // (step * max(nonzeros, 1))))  # e^-30 is negligible
    if nonzeros == 0 or terms == 0:
        return 0
    left = count - step * np.arange(1, terms + 1)
    chance = gammaln(left + 1) - gammaln(left - nonzeros + 1) - gammaln(count + 1) + gammaln(count - nonzeros + 1)
    return round(nonzeros * float(np.exp(chance).sum()))
