"""Warning about data on which the original model is no better than chance."""

from dataclasses import replace

import numpy as np

from workbench.core.base.message import Message
from workbench.core.base.quantities import metric_text
from workbench.engine.base.evaluate import Evaluator

SURE = 3.0  # standard errors between an accuracy and that of chance
ACCURACIES = ("top1", "accuracy", "binary")


def doubt(evaluator: Evaluator) -> Message | None:
    """Return a sentence if the original is no better than a constant prediction, else None."""
    metric, labels = evaluator.metric, evaluator.measures[0].labels
    if metric.id not in ACCURACIES or labels is None or labels.ndim != 1 or len(labels) < 2:
        return None
    most = np.unique(labels, return_counts=True)[1].max() / len(labels)
    value = metric.value(evaluator.scores)
    if most == 1 or value > most + SURE * np.sqrt(most * (1 - most) / len(labels)):
        return None
    return Message(
        "The original is not clearly better than always predicting the most frequent class ({metric} "
        "{value} against {most}). Usual causes: the scale, mean and std, layout or channel "
        "order of the inputs; the order of the classes; labels that belong to other samples. "
        "`workbench data` finds out which.",
        metric=metric.title,
        value=metric_text(value, metric.info),
        most=metric_text(float(most), metric.info),
    )


def noted(evaluator: Evaluator) -> Evaluator:
    """Return the evaluator with that sentence among the notes of its data."""
    found, data = doubt(evaluator), evaluator.data
    return evaluator if found is None else replace(evaluator, data=replace(data, notes=(*data.notes, found)))
