"""The three maps of a weight matrix, which move and zoom together; mouse or keys go from cell to cell."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.ui.plots.axis import Axis
from workbench.ui.widgets import theme

AXIS = 60  # pixels of the axis on the left
WIDEST = 16_777_215  # Qt's own
CLOSEST = 4  # rows and columns that are seen at least
FAR = 10  # cells at once
FRAME = 9.0  # pixels of the frame around a cell that is smaller
Place = tuple[int, int]  # row and column of a weight


class Map(pg.PlotWidget):
    """One of the three; `hovered` with the Place under the mouse, None when it has left."""

    hovered = Signal(object)

    def __init__(self, first: bool) -> None:
        self.x_axis, self.y_axis = Axis("bottom"), Axis("left")
        self._cell: QRectF | None = None
        super().__init__(axisItems={"bottom": self.x_axis, "left": self.y_axis}, enableMenu=False)
        self.box = self.plotItem.vb
        self.image = pg.ImageItem(axisOrder="row-major")
        self.addItem(self.image)
        self.plotItem.hideButtons()
        self.plotItem.layout.setContentsMargins(0, theme.UNIT, theme.UNIT, theme.HALF)
        self.box.invertY(True)
        self.box.setMenuEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the panel has one
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plotItem.showAxis("left", first)

    def dress(self) -> None:
        self.setBackground(theme.colors().surface)
        self.box.setBackgroundColor(theme.colors().grid)  # where channels were removed
        self.x_axis.dress()
        self.y_axis.dress()

    def mark(self, cell: QRectF | None) -> None:
        """Frame a cell, in columns and rows of the matrix."""
        if cell != self._cell:
            self._cell = cell
            self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        super().drawForeground(painter, rect)
        if self._cell is None:
            return
        area = QRectF(self.mapFromScene(self.box.sceneBoundingRect()).boundingRect())
        cell = QRectF(self.mapFromScene(self.box.mapViewToScene(self._cell)).boundingRect())
        grown = QPointF(max(FRAME - cell.width(), 0) / 2 + 1, max(FRAME - cell.height(), 0) / 2 + 1)
        frame = cell.adjusted(-grown.x(), -grown.y(), grown.x(), grown.y())
        painter.save()
        painter.resetTransform()
        painter.setClipRect(area.adjusted(-FRAME, -FRAME, FRAME, FRAME))
        colors = theme.colors()
        for color, width in ((colors.surface, 4), (colors.text, 2)):  # visible on every colour of data
            painter.setPen(QPen(color, width))
            painter.drawRect(frame)
        painter.restore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        where = self.mapToScene(event.position().toPoint())
        at = self.box.mapSceneToView(where)
        inside = self.box.sceneBoundingRect().contains(where)
        self.hovered.emit((int(np.floor(at.y())), int(np.floor(at.x()))) if inside else None)

    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self.hovered.emit(None)


class HeatCanvas(QWidget):
    """The maps in a row. `moved`: another part is in view; `hovered(Place or None)`: the cell under the mouse or chosen
    by keys.

    Arrows go from cell to cell, with Shift and by the Page keys ten at once, Home and End to the ends of a row; + and −
    zoom at that cell, 0 shows all, Escape ends it.
    """

    moved = Signal()
    hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.maps = tuple(Map(index == 0) for index in range(3))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.HALF)
        for index, each in enumerate(self.maps):
            row.addWidget(each, 1)
            if index:
                each.box.setXLink(self.maps[0].box)
                each.box.setYLink(self.maps[0].box)
            each.hovered.connect(self._on_hovered)
        self.box = self.maps[0].box
        self.box.sigRangeChanged.connect(lambda *_: self.moved.emit())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._shape = self._cell = (1, 1)
        self._first: Place = (0, 0)  # where the first cell begins
        self._reading: Place | None = None
        self._at: Place | None = None  # what is read, by mouse or keys

    def dress(self) -> None:
        for each in self.maps:
            each.dress()

    def show_maps(self, edited: bool) -> None:
        """Show all three maps, or the first alone; all have the same width apart from the axis of the first."""
        for each in self.maps[1:]:
            each.setVisible(edited)
        share = (self.width() - AXIS - 2 * theme.HALF) // 3
        self.maps[0].setMaximumWidth(share + AXIS if edited else WIDEST)
        self.maps[0].setMinimumWidth(share + AXIS if edited else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_maps(self.maps[1].isVisibleTo(self))

    # -- what is in view ---------------------------------------------------------------------------------------------

    def set_shape(self, shape: tuple[int, int]) -> None:
        """Set the shape of the matrix, and show all of it."""
        self._shape = shape
        for each in self.maps:
            each.box.setLimits(
                xMin=0,
                xMax=shape[1],
                yMin=0,
                yMax=shape[0],
                minXRange=min(CLOSEST, shape[1]),
                minYRange=min(CLOSEST, shape[0]),
                maxXRange=shape[1],
                maxYRange=shape[0],
            )
        self.show_all()

    def set_cells(self, first: Place, cell: tuple[int, int]) -> None:
        """Set the weights of the cells: first row and column, and weights per cell down and across."""
        self._first, self._cell = first, cell
        self._look_at(self._at)

    def show_all(self) -> None:
        self.box.setRange(QRectF(0, 0, self._shape[1], self._shape[0]), padding=0)

    def zoom(self, times: float) -> None:
        middle = None if self._reading is None else QPointF(self._reading[1] + 0.5, self._reading[0] + 0.5)
        self.box.scaleBy((1 / times, 1 / times), center=middle)

    def part(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the rows and columns in view."""
        (left, right), (top, bottom) = self.box.viewRange()
        return ((int(np.floor(top)), int(np.ceil(bottom))), (int(np.floor(left)), int(np.ceil(right))))

    # -- reading -----------------------------------------------------------------------------------------------------

    @property
    def reading(self) -> Place | None:
        """Return the weight chosen by keys, or None."""
        return self._reading

    def read(self, place: Place | None) -> None:
        """Choose a weight, and bring it into view; None: none."""
        if place is None and self._reading is None:
            return
        self._reading = place
        if place is not None:
            self._bring_into_view(self._frame(place))
        self._on_hovered(None)

    def _on_hovered(self, at: Place | None) -> None:
        """Show the cell under the mouse; without one, that chosen by keys."""
        self._look_at(self._reading if at is None else at)

    def _look_at(self, at: Place | None) -> None:
        self._at = at
        for each in self.maps:
            each.mark(None if at is None else self._frame(at))
        self.hovered.emit(at)

    def _frame(self, place: Place) -> QRectF:
        """Return the cell that contains a weight, in columns and rows."""
        top, left = (at - (at - first) % step for at, first, step in zip(place, self._first, self._cell, strict=True))
        return QRectF(left, top, self._cell[1], self._cell[0])

    def _bring_into_view(self, cell: QRectF) -> None:
        (left, right), (top, bottom) = self.box.viewRange()
        across = min(cell.left() - left, 0.0) + max(cell.right() - right, 0.0)
        down = min(cell.top() - top, 0.0) + max(cell.bottom() - bottom, 0.0)
        if across or down:
            self.box.translateBy(x=across, y=down)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        fast = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(2)
        elif key == Qt.Key.Key_Minus:
            self.zoom(0.5)
        elif key == Qt.Key.Key_0:
            self.show_all()
        elif key == Qt.Key.Key_Escape and self._reading is not None:
            self.read(None)
        elif not self._read_on(key, fast):
            event.ignore()

    def _read_on(self, key: Qt.Key, fast: int) -> bool:
        """Go to another cell; the first key goes to the first cell in view. Returns whether the key does that."""
        last = self._shape[1]
        steps = {
            Qt.Key.Key_Left: (0, -fast),
            Qt.Key.Key_Right: (0, fast),
            Qt.Key.Key_Up: (-fast, 0),
            Qt.Key.Key_Down: (fast, 0),
            Qt.Key.Key_PageUp: (-FAR, 0),
            Qt.Key.Key_PageDown: (FAR, 0),
            Qt.Key.Key_Home: (0, -last),
            Qt.Key.Key_End: (0, last),
        }
        if key not in steps:
            return False
        if self._reading is None:
            (top, _), (left, _) = self.part()
            self.read((max(top, 0), max(left, 0)))
        else:
            wanted = (at + step * cell for at, step, cell in zip(self._reading, steps[key], self._cell, strict=True))
            row, column = (min(max(at, 0), size - 1) for at, size in zip(wanted, self._shape, strict=True))
            self.read((row, column))
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.read(None)
        super().focusOutEvent(event)
