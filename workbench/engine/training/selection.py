"""Which of the states that were measured is kept: by held-out samples, which are few, so that chance has a say."""

import math

import numpy as np

from workbench.data.metrics.intervals import ALL, paired_interval, unit_of
from workbench.data.metrics.metric import Metric


class Selection:
    """Rows of the metric (see Metric.score): of the `start`, of the state with the best mean so far (`peak`), of the
    one that is `kept`."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self.rows: dict[str, np.ndarray] = {}

    def begin(self, rows: np.ndarray) -> None:
        """The start is kept until another state is."""
        self.rows = dict.fromkeys(("start", "peak", "kept"), rows)

    def forget(self) -> None:
        """None of the states so far may be kept."""
        self.rows.pop("peak", None)

    def is_higher(self, rows: np.ndarray) -> bool:
        """Whether a state is better than all before it; told before it is `judged`."""
        peak = self.rows.get("peak")
        return peak is None or self._value(rows) > self._value(peak)

    def judged(self, rows: np.ndarray) -> bool:
        """Whether this later state is to be kept instead: unless an earlier one is better than chance explains, or the
        start is better at all. The best among many by a few samples is often only the luckiest."""
        higher = self.is_higher(rows)
        if higher:
            self.rows["peak"] = rows
        elif not self._is_as_good(rows):
            return False
        self.rows["kept"] = rows
        return True

    def _is_as_good(self, rows: np.ndarray) -> bool:
        peak, start = self.rows["peak"], self.rows["start"]
        if self._value(rows) == self._value(peak):
            return True
        if self.metric.total is not None or rows.ndim != 1 or self._value(rows) < self._value(start):
            return False
        low, _ = paired_interval((peak - rows) * self.metric.info.sign, ALL, unit_of(self.metric, peak))
        return low <= 0

    def _value(self, rows: np.ndarray) -> float:
        """More is better; a metric that is no number is worst."""
        value = self.metric.info.sign * self.metric.value(rows)
        return -math.inf if math.isnan(value) else value
