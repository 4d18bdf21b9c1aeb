"""Overlay of a plot: marker lines with labels, ticks and dots, a note.

All in pixels over the scene, not as items of it, so that it is sharp on every screen and labels can avoid each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QResizeEvent

from workbench.ui.plots.axis import Axis
from workbench.ui.plots.labels import spread
from workbench.ui.widgets import theme

pg.setConfigOptions(antialias=True, mouseRateLimit=-1)

ROW = 18  # height of a row of labels above the plot
TICK = 6
DENSE = 4  # pixels between ticks that can be told apart


@dataclass(frozen=True)
class Marker:
    """A dotted vertical line with a label."""

    x: float
    text: str


@dataclass(frozen=True)
class Note:
    """A few words at the top of the plot, right of `right` if they fit, else left of `left`."""

    left: float
    right: float
    text: str
    role: str = "muted"


class Overlay(pg.PlotWidget):
    """A plot with two axes and an overlay; canvas.Canvas adds draggable handles."""

    def __init__(self, x_label: str, y_label: str, log: bool = False, rows: int = 1) -> None:
        """Create the plot. `rows`: rows of labels above it; one more is added if markers do not fit next to each
        other."""
        self.x_axis, self.y_axis = Axis("bottom"), Axis("left", log)
        self._built = self._staggered = False  # Qt sizes the widget before it is whole
        super().__init__(axisItems={"bottom": self.x_axis, "left": self.y_axis}, enableMenu=False)
        self.box = self.plotItem.vb
        self._markers: tuple[Marker, ...] = ()
        self._note: Note | None = None
        self._ticks: tuple[float, ...] = ()
        self._dots: tuple[float, ...] = ()
        self.rows = rows
        self.plotItem.hideButtons()
        self.plotItem.layout.setContentsMargins(0, rows * ROW + theme.UNIT, 12, theme.HALF)
        self.box.setMouseEnabled(False, False)
        self.box.setMenuEnabled(False)
        self.setLabel("bottom", x_label)
        self.setLabel("left", y_label)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        theme.signals.changed.connect(self.dress)
        self._built = True
        self.dress()

    def dress(self) -> None:
        self.setBackground(theme.colors().surface)
        self.x_axis.dress()
        self.y_axis.dress()
        self.viewport().update()

    def pen(self, color: QColor, width: float = 1.5) -> QPen:
        """Return a pen for a curve. Pens of the scene count in the screen's own pixels."""
        return pg.mkPen(color, width=width * self.devicePixelRatioF())

    def set_markers(self, markers: tuple[Marker, ...]) -> None:
        self._markers = tuple(sorted(markers, key=lambda marker: marker.x))
        self._make_room()
        self.viewport().update()

    def _make_room(self) -> None:
        """Add a second row if labels do not fit next to each other."""
        metrics = QFontMetricsF(theme.font(-1))
        needed = sum(metrics.horizontalAdvance(marker.text) + theme.UNIT for marker in self._markers)
        staggered = needed > self.width() - 2 * theme.UNIT
        if staggered != self._staggered:
            self._staggered = staggered
            self.plotItem.layout.setContentsMargins(0, (self.rows + staggered) * ROW + theme.UNIT, 12, theme.HALF)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._built:
            self._make_room()

    def set_note(self, note: Note | None) -> None:
        self._note = note
        self.viewport().update()

    def set_ticks(self, ticks: Iterable[float], dots: Iterable[float] = ()) -> None:
        """Set short lines on the x axis, and dots just above it, for single values."""
        self._ticks, self._dots = tuple(ticks), tuple(dots)
        self.viewport().update()

    @property
    def ticks(self) -> tuple[float, ...]:
        return self._ticks

    @property
    def dots(self) -> tuple[float, ...]:
        return self._dots

    @property
    def markers(self) -> tuple[Marker, ...]:
        return self._markers

    @property
    def note(self) -> Note | None:
        return self._note

    def to_pixel(self, x: float) -> float:
        """Return the horizontal position in the widget of a value on the x axis."""
        return self.mapFromScene(self.box.mapViewToScene(QPointF(x, 0))).x()

    def _to_pixels(self, values: Iterable[float]) -> set[int]:
        """Return the distinct pixels of many values; the axis is linear, so two points of it suffice."""
        start, end = (self.box.mapViewToScene(QPointF(x, 0)).x() for x in (0, 1))
        shift = self.mapFromScene(QPointF(0, 0)).x()
        return {round(shift + start + (end - start) * value) for value in values}

    def to_value(self, pixel: float) -> float:
        return self.box.mapSceneToView(self.mapToScene(round(pixel), 0)).x()

    # -- painting --------------------------------------------------------------------------------------------------

    @property
    def area(self) -> QRectF:
        """Return the rectangle of the curves, in pixels of the widget."""
        return QRectF(self.mapFromScene(self.box.sceneBoundingRect()).boundingRect())

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        super().drawForeground(painter, rect)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ticks(painter)
        self._paint_markers(painter)
        self.paint_hand(painter)
        self._paint_note(painter)
        painter.restore()

    def paint_hand(self, painter: QPainter) -> None:
        """Paint what follows the mouse, below the note."""

    def _vertical(self, painter: QPainter, x: float, top: float) -> None:
        painter.drawLine(QPointF(x, top), QPointF(x, self.area.bottom()))

    def _paint_ticks(self, painter: QPainter) -> None:
        colors, area = theme.colors(), self.area
        painter.setPen(QPen(colors.after, 1.5))
        places = {x for x in self._to_pixels(self._ticks) if area.left() <= x <= area.right()}
        # Many ticks would merge into a strip: low and thin, so that they do not hide the bars.
        dense = len(places) * DENSE > area.width()
        painter.setPen(QPen(colors.after, 1 if dense else 1.5))
        for x in places:
            painter.drawLine(QPointF(x, area.bottom() - (1 if dense else TICK)), QPointF(x, area.bottom() + 2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.warn)
        for x in self._to_pixels(self._dots):
            if area.left() <= x <= area.right():
                painter.drawEllipse(QPointF(x, area.bottom() - TICK - 5), 2.5, 2.5)

    def _paint_markers(self, painter: QPainter) -> None:
        if not self._markers:
            return
        colors, area = theme.colors(), self.area
        font = theme.font(-1)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        places = [self.to_pixel(marker.x) for marker in self._markers]
        widths = [metrics.horizontalAdvance(marker.text) for marker in self._markers]
        labels = self._label_places(places, widths)
        for place, label in zip(places, labels, strict=True):
            painter.setPen(QPen(colors.before_line, 1, Qt.PenStyle.DotLine))
            self._vertical(painter, place, area.top())
            foot = QPointF(min(max(place, label.left()), label.right()), label.bottom())
            painter.drawLine(QPointF(place, area.top()), foot)
        painter.setPen(colors.muted)
        for marker, label in zip(self._markers, labels, strict=True):
            painter.fillRect(label, colors.surface)  # lines to the upper row end behind the lower one
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, marker.text)

    def _label_places(self, places: list[float], widths: list[float]) -> list[QRectF]:
        """Return the positions of the labels of the markers: in one row, or alternating in two."""
        turns = 2 if self._staggered else 1
        found = [QRectF() for _ in places]
        for turn in range(turns):
            lefts = spread(places[turn::turns], widths[turn::turns], 2, self.width() - 2, theme.UNIT)
            bottom = self.area.top() - (self.rows - 1 + turn) * ROW - theme.HALF
            for index, left in zip(range(turn, len(places), turns), lefts, strict=True):
                found[index] = QRectF(left, bottom - ROW + 2, widths[index] + 1, ROW - 2)
        return found

    def _paint_note(self, painter: QPainter) -> None:
        if self._note is None:
            return
        font = theme.font(-1)
        width, height = QFontMetricsF(font).horizontalAdvance(self._note.text) + 2, float(ROW)
        left = self.to_pixel(self._note.right) + theme.HALF
        if left + width > self.width() - theme.HALF:
            left = self.to_pixel(self._note.left) - theme.HALF - width
        painter.setFont(font)
        painter.setPen(getattr(theme.colors(), self._note.role))
        where = QRectF(max(left, self.area.left() + theme.HALF), self.area.top(), width, height)
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, self._note.text)
