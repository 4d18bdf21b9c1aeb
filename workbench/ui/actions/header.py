"""Above the stack: which layers it is for."""

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.core.layer import Layer
from workbench.core.quantities import amount
from workbench.ui import theme
from workbench.ui.actions.labels import MiddleElided, muted


class Header(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = MiddleElided(self)
        self.title.setFont(theme.font(1.5, QFont.Weight.DemiBold))
        self.facts = muted("", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        column.addWidget(self.title)
        column.addWidget(self.facts)

    def show_layers(self, layers: tuple[Layer, ...]) -> None:
        if len(layers) == 1:
            self.title.show_text(layers[0].path)
            self.facts.setText(self._of_one(layers[0]))
        else:
            self.title.show_text(self.tr("{n} layers").format(n=len(layers)))
            self.facts.setText(self._of_many(layers))

    def _of_one(self, layer: Layer) -> str:
        return self.tr("{what} · {count} parameters").format(what=kind_text(layer), count=amount(layer.parameters))

    def _of_many(self, layers: tuple[Layer, ...]) -> str:
        count = amount(sum(layer.parameters for layer in layers))
        free = sum(not layer.locked for layer in layers)
        if free == len(layers):
            return self.tr("{count} parameters. These steps go to every one of them.").format(count=count)
        return self.tr("{count} parameters. These steps go to the {free} that can be edited.").format(
            count=count, free=free)


def kind_text(layer: Layer) -> str:
    """Conv 3 × 3, 64 → 128; Gemm 512 → 10; Conv 3 × 3 depthwise, 64."""
    if len(layer.shape) < 2:
        return f"{layer.op} {' × '.join(map(str, layer.shape))}".strip()
    outputs = layer.shape[layer.out_axis]
    inputs = layer.shape[1 - layer.out_axis] if layer.out_axis < 2 else layer.shape[0]
    if not layer.op.startswith("Conv"):
        return f"{layer.op} {inputs} → {outputs}" if len(layer.shape) == 2 else (
            f"{layer.op} {' × '.join(map(str, layer.shape))}")
    kernel = " × ".join(map(str, layer.shape[2:]))
    if layer.op == "ConvTranspose":
        outputs *= layer.groups
    else:
        inputs *= layer.groups
    if layer.groups > 1 and layer.groups == inputs:
        return f"{layer.op} {kernel} depthwise, {inputs} → {outputs}"
    groups = f", {layer.groups} groups" if layer.groups > 1 else ""
    return f"{layer.op} {kernel}, {inputs} → {outputs}{groups}"
