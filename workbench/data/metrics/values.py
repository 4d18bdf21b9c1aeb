"""Metrics of numeric outputs: their distance from targets, or from the original's."""

from dataclasses import replace
from functools import partial

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo
from workbench.data.metrics.metric import Metric, mean_of, rows_of, share

SMALL = 1e-30
RESOLUTION = 144.5  # dB: 24 bits, the precision of float32; equal outputs have no noise
COLUMNS = 64  # values of a sample, at most, for each of which R2 is computed


def equality(outputs: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the fraction of equal values in each sample: class numbers, texts, booleans."""
    outputs, target = outputs.reshape(len(outputs), -1), target.reshape(len(target), -1)
    if outputs.dtype.kind in "OUS" or target.dtype.kind in "OUS":
        outputs, target = outputs.astype(str), target.astype(str)
    return mean_of(outputs == target)


def cosine(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    a, b = rows_of(outputs), rows_of(original)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    same = (a == b).all(axis=1)
    return np.where(same, 1.0, (a * b).sum(axis=1) / np.maximum(norms, SMALL))


def squared_error(outputs: np.ndarray, target: np.ndarray) -> np.ndarray:
    return np.square(rows_of(outputs) - rows_of(target)).mean(axis=1)


def absolute_error(outputs: np.ndarray, target: np.ndarray) -> np.ndarray:
    return np.abs(rows_of(outputs) - rows_of(target)).mean(axis=1)


def relative_error(outputs: np.ndarray, original: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """Return the squared error as a fraction of the variance of the original's answers: 1 for a model that always
    answers their mean (1 - R²)."""
    return squared_error(outputs, original) / scale


def relative(rows: np.ndarray) -> Metric:
    """Return the metric of squared errors as a fraction of the variance of these answers [samples, values] of the
    original."""
    scale = float(rows.var(axis=0).mean()) or float(np.square(rows).mean()) or 1.0
    return replace(RELATIVE, score=partial(relative_error, scale=max(scale, SMALL)))


def _scaled(_metric: Metric, outputs: np.ndarray, _target: np.ndarray, _classes: tuple[str, ...]) -> Metric:
    return relative(rows_of(outputs))


def residuals(outputs: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return squared errors, then targets, [samples, 2 x values]."""
    wanted = rows_of(target)
    if wanted.shape[1] > COLUMNS:
        raise UserError(
            "R² takes up to {most} values per sample; here there are {count}.",
            "Choose mse or mae.",
            most=COLUMNS,
            count=wanted.shape[1],
        )
    return np.concatenate([np.square(rows_of(outputs) - wanted), wanted], axis=1)


def r2(rows: np.ndarray) -> float:
    """Return 1 - SSE / SST, the mean over the values of a sample (coefficient of determination; Draper and Smith 1998,
    section 1.3). A constant value counts 1 if it is predicted exactly, else 0."""
    squared, wanted = np.split(rows, 2, axis=1)
    errors, spread = squared.sum(axis=0), np.square(wanted - wanted.mean(axis=0)).sum(axis=0)
    return float(np.where(spread > 0, 1 - errors / np.maximum(spread, SMALL), errors == 0).mean())


def _explained(rows: np.ndarray) -> np.ndarray:
    squared, wanted = np.split(rows, 2, axis=1)
    return np.asarray(1 - (squared / np.maximum(wanted.var(axis=0), SMALL)).mean(axis=1))


def powers(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Return the power of signal and of noise, [samples, 2]."""
    a, b = rows_of(outputs), rows_of(original)
    return np.stack([np.square(b).sum(axis=1), np.square(a - b).sum(axis=1)], axis=1)


def sqnr(rows: np.ndarray) -> float:
    """Return the signal to quantisation noise ratio in dB, 10 log10 of the powers of all samples (Widrow and Kollár
    2008, chapter 1), limited by float32's resolution."""
    signal, noise = rows.sum(axis=0)
    if noise == 0:
        return RESOLUTION
    return float(np.clip(10 * np.log10(max(signal, SMALL) / noise), -RESOLUTION, RESOLUTION))


RELATIVE = Metric(
    "relative_error",
    MetricInfo(Message("squared error relative to the original"), higher_is_better=False, labelled=False, low=0.0),
    relative_error,
    fit=_scaled,
)
OF_NUMBERS = (
    Metric("accuracy", share(Message("accuracy"), True), equality, np.asarray),
    Metric("mse", MetricInfo(Message("mean squared error"), higher_is_better=False, low=0.0), squared_error),
    Metric("mae", MetricInfo(Message("mean absolute error"), higher_is_better=False, low=0.0), absolute_error),
    Metric("r2", MetricInfo("R²", high=1.0), residuals, total=r2, alone=_explained),
    Metric("equality", share(Message("agreement with the original"), False), equality, np.asarray),
    Metric(
        "cosine",
        MetricInfo(Message("cosine similarity to the original output"), labelled=False, low=-1.0, high=1.0),
        cosine,
    ),
    RELATIVE,
    Metric(
        "sqnr",
        MetricInfo(
            Message("signal to noise against the original"), "dB", labelled=False, low=-RESOLUTION, high=RESOLUTION
        ),
        powers,
        total=sqnr,
    ),
)
