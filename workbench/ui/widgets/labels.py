"""Labels and icons of cards and panels; colours are roles of the palette, so that they follow the theme."""

import html
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from workbench.core.base.plain import plain, plain_lines
from workbench.ui.widgets import theme

LINE = 80  # characters of a tooltip in one line


class Plain(QLabel):
    """Shows a text without interpreting markup, as names in it may look like some."""

    def __init__(self, *arguments: Any, **properties: Any) -> None:
        super().__init__(*arguments, **properties)
        self.setTextFormat(Qt.TextFormat.PlainText)


def tooltip(text: str) -> str:
    """Return a tooltip that shows a text literally, shortened and without hidden characters."""
    text = plain_lines(text)
    return html.escape(text).replace("\n", "<br>").join(("<qt>", "</qt>")) if "<" in text else text


def wrapped(text: str) -> str:
    """Return the same with line breaks, as Qt wraps only rich text."""
    return tooltip(text) if "<" in text or len(text) <= LINE else f"<qt>{html.escape(plain_lines(text))}</qt>"


def label(
    text: str = "", parent: QWidget | None = None, points: float = 0.0, weight: QFont.Weight = QFont.Weight.Normal
) -> QLabel:
    """Return a label of plain text that wraps."""
    result = Plain(text, parent)
    result.setWordWrap(True)
    result.setFont(theme.font(points, weight))
    result.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return result


def muted(text: str = "", parent: QWidget | None = None) -> QLabel:
    """Return a caption or a note, a size smaller."""
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

    def show_icon(self, name: str, role: str) -> None:
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self.update()

    @property
    def name(self) -> str:
        return self._name

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = getattr(theme.colors(), self._role)
        theme.icon(self._name, color).paint(painter, QRect(0, 0, self.width(), self.height()))
        painter.end()


class Elided(Plain):
    """One line that is elided if it does not fit, at its end or in the middle; the tooltip has the full text. With
    `whole` it is hidden if it does not fit."""

    def __init__(self, mode: Qt.TextElideMode, parent: QWidget | None = None, whole: bool = False) -> None:
        super().__init__(parent)
        self._mode = mode
        self._whole = whole
        self.full = ""
        self._shorter: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_muted(self) -> None:
        self.setFont(theme.font(-1))
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def show_text(self, text: str, *shorter: str) -> None:
        """Show a text, or the first of the shorter ones that fits."""
        self.full, self._shorter = plain(text), tuple(map(plain, shorter))
        self.setAccessibleName(self.full)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _elide(self) -> None:
        width, measured = max(self.width(), 1), self.fontMetrics()
        texts = (self.full, *self._shorter)
        text = next((each for each in texts if measured.horizontalAdvance(each) <= width), texts[-1])
        shown = measured.elidedText(text, self._mode, width)
        self.setText("" if self._whole and shown != self.full else shown)
        self.setToolTip(tooltip(self.full) if shown != self.full else "")


class Caution(QWidget):
    """A sentence that the user should notice, with a warning sign, or that of information; hidden if empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = label("", self, -1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.UNIT)
        self.sign = Icon("warning", "warn", parent=self)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        self.hide()

    def show_text(self, text: str, warning: bool = True) -> None:
        self.text.setText(text)
        self.sign.show_icon(*(("warning", "warn") if warning else ("info", "muted")))
        self.setVisible(bool(text))
