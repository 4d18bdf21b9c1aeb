"""Text and icons as the panel shows them; colours are roles of the palette, so that they follow the theme."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workbench.ui import theme


def label(text: str = "", parent: QWidget | None = None, points: float = 0.0,
          weight: QFont.Weight = QFont.Weight.Normal) -> QLabel:
    """Plain text that wraps."""
    result = QLabel(text, parent)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setWordWrap(True)
    result.setFont(theme.font(points, weight))
    result.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return result


def muted(text: str = "", parent: QWidget | None = None) -> QLabel:
    """A caption or a note, a size smaller."""
    result = label(text, parent, -1)
    result.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return result


def heading(text: str = "", parent: QWidget | None = None, points: float = 0.0) -> QLabel:
    return label(text, parent, points, QFont.Weight.DemiBold)


class Icon(QWidget):
    """An icon in one of the theme's colours, by the colour's name."""

    def __init__(self, name: str, role: str = "text", size: int = theme.ICON, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role = name, role
        self.setFixedSize(size, size)
        theme.signals.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = getattr(theme.colors(), self._role)
        theme.icon(self._name, color).paint(painter, QRect(0, 0, self.width(), self.height()))
        painter.end()


class MiddleElided(QLabel):
    """One line that loses its middle where it does not fit: of a layer's path both ends matter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.full = ""

    def show_text(self, text: str) -> None:
        self.full = text
        self.setAccessibleName(text)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self.full, Qt.TextElideMode.ElideMiddle, max(self.width(), 1))
        self.setText(shown)
        self.setToolTip(self.full if shown != self.full else "")
