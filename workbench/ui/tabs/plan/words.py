"""A recipe and its figures in words, for the readout of the plot, the table and the page."""

from collections import Counter
from collections.abc import Mapping

from workbench.core.analysis.plan import Front, Point, Told
from workbench.core.analysis.report import Figure
from workbench.core.base.quantities import MetricInfo, amount, size
from workbench.core.layer_data.layer import ModelSummary
from workbench.core.recipe.action import MethodInfo
from workbench.core.recipe.recipe import Recipe
from workbench.ui.plans.entries import Entry, change_of
from workbench.ui.text import format
from workbench.ui.text.describe import stacks_of, steps_words
from workbench.ui.text.i18n import aside, listed, said, titled, tr

BEYOND, AT_MOST = "> ", "< "  # before a figure that is only a bound
MOST = 4  # largest number of groups of layers that are listed


def name_of(entry: Entry) -> str:
    """Return the name of a row, given by the search or by the user."""
    point = entry.point
    if "original" in entry.marks:
        return tr("Original")
    if entry.snapshot:
        return entry.snapshot
    name = _plain_name(point)
    return tr("{name}, retrained").format(name=name) if point.retrained and point.kind == "search" else name


def _plain_name(point: Point) -> str:
    if point.kind == "current":
        return tr("Current recipe")
    kind, _, number = point.name.rpartition(" ")
    if number.isdecimal() and kind in ("search", "layer by layer"):
        return (tr("Search {n}") if kind == "search" else tr("Layer by layer {n}")).format(n=number)
    name = said(point.name)
    return name if point.kind == "snapshot" else name[:1].upper() + name[1:]


def role_of(entry: Entry) -> str:
    """Return the role of a row, shown in brackets in the table; "" for none."""
    words = {"chosen": tr("best for the goal"), "current": tr("current recipe"), "snapshot": tr("snapshot")}
    mine = [text for mark, text in words.items() if mark in entry.marks and text != name_of(entry).lower()]
    return listed(mine)


def recipe_words(recipe: Recipe, model: ModelSummary, methods: Mapping[str, MethodInfo]) -> str:
    """Return '12 layers Affine 4 bit, conv1 Affine 8 bit, 3 layers unchanged': the largest groups of layers."""
    stacks = stacks_of(recipe, model)
    groups = Counter(stacks.values()).most_common()
    if len(groups) == 1:
        return tr("All layers: {steps}").format(steps=steps_words(groups[0][0], methods))
    parts = []
    for stack, count in groups[:MOST]:
        only = next(path for path, steps in stacks.items() if steps == stack)
        where = only if count == 1 else tr("{n} layers").format(n=count)
        parts.append(tr("{layers} {steps}").format(layers=where, steps=steps_words(stack, methods)))
    if len(groups) > MOST:
        parts.append(tr("{n} layers otherwise").format(n=sum(count for _, count in groups[MOST:])))
    return listed(parts)


def how_of(entry: Entry) -> str:
    """Return how the figure was obtained, and on how many samples: 'measured, 300'."""
    point, best = entry.point, entry.point.best
    if "original" in entry.marks and best is None:
        return tr("reference")
    if best is None and point.beyond:
        return tr("worse than measured")
    if best is None:
        return tr("predicted") if point.predicted is not None else tr("not measured")
    words = tr("held out, {n}") if point.held_out is not None else tr("measured, {n}")
    return words.format(n=f"{best.samples:,}")


def drop_words(entry: Entry, metric: MetricInfo, baseline: float | None, unit: bool = False) -> str:
    """Return '0.4 ± 0.3', in points or in the unit of the metric: the difference to the original's displayed metric. A
    prediction is marked; of one beyond what was measured it is the least that is lost, '> 3.9'."""
    if entry.drop is None:
        return "–"
    best, shown = entry.point.best, _shown(entry, metric, baseline)
    if best is None:
        forecast = BEYOND if entry.point.beyond else f"{format.MARKS['forecast']} "
        mark = "" if "original" in entry.marks else forecast
        return mark + format.drop_text(Figure(entry.drop, "forecast"), metric, shown, unit)
    figure = Figure(best.drop, "measured", best.samples, best.low, best.high)
    return format.drop_text(figure, metric, shown, unit)


def change_words(entry: Entry, metric: MetricInfo, baseline: float | None) -> str:
    """Return '−0.4 ± 0.3 points': the same difference as a change; "" if it was not measured."""
    figure = change_of(entry.point, metric)
    return "" if figure is None else format.change_text(figure, metric, _shown(entry, metric, baseline))


def _shown(entry: Entry, metric: MetricInfo, baseline: float | None) -> tuple[float, float] | None:
    """Return the metric of the original and of this recipe, as displayed."""
    value = value_of(entry, metric, baseline)
    return None if baseline is None or value is None else (baseline, value)


def value_words(entry: Entry, metric: MetricInfo, baseline: float | None) -> str:
    value = value_of(entry, metric, baseline)
    if value is None:
        return "–"
    bound = AT_MOST if metric.sign > 0 else BEYOND
    return (bound if entry.point.beyond and entry.point.best is None else "") + format.value_text(value, metric)


def value_of(entry: Entry, metric: MetricInfo, baseline: float | None) -> float | None:
    """Return the metric of a recipe: that of the original minus the drop, which was measured on the same samples."""
    if entry.drop is None or baseline is None:
        return entry.point.value
    return baseline - metric.sign * entry.drop


def point_words(entry: Entry, metric: MetricInfo, baseline: float | None, energy: Told = "") -> str:
    """Return 'Search 3: 234 kB, top-1 92.1 % (−0.4 ± 0.3 points), measured, 300 samples'; `energy`: how that was
    obtained."""
    point = entry.point
    parts = [size(point.bytes)]
    if point.macs is not None:
        parts.append(tr("{n} MACs").format(n=amount(point.macs)))
    if point.latency is not None:
        parts.append(f"{point.latency:.3g} ms")
    if point.energy is not None and energy:
        words = tr("{energy} mJ by rule") if energy == "by rule" else tr("{energy} mJ measured")
        parts.append(words.format(energy=f"{point.energy:.3g}"))
    if entry.drop is not None:
        value, change = f"{metric} {value_words(entry, metric, baseline)}", change_words(entry, metric, baseline)
        parts.append(aside(value, change) if change else value)
    if "original" not in entry.marks or point.best is not None:
        words = tr("{how} samples") if point.best is not None else "{how}"
        parts.append(words.format(how=how_of(entry)))
    return titled(name_of(entry), listed(parts))


def original_value(front: Front | None, otherwise: float | None) -> float | None:
    """Return the metric of the original, on the samples of the search if it has one."""
    best = front.original.best if front is not None else None
    return otherwise if best is None else best.value


def ratio_words(point: Point, original: int) -> str:
    """Return '6.2x'; '1.0x' for the original."""
    return tr("{times}x").format(times=f"{original / point.bytes:.1f}") if point.bytes else "–"
