"""Symbols of recipes, the same in the plot, in the table and in the legend below the plot."""

from dataclasses import dataclass, replace
from functools import lru_cache

import pyqtgraph as pg
from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QIcon, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.plans.entries import Entry
from workbench.ui.text.i18n import listed, tr
from workbench.ui.widgets import theme

SIGN = 16  # pixels of a sign in a table
DENSITY = 2  # pixels of the picture for each of them
GAP = 14  # between two entries of the legend
EDGE, LINE = 2.0, 20  # left of the first entry; height of a line


@dataclass(frozen=True)
class Symbol:
    """Mark of a recipe: `symbol` of pyqtgraph, its size in pixels, and the names of its colours."""

    symbol: str
    size: float
    fill: str
    line: str


ORIGINAL = Symbol("d", 12, "text", "text")
CHOSEN = Symbol("star", 18, "accent", "accent")
FOUND = Symbol("o", 9, "accent", "accent")
BEHIND = Symbol("o", 7, "accent_soft", "accent")
UNIFORM = Symbol("s", 8, "surface", "before_line")
GREEDY = Symbol("t1", 8, "surface", "before_line")
OWN = Symbol("p", 11, "warn", "warn")
LINES, FILLS = ("text", "accent", "before_line", "warn"), ("text", "accent", "accent_soft", "surface", "warn")


def symbol_of(entry: Entry) -> Symbol:
    if "original" in entry.marks:
        return ORIGINAL
    if "chosen" in entry.marks:
        return CHOSEN
    if entry.point.kind in ("current", "snapshot"):
        return OWN
    if entry.point.kind == "uniform":
        return UNIFORM
    if entry.point.kind == "greedy":
        return GREEDY
    return FOUND if "front" in entry.marks else BEHIND


def color(name: str) -> QColor:
    return getattr(theme.colors(), name)


def paint(painter: QPainter, sign: Symbol, at: QPointF) -> None:
    painter.save()
    painter.translate(at)
    drawSymbol(painter, sign.symbol, sign.size, pg.mkPen(color(sign.line), width=1.2), color(sign.fill))
    painter.restore()


def icon(sign: Symbol) -> QIcon:
    """Return the icon for a cell of a table; in one colour if the cell is selected."""
    return _icon(sign, theme.colors().dark)


@lru_cache(maxsize=32)
def _icon(sign: Symbol, dark: bool) -> QIcon:
    found = QIcon(_picture(sign))
    found.addPixmap(_picture(replace(sign, fill="on_accent", line="on_accent")), QIcon.Mode.Selected)
    return found


def _picture(sign: Symbol) -> QPixmap:
    picture = QPixmap(QSize(SIGN, SIGN) * DENSITY)
    picture.setDevicePixelRatio(DENSITY)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter, sign, QPointF(SIGN / 2, SIGN / 2))
    painter.end()
    return picture


class Key(QWidget):
    """'● search □ same for all layers ┄ predicted': legend of the kinds in the plot; in a second line what
    has no room in the first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.signals.changed.connect(self.update)

    def show_kinds(self, *kinds: str) -> None:
        """Show the symbols of these kinds: search, uniform, greedy, own, predicted, limit."""
        if kinds != self._shown:
            self._shown = kinds
            self.setAccessibleName(listed(self._words()[kind] for kind in kinds))
            self._fit()

    def _words(self) -> dict[str, str]:
        return {
            "search": tr("search"),
            "predicted": tr("predicted"),
            "uniform": tr("same for all layers"),
            "greedy": tr("layer by layer"),
            "own": tr("yours"),
            "limit": tr("beyond the limit"),
        }

    def sizeHint(self) -> QSize:
        return QSize(200, LINE * max(len(self._lines()), 1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def _lines(self) -> list[list[tuple[str, float]]]:
        """Return the kinds with their left edges, in as many lines as they need."""
        metrics, words = QFontMetricsF(theme.font(-1)), self._words()
        lines: list[list[tuple[str, float]]] = [[]]
        left = EDGE
        for kind in self._shown:
            wide = SIGN + metrics.horizontalAdvance(words[kind])
            if lines[-1] and left + wide > self.width():
                lines.append([])
                left = EDGE
            lines[-1].append((kind, left))
            left += wide + GAP
        return lines

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(-1))
        words = self._words()
        for number, line in enumerate(self._lines()):
            for kind, left in line:
                self._paint_sign(painter, kind, QPointF(left + SIGN / 2, LINE * (number + 0.5)))
                painter.setPen(color("muted"))
                where = QRectF(left + SIGN + theme.HALF, LINE * number, self.width(), LINE)
                painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, words[kind])
        painter.end()

    def _paint_sign(self, painter: QPainter, kind: str, at: QPointF) -> None:
        signs = {"search": FOUND, "uniform": UNIFORM, "greedy": GREEDY, "own": OWN}
        if kind in signs:
            paint(painter, signs[kind], at)
        elif kind == "predicted":
            painter.setPen(QPen(color("accent"), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(at - QPointF(SIGN / 2, 0), at + QPointF(SIGN / 2, 0))
        else:
            painter.fillRect(QRectF(at.x() - 7, at.y() - 5, 14, 10), shade())
            painter.setPen(QPen(color("bad"), 1))
            painter.drawLine(at - QPointF(7, 5), at - QPointF(7, -5))


def shade() -> QColor:
    """Return the colour of the area beyond the limit."""
    shaded = QColor(color("bad"))
    shaded.setAlpha(28 if not theme.colors().dark else 40)
    return shaded
