"""Choice of the metric from the output and the labels, among the metrics that can fall.

A metric that a constant answer maximises says nothing: the cosine of one positive number
is always 1.
"""

import re
from dataclasses import replace

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.plugins.discovery import error_text
from workbench.data.extensions import all_metrics, checked
from workbench.data.metrics.classes import numbers
from workbench.data.metrics.listing import METRICS
from workbench.data.metrics.maps import squeezed
from workbench.data.metrics.metric import LEFT_OUT, Metric, are_probabilities, is_whole, middle, rows_of
from workbench.data.metrics.thresholds import threshold
from workbench.data.metrics.values import cosine, relative

NUMBERED = ("top1", "top5", "f1", "balanced_accuracy", "cross_entropy")  # metrics of class numbers, one a sample
DECIDING = ("top1", "top5", "agreement")  # metrics of the class with the highest score, which takes two classes
FALLS = 0.95  # what the mean answer may reach of a metric that is used
EMBEDDINGS = ("embed", "feature", "hidden", "pool")  # in the names of outputs that are no class scores
SCORES = ("logit", "score", "prob", "class", "softmax", "categor", "label", "confidence")  # in those of class scores
NUMBERS = ("box", "coord", "landmark", "keypoint", "offset", "locat", "angle", "rotat", "translat", "anchor")  # others
SHORT = re.compile(  # likewise, as whole words
    r"(?<![a-z])(loc|mean|std|var|mu|sigma|logvar|depth|masks?|pose|reg|regression|deltas?|points?|pts|xy|xyxy|xywh|yaw"
    r"|pitch|roll)(?![a-z])"
)
FEW = 4  # numbers of a sample that may as well be a box or angles, where their name says nothing


def choose(
    outputs: np.ndarray,
    labels: np.ndarray | None,
    name: str = "",
    wanted: str | Metric = "",
    classes: tuple[str, ...] = (),
) -> Metric:
    """Choose the metric for these outputs of the original model, or take the one wanted by its id. Raises UserError if
    there are labels that fit no metric, or not the one wanted.

    outputs   outputs of the first samples, or of all; `labels` are those of all
    name      name of the output; `classes` are names of its classes
    """
    own = None if labels is None else labels[: len(outputs)]
    if wanted:
        return named(wanted, outputs, own, classes)
    metric, _ = found(outputs, own, labels, name)
    if metric is None:
        assert labels is not None
        raise why_unfit([outputs], labels)
    return metric


def found(
    outputs: np.ndarray, labels: np.ndarray | None, every: np.ndarray | None, name: str = ""
) -> tuple[Metric | None, int]:
    """Return the metric for an output [samples, ...], and a rank of the output's suitability (lower is better).

    labels   labels of these samples; `every`: those of all samples. The metric is None if the labels fit none
    name     name of the output
    """
    if labels is None or every is None:
        return _unlabelled(outputs, name)
    return _labelled(outputs, labels, every)


def named(
    wanted: str | Metric, outputs: np.ndarray, labels: np.ndarray | None, classes: tuple[str, ...] = ()
) -> Metric:
    """Return the metric of this id, after trying it on these outputs of the original model. Raises UserError if there
    is none, if it needs labels and has none, or if it cannot score these outputs."""
    metric = wanted if isinstance(wanted, Metric) else by_id(wanted)
    wanted = metric.id
    if metric.labelled and labels is None:
        raise UserError(
            "The metric {wanted} needs labels, and the data has none.",
            "Add labels, or choose another metric.",
            wanted=wanted,
        )
    target = fitting(metric, labels) if metric.labelled else outputs
    assert target is not None
    if metric.id in NUMBERED and outputs.ndim == 2 and 1 < outputs.shape[1] <= target.max(initial=0):
        raise why_unfit([outputs], target)
    if metric.id in DECIDING and outputs.size == len(outputs):
        raise UserError(
            "The metric {wanted} compares classes, and the output is one value per sample.",
            "Omit the metric, or choose f1, balanced_accuracy or auc for two classes, mse for numbers.",
            wanted=wanted,
        )
    try:
        fitted = metric if metric.fit is None else metric.fit(metric, outputs, target, classes)
        safe = checked(fitted, wanted)
        safe.value(safe.score(outputs, target))
    except (ValueError, TypeError, IndexError, AttributeError) as error:  # shapes that it is not made for
        shapes = Message(
            "outputs {outputs}, labels {labels}" if metric.labelled else "outputs {outputs}",
            outputs=outputs.shape[1:],
            labels=target.shape[1:],
        )
        if wanted in METRICS:  # what numpy says of shapes helps the author of a metric alone
            raise UserError(
                "The metric {wanted} does not fit this data ({shapes} per sample).",
                "Choose another metric.",
                wanted=wanted,
                shapes=shapes,
            ) from error
        raise UserError(
            "The metric {wanted} does not fit this data ({shapes} per sample): {said}.",
            "Choose another metric.",
            wanted=wanted,
            shapes=shapes,
            said=error_text(error),
        ) from error
    return fitted if wanted in METRICS else safe


def by_id(wanted: str) -> Metric:
    """Return the metric of this id. Raises UserError if there is none."""
    known = all_metrics()
    if wanted not in known:
        raise UserError("There is no metric '{wanted}'.", "The metrics are: {known}.", wanted=wanted, known=[*known])
    return known[wanted]


def fits(metric: Metric, other: Metric, labels: np.ndarray | None) -> bool:
    """Return whether this metric fits other samples of the same output, for which `other` would be chosen: a few labels
    may all be of one class, and a few outputs may look like another kind."""
    if metric.labelled != (labels is not None):
        return False
    alone = (
        metric.id in ("binary", "labels")
        and other.id == "mse"
        and labels is not None
        and bool(np.isin(labels, (-1, 0, 1)).all())
    )
    return alone or metric.id == other.id or (not metric.labelled and metric.id in (*METRICS, "binary", "labels"))


def fitting(metric: Metric, labels: np.ndarray | None) -> np.ndarray | None:
    """Return the labels in the metric's form: class numbers for one-hot rows, without axes of size one."""
    return labels if labels is None or metric.labels is None else metric.labels(labels)


# -- with labels ---------------------------------------------------------------------------------------------------


def _labelled(outputs: np.ndarray, labels: np.ndarray, every: np.ndarray) -> tuple[Metric | None, int]:
    if outputs.dtype.kind in "OUS" or every.dtype.kind in "OUS":  # names of classes
        texts = outputs.dtype.kind in "OUS" and every.dtype.kind in "OUS" and outputs.size == labels.size
        return (_of_decisions("accuracy", outputs), 2) if texts else (None, 0)
    whole = is_whole(every)
    classes = outputs.shape[1] if outputs.ndim == 2 else 0
    if outputs.dtype.kind in "iub" or (whole and _are_class_numbers(outputs)):
        fits = whole and outputs.size == labels.size
        return (_of_decisions("accuracy", outputs), 2) if fits else (None, 0)
    given = numbers(every)
    if classes > 1 and is_whole(given) and given.ndim == 1 and (every.ndim == 1 or every.shape[1] in (1, classes)):
        fits = given.min() >= 0 and given.max() < classes
        return (METRICS["top1"], 0) if fits else (None, 0)
    maps = squeezed(labels)
    if outputs.ndim == 3 and whole and maps.shape == outputs.shape[:2] and outputs.shape[2] > 1:
        return (METRICS["token_accuracy"], 0) if every.max() < outputs.shape[2] else (None, 0)
    if outputs.ndim == 3 and labels.ndim == 2 and whole and labels.shape == outputs.shape[:2] and outputs.shape[2] > 1:
        return (METRICS["token_accuracy"], 0) if every.max() < outputs.shape[2] else (None, 0)
    for axis, name in ((1, "pixel_accuracy"), (-1, "pixel_accuracy_last")):  # classes first, as of torch, or last
        if (count := _classes(outputs, maps, axis)) and whole:
            known = every[every != LEFT_OUT] if count <= LEFT_OUT else every
            return (METRICS[name], 0) if known.max(initial=0) < count else (None, 0)
    if labels.size != outputs.size:
        return None, 0
    pair = set(np.unique(every).tolist()) if whole else set()
    if len(pair) == 2 and pair <= {-1, 0, 1} and 1 in pair:
        single = outputs.size == len(outputs)
        return threshold("binary" if single else "labels", middle(outputs), True, sum(pair) / 2, single), 1
    return METRICS["mse"], 3


def _of_decisions(name: str, outputs: np.ndarray) -> Metric:
    """Return the metric for outputs that are predictions; with one per sample, the score is 0 or 1."""
    metric = METRICS[name]
    single = outputs.size == len(outputs)
    return replace(metric, info=replace(metric.info, interval="wilson" if single else "normal"))


def _classes(outputs: np.ndarray, maps: np.ndarray, axis: int) -> int:
    """Return the number of classes that the outputs have scores for along an axis, if the maps have a class number at
    each position of the other axes; else 0."""
    places = outputs.shape[2:] if axis == 1 else outputs.shape[1:-1]
    return outputs.shape[axis] if outputs.ndim > 2 and outputs.shape[axis] > 1 and maps.shape[1:] == places else 0


def why_unfit(outputs: list[np.ndarray], labels: np.ndarray) -> UserError:
    """Return the error for labels that fit no output."""
    if labels.dtype.kind in "fiub" and is_whole(labels):
        given, maps = numbers(labels), squeezed(labels)
        scores = [each for each in outputs if each.dtype.kind == "f"]
        classes = next(
            (each.shape[1] for each in scores if each.ndim == 2 and each.shape[1] > 1 and given.ndim == 1), 0
        ) or next((count for each in scores for axis in (-1, 1) if (count := _classes(each, maps, axis))), 0)
        if classes:
            return UserError(
                "The labels run from {lowest:g} to {highest:g}, but the model has {classes} classes.",
                "Number the classes from 0 in the model's order.",
                lowest=float(given.min()),
                highest=float(given.max()),
                classes=classes,
            )
    if labels.dtype.kind in "OUS" and labels.ndim == 1:
        return UserError(
            "The labels are names of classes, and nothing says which class of the model has which name.",
            "Add class_names: a text for each class, in the model's order.",
        )
    shapes = " or ".join(str(each.shape[1:]) for each in outputs[:3])
    return UserError(
        "The labels have type {dtype} and shape {shape} per sample, but the model's output is {shapes}.",
        "Give one class index per sample, or targets with the shape of the output; or omit the labels.",
        dtype=labels.dtype,
        shape=labels.shape[1:],
        shapes=shapes,
    )


# -- without labels ------------------------------------------------------------------------------------------------


def _unlabelled(outputs: np.ndarray, name: str) -> tuple[Metric, int]:
    if outputs.dtype.kind not in "f" or _are_class_numbers(outputs):
        return _of_decisions("equality", outputs), 20
    same = 10 if len(outputs) > 1 and (outputs == outputs[:1]).all() else 0  # it tells nothing
    if outputs.ndim == 2 and outputs.shape[1] > 1 and (_called_numbers(name) or may_be_numbers(outputs, name)):
        return relative(rows_of(outputs)), 1 + same
    if outputs.ndim == 2 and outputs.shape[1] > 1 and not _is_embedding(outputs, name):
        if _are_labels(outputs):
            return threshold("labels", 0.5, False, 0.5, False), 0 + same
        if len(outputs) == 1 or _one_wins(outputs) <= FALLS:
            return METRICS["agreement"], 0 + same
    for axis, each in ((-1, METRICS["token_agreement"]), (1, METRICS["pixel_agreement"])):
        always = np.broadcast_to(outputs.mean(axis=0), outputs.shape)
        if outputs.ndim > 2 and _are_shares(outputs, axis) and each.value(each.score(always, outputs)) < FALLS:
            return each, 0 + same
    rows = outputs.reshape(len(outputs), -1).astype(np.float64)
    if are_probabilities(outputs) and rows.shape[1] == 1 and _decides(rows):
        return threshold("binary", 0.5, False, 0.5, True), 1 + same
    mean = np.broadcast_to(rows.mean(axis=0), rows.shape)
    if rows.shape[1] > 1 and (len(rows) == 1 or cosine(mean, rows).mean() < FALLS):
        return METRICS["cosine"], 1 + same
    return relative(rows), 1 + same


def may_be_numbers(outputs: np.ndarray, name: str) -> bool:
    """Return whether a few floats per sample may be coordinates or angles as well as class scores: neither values nor
    name decide it."""
    if outputs.dtype.kind != "f" or outputs.ndim != 2 or not 1 < outputs.shape[1] <= FEW:
        return False
    called = _called_scores(name) or _called_numbers(name) or _is_embedding(outputs, name)
    return not called and not _are_shares(outputs, 1) and not _are_shares(np.exp(np.minimum(outputs, 1)), 1)


def _called_scores(name: str) -> bool:
    return any(word in name.lower() for word in SCORES) or bool(re.search(r"(?<![a-z])cls(?![a-z])", name.lower()))


def _called_numbers(name: str) -> bool:
    """Return whether an output has a name typical of coordinates and the like, whose argmax has no meaning."""
    called = any(word in name.lower() for word in NUMBERS) or bool(SHORT.search(name.lower()))
    return called and not _called_scores(name)


def _one_wins(outputs: np.ndarray) -> float:
    """Return the fraction of samples whose largest column is the most frequent one: of two regressed numbers one may
    always be the larger, and then the argmax has no meaning."""
    return float(np.bincount(outputs.argmax(axis=1)).max() / len(outputs))


def _are_labels(outputs: np.ndarray) -> bool:
    """Return whether these are probabilities of multi-label outputs: a sample may have several labels or none, and no
    answer is right for nearly all samples."""
    if not are_probabilities(outputs) or _are_shares(outputs, 1):
        return False
    have = outputs > 0.5
    always = np.maximum(have.mean(axis=0), 1 - have.mean(axis=0)).mean()
    return bool((have.sum(axis=1) > 1).mean() > 1 - FALLS and always <= FALLS)


def _are_class_numbers(outputs: np.ndarray) -> bool:
    """Return whether these floats, one per sample, are numbers of a few classes, such as those of an ArgMax after a
    cast."""
    if outputs.dtype.kind != "f" or outputs.size != len(outputs) or not is_whole(outputs):
        return False
    found = np.unique(outputs)
    return bool(found[0] >= 0 and 2 < len(found) <= len(outputs) // 2)


def _are_shares(outputs: np.ndarray, axis: int) -> bool:
    """Return whether these are probabilities of several classes along an axis, which sum to one."""
    return (
        outputs.shape[axis] > 1
        and are_probabilities(outputs)
        and bool(np.allclose(outputs.sum(axis=axis, dtype=np.float64), 1, atol=1e-3))
    )


def _decides(rows: np.ndarray) -> bool:
    """Return whether both answers are frequent enough that a constant answer would not do."""
    share = float((rows > 0.5).mean())
    return max(share, 1 - share) <= FALLS


def _is_embedding(outputs: np.ndarray, name: str) -> bool:
    """Return whether these are embeddings: unit vectors with both signs, or named so, whose argmax has no meaning."""
    lengths = np.linalg.norm(outputs.astype(np.float64), axis=1)
    unit = bool(outputs.min() < 0 and np.allclose(lengths, 1, atol=1e-3))
    return unit or any(word in name.lower() for word in EMBEDDINGS)
