"""Selection of the state to keep among those measured, by held-out samples, which are few, so that chance matters."""

import math

import numpy as np

from workbench.data.metrics.intervals import ALL, paired_interval, unit_of
from workbench.data.metrics.metric import Metric


class Selection:
    """Rows of the metric (see Metric.score) of the `start`, of the state with the best mean so far (`peak`), and of the
    state that is `kept`."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self.rows: dict[str, np.ndarray] = {}

    def begin(self, rows: np.ndarray) -> None:
        """Keep the start until another state is selected."""
        self.rows = dict.fromkeys(("start", "peak", "kept"), rows)

    def forget(self) -> None:
        """Discard all states so far."""
        self.rows.pop("peak", None)

    def is_higher(self, rows: np.ndarray) -> bool:
        """Return whether a state is better than all before it; called before it is `judged`."""
        peak = self.rows.get("peak")
        return peak is None or self._value(rows) > self._value(peak)

    def judged(self, rows: np.ndarray) -> bool:
        """Return whether to keep this later state: unless an earlier one is significantly better, or the start is
        better at all. The best of many by few samples is often only the luckiest."""
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
        if self._value(rows) < self._value(start):
            return False
        lost = self.metric.differences(peak, rows) * self.metric.info.sign
        low, _ = paired_interval(lost, ALL, unit_of(self.metric, peak))
        return low <= 0

    def _value(self, rows: np.ndarray) -> float:
        """Return the value, higher is better; a metric that is not finite is worst."""
        value = self.metric.info.sign * self.metric.value(rows)
        return -math.inf if math.isnan(value) else value
