"""Metrics of outputs that are class scores [samples, classes]: the predicted class."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo
from workbench.data.metrics.maps import counting, squeezed
from workbench.data.metrics.metric import Metric, above, are_probabilities, middle, rows_of, share

LEAST = 1e-12  # probability of a class, at least, where outputs are probabilities


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
    return _f1(*_counts(rows))


def balanced(rows: np.ndarray) -> float:
    """Return balanced accuracy: the mean over classes of their recall (Brodersen et al.
    2010, The balanced accuracy and its posterior distribution)."""
    return _recall(*_counts(rows))


def _f1(right: np.ndarray, there: np.ndarray, decided: np.ndarray) -> float:
    some = there + decided > 0
    return float((2 * right[some] / (there + decided)[some]).mean()) if some.any() else 0.0


def _recall(right: np.ndarray, there: np.ndarray, _decided: np.ndarray) -> float:
    return float((right[there > 0] / there[there > 0]).mean()) if (there > 0).any() else 0.0


def _counts(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each class: its correctly predicted samples, all its samples, all predictions of it."""
    truth, decided = rows.astype(np.int64).T
    count = int(rows.max(initial=0)) + 1
    right = np.bincount(truth[truth == decided], minlength=count)
    return right, np.bincount(truth, minlength=count), np.bincount(decided, minlength=count)


def _tallied(rows: np.ndarray, of: Callable[[np.ndarray, np.ndarray, np.ndarray], float]) -> float:
    right, there, decided = np.split(rows.sum(axis=0), 3)
    return of(right, there, decided)


def label_tallies(outputs: np.ndarray, labels: np.ndarray, at: float) -> np.ndarray:
    """Return for each label of a sample whether it is predicted correctly, there, and predicted, [samples, 3 x labels];
    `labels` are 0 and 1, or -1 and 1."""
    if not (np.isin(labels, (0, 1)).all() or np.isin(labels, (-1, 1)).all()):
        raise UserError("Several labels per sample are 0 and 1 each.", "Convert them, or choose another metric.")
    there, decided = rows_of(labels) > 0, rows_of(outputs) > at
    return np.concatenate([there & decided, there, decided], axis=1).astype(np.float64)


def _right(rows: np.ndarray) -> np.ndarray:
    return (rows[:, 0] == rows[:, 1]).astype(np.float64)


def numbers(labels: np.ndarray) -> np.ndarray:
    """Convert one-hot rows, probabilities of classes, or a column, to class numbers; other labels are returned
    unchanged."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        return labels[:, 0]
    return labels.argmax(axis=1) if are_shares(labels) else labels


def are_shares(labels: np.ndarray) -> bool:
    """Return whether labels [samples, classes] are probabilities of the classes, such as one-hot rows."""
    return (
        labels.ndim == 2
        and labels.shape[1] > 1
        and labels.dtype.kind in "fiub"
        and are_probabilities(labels)
        and bool(np.allclose(labels.sum(axis=1, dtype=np.float64), 1, atol=1e-3))
    )


def counted(labels: np.ndarray) -> np.ndarray:
    """Return class indices from 0, also for boolean labels, for -1 and 1, and for maps."""
    found = squeezed(numbers(labels))
    signs = found.ndim == 1 and len(found) and bool(np.isin(found, (-1, 1)).all()) and bool((found < 0).any())
    return (found > 0).astype(np.int64) if signs or found.dtype.kind == "b" else found


def _by_form(metric: Metric, outputs: np.ndarray, target: np.ndarray, _classes: tuple[str, ...]) -> Metric:
    """Set up a metric of class numbers by the form of the labels: one per sample, one per position, or several labels
    of a sample, with an output for each."""
    of = _f1 if metric.id == "f1" else _recall
    if target.ndim == 1:
        at, single = middle(outputs), rows_of(outputs).shape[1] == 1
        return replace(metric, score=partial(pairs, at=at), at=at, decide=partial(above, at=at) if single else best)
    several = partial(replace, metric, total=partial(_tallied, of=of), alone=None)
    if target.shape != outputs.shape or target.ndim > 2:
        score, decide = counting(outputs, target)
        return several(score=score, decide=decide)
    if of is _recall:
        raise UserError("Balanced accuracy is of classes of which each sample has one.", "Choose f1.")
    at = middle(outputs)
    return several(score=partial(label_tallies, at=at), decide=partial(above, at=at), at=at)


def decides_classes(metric: Metric) -> bool:
    """Return whether the prediction of a sample is the class with the highest score."""
    return metric.decide is best


def cross_entropy(outputs: np.ndarray, labels: np.ndarray, probabilities: bool = False) -> np.ndarray:
    """Return -sum of p log q over the classes of each sample [samples], in nats: q are the model's probabilities, p
    those of the labels, 1 for a class number."""
    values = rows_of(outputs)
    scores = np.log(np.maximum(values, LEAST)) if probabilities else values
    if scores.shape[1] < 2 or (labels.ndim == 2 and labels.shape != scores.shape) or labels.ndim > 2:
        raise UserError(
            "Cross-entropy needs a score for each class, and as labels class numbers or a probability of each class.",
            "Choose another metric or output.",
        )
    scores = scores - scores.max(axis=1, keepdims=True)
    lost = np.log(np.exp(scores).sum(axis=1, keepdims=True)) - scores
    if labels.ndim == 2:
        return np.asarray((labels * lost).sum(axis=1))
    return np.asarray(lost[np.arange(len(lost)), labels.astype(np.int64)])


def _shares_or_numbers(labels: np.ndarray) -> np.ndarray:
    return labels.astype(np.float64) if are_shares(labels) else numbers(labels)


def _of_probabilities(metric: Metric, outputs: np.ndarray, _target: np.ndarray, _classes: tuple[str, ...]) -> Metric:
    return replace(metric, score=partial(cross_entropy, probabilities=are_shares(rows_of(outputs))))


BY_CLASS = (
    Metric("top1", share("top-1", True, "wilson"), top1, best, labels=numbers),
    Metric("top5", share("top-5", True, "wilson"), top5, best, labels=numbers),
    Metric("f1", share(Message("F1 (macro)"), True), pairs, best, total=f1, alone=_right, labels=counted, fit=_by_form),
    Metric(
        "balanced_accuracy",
        share(Message("balanced accuracy"), True),
        pairs,
        best,
        total=balanced,
        alone=_right,
        labels=counted,
        fit=_by_form,
    ),
    Metric(
        "cross_entropy",
        MetricInfo(Message("cross-entropy"), "nats", higher_is_better=False, low=0.0),
        cross_entropy,
        best,
        labels=_shares_or_numbers,
        fit=_of_probabilities,
    ),
    Metric(
        "agreement", share(Message("top-1 agreement with the original"), False, "wilson"), agreement, best, keep=best
    ),
)
