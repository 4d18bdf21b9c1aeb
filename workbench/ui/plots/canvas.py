"""The drawing area of a plot: curves below; marker lines, draggable handles and the hover line above.

Handles, markers and labels are painted in pixels over the scene, not as items of it: so they are sharp on every screen,
the grips are large enough for a hand, and labels can make room for each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen

from workbench.ui import theme
from workbench.ui.plots.axis import Axis
from workbench.ui.plots.labels import spread

pg.setConfigOptions(antialias=True, mouseRateLimit=-1)

REACH = 8           # pixels from a handle within which the mouse takes it
ROW = 18            # height of a row of labels above the plot
GRIP_SIZE = (7.0, 28.0)
TICK = 6


@dataclass(frozen=True)
class Handle:
    """Lines that the hand moves, and their label. `at`: ascending; those of one handle move together.

    offered     the value is not the user's yet: it becomes that when it is dragged
    """

    name: str
    at: tuple[float, ...]
    label: str = ""
    offered: bool = False


@dataclass(frozen=True)
class Marker:
    """A dotted vertical line that says what is there."""

    x: float
    text: str


@dataclass(frozen=True)
class Note:
    """A few words at the top of the plot, right of `right` where they fit, else left of `left`."""

    left: float
    right: float
    text: str
    role: str = "muted"


class Canvas(pg.PlotWidget):
    """`dragged(name, index, x)` while a line of a handle moves, `released` when let go; `hovered(x)` with None when the
    mouse left; `clicked(x)` inside the plot, beside the handles."""

    dragged = Signal(str, int, float)
    released = Signal()
    clicked = Signal(float)
    hovered = Signal(object)

    def __init__(self, x_label: str, y_label: str, log: bool = False, rows: int = 1) -> None:
        self.x_axis, self.y_axis = Axis("bottom"), Axis("left", log)
        super().__init__(axisItems={"bottom": self.x_axis, "left": self.y_axis}, enableMenu=False)
        self.box = self.plotItem.vb
        self._handles: tuple[Handle, ...] = ()
        self._active = ""           # the handle that the arrow keys move
        self._markers: tuple[Marker, ...] = ()
        self._note: Note | None = None
        self._ticks: tuple[float, ...] = ()
        self._dots: tuple[float, ...] = ()
        self._taken: tuple[str, int] | None = None
        self._offset = 0.0
        self._hover: float | None = None
        self.rows = rows
        self.plotItem.hideButtons()
        self.plotItem.layout.setContentsMargins(0, rows * ROW + theme.UNIT, 12, theme.HALF)
        self.box.setMouseEnabled(False, False)
        self.box.setMenuEnabled(False)
        self.setLabel("bottom", x_label)
        self.setLabel("left", y_label)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        theme.signals.changed.connect(self.dress)
        self.dress()

    def dress(self) -> None:
        self.setBackground(theme.colors().surface)
        self.x_axis.dress()
        self.y_axis.dress()
        self.viewport().update()

    def pen(self, color: QColor, width: float = 1.5) -> QPen:
        """A pen for a curve. Pens of the scene count in the screen's own pixels."""
        return pg.mkPen(color, width=width * self.devicePixelRatioF())

    # -- what is shown over the curves -----------------------------------------------------------------------------

    def set_handles(self, *handles: Handle) -> None:
        """What the hand holds stays where it is: an echo must not tear it away."""
        kept = {handle.name: handle.at for handle in self._handles if self._taken and handle.name == self._taken[0]}
        self._handles = tuple(replace(handle, at=kept.get(handle.name, handle.at)) for handle in handles)
        if self._active not in kept | {handle.name: () for handle in handles}:
            self._active = handles[0].name if handles else ""
        self.viewport().update()

    def set_markers(self, markers: tuple[Marker, ...]) -> None:
        self._markers = tuple(sorted(markers, key=lambda marker: marker.x))
        self.viewport().update()

    def set_note(self, note: Note | None) -> None:
        self._note = note
        self.viewport().update()

    def set_ticks(self, ticks: Iterable[float], dots: Iterable[float] = ()) -> None:
        """Short lines on the x axis, and dots just above it: single values."""
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

    @property
    def handles(self) -> tuple[float, ...]:
        """Where all lines are, handle by handle."""
        return tuple(x for handle in self._handles for x in handle.at)

    @property
    def active(self) -> str:
        """The name of the handle that the arrow keys move."""
        return self._active

    def handle(self, name: str) -> Handle | None:
        return next((handle for handle in self._handles if handle.name == name), None)

    @property
    def held(self) -> bool:
        return self._taken is not None

    def to_pixel(self, x: float) -> float:
        """Horizontal position in the widget of a value on the x axis."""
        return self.mapFromScene(self.box.mapViewToScene(QPointF(x, 0))).x()

    def to_value(self, pixel: float) -> float:
        return self.box.mapSceneToView(self.mapToScene(round(pixel), 0)).x()

    # -- mouse and keys ----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._handle_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            if found is not None:
                handle, index = found
                self._taken, self._active = (handle.name, index), handle.name
                self._offset = self.to_pixel(handle.at[index]) - event.position().x()
            elif self.area.contains(event.position()):
                self.clicked.emit(self.to_value(event.position().x()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._taken is not None:
            self.dragged.emit(*self._taken, self.to_value(event.position().x() + self._offset))
        elif self.area.contains(event.position()):
            self._set_hover(self.to_value(event.position().x()))
        else:
            self._set_hover(None)
        near = self._taken is not None or self._handle_at(event.position()) is not None
        self.viewport().setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._taken is not None and event.button() == Qt.MouseButton.LeftButton:
            self._taken = None
            self.released.emit()
        event.accept()

    def wheelEvent(self, event: QEvent) -> None:
        event.ignore()      # the page scrolls, the plot does not zoom

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the line of a handle that grows to the right; up and down choose among handles."""
        handle, key = self.handle(self._active), Qt.Key(event.key())
        if handle is None:
            event.ignore()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            fast = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            step = fast * self.key_step() * (1 if key == Qt.Key.Key_Right else -1)
            self.dragged.emit(handle.name, len(handle.at) - 1, handle.at[-1] + step)
            self.released.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and len(self._handles) > 1:
            place = self._handles.index(handle) + (1 if key == Qt.Key.Key_Down else -1)
            self._active = self._handles[place % len(self._handles)].name
            self.viewport().update()
        else:
            event.ignore()

    def key_step(self) -> float:
        """What one press of an arrow key moves; plots of whole numbers say 1."""
        low, high = self.box.viewRange()[0]
        return (high - low) / 400

    def move_held(self, name: str, at: tuple[float, ...]) -> None:
        """Where a handle is after a drag step, decided by the plot that knows its bounds."""
        self._handles = tuple(replace(handle, at=at) if handle.name == name else handle for handle in self._handles)
        self.viewport().update()

    def _handle_at(self, where: QPointF) -> tuple[Handle, int] | None:
        """The line within reach; where several are, the one whose grip is nearest."""
        if where.y() > self.area.bottom():
            return None
        near = [(abs(self._grip_height(handle) - where.y()) / 100 + distance, number, index)
                for number, handle in enumerate(self._handles) for index, x in enumerate(handle.at)
                if (distance := abs(self.to_pixel(x) - where.x())) <= REACH]
        return (self._handles[min(near)[1]], min(near)[2]) if near else None

    def _grip_height(self, handle: Handle) -> float:
        """Of several handles one hangs below the other, so that each can be taken where they meet."""
        below = self._handles.index(handle) - (len(self._handles) - 1) / 2
        return self.area.center().y() + below * (GRIP_SIZE[1] + theme.HALF)

    def _set_hover(self, x: float | None) -> None:
        if x != self._hover:
            self._hover = x
            self.hovered.emit(x)
            self.viewport().update()

    # -- painting --------------------------------------------------------------------------------------------------

    @property
    def area(self) -> QRectF:
        """The rectangle of the curves, in pixels of the widget."""
        return QRectF(self.mapFromScene(self.box.sceneBoundingRect()).boundingRect())

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        super().drawForeground(painter, rect)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ticks(painter)
        self._paint_markers(painter)
        if self._hover is not None and self._taken is None:
            painter.setPen(QPen(theme.colors().muted, 1))
            self._vertical(painter, self.to_pixel(self._hover), self.area.top())
        self._paint_handles(painter)
        self._paint_note(painter)
        painter.restore()

    def _vertical(self, painter: QPainter, x: float, top: float) -> None:
        painter.drawLine(QPointF(x, top), QPointF(x, self.area.bottom()))

    def _paint_ticks(self, painter: QPainter) -> None:
        colors, area = theme.colors(), self.area
        painter.setPen(QPen(colors.after, 1.5))
        for x in {round(self.to_pixel(tick)) for tick in self._ticks}:      # those of one pixel once
            if area.left() <= x <= area.right():
                painter.drawLine(QPointF(x, area.bottom() - TICK), QPointF(x, area.bottom() + 1))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.warn)
        for x in {round(self.to_pixel(dot)) for dot in self._dots}:
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
        lefts = spread(places, widths, 2, self.width() - 2, theme.UNIT)
        bottom = area.top() - (self.rows - 1) * ROW - theme.HALF
        for marker, place, width, left in zip(self._markers, places, widths, lefts, strict=True):
            painter.setPen(QPen(colors.before_line, 1, Qt.PenStyle.DotLine))
            self._vertical(painter, place, area.top())
            painter.drawLine(QPointF(place, area.top()), QPointF(min(max(place, left), left + width), bottom))
            painter.setPen(colors.muted)
            painter.drawText(QRectF(left, bottom - ROW + 2, width + 1, ROW - 2), Qt.AlignmentFlag.AlignCenter,
                             marker.text)

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

    def _paint_handles(self, painter: QPainter) -> None:
        colors, area = theme.colors(), self.area
        for handle in self._handles:
            for x in (self.to_pixel(at) for at in handle.at):
                style = Qt.PenStyle.DashLine if handle.offered else Qt.PenStyle.SolidLine
                painter.setPen(QPen(colors.text, 1, style))     # not the colour of the curve beside it
                self._vertical(painter, x, area.top() - 2)
                grip = QRectF(0, 0, *GRIP_SIZE)
                grip.moveCenter(QPointF(x, self._grip_height(handle)))
                painter.setPen(QPen(colors.accent if handle.offered else colors.surface, 1.5))
                painter.setBrush(colors.surface if handle.offered else colors.accent)
                painter.drawRoundedRect(grip, 3.5, 3.5)
        self._paint_handle_labels(painter)

    def _paint_handle_labels(self, painter: QPainter) -> None:
        """The label of the active handle is in full colour."""
        colors, font = theme.colors(), theme.font(-1, QFont.Weight.Medium)
        named = sorted((handle for handle in self._handles if handle.label), key=lambda handle: handle.at[-1])
        widths = [QFontMetricsF(font).horizontalAdvance(handle.label) + 12 for handle in named]
        places = [self.to_pixel(handle.at[-1]) for handle in named]
        painter.setFont(font)
        for handle, width, left in zip(named, widths, spread(places, widths, 1, self.width() - 1, theme.HALF),
                                       strict=True):
            chip = QRectF(left, self.area.top() - ROW, width, ROW - 2)
            active = handle.name == self._active and not handle.offered
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.accent if active else colors.accent_soft)
            painter.drawRoundedRect(chip, 4, 4)
            painter.setPen(colors.on_accent if active else colors.text)
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, handle.label)

