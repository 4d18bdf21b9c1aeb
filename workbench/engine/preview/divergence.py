"""Divergence of a model's outputs, and how well a prediction ranks it, without torch."""

from collections.abc import Sequence

import numpy as np

PIECE = 1 << 20  # scores of tokens that are exponentiated at once


def divergence(outputs: np.ndarray, original: np.ndarray, tokens: bool = False) -> np.ndarray:
    """Return the divergence of each sample's outputs, [samples]: KL(original ‖ outputs) of class scores [n, classes],
    or the mean over the tokens of scores [n, tokens, vocabulary], in pieces; else the mean square."""
    if tokens:
        flat, first = (each.reshape(-1, each.shape[-1]) for each in (outputs, original))
        step = max(1, PIECE // flat.shape[1])
        parts = [divergence(flat[at : at + step], first[at : at + step]) for at in range(0, len(flat), step)]
        return np.concatenate(parts).reshape(len(outputs), -1).mean(axis=1)
    if outputs.ndim != 2 or outputs.shape[1] < 2:
        return np.square(outputs.astype(np.float64) - original).reshape(len(outputs), -1).mean(axis=1)
    before, after = _log_softmax(original), _log_softmax(outputs)
    return (np.exp(before) * (before - after)).sum(axis=1)


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores.astype(np.float64) - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def rank_correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Spearman's rank correlation; None with too few values, or if one sequence is constant."""
    if len(first) < 4 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    from scipy.stats import spearmanr  # a third of what the engine would load when it starts

    return float(spearmanr(first, second).statistic)
