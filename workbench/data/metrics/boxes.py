"""Object detection: mean average precision (mAP) as defined by COCO, from the usual layouts of detectors' outputs.

Labels are [samples, objects, 5]: x1, y1, x2, y2 and class, or class first, in the coordinates of the outputs; rows with
a negative class are padding. Class, centre, width and height are accepted, too.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.data.metrics.metric import Metric, share

OVERLAPS = np.linspace(0.5, 0.95, 10)  # IoU from which a box is a hit
RECALLS = np.linspace(0, 1, 101)
KEPT, OF_CLASS = 300, 100  # detections of an image, and of one class in it, the most confident ones
LEAST, ALIKE, TRIED = 0.001, 0.7, 1000  # confidence; IoU of boxes of one object; boxes that suppression looks at
EMPTY = np.zeros((0, 6))

Reader = Callable[[np.ndarray], list[np.ndarray]]


def iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the intersection over union [n, m] of boxes [n, 4] and [m, 4] given by corners."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:4], second[None, :, 2:4])
    both = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(np.clip(each[:, 2:4] - each[:, :2], 0, None), axis=1) for each in (first, second)]
    return np.asarray(both / np.maximum(areas[0][:, None] + areas[1][None] - both, 1e-12))


# -- layouts ---------------------------------------------------------------------------------------------------------


def finished(outputs: np.ndarray) -> list[np.ndarray]:
    """Read [samples, boxes, 6]: corners, confidence, class; without suppression."""
    _expect(outputs, outputs.ndim == 3 and outputs.shape[2] == 6, "[N, 6]")
    return [each[each[:, 4] > 0] for each in outputs.astype(np.float64)]


def anchors(outputs: np.ndarray) -> list[np.ndarray]:
    """Read [samples, 4 + classes, places]: centre, size, a confidence per class (YOLOv8 and later); suppressed here."""
    _expect(outputs, outputs.ndim == 3 and 5 <= outputs.shape[1] < outputs.shape[2], "[4+C, N]")
    return [_suppressed(each[:, :4], each[:, 4:]) for each in outputs.astype(np.float64).transpose(0, 2, 1)]


def objects(outputs: np.ndarray) -> list[np.ndarray]:
    """Read [samples, places, 5 + classes]: centre, size, objectness, a confidence per class (YOLOv5, v7)."""
    _expect(outputs, outputs.ndim == 3 and outputs.shape[2] > 5, "[N, 5+C]")
    return [_suppressed(each[:, :4], each[:, 4:5] * each[:, 5:]) for each in outputs.astype(np.float64)]


def queries(outputs: np.ndarray) -> list[np.ndarray]:
    """Read [samples, queries, 4 + classes + 1]: centre, size, scores of the classes and of no object (DETR); boxes and
    scores are two outputs of the model."""
    _expect(outputs, outputs.ndim == 3 and outputs.shape[2] > 5, "[N, 4+C+1]")
    found = []
    for each in outputs.astype(np.float64):
        scores = np.exp(each[:, 4:] - each[:, 4:].max(axis=1, keepdims=True))
        shares = (scores / scores.sum(axis=1, keepdims=True))[:, :-1]
        found.append(np.column_stack([corners(each[:, :4]), shares.max(axis=1), shares.argmax(axis=1)]))
    return found


def corners(boxes: np.ndarray) -> np.ndarray:
    """Convert boxes [n, 4] from centre and size to corners."""
    half = boxes[:, 2:4] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)


def _suppressed(boxes: np.ndarray, confidences: np.ndarray) -> np.ndarray:
    """Return the boxes [n, 6] that no more confident one of their class covers (greedy non-maximum suppression)."""
    sure, kind = confidences.max(axis=1), confidences.argmax(axis=1)
    order = np.argsort(-sure, kind="stable")[:TRIED]
    order = order[sure[order] > LEAST]
    if not len(order):
        return EMPTY
    rows = np.column_stack([corners(boxes[order]), sure[order], kind[order]])
    covers = (iou(rows, rows) > ALIKE) & (rows[:, None, 5] == rows[None, :, 5])
    left = np.ones(len(rows), bool)
    for number in range(len(rows)):
        if left[number]:
            left[number + 1 :] &= ~covers[number, number + 1 :]
    return np.asarray(rows[left])


def _expect(outputs: np.ndarray, fits: bool, layout: str) -> None:
    if not fits:
        raise UserError(
            "Boxes are read from {layout} per sample, and the output is {shape}.",
            "Choose map, map_yolo, map_yolo5 or map_detr by what the model gives.",
            layout=layout,
            shape=list(outputs.shape[1:]),
        )


def as_labels(labels: np.ndarray) -> np.ndarray:
    """Convert labels to [samples, objects, 5]: corners and class, with -1 where there is no object."""
    if labels.ndim != 3 or labels.shape[2] != 5:
        raise UserError(
            "Labels of boxes have the shape [objects, 5] per sample, not {shape}.",
            "Give x1, y1, x2, y2 and the class of each object, with class -1 in rows that only fill up.",
            shape=list(labels.shape[1:]),
        )
    found = labels.astype(np.float64)
    real = found[(found[..., 0] >= 0) & (found[..., 4] >= 0)]
    whole = [bool((real[:, at] == np.rint(real[:, at])).all()) for at in (0, 4)]
    kinds = [len(np.unique(real[:, at])) for at in (0, 4)]
    if whole[0] and (not whole[1] or kinds[0] < kinds[1]):
        found = np.roll(found, -1, axis=2)
    known = found[..., 4] >= 0
    if ((found[..., 2] < found[..., 0]) | (found[..., 3] < found[..., 1]))[known].any():
        found[..., :4] = corners(found[..., :4].reshape(-1, 4)).reshape(*found.shape[:2], 4)
    return found


# -- counting --------------------------------------------------------------------------------------------------------


def matches(outputs: np.ndarray, labels: np.ndarray, read: Reader) -> np.ndarray:
    """Return [samples, 3 x KEPT + objects]: for each detection its confidence, class (-1: none) and the overlap
    thresholds at which it is a true positive, as bits; then the classes of the true objects.

    Detections are matched in order of confidence, each to the object that it overlaps most (Lin et al. 2014, Microsoft
    COCO; cocoeval).
    """
    rows = np.full((len(outputs), 3 * KEPT + labels.shape[1]), -1.0)
    for row, detected, label in zip(rows, read(outputs), labels, strict=True):
        there = label[label[:, 4] >= 0]
        row[3 * KEPT : 3 * KEPT + len(there)] = there[:, 4]
        detected = detected[np.isfinite(detected).all(axis=1)]
        detected = _most_confident(detected[np.argsort(-detected[:, 4], kind="stable")])
        count = len(detected)
        row[:count], row[KEPT : KEPT + count] = detected[:, 4], detected[:, 5]
        row[2 * KEPT : 2 * KEPT + count] = _hits(detected, there)
    return rows


def _most_confident(detected: np.ndarray) -> np.ndarray:
    """Return the first OF_CLASS of each class, as cocoeval counts them, of detections in order of confidence."""
    same = detected[:, None, 5] == detected[None, :, 5]
    before = (same & np.tri(len(detected), k=-1, dtype=bool)).sum(axis=1)
    return np.asarray(detected[before < OF_CLASS][:KEPT])


def _hits(detected: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return bit masks [n]; bit b: the detection is matched with an object that it overlaps by OVERLAPS[b]."""
    overlap = np.where(detected[:, None, 5] == there[None, :, 4], iou(detected, there), -1.0)
    found = np.zeros(len(detected), np.int64)
    most = overlap.max(axis=1, initial=-1.0)
    for bit, least in enumerate(OVERLAPS):
        free = np.ones(len(there), bool)
        for number in np.flatnonzero(most >= least):
            each = overlap[number]
            best = int(np.where(free, each, -1.0).argmax())
            if free[best] and each[best] >= least:
                free[best] = False
                found[number] |= 1 << bit
    return found


def precision(rows: np.ndarray, bits: tuple[int, ...]) -> float:
    """Return the mean over classes and overlaps of the average precision, interpolated at 101 recalls."""
    sure, kinds = rows[:, :KEPT].ravel(), rows[:, KEPT : 2 * KEPT].ravel()
    found, objects_ = rows[:, 2 * KEPT : 3 * KEPT].ravel(), rows[:, 3 * KEPT :]
    real = np.flatnonzero(kinds >= 0)
    real = real[np.argsort(-sure[real], kind="stable")]
    kinds, found = kinds[real], found[real].astype(np.int64)
    classes, counts = np.unique(objects_[objects_ >= 0], return_counts=True)
    values = []
    for kind, count in zip(classes, counts, strict=True):
        own = found[kinds == kind]
        for bit in bits:
            right = np.cumsum((own >> bit) & 1)
            recalls, shares = right / count, right / np.arange(1, len(own) + 1)
            shares = np.maximum.accumulate(shares[::-1])[::-1]
            at = np.searchsorted(recalls, RECALLS, "left")
            values.append(
                np.where(at < len(own), shares[np.minimum(at, len(own) - 1)], 0.0).mean() if len(own) else 0.0
            )
    return float(np.mean(values)) if values else 0.0


def _metric(name: str, title: str, read: Reader, bits: tuple[int, ...]) -> Metric:
    score, total = partial(matches, read=read), partial(precision, bits=bits)
    return Metric(name, share(title, True), score, total=total, labels=as_labels)


_EVERY = tuple(range(len(OVERLAPS)))
OF_BOXES = (
    _metric("map", Message("mAP 50..95"), finished, _EVERY),
    _metric("map50", Message("mAP 50"), finished, (0,)),
    _metric("map_yolo", Message("mAP 50..95"), anchors, _EVERY),
    _metric("map_yolo5", Message("mAP 50..95"), objects, _EVERY),
    _metric("map_detr", Message("mAP 50..95"), queries, _EVERY),
)
