"""Metrics of embeddings: whether a nearest neighbour has the same class (retrieval)."""

from functools import partial

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.data.metrics.classes import numbers
from workbench.data.metrics.metric import Metric, share

QUERIES = 512  # at a time
COPIES = 16  # of a sample among resampled ones, at most, about


def labelled_vectors(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the class, followed by the embedding at unit length: [samples, 1 + values]."""
    if labels.size != len(outputs):
        raise UserError(
            "Retrieval needs one class index per sample, not {shape}.", "Choose another metric.", shape=labels.shape[1:]
        )
    values = outputs.reshape(len(outputs), -1).astype(np.float64)
    unit = values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-30)
    return np.concatenate([labels.reshape(-1, 1).astype(np.float64), unit], axis=1)


def hits(rows: np.ndarray, k: int) -> np.ndarray:
    """Return 1 for samples with one of the same class among their k nearest others, by cosine (R@k: Jégou et al. 2011,
    section V.A); NaN if no other has that class. Copies of a sample, as in a bootstrap, are not its neighbours.
    [samples]."""
    labels, unit = rows[:, 0], rows[:, 1:]
    _, copies = np.unique(rows, axis=0, return_inverse=True)
    copies = copies.reshape(-1)
    found = np.empty(len(rows))
    for start in range(0, len(rows), QUERIES):
        part = slice(start, start + QUERIES)
        near = unit[part] @ unit.T
        own = copies[part, None] == copies[None]
        near[own] = -np.inf
        same = (labels[part, None] == labels[None]) & ~own
        ties = near + 1e-9 * ~same  # of equally near ones another class comes first: nothing is won by answering alike
        most = min(len(rows) - 1, COPIES * k)
        first = np.argpartition(-ties, most, axis=1)[:, : most + 1]
        for at, (mine, candidates) in enumerate(zip(same, first, strict=True)):
            nearest = candidates[np.argsort(-ties[at, candidates], kind="stable")]
            nearest = nearest[~own[at, nearest]]
            _, places = np.unique(copies[nearest], return_index=True)
            hit = mine[nearest[np.sort(places)[:k]]].any()
            found[start + at] = float(hit) if mine.any() else np.nan
    return found


def recall(rows: np.ndarray, k: int) -> float:
    """Return the fraction of samples with a hit, among those that can have one."""
    found = hits(rows, k)
    known = found[~np.isnan(found)]
    return float(known.mean()) if len(known) else 0.0


def _each(rows: np.ndarray, k: int) -> np.ndarray:
    return np.nan_to_num(hits(rows, k))


OF_EMBEDDINGS = tuple(
    Metric(
        f"recall{k}",
        share(Message("retrieval R@{k}", k=k), True),
        labelled_vectors,
        total=partial(recall, k=k),
        alone=partial(_each, k=k),
        labels=numbers,
    )
    for k in (1, 5)
)
