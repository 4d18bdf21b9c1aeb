"""What every metric has to keep: one finite score a sample, of that sample alone, within its bounds, in its direction.

`check_metric` runs all of it; CHECKS are for a runner that shows them one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.data.metrics import Metric


@dataclass(frozen=True, eq=False)
class MetricCase:
    """A metric on outputs [samples, ...] and what they are compared with: labels, or the original model's outputs.

    best    outputs that could not be better; None: without labels the target itself, with labels not checked
    worst   outputs that could not be worse; None: not checked
    """

    metric: Metric
    outputs: np.ndarray
    target: np.ndarray
    best: np.ndarray | None = None
    worst: np.ndarray | None = None

    def __str__(self) -> str:
        return self.metric.id

    @property
    def scores(self) -> np.ndarray:
        return self.metric.score(self.outputs, self.target)


def check_metric(
    metric: Metric,
    outputs: np.ndarray,
    target: np.ndarray,
    best: np.ndarray | None = None,
    worst: np.ndarray | None = None,
) -> None:
    """Everything below, on these outputs (see MetricCase). Raises AssertionError saying what is not kept."""
    case = MetricCase(metric, outputs, target, best, worst)
    for check in CHECKS:
        check(case)


def says_what_it_is(case: MetricCase) -> None:
    """An id, a title, bounds in order; a share is shown in per cent and lies in 0..1."""
    info = case.metric.info
    assert case.metric.id.isidentifier(), f"the id {case.metric.id!r} is no name for a command line"
    assert info.title and info.title.isprintable(), f"{case}: its title is no text"
    assert info.low is None or info.high is None or info.low < info.high, f"{case}: its bounds are out of order"
    assert not info.percent or (info.low, info.high) == (0, 1), f"{case}: a share has the bounds 0 and 1"


def gives_one_score_a_sample(case: MetricCase) -> None:
    """[samples] finite numbers, and neither argument is changed."""
    outputs, target = case.outputs.copy(), case.target.copy()
    scores = case.metric.score(outputs, target)
    assert isinstance(scores, np.ndarray) and scores.shape == (len(outputs),), f"{case}: not one score a sample"
    assert scores.dtype.kind == "f" and np.isfinite(scores).all(), f"{case}: scores are not finite floats"
    np.testing.assert_array_equal(outputs, case.outputs, f"{case} changes the outputs")
    np.testing.assert_array_equal(target, case.target, f"{case} changes the target")


def stays_within_its_bounds(case: MetricCase) -> None:
    """Between low and high; with a Wilson interval every score is 0 or 1."""
    info, scores = case.metric.info, case.scores
    assert info.low is None or scores.min() >= info.low - 1e-9, f"{case}: {scores.min()} is below {info.low}"
    assert info.high is None or scores.max() <= info.high + 1e-9, f"{case}: {scores.max()} is above {info.high}"
    assert info.interval != "wilson" or np.isin(scores, (0, 1)).all(), f"{case}: a Wilson interval is of zeros and ones"


def scores_each_sample_by_itself(case: MetricCase) -> None:
    """A sample's score is the same alone, in parts of the data, and in another order: models are compared in pairs."""
    metric, outputs, target, whole = case.metric, case.outputs, case.target, case.scores
    alone = np.concatenate([metric.score(outputs[n : n + 1], target[n : n + 1]) for n in range(len(outputs))])
    order = np.random.default_rng(0).permutation(len(outputs))
    turned = np.empty_like(whole)
    turned[order] = metric.score(outputs[order], target[order])
    for scores, words in ((alone, "alone"), (turned, "in another order")):
        other = np.flatnonzero(~np.isclose(scores, whole, rtol=1e-6, atol=1e-9))
        assert not len(other), (
            f"{case}: sample {other[0]} scores {whole[other[0]]:.6g} among the others and {scores[other[0]]:.6g} "
            f"{words}. A score is of its sample alone; what depends on the whole data set is no metric here"
        )


def has_its_direction(case: MetricCase) -> None:
    """The best outputs score at least as well as these, and these at least as well as the worst; a bound is reached."""
    metric, info = case.metric, case.metric.info
    best = case.target if case.best is None and not info.labelled else case.best
    means = [
        info.sign * float(metric.score(outputs, case.target).mean())
        for outputs in (case.worst, case.outputs, best)
        if outputs is not None
    ]
    assert means == sorted(means), f"{case}: worse outputs score better; is higher_is_better right?"
    assert len(means) < 2 or means[0] < means[-1], f"{case}: best and worst outputs score alike"
    bound = info.high if info.higher_is_better else info.low
    if best is not None and bound is not None:
        assert abs(means[-1] - info.sign * bound) < 1e-6, f"{case}: the best outputs score {means[-1]}, not {bound}"


def tells_decisions_apart(case: MetricCase) -> None:
    """A model agrees with itself on every sample; `decide`, where there is one, decides for each sample."""
    metric, outputs = case.metric, case.outputs
    if metric.decide is not None:
        assert len(metric.decide(outputs)) == len(outputs), f"{case}: decide gives not one decision a sample"
    assert metric.same(outputs, outputs).shape == (len(outputs),) and metric.same(outputs, outputs).all()
    if metric.decide is not None:
        assert case.worst is None or not metric.same(outputs, case.worst).all(), f"{case}: decide sees no difference"


CHECKS: tuple[Callable[[MetricCase], None], ...] = (
    says_what_it_is,
    gives_one_score_a_sample,
    stays_within_its_bounds,
    scores_each_sample_by_itself,
    has_its_direction,
    tells_decisions_apart,
)
