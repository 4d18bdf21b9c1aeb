"""Legend of the colours: the colour map with texts at both ends."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from workbench.ui.widgets import colormaps, theme
from workbench.ui.widgets.labels import Plain

STEPS = 8


class Legend(QWidget):
    """0 % [colours] 100 %"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.low, self.high = Plain(self), Plain(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.HALF)
        row.addWidget(self.low)
        row.addWidget(_Strip(self))
        row.addWidget(self.high)
        for label in (self.low, self.high):
            label.setForegroundRole(label.palette().ColorRole.PlaceholderText)

    def set_ends(self, low: str, high: str) -> None:
        self.low.setText(low)
        self.high.setText(high)


class _Strip(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(72, theme.UNIT)

    def paintEvent(self, event: QPaintEvent) -> None:
        gradient = QLinearGradient(0, 0, self.width(), 0)
        for step in range(STEPS + 1):
            gradient.setColorAt(step / STEPS, colormaps.sample(step / STEPS))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colors().border)
        painter.setBrush(gradient)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
