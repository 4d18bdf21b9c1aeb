"""Exact statistics of a layer's weights, ready to be drawn."""

import numpy as np

from workbench.core.layer import Layer
from workbench.core.views import Histogram, Moments, Spectrum

BINS = 160
QUANTILES = 1025


def moments(weight: np.ndarray) -> Moments:
    values = weight.astype(np.float64)
    return Moments(float(values.mean()), float(values.std()), float(values.min()), float(values.max()),
                   float((weight == 0).mean()))


def edges(weight: np.ndarray) -> np.ndarray:
    """[BINS + 1] bin edges, symmetric about zero, with a bin centred on it so that zeros stand alone."""
    bound = float(np.abs(weight).max()) or 1.0
    half = bound * (1 + 1 / BINS)
    return np.linspace(-half, half, BINS + 2 - BINS % 2)


def histogram(weight: np.ndarray, at: np.ndarray) -> Histogram:
    """All weights counted in the bins `at`; what lies outside counts in the outermost."""
    counts, _ = np.histogram(np.clip(weight, at[0], at[-1]), at)
    return Histogram(at, counts.astype(np.float64))


def magnitudes(weight: np.ndarray) -> np.ndarray:
    """[QUANTILES] quantiles 0..1 of |w|."""
    return np.quantile(np.abs(weight.astype(np.float64)), np.linspace(0, 1, QUANTILES))


def singular_values(matrix: np.ndarray) -> np.ndarray:
    """Descending singular values [min(rows, columns)] by the eigenvalues of the smaller Gram matrix, in float64.

    Squaring halves the digits: the absolute error is about sqrt(eps) = 1e-8 of the largest value (Golub and Van Loan,
    Matrix Computations, section 8.6), enough to draw, choose ranks and sum energies.
    """
    tall = matrix.astype(np.float64)
    gram = tall @ tall.T if tall.shape[0] <= tall.shape[1] else tall.T @ tall
    return np.sqrt(np.clip(np.linalg.eigvalsh(gram)[::-1], 0, None))


def spectrum(layer: Layer, weight: np.ndarray) -> Spectrum | None:
    """Of the weight unfolded to [output channels, rest]; None for weights that have no such matrix."""
    if layer.op in ("LSTM", "GRU", "RNN"):
        values = singular_values(weight.reshape(-1, weight.shape[-1]))
        rows, columns = weight.reshape(-1, weight.shape[-1]).shape
        unfolding = "gates · hidden  ×  inputs"
    elif weight.ndim < 2 or min(layer.matrix) < 1:
        return None
    else:
        rows, columns = layer.matrix
        values = singular_values(np.moveaxis(weight, layer.out_axis, 0).reshape(rows, columns))
        unfolding = _unfolding(layer)
    squares = np.square(values)
    total = float(squares.sum())
    energy = np.cumsum(squares) / total if total else np.ones_like(squares)
    stable = total / float(squares[0]) if squares[0] else 0.0
    break_even = (rows * columns - 1) // (rows + columns)
    return Spectrum(values, energy, f"{unfolding} = {rows} × {columns}", break_even, stable)


def _unfolding(layer: Layer) -> str:
    if layer.op in ("Conv", "ConvTranspose"):
        kernel = " · ".join(str(size) for size in layer.shape[2:])
        inputs = "inputs per group" if layer.groups > 1 else "inputs"
        return f"outputs  ×  {inputs} · {kernel}"
    return "outputs  ×  inputs"
