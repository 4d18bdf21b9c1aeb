"""A slider for a form."""

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from workbench.ui.actions.form.wheel import WheelWithFocus
from workbench.ui.widgets import theme


class Slider(WheelWithFocus, QSlider):
    """Jumps to where it is clicked, ignores the wheel without focus, and marks the default.

    `held` while the mouse or a key moves it; `settled()` when that ends. A held arrow key is one edit, like a drag.
    `reset()` on a double click.
    """

    settled = Signal()
    reset = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(theme.TRIPLE - theme.HALF)
        self._mark: int | None = None
        self._keyed = False
        self.sliderReleased.connect(self.settled)

    @property
    def held(self) -> bool:
        return self.isSliderDown() or self._keyed

    def set_mark(self, position: int | None) -> None:
        """Mark the default."""
        self._mark = position
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before, was = self.value(), self._keyed
        self._keyed = True
        super().keyPressEvent(event)
        self._keyed = was or self.value() != before

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        super().keyReleaseEvent(event)
        if not event.isAutoRepeat():
            self._settle_keys()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._settle_keys()

    def _settle_keys(self) -> None:
        if self._keyed:
            self._keyed = False
            self.settled.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the handle wherever the groove is pressed, by moving the handle there first."""
        if event.button() == Qt.MouseButton.LeftButton and not self._handle().contains(event.position().toPoint()):
            self.setSliderDown(True)  # the jump belongs to the drag that it begins
            self.setValue(self._at(event.position().toPoint()))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset.emit()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._mark is not None and self._mark != self.value():
            painter = QPainter(self)
            painter.setPen(theme.colors().outline)
            x = self._x(self._mark)
            painter.drawLine(x, self.height() // 2 + 5, x, self.height() // 2 + 8)
            painter.end()
        super().paintEvent(event)

    def _option(self) -> QStyleOptionSlider:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return option

    def _handle(self) -> QRect:
        return self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, self._option(), QStyle.SubControl.SC_SliderHandle, self
        )

    def _x(self, position: int) -> int:
        handle = self._handle().width()
        span = self.width() - handle
        return handle // 2 + QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), position, span)

    def _at(self, point: QPoint) -> int:
        handle = self._handle().width()
        return QStyle.sliderValueFromPosition(
            self.minimum(), self.maximum(), point.x() - handle // 2, self.width() - handle
        )
