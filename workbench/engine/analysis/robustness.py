"""Two models on the same corrupted samples, strength by strength."""

from collections.abc import Sequence

import numpy as np

from workbench.core.analysis.measured import Corrupted, Robustness
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.data.answer import Answer
from workbench.data.metrics.intervals import ALL, paired_interval, unit_of
from workbench.engine.analysis.corruptions import STRENGTHS, Corruption, corruptions
from workbench.engine.base.evaluate import Evaluator, Run, runner
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime


def robustness(first: Workspace, second: Workspace, job: Job) -> Robustness:
    """Both measured with the first one's data and metric, which without labels is agreement with what the first says of
    the clean samples. Raises UserError where no corruption suits the inputs."""
    evaluator = first.measurable()
    kinds = corruptions(evaluator.data)
    answer = evaluator.data.answer
    places = answer, answer.among([spec.name for spec in second.model.outputs])
    runs = [
        (runner(runtime.session(workspace.model)), place)
        for workspace, place in zip((first, second), places, strict=True)
    ]
    wanted: list[tuple[Corruption | None, int]] = [(None, 0)]
    wanted += [(kind, strength) for kind in kinds for strength in range(1, STRENGTHS + 1)]
    rows: list[Corrupted] = []
    clean = np.zeros(0)
    for kind, strength in job.each(wanted, Message("measuring corrupted samples")):
        scores = _scores(evaluator, runs, kind, strength, job)
        metric = evaluator.metric
        losses = -metric.info.sign * metric.differences(scores[1], scores[0])
        clean = losses if kind is None else clean
        lost = losses - clean
        low, high = paired_interval(lost, ALL, unit_of(metric, scores[0]))
        before, after = (metric.value(each) for each in scores)
        name = "clean" if kind is None else kind.kind
        rows.append(Corrupted(name, strength, before, after, float(losses.mean()), float(lost.mean()), low, high))
    return Robustness(evaluator.metric.info, evaluator.data.samples, tuple(rows))


def _scores(
    evaluator: Evaluator, runs: Sequence[tuple[Run, Answer]], kind: Corruption | None, strength: int, job: Job
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of both models, in the order of the samples."""
    scores = np.empty_like(evaluator.scores), np.empty_like(evaluator.scores)
    for number, chosen in enumerate(evaluator.batches()):
        job.check()
        feeds = evaluator.data.feeds(chosen)
        if kind is not None:
            feeds = kind(feeds, strength, number)
        for (run, place), into in zip(runs, scores, strict=True):
            into[chosen] = evaluator.score(place.of(run(feeds)), chosen)
    return scores
