"""Facts about a layer, in one line of figures under its name."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from workbench.core.base.quantities import amount, size
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import Spectrum
from workbench.ui.text.describe import kind_of
from workbench.ui.text.i18n import said
from workbench.ui.widgets import icons, theme
from workbench.ui.widgets.labels import Elided, Plain, tooltip


class Fact(QWidget):
    """A caption above a figure."""

    def __init__(self, caption: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._caption, self._value = Plain(caption, self), Plain(self)
        self._caption.setFont(theme.font(-1))
        self._caption.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._value.setFont(theme.font(0, QFont.Weight.Medium))
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for label in (self._caption, self._value):
            theme.steady(label)
            column.addWidget(label)

    def show_value(self, text: str, tip: str = "") -> None:
        self._value.setText(text)
        self.setToolTip(tooltip(tip))
        self.setVisible(bool(text))
        self.setAccessibleName(f"{self._caption.text()} {text}")


class Notice(QFrame):
    """A sentence that the user should notice, with an icon."""

    def __init__(self, icon: str, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._icon, self._role = icon, role
        self._picture, self.label = Plain(self), Plain(self)
        self.label.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.UNIT + 4, theme.UNIT, theme.UNIT + 4, theme.UNIT)
        row.setSpacing(theme.UNIT)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.label, 1)
        theme.signals.changed.connect(self._dress)
        self._dress()

    def show_text(self, text: str) -> None:
        self.label.setText(text)
        self.setVisible(bool(text))

    def _dress(self) -> None:
        color = icons.hexes(getattr(theme.colors(), self._role))
        self._picture.setPixmap(icons.pixmap(self._icon, color, 16, self.devicePixelRatioF()))


class LayerHeader(QWidget):
    """Name, kind and size of a layer; the reason if it is locked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = Elided(Qt.TextElideMode.ElideLeft, self)  # layers of a module differ at the end
        self.name.setFont(theme.font(3, QFont.Weight.DemiBold))
        captions = {
            "shape": self.tr("Layer"),
            "parameters": self.tr("Parameters"),
            "macs": self.tr("MACs"),
            "bytes": self.tr("Size"),
            "groups": self.tr("Groups"),
            "uses": self.tr("Uses"),
            "stable": self.tr("Stable rank"),
        }
        self.facts = {name: Fact(caption, self) for name, caption in captions.items()}
        self.coupled = Elided(Qt.TextElideMode.ElideRight, self)
        self.coupled.setFont(theme.font(-1))
        self.coupled.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.coupled.hide()
        self.locked = Notice("info", "muted", self)
        row = QHBoxLayout()
        row.setSpacing(theme.TRIPLE)
        for fact in self.facts.values():
            row.addWidget(fact)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.UNIT)
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        self.corner = QHBoxLayout()  # for widgets of the tab beside the name
        top.addLayout(self.corner)
        column.addLayout(top)
        column.addLayout(row)
        column.addWidget(self.coupled)
        column.addWidget(self.locked)

    def show_coupling(self, text: str) -> None:
        """Show the coupled layers, or why channels cannot be pruned; nothing for a layer that is not coupled."""
        self.coupled.show_text(text)
        self.coupled.setVisible(bool(text))

    def show_layer(self, layer: Layer, spectrum: Spectrum | None) -> None:
        facts = self.facts
        self.name.show_text(layer.path)
        facts["shape"].show_value(
            kind_of(layer),
            self.tr("weight {shape}, {dtype}").format(shape=" × ".join(str(s) for s in layer.shape), dtype=layer.dtype),
        )
        facts["parameters"].show_value(amount(layer.parameters), f"{layer.parameters:,}")
        facts["macs"].show_value(
            amount(layer.macs) if layer.macs is not None else self.tr("unknown"),
            f"{layer.macs:,}" if layer.macs is not None else "",
        )
        facts["bytes"].show_value(size(layer.bytes), self.tr("{count} bytes").format(count=f"{layer.bytes:,}"))
        facts["groups"].show_value(str(layer.groups) if layer.groups > 1 else "")
        facts["uses"].show_value(
            self.tr("{count} times").format(count=layer.uses) if layer.uses > 1 else "",
            self.tr("Number of graph nodes that read this weight."),
        )
        facts["stable"].show_value(
            self.tr("{stable} of {full}").format(stable=f"{spectrum.stable_rank:.1f}", full=len(spectrum.values))
            if spectrum is not None
            else "",
            self.tr(
                "Sum of the squared singular values divided by the largest of them: effective number of directions."
            ),
        )
        self.locked.show_text(said(layer.locked))
