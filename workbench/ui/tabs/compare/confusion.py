"""Confusion matrix: predictions for samples of each class, before, after, and the difference."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle
from workbench.ui.widgets.colormaps import sample
from workbench.ui.widgets.labels import label, muted
from workbench.ui.widgets.schemes import contrast

if TYPE_CHECKING:
    from workbench.core.analysis.prediction_diff import Changes

Mode = Literal["before", "after", "difference"]
WRITTEN = 18  # pixels of a cell from which its number is written into it
STEPS = 64  # steps of the colour scale
LONGEST = 90  # pixels for the names of classes
SLANT = 45  # angle in degrees of the names of columns that are wider than a cell
INKS = QColor("#10151c"), QColor("#ffffff")  # of the numbers


class ConfusionMap(QWidget):
    """Rows are true classes, columns predicted ones. `chosen` with a row and a column; arrows move the selection, Home,
    End and the Page keys to the edges."""

    chosen = Signal(int, int)
    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._changes: Changes | None = None
        self._mode: Mode = "difference"
        self.image = QImage()
        self.cell = (0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Confusion matrix"))
        theme.signals.changed.connect(self._draw)

    def show_changes(self, changes: Changes | None, mode: Mode) -> None:
        if changes is self._changes and mode == self._mode:
            return
        self._changes, self._mode = changes, mode
        count = len(changes.classes) if changes else 0
        self.cell = (min(self.cell[0], max(count - 1, 0)), min(self.cell[1], max(count - 1, 0)))
        self._draw()

    def matrix(self) -> np.ndarray | None:
        """Return int [true class, predicted class], as shown."""
        changes = self._changes
        if changes is None or changes.before is None or changes.after is None:
            return None
        if self._mode == "difference":
            return changes.after - changes.before
        return changes.before if self._mode == "before" else changes.after

    def describe(self) -> str:
        """Return the selected cell in words."""
        changes, (row, column) = self._changes, self.cell
        if changes is None or changes.before is None or changes.after is None:
            return ""
        before, after = int(changes.before[row, column]), int(changes.after[row, column])
        names = {"truth": changes.classes[row], "decision": changes.classes[column]}
        change = f"{after - before:+d}".replace("-", "−")
        words = (
            self.tr("{truth}, predicted correctly: {before} before, {after} now ({change})")
            if row == column
            else self.tr("{truth}, predicted as {decision}: {before} before, {after} now ({change})")
        )
        return words.format(**names, before=before, after=after, change=change if after != before else "±0")

    # -- drawing ---------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        matrix = self.matrix()
        if matrix is not None:
            count = len(matrix)
            largest = max(int(abs(self._shown(matrix)).max()), 1)
            levels = np.rint(STEPS * np.sqrt(np.minimum(np.abs(matrix) / largest, 1.0))).astype(int)
            bad = (matrix > 0) != np.eye(count, dtype=bool)
            shades = np.array(
                [[self._color(step / STEPS, worse).rgb() for step in range(STEPS + 1)] for worse in (False, True)],
                np.uint32,
            )
            pixels = np.ascontiguousarray(shades[bad.astype(int), levels])
            self.image = QImage(pixels.data, count, count, 4 * count, QImage.Format.Format_RGB32).copy()
        self.setAccessibleDescription(self.describe())
        self.update()

    def _shown(self, matrix: np.ndarray) -> np.ndarray:
        """Return the values that the colour scale covers: without the diagonal, except for the difference."""
        if self._mode == "difference":
            return matrix
        rest = matrix.copy()
        rest[range(len(rest)), range(len(rest))] = 0
        return rest

    def _color(self, share: float, bad: bool) -> QColor:
        colors = theme.colors()
        if self._mode != "difference":
            return sample(share) if share else colors.surface
        return _between(colors.surface, colors.warn if bad else colors.after, 0.85 * share)

    def grid(self) -> QRectF:
        """Return the rectangle of the cells: square, below and beside the names."""
        classes = self._changes.classes if self._changes else ()
        left, line = self.widest() + theme.UNIT, self.fontMetrics().height()
        head, right = float(line + theme.HALF), 0.0
        side = max(min(self.width() - left, self.height() - head), 10.0)
        if self.leaning(side / max(len(classes), 1)):
            rise = math.sin(math.radians(SLANT)) * (self.widest() + line / 2)
            head, right = rise + theme.HALF, max(rise - side / (2 * len(classes)), 0)
            side = max(min(self.width() - left - right, self.height() - head), 10.0)
        return QRectF(left, head, side, side)

    def widest(self) -> int:
        classes = self._changes.classes if self._changes else ()
        return min(max((self.fontMetrics().horizontalAdvance(name) for name in classes), default=0), LONGEST)

    def leaning(self, cell: float) -> bool:
        """Return whether the names of columns are slanted because one is wider than its cell."""
        return self.fontMetrics().height() <= cell < self.widest()

    def paintEvent(self, event: QPaintEvent) -> None:
        matrix = self.matrix()
        if matrix is None or self._changes is None:
            return
        painter = QPainter(self)
        colors, grid = theme.colors(), self.grid()
        count = len(matrix)
        cell = grid.width() / count
        painter.drawImage(grid, self.image)
        if cell >= WRITTEN:
            self._write(painter, matrix, grid, cell)
        if cell >= self.fontMetrics().height():
            self._name(painter, self._changes.classes, grid, cell)
        painter.setPen(colors.border)
        painter.drawRect(grid)
        row, column = self.cell
        pen = painter.pen()
        pen.setColor(colors.accent if self.hasFocus() else colors.text)
        pen.setWidthF(2 if self.hasFocus() else 1)
        painter.setPen(pen)
        painter.drawRect(QRectF(grid.left() + column * cell, grid.top() + row * cell, cell, cell))
        painter.end()

    def _name(self, painter: QPainter, classes: tuple[str, ...], grid: QRectF, cell: float) -> None:
        """Draw the names of rows at the left, of columns above."""
        painter.setPen(theme.colors().muted)
        line = self.fontMetrics().height()
        for index, name in enumerate(classes):
            shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, LONGEST)
            left = QRectF(0, grid.top() + index * cell, grid.left() - theme.HALF, cell)
            painter.drawText(left, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
            painter.save()
            painter.translate(grid.left() + (index + 0.5) * cell, grid.top() - theme.HALF)
            if self.leaning(cell):
                painter.rotate(-SLANT)
                painter.drawText(QRectF(0, -line / 2, LONGEST + 2, line), Qt.AlignmentFlag.AlignLeft, shown)
            else:
                painter.drawText(QRectF(-cell / 2, -line, cell, line), Qt.AlignmentFlag.AlignHCenter, shown)
            painter.restore()

    def _write(self, painter: QPainter, matrix: np.ndarray, grid: QRectF, cell: float) -> None:
        font = theme.font(-1 if cell >= 26 else -2)
        painter.setFont(font)
        for row in range(len(matrix)):
            for column in range(len(matrix)):
                value = int(matrix[row, column])
                if not value:
                    continue
                behind = self.image.pixelColor(column, row)
                painter.setPen(max(INKS, key=lambda ink: contrast(ink, behind)))
                text = f"{value:+d}".replace("-", "−") if self._mode == "difference" else str(value)
                where = QRectF(grid.left() + column * cell, grid.top() + row * cell, cell, cell)
                painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)

    # -- hand ------------------------------------------------------------------------------------------------------

    def at(self, point: QPoint) -> tuple[int, int] | None:
        """Return the cell under a point: its row and column."""
        grid, matrix = self.grid(), self.matrix()
        if matrix is None or not grid.contains(point.toPointF()):
            return None
        cell = grid.width() / len(matrix)
        last = len(matrix) - 1
        return min(int((point.y() - grid.top()) / cell), last), min(int((point.x() - grid.left()) / cell), last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if (cell := self.at(event.position().toPoint())) is not None:
            self._move(cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (cell := self.at(event.position().toPoint())) is not None:
            self._move(cell)
            self.chosen.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        matrix = self.matrix()
        last = len(matrix) - 1 if matrix is not None else 0
        moves = {
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_PageUp: (-last, 0),
            Qt.Key.Key_PageDown: (last, 0),
            Qt.Key.Key_Home: (0, -last),
            Qt.Key.Key_End: (0, last),
        }
        move = moves.get(Qt.Key(event.key()))
        if matrix is not None and move is not None:
            self._move((min(max(self.cell[0] + move[0], 0), last), min(max(self.cell[1] + move[1], 0), last)))
        elif matrix is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(*self.cell)
        else:
            super().keyPressEvent(event)

    def _move(self, cell: tuple[int, int]) -> None:
        if cell != self.cell:
            self.cell = cell
            self.setAccessibleDescription(self.describe())
            self.update()
            self.moved.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 360)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 160)


def _between(first: QColor, second: QColor, share: float) -> QColor:
    return QColor.fromRgbF(
        *(
            a + (b - a) * share
            for a, b in (
                (first.redF(), second.redF()),
                (first.greenF(), second.greenF()),
                (first.blueF(), second.blueF()),
            )
        )
    )


class ConfusionPage(QWidget):
    """The matrix, the choice of the three, and the selected cell in words. `chosen`: show the samples of this cell."""

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = ConfusionMap(self)
        self.map.chosen.connect(self.chosen)
        self.map.moved.connect(self._describe)
        self._changes: Changes | None = None
        self.modes: dict[Mode, QToolButton] = {}
        titles: dict[Mode, str] = {
            "before": self.tr("Before"),
            "after": self.tr("Now"),
            "difference": self.tr("Difference"),
        }
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        for mode, title in titles.items():
            button = toggle(self, title)
            self._group.addButton(button)
            self.modes[mode] = button
            row.addWidget(button)
        row.addStretch(1)
        self.modes["difference"].setChecked(True)
        self._group.buttonClicked.connect(lambda _: self.show_changes(self._changes))
        self.words = label("", self, weight=QFont.Weight.Medium)
        self.hint = muted("", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.UNIT)
        column.setSpacing(theme.UNIT)
        column.addLayout(row)
        column.addWidget(self.hint)
        column.addWidget(self.map, 1)
        column.addWidget(self.words)

    def show_changes(self, changes: Changes | None) -> None:
        self._changes = changes
        mode = next(name for name, button in self.modes.items() if button.isChecked())
        self.map.show_changes(changes, mode)
        labelled = changes is None or changes.labelled
        rows = (
            self.tr("Rows: true class. Columns: predicted class.")
            if labelled
            else self.tr("Rows: class predicted by the original. Columns: predicted class.")
        )
        if mode == "difference":
            rows += " " + self.tr("Orange = worse, blue = better.")
        self.hint.setText(rows)
        self._describe()

    def _describe(self) -> None:
        self.words.setText(self.map.describe())
