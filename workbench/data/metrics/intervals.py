"""95 % confidence intervals: of a metric, and of the difference between two models on the same samples."""

import numpy as np

from workbench.core.base.quantities import Z95
from workbench.data.metrics.metric import Metric

ALL = 1 << 62  # samples of a population that nobody can count
MOST, FEWEST = 200, 24  # resamples (Efron and Tibshirani 1993, section 6.4: 25 to 200 for a standard error)
WORK = 4e7  # numbers that go through a total for one interval, about


def interval(scores: np.ndarray, proportion: bool, population: int) -> tuple[float, float]:
    """Return the 95 % interval of the mean score over `population` samples, of which `scores` are a random part.

    Wilson 1927 for proportions, the normal interval else; both with the finite population correction, so that the
    interval closes when every sample was seen (Cochran 1977, section 2.8).
    """
    n, mean, left = len(scores), float(scores.mean()), _left(len(scores), population)
    if left == 0.0:
        return mean, mean
    if proportion:
        z2 = Z95 * Z95 * left
        centre = (mean + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2) / (1 + z2 / n) * np.sqrt(mean * (1 - mean) / n + z2 / (4 * n * n))
        return float(max(0.0, centre - half)), float(min(1.0, centre + half))
    half = Z95 * float(np.sqrt(left / n)) * float(scores.std(ddof=1) if n > 1 else abs(mean))
    return mean - half, mean + half


def paired_interval(differences: np.ndarray, population: int, unit: float = 1.0) -> tuple[float, float]:
    """Return the 95 % interval of the mean of per-sample differences. One pseudo-sample of each sign avoids an empty
    interval when nothing changes (Agresti and Min 2005, Simple improved confidence intervals for comparing matched
    proportions); `unit` is the difference between two scores, 1 for fractions."""
    n, left, mean = len(differences), _left(len(differences), population), float(differences.mean())
    if left == 0.0:
        return mean, mean
    padded = np.concatenate([differences, unit * np.array([0.5, -0.5, 0.5, -0.5])])
    half = Z95 * np.sqrt(left) * float(padded.std(ddof=1)) / np.sqrt(n)
    return mean - half, mean + half


def interval_of(metric: Metric, rows: np.ndarray, population: int, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of a metric on `population` samples, of which these rows are a random part.

    For a value that is not a mean, from the standard error of seeded bootstrap samples (Efron and Tibshirani 1993,
    sections 6.2 and 13.3), within the bounds of the metric.
    """
    if metric.total is None:
        return interval(rows, metric.info.interval == "wilson", population)
    value, left = metric.value(rows), _left(len(rows), population)
    if left == 0.0:
        return value, value
    half = Z95 * float(np.sqrt(left)) * _standard_error(metric, rows, seed)
    low, high = metric.info.low, metric.info.high
    return (
        value - half if low is None else max(low, value - half),
        value + half if high is None else min(high, value + half),
    )


def _standard_error(metric: Metric, rows: np.ndarray, seed: int) -> float:
    rng, count = np.random.default_rng(seed), int(np.clip(WORK // max(rows.size, 1), FEWEST, MOST))
    if len(rows) < 2:
        return abs(metric.value(rows))
    values = [metric.value(rows[rng.integers(0, len(rows), len(rows))]) for _ in range(count)]
    return float(np.std(values, ddof=1))


def unit_of(metric: Metric, rows: np.ndarray) -> float:
    """Return the difference between two scores of a sample: the width of a bounded metric, else the standard
    deviation."""
    low, high = metric.info.low, metric.info.high
    if low is not None and high is not None:
        return high - low
    return float(np.std(metric.each(rows[:MOST])))


def _left(seen: int, population: int) -> float:
    """Return the finite population correction of a variance."""
    return 1.0 if population <= 1 else max(0.0, (population - seen) / (population - 1))
