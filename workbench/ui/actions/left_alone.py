"""Note above the steps that the recipe leaves these layers alone, with a button that lifts it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Icon, label, wrapped


class LeftAlone(QWidget):
    """`lifted` by its button; hidden if no layer is left alone."""

    lifted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = 0
        self.words = label("", self)
        self.lift = QPushButton(self.tr("Edit again"), self)
        self.lift.setToolTip(
            wrapped(self.tr("Steps for several layers, presets and searches include these layers again"))
        )
        self.lift.clicked.connect(self.lifted)
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        row.addWidget(Icon("lock", "muted", theme.ICON, self), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.UNIT)
        column.setSpacing(theme.UNIT)
        column.addLayout(row)
        column.addWidget(self.lift, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_count(self, alone: int, layers: int) -> None:
        """Show how many of the selected layers are left alone."""
        if layers == 1:
            text = self.tr(
                "Left alone: steps for several layers, presets and searches skip this layer. Adding "
                "a step to this layer alone lifts this."
            )
        else:
            text = self.tr("{n} of these {total} layers are left alone and get no steps with the others.")
        self.count = alone
        self.words.setText(text.format(n=alone, total=layers))
        self.setVisible(alone > 0)
