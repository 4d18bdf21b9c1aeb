"""One figure of the scoreboard: caption, value, and how it was obtained."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workbench.ui.text.i18n import listed
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain, tooltip


class Tile(QWidget):
    """One quantity: a caption, a value, and a note on its source.

    Forecasts and outdated values are muted and in italics.
    """

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(caption)
        self.known = True  # whether there is something to show, if there is room for it
        self.caption = _label(self, -1, muted=True)
        self.caption.setText(caption)
        self.value = _label(self, 4, bold=True)
        self.note = _label(self, -1, muted=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for label in (self.caption, self.value, self.note):
            theme.steady(label)
            layout.addWidget(label)

    def show_text(self, value: str, note: str = "", tip: str = "", sure: bool = True) -> None:
        self.value.setText(value)
        self.note.setText(note)
        self.setToolTip(tooltip(tip))
        self.setAccessibleDescription(listed((value, note)))
        font = self.value.font()
        if font.italic() == sure:
            font.setItalic(not sure)
            self.value.setFont(font)
        role = QPalette.ColorRole.WindowText if sure else QPalette.ColorRole.PlaceholderText
        self.value.setForegroundRole(role)


def _label(parent: QWidget, points: int, bold: bool = False, muted: bool = False) -> QLabel:
    label = Plain(parent)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() + points)
    font.setBold(bold)
    label.setFont(font)
    if muted:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label
