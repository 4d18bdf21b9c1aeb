"""A metric: scores of single samples, or per-sample statistics from which the value is computed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.core.base.quantities import MetricInfo

LEFT_OUT = 255  # what label maps have where nothing is known
ALIKE = 0.01  # of the largest value: answers that count as the same where nothing is decided
GROUPS = 32  # parts of the samples, of which one is left out at a time

Score = Callable[[np.ndarray, np.ndarray], np.ndarray]  # outputs, target -> [samples, ...]
Total = Callable[[np.ndarray], float]  # rows of any samples -> the value
Taken = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Metric:
    """A metric that is a mean over samples.

    `score(outputs, target) -> [samples, ...]` float64, one row per sample that depends on that sample alone;
    `target` is labels, or the original model's outputs. This allows paired comparison of two models.

    Without `total` a row is one number, and the value is their mean. With it, rows [samples, k] are statistics, and
    `total(rows) -> float` is the value for any selection of samples, with repetition.

    decide   (outputs) -> [samples, ...]: a model's predictions, given its outputs; None if there are none
    at       threshold of a binary decision
    total    (rows) -> value, for a metric that is not a mean over samples
    alone    (rows) -> [samples], quality of each sample by itself, if the total of one row does not express it
    keep     (outputs of the original) -> the part of them that serves as reference, if that is smaller
    labels   (labels) -> labels in the form that `score` takes
    fit      (metric, outputs of the original, target, names of classes) -> the metric with values derived from these: a
             scale, a threshold
    about    distinguishes it from others of this id, for results kept on disk
    """

    id: str
    info: MetricInfo
    score: Score
    decide: Taken | None = None
    at: float = 0.0
    total: Total | None = None
    alone: Taken | None = None
    keep: Taken | None = None
    labels: Taken | None = None
    fit: Callable[["Metric", np.ndarray, np.ndarray, tuple[str, ...]], "Metric"] | None = None
    about: str = ""

    @property
    def title(self) -> str:
        return self.info.title

    @property
    def labelled(self) -> bool:
        return self.info.labelled

    @property
    def higher_is_better(self) -> bool:
        return self.info.higher_is_better

    def value(self, rows: np.ndarray) -> float:
        """Return the metric of the samples with these rows."""
        return float(rows.mean()) if self.total is None else float(self.total(rows))

    def each(self, rows: np.ndarray) -> np.ndarray:
        """Return the metric of each sample by itself, [samples]."""
        if self.total is None:
            return rows
        if self.alone is not None:
            return self.alone(rows)
        return np.array([self.total(rows[n : n + 1]) for n in range(len(rows))])

    def differences(self, rows: np.ndarray, base: np.ndarray) -> np.ndarray:
        """Return contributions to value(rows) - value(base) on the same samples, [samples]: their mean is that
        difference, and their spread is that of its estimate.

        For a mean, the differences themselves. Else pseudo-values of the delete-a-group jackknife (Shao and Tu 1995,
        The Jackknife and Bootstrap, section 2.3): a group's value is assigned to each of its samples, with its distance
        from the mean scaled by the square root of their number, so that the standard error of the mean is that over
        groups.
        """
        if self.total is None:
            return rows - base
        whole, count = self.value(rows) - self.value(base), len(rows)
        groups = min(count, GROUPS)
        if groups < 2:
            return np.full(count, whole)
        group = np.arange(count) % groups
        left = np.array([self.value(rows[group != g]) - self.value(base[group != g]) for g in range(groups)])
        apart = -(groups - 1) * np.sqrt(count / groups) * (left - left.mean())
        found = apart[group]
        return np.asarray(whole + found - found.mean())

    def same(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return whether two models predict the same, [samples]; without predictions, whether outputs agree to 1 %."""
        if self.decide is not None:
            return _all(np.asarray(self.decide(first) == self.decide(second)))
        if first.dtype.kind not in "fiub":
            return _all(np.asarray(first == second))
        reach = float(np.abs(first[np.isfinite(first)]).max(initial=0.0))
        return _all(np.asarray(np.isclose(first, second, rtol=ALIKE, atol=ALIKE * reach, equal_nan=True)))


def _all(same: np.ndarray) -> np.ndarray:
    return np.asarray(same.reshape(len(same), -1).all(axis=1))


def rows_of(values: np.ndarray) -> np.ndarray:
    """Return values as rows [samples, values], float64."""
    return values.reshape(len(values), -1).astype(np.float64)


def mean_of(values: np.ndarray) -> np.ndarray:
    """Return the mean of each sample's values, [samples]."""
    return values.reshape(len(values), -1).mean(axis=1, dtype=np.float64)


def middle(outputs: np.ndarray) -> float:
    """Return the threshold between two decisions: 0.5 for probabilities, else 0."""
    return 0.5 if are_probabilities(outputs) else 0.0


def are_probabilities(outputs: np.ndarray) -> bool:
    return bool(outputs.min(initial=0.0) >= 0 and outputs.max(initial=0.0) <= 1)


def above(outputs: np.ndarray, at: float) -> np.ndarray:
    """Return which values of each sample are above a threshold, bool [samples, values]."""
    return np.asarray(rows_of(outputs) > at)


def is_whole(values: np.ndarray) -> bool:
    """Return whether these are integers, in whatever type."""
    return values.dtype.kind in "iub" or (values.dtype.kind == "f" and np.array_equal(values, np.rint(values)))


def share(title: str, labelled: bool, interval: Literal["wilson", "normal"] = "normal") -> MetricInfo:
    """Return the info of a metric that is the fraction of correct answers, shown in per cent."""
    return MetricInfo(title, "%", labelled=labelled, interval=interval, low=0.0, high=1.0)
