"""Orderings of samples in which every prefix holds the classes in proportion."""

import numpy as np


def stratified(labels: np.ndarray | None, samples: int, seed: int) -> np.ndarray:
    """Return a seeded permutation; with class labels every prefix holds each class in proportion."""
    order = np.random.default_rng(seed).permutation(samples)
    if labels is None or labels.ndim != 1 or labels.dtype.kind not in "iu":
        return order
    place = np.empty(samples)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    return order[np.argsort(place[order], kind="stable")]
