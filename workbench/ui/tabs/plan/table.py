"""Sortable table of the recipes; its selection is that of the plot."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, cast

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from workbench.core.base.quantities import size
from workbench.ui.plans.entries import Entry, Scene
from workbench.ui.tabs.plan import symbols, words
from workbench.ui.text.i18n import said, tr
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import tooltip
from workbench.ui.widgets.rows import WholeRows

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
ROW = 26  # pixels
NARROW = 640  # pixels, below which the names need the room of the ratio
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Column(IntEnum):
    NAME = 0
    SIZE = 1
    RATIO = 2
    METRIC = 3
    DROP = 4
    HOW = 5


class RecipeModel(QAbstractTableModel):
    """A row for each entry of a Scene, the original first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scene = Scene()
        self._entries: list[Entry] = []

    def show_scene(self, scene: Scene) -> None:
        """Insert new rows between the existing ones; another set of rows resets the model."""
        keys = {entry.key for entry in scene.entries}
        kept = [entry.key for entry in self._entries]
        if not kept or [entry.key for entry in scene.entries if entry.key in {*kept}] != kept or not {*kept} <= keys:
            self.beginResetModel()
            self.scene, self._entries = scene, list(scene.entries)
            self.endResetModel()
            return
        self.scene = scene
        for row, entry in enumerate(scene.entries):
            if row < len(self._entries) and self._entries[row].key == entry.key:
                self._entries[row] = entry
                continue
            self.beginInsertRows(QModelIndex(), row, row)
            self._entries.insert(row, entry)
            self.endInsertRows()
        self.dataChanged.emit(self.index(0, 0), self.index(len(self._entries) - 1, len(Column) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)

    def row_of(self, key: int) -> int:
        return next((row for row, entry in enumerate(self._entries) if entry.key == key), -1)

    def entry(self, index: Index) -> Entry:
        return self._entries[index.row()]

    # -- QAbstractTableModel ---------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        metric = self.scene.metric
        if role == Role.DisplayRole:
            return {
                Column.NAME: tr("Recipe"),
                Column.SIZE: tr("Size"),
                Column.RATIO: tr("Smaller"),
                Column.METRIC: said(metric.heading) or tr("Metric"),
                Column.DROP: tr("Drop, points") if metric.percent else tr("Drop"),
                Column.HOW: tr("How, samples"),
            }[Column(section)]
        if role == Role.ToolTipRole:
            return {
                Column.NAME: tr("The whole recipe: what each layer is given"),
                Column.SIZE: tr("Bytes of the exported file"),
                Column.RATIO: tr("How many times smaller than the original"),
                Column.METRIC: tr("The original's metric less the drop"),
                Column.DROP: tr("Loss against the original on the same samples, with its 95 % interval"),
                Column.HOW: tr("How the drop was obtained: held-out samples had no part in the choice"),
            }[Column(section)]
        if role == Role.TextAlignmentRole:
            return LEFT if section in (Column.NAME, Column.HOW) else RIGHT
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry, column = self.entry(index), Column(index.column())
        match role:
            case Role.DisplayRole:
                return self._text(entry, column)
            case Role.ToolTipRole:
                return tooltip(words.point_words(entry, self.scene.metric, self.scene.value, self.scene.energy))
            case Role.DecorationRole if column == Column.NAME:
                return symbols.icon(symbols.symbol_of(entry))
            case Role.TextAlignmentRole:
                return LEFT if column in (Column.NAME, Column.HOW) else RIGHT
            case Role.FontRole if "chosen" in entry.marks:
                return theme.font(0, QFont.Weight.DemiBold)
            case Role.ForegroundRole if column == Column.HOW or entry.point.best is None:
                return symbols.color("muted") if "original" not in entry.marks or column == Column.HOW else None
        return None

    def _text(self, entry: Entry, column: Column) -> str:
        scene = self.scene
        match column:
            case Column.NAME:
                name, role = words.name_of(entry), words.role_of(entry)
                return tr("{name} ({role})").format(name=name, role=role) if role else name
            case Column.SIZE:
                return size(entry.point.bytes)
            case Column.RATIO:
                return words.ratio_words(entry.point, scene.model.bytes if scene.model is not None else 0)
            case Column.METRIC:
                return words.value_words(entry, scene.metric, scene.value)
            case Column.DROP:
                return words.drop_words(entry, scene.metric, scene.value)
        return words.how_of(entry)

    def order(self, index: Index) -> tuple[bool, Any]:
        """Return the sort key of a cell; cells without a figure come last."""
        entry, column = self.entry(index), Column(index.column())
        scene, value = self.scene, cast(Any, None)
        match column:
            case Column.NAME:
                value = words.name_of(entry).lower()
            case Column.SIZE:
                value = entry.point.bytes
            case Column.RATIO:
                value = -entry.point.bytes
            case Column.METRIC:
                value = words.value_of(entry, scene.metric, scene.value)
            case Column.DROP:
                value = entry.drop
            case Column.HOW:
                value = words.how_of(entry)
        return value is None, value if value is not None else 0


class RecipeProxy(QSortFilterProxyModel):
    """Sorts by figures instead of their texts."""

    def lessThan(self, left: Index, right: Index) -> bool:
        return cast(bool, self._figure(left) < self._figure(right))

    def _figure(self, index: Index) -> Any:
        """Return the figure from the model directly, as Qt would wrap each value."""
        model = self.sourceModel()
        assert isinstance(model, RecipeModel)
        return model.order(index)


class Heads(QHeaderView):
    """Columns as narrow as their titles, with the sort arrow above them."""

    def sectionSizeFromContents(self, column: int) -> QSize:
        words = str(self.model().headerData(column, self.orientation()) or "")
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(words) + theme.DOUBLE, metrics.lineSpacing() + theme.DOUBLE)


class RecipeTable(QTableView):
    """Signals: `picked`: one or two recipes selected by the user; `applied` for Return and a double click; `left` for
    Escape."""

    picked = Signal(object)
    applied = Signal()
    left = Signal()

    def __init__(self, model: RecipeModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recipes, self.proxy = model, RecipeProxy(self)
        self._following = False
        self.proxy.setSourceModel(model)
        self.setModel(self.proxy)
        self.setAccessibleName(self.tr("Recipes"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        WholeRows(self)
        self.setIconSize(QSize(symbols.SIGN, symbols.SIGN))
        self.setHorizontalHeader(Heads(Qt.Orientation.Horizontal, self))
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setObjectName("recipes")
        across.setSectionsClickable(True)
        down.hide()
        down.setDefaultSectionSize(ROW)
        across.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        across.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        across.setMinimumSectionSize(48)
        across.setResizeContentsPrecision(0)
        across.setHighlightSections(False)
        self.setSortingEnabled(True)
        self.sortByColumn(Column.SIZE, Qt.SortOrder.AscendingOrder)
        self.doubleClicked.connect(lambda _: self.applied.emit())
        theme.signals.changed.connect(self.viewport().update)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setColumnHidden(Column.RATIO, self.width() < NARROW)

    def choose(self, keys: Sequence[int]) -> None:
        """Select these rows without emitting `picked`."""
        self._following = True
        chosen = QItemSelection()
        last = QModelIndex()
        for key in keys:
            row = self.recipes.row_of(key)
            if row >= 0:
                last = self.proxy.mapFromSource(self.recipes.index(row, 0))
                chosen.select(last, last.siblingAtColumn(len(Column) - 1))
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(chosen, flags.ClearAndSelect)
        if last.isValid():
            self.selectionModel().setCurrentIndex(last, flags.NoUpdate)
            self.scrollTo(last)
        self._following = False

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if self._following:
            return
        rows = [self.proxy.mapToSource(index) for index in self.selectionModel().selectedRows()]
        current = self.proxy.mapToSource(self.currentIndex())
        rows.sort(key=lambda index: index.row() == current.row())  # the one under the cursor last
        self.picked.emit(tuple(self.recipes.entry(index).key for index in rows[-2:]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.applied.emit()
            case Qt.Key.Key_Escape:
                self.left.emit()
            case _:
                super().keyPressEvent(event)
