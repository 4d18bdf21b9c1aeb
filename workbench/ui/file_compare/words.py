"""A comparison of two files in words, for the dialog and the page."""

from dataclasses import dataclass
from pathlib import Path

from workbench.core.analysis.measured import FileComparison, LayerPair
from workbench.core.analysis.report import Figure
from workbench.core.base.plain import plain
from workbench.core.base.quantities import amount, metric_text, size, three_digits
from workbench.core.base.resources import page_template
from workbench.ui.text import format, i18n
from workbench.ui.text.i18n import listed, said, tr


@dataclass(frozen=True)
class Line:
    """A figure of both files, and its change."""

    caption: str
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class LayerLine:
    """Cells of a row of the table; `same`: nothing changed."""

    cells: tuple[str, ...]
    same: bool


def names(found: FileComparison) -> tuple[str, str]:
    """Return the names of both files, without their folders unless the names are equal."""
    paths = [Path(found.first), Path(found.second)]
    if paths[0].name == paths[1].name:
        return plain(f"{paths[0].parent.name}/{paths[0].name}"), plain(f"{paths[1].parent.name}/{paths[1].name}")
    return plain(paths[0].name), plain(paths[1].name)


def summary(found: FileComparison) -> str:
    """Return '15 layers: 3 the same, 12 with other weights, 1 added.'"""
    kinds = {
        "same": tr("{n} the same"),
        "weights": tr("{n} with other weights"),
        "shape": tr("{n} with another shape"),
        "removed": tr("{n} removed"),
        "added": tr("{n} added"),
    }
    diff = found.diff
    parts = [words.format(n=n) for kind, words in kinds.items() if (n := diff.count(kind))]  # type: ignore[arg-type]
    return tr("{n} layers: {parts}.").format(n=len(diff.layers), parts=listed(parts))


def lines(found: FileComparison) -> tuple[Line, ...]:
    """Return the figures, as far as they are known."""
    before, after = found.bytes
    rows = [Line(tr("File size"), size(before), size(after), format.shrunk(before, after))]
    figures = found.figures
    if figures is not None:
        metric = figures.metric
        low, high = (format.change_text(Figure(end, "measured"), metric) for end in (figures.low, figures.high))
        change = tr("{change} ({low} to {high}), measured on {n} samples").format(
            change=format.change_text(Figure(figures.difference, "measured"), metric),
            low=low,
            high=high,
            n=f"{figures.samples:,}",
        )
        first, second = (metric_text(side.value, metric) for side in (figures.first, figures.second))
        rows.append(Line(said(metric.heading), first, second, change))
        rows.append(Line(tr("Same predictions"), "", format.percent(figures.agreement, 2), _flips(found)))
        times = figures.first.latency_ms, figures.second.latency_ms
        ratio = tr("{times}x, measured here").format(times=f"{times[1] / max(times[0], 1e-9):.2f}")
        rows.append(Line(tr("Latency"), f"{three_digits(times[0])} ms", f"{three_digits(times[1])} ms", ratio))
    if None not in found.macs:
        before, after = (each or 0 for each in found.macs)
        rows.append(Line(tr("MACs"), amount(before), amount(after), format.shrunk(before, after)))
    return tuple(rows)


def _flips(found: FileComparison) -> str:
    assert found.figures is not None
    return tr("{lost} samples got worse, {won} better").format(
        lost=f"{found.figures.lost:,}", won=f"{found.figures.won:,}"
    )


def heads() -> tuple[str, ...]:
    return tr("Layer"), tr("Difference"), tr("Shape"), tr("Before"), tr("After"), "SQNR"


def layer_line(pair: LayerPair) -> LayerLine:
    """Return a row of the table."""
    kinds = {
        "same": tr("the same"),
        "weights": tr("other weights"),
        "shape": tr("another shape"),
        "removed": tr("removed"),
        "added": tr("added"),
    }
    name = pair.path or pair.other
    if pair.path and pair.other and pair.path != pair.other:
        name = f"{pair.path} → {pair.other}"
    shapes = [" × ".join(map(str, shape)) for shape in (pair.shape, pair.other_shape) if shape]
    shape = " → ".join(dict.fromkeys(shapes))
    sides = [size(count) if path else "–" for count, path in ((pair.bytes, pair.path), (pair.other_bytes, pair.other))]
    ratio = "" if pair.sqnr_db is None else f"{pair.sqnr_db:.1f} dB"
    return LayerLine((plain(name), kinds[pair.kind], f"{pair.op} {shape}", *sides, ratio), pair.kind == "same")


def html(found: FileComparison) -> str:
    """Return self-contained HTML, without scripts, external resources or folders of this machine."""
    first, second = names(found)
    return page_template("comparison.html.j2").render(
        first=first,
        second=second,
        summary=summary(found),
        figures=lines(found),
        without=said(found.without),
        heads=heads(),
        layers=[layer_line(pair) for pair in found.diff.layers],
        operators=found.diff.operators,
        tr=tr,
        language=i18n.language(),
    )
