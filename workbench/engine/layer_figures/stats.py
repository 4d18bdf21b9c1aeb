"""Exact statistics of a layer's weights, ready to draw."""

import logging
from collections.abc import Callable, Hashable
from dataclasses import astuple, dataclass, replace
from typing import TypeVar

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import Histogram, Moments, Noise, Outliers, Spectrum
from workbench.engine.base.store import Store
from workbench.methods.base import ranks, vbmf
from workbench.methods.common import factors

log = logging.getLogger(__name__)
T = TypeVar("T")
VERSION = 5  # of what is kept on the disk: raised when a number here is computed in another way
FEWEST, BINS = 16, 160  # of a histogram
QUANTILES = 1025
EXACT = 3072  # rows and columns up to which all singular values are computed: 10 s on two cores
LARGEST = 512
OVERSAMPLED = 32
FENCE = 3.0  # interquartile ranges outside the quartiles: Tukey's outer fence
FARTHEST = 200  # outliers that are drawn one by one


def moments(weight: np.ndarray) -> Moments:
    values = weight.astype(np.float64)
    return Moments(
        float(values.mean()), float(values.std()), float(values.min()), float(values.max()), float((weight == 0).mean())
    )


def edges(weight: np.ndarray) -> np.ndarray:
    """Return bin edges [bins + 1], symmetric about zero, with a bin centred on it so that zeros stand alone.

    Few weights get few bins: twice as many as by the square root rule, because the middle ones hold most weights.
    """
    bound = float(np.abs(weight).max()) or 1.0
    bins = int(np.clip(2 * np.sqrt(weight.size), FEWEST, BINS))
    half = bound * (1 + 1 / bins)
    return np.linspace(-half, half, bins + 2 - bins % 2)


def histogram(weight: np.ndarray, at: np.ndarray) -> Histogram:
    """Count all weights in the bins `at`; those outside count in the outermost."""
    counts, _ = np.histogram(np.clip(weight, at[0], at[-1]), at)
    return Histogram(at, counts.astype(np.float64))


def magnitudes(weight: np.ndarray) -> np.ndarray:
    """Return quantiles 0..1 of |w|, [QUANTILES]."""
    return np.quantile(np.abs(weight.astype(np.float64)), np.linspace(0, 1, QUANTILES))


def outliers(weight: np.ndarray) -> Outliers:
    """Return the outlying weights, see core.layer_data.views.Outliers; a weight of zeros has none."""
    values = weight[weight != 0]
    if not len(values):
        return Outliers(0.0, 0.0, 0, np.zeros(0))
    first, third = np.quantile(values, (0.25, 0.75))
    low, high = first - FENCE * (third - first), third + FENCE * (third - first)
    found = values[(values < low) | (values > high)]
    farthest = found[np.argsort(-np.abs(found))[:FARTHEST]]
    return Outliers(float(low), float(high), len(found), np.sort(farthest).astype(np.float64))


def beyond(weight: np.ndarray, fences: Outliers) -> int:
    """Return the number of weights outside these fences, not counting zeros."""
    return int((((weight < fences.low) | (weight > fences.high)) & (weight != 0)).sum())


def largest_singular_values(matrix: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """Return the `count` largest singular values, descending, by a random projection with two power iterations (Halko,
    Martinsson and Tropp 2011, Finding structure with randomness, algorithms 4.4 and 5.1), in float32.

    They are never overestimated; the last ones are a few per cent too small if the spectrum is flat.
    """
    import torch

    values = torch.from_numpy(np.ascontiguousarray(matrix, dtype=np.float32))
    generator = torch.Generator().manual_seed(seed)
    basis = torch.linalg.qr(values @ torch.randn(values.shape[1], count + OVERSAMPLED, generator=generator))[0]
    for _ in range(2):
        basis = torch.linalg.qr(values @ torch.linalg.qr(values.T @ basis)[0])[0]
    return factors.singular_values((basis.T @ values).numpy())[:count]


def tail(last: float, rest: float, count: int) -> np.ndarray:
    """Extrapolate `count` values below `last`, falling by a constant factor, whose squares sum to `rest`: an estimate
    for drawing."""
    if rest <= 0 or last <= 0:
        return np.zeros(count)
    steps = np.arange(1, count + 1)
    low, high = 0.0, 1.0
    for _ in range(60):
        factor = (low + high) / 2
        low, high = (factor, high) if last**2 * (factor ** (2.0 * steps)).sum() < rest else (low, factor)
    guess = last * high**steps
    return guess * np.sqrt(rest / np.square(guess).sum())


def spectrum(layer: Layer, weight: np.ndarray) -> Spectrum | None:
    """Return singular values of the weight unfolded to [output channels, rest]; None for weights without such a matrix.

    For a matrix with more than EXACT rows and columns only the LARGEST largest values are computed; the tail is
    extrapolated to have the remaining energy, which is known exactly.
    """
    if layer.op in ("LSTM", "GRU", "RNN"):
        matrix = weight.reshape(-1, weight.shape[-1])
    elif weight.ndim < 2 or min(layer.matrix) < 1:
        return None
    else:
        matrix = np.moveaxis(weight, layer.out_axis, 0).reshape(layer.matrix)
    computed = min(matrix.shape)
    if computed <= EXACT:
        values = factors.singular_values(matrix)
    else:
        values, missing = largest_singular_values(matrix, LARGEST), computed - LARGEST
        computed = LARGEST
        rest = float(np.square(matrix, dtype=np.float64).sum() - np.square(values).sum())
        values = np.concatenate([values, tail(float(values[-1]), rest, missing)])
    return spectrum_of(values, matrix_of(layer), _unfolding(layer, computed), computed)


def spectrum_of(values: np.ndarray, shape: tuple[int, int], unfolding: str, computed: int) -> Spectrum:
    """Return the spectrum of a matrix with these singular values."""
    squares = np.square(values)
    total = float(squares.sum())
    energy = np.cumsum(squares) / total if total else np.ones_like(squares)
    stable = total / float(squares[0]) if squares[0] else 0.0
    return Spectrum(values, energy, unfolding, ranks.break_even(shape), stable, computed)


def noise(found: Spectrum, shape: tuple[int, int]) -> Noise | None:
    """Return the noise edge with the number of values above it; None if values are missing or the noise cannot be
    estimated."""
    values = found.values
    if found.computed < len(values) or len(values) < 3 or not values[0] > 0:
        return None
    edge = ranks.bulk_edge(values, shape)
    hard = int((values > ranks.hard_threshold(values, shape)).sum())
    return Noise(vbmf.rank_of(values, shape), edge, int((values > edge).sum()), hard)


def matrix_of(layer: Layer) -> tuple[int, int]:
    """Return rows and columns of the matrix whose spectrum is `spectrum`."""
    if layer.op in ("LSTM", "GRU", "RNN"):
        return layer.count // layer.shape[-1], layer.shape[-1]
    return layer.matrix


def _unfolding(layer: Layer, computed: int) -> Message:
    """Describe the matrix in words, with the number of computed singular values."""
    rows, columns = matrix_of(layer)
    if layer.op in ("LSTM", "GRU", "RNN"):
        axes = Message("gates · hidden  ×  inputs")
    elif layer.op in ("Conv", "ConvTranspose"):
        inputs = Message("inputs per group") if layer.groups > 1 else Message("inputs")
        kernel = " · ".join(str(size) for size in layer.shape[2:])
        axes = Message("outputs  ×  {inputs} · {kernel}", inputs=inputs, kernel=kernel)
    else:
        axes = Message("outputs  ×  inputs")
    shaped = Message("{unfolding} = {rows} × {columns}", unfolding=axes, rows=rows, columns=columns)
    if computed == min(rows, columns):
        return shaped
    return Joined((shaped, Message("the largest {n} computed, the others extrapolated", n=computed)))


@dataclass(frozen=True, eq=False)
class Statistics:
    """Figures of a weight for drawing: see core.layer_data.views.LayerView."""

    moments: Moments
    histogram: Histogram
    spectrum: Spectrum | None
    magnitudes: np.ndarray
    outliers: Outliers
    failed: str = ""  # why there is no spectrum, where computing it failed

    @property
    def nbytes(self) -> int:
        drawn = [self.histogram.edges, self.histogram.counts, self.magnitudes, self.outliers.farthest]
        drawn += [self.spectrum.values, self.spectrum.energy] if self.spectrum is not None else []
        return sum(array.nbytes for array in drawn)


def key(layer: Layer) -> Hashable:
    """Return the cache key of the statistics of an original layer."""
    return "statistics", layer.path, layer.fingerprint


def of(layer: Layer, weight: Callable[[], np.ndarray], store: Store) -> Statistics:
    """Return the statistics, computed once for the values of a weight, whatever model they are in; the weight is read
    only for that.

    If singular values fail, they are left out with a reason. Raises UserError naming the layer and the figure for
    others.
    """
    name = f"{VERSION} {layer.fingerprint} {layer.op} {layer.out_axis} {layer.groups} {layer.shape}"
    found = store.load(name)
    if found is not None and (known := _unpacked(found, layer)) is not None:
        return known
    values = weight()
    drawn, failed = None, Message("")
    try:
        drawn = _figure(layer, Message("The singular values"), lambda: _spectrum(layer, values))
    except UserError as error:
        failed = error.message
    made = Statistics(
        _figure(layer, Message("Mean and deviation"), lambda: moments(values)),
        _figure(layer, Message("The histogram"), lambda: histogram(values, edges(values))),
        drawn,
        _figure(layer, Message("The magnitudes"), lambda: magnitudes(values)),
        _figure(layer, Message("The outliers"), lambda: outliers(values)),
        failed,
    )
    if not failed:
        store.save(name, _packed(made))
    return made


def _spectrum(layer: Layer, values: np.ndarray) -> Spectrum | None:
    drawn = spectrum(layer, values)
    return None if drawn is None else replace(drawn, noise=noise(drawn, matrix_of(layer)))


def _figure(layer: Layer, name: Message, make: Callable[[], T]) -> T:
    """Compute a figure. Raises UserError naming the layer and the figure if it fails, whatever the reason."""
    try:
        return make()
    except (UserError, MemoryError):
        raise
    except Exception as error:
        log.warning("%s: %s: %s: %s", layer.path, name, type(error).__name__, error)
        raise UserError(
            "{figure} of {layer} cannot be computed from its weights.",
            "The rest of the panel still works; see the log for details.",
            figure=name,
            layer=layer.path,
        ) from error


def _packed(made: Statistics) -> dict[str, np.ndarray]:
    arrays = {
        "moments": np.array(astuple(made.moments)),
        "edges": made.histogram.edges,
        "counts": made.histogram.counts,
        "magnitudes": made.magnitudes,
        "farthest": made.outliers.farthest,
        "fences": np.array([made.outliers.low, made.outliers.high, made.outliers.count]),
    }
    if (drawn := made.spectrum) is not None:
        arrays |= {
            "values": drawn.values,
            "energy": drawn.energy,
            "numbers": np.array([drawn.break_even, drawn.stable_rank, drawn.computed]),
            "noise": np.array(astuple(drawn.noise) if drawn.noise is not None else ()),
        }
    return arrays


def _unpacked(arrays: dict[str, np.ndarray], layer: Layer) -> Statistics | None:
    """Return stored statistics; None if something is missing."""
    try:
        drawn = None
        if "values" in arrays:
            break_even, stable_rank, computed = arrays["numbers"].tolist()
            found = arrays["noise"].tolist()
            drawn = Spectrum(
                arrays["values"],
                arrays["energy"],
                _unfolding(layer, int(computed)),
                int(break_even),
                stable_rank,
                int(computed),
                Noise(int(found[0]), found[1], int(found[2]), int(found[3])) if found else None,
            )
        low, high, count = arrays["fences"].tolist()
        return Statistics(
            Moments(*arrays["moments"].tolist()),
            Histogram(arrays["edges"], arrays["counts"]),
            drawn,
            arrays["magnitudes"],
            Outliers(low, high, int(count), arrays["farthest"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
