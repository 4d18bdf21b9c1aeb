"""Top of the Steps panel: its layers, the note that they are left alone, and the empty state."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.core.base.quantities import amount
from workbench.core.layer_data.layer import Layer, ModelSummary
from workbench.ui.text.describe import kind_of, unless_none
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Elided, Icon, heading, label, muted, wrapped


class Header(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Elided(Qt.TextElideMode.ElideMiddle, self)  # of a path both ends matter
        self.title.setFont(theme.font(1.5, QFont.Weight.DemiBold))
        self.facts = muted("", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        column.addWidget(self.title)
        column.addWidget(self.facts)

    def show_layers(self, layers: tuple[Layer, ...], alone: int = 0) -> None:
        """Show the layers, `alone` of which are left alone."""
        if len(layers) == 1:
            self.title.show_text(layers[0].path)
            self.facts.setText(self._of_one(layers[0]))
        else:
            self.title.show_text(self.tr("{n} layers").format(n=len(layers)))
            self.facts.setText(self._of_many(layers, alone))

    def _of_one(self, layer: Layer) -> str:
        return self.tr("{what} · {count} parameters").format(what=kind_of(layer), count=amount(layer.parameters))

    def _of_many(self, layers: tuple[Layer, ...], alone: int) -> str:
        count = amount(sum(layer.parameters for layer in layers))
        able = sum(not layer.locked for layer in layers)
        free = able - alone or able  # steps for layers that are all left alone lift that
        if free == len(layers):
            return self.tr("{count} parameters. Steps apply to all of these layers.").format(count=count)
        return self.tr("{count} parameters. Steps apply to the {free} layers that can be edited.").format(
            count=count, free=free
        )


class LeftAlone(QWidget):
    """Signal: `lifted` by its button; hidden if no layer is left alone."""

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

    def show_model(self, model: ModelSummary | None) -> None:
        """Ask for a layer of the model, if it has one that can be edited."""
        below = self.tr("Its steps appear here, with their effect on size and accuracy.")
        words = unless_none(model, below)
        self.show_text(self.tr("Select a layer") if words == below else self.tr("Cannot be edited"), words)

    def show_text(self, title: str, sentence: str) -> None:
        self.title.setText(title)
        self.sentence.setText(sentence)
