"""Size and metric along the steps of the undo list, as two small lines; a click goes to a step."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import tooltip

HEIGHT, MARGIN, DOT = 28, 4, 2.0  # pixels
FEWEST = 2  # fewest steps with figures for a line


@dataclass(frozen=True)
class Mark:
    """One step: its number, bytes and metric as far as they are known, and its tooltip."""

    place: int
    bytes: float | None
    value: float | None
    tip: str
    here: bool = False


class Sparkline(QWidget):
    """Signal: `chosen(place)`: the step under the mouse was clicked. The two lines have different scales."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marks: tuple[Mark, ...] = ()
        self._pointed: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Size and metric along the history"))
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT)

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Show the marks of all steps, first to last."""
        self.marks = tuple(marks)
        self._pointed = None
        known = [mark for mark in self.marks if mark.bytes is not None]
        self.setVisible(len(known) >= FEWEST)
        here = next((mark.tip for mark in self.marks if mark.here), "")
        self.setAccessibleDescription(here)
        self.update()

    def x_of(self, number: int) -> float:
        """Return the horizontal position of a mark in pixels."""
        wide = self.width() - 2 * MARGIN
        return MARGIN + wide * number / max(len(self.marks) - 1, 1)

    # -- mouse -----------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self._nearest(event.position().x())
        if number is not None and number != self._pointed:
            self._pointed = number
            words = f"{self.marks[number].tip}\n{self.tr('— file size   - - metric')}"
            QToolTip.showText(event.globalPosition().toPoint(), tooltip(words), self)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointed = None
        self.update()
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self._nearest(event.position().x())
        if (
            event.button() == Qt.MouseButton.LeftButton
            and number is not None
            and self.rect().contains(event.position().toPoint())
        ):
            self.chosen.emit(self.marks[number].place)

    def _nearest(self, x: float) -> int | None:
        found = [(abs(self.x_of(number) - x), number) for number in range(len(self.marks))]
        return min(found)[1] if found else None

    # -- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme.colors()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, mark in enumerate(self.marks):
            if mark.here or number == self._pointed:
                painter.setPen(QPen(colors.accent if mark.here else colors.muted, 1))
                painter.drawLine(QPointF(self.x_of(number), 1), QPointF(self.x_of(number), self.height() - 1))
        self._draw(painter, [mark.bytes for mark in self.marks], colors.before_line, Qt.PenStyle.SolidLine)
        self._draw(painter, [mark.value for mark in self.marks], colors.after, Qt.PenStyle.DashLine)

    def _draw(self, painter: QPainter, values: Sequence[float | None], color: QColor, style: Qt.PenStyle) -> None:
        """Draw lines between steps whose figures are known, and a dot for each."""
        known = [value for value in values if value is not None]
        if not known:
            return
        low, high = min(known), max(known)
        area = QRectF(self.rect()).adjusted(0, MARGIN, 0, -MARGIN)

        def place(number: int, value: float) -> QPointF:
            share = (value - low) / (high - low) if high > low else 0.5
            return QPointF(self.x_of(number), area.bottom() - share * area.height())

        points = [place(number, value) for number, value in enumerate(values) if value is not None]
        painter.setPen(QPen(color, 1.5, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(points)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for point in points:
            painter.drawEllipse(point, DOT, DOT)
