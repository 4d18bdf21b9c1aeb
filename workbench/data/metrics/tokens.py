"""Metrics of language models: next-token loss and perplexity, computed in pieces that do not hold all logits twice."""

from dataclasses import replace
from functools import partial

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo
from workbench.data.metrics.maps import last, squeezed
from workbench.data.metrics.metric import Metric, are_probabilities

PIECE = 1 << 20  # scores that are exponentiated at once
LEAST = 1e-12  # probability of a token, at least, where outputs are probabilities
MOST = 700.0  # of a mean loss: e^709 is the largest float64
ABSENT = -1  # label of a place without a next token


def surprises(outputs: np.ndarray, labels: np.ndarray, probabilities: bool = False) -> np.ndarray:
    """Return the sum of -log p(token) and the number of tokens, [samples, 2]; `outputs` [samples, tokens, vocabulary],
    `labels` [samples, tokens], negative at ignored positions. Computed in pieces."""
    if outputs.ndim != 3 or labels.shape != outputs.shape[:2]:
        raise UserError(
            "The outputs {outputs} are not token scores for {labels} tokens (shapes per sample).",
            "Choose the output with the logits: [tokens, vocabulary] for each sample.",
            outputs=outputs.shape[1:],
            labels=labels.shape[1:],
        )
    vocabulary = outputs.shape[2]
    if labels.max(initial=0) >= vocabulary:
        raise UserError(
            "Token {token} is not among the {vocabulary} that the model scores.",
            "Use the tokenizer of this model.",
            token=int(labels.max()),
            vocabulary=vocabulary,
        )
    flat, wanted = outputs.reshape(-1, vocabulary), labels.reshape(-1)
    lost = np.zeros(len(wanted))
    asked = np.flatnonzero(wanted >= 0)
    step = max(1, PIECE // vocabulary)
    for start in range(0, len(asked), step):
        chosen = asked[start : start + step]
        scores = flat[chosen]
        scores = scores if scores.dtype == np.float64 else scores.astype(np.float32)
        lost[chosen] = _surprise(scores, wanted[chosen].astype(np.int64), probabilities)
    counts = (labels >= 0).sum(axis=1)
    return np.stack([lost.reshape(labels.shape).sum(axis=1), counts], axis=1).astype(np.float64)


def _surprise(scores: np.ndarray, wanted: np.ndarray, probabilities: bool) -> np.ndarray:
    """Return -log p of the wanted entries, [n], summed in float64."""
    if probabilities:
        scores = np.log(np.maximum(scores, LEAST))
    top = scores.max(axis=1)
    own = scores[np.arange(len(wanted)), wanted]
    return np.asarray(np.log(np.exp(scores - top[:, None]).sum(axis=1, dtype=np.float64)) + (top - own))


def mean_loss(rows: np.ndarray) -> float:
    """Return the mean of -log p over all tokens, in nats."""
    lost, count = rows.sum(axis=0)
    return float(lost / max(count, 1))


def perplexity(rows: np.ndarray) -> float:
    """Return exp of the mean loss of a token (Jelinek et al. 1977, Perplexity: a measure of the difficulty of speech
    recognition tasks)."""
    return float(np.exp(min(mean_loss(rows), MOST)))


def _each_loss(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows[:, 0] / np.maximum(rows[:, 1], 1))


def _each_perplexity(rows: np.ndarray) -> np.ndarray:
    return np.exp(np.minimum(_each_loss(rows), MOST))


def next_tokens(tokens: np.ndarray, mask: np.ndarray | None = None, asked: np.ndarray | None = None) -> np.ndarray:
    """Return the token that follows each position, [samples, length], ABSENT at the end.

    mask    0 at padding: neither it nor the token after it counts
    asked   whether a token is to be predicted; all, if not given
    """
    labels = np.full(tokens.shape, ABSENT, np.int64)
    labels[:, :-1] = tokens[:, 1:]
    if mask is not None:
        labels[:, :-1][mask[:, 1:] == 0] = ABSENT
        labels[mask == 0] = ABSENT
    if asked is not None:
        labels[:, :-1][~asked[:, 1:]] = ABSENT
    return labels


def knows_next(outputs: np.ndarray, labels: np.ndarray) -> bool:
    """Return whether these outputs predict next tokens better than a uniform guess: a decoder does, a masked language
    model does not."""
    if outputs.dtype.kind != "f" or outputs.ndim != 3 or labels.shape != outputs.shape[:2] or outputs.shape[2] < 2:
        return False
    if labels.max(initial=0) >= outputs.shape[2] or not (labels >= 0).any():
        return False
    return mean_loss(surprises(outputs, labels, _are_shares(outputs))) < np.log(outputs.shape[2])


def _are_shares(outputs: np.ndarray) -> bool:
    few = outputs[:1, :16]
    return are_probabilities(few) and bool(np.allclose(few.sum(axis=-1, dtype=np.float64), 1, atol=1e-3))


def _by_form(metric: Metric, outputs: np.ndarray, _target: np.ndarray, _classes: tuple[str, ...]) -> Metric:
    return replace(metric, score=partial(surprises, probabilities=_are_shares(outputs)))


OF_TOKENS = (
    Metric(
        "perplexity",
        MetricInfo(Message("perplexity"), higher_is_better=False, low=1.0),
        surprises,
        last,
        total=perplexity,
        alone=_each_perplexity,
        labels=squeezed,
        fit=_by_form,
    ),
    Metric(
        "token_loss",
        MetricInfo(Message("next-token loss"), "nats", higher_is_better=False, low=0.0),
        surprises,
        last,
        total=mean_loss,
        alone=_each_loss,
        labels=squeezed,
        fit=_by_form,
    ),
)
NEXT = tuple(metric.id for metric in OF_TOKENS)
