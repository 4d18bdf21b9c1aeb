"""Gain by training, with its interval, in words."""

from dataclasses import dataclass

from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo


@dataclass(frozen=True)
class Gain:
    """Difference of a metric before and after training, of the same samples: `low` and `high` end its 95 % interval."""

    value: float
    low: float
    high: float
    samples: int

    @property
    def shown(self) -> bool:
        """Whether the samples show a difference: their interval is on one side of zero."""
        return self.low > 0 or self.high < 0

    def words(self, metric: MetricInfo) -> Message:
        """Whether training helped: '+2.1 points [0.8, 3.4] on 600 samples'."""
        scale = 100 if metric.percent else 1
        unit = Message("points") if metric.percent else metric.unit
        figures = {name: f"{scale * getattr(self, name):.3g}" for name in ("low", "high")}
        told = {"value": f"{scale * self.value:+.3g}", "unit": unit, "n": self.samples, **figures}
        if self.shown:
            return Message(
                "{value} {unit} [{low}, {high}] on {n:,} samples",
                one="{value} {unit} [{low}, {high}] on {n} sample",
                **told,
            )
        return Message(
            "no significant difference on {n:,} samples: {value} {unit} [{low}, {high}]",
            one="no significant difference on {n} sample: {value} {unit} [{low}, {high}]",
            **told,
        )
