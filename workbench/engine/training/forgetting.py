"""Losses caused by training: of the metric, and of accuracy class by class, on the evaluation data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.quantities import metric_text
from workbench.core.recipe.recovery import ClassChange
from workbench.data.class_names import name_of
from workbench.data.metrics.metric import Metric
from workbench.engine.base.evaluate import Evaluator, runner
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime

ROUNDING = 1e-6  # of the metric: what another order of sums makes
MOST = 1000  # classes that are listed


@dataclass(frozen=True)
class Evaluated:
    """The metric over all evaluation samples, and for class labels class by class."""

    value: float
    classes: tuple[ClassChange, ...]


def evaluated(evaluator: Evaluator, model: Model, job: Job) -> Evaluated:
    """Measure a model on every evaluation sample."""
    run = runner(runtime.session(model))
    scores = np.empty(evaluator.data.samples)
    for chosen in job.each(evaluator.batches(), "measuring"):
        scores[chosen] = evaluator.score(evaluator.answer(run(evaluator.data.feeds(chosen))), chosen)
    return Evaluated(float(scores.mean()), classes_of(evaluator, scores))


def classes_of(evaluator: Evaluator, scores: np.ndarray) -> tuple[ClassChange, ...]:
    """Accuracy before and after per class; empty without class labels or with too many classes."""
    labels = evaluator.data.labels
    if labels is None or evaluator.metric.id != "top1":
        return ()
    numbers = np.unique(labels.astype(np.int64))
    if len(numbers) > MOST:
        return ()
    names = evaluator.data.classes
    return tuple(
        ClassChange(
            name_of(names, number), int(own.sum()), float(evaluator.scores[own].mean()), float(scores[own].mean())
        )
        for number in numbers.tolist()
        for own in (labels == number,)
    )


def forgotten(classes: Sequence[ClassChange], allowed: float) -> list[str]:
    """A sentence for every class that fell by more than `allowed` points."""
    return [
        Message(
            "The accuracy of class {change} dropped from {before:.1f} % to {after:.1f} % ({n:,} "
            "samples), more than the allowed {allowed:g} points",
            one="The accuracy of class {change} dropped from {before:.1f} % to {after:.1f} % ({n} "
            "sample), more than the allowed {allowed:g} points",
            change=change.name,
            before=100 * change.before,
            after=100 * change.after,
            n=change.samples,
            allowed=allowed,
        )
        for change in classes
        if 100 * (change.before - change.after) > allowed
    ]


def worse(without: float, trained: float, metric: Metric) -> list[str]:
    """A sentence where the file measures worse than the same recipe without its training stages."""
    loss = (without - trained) * metric.info.sign
    if loss <= ROUNDING * abs(without):
        return []
    before, after = (metric_text(value, metric.info) for value in (without, trained))
    return [
        Message(
            "Training made the model worse on the measured samples: {metric} {before} before, "
            "{after} after. Try more training samples, a lower learning rate or fewer epochs, or "
            "skip training",
            metric=metric.title,
            before=before,
            after=after,
        )
    ]
