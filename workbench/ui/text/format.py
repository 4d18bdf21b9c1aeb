"""Formatting of figures: units, intervals, and how a number was obtained."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from workbench.core.analysis.profile import Load, Spread
from workbench.core.analysis.report import Beside, Figure
from workbench.core.base import quantities
from workbench.core.base.quantities import MetricInfo, three_digits
from workbench.ui.text.i18n import listed, said, titled, tr

if TYPE_CHECKING:  # imports numpy, for which the first paint need not wait
    from workbench.core.analysis.sensitivity import LikelyDrop
    from workbench.core.layer_data.views import Prediction

MARKS = {"forecast": "○", "estimated": "◐", "measured": "●", "verified": "✓"}


def value_text(value: float, metric: MetricInfo) -> str:
    """Return 92.4 %, 0.0123, or 31.2 dB."""
    return f"{100 * value:.1f} %" if metric.percent else _plain(value) + _unit(metric)


def number_text(value: float, metric: MetricInfo) -> str:
    """Return the same without its unit, for the left side of an arrow."""
    return f"{100 * value:.1f}" if metric.percent else _plain(value)


def beside_text(each: Beside) -> str:
    """Return another metric: of the original, and of the edited model if that differs."""
    before, after = each.baseline.value, each.value.value
    value = value_text(after, each.metric)
    shown = value if before == after else f"{number_text(before, each.metric)} → {value}"
    return titled(said(each.metric.heading), shown)


def change_text(figure: Figure, metric: MetricInfo, shown: tuple[float, float] | None = None) -> str:
    """Return '−0.5 ± 0.3 points'. `shown`: the metric before and after as displayed next to it; the change is then the
    difference of the rounded values, so that 92.2 → 90.6 % gives −1.6, although it is −1.65 before rounding."""
    return _signed(figure, metric, shown, "+") + _points(metric)


def drop_text(figure: Figure, metric: MetricInfo, shown: tuple[float, float] | None = None, unit: bool = False) -> str:
    """Return the same for a drop (positive: worse), for a cell: '0.5 ± 0.3'; a gain has a minus. `unit`: with its
    unit."""
    if shown is not None and metric.higher_is_better:
        shown = shown[1], shown[0]
    return _signed(figure, metric, shown, "") + (_points(metric) if unit else "")


def predicted_text(likely: LikelyDrop, metric: MetricInfo) -> str:
    """Return a predicted change of the metric with its error: '−0.5 ± 0.3 points'; 'more than 12.0 points lost (beyond
    what was measured)' if no measured candidate has as large a predicted loss."""
    if likely.beyond and not likely.drop:
        return tr("beyond what was measured")
    if likely.beyond:
        return tr("{change} (beyond what was measured)").format(change=bound_text(likely, metric))
    change = -metric.sign * likely.drop
    return change_text(Figure(change, "forecast", likely.trials, change - likely.error, change + likely.error), metric)


def bound_text(likely: LikelyDrop, metric: MetricInfo) -> str:
    """'more than 12.0 points lost': of a prediction beyond what was measured, the least that it can be."""
    words = tr("more than {loss} lost") if metric.sign > 0 else tr("worse by more than {loss}")
    return words.format(loss=plain_loss(likely.drop, metric))


def bound_figure(likely: LikelyDrop, metric: MetricInfo) -> str:
    """Return the bound as a figure for narrow places: '> 12.0 points'."""
    return f"> {plain_loss(likely.drop, metric)}"


def effect_words(rise: float, kind: str) -> str:
    """Return a predicted divergence of the outputs, or relative error of layers (`kind`), in words, if the
    corresponding drop of the metric is not known."""
    rise = rise if kind == "loss" else rise / 10
    limits = (1e-3, tr("hardly any effect")), (1e-2, tr("small effect")), (1e-1, tr("clear effect"))
    return next((words for limit, words in limits if rise < limit), tr("large effect"))


def prediction_text(prediction: Prediction, metric: MetricInfo) -> str:
    """Return `predicted_text`, or words if nothing was measured."""
    return (
        effect_words(prediction.rise, prediction.kind)
        if prediction.likely is None
        else predicted_text(prediction.likely, metric)
    )


def _signed(figure: Figure, metric: MetricInfo, shown: tuple[float, float] | None, plus: str) -> str:
    scale = 100 if metric.percent else 1
    value = figure.value * scale
    text = f"{abs(value):.1f}" if metric.percent else _plain(abs(value))
    if shown is not None:
        before, after = (Decimal(number_text(each, metric)) for each in shown)
        step = 10.0 ** min(_exponent(before), _exponent(after))
        if (metric.percent or before != after) and abs(float(after - before) - value) <= step:  # of the same samples
            text = f"{abs(after - before):f}"
    sign = "" if not float(text) else "−" if value < 0 else plus
    return f"{sign}{text}{_margin(figure, scale)}"


def _points(metric: MetricInfo) -> str:
    return " " + tr("points") if metric.percent else _unit(metric)


def _exponent(number: Decimal) -> int:
    """Return the exponent of the last written digit: −1 for 92.2."""
    return int(number.as_tuple().exponent)


def loss_text(loss: float, metric: MetricInfo) -> str:
    """Return the drop of the metric without its unit, for a cell: 0.4 (points) or 0.0123; a gain has a minus."""
    if not metric.percent:
        return _plain(loss).replace("-", "−")
    text = f"{100 * loss:.1f}".replace("-", "−")
    return "0.0" if text == "−0.0" else text


def plain_loss(loss: float, metric: MetricInfo) -> str:
    """Return the same with its unit: 0.4 points."""
    return loss_text(loss, metric) + _points(metric)


def axis_text(metric: MetricInfo) -> str:
    """Return the caption of an axis: 'top-1, %'."""
    return listed((str(metric), metric.unit)) if metric.unit else str(metric)


def margin_text(figure: Figure, metric: MetricInfo) -> str:
    """Return ± 0.6, or "" if the figure is exact."""
    return _margin(figure, 100 if metric.percent else 1)


def _margin(figure: Figure, scale: float) -> str:
    if figure.low is None or figure.high is None or figure.high <= figure.low:
        return ""
    half = (figure.high - figure.low) / 2 * scale
    return f" ± {half:.1f}" if scale == 100 else f" ± {_plain(half)}"


def _unit(metric: MetricInfo) -> str:
    return f" {metric.unit}" if metric.unit else ""


def _plain(value: float) -> str:
    return three_digits(value) if abs(value) >= 0.1 or value == 0 else f"{value:.3g}"


def percent(share: float, digits: int = 0) -> str:
    """Return a share, 0..1, as '12 %', with this many decimals."""
    return f"{100 * share:.{digits}f} %"


def short_percent(share: float) -> str:
    """Return a share as '97.1 %', '50 %' or '99.97 %', without a line break: no zeros at the end, and enough digits not
    to show 100 for less."""
    digits = 1 if share <= 0.9989 or share == 1 else 2
    number = f"{100 * share:.{digits}f}"
    return f"{number.rstrip('0').rstrip('.')}\N{NO-BREAK SPACE}%"


def small(value: float, digits: int = 1) -> str:
    """Return a small number in few characters: 0.3, 0.005, 7e−4, with this many digits."""
    text = f"{value:.{digits}g}" if value >= 0.001 or value == 0 else f"{value:.{digits - 1}e}"
    return text.replace("e-0", "e−").replace("e-", "e−")


def smaller(before: float, after: float) -> str:
    """'6.2x smaller (16 % kept)', or 'larger' where it grew."""
    return quantities.smaller(before, after, tr)


def shrunk(before: float, after: float) -> str:
    """Return '−0.11 %' for a slight change, 'unchanged' for none, else as `smaller`."""
    if before == after:
        return tr("unchanged")
    if quantities.slight(before, after):
        percent = 100 * (after - before) / before
        return f"{percent:+.2f} %".replace("-", "−") if abs(percent) >= 0.005 else tr("about unchanged")
    return smaller(before, after)


def shrunk_briefly(before: float, after: float) -> str:
    """Return `shrunk` without the share that is left: '6.2x', for a narrow cell."""
    if quantities.slight(before, after) or before == after or after > before or after <= 0:
        return shrunk(before, after)
    return tr("{times}x").format(times=quantities.ratio_digits(before / after))


def source_text(figure: Figure, total: int = 0) -> str:
    """Return the source of a figure: 'estimated, 400 of 2,000'."""
    words = {
        "forecast": tr("forecast"),
        "estimated": tr("estimated"),
        "measured": tr("measured"),
        "verified": tr("verified"),
    }
    samples = f"{figure.samples:,}" if figure.samples else ""
    if samples and total and figure.samples < total:
        samples = tr("{n} of {total}").format(n=samples, total=f"{total:,}")
    return listed((f"{MARKS[figure.how]} {words[figure.how]}", samples))


def explain(figure: Figure) -> str:
    """Return the meaning of the mark, for a tooltip."""
    return {
        "forecast": tr("Computed from the recipe; nothing was run or written yet."),
        "estimated": tr("Measured on part of the samples by running the edited model; 95 % confidence interval."),
        "measured": tr("Measured on all samples by running the edited model."),
        "verified": tr("Measured on the exported file, after reopening it."),
    }[figure.how]


def is_settled(figure: Figure | None) -> bool:
    """Return whether the interval excludes zero, so that the sign of the difference is certain."""
    if figure is None:
        return False
    low = figure.value if figure.low is None else figure.low
    high = figure.value if figure.high is None else figure.high
    return low > 0 or high < 0


def in_memory(load: Load) -> str:
    """Return the memory that a file keeps, as text after its size; "" if the system does not report it."""
    return "" if load.memory is None else tr(", {size} in memory").format(size=quantities.size(load.memory.median))


def loading(before: Load, after: Load) -> str:
    """Return a sentence with the load time and memory of two files."""

    def pair(first: Spread | None, second: Spread | None) -> str:
        if first is None or second is None:
            return "–"
        return f"{quantities.size(first.median)} → {quantities.size(second.median)}"

    return tr(
        "Measured in fresh processes: load time {before} → {after} s, memory after loading {kept}, peak memory {peak}."
    ).format(
        before=quantities.three_digits(before.seconds.median),
        after=quantities.three_digits(after.seconds.median),
        kept=pair(before.memory, after.memory),
        peak=pair(before.peak, after.peak),
    )
