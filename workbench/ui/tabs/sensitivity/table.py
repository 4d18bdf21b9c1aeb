"""View of the matrix: colours for measured cells, hatching for predicted ones, and keyboard control."""

from PySide6.QtCore import QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from workbench.ui.tabs.graph.tints import text_on
from workbench.ui.tabs.sensitivity.matrix import (
    REFUSED_ROLE,
    STRENGTH_ROLE,
    TRIAL_ROLE,
    Index,
    MatrixModel,
    MatrixProxy,
)
from workbench.ui.widgets import colormaps, theme
from workbench.ui.widgets.rows import WholeRows

ROW, LEAST = 26, 52
NAMES = 128, 88  # pixels of the layers' names where the columns do not fit beside them, and the fewest if they then do


class CellDelegate(QStyledItemDelegate):
    """A cell is a patch of the colour map with its drop; unmeasured ones have no colour."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors = theme.colors()
        where = option.rect.adjusted(1, 1, -1, -1)
        strength, trial = index.data(STRENGTH_ROLE), index.data(TRIAL_ROLE)
        painter.save()
        painter.fillRect(option.rect, colors.surface)
        words = colors.muted
        if strength is not None:
            fill = colormaps.sample(strength)
            painter.fillRect(where, fill)
            words = text_on(fill)
        elif trial is not None:
            _hatch(painter, where, colors.border)
        elif not index.data(REFUSED_ROLE):
            painter.fillRect(where, colors.window)
        painter.setFont(theme.font(-1, italic=strength is None))
        painter.setPen(words)
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, index.data() or "")
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_HasFocus:
            self._frame(painter, where, bool(option.state & QStyle.StateFlag.State_HasFocus))
        painter.restore()

    def _frame(self, painter: QPainter, where: QRect, focus: bool) -> None:
        """Draw a frame around a selected cell, in two tones, visible on every colour of the map."""
        colors = theme.colors()
        outer = QRectF(where).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colors.surface, 4 if focus else 3))
        painter.drawRect(outer.adjusted(1.5, 1.5, -1.5, -1.5))
        painter.setPen(QPen(colors.accent, 2))
        painter.drawRect(outer.adjusted(0.5, 0.5, -0.5, -0.5))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(max(super().sizeHint(option, index).width(), LEAST), ROW)


class Candidates(QHeaderView):
    """Columns as narrow as their titles, with the sort arrow in the corner instead of beside them."""

    def sectionSizeFromContents(self, column: int) -> QSize:
        lines = str(self.model().headerData(column, self.orientation()) or "").split("\n")
        metrics = QFontMetrics(self.font())
        widest = max(metrics.horizontalAdvance(line) for line in lines)
        return QSize(widest + 2 * theme.UNIT, len(lines) * metrics.lineSpacing() + theme.UNIT)


class MatrixTable(QTableView):
    """Signals: `cell_chosen` when the selection or the cursor changes, `applied` for Enter and a double click."""

    cell_chosen = Signal()
    applied = Signal()

    def __init__(self, model: MatrixModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = model
        self.proxy = MatrixProxy(self)
        self.proxy.setSourceModel(model)
        self.setModel(self.proxy)
        self.setItemDelegate(CellDelegate(self))
        WholeRows(self)
        self.setAccessibleName(self.tr("Loss per layer and candidate"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)  # Tab leaves the matrix, arrows move in it
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self._set_up_headers()
        self.doubleClicked.connect(lambda _: self.applied.emit())
        theme.signals.changed.connect(self.viewport().update)

    def _set_up_headers(self) -> None:
        self.setHorizontalHeader(Candidates(Qt.Orientation.Horizontal, self))
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setObjectName("candidates")
        across.setSectionsClickable(True)
        across.setAccessibleName(self.tr("Candidates"))
        down.setAccessibleName(self.tr("Layers"))
        across.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        across.setResizeContentsPrecision(0)  # visible ones only, as cells arrive one by one
        across.setMinimumSectionSize(LEAST)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        across.setFont(theme.font(-1))
        across.setSortIndicatorClearable(True)
        across.setHighlightSections(False)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(ROW)
        down.setTextElideMode(Qt.TextElideMode.ElideLeft)  # the end of a path distinguishes layers
        down.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        down.setMaximumWidth(NAMES[0])
        down.setHighlightSections(False)
        self.setSortingEnabled(True)
        across.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        across.sectionResized.connect(self._fit_names)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_names()

    def _fit_names(self) -> None:
        """Show names in full if there is room; they shrink by a few pixels before the table scrolls."""
        bar = self.verticalScrollBar()
        room = self.width() - (bar.width() if bar.isVisible() else 0) - self.horizontalHeader().length()
        usual, least = NAMES
        self.verticalHeader().setMaximumWidth(room if room >= least else usual)

    def sort_again(self) -> None:
        """Sort again by the selected column, with the new cells."""
        header = self.horizontalHeader()
        self.proxy.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.cell_chosen.emit()

    def selectionChanged(self, selected: object, deselected: object) -> None:
        super().selectionChanged(selected, deselected)  # type: ignore[arg-type]
        self.cell_chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.applied.emit()
            return
        super().keyPressEvent(event)

    def chosen(self) -> list[Index]:
        """Return the selected cells as indices of the matrix, the one under the cursor last."""
        current = self.currentIndex()
        found = sorted(self.selectedIndexes(), key=lambda index: index == current)
        return [self.proxy.mapToSource(index) for index in found]

    def go_to(self, path: str) -> None:
        """Move the cursor to that layer's row, in the same column."""
        if path not in self.matrix.layers:
            return
        current = self.currentIndex()
        row = self.matrix.layers.index(path)
        target = self.proxy.mapFromSource(self.matrix.index(row, max(current.column(), 0)))
        if target.row() != current.row():
            with QSignalBlocker(self):  # it follows: this is not a selection by the user
                self.setCurrentIndex(target)


def _hatch(painter: QPainter, where: QRect, color: QColor) -> None:
    """Draw slanted lines: predicted, not measured."""
    painter.save()
    painter.setClipRect(where)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1))
    for x in range(where.left() - where.height(), where.right(), 6):
        painter.drawLine(x, where.bottom() + 1, x + where.height(), where.top())
    painter.restore()
