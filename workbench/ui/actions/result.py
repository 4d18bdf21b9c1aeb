"""Result of the whole stack for the layer: bytes before and after, error, storage, notes."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.analysis.report import LayerChange
from workbench.core.base.quantities import size
from workbench.core.layer_data.layer import Layer
from workbench.ui.text import format
from workbench.ui.text.format import short_percent
from workbench.ui.text.i18n import counted, listed, said
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Caution, heading, muted


class ShareBar(QWidget):
    """Bar of the share of the layer's bytes that is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share = 1.0
        self._forecast = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.signals.changed.connect(self.update)

    def show_share(self, share: float, forecast: bool) -> None:
        self._share, self._forecast = share, forecast
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, theme.HALF + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        painter.setBrush(colors.before)
        painter.drawRoundedRect(whole, 3, 3)
        grew = self._share > 1
        painter.setBrush(colors.warn if grew else colors.after_soft if self._forecast else colors.after)
        painter.drawRoundedRect(QRectF(0, 0, max(whole.width() * min(self._share, 1.0), 6), whole.height()), 3, 3)
        painter.end()


class ResultCard(QFrame):
    """Stays at the bottom of the panel, visible while any step is dragged."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("result")
        self.bytes = heading("", self)
        self.ratio = muted("", self)
        self.ratio.setWordWrap(False)
        self.bar = ShareBar(self)
        self.details = muted("", self)
        self.note = Caution(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.UNIT + theme.HALF, theme.DOUBLE, theme.UNIT + theme.HALF)
        column.setSpacing(theme.HALF)
        line = QHBoxLayout()
        line.setSpacing(theme.UNIT)
        line.addWidget(self.bytes, 0, Qt.AlignmentFlag.AlignBaseline)
        line.addStretch(1)
        line.addWidget(self.ratio, 0, Qt.AlignmentFlag.AlignBaseline)
        column.addLayout(line)
        column.addWidget(self.bar)
        column.addSpacing(theme.HALF)
        column.addWidget(self.details)
        column.addWidget(self.note)
        self.bytes.setWordWrap(False)

    def show_change(self, change: LayerChange) -> None:
        before, after = change.bytes_before, change.bytes_after
        self.bytes.setText(f"{size(before)} → {size(after)}")
        self.bytes.setFont(theme.font(weight=QFont.Weight.DemiBold, italic=not change.exact))
        self.bytes.setForegroundRole(
            QPalette.ColorRole.WindowText if change.exact else QPalette.ColorRole.PlaceholderText
        )
        ratio = format.smaller(before, after) if before != after else self.tr("same size")
        self.ratio.setText(ratio)
        source = self.tr("Computed from the parameters; nothing was run yet.")
        self.details.setToolTip("" if change.exact else source)
        self.bar.show_share(after / before if before else 1.0, not change.exact)
        self.details.setText(_joined(self._details(change)))
        self.details.setVisible(bool(self.details.text()))
        notes = "\n".join(said(text) for text in (change.note, change.larger) if text)
        self.note.show_text(notes, warning=after > before)
        self.setAccessibleName(listed((self.bytes.text(), self.ratio.text(), self.details.text(), notes)))

    def _details(self, change: LayerChange) -> list[str]:
        parts = [] if change.exact else [self.tr("○ forecast")]
        parts += [said(change.storage)] if change.storage else []
        if change.sqnr_db is not None:
            parts.append(self.tr("SQNR {db}\N{NO-BREAK SPACE}dB").format(db=f"{change.sqnr_db:.1f}"))
        if change.zeros:
            parts.append(self.tr("{share} zeros").format(share=short_percent(change.zeros)))
        return parts


def total(layers: tuple[Layer, ...], changes: Mapping[str, LayerChange]) -> LayerChange:
    """Return the result for several layers together; unchanged ones count with their current size."""
    edited = [changes[layer.path] for layer in layers if layer.path in changes and changes[layer.path].actions]
    rest = sum(layer.bytes for layer in layers) - sum(change.bytes_before for change in edited)
    count = max(sum(layer.count for layer in layers), 1)
    zeros = sum(changes[layer.path].zeros * layer.count for layer in layers if layer.path in changes) / count
    return LayerChange(
        "",
        (),
        rest + sum(change.bytes_before for change in edited),
        rest + sum(change.bytes_after for change in edited),
        None,
        zeros=zeros,
        storage=counted("{n} layers together", len(layers), "{n} layer"),
        exact=all(change.exact for change in edited),
    )


def _joined(parts: list[str]) -> str:
    """Return the parts joined so that lines break only between them."""
    return "\N{NO-BREAK SPACE}· ".join(parts)
