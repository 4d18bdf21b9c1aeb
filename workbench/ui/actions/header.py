"""Header of the panel: the layers that the stack applies to."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.core.base.quantities import amount
from workbench.core.layer_data.layer import Layer
from workbench.ui.text.describe import kind_of
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Elided, muted


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
