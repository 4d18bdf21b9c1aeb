"""Sortable table of plain rows: classes, and layers under suspicion."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QTableView, QWidget

from workbench.ui.tree.data.model import BAR_ROLE
from workbench.ui.widgets.labels import tooltip
from workbench.ui.widgets.rows import WholeRows

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
SORT_ROLE = Qt.ItemDataRole.UserRole + 40
KEY_ROLE = Qt.ItemDataRole.UserRole + 41
ROW = 24


@dataclass(frozen=True)
class Value:
    """Content of a cell: text, sort key, an optional bar (a fraction of the widest), and a tooltip."""

    text: str
    order: float | str = 0.0
    bar: float | None = None
    tip: str = ""


class RowsModel(QAbstractTableModel):
    """Table model of figures and texts; `keys` identify the rows."""

    def __init__(self, titles: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._titles = tuple(titles)
        self._rows: tuple[tuple[Value, ...], ...] = ()
        self.keys: tuple[object, ...] = ()

    def show_rows(self, rows: Sequence[Sequence[Value]], keys: Sequence[object]) -> None:
        fresh = tuple(tuple(row) for row in rows)
        if (fresh, tuple(keys)) == (self._rows, self.keys):
            return
        if tuple(keys) == self.keys:
            self._rows = fresh
            self.dataChanged.emit(self.index(0, 0), self.index(len(fresh) - 1, len(self._titles) - 1))
            return
        self.beginResetModel()
        self._rows, self.keys = fresh, tuple(keys)
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        cell = self._rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell.text
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(cell.tip or cell.text)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        bar = None if cell.bar is None else (cell.bar, cell.bar)
        return {
            SORT_ROLE: cell.order,
            KEY_ROLE: self.keys[index.row()] if role == KEY_ROLE else None,
            BAR_ROLE: bar,
        }.get(role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return self._titles[section] if role == Qt.ItemDataRole.DisplayRole else None


class TightHeader(QHeaderView):
    """Reserves room for the sort arrow only in the sorted column."""

    def sectionSizeFromContents(self, section: int) -> QSize:
        size = super().sectionSizeFromContents(section)
        if section != self.sortIndicatorSection():
            mark = self.style().pixelMetric(QStyle.PixelMetric.PM_HeaderMarkSize, None, self)
            size.setWidth(size.width() - mark)
        return size


class RowsTable(QTableView):
    """One row is selected at a time; a click on a column sorts by it."""

    def __init__(self, titles: Sequence[str], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = RowsModel(titles, self)
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSortRole(SORT_ROLE)
        self.sorted.setSourceModel(self.rows)
        self.setModel(self.sorted)
        WholeRows(self)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = TightHeader(Qt.Orientation.Horizontal, self)
        self.setHorizontalHeader(header)
        header.setSectionsClickable(True)
        header.setAccessibleName(name)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setSortingEnabled(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def chosen(self) -> object | None:
        """Return the key of the selected row, or None."""
        rows = self.selectionModel().selectedRows()
        return rows[0].data(KEY_ROLE) if rows else None

    def keys(self) -> list[object]:
        """Return the keys in the order of the rows."""
        return [self.sorted.index(row, 0).data(KEY_ROLE) for row in range(self.sorted.rowCount())]
