"""Orderings of samples in which every prefix holds the classes in proportion."""

import numpy as np


def stratified(labels: np.ndarray | None, samples: int, seed: int, together: int = 1) -> np.ndarray:
    """Return a seeded permutation; with class labels every prefix holds each class in proportion. Groups of `together`
    consecutive samples stay as they are: what a model reads at once and not one by one."""
    if together > 1:
        return in_groups(np.arange(samples), together, np.random.default_rng(seed))
    order = np.random.default_rng(seed).permutation(samples)
    if labels is None or labels.ndim != 1 or labels.dtype.kind not in "iu":
        return order
    place = np.empty(samples)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    return order[np.argsort(place[order], kind="stable")]


def in_groups(chosen: np.ndarray, together: int, rng: np.random.Generator) -> np.ndarray:
    """Return these samples in random order, groups of `together` consecutive ones as they are."""
    if together == 1:
        return rng.permutation(chosen)
    groups = rng.permutation(-(-len(chosen) // together))
    return np.concatenate([chosen[at * together : (at + 1) * together] for at in groups]) if len(groups) else chosen
