"""Comparison of two models on another data set, to show whether the drop of the metric is the same on it."""

import math
from pathlib import Path

import numpy as np

from workbench.core.analysis.report import Corrupted, Elsewhere, Robustness
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.data.answer import Answer
from workbench.data.metrics.intervals import ALL, Z, paired_interval, unit_of
from workbench.engine.base.evaluate import Evaluator, Run, runner
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime


def of_models(first: Workspace, second: Workspace, path: str, job: Job) -> Robustness:
    """Compare two opened models, the first of which has data, on another data set: see `elsewhere`."""
    place = first.measurable().data.answer.among([spec.name for spec in second.model.outputs])
    return elsewhere(first, runner(runtime.session(second.model)), place, path, job)


def elsewhere(workspace: Workspace, run: Run, answer: Answer, path: str, job: Job) -> Robustness:
    """Measure the original and another model on the attached data, and on the data at `path`, which is read in the same
    way.

    `run` runs the other model, and `answer` says which of its outputs is measured. Raises UserError if the data do not
    fit, or require another metric.
    """
    own = workspace.measurable()
    assert workspace.data is not None
    job.report(Message("opening {name}", name=Path(path).name), 0.0)
    given, measuring = workspace.data.constants, workspace.measuring
    there = workspace.attach(path, job.part(0.0, 0.3), trusted=workspace.trusted, given=given, measuring=measuring)
    other = there.measurable()
    if (other.metric.id, other.metric.labelled) != (own.metric.id, own.metric.labelled):
        raise UserError(
            "{name} is measured in {there}, the attached data in {here}: they cannot be compared.",
            "Give data with labels of the same kind.",
            name=Path(path).name,
            there=other.metric.info.title,
            here=own.metric.info.title,
        )
    rows, mine = (
        _rows(each, run, answer, part) for each, part in ((other, job.part(0.3, 0.7)), (own, job.part(0.7, 1.0)))
    )
    losses, known = other.losses(other.order, rows), own.losses(own.order, mine)
    drop, low, high = other.drop(other.order, rows)
    lost = drop - float(known.mean())
    half = Z * math.sqrt(_variance(losses) + _variance(known))
    found = Elsewhere(
        path,
        len(other.order),
        other.metric.value(other.scores[other.order]),
        other.metric.value(rows),
        drop,
        low,
        high,
        lost,
        lost - half,
        lost + half,
    )
    ends = paired_interval(np.zeros(len(known)), ALL, unit_of(own.metric, own.scores))
    before, after = own.metric.value(own.scores[own.order]), own.metric.value(mine)
    clean = Corrupted("clean", 0, before, after, float(known.mean()), 0.0, *ends)
    return Robustness(own.metric.info, len(own.order), (clean,), found)


def _rows(evaluator: Evaluator, run: Run, answer: Answer, job: Job) -> np.ndarray:
    """Return rows of the metric, in the evaluator's order."""
    parts = []
    for chosen in job.each(evaluator.batches(), "measuring"):
        parts.append(evaluator.score(answer.of(run(evaluator.data.feeds(chosen))), chosen))
    return np.concatenate(parts)


def _variance(losses: np.ndarray) -> float:
    """Return the variance of the mean."""
    return float(losses.var(ddof=1)) / len(losses) if len(losses) > 1 else 0.0
