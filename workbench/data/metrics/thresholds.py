"""Metrics of binary outputs: by a threshold, or by rank (AUC)."""

from functools import partial

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo
from workbench.data.metrics.classes import counted
from workbench.data.metrics.metric import Metric, mean_of, rows_of, share


def sides(outputs: np.ndarray, target: np.ndarray, at: float, middle: float) -> np.ndarray:
    """Return the fraction of a sample's values on the correct side: outputs above `at`, the target above `middle`."""
    return mean_of((rows_of(outputs) > at) == (rows_of(target) > middle))


def threshold(name: str, at: float, labelled: bool, middle: float, single: bool) -> Metric:
    """Return the metric of predictions by a threshold: of one value per sample, or of several."""
    title = {
        ("binary", True): Message("accuracy at {at:g}", at=at),
        ("binary", False): Message("agreement with the original at {at:g}", at=at),
        ("labels", True): Message("accuracy of labels at {at:g}", at=at),
        ("labels", False): Message("agreement of labels at {at:g}", at=at),
    }[name, labelled]
    return Metric(
        name,
        share(title, labelled, "wilson" if single else "normal"),
        partial(sides, at=at, middle=middle),
        decide=lambda outputs: rows_of(outputs) > at,
        at=at,
        labels=_column if name == "binary" else None,
    )


def _column(labels: np.ndarray) -> np.ndarray:
    return labels.reshape(len(labels))


def ranked(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return score and whether the sample is positive, [samples, 2]; for two classes the score is the second's
    margin."""
    values = rows_of(outputs)
    if values.shape[1] > 2 or not np.isin(labels, (0, 1)).all():
        raise UserError("AUC needs one output or two classes, and labels 0 and 1.", "Choose another metric or output.")
    score = values[:, 0] if values.shape[1] == 1 else values[:, 1] - values[:, 0]
    return np.stack([score, labels.reshape(len(outputs)).astype(np.float64)], axis=1)


def auc(rows: np.ndarray) -> float:
    """Return the area under the ROC curve: the probability that a positive sample scores higher than a negative one,
    ties counting half (Hanley and McNeil 1982, The meaning and use of the area under a ROC curve). 0.5 if all samples
    are of one class."""
    positive = rows[:, 1] > 0
    if positive.all() or not positive.any():
        return 0.5
    return float(placements(rows)[positive].mean())


def placements(rows: np.ndarray) -> np.ndarray:
    """Return for each sample the fraction of the other class's samples on its correct side, [samples] (DeLong et al.
    1988)."""
    scores, positive = np.nan_to_num(rows[:, 0]), rows[:, 1] > 0
    found = np.full(len(rows), 0.5)
    for kind in (True, False):
        others = np.sort(scores[positive != kind])
        if len(others):
            own = scores[positive == kind]
            below, upto = np.searchsorted(others, own, "left"), np.searchsorted(others, own, "right")
            share_below = (below + upto) / 2 / len(others)
            found[positive == kind] = share_below if kind else 1 - share_below
    return found


AUC = Metric("auc", MetricInfo("AUC", low=0.0, high=1.0), ranked, total=auc, alone=placements, labels=counted)
