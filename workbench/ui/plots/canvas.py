"""Canvas of a plot: curves, markers above them (overlay), draggable handles, and a line for reading values by keys.

Handles are painted in pixels, so that the grips are large enough for the mouse.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent

from workbench.ui.plots.labels import spread
from workbench.ui.plots.overlay import ROW, Marker, Note, Overlay
from workbench.ui.widgets import theme

__all__ = ["Canvas", "Handle", "Marker", "Note"]

REACH = 8  # pixels from a handle within which the mouse takes it
GRIP_SIZE = (7.0, 28.0)
READING = ""  # in place of a handle's name: the arrow keys move the readout line
FAR = 10  # values, or steps of a handle, at once


@dataclass(frozen=True)
class Handle:
    """Draggable lines, and their label. `at`: ascending; those of one handle move together.

    offered     the value is not the user's yet: it becomes so when dragged
    """

    name: str
    at: tuple[float, ...]
    label: str = ""
    offered: bool = False


class Canvas(Overlay):
    """Signals:

    dragged(name, index, x)   while a line of a handle moves; `released` at the end
    hovered(x)                x value under the mouse or chosen by keys; None for none
    clicked(x)                inside the plot beside the handles, or Return on a value
    """

    dragged = Signal(str, int, float)
    released = Signal()
    clicked = Signal(float)
    hovered = Signal(object)

    def __init__(self, x_label: str, y_label: str, log: bool = False, rows: int = 1) -> None:
        super().__init__(x_label, y_label, log, rows)
        self._handles: tuple[Handle, ...] = ()
        self._active = READING  # the handle that the arrow keys move
        self._stops: tuple[float, ...] = ()
        self._read: int | None = None  # which of the stops is read
        self._taken: tuple[str, int] | None = None
        self._offset = 0.0
        self._moved = False
        self.hover: float | None = None
        self.modifiers = Qt.KeyboardModifier.NoModifier  # keys pressed during a drag
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_handles(self, *handles: Handle) -> None:
        """Set the handles; the one being dragged stays where it is."""
        kept = {handle.name: handle.at for handle in self._handles if self._taken and handle.name == self._taken[0]}
        self._handles = tuple(replace(handle, at=kept.get(handle.name, handle.at)) for handle in handles)
        reading = self._active == READING and self._read is not None
        if not reading and self._active not in kept | {handle.name: () for handle in handles}:
            self._active = handles[0].name if handles else READING
        self.viewport().update()

    def set_stops(self, stops: Iterable[float]) -> None:
        """Set the x values that can be read, ascending; the current reading is repeated."""
        self._stops = tuple(float(x) for x in stops)
        if self._read is not None:
            self._read_at(min(self._read, len(self._stops) - 1) if self._stops else None)

    @property
    def reading(self) -> float | None:
        """Return the x value chosen by keys, or None."""
        return None if self._read is None else self._stops[self._read]

    @property
    def handles(self) -> tuple[float, ...]:
        """Return the positions of all lines, handle by handle."""
        return tuple(x for handle in self._handles for x in handle.at)

    @property
    def active(self) -> str:
        """Return the name of the handle that the arrow keys move."""
        return self._active

    def handle(self, name: str) -> Handle | None:
        return next((handle for handle in self._handles if handle.name == name), None)

    @property
    def held(self) -> bool:
        return self._taken is not None

    # -- mouse and keys ----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._handle_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            if found is not None:
                handle, index = found
                self._taken, self._active = (handle.name, index), handle.name
                self._moved = False
                self._set_hover(None)  # or its line would stay where the drag began
                self._offset = self.to_pixel(handle.at[index]) - event.position().x()
            elif self.area.contains(event.position()):
                self.clicked.emit(self.to_value(event.position().x()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._taken is not None:
            self._moved, self.modifiers = True, event.modifiers()
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
            if self._moved:
                self.released.emit()
            else:
                self.clicked.emit(self.to_value(event.position().x()))
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls, the plot does not zoom

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(self.reading)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._read_at(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move a line by left and right (that of a pair that grows to the right), or go from value to value; choose
        among handles and reading by up and down."""
        key = Qt.Key(event.key())
        fast = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        handle = self.handle(self._active)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            done = self._choose(1 if key == Qt.Key.Key_Down else -1)
        elif handle is not None and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = fast * self.key_step() * (1 if key == Qt.Key.Key_Right else -1)
            self.dragged.emit(handle.name, len(handle.at) - 1, handle.at[-1] + step)
            self.released.emit()
            done = True
        else:
            done = handle is None and self._read_on(key, fast)
        if not done:
            event.ignore()

    def _choose(self, way: int) -> bool:
        """Select another handle for the arrow keys, or reading. Returns whether there is another."""
        names = [*(handle.name for handle in self._handles), *((READING,) if self._stops else ())]
        if len(names) < 2:
            return False
        left = self.handle(self._active)
        self._active = names[(names.index(self._active) + way) % len(names)]
        if self._active == READING:
            near = left.at[-1] if left is not None else self._stops[0]
            self._read_at(min(range(len(self._stops)), key=lambda at: abs(self._stops[at] - near)))
        else:
            self._read_at(None)
        self.viewport().update()
        return True

    def _read_on(self, key: Qt.Key, fast: int) -> bool:
        """Go to another value. Returns whether the key does that."""
        last = len(self._stops) - 1
        steps = {
            Qt.Key.Key_Left: -fast,
            Qt.Key.Key_Right: fast,
            Qt.Key.Key_PageUp: -FAR,
            Qt.Key.Key_PageDown: FAR,
            Qt.Key.Key_Home: -last,
            Qt.Key.Key_End: last,
        }
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._read is not None:
            self.clicked.emit(self._stops[self._read])
        elif key == Qt.Key.Key_Escape and self._read is not None:
            self._read_at(None)
        elif key in steps and self._stops:
            start = self._read if self._read is not None else -1 if steps[key] > 0 else last + 1
            self._read_at(min(max(start + steps[key], 0), last))
        else:
            return False
        return True

    def _read_at(self, place: int | None) -> None:
        if place is None and self._read is None:
            return
        self._read = place
        self.hover = self.reading
        self.hovered.emit(self.hover)
        self.viewport().update()

    def key_step(self) -> float:
        """Return the step of one press of an arrow key; 1 in plots of integers."""
        low, high = self.box.viewRange()[0]
        return (high - low) / 400

    def move_held(self, name: str, at: tuple[float, ...]) -> None:
        """Set the position of a handle after a drag step, bounded by the plot."""
        self._handles = tuple(replace(handle, at=at) if handle.name == name else handle for handle in self._handles)
        self.viewport().update()

    def _handle_at(self, where: QPointF) -> tuple[Handle, int] | None:
        """Return the line within reach; among several, the one whose grip is nearest."""
        if where.y() > self.area.bottom():
            return None
        near = [
            (abs(self._grip_height(handle) - where.y()) / 100 + distance, number, index)
            for number, handle in enumerate(self._handles)
            for index, x in enumerate(handle.at)
            if (distance := abs(self.to_pixel(x) - where.x())) <= REACH
        ]
        return (self._handles[min(near)[1]], min(near)[2]) if near else None

    def _grip_height(self, handle: Handle) -> float:
        """Return the height of a grip; grips of several handles are staggered, so that each can be taken where they
        meet."""
        below = self._handles.index(handle) - (len(self._handles) - 1) / 2
        return self.area.center().y() + below * (GRIP_SIZE[1] + theme.HALF)

    def _set_hover(self, x: float | None) -> None:
        if x != self.hover:
            self.hover = x
            self.hovered.emit(x)
            self.viewport().update()

    # -- painting --------------------------------------------------------------------------------------------------

    def paint_hand(self, painter: QPainter) -> None:
        if self.hover is not None and self._taken is None:
            keys = self._read is not None and self.hover == self.reading
            painter.setPen(QPen(theme.colors().accent, 1.5) if keys else QPen(theme.colors().muted, 1))
            self._vertical(painter, self.to_pixel(self.hover), self.area.top())
        self._paint_handles(painter)

    def _paint_handles(self, painter: QPainter) -> None:
        colors, area = theme.colors(), self.area
        for handle in self._handles:
            for x in (self.to_pixel(at) for at in handle.at):
                style = Qt.PenStyle.DashLine if handle.offered else Qt.PenStyle.SolidLine
                painter.setPen(QPen(colors.text, 1, style))  # not the colour of the curve beside it
                self._vertical(painter, x, area.top() - 2)
                grip = QRectF(0, 0, *GRIP_SIZE)
                grip.moveCenter(QPointF(x, self._grip_height(handle)))
                painter.setPen(QPen(colors.accent if handle.offered else colors.surface, 1.5))
                painter.setBrush(colors.surface if handle.offered else colors.accent)
                painter.drawRoundedRect(grip, 3.5, 3.5)
        self._paint_handle_labels(painter)

    def _paint_handle_labels(self, painter: QPainter) -> None:
        """Paint the labels, that of the active handle in full colour."""
        colors, font = theme.colors(), theme.font(-1, QFont.Weight.Medium)
        named = sorted((handle for handle in self._handles if handle.label), key=lambda handle: handle.at[-1])
        widths = [QFontMetricsF(font).horizontalAdvance(handle.label) + 12 for handle in named]
        places = [self.to_pixel(handle.at[-1]) for handle in named]
        painter.setFont(font)
        for handle, width, left in zip(
            named, widths, spread(places, widths, 1, self.width() - 1, theme.HALF), strict=True
        ):
            chip = QRectF(left, self.area.top() - ROW, width, ROW - 2)
            active = handle.name == self._active and not handle.offered
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.accent if active else colors.accent_soft)
            painter.drawRoundedRect(chip, 4, 4)
            painter.setPen(colors.on_accent if active else colors.text)
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, handle.label)
