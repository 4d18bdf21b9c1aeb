"""The temperature of distillation tried over a range: what a student reaches at each, and how far seeds spread."""

import statistics
from dataclasses import dataclass
from typing import Any

from workbench.core.base.quantities import MetricInfo

TRIED = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 20.0)


@dataclass(frozen=True)
class Temperatures:
    """Every temperature is trained with as many seeds, from that of the recipe on."""

    values: tuple[float, ...] = TRIED
    seeds: int = 1


@dataclass(frozen=True)
class TemperaturePoint:
    """Results of training at one temperature, one per seed.

    held    the metric on samples held out from training, by which a temperature is chosen
    values  the metric on the evaluation data, which had no say in it; empty without such data
    """

    temperature: float
    held: tuple[float, ...]
    values: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        """Mean over the seeds, on the held-out samples."""
        return statistics.fmean(self.held)

    def to_json(self) -> dict[str, Any]:
        return {"temperature": self.temperature, "held_out": list(self.held), "values": list(self.values)}


@dataclass(frozen=True)
class TemperatureCurve:
    """The points so far, by temperature; each was trained from the same start.

    start   the metric on the evaluation data before training; None without such data
    """

    wanted: Temperatures
    metric: MetricInfo
    start: float | None = None
    points: tuple[TemperaturePoint, ...] = ()
    complete: bool = False

    def with_run(self, temperature: float, held: float, value: float | None) -> "TemperatureCurve":
        """With one training more."""
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
        """The temperature whose mean on the samples held out is best; of equal ones the lowest."""
        if not self.points:
            return None
        return max(self.points, key=lambda point: (self.metric.sign * point.mean, -point.temperature))

    def to_json(self) -> dict[str, Any]:
        """The key `temperatures` of the command line's `distill --json`."""
        return {
            **self.metric.to_json(),
            "start": self.start,
            "seeds": self.wanted.seeds,
            "points": [point.to_json() for point in self.points],
            "best": None if self.best is None else self.best.temperature,
        }
