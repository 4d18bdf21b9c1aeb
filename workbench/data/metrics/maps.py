"""Metrics of class scores at many positions: pixels or tokens."""

from dataclasses import replace
from functools import partial

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.data.metrics.metric import LEFT_OUT, Metric, Score, Taken, above, is_whole, mean_of, middle, share

MOST_CLASSES = 4096  # that are counted one by one: each takes numbers of every sample


def last(outputs: np.ndarray) -> np.ndarray:
    return np.asarray(outputs.argmax(axis=-1))


def second(outputs: np.ndarray) -> np.ndarray:
    return np.asarray(outputs.argmax(axis=1))


def token_accuracy(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the tokens that are right, and those that are counted, [samples, 2]; `outputs` [samples, tokens, classes],
    `labels` [samples, tokens]; negative labels are padding."""
    return _counted(_decided(outputs, labels, -1) == labels, labels >= 0)


def pixel_accuracy(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the pixels that are right, and those that are counted, [samples, 2]; `outputs` [samples, classes, ...],
    `labels` [samples, ...]; negative labels are ignored, and 255 unless there are that many classes."""
    return _counted(_decided(outputs, labels, 1) == labels, known(labels, outputs.shape[1]))


def pixel_accuracy_last(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return pixel_accuracy(np.moveaxis(outputs, -1, 1), labels)


def _decided(outputs: np.ndarray, labels: np.ndarray, axis: int) -> np.ndarray:
    """Return the classes with the highest scores along an axis, in the shape of the labels. Raises UserError if they
    have another one, which numpy would broadcast, or if there is nothing to choose from."""
    if outputs.shape[axis] < 2 and outputs.size == labels.size:
        raise UserError(
            "There is one value at each position, and not a score for each class.",
            "Omit the metric, or choose f1 or miou.",
        )
    decided = np.asarray(outputs.argmax(axis=axis))
    if decided.shape != labels.shape:
        raise _no_scores(outputs, labels)
    return decided


def _no_scores(outputs: np.ndarray, labels: np.ndarray) -> UserError:
    return UserError(
        "The outputs {outputs} are not class scores for the label maps {labels} (shapes per sample).",
        "Give one class index per position.",
        outputs=outputs.shape[1:],
        labels=labels.shape[1:],
    )


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
    """Return whether positions have a class."""
    return (labels >= 0) & ((labels != LEFT_OUT) | (classes > LEFT_OUT))


def token_agreement(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Return the tokens decided as by the original, and those that are counted, [samples, 2]; `original`: its outputs,
    or its predicted classes, negative at padding."""
    decided = original if original.ndim < outputs.ndim else last(original)
    return _counted(last(outputs) == decided, decided >= 0)


def pixel_agreement(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    return mean_of(second(outputs) == (original if original.ndim < outputs.ndim else second(original)))


def squeezed(labels: np.ndarray) -> np.ndarray:
    """Squeeze [n, 1, ...] and [n, ..., 1] to [n, ...]."""
    if labels.ndim > 2 and labels.shape[1] == 1:
        return labels[:, 0]
    return labels[..., 0] if labels.ndim > 2 and labels.shape[-1] == 1 else labels


def scores_last(outputs: np.ndarray, labels: np.ndarray) -> bool:
    """Return whether the class scores of label maps [samples, ...] are along the last axis; else they are along the
    second. Where both fit, sequences have them last, and images second. Raises UserError if neither fits."""
    first, behind = outputs.shape[2:] == labels.shape[1:], outputs.shape[1:-1] == labels.shape[1:]
    if not (first or behind) or outputs.ndim != labels.ndim + 1:
        raise _no_scores(outputs, labels)
    return behind and (outputs.ndim == 3 or not first)


def tallies(outputs: np.ndarray, labels: np.ndarray, classes: int = 0) -> np.ndarray:
    """Return the positions of each class that are predicted correctly, those in the label, and those in the
    prediction: [samples, 3 x classes]. Positions without a class are ignored.

    `outputs` [samples, classes, ...] or [samples, ..., classes], or class numbers [samples, ...] with `classes`
    classes.
    """
    if outputs.size == labels.size:
        decided, classes = outputs.reshape(labels.shape).astype(np.int64), classes or LEFT_OUT
    elif scores_last(outputs, labels):
        decided, classes = last(outputs), outputs.shape[-1]
    else:
        decided, classes = second(outputs), outputs.shape[1]
    if classes > MOST_CLASSES:
        raise UserError(
            "There are {classes:,} classes at each position; up to {most:,} can be counted one by one.",
            "Choose another metric.",
            classes=classes,
            most=MOST_CLASSES,
        )
    rows = np.empty((len(outputs), 3 * classes))
    for row, own, label in zip(rows, decided, labels, strict=True):
        real = known(label, classes)
        truth, seen = label[real].astype(np.int64), own[real]
        for part, found in zip(np.split(row, 3), (truth[truth == seen], truth, seen), strict=True):
            part[:] = np.bincount(found, minlength=classes)[:classes]
    return rows


def mean_iou(rows: np.ndarray) -> float:
    """Return the mean IoU: the intersection over union of each class over all samples, averaged over classes that occur
    or are predicted (Everingham et al. 2015, The PASCAL visual object classes challenge, section 4.1.3)."""
    both, there, seen = np.split(rows.sum(axis=0), 3)
    either = there + seen - both
    return float((both[either > 0] / either[either > 0]).mean()) if (either > 0).any() else 0.0


def counting(outputs: np.ndarray, labels: np.ndarray, classes: int = 0) -> tuple[Score, Taken]:
    """Return the function that counts the positions of each class (see `tallies`), and the one that gives a model's
    predictions: class numbers, one value per position for two classes, or a score for each class."""
    if outputs.size != labels.size:
        return tallies, last if scores_last(outputs, labels) else second
    if is_whole(outputs):
        return partial(tallies, classes=classes), np.asarray
    at = middle(outputs)
    return partial(_tallies_above, at=at), partial(above, at=at)


def _tallies_above(outputs: np.ndarray, labels: np.ndarray, at: float) -> np.ndarray:
    return tallies(above(outputs, at), labels, 2)


def _numbered(metric: Metric, outputs: np.ndarray, target: np.ndarray, classes: tuple[str, ...]) -> Metric:
    return replace(metric, score=counting(outputs, target, len(classes))[0])


def _of_counts(name: str, title: str, score: Score, decide: Taken) -> Metric:
    return Metric(name, share(title, True), score, decide, total=accuracy, alone=_each_accuracy, labels=squeezed)


OF_PLACES = (
    _of_counts("token_accuracy", Message("token accuracy"), token_accuracy, last),
    _of_counts("pixel_accuracy", Message("pixel accuracy"), pixel_accuracy, second),
    _of_counts("pixel_accuracy_last", Message("pixel accuracy"), pixel_accuracy_last, last),
    Metric("miou", share(Message("mean IoU"), True), tallies, total=mean_iou, labels=squeezed, fit=_numbered),
    Metric(
        "token_agreement",
        share(Message("token agreement with the original"), False),
        token_agreement,
        last,
        total=accuracy,
        alone=_each_accuracy,
        keep=last,
    ),
    Metric(
        "pixel_agreement",
        share(Message("pixel agreement with the original"), False),
        pixel_agreement,
        second,
        keep=second,
    ),
)
