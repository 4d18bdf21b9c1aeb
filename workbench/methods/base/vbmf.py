"""Rank of a noisy matrix by empirical variational Bayesian matrix factorisation, solved analytically.

Nakajima, Sugiyama, Babacan, Tomioka: Global analytic solution of fully-observed variational Bayesian matrix
factorization. JMLR 14 (2013), theorem 2 and corollaries; the noise variance is found by minimising the free energy
(equation 47). Every name below is the paper's.
"""

import numpy as np

# tau bar of the paper's table: the root that separates signal from noise, times sqrt(alpha) (section 4.2).
TAU_BAR = 2.5129


def rank(matrix: np.ndarray) -> int:
    """Return the number of singular values above the noise; 0 for pure noise."""
    return rank_of(np.linalg.svd(matrix.astype(np.float64), compute_uv=False), matrix.shape)


def rank_of(values: np.ndarray, shape: tuple[int, ...]) -> int:
    """Return the rank from all singular values of a matrix, descending."""
    short, long = sorted(shape)
    if values[0] == 0:
        return 0
    variance = _noise(values, short, long)
    return int((values > np.sqrt(long * variance * _x_bar(short / long))).sum())


def _x_bar(alpha: float) -> float:
    """Return x_bar: squared singular values above long * variance * x_bar are signal."""
    tau = TAU_BAR * np.sqrt(alpha)
    return (1 + tau) * (1 + alpha / tau)


def _noise(values: np.ndarray, short: int, long: int) -> float:
    """Return the noise variance that minimises the free energy, between the bounds of the paper's theorem 4."""
    from scipy.optimize import minimize_scalar

    alpha = short / long
    x_bar = _x_bar(alpha)
    squares = np.square(values)
    total = float(squares.sum())
    above = int(min(np.ceil(short / (1 + alpha)) - 1, short - 1)) - 1
    upper = total / (short * long)
    tail = squares[max(above, 0) + 1 :]
    lower = max(
        float(squares[min(max(above, 0) + 1, short - 1)]) / (long * x_bar),
        float(tail.mean()) / long if len(tail) else 0.0,
        upper * 1e-12,
    )
    if lower >= upper:
        return upper
    found = minimize_scalar(
        _free_energy,
        bounds=(np.log(lower), np.log(upper)),
        method="bounded",
        args=(squares, short, long, x_bar),
        options={"xatol": 1e-8},
    )
    return float(np.exp(found.x))


def _free_energy(log_variance: float, squares: np.ndarray, short: int, long: int, x_bar: float) -> float:
    alpha = short / long
    x = squares / (long * np.exp(log_variance))
    noise, signal = x[x <= x_bar], x[x > x_bar]
    root = 0.5 * (signal - (1 + alpha) + np.sqrt(np.square(signal - (1 + alpha)) - 4 * alpha))  # tau(x)
    return float(
        (noise - np.log(np.maximum(noise, 1e-300))).sum()
        + (signal - root).sum()
        + np.log((root + 1) / signal).sum()
        + alpha * np.log(root / alpha + 1).sum()
    )
