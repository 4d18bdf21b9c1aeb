"""What is measured, sample by sample, so that two models can be compared on the same samples."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from workbench.core.errors import UserError

Z = NormalDist().inv_cdf(0.975)      # every interval in the program is of 95 %
DECIDING = ("top1", "top5", "agreement")    # metrics of models that decide between classes
ALL = 1 << 62        # samples of a population that nobody can count


@dataclass(frozen=True)
class Metric:
    """`score(outputs, target) -> [samples]` float64, where `target` is labels, or the original model's outputs.

    The value of a metric is the mean score. `proportion`: scores are 0 or 1, so that a Wilson interval applies.
    """

    id: str
    title: str
    score: Callable[[np.ndarray, np.ndarray], np.ndarray]
    labelled: bool
    proportion: bool
    higher_is_better: bool = True


def _rows(values: np.ndarray) -> np.ndarray:
    return values.reshape(len(values), -1).astype(np.float64)


def top1(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return (_rows(outputs).argmax(axis=1) == labels).astype(np.float64)


def top5(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    best = np.argsort(-_rows(outputs), axis=1, kind="stable")[:, :5]
    return (best == labels[:, None]).any(axis=1).astype(np.float64)


def agreement(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    return (_rows(outputs).argmax(axis=1) == _rows(original).argmax(axis=1)).astype(np.float64)


def token_accuracy(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """`outputs` [samples, tokens, classes], `labels` [samples, tokens]; negative labels are padding."""
    real = labels >= 0
    right = (outputs.argmax(axis=-1) == labels) & real
    return right.sum(axis=1) / np.maximum(real.sum(axis=1), 1)


def cosine(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    a, b = _rows(outputs), _rows(original)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    same = (a == b).all(axis=1)
    return np.where(same, 1.0, (a * b).sum(axis=1) / np.maximum(norms, 1e-30))


def squared_error(outputs: np.ndarray, target: np.ndarray) -> np.ndarray:
    return np.square(_rows(outputs) - _rows(target)).mean(axis=1)


METRICS = {metric.id: metric for metric in (
    Metric("top1", "top-1", top1, labelled=True, proportion=True),
    Metric("top5", "top-5", top5, labelled=True, proportion=True),
    Metric("token_accuracy", "token accuracy", token_accuracy, labelled=True, proportion=False),
    Metric("mse", "mean squared error", squared_error, labelled=True, proportion=False, higher_is_better=False),
    Metric("agreement", "top-1 agreement with the original", agreement, labelled=False, proportion=True),
    Metric("cosine", "cosine to the original's output", cosine, labelled=False, proportion=False),
)}


def against_teachers(metric: Metric) -> Metric:
    """The same where what is compared with are the answers of teachers."""
    titles = {"agreement": "top-1 agreement with the teacher", "cosine": "cosine to the teacher's output"}
    return replace(metric, title=titles.get(metric.id, metric.title))


def choose(outputs: np.ndarray, labels: np.ndarray | None) -> Metric:
    """The metric for outputs of this shape. Raises UserError when labels are there but fit no metric."""
    classes = outputs.shape[1] if outputs.ndim == 2 else 0
    if labels is None:
        return METRICS["agreement"] if classes > 1 else METRICS["cosine"]
    whole = labels.dtype.kind in "iu" or (labels.dtype.kind == "f" and np.array_equal(labels, np.rint(labels)))
    if classes > 1 and labels.ndim == 1 and whole:
        if labels.min() < 0 or labels.max() >= classes:
            raise UserError(f"The labels run from {labels.min():g} to {labels.max():g}, but the model has {classes} "
                            "classes.", "Number the classes from 0 in the model's order.")
        return METRICS["top1"]
    if outputs.ndim == 3 and labels.ndim == 2 and whole and labels.shape == outputs.shape[:2]:
        return METRICS["token_accuracy"]
    if labels.size == outputs.size:
        return METRICS["mse"]
    raise UserError(f"The labels have shape {labels.shape}, but the model's output has {outputs.shape} for them.",
                    "Give one class number a sample, or targets shaped like the output; or leave the labels out.")


def interval(scores: np.ndarray, proportion: bool, population: int) -> tuple[float, float]:
    """95 % interval of the mean score over `population` samples of which `scores` are a random part.

    Wilson 1927 for proportions, the normal interval else; both with the finite population correction, so that the
    interval closes when every sample was seen (Cochran 1977, section 2.8).
    """
    n, mean = len(scores), float(scores.mean())
    left = 1.0 if population <= 1 else max(0.0, (population - n) / (population - 1))
    if left == 0.0:
        return mean, mean
    if proportion:
        z2 = Z * Z * left
        centre = (mean + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2) / (1 + z2 / n) * np.sqrt(mean * (1 - mean) / n + z2 / (4 * n * n))
        return float(max(0.0, centre - half)), float(min(1.0, centre + half))
    half = Z * np.sqrt(left) * float(scores.std(ddof=1) if n > 1 else abs(mean)) / np.sqrt(n)
    return mean - half, mean + half


def paired_interval(differences: np.ndarray, population: int) -> tuple[float, float]:
    """95 % interval of the mean of per-sample differences. One pseudo-sample of each sign keeps it honest at no change
    (Agresti and Min 2005, Simple improved confidence intervals for comparing matched proportions)."""
    n = len(differences)
    left = 1.0 if population <= 1 else max(0.0, (population - n) / (population - 1))
    mean = float(differences.mean())
    if left == 0.0:
        return mean, mean
    padded = np.concatenate([differences, [0.5, -0.5, 0.5, -0.5]])
    half = Z * np.sqrt(left) * float(padded.std(ddof=1)) / np.sqrt(n)
    return mean - half, mean + half
