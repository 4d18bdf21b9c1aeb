"""Formatting of numbers for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Z95 = 1.9599639845400536  # standard errors to either end of a 95 % interval (statistics loads slowly)
ROUNDS_UP = 0.9995  # from here on three digits show the next power of ten: 999,999 is 1.00 M


def size(count: float) -> str:
    """Format bytes in decimal units: 1.91 MB."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(count) >= scale * ROUNDS_UP:
            return f"{three_digits(count / scale)} {unit}"
    return f"{count:.0f} B"


def amount(count: float) -> str:
    """Format a count of parameters or MACs: 41.2 M."""
    for unit, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(count) >= scale * ROUNDS_UP:
            return f"{three_digits(count / scale)} {unit}"
    return f"{count:.0f}"


def three_digits(value: float) -> str:
    """Format with three significant digits and no exponent, for 0.01 <= value < 10000."""
    return f"{value:.2f}" if abs(value) < 9.995 else f"{value:.1f}" if abs(value) < 99.95 else f"{value:.0f}"


def ratio_digits(ratio: float) -> str:
    """Format a ratio: 6.2, or with two decimals where one would give 1.0: 1.04."""
    return f"{ratio:.2f}" if ratio < 1.095 else f"{ratio:.1f}"


def slight(before: float, after: float) -> bool:
    """Return whether a change is too small to be given as a ratio."""
    return abs(after - before) < 0.005 * before


def smaller(before: float, after: float, tr: Callable[[str], str] = str) -> str:
    """Describe a change in size: '6.2x smaller (16 % kept)', 'larger' if it grew, per cent if the change is slight;
    `tr` translates."""
    if after <= 0 or before <= 0:
        return ""
    if after == before:
        return tr("the same size")
    if slight(before, after):
        percent = f"{100 * abs(after - before) / before:.2g} %"
        return (tr("{percent} smaller") if after < before else tr("{percent} larger")).format(percent=percent)
    if after > before:
        return tr("{times}x larger").format(times=f"{after / before:.2f}")
    share = f"{after / before:.0%}".replace("%", " %")
    return tr("{times}x smaller ({share} kept)").format(times=ratio_digits(before / after), share=share)


def duration(seconds: float) -> str:
    """Format seconds: '12 s', '3 min 20 s', '1 h 5 min'."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@dataclass(frozen=True)
class MetricInfo:
    """Unit and direction of a metric. Every display reads them here, never from the title.

    title               in words: "top-1"
    unit                "%": values are fractions 0..1, shown in per cent; "": plain numbers; else the unit to append
    higher_is_better    the direction; a loss is always positive where a model is worse
    labelled            measured against labels; else against the answers of the original model or of a teacher
    interval            interval of the mean over samples: "wilson" where every score is 0 or 1, else "normal"
    low, high           bounds of a score; None: no bound
    """

    title: str = ""
    unit: str = ""
    higher_is_better: bool = True
    labelled: bool = True
    interval: Literal["wilson", "normal"] = "normal"
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        return self.title

    def __bool__(self) -> bool:
        """Return whether anything is measured."""
        return bool(self.title)

    @property
    def percent(self) -> bool:
        return self.unit == "%"

    @property
    def heading(self) -> str:
        """The title with a capital letter, as a caption; mAP is unchanged."""
        return self.title if self.title[1:2].isupper() else self.title[:1].upper() + self.title[1:]

    @property
    def sign(self) -> int:
        """1 if higher is better, else -1."""
        return 1 if self.higher_is_better else -1

    def to_json(self) -> dict[str, Any]:
        """Return the keys of every result that has a metric; `from_json` reads them."""
        return {"metric": self.title, "metric_unit": self.unit, "higher_is_better": self.higher_is_better}

    @staticmethod
    def from_json(result: Mapping[str, Any]) -> "MetricInfo":
        return MetricInfo(result["metric"], result["metric_unit"], result["higher_is_better"])


def metric_text(value: float, metric: MetricInfo) -> str:
    """Format a metric's value with its unit: '92.45 %', '0.0123', '31.2 dB'."""
    if metric.percent:
        return f"{100 * value:.2f} %"
    number = three_digits(value) if abs(value) >= 1 or value == 0 else f"{value:.4g}"
    return f"{number} {metric.unit}" if metric.unit else number
