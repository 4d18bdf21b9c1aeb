"""Sweep of the distillation temperature: the student's metric at each value, and its spread over seeds."""

import statistics
from dataclasses import dataclass
from typing import Any

from workbench.core.base.quantities import MetricInfo

TRIED = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0)


@dataclass(frozen=True)
class Temperatures:
    """Settings of the sweep. Every temperature is trained with the same number of seeds, starting at the recipe's
    seed."""

    values: tuple[float, ...] = TRIED
    seeds: int = 1


@dataclass(frozen=True)
class TemperaturePoint:
    """Results of training at one temperature, one per seed.

    held    metric on samples held out from training, which the choice is based on
    values  metric on the evaluation data, which is not used for the choice; empty without such data
    """

    temperature: float
    held: tuple[float, ...]
    values: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        """Mean of the held-out metric over the seeds."""
        return statistics.fmean(self.held)

    def to_json(self) -> dict[str, Any]:
        return {"temperature": self.temperature, "held_out": list(self.held), "values": list(self.values)}


@dataclass(frozen=True)
class TemperatureCurve:
    """The points so far, by temperature; all trained from the same initial weights.

    start   the metric on the evaluation data before training; None without such data
    """

    wanted: Temperatures
    metric: MetricInfo
    start: float | None = None
    points: tuple[TemperaturePoint, ...] = ()
    complete: bool = False

    def with_run(self, temperature: float, held: float, value: float | None) -> "TemperatureCurve":
        """Return the curve with one more training run."""
        known = {point.temperature: point for point in self.points}
        point = known.get(temperature, TemperaturePoint(temperature, ()))
        known[temperature] = TemperaturePoint(
            temperature, (*point.held, held), point.values if value is None else (*point.values, value)
        )
        points = tuple(known[key] for key in sorted(known))
        done = len(points) == len(self.wanted.values) and all(len(p.held) == self.wanted.seeds for p in points)
        return TemperatureCurve(self.wanted, self.metric, self.start, points, done)

    @property
    def best(self) -> TemperaturePoint | None:
        """The temperature with the best mean on the held-out samples; the lowest of equal ones."""
        if not self.points:
            return None
        return max(self.points, key=lambda point: (self.metric.sign * point.mean, -point.temperature))

    def to_json(self) -> dict[str, Any]:
        """Return the value of `temperatures` in `distill --json`."""
        return {
            **self.metric.to_json(),
            "start": self.start,
            "seeds": self.wanted.seeds,
            "points": [point.to_json() for point in self.points],
            "best": None if self.best is None else self.best.temperature,
        }
