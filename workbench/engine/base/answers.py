"""Outputs of a model, sample by sample, in the form that comparisons need: collected in any run of the model."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.recipe.recipe import Recipe
from workbench.data.metrics.classes import decides_classes
from workbench.engine.base.evaluate import Evaluator


@dataclass(frozen=True, eq=False)
class Answers:
    """A model's outputs for samples.

    scores      [n] metric of each sample
    decisions   [n] predicted class; None if the model does not predict classes
    sure        [n] confidence, 0..1
    logits      [n, classes] float32, if they were to be kept
    """

    scores: np.ndarray
    decisions: np.ndarray | None = None
    sure: np.ndarray | None = None
    logits: np.ndarray | None = None

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (self.scores, self.decisions, self.sure, self.logits) if part is not None)


def certainty(outputs: np.ndarray) -> np.ndarray:
    """Return the confidence of a model's predictions [n]: from its probabilities if it gives them, else by softmax."""
    values = outputs.astype(np.float64)
    if values.min() >= 0 and np.allclose(values.sum(axis=1), 1, atol=1e-3):
        return values.max(axis=1)
    return 1 / np.exp(values - values.max(axis=1, keepdims=True)).sum(axis=1)


class AnswersOf:
    """Collects answers batch by batch; `keep` keeps the scores of all classes."""

    def __init__(self, evaluator: Evaluator, keep: bool = False) -> None:
        self._evaluator, self._keep = evaluator, keep
        self._chosen: list[np.ndarray] = []
        self._parts: list[Answers] = []

    def add(self, batch: np.ndarray, outputs: Sequence[np.ndarray]) -> None:
        """Add the outputs of the graph for the samples `batch`, which may be padded after them."""
        evaluator = self._evaluator
        measured = evaluator.answer(list(outputs))[: len(batch)]
        scores = evaluator.metric.each(evaluator.score(measured, batch))
        self._chosen.append(batch)
        if not decides_classes(evaluator.metric) or measured.ndim != 2:
            self._parts.append(Answers(scores))
            return
        logits = measured.astype(np.float32) if self._keep else None
        self._parts.append(Answers(scores, measured.argmax(axis=1), certainty(measured), logits))

    def joined(self) -> Answers:
        """Return the answers in the order in which they were added."""

        def column(name: str) -> np.ndarray | None:
            parts = [getattr(part, name) for part in self._parts]
            return None if parts[0] is None else np.concatenate(parts)

        scores = np.concatenate([part.scores for part in self._parts])
        return Answers(scores, column("decisions"), column("sure"), column("logits"))

    def in_order(self) -> Answers:
        """Return the answers in the order of the data, if all samples were added."""
        order = np.argsort(np.concatenate(self._chosen), kind="stable")
        found = self.joined()
        fields = {name: part[order] for name, part in vars(found).items() if part is not None}
        return replace(found, **fields)


def answers_key(recipe: Recipe, evaluator: Evaluator) -> Hashable:
    """Return the cache key, in its workspace, of the answers of a recipe that was not trained."""
    untrained = replace(recipe, recover=()).in_effect
    return "answers", "edited", untrained, evaluator.data.fingerprint, evaluator.about
