"""A plot with a zoomable x axis: by the wheel or + and −, or by a drag beside the handles; a double click or 0 shows
all."""

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from workbench.ui.plots.canvas import Canvas

NOTCH = 120  # of a wheel, in eighths of a degree
FACTOR = 1.25  # of the range, one notch
CLOSEST = 1e-3  # share of the whole range
STILL = 4  # pixels within which a click is no drag


class ZoomCanvas(Canvas):
    """Signal: `zoomed()` when another part of the axis is shown. `home` is all of it."""

    zoomed = Signal()

    def __init__(self, x_label: str, y_label: str, log: bool = False, rows: int = 1) -> None:
        super().__init__(x_label, y_label, log, rows)
        self.home = (0.0, 1.0)
        self._span: tuple[float, float] | None = None
        self._pan: tuple[float, tuple[float, float]] | None = None  # pixel where it began, range

    @property
    def span(self) -> tuple[float, float]:
        """Return the part that is shown."""
        return self._span or self.home

    def set_home(self, low: float, high: float) -> None:
        """Set the whole range; a zoomed part stays."""
        self.home = (low, high)
        self._show(self._span)

    def show_all(self) -> None:
        if self._span is not None:
            self._show(None)
            self.zoomed.emit()

    def zoom(self, notches: float, about: float) -> None:
        """Zoom in by notches of a wheel; the value `about` stays at its place."""
        low, high = self.span
        whole = self.home[1] - self.home[0]
        width = min(max((high - low) * FACTOR**-notches, whole * CLOSEST), whole)
        start = about - (about - low) * width / (high - low)
        self._move(start, width)

    def _move(self, start: float, width: float) -> None:
        """Show this part, within the whole."""
        low, high = self.home
        start = min(max(start, low), high - width)
        part = (start, start + width)
        self._show(part if width < (high - low) * (1 - 1e-9) else None)
        self.zoomed.emit()

    def _show(self, span: tuple[float, float] | None) -> None:
        self._span = span
        self.box.setXRange(*self.span, padding=0)
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / NOTCH
        if self.held or not notches or not self.area.contains(event.position()):
            event.ignore()
            return
        self.zoom(notches, self.to_value(event.position().x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._beside(event.position()) and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._pan = event.position().x(), self.span
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan is None:
            super().mouseMoveEvent(event)
            return
        start, (low, high) = self._pan
        moved = event.position().x() - start
        if abs(moved) > STILL and self._span is not None:
            self._move(low - moved * (high - low) / self.area.width(), high - low)
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan is not None and abs(event.position().x() - self._pan[0]) <= STILL:
            self.clicked.emit(self.to_value(event.position().x()))
        self._pan = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._beside(event.position()):
            self.show_all()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {"+": 1, "=": 1, "-": -1}.get(event.text())
        if way is not None:
            middle = sum(self.span) / 2
            self.zoom(way, middle if self.reading is None else self.reading)
        elif event.text() == "0":
            self.show_all()
        else:
            super().keyPressEvent(event)

    def _beside(self, where: QPointF) -> bool:
        """Return whether a position is in the plot, and not on a handle."""
        return self._handle_at(where) is None and self.area.contains(where)
