"""Mean, spread, range and zeros of a layer in two rows: before, after. It is the legend of the histogram as well."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from workbench.core.views import Moments
from workbench.ui import theme
from workbench.ui.plots.axis import number


class Swatch(QWidget):
    """A small square in the colour of a curve."""

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self.setFixedSize(QSize(10, 10))
        theme.signals.changed.connect(self.update)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(getattr(theme.colors(), self._role))
        painter.drawRoundedRect(self.rect(), 2, 2)


class MomentsTable(QWidget):
    """Two rows of five figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.UNIT)
        self._grid.setVerticalSpacing(2)
        captions = (self.tr("mean"), self.tr("std"), self.tr("min"), self.tr("max"), self.tr("zeros"))
        for column, text in enumerate(captions):
            self._grid.addWidget(self._cell(text, muted=True), 0, column + 2)
            self._grid.setColumnStretch(column + 2, 1)
        self._rows = (self._row(1, "before_line", self.tr("before")), self._row(2, "after", self.tr("after")))
        self._after_row = [item.widget() for column in range(7) if (item := self._grid.itemAtPosition(2, column))]
        for widget in self._after_row:
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)

    def show_moments(self, before: Moments | None, after: Moments | None) -> None:
        for cells, moments in zip(self._rows, (before, after), strict=True):
            for cell, text in zip(cells, _texts(moments), strict=True):
                cell.setText(text)
        for widget in self._after_row:      # kept in the layout, so that the plot above does not change its height
            widget.setVisible(after is not None)

    def _row(self, row: int, role: str, text: str) -> tuple[QLabel, ...]:
        self._grid.addWidget(Swatch(role, self), row, 0)
        self._grid.addWidget(self._cell(text, muted=True, left=True), row, 1)
        cells = tuple(self._cell("") for _ in range(5))
        for column, cell in enumerate(cells):
            self._grid.addWidget(cell, row, column + 2)
        return cells

    def _cell(self, text: str, muted: bool = False, left: bool = False) -> QLabel:
        label = QLabel(text, self)
        label.setFont(theme.font(-1))
        side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
        label.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        if muted:
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        return label


def _texts(moments: Moments | None) -> tuple[str, ...]:
    if moments is None:
        return ("–",) * 5
    figures = (moments.mean, moments.std, moments.min, moments.max)
    return (*(number(value, fixed=True) for value in figures), f"{moments.sparsity:.1%}".replace("%", " %"))
