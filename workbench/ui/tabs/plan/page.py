"""The trade-off as a page: a drawing that names each recipe under the mouse, and a table of all."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from workbench.core.base.resources import page_template
from workbench.ui.plots.axis import Axis
from workbench.ui.text import i18n
from workbench.ui.text.i18n import tr

WIDTH, HEIGHT = 900, 440
LEFT, TOP, ACROSS, DOWN = 64, 12, 820, 360  # the area of the drawing


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class PageDot:
    """A dot in pixels of the drawing; `low` and `high` are the ends of its interval, None if it has none."""

    x: float
    y: float
    kind: str
    figures: str
    recipe: str
    label: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    kind: str
    cells: tuple[str, ...]
    recipe: str


@dataclass(frozen=True)
class Page:
    """Fields of the template resources/tradeoff.html.j2; lines are the points of an SVG polyline."""

    name: str
    sources: str
    notes: str
    title_across: str
    title_down: str
    ticks_across: Sequence[Tick]
    ticks_down: Sequence[Tick]
    dots: Sequence[PageDot]
    uniform: str
    predicted: str
    beyond: tuple[float, float, float, float] | None
    heads: Sequence[str]
    rows: Sequence[Row]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    top: int = TOP
    across: int = ACROSS
    down: int = DOWN


class Ruler:
    """Conversion from the units of the axes to pixels of the drawing."""

    def __init__(self, home: QRectF) -> None:
        self._home = home

    def x(self, value: float) -> float:
        return round(LEFT + ACROSS * (value - self._home.left()) / self._home.width(), 1)

    def y(self, value: float) -> float:
        return round(TOP + DOWN * (self._home.bottom() - value) / self._home.height(), 1)

    def line(self, points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)

    def beyond(self, area: QRectF) -> tuple[float, float, float, float] | None:
        """Return the part of an area that is in the drawing: left, top, width, height."""
        inside = area.intersected(self._home)
        if inside.isEmpty():
            return None
        left, top = self.x(inside.left()), self.y(inside.bottom())
        return left, top, self.x(inside.right()) - left, self.y(inside.top()) - top

    def ticks(self, axis: Axis) -> list[Tick]:
        """Return the same ticks as the plot."""
        flat = axis.orientation == "bottom"
        ends = (self._home.left(), self._home.right()) if flat else (self._home.top(), self._home.bottom())
        found = []
        for spacing, values in axis.tickValues(*ends, ACROSS if flat else DOWN):
            texts = axis.tickStrings(values, 1.0, spacing)
            found += [
                Tick(self.x(value) if flat else self.y(value), text)
                for value, text in zip(values, texts, strict=True)
                if ends[0] <= value <= ends[1]
            ]
        return found


def html(page: Page) -> str:
    """Return self-contained HTML, without scripts or external resources."""
    return page_template("tradeoff.html.j2").render(page=page, tr=tr, language=i18n.language())
