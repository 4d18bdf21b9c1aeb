"""Scatter plot of dots for pointing, walking and choosing; wheel and drag zoom and pan."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent

from workbench.ui.plots.overlay import Overlay
from workbench.ui.widgets import theme

REACH = 14  # pixels from a dot within which the mouse takes it
DRAG = 5  # pixels from which a press is a drag
ZOOM = 1.2  # a notch of the wheel
FAR = 64.0  # largest multiple of the home range when zooming out
GROUND = 200  # opacity of the ground behind a label, 0..255: lines pass below it
RING = 8.0  # pixels from the middle of a dot to the ring around it


@dataclass(frozen=True)
class Dot:
    """A dot in the units of the axes. `label`: a few words beside it; `front`: the arrow keys stop here."""

    key: int
    x: float
    y: float
    label: str = ""
    front: bool = False
    strong: bool = False  # of the label


class TradeoffCanvas(Overlay):
    """Signals: `pointed` at a dot or at none; `picked` with the mouse or the keys, and whether it joins the one picked
    before; `applied` for Return, `left` for Escape."""

    pointed = Signal(object)
    picked = Signal(object, bool)
    applied = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__("", "", rows=0)
        self.spots: tuple[Dot, ...] = ()
        self.chosen: tuple[int, ...] = ()  # one, or two that are compared
        self.home = QRectF(0, 0, 1, 1)
        self._pointed: int | None = None
        self._pressed: QPointF | None = None
        self._dragging = False
        self._zoomed = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def set_spots(self, dots: Sequence[Dot], home: QRectF) -> None:
        """Set the dots. `home`: the range that shows all that matters; a zoomed view stays."""
        self.spots = tuple(dots)
        self.home = home
        if not self._zoomed:
            self.reset()
        self.viewport().update()

    def choose(self, keys: tuple[int, ...]) -> None:
        self.chosen = keys
        self.viewport().update()

    def reset(self) -> None:
        """Show the whole range."""
        self._zoomed = False
        home = self.home
        self.box.setRange(xRange=(home.left(), home.right()), yRange=(home.top(), home.bottom()), padding=0)

    @property
    def under(self) -> int | None:
        """Return the dot under the mouse, if it is still there."""
        return self._pointed if any(dot.key == self._pointed for dot in self.spots) else None

    @property
    def zoomed(self) -> bool:
        return self._zoomed

    def place(self, dot: Dot) -> QPointF:
        """Return the position of a dot in pixels of the widget."""
        return QPointF(self.mapFromScene(self.box.mapViewToScene(QPointF(dot.x, dot.y))))

    def nearest(self, where: QPointF) -> Dot | None:
        """Return the dot within reach of the mouse, or None."""
        if not self.area.adjusted(-REACH, -REACH, REACH, REACH).contains(where):
            return None
        found = [(_apart(self.place(dot), where), number) for number, dot in enumerate(self.spots)]
        distance, number = min(found, default=(REACH + 1.0, 0))
        return self.spots[number] if distance <= REACH else None

    # -- mouse -----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._pressed, self._dragging = event.position(), False
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        where = event.position()
        if self._pressed is not None and (self._dragging or _apart(self._pressed, where) >= DRAG):
            before, after = (self.box.mapSceneToView(self.mapToScene(at.toPoint())) for at in (self._pressed, where))
            self.box.translateBy(x=before.x() - after.x(), y=before.y() - after.y())
            self._pressed, self._dragging, self._zoomed = where, True, True
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self._point_at(self.nearest(where))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            dot = None if self._dragging else self.nearest(event.position())
            self._pressed, self._dragging = None, False
            if dot is not None:
                self.picked.emit(dot.key, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
            self._point_at(self.nearest(event.position()))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        where = event.position()
        if not self.area.contains(where):
            event.ignore()
            return
        self._zoom(event.angleDelta().y() / 120, self.box.mapSceneToView(self.mapToScene(where.toPoint())))
        event.accept()

    def _zoom(self, notches: float, about: QPointF) -> None:
        factor = ZOOM**-notches
        wide = self.box.viewRect().width() * factor
        if self.home.width() / FAR <= wide <= self.home.width() * FAR:
            self.box.scaleBy((factor, factor), center=about)
            self._zoomed = True
            self.viewport().update()

    def leaveEvent(self, event: object) -> None:
        self._point_at(None)
        super().leaveEvent(event)

    def _point_at(self, dot: Dot | None) -> None:
        key = dot.key if dot is not None else None
        shape = Qt.CursorShape.ArrowCursor if dot is None else Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(shape)
        if key != self._pointed:
            self._pointed = key
            self.pointed.emit(key)
            self.viewport().update()

    # -- keys ------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right walk along the front, Return applies, Escape returns, +, - and 0 zoom."""
        match Qt.Key(event.key()):
            case Qt.Key.Key_Left | Qt.Key.Key_Down:
                self._walk(-1)
            case Qt.Key.Key_Right | Qt.Key.Key_Up:
                self._walk(1)
            case Qt.Key.Key_Home:
                self._walk(-len(self.spots))
            case Qt.Key.Key_End:
                self._walk(len(self.spots))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.applied.emit()
            case Qt.Key.Key_Escape:
                self.left.emit()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(1, self.box.viewRect().center())
            case Qt.Key.Key_Minus:
                self._zoom(-1, self.box.viewRect().center())
            case Qt.Key.Key_0:
                self.reset()
            case _:
                event.ignore()

    def _walk(self, by: int) -> None:
        """Go to another dot of the front, from the chosen one, which may lie beside it."""
        stops = sorted((dot for dot in self.spots if dot.front), key=lambda dot: dot.x)
        if not stops:
            return
        at = next((dot for dot in self.spots if self.chosen and dot.key == self.chosen[-1]), None)
        if at is None:
            place = 0 if by > 0 else len(stops) - 1
        elif at in stops:
            place = stops.index(at) + by
        else:
            after = sum(dot.x < at.x for dot in stops)
            place = after + by - (by > 0)
        self.picked.emit(stops[min(max(place, 0), len(stops) - 1)].key, False)

    # -- painting --------------------------------------------------------------------------------------------------

    def paint_hand(self, painter: QPainter) -> None:
        colors = theme.colors()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for dot in self.spots:
            if dot.key in self.chosen or dot.key == self._pointed:
                painter.setPen(QPen(colors.accent if dot.key in self.chosen else colors.muted, 2))
                painter.drawEllipse(self.place(dot), RING, RING)
        self._paint_labels(painter)

    def _paint_labels(self, painter: QPainter) -> None:
        """Paint labels beside their dots, where they hide neither each other nor another dot."""
        colors, area = theme.colors(), self.area
        places = {dot.key: self.place(dot) for dot in self.spots}
        taken = [QRectF(place.x() - 5, place.y() - 5, 10, 10) for place in places.values()]
        for dot in sorted((dot for dot in self.spots if dot.label), key=lambda each: not each.strong):
            font = theme.font(-1, QFont.Weight.DemiBold if dot.strong else QFont.Weight.Normal)
            metrics = QFontMetricsF(font)
            wide, high = metrics.horizontalAdvance(dot.label) + 2, metrics.height()
            where = next(
                (
                    spot
                    for spot in _around(places[dot.key], wide, high)
                    if area.contains(spot) and not any(spot.intersects(other) for other in taken)
                ),
                None,
            )
            if where is None or not area.contains(places[dot.key]):
                continue
            taken.append(where)
            ground = QColor(colors.surface)
            ground.setAlpha(GROUND)
            painter.fillRect(where, ground)
            painter.setFont(font)
            painter.setPen(colors.text if dot.strong else colors.muted)
            painter.drawText(where, Qt.AlignmentFlag.AlignCenter, dot.label)


def _around(at: QPointF, wide: float, high: float) -> list[QRectF]:
    """Return the rectangles right of a dot, left of it, above and below."""
    gap = RING + 3
    return [
        QRectF(at.x() + gap, at.y() - high / 2, wide, high),
        QRectF(at.x() - gap - wide, at.y() - high / 2, wide, high),
        QRectF(at.x() - wide / 2, at.y() - gap - high, wide, high),
        QRectF(at.x() - wide / 2, at.y() + gap, wide, high),
        QRectF(at.x() + gap, at.y() + gap / 2, wide, high),
        QRectF(at.x() - gap - wide, at.y() + gap / 2, wide, high),
    ]


def _apart(first: QPointF, second: QPointF) -> float:
    return ((first.x() - second.x()) ** 2 + (first.y() - second.y()) ** 2) ** 0.5
