"""Loss and metric of a training stage, and the target that the metric compares with."""

from collections.abc import Callable
from functools import partial

import numpy as np
from torch import Tensor

from workbench.core.base.errors import UserError
from workbench.core.recipe.stages import Distill, Training
from workbench.data.choosing import fits, found, why_unfit
from workbench.data.dataset import Dataset
from workbench.data.label_forms import MASK, kept_of
from workbench.data.metrics.listing import against_original, against_teachers
from workbench.data.metrics.metric import Metric
from workbench.engine.base.evaluate import Evaluator
from workbench.engine.students.student import Student
from workbench.engine.supervision import losses
from workbench.engine.supervision.features import Features, pairs
from workbench.engine.supervision.samples import Batch, Samples
from workbench.engine.supervision.teacher import Teacher

# Metrics of outputs whose last axis is class scores:
CLASSES = ("top1", "token_accuracy", "pixel_accuracy_last", "agreement", "token_agreement")
LOOKED_AT = 64  # samples that say which metric the training samples have


def metric_of(original: Teacher, training: Dataset, evaluator: Evaluator | None, taught: bool) -> Metric:
    """Return the evaluation metric: against labels if there are any, else against the original model, or the teachers.

    All labels are considered, since the first ones may be of a single class.
    """
    count = training.first(LOOKED_AT)
    outputs = np.concatenate(
        [
            original.run(dict(zip(original.inputs, feeds.values(), strict=True)))[0]
            for feeds in training.batches(LOOKED_AT, count)
        ]
    )
    labels = training.labels
    metric, _ = found(outputs, None if labels is None else labels[:count], labels, training.answer.name)
    if metric is None:
        assert labels is not None
        raise why_unfit([outputs], labels)
    if evaluator is not None and fits(evaluator.metric, metric, labels):
        metric = evaluator.metric
    return against_teachers(metric) if taught else against_original(metric)


def target_of(metric: Metric, answering: tuple[Teacher, ...]) -> Callable[[Batch], np.ndarray]:
    """Return the reference of the metric: labels, or the answers of these teachers."""

    def target(batch: Batch) -> np.ndarray:
        if not metric.labelled:
            answers = losses.together([each.answers(batch)[0] for each in answering], metric.id in CLASSES).numpy()
            mask = next((feed.numpy() for name, feed in batch.feeds.items() if name.endswith(MASK)), None)
            return kept_of(metric, answers, None if mask is None else mask == 0)
        assert batch.labels is not None
        return batch.labels.numpy()

    return target


def loss_of(
    student: Student, training: Dataset, params: Training, metric: Metric, answering: tuple[Teacher, ...], seed: int
) -> Callable[[Tensor, Batch], Tensor]:
    """Return the loss of a stage. Raises UserError if it has no target."""
    if not isinstance(params, Distill):
        if training.labels is None:
            raise UserError(
                "Fine-tuning needs labels, but {path} has none.",
                "Use the stage 'distill', which learns from the original model's outputs.",
                path=training.path,
            )
        return partial(_hard, metric)
    features = _features(student, training, params, answering[0], seed) if pairs(params.features) else None
    classes = metric.id in CLASSES

    def loss(outputs: Tensor, batch: Batch) -> Tensor:
        answers = [[answer.to(outputs.device) for answer in each.answers(batch)] for each in answering]
        firsts = [_alike(each, answer[0], outputs) for each, answer in zip(answering, answers, strict=True)]
        taught = losses.soft(outputs, firsts, params.temperature, classes)
        if features is not None:
            taught = taught + params.feature_weight * features.loss(answers[0][1:])
        if batch.labels is None or params.alpha == 1:
            return taught
        return params.alpha * taught + (1 - params.alpha) * _hard(metric, outputs, batch)

    return loss


def _features(student: Student, training: Dataset, params: Distill, first: Teacher, seed: int) -> Features:
    """Observe the student's layers; their projections are trained with the student."""
    features = student.watch(pairs(params.features), params.attention)
    some = next(Samples.of(training, False, seed).held_out(params.batch))
    student(some.feeds)
    device = next(student.parameters()).device
    features.fit([answer.to(device) for answer in first.answers(some)[1:]])
    return features


def _hard(metric: Metric, outputs: Tensor, batch: Batch) -> Tensor:
    assert batch.labels is not None
    labels = batch.labels.to(outputs.device)
    if metric.id == "pixel_accuracy":
        return losses.by_pixel(outputs, labels)
    if metric.id == "pixel_accuracy_last":
        return losses.by_pixel(outputs.movedim(-1, 1), labels)
    if metric.id in ("binary", "labels"):
        return losses.by_side(outputs, labels, metric.at)
    return losses.hard(outputs, labels)


def _alike(each: Teacher, answers: Tensor, outputs: Tensor) -> Tensor:
    if answers.shape != outputs.shape:
        raise UserError(
            "{each} has {shape} outputs, the student {own}.",
            "Choose a teacher with the same outputs.",
            each=each.name,
            shape=list(answers.shape),
            own=list(outputs.shape),
        )
    return answers
