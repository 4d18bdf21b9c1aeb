"""Comparison of two models on the same samples."""

import numpy as np

from workbench.core.analysis.measured import Compared, Comparison, Side
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.data.dataset import Dataset
from workbench.data.metrics.intervals import ALL, paired_interval, unit_of
from workbench.engine.base.evaluate import Measure, runner
from workbench.engine.bench import latency as measure
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime


def compare(first: Workspace, second: Workspace, job: Job) -> Comparison:
    """Compare size, metric and latency of both, their agreement, the numbers of samples that the second answers worse
    (`lost`) and better (`won`), and the paired difference of the metric.

    Without labels, `first` is the reference. Raises UserError if their outputs differ in shape.
    """
    evaluator = first.measurable()
    runs = [runner(runtime.session(workspace.model, spinning=True)) for workspace in (first, second)]
    answer = evaluator.data.answer
    places = answer, answer.among([spec.name for spec in second.model.outputs])
    if places[1].index >= len(second.model.outputs):
        raise UserError(
            "{path} has no output '{answer}'.",
            "Compare models of the same task.",
            path=second.model.source.path,
            answer=answer.name,
        )
    rows = [[np.empty_like(each.scores) for each in evaluator.measures] for _ in range(2)]
    others = [each.answer.among([spec.name for spec in second.model.outputs]) for each in evaluator.measures]
    agree = largest = 0.0
    for chosen in job.part(0.0, 0.9).each(evaluator.batches(), Message("comparing")):
        feeds = evaluator.data.feeds(chosen)
        ran = [run(feeds) for run in runs]
        a, b = (answer.of(outputs) for outputs, answer in zip(ran, places, strict=True))
        if a.shape != b.shape:
            raise UserError(
                "The outputs differ in shape: {shape} and {shape_b}.",
                "Compare models of the same task.",
                shape=a.shape,
                shape_b=b.shape,
            )
        for own, other, each, place in zip(*rows, evaluator.measures, others, strict=True):
            own[chosen] = each.score(each.answer.of(ran[0]), chosen)
            other[chosen] = each.score(place.of(ran[1]), chosen)
        agree += float(evaluator.metric.same(a, b).sum())
        if a.dtype.kind == "f":
            largest = max(largest, float(np.abs(a.astype(np.float64) - b).max()))
    latencies = measure.paired_latency_ms(runs[0], runs[1], evaluator.data.least(), job.part(0.9, 1.0))
    metric, scores = evaluator.metric, (rows[0][0], rows[1][0])
    gain = (metric.each(scores[1]) - metric.each(scores[0])) * metric.info.sign
    metrics = tuple(map(_compared, evaluator.measures, *rows))
    return Comparison(
        metric.info,
        evaluator.data.samples,
        _side(first, evaluator.data, metrics[0].first, latencies[0]),
        _side(second, evaluator.data, metrics[0].second, latencies[1]),
        metrics[0].difference,
        metrics[0].low,
        metrics[0].high,
        agree / evaluator.data.samples,
        int(np.count_nonzero(gain < 0)),
        int(np.count_nonzero(gain > 0)),
        largest,
        metrics,
    )


def _compared(measure: Measure, first: np.ndarray, second: np.ndarray) -> Compared:
    """Compare one metric of both. The interval is that of the difference in the population that the samples
    represent."""
    metric = measure.metric
    differences = metric.differences(second, first)
    low, high = paired_interval(differences, ALL, unit_of(metric, first))
    values = metric.value(first), metric.value(second)
    return Compared(metric.id, metric.info, measure.answer.name, *values, float(differences.mean()), low, high)


def _side(workspace: Workspace, data: Dataset, value: float, latency: float) -> Side:
    summary = workspace.model.at(data.sizes(), data.alone).summary()  # MACs of both for the same samples
    return Side(summary.path, summary.bytes, summary.parameters, summary.macs, value, latency)
