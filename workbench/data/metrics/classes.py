"""Metrics of outputs that are class scores [samples, classes]: the predicted class."""

from dataclasses import replace
from functools import partial

import numpy as np

from workbench.core.base.message import Message
from workbench.data.metrics.metric import Metric, rows_of, share


def best(outputs: np.ndarray) -> np.ndarray:
    return np.asarray(rows_of(outputs).argmax(axis=1))


def top1(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return (best(outputs) == labels).astype(np.float64)


def top5(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    first = np.argsort(-rows_of(outputs), axis=1, kind="stable")[:, :5]
    return (first == labels[:, None]).any(axis=1).astype(np.float64)


def agreement(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Compare predictions with those of the original; `original`: its outputs, or its predicted classes."""
    decided = original if original.ndim == 1 else best(original)
    return (best(outputs) == decided).astype(np.float64)


def pairs(outputs: np.ndarray, labels: np.ndarray, at: float = 0.0) -> np.ndarray:
    """Return true class and prediction, [samples, 2]; for a single output, whether it is above `at`."""
    values = rows_of(outputs)
    decided = values.argmax(axis=1) if values.shape[1] > 1 else values[:, 0] > at
    return np.stack([labels.reshape(len(outputs)), decided], axis=1).astype(np.float64)


def f1(rows: np.ndarray) -> float:
    """Return macro F1: the mean of 2 TP / (2 TP + FP + FN) over classes that occur or are predicted (Sokolova
    and Lapalme 2009, A systematic analysis of performance measures, table 3)."""
    right, there, decided = _counts(rows)
    some = there + decided > 0
    return float((2 * right[some] / (there + decided)[some]).mean())


def balanced(rows: np.ndarray) -> float:
    """Return balanced accuracy: the mean over classes of their recall (Brodersen et al.
    2010, The balanced accuracy and its posterior distribution)."""
    right, there, _ = _counts(rows)
    return float((right[there > 0] / there[there > 0]).mean())


def _counts(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each class: its correctly predicted samples, all its samples, all predictions of it."""
    truth, decided = rows.astype(np.int64).T
    count = int(rows.max(initial=0)) + 1
    right = np.bincount(truth[truth == decided], minlength=count)
    return right, np.bincount(truth, minlength=count), np.bincount(decided, minlength=count)


def _right(rows: np.ndarray) -> np.ndarray:
    return (rows[:, 0] == rows[:, 1]).astype(np.float64)


def numbers(labels: np.ndarray) -> np.ndarray:
    """Convert one-hot rows, or a column, to class numbers; other labels are returned unchanged."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        return labels[:, 0]
    one_hot = (
        labels.ndim == 2
        and labels.shape[1] > 1
        and labels.dtype.kind in "fiub"
        and bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())
    )
    return labels.argmax(axis=1) if one_hot else labels


def counted(labels: np.ndarray) -> np.ndarray:
    """Return class indices from 0, also for boolean labels and for -1 and 1."""
    found = numbers(labels)
    signs = found.ndim == 1 and len(found) and bool(np.isin(found, (-1, 1)).all()) and bool((found < 0).any())
    return (found > 0).astype(np.int64) if signs or found.dtype.kind == "b" else found


def _at_the_middle(metric: Metric, outputs: np.ndarray, _target: np.ndarray, _classes: tuple[str, ...]) -> Metric:
    at = middle(outputs)
    return replace(metric, score=partial(pairs, at=at), at=at)


def middle(outputs: np.ndarray) -> float:
    """Return the decision threshold of a single output: 0.5 for probabilities, else 0."""
    return 0.5 if are_probabilities(outputs) else 0.0


def are_probabilities(outputs: np.ndarray) -> bool:
    return bool(outputs.min(initial=0.0) >= 0 and outputs.max(initial=0.0) <= 1)


BY_CLASS = (
    Metric("top1", share("top-1", True, "wilson"), top1, best, labels=numbers),
    Metric("top5", share("top-5", True, "wilson"), top5, best, labels=numbers),
    Metric(
        "f1",
        share(Message("F1 (macro)"), True),
        pairs,
        best,
        total=f1,
        alone=_right,
        labels=counted,
        fit=_at_the_middle,
    ),
    Metric(
        "balanced_accuracy",
        share(Message("balanced accuracy"), True),
        pairs,
        best,
        total=balanced,
        alone=_right,
        labels=counted,
        fit=_at_the_middle,
    ),
    Metric(
        "agreement", share(Message("top-1 agreement with the original"), False, "wilson"), agreement, best, keep=best
    ),
)
