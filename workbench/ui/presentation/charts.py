"""Slides of the trade-off, of real samples before and after, and of the savings."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPen

from workbench.core.base.quantities import size
from workbench.ui.base.pixels import image_of
from workbench.ui.presentation.slides import RIGHT, SMALL, TOP_ROW, Slide, number_row
from workbench.ui.presentation.story import Dot, Example, Story
from workbench.ui.text.i18n import tr

ROUGH = 3.0  # share of the range of the best recipes: worse ones would be below the plot and are left out
FOOT = 4.5  # units below a plot, for its axis
SIDE = 8.0  # units left of it
IN_A_ROW = 5
CAPTION = SMALL  # units of the words below a picture


def tradeoff(slide: Slide, story: Story) -> None:
    slide.heading(tr("Trade-off"))
    dots = _shown(story.dots)
    top = TOP_ROW + 2.4  # below the metric's name, which is below the heading
    area = QRectF(SIDE, top, slide.columns - SIDE - 1.0, slide.rows - top - FOOT - 4.0)
    widest = max(dot.bytes for dot in dots)
    low, high = _round_range([dot.value for dot in dots])

    def at(dot: Dot) -> QPointF:
        """Return the position in units of the slide."""
        across = area.left() + area.width() * dot.bytes / (1.05 * widest)
        return QPointF(across, area.bottom() - area.height() * (dot.value - low) / (high - low))

    _axes(slide, area, widest, low, high)
    _uniform_line(slide, [at(dot) for dot in _best([dot for dot in dots if dot.kind == "uniform"])])
    for kind in ("uniform", "search", "original", "current"):
        for dot in dots:
            if dot.kind == kind:
                _dot(slide, at(dot), kind)
    slide.text(story.metric, 0, TOP_ROW - 1.1, SIDE + 10, SMALL, slide.colors.muted)
    slide.text(tr("File size"), SIDE, area.bottom() + 2.2, area.width(), SMALL, slide.colors.muted, align=RIGHT)
    _key(slide, {dot.kind for dot in dots}, slide.rows - 2.5)


def examples(slide: Slide, story: Story) -> None:
    slide.heading(tr("Changed predictions"))
    slide.text(story.example_words, 0, 4.4, slide.columns, SMALL, slide.colors.muted)
    across = slide.columns / IN_A_ROW
    row = (slide.rows - TOP_ROW - 6.5) / 2
    for index, example in enumerate(story.examples):
        x, y = across * (index % IN_A_ROW), TOP_ROW + 2.0 + row * (index // IN_A_ROW)
        _example(slide, example, x, y, across - 1.5, row - 0.5)


def savings(slide: Slide, story: Story) -> None:
    slide.heading(tr("Savings per year"))
    for index, number in enumerate(story.savings[:4]):
        number_row(slide, number, TOP_ROW + 8.4 * index)
    words = tr("Computed from figures of your organisation, the size of the file and the measured latency.")
    slide.text(words, 0, slide.rows - 2.5, slide.columns, SMALL, slide.colors.muted)


# -- parts of the plot -------------------------------------------------------------------------------------------------


def _shown(dots: tuple[Dot, ...]) -> list[Dot]:
    """Return the dots near the best, as a recipe that destroys the model would compress all others into one line."""
    values = sorted((dot.value for dot in dots), reverse=True)
    original = next(dot for dot in dots if dot.kind == "original")
    middle = values[len(values) // 2]
    span = max(abs(original.value - middle), 0.02 * abs(original.value), 1e-9)
    return [dot for dot in dots if abs(dot.value - original.value) <= ROUGH * span or dot.kind == "current"]


def _round_range(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = 0.1 * ((high - low) or abs(high) or 1.0)
    return low - room, high + room


def _best(dots: list[Dot]) -> list[Dot]:
    """Return the dots that no smaller one equals, smallest first."""
    found: list[Dot] = []
    for dot in sorted(dots, key=lambda dot: dot.bytes):
        if not found or dot.value > found[-1].value:
            found.append(dot)
    return found


def _axes(slide: Slide, area: QRectF, widest: float, low: float, high: float) -> None:
    colors, painter, u = slide.colors, slide.painter, slide.u
    painter.setPen(QPen(colors.grid, 0.12 * u))
    step = _step((high - low) / 4)
    for n in range(math.ceil(low / step), math.floor(high / step) + 1):
        y = area.bottom() - area.height() * (n * step - low) / (high - low)
        painter.setPen(QPen(colors.grid, 0.12 * u))
        painter.drawLine(_pixels(slide, area.left(), y), _pixels(slide, area.right(), y))
        slide.text(f"{n * step:.10g}", 0, y - 0.75 * SMALL, SIDE - 1, SMALL, colors.muted, align=RIGHT)
    step = _step(widest / 4)
    for n in range(math.floor(1.05 * widest / step) + 1):
        x = area.left() + area.width() * n * step / (1.05 * widest)
        words = size(n * step) if n else "0"
        slide.text(words, x - 5, area.bottom() + 0.2, 10, SMALL, colors.muted, align=Qt.AlignmentFlag.AlignHCenter)


def _uniform_line(slide: Slide, points: list[QPointF]) -> None:
    slide.painter.setPen(QPen(slide.colors.before_line, 0.18 * slide.u, Qt.PenStyle.DashLine))
    slide.painter.drawPolyline([_pixels(slide, point.x(), point.y()) for point in points])


def _dot(slide: Slide, place: QPointF, kind: str) -> None:
    radius = {"current": 0.85, "original": 0.7}.get(kind, 0.45) * slide.u
    slide.painter.setPen(QPen(slide.colors.surface, 0.1 * slide.u))
    slide.painter.setBrush(_color(slide, kind))
    slide.painter.drawEllipse(_pixels(slide, place.x(), place.y()), radius, radius)


def _color(slide: Slide, kind: str) -> QColor:
    colors = slide.colors
    return {"original": colors.text, "uniform": colors.before_line, "current": colors.good}.get(kind, colors.after)


def _key(slide: Slide, kinds: set[str], y: float) -> None:
    titles = {
        "original": tr("original"),
        "uniform": tr("all layers alike"),
        "search": tr("measured recipes"),
        "current": tr("this recipe"),
    }
    x = SIDE
    for kind, title in titles.items():
        if kind in kinds:
            _dot(slide, QPointF(x, y + 0.75 * SMALL), kind)
            slide.text(title, x + 1.4, y, 16, SMALL, slide.colors.muted)
            x += 17


def _step(rough: float) -> float:
    """Return 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _pixels(slide: Slide, x: float, y: float) -> QPointF:
    return QPointF(slide.x + x * slide.u, slide.y + y * slide.u)


# -- parts of the examples ---------------------------------------------------------------------------------------------


def _example(slide: Slide, example: Example, x: float, y: float, width: float, height: float) -> None:
    line = 1.3 * CAPTION
    box = slide.picture(image_of(example.picture), x, y, width, height - 2 * line - 0.8)
    color = slide.colors.good if example.right else slide.colors.bad
    slide.painter.setBrush(Qt.BrushStyle.NoBrush)
    slide.painter.setPen(QPen(color, 0.25 * slide.u))
    slide.painter.drawRect(box)
    below = y + height - 2 * line - 0.5
    middle = Qt.AlignmentFlag.AlignHCenter
    slide.text(example.before, x, below, width, CAPTION, slide.colors.muted, align=middle)
    slide.text(f"→ {example.after}", x, below + line, width, CAPTION, weight=QFont.Weight.Medium, align=middle)
