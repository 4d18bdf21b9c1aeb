"""Losses caused by training: of the metric, and of accuracy class by class, on the evaluation data."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.quantities import Z95, metric_text
from workbench.core.recipe.gain import Gain
from workbench.core.recipe.recovery import ClassChange
from workbench.data.class_names import name_of
from workbench.data.metrics.intervals import ALL, paired_interval, unit_of
from workbench.data.metrics.metric import Metric
from workbench.engine.base.evaluate import Evaluator, runner
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime

ROUNDING = 1e-6  # of the metric: what another order of sums makes
MOST = 1000  # classes that are listed


@dataclass(frozen=True)
class Evaluated:
    """The metric over all evaluation samples, its rows, and for class labels the accuracy of each class."""

    value: float
    scores: np.ndarray
    classes: tuple[ClassChange, ...]


def evaluated(evaluator: Evaluator, model: Model, job: Job) -> Evaluated:
    """Measure a model on every evaluation sample."""
    run = runner(runtime.session(model))
    scores = np.empty_like(evaluator.scores)  # of some metrics several numbers a sample
    for chosen in job.each(evaluator.batches(), Message("measuring")):
        scores[chosen] = evaluator.score(evaluator.answer(run(evaluator.data.feeds(chosen))), chosen)
    return Evaluated(evaluator.metric.value(scores), scores, classes_of(evaluator, scores))


def classes_of(evaluator: Evaluator, scores: np.ndarray) -> tuple[ClassChange, ...]:
    """Return accuracy before and after per class; empty without class labels or with too many classes."""
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


def gained(metric: Metric, before: np.ndarray, after: np.ndarray) -> Gain | None:
    """Return the paired difference between rows of the same samples, positive if better; None for other samples."""
    if before.shape != after.shape:
        return None
    rows = metric.differences(after, before) * metric.info.sign
    low, high = paired_interval(rows, ALL, unit_of(metric, before))
    return Gain(float(rows.mean()), low, high, len(rows))


def forgotten(classes: Sequence[ClassChange], allowed: float) -> list[str]:
    """Return a sentence for every class that lost more than `allowed` points, beyond the sampling error of a difference
    between two proportions, taken as independent (Agresti 2013, section 3.1.5); empty if `allowed` is 0."""
    return [
        Message(
            "The accuracy of class {change} dropped from {before:.1f} % to {after:.1f} %: {drop:.1f} points "
            "[{low:.1f}, {high:.1f}] on {n:,} samples, more than the {allowed:g} points that the recipe allows",
            one="The accuracy of class {change} dropped from {before:.1f} % to {after:.1f} %: {drop:.1f} points "
            "[{low:.1f}, {high:.1f}] on {n} sample, more than the {allowed:g} points that the recipe allows",
            change=change.name,
            before=100 * change.before,
            after=100 * change.after,
            drop=drop,
            low=drop - half,
            high=drop + half,
            n=change.samples,
            allowed=allowed,
        )
        for change in classes
        for drop, half in (_drop(change),)
        if allowed and drop - half > allowed
    ]


def _drop(change: ClassChange) -> tuple[float, float]:
    """Return the points that a class lost, and the half-width of their interval."""
    spread = sum(share * (1 - share) for share in (change.before, change.after))
    return 100 * (change.before - change.after), 100 * Z95 * float(np.sqrt(spread / max(change.samples, 1)))


def worse(without: float, trained: float, metric: Metric, gain: Gain | None) -> list[str]:
    """Return a sentence if the file measures worse than the same recipe without its training stages, significantly so
    if that is known."""
    loss = (without - trained) * metric.info.sign
    if loss <= ROUNDING * abs(without) or (gain is not None and gain.high >= 0):
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
