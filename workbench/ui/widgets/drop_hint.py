"""Overlay over the window while files are dragged over it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from workbench.ui.widgets import theme


class DropHint(QWidget):
    """Overlay that says what may be dropped: `words`, else what the window takes; transparent to the mouse."""

    def __init__(self, parent: QWidget, words: str = "") -> None:
        super().__init__(parent)
        self._words = words or self.tr("Drop a model, data, a recipe or a sample")
        self._over = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def appear(self) -> None:
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(colors.window)
        veil.setAlpha(215)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(colors.accent, 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(16, 16, -16, -16), theme.RADIUS, theme.RADIUS)
        painter.setPen(colors.text)
        painter.setFont(theme.font(6))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
