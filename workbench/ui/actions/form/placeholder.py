"""Empty state: an icon, a line, a sentence."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Icon, heading, muted


class Placeholder(QWidget):
    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = heading("", self)
        self.sentence = muted("", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.TRIPLE, theme.DOUBLE, theme.TRIPLE, theme.DOUBLE)
        column.setSpacing(theme.UNIT)
        column.addStretch(2)
        column.addWidget(Icon(icon, "muted", theme.TRIPLE, self), 0, Qt.AlignmentFlag.AlignHCenter)
        for text in (self.title, self.sentence):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            column.addWidget(text)
        column.addStretch(3)

    def show_text(self, title: str, sentence: str) -> None:
        self.title.setText(title)
        self.sentence.setText(sentence)
