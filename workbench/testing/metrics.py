"""Shared suite of metrics: one finite score per sample, which depends on that sample alone, within its bounds, in its
direction; or a row of statistics, if the value is a total of these.

`check_metric` runs all checks; CHECKS are for a runner that shows them one by one.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.data.metrics.metric import Metric


@dataclass(frozen=True, eq=False)
class MetricCase:
    """A metric on outputs [samples, ...] and their reference: labels, or the original model's outputs.

    best    best possible outputs; None: the target itself without labels, not checked with labels
    worst   worst possible outputs; None: not checked
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

    def value(self, outputs: np.ndarray) -> float:
        return self.metric.value(self.metric.score(outputs, self.target))


def check_metric(
    metric: Metric,
    outputs: np.ndarray,
    target: np.ndarray,
    best: np.ndarray | None = None,
    worst: np.ndarray | None = None,
) -> None:
    """Run all checks below on these outputs (see MetricCase). Raises AssertionError naming the violation."""
    case = MetricCase(metric, outputs, target, best, worst)
    for check in CHECKS:
        check(case)


def says_what_it_is(case: MetricCase) -> None:
    """Check for an id, a title, bounds in order; a metric in per cent lies in 0..1."""
    info = case.metric.info
    assert case.metric.id.isidentifier(), f"the id {case.metric.id!r} is no name for a command line"
    assert info.title and info.title.isprintable(), f"{case}: its title is no text"
    assert info.low is None or info.high is None or info.low < info.high, f"{case}: its bounds are out of order"
    share = info.low == 0 and info.high in (1, None)  # of errors there may be more than places
    assert not info.percent or share, f"{case}: a share has the bounds 0 and 1"


def gives_one_score_a_sample(case: MetricCase) -> None:
    """Check that scores are [samples] finite numbers, or rows of them with a total, and that neither argument is
    changed."""
    outputs, target = case.outputs.copy(), case.target.copy()
    scores = case.metric.score(outputs, target)
    shape = scores.shape if case.metric.total is None else scores.shape[:1]
    assert isinstance(scores, np.ndarray) and shape == (len(outputs),), f"{case}: not one score a sample"
    assert scores.dtype.kind == "f" and np.isfinite(scores).all(), f"{case}: scores are not finite floats"
    np.testing.assert_array_equal(outputs, case.outputs, f"{case} changes the outputs")
    np.testing.assert_array_equal(target, case.target, f"{case} changes the target")


def stays_within_its_bounds(case: MetricCase) -> None:
    """Check that scores lie between low and high; with a Wilson interval every score is 0 or 1."""
    info, scores = case.metric.info, case.scores
    assert info.interval != "wilson" or case.metric.total is None, f"{case}: a total has the normal interval"
    if case.metric.total is not None:
        scores = np.array([case.metric.value(scores)])
    assert info.low is None or scores.min() >= info.low - 1e-9, f"{case}: {scores.min()} is below {info.low}"
    assert info.high is None or scores.max() <= info.high + 1e-9, f"{case}: {scores.max()} is above {info.high}"
    assert info.interval != "wilson" or np.isin(scores, (0, 1)).all(), f"{case}: a Wilson interval is of zeros and ones"


def scores_each_sample_by_itself(case: MetricCase) -> None:
    """Check that a sample's score is the same alone, in parts of the data, and in another order: models are compared in
    pairs."""
    metric, outputs, target, whole = case.metric, case.outputs, case.target, case.scores
    alone = np.concatenate([metric.score(outputs[n : n + 1], target[n : n + 1]) for n in range(len(outputs))])
    order = np.random.default_rng(0).permutation(len(outputs))
    turned = np.empty_like(whole)
    turned[order] = metric.score(outputs[order], target[order])
    for scores, words in ((alone, "alone"), (turned, "in another order")):
        same = np.isclose(scores, whole, rtol=1e-6, atol=1e-9).reshape(len(whole), -1).all(axis=1)
        other = np.flatnonzero(~same)
        assert not len(other), (
            f"{case}: sample {other[0]} scores {_few(whole[other[0]])} among the others and {_few(scores[other[0]])} "
            f"{words}. A score is of its sample alone; what depends on the whole data set is the `total`"
        )


def totals_any_samples(case: MetricCase) -> None:
    """Check that a total is one finite number for any selection of rows, the same in another order and with every row
    doubled: intervals are computed from resampled rows."""
    metric, rows = case.metric, case.scores
    if metric.total is None:
        return
    rng, value = np.random.default_rng(0), metric.value(rows)
    turned, twice = metric.value(rows[rng.permutation(len(rows))]), metric.value(np.concatenate([rows, rows]))
    assert np.isclose(turned, value, rtol=1e-6), f"{case}: {value} in one order and {turned} in another"
    assert np.isclose(twice, value, rtol=1e-6), f"{case}: {value}, and {twice} when every sample comes twice"
    some = [metric.value(rows[rng.integers(0, len(rows), size)]) for size in (1, 2, len(rows))]
    assert np.isfinite(some).all(), f"{case}: its total is {some} for one sample, two and many"
    assert metric.each(rows).shape == (len(rows),) and np.isfinite(metric.each(rows)).all(), f"{case}: of each sample"
    apart = metric.differences(rows, rows[rng.permutation(len(rows))])
    assert apart.shape == (len(rows),) and np.isclose(apart.mean(), 0, atol=1e-6 * max(1.0, abs(value)))


def _few(values: np.ndarray) -> str:
    return " ".join(f"{value:.6g}" for value in np.ravel(values)[:4])


def has_its_direction(case: MetricCase) -> None:
    """Check that the best outputs score at least as well as these, and these at least as well as the worst; a bound is
    reached."""
    info = case.metric.info
    best = case.target if case.best is None and not info.labelled else case.best
    means = [info.sign * case.value(outputs) for outputs in (case.worst, case.outputs, best) if outputs is not None]
    assert means == sorted(means), f"{case}: worse outputs score better; is higher_is_better right?"
    assert len(means) < 2 or means[0] < means[-1], f"{case}: best and worst outputs score alike"
    bound = info.high if info.higher_is_better else info.low
    if best is not None and bound is not None:
        assert abs(means[-1] - info.sign * bound) < 1e-6, f"{case}: the best outputs score {means[-1]}, not {bound}"


def tells_decisions_apart(case: MetricCase) -> None:
    """Check that a model agrees with itself on every sample; `decide`, if given, returns a prediction for each
    sample."""
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
    totals_any_samples,
    has_its_direction,
    tells_decisions_apart,
)
