"""Figures under a plot in two rows, before and after; the row headings are the legend of the curves."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain

NARROW = 360  # pixels: below, there is no room for texts before the figures


class Swatch(QLabel):
    """A small square in the colour of a curve."""

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self.setFixedSize(QSize(10, 10))
        theme.signals.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(getattr(theme.colors(), self._role))
        painter.drawRoundedRect(self.rect(), 2, 2)


class FigureTable(QWidget):
    """A caption for each column; the row `after` keeps its space while it is empty, or the plot would jump."""

    def __init__(self, captions: Sequence[str], corner: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(2)
        self._grid.addWidget(self._cell(corner, muted=True, left=True), 0, 0, 1, 2)
        for column, text in enumerate(captions):
            self._grid.addWidget(self._cell(text, muted=True), 0, column + 2)
            self._grid.setColumnStretch(column + 2, 1)
        size = len(captions)
        self._rows = (
            self._row(1, size, "before_line", self.tr("before")),
            self._row(2, size, "after", self.tr("after")),
        )
        for widget in self._rows[1]:
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)

    def show_rows(self, before: Sequence[str], after: Sequence[str] | None, sure: bool = True) -> None:
        """Show the figures. `sure`: the row `after` belongs to the current recipe."""
        for cells, texts in zip(self._rows, (before, after or ()), strict=True):
            for cell, text in zip(cells[2:], texts, strict=False):
                cell.setText(text)
        for cell in self._rows[1]:
            cell.setVisible(after is not None)
        self._rows[1][1].setVisible(after is not None and self.width() >= NARROW)
        self.set_sure(sure)

    def set_sure(self, sure: bool) -> None:
        """Draw estimated or outdated figures in grey."""
        for cell in self._rows[1][2:]:
            cell.setForegroundRole(QPalette.ColorRole.WindowText if sure else QPalette.ColorRole.PlaceholderText)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show only the colours as row headings if it is narrow."""
        super().resizeEvent(event)
        for row in self._rows:
            row[1].setVisible(self.width() >= NARROW and not row[0].isHidden())

    def texts(self) -> tuple[tuple[str, ...], ...]:
        """Return the texts row by row."""
        return tuple(tuple(cell.text() for cell in row[2:]) for row in self._rows if not row[2].isHidden())

    def _row(self, row: int, size: int, role: str, text: str) -> tuple[QLabel, ...]:
        cells = (Swatch(role, self), self._cell(text, muted=True, left=True), *(self._cell("") for _ in range(size)))
        for column, cell in enumerate(cells):
            self._grid.addWidget(cell, row, column)
        return cells

    def _cell(self, text: str, muted: bool = False, left: bool = False) -> QLabel:
        label = Plain(text, self)
        label.setFont(theme.font(-1))
        side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
        label.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        if muted:
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        return label
