"""Hessian of a layer's squared response error, for GPTQ and SparseGPT."""

import numpy as np


def inverse_factor(gram: np.ndarray, damping: float) -> np.ndarray:
    """Return the upper triangular U with H^-1 = U^T U, for H = gram + damping * mean(diagonal) * I, [columns, columns]
    float64.

    Columns without any input get a unit diagonal, so that the inverse exists (Frantar et al. 2023, GPTQ).
    """
    import scipy.linalg

    h = gram.astype(np.float64).copy()
    diagonal = np.diagonal(h).copy()
    dead = diagonal <= 0
    h[dead, dead] = 1.0
    mean = float(diagonal[~dead].mean()) if (~dead).any() else 1.0
    h[np.diag_indices_from(h)] += damping * mean
    inverse = scipy.linalg.cho_solve(scipy.linalg.cho_factor(h, lower=True), np.eye(len(h)))
    return scipy.linalg.cholesky((inverse + inverse.T) / 2, lower=False)
