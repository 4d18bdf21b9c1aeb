"""Metrics of class scores at many positions: pixels or tokens."""

from dataclasses import replace
from functools import partial

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.data.metrics.metric import LEFT_OUT, Metric, Score, Taken, mean_of, share


def last(outputs: np.ndarray) -> np.ndarray:
    return np.asarray(outputs.argmax(axis=-1))


def second(outputs: np.ndarray) -> np.ndarray:
    return np.asarray(outputs.argmax(axis=1))


def token_accuracy(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the tokens that are right, and those that are counted, [samples, 2]; `outputs` [samples, tokens, classes],
    `labels` [samples, tokens]; negative labels are padding."""
    return _counted(last(outputs) == labels, labels >= 0)


def pixel_accuracy(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the pixels that are right, and those that are counted, [samples, 2]; `outputs` [samples, classes, ...],
    `labels` [samples, ...]; negative labels are ignored, and 255 unless there are that many classes."""
    return _counted(second(outputs) == labels, known(labels, outputs.shape[1]))


def pixel_accuracy_last(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return pixel_accuracy(np.moveaxis(outputs, -1, 1), labels)


def _counted(right: np.ndarray, real: np.ndarray) -> np.ndarray:
    each = tuple(range(1, real.ndim))
    return np.stack([(right & real).sum(axis=each), real.sum(axis=each)], axis=1).astype(np.float64)


def accuracy(rows: np.ndarray) -> float:
    """Return the fraction of all counted places that are right: every place has the same weight, however many of its
    sample are counted."""
    right, count = rows.sum(axis=0)
    return float(right / max(count, 1))


def _each_accuracy(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows[:, 0] / np.maximum(rows[:, 1], 1))


def known(labels: np.ndarray, classes: int) -> np.ndarray:
    """Whether positions have a class."""
    return (labels >= 0) & ((labels != LEFT_OUT) | (classes > LEFT_OUT))


def token_agreement(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    return mean_of(last(outputs) == (original if original.ndim < outputs.ndim else last(original)))


def pixel_agreement(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    return mean_of(second(outputs) == (original if original.ndim < outputs.ndim else second(original)))


def squeezed(labels: np.ndarray) -> np.ndarray:
    """Squeeze [n, 1, ...] and [n, ..., 1] to [n, ...]."""
    if labels.ndim > 2 and labels.shape[1] == 1:
        return labels[:, 0]
    return labels[..., 0] if labels.ndim > 2 and labels.shape[-1] == 1 else labels


def overlaps(outputs: np.ndarray, labels: np.ndarray, classes: int = 0) -> np.ndarray:
    """Return the pixels of each class in both label and prediction, then in either: [samples, 2 x classes].

    `outputs` [samples, classes, ...] or [samples, ..., classes], or class numbers [samples, ...] with `classes`
    classes.
    """
    if outputs.shape[2:] == labels.shape[1:]:
        decided, classes = second(outputs), outputs.shape[1]
    elif outputs.shape[1:-1] == labels.shape[1:]:
        decided, classes = last(outputs), outputs.shape[-1]
    elif outputs.shape == labels.shape:
        decided, classes = outputs.astype(np.int64), classes or LEFT_OUT
    else:
        raise UserError(
            "The outputs {outputs} are not class scores for the label maps {labels} (shapes per sample).",
            "Give one class index per position.",
            outputs=outputs.shape[1:],
            labels=labels.shape[1:],
        )
    rows = np.empty((len(outputs), 2 * classes))
    for row, own, label in zip(rows, decided, labels, strict=True):
        real = known(label, classes)
        truth, seen = label[real].astype(np.int64), own[real]
        both = np.bincount(truth[truth == seen], minlength=classes)[:classes]
        there = np.bincount(truth, minlength=classes)[:classes]
        row[:classes] = both
        row[classes:] = there + np.bincount(seen, minlength=classes)[:classes] - both
    return rows


def mean_iou(rows: np.ndarray) -> float:
    """Return the mean IoU: the intersection over union of each class over all samples, averaged over classes that occur
    or are predicted (Everingham et al. 2015, The PASCAL visual object classes challenge, section 4.1.3)."""
    both, either = np.split(rows.sum(axis=0), 2)
    return float((both[either > 0] / either[either > 0]).mean()) if (either > 0).any() else 0.0


def _numbered(metric: Metric, outputs: np.ndarray, _target: np.ndarray, classes: tuple[str, ...]) -> Metric:
    return replace(metric, score=partial(overlaps, classes=len(classes)))


def _of_counts(name: str, title: str, score: Score, decide: Taken) -> Metric:
    return Metric(name, share(title, True), score, decide, total=accuracy, alone=_each_accuracy, labels=squeezed)


OF_PLACES = (
    _of_counts("token_accuracy", Message("token accuracy"), token_accuracy, last),
    _of_counts("pixel_accuracy", Message("pixel accuracy"), pixel_accuracy, second),
    _of_counts("pixel_accuracy_last", Message("pixel accuracy"), pixel_accuracy_last, last),
    Metric("miou", share(Message("mean IoU"), True), overlaps, total=mean_iou, labels=squeezed, fit=_numbered),
    Metric(
        "token_agreement", share(Message("token agreement with the original"), False), token_agreement, last, keep=last
    ),
    Metric(
        "pixel_agreement",
        share(Message("pixel agreement with the original"), False),
        pixel_agreement,
        second,
        keep=second,
    ),
)
