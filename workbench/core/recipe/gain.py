"""Gain by training, with its interval, and its description in words."""

from dataclasses import dataclass

from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo


@dataclass(frozen=True)
class Gain:
    """Difference of a metric before and after training, on the same samples, with its 95 % interval `low`..`high`."""

    value: float
    low: float
    high: float
    samples: int

    @property
    def shown(self) -> bool:
        """Whether the difference is significant: its interval does not contain zero."""
        return self.low > 0 or self.high < 0

    def words(self, metric: MetricInfo) -> Message:
        """Describe whether training helped: '+2.1 points [0.8, 3.4] on 600 samples'."""
        unit = Message("points") if metric.percent else metric.unit
        value, low, high = (_text(each, metric) for each in (self.value, self.low, self.high))
        told = {"value": f"+{value}" if self.value > 0 else value, "unit": unit, "n": self.samples}
        told |= {"low": low, "high": high}
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


def _text(value: float, metric: MetricInfo) -> str:
    """Format points with one digit, others with three; with a minus sign."""
    text = f"{100 * value:.1f}" if metric.percent else f"{value:.3g}"
    return "0" if not float(text) else text.replace("-", "\N{MINUS SIGN}")
