"""Two models on the same samples."""

import numpy as np

from workbench.core.analysis.measured import Comparison, Side
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.data.metrics.intervals import ALL, paired_interval, unit_of
from workbench.engine.base.evaluate import runner
from workbench.engine.bench import latency as measure
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime


def compare(first: Workspace, second: Workspace, job: Job) -> Comparison:
    """Size, metric and latency of both, how often they decide alike, how many samples the second answers worse (`lost`)
    and better (`won`), and the paired difference of the metric.

    Without labels, `first` is what the second is measured against. Raises UserError when their outputs differ in shape.
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
    scores = [np.empty_like(evaluator.scores) for _ in range(2)]
    agree = largest = 0.0
    for chosen in job.part(0.0, 0.9).each(evaluator.batches(), "comparing"):
        feeds = evaluator.data.feeds(chosen)
        a, b = (answer.of(run(feeds)) for run, answer in zip(runs, places, strict=True))
        if a.shape != b.shape:
            raise UserError(
                "The outputs differ in shape: {shape} and {shape_b}.",
                "Compare models of the same task.",
                shape=a.shape,
                shape_b=b.shape,
            )
        scores[0][chosen], scores[1][chosen] = evaluator.score(a, chosen), evaluator.score(b, chosen)
        agree += float(evaluator.metric.same(a, b).sum())
        if a.dtype.kind == "f":
            largest = max(largest, float(np.abs(a.astype(np.float64) - b).max()))
    latencies = measure.paired_latency_ms(runs[0], runs[1], evaluator.data.least(), job.part(0.9, 1.0))
    metric = evaluator.metric
    gain = (metric.each(scores[1]) - metric.each(scores[0])) * metric.info.sign
    # The samples stand for many more like them: the interval is of the difference on those.
    differences = metric.differences(scores[1], scores[0])
    low, high = paired_interval(differences, ALL, unit_of(metric, scores[0]))
    return Comparison(
        metric.info,
        evaluator.data.samples,
        _side(first, metric.value(scores[0]), latencies[0]),
        _side(second, metric.value(scores[1]), latencies[1]),
        float(differences.mean()),
        low,
        high,
        agree / evaluator.data.samples,
        int(np.count_nonzero(gain < 0)),
        int(np.count_nonzero(gain > 0)),
        largest,
    )


def _side(workspace: Workspace, value: float, latency: float) -> Side:
    summary = workspace.model.summary()
    return Side(summary.path, summary.bytes, summary.parameters, summary.macs, value, latency)
