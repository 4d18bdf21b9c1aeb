"""One kernel of a convolution, enlarged, with its values, before and after."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from workbench.ui.plots.axis import number
from workbench.ui.plots.scale import ColorScale
from workbench.ui.widgets import colormaps, theme
from workbench.ui.widgets.labels import Plain, heading, muted

SIDE = 300  # pixels of a kernel, at most
LARGEST_CELL = 76
DARK = 0.45  # luminance of a cell below which its value is written in white
COLOURS = ("R", "G", "B")


class ValueGrid(QWidget):
    """The cells of a matrix in the colours of data, with their values if these fit. `pointed(text)`: the cell under the
    mouse."""

    pointed = Signal(str)

    def __init__(self, values: np.ndarray, largest: float, parent: QWidget | None = None) -> None:
        """Create the grid from `values` [rows, columns]; NaN: removed."""
        super().__init__(parent)
        self.values, self._largest = values, largest or 1.0
        self.cell = min(LARGEST_CELL, SIDE // max(values.shape))
        self.setFixedSize(QSize(values.shape[1] * self.cell + 1, values.shape[0] * self.cell + 1))
        self.setMouseTracking(True)
        rows = ["  ".join(number(float(value)) for value in row) for row in values[:8, :8]]
        self.setAccessibleName("\n".join(rows))

    def place(self, row: int, column: int) -> QRectF:
        return QRectF(column * self.cell, row * self.cell, self.cell, self.cell)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme.colors()
        font = theme.font(-1)
        painter.setFont(font)
        texts = [[number(float(value)) for value in row] for row in self.values]
        metrics = QFontMetricsF(font)
        fits = max(metrics.horizontalAdvance(text) for row in texts for text in row) + 4 <= self.cell
        for row, line in enumerate(self.values):
            for column, value in enumerate(line):
                where = self.place(row, column)
                color = self._color(float(value))
                painter.fillRect(where, color)
                painter.setPen(colors.grid)
                painter.drawRect(where)
                if fits:
                    painter.setPen(QColor("white") if _luminance(color) < DARK else QColor("black"))
                    painter.drawText(
                        where, Qt.AlignmentFlag.AlignCenter, "–" if np.isnan(value) else texts[row][column]
                    )

    def _color(self, value: float) -> QColor:
        if np.isnan(value):
            return theme.colors().grid
        return colormaps.sample(min(max((value / self._largest + 1) / 2, 0.0), 1.0))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self.read_at(event.position()))

    def read_at(self, where: QPointF) -> str:
        """Return 'row 1, column 2: −0.031', or "" outside the cells."""
        row, column = int(where.y() // self.cell), int(where.x() // self.cell)
        if not (0 <= row < self.values.shape[0] and 0 <= column < self.values.shape[1]):
            return ""
        value = float(self.values[row, column])
        text = self.tr("removed") if np.isnan(value) else f"{value:.6g}".replace("-", "−")
        return self.tr("row {row}, column {column}: {value}").format(row=row, column=column, value=text)


class KernelView(QDialog):
    """Signal: `stepped(by)`: the arrow keys request another kernel. Escape closes it."""

    stepped = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("kernel")
        self.setWindowTitle(self.tr("Kernel"))
        self.title, self.readout = heading("", self), muted("", self)
        self.scale = ColorScale(self.tr("weights"), self)
        self.grids: list[ValueGrid] = []
        self._shown: tuple[object, ...] = ()
        self._place = QWidget(self)
        self._sides = QGridLayout(self._place)
        self._sides.setContentsMargins(0, 0, 0, 0)
        self._sides.setHorizontalSpacing(theme.TRIPLE)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.TRIPLE, theme.DOUBLE, theme.TRIPLE, theme.DOUBLE)
        column.setSpacing(theme.UNIT)
        column.addWidget(self.title)
        middle = QHBoxLayout()
        middle.addWidget(self._place)
        middle.addStretch(1)
        column.addLayout(middle)
        for widget in (self.scale, self.readout):
            column.addWidget(widget)
        column.addWidget(muted(self.tr("← → go to the next kernel, Esc closes"), self))

    def show_kernel(self, title: str, before: np.ndarray, after: np.ndarray | None, largest: float) -> None:
        """Show a kernel [rows, columns], or [rows, columns, 3] for the three inputs of a colour image. What is on show
        already stays, with the cell that is being read."""
        shown = (title, largest, *(kernel.tobytes() for kernel in (before, after) if kernel is not None))
        if shown == self._shown:
            return
        self._shown = shown
        for grid in self._place.findChildren(QWidget):
            self._sides.removeWidget(grid)
            grid.deleteLater()
        self.title.setText(title)
        self.grids = []
        sides = [(self.tr("before"), before)] + ([(self.tr("after"), after)] if after is not None else [])
        for side, (name, values) in enumerate(sides):
            self._sides.addWidget(Plain(name, self._place), 0, side)
            parts = np.moveaxis(values, -1, 0) if values.ndim == 3 else values[None]
            for row, part in enumerate(parts):
                grid = ValueGrid(np.asarray(part, float), largest, self._place)
                grid.pointed.connect(self._read)
                if len(parts) == len(COLOURS):
                    grid.setToolTip(COLOURS[row])
                self.grids.append(grid)
                self._sides.addWidget(grid, row + 1, side, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.scale.show_scale(colormaps.chosen(), largest or 1.0)
        self._read("")
        self.adjustSize()

    def _read(self, text: str) -> None:
        self.readout.setText(text or self.tr("Point at a cell to read its value"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if (key := Qt.Key(event.key())) in steps:
            self.stepped.emit(steps[key])
        else:
            super().keyPressEvent(event)


def _luminance(color: QColor) -> float:
    return 0.2126 * color.redF() + 0.7152 * color.greenF() + 0.0722 * color.blueF()
