"""Left side of the window: filter box and layer tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QByteArray,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSettings,
    QSignalBlocker,
    Qt,
    Signal,
)
from PySide6.QtGui import QAccessible, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeView, QVBoxLayout, QWidget

from workbench.core.base.quantities import MetricInfo
from workbench.ui.commands.layer_commands import LayerCommands
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.session.session import Session
from workbench.ui.tree.data.cells import BARRED, FACTS, Column
from workbench.ui.tree.data.columns import ColumnChoice, TimeColumn
from workbench.ui.tree.data.filter import LayerTreeProxy
from workbench.ui.tree.data.grouping import GroupChoice, Grouping
from workbench.ui.tree.data.model import COLUMNS, NODE_ROLE, Index, LayerTreeModel
from workbench.ui.tree.data.reader import FactsReader
from workbench.ui.tree.data.search import SearchBox
from workbench.ui.tree.delegate import BarDelegate, NameDelegate, StepsDelegate
from workbench.ui.tree.scale import ColorScale
from workbench.ui.tree.widths import WIDTHS, ColumnWidths
from workbench.ui.widgets import theme
from workbench.ui.widgets.rows import WholeRows

if TYPE_CHECKING:
    from workbench.core.layer_data.views import LayerFacts

ASIDE = 16  # pixels around a sentence
KEPT = f"columns-{COLUMNS}"  # a state with other columns would not fit
HIDDEN_AT_FIRST = (Column.OP, Column.SHAPE, Column.PARAMETERS, Column.MACS, Column.LOSS, *FACTS, Column.TIME)


class LayerTree(QTreeView):
    """Emits the layers that the user selected; a selected module stands for the layers below it."""

    layers_chosen = Signal(tuple, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Layers"))
        self.setIndentation(12)
        self._marked = QPersistentModelIndex()
        WholeRows(self)
        self.widths = ColumnWidths(self)
        self._names = NameDelegate(self)
        self.setItemDelegateForColumn(Column.NAME, self._names)
        self._steps = StepsDelegate(self)
        self.setItemDelegateForColumn(Column.ACTIONS, self._steps)
        self._bars = BarDelegate(self)
        for column in (*BARRED, *FACTS):
            self.setItemDelegateForColumn(column, self._bars)

    def selectionChanged(self, selected: object, deselected: object) -> None:
        super().selectionChanged(selected, deselected)  # type: ignore[arg-type]
        self._tell()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self._tell()

    def _tell(self) -> None:
        if not self.signalsBlocked():  # notifying about hundreds of layers takes a while
            self.layers_chosen.emit(*self.chosen())

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        """Repaint the rows, which have equal height, without measuring them for each range as Qt would."""
        if QAccessible.isActive():
            super().dataChanged(first, last, roles)
        else:
            self.viewport().update()

    def chosen(self) -> tuple[tuple[str, ...], str]:
        """Return the paths of the selected layers, and the one under the cursor."""
        paths: dict[str, None] = {}
        for rows in self.selectionModel().selection().toList():
            for row in range(rows.top(), rows.bottom() + 1):
                node = self.model().index(row, Column.NAME, rows.parent()).data(NODE_ROLE)
                below = [layer.path for layer in node.layers() if node.layer is layer or not layer.locked]
                paths |= dict.fromkeys(below)
        current = self.currentIndex()
        layer = current.data(NODE_ROLE).layer if current.isValid() else None
        return tuple(paths), layer.path if layer else ""

    def mark(self, row: QModelIndex) -> None:
        """Frame the row on which something would be dropped; an invalid one frames none."""
        if self._marked != row:
            self._marked = QPersistentModelIndex(row)
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.widths.fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._marked.isValid():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(theme.colors().accent, 2))
            row = self.visualRect(self.model().index(self._marked.row(), 0, self._marked.parent()))
            painter.drawRect(QRect(1, row.top() + 1, self.viewport().width() - 2, row.height() - 2))
        if self.model().rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            where = self.viewport().rect().adjusted(ASIDE, ASIDE, -ASIDE, -ASIDE)
            flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(where, flags, self.sentence)

    @property
    def sentence(self) -> str:
        """Return what stands in place of rows."""
        proxy = self.model()
        if isinstance(proxy, LayerTreeProxy) and proxy.sourceModel().rowCount() == 0:
            return self.tr("This model has no layer that can be edited.")
        return self.tr("No matching layers (Esc clears the filter)")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Typing starts a search in Qt; Space would only toggle the current row, which Ctrl+Space does too.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            index = self.currentIndex().siblingAtColumn(Column.NAME)
            self.setExpanded(index, not self.isExpanded(index))
            return
        super().keyPressEvent(event)


class TreePanel(QWidget):
    """Shows the layers of the session and passes the selection on to it."""

    def __init__(self, session: Session, commands: LayerCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._commands = commands
        self.model = LayerTreeModel(self)
        self.proxy = LayerTreeProxy(self)
        self.proxy.setSourceModel(self.model)
        self.filter = SearchBox(self)
        self.filter.left.connect(self._go_to_found)
        self.filter.setPlaceholderText(self.tr("Filter: name, op:conv, params>10k"))
        self.filter.setToolTip(
            self.tr(
                "Every word must match: part of a name, op:gemm, params>1e5, bytes<=20k, "
                "macs>1M, has:prune, is:edited, is:alone, is:locked"
            )
        )
        self.filter.setAccessibleName(self.tr("Filter layers"))
        self.tree = LayerTree(self)
        self.tree.setModel(self.proxy)
        self._set_up_header()
        self.choice = ColumnChoice(self.tree, self.model)
        self.groups = GroupChoice(self.tree)
        self.groups.changed.connect(self._on_groups)
        self.choice.also(self.groups.menu)
        self.scale = ColorScale(self.model, self.choice, self)
        self.choice.changed.connect(self._measure)
        self.reader = FactsReader(session, self.tree, self.choice)
        self.groups.changed.connect(self.reader.look_again)
        self.reader.told.connect(self._on_facts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 0)
        layout.setSpacing(8)
        layout.addWidget(self.filter)
        layout.addWidget(self.tree)
        layout.addWidget(self.scale)
        self.filter.textChanged.connect(self._on_filter)
        self.tree.layers_chosen.connect(self._on_chosen)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        session.model_changed.connect(self._on_model)
        self._stale: set[str] = set()
        self._facts: list[LayerFacts] = []
        self._losses = False
        self._rows = session.turns.piece(self, self._show_state, Place.WHERE)
        self._fold = session.turns.piece(self, self._unfold_new, Place.WHERE)
        self.times = TimeColumn(session, self.tree, self.choice, self.model)
        session.recipe_changed.connect(self._on_recipe)
        session.changes_changed.connect(self._on_changes)
        session.selection_changed.connect(self.show_selection)
        session.couplings_changed.connect(lambda: self.model.set_couplings(session.couplings))
        if session.model is not None:
            self._on_model()
            self.show_selection()

    def _set_up_header(self) -> None:
        header = self.tree.header()
        header.setAccessibleName(self.tr("Columns"))
        header.setFont(theme.font(-1))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(44)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setSortIndicatorClearable(True)  # the third click restores the order of the model
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.setSortingEnabled(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        for column, (width, _) in WIDTHS.items():
            header.resizeSection(column, width)
        for column in HIDDEN_AT_FIRST:
            self.tree.setColumnHidden(column, True)
        header.moveSection(header.visualIndex(Column.LOSS), header.visualIndex(Column.BYTES) + 1)

    def save(self, store: QSettings) -> None:
        self.tree.widths.loosen()
        store.setValue(KEPT, self.tree.header().saveState())
        self.tree.widths.fit()
        self.choice.save(store)
        self.groups.save(store)

    def restore(self, store: QSettings) -> None:
        """Restore the columns; rows are in the order of the model, however they were sorted."""
        state = store.value(KEPT)
        if isinstance(state, QByteArray) and self.tree.header().restoreState(state):
            self.tree.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.tree.widths.keep()
        self.tree.setColumnHidden(Column.LOSS, not self._losses)  # it comes with the first scan
        self.choice.restore(store)
        self.groups.restore(store)

    def show_losses(self, losses: Mapping[str, float], metric: MetricInfo, candidate: str, name: str) -> bool:
        """Show drops per layer for a candidate, in a column that exists while there are any. Returns whether it has
        just appeared."""
        self.model.set_losses(losses, metric, candidate, name)
        if bool(losses) != self._losses:
            self._losses = bool(losses)
            self.tree.setColumnHidden(Column.LOSS, not losses)
            self._measure()
            return self._losses
        return False

    def _measure(self) -> None:
        self.tree.widths.measure(self.model)

    def show_selection(self) -> None:
        """Follow the selection of the session, unless it was made here."""
        paths, _ = self.tree.chosen()
        if set(paths) == set(self._session.selection):
            return
        flags = QItemSelectionModel.SelectionFlag
        chosen = [self.proxy.mapFromSource(self.model.index_of(path)) for path in self._session.selection]
        with QSignalBlocker(self.tree):
            self.tree.selectionModel().select(_ranges(chosen), flags.ClearAndSelect)
            current = self.proxy.mapFromSource(self.model.index_of(self._session.current))
            if current.isValid():
                self.tree.selectionModel().setCurrentIndex(current, flags.NoUpdate)
                self.tree.scrollTo(current)

    def _on_model(self) -> None:
        self._facts.clear()  # of the model before
        with QSignalBlocker(self.tree):
            self.model.set_model(self._session.model)
            self.model.set_couplings(self._session.couplings)
            if self._session.recipe.rows:
                self.model.set_state(self._session.recipe, self._session.changes)
        self._fold.soon()  # hundreds of rows take as long as they took to be made

    def _unfold_new(self) -> None:
        """Expand the rows of another model, and find room for their figures."""
        with QSignalBlocker(self.tree):
            self.groups.unfold()
        self._measure()
        if self.tree.currentIndex().isValid():
            self.tree.scrollTo(self.tree.currentIndex())

    def _on_groups(self) -> None:
        """Regroup the rows of the same layers; the selection stays."""
        with QSignalBlocker(self.tree):
            self.model.group_by(self.groups.grouping)
            self._unfold()
        self.tree.widths.whole_paths = self.groups.grouping != Grouping.MODULES
        self._measure()
        self.show_selection()

    def _unfold(self) -> None:
        if self.filter.text().strip():
            self.tree.expandAll()  # makes the match visible
        else:
            self.groups.unfold()

    def _on_recipe(self) -> None:
        if self._session.model is not None:
            self._stale.update(layer.path for layer in self._session.model.layers)
        self._rows.soon()

    def _on_changes(self, paths: frozenset[str]) -> None:
        self._stale |= paths
        self._rows.soon()

    def _on_facts(self, facts: LayerFacts) -> None:
        self._facts.append(facts)
        self._rows.soon()

    def _show_state(self) -> None:
        facts, self._facts = self._facts, []
        if facts:
            self.model.set_facts(facts)
            self._measure()
        paths, self._stale = self._stale, set()
        self.model.set_state(self._session.recipe, self._session.changes, paths)

    def _on_filter(self, text: str) -> None:
        with QSignalBlocker(self.tree):  # rows that appear or disappear are not selections by the user
            self.proxy.set_filter(text)
            self._unfold()
        self.tree.clearSelection() if not self._session.selection else self.show_selection()

    def _go_to_found(self) -> None:
        """Go to the selected layer if it is among the matches, else to the first."""
        index = self.tree.currentIndex()
        if not index.isValid() or not self.tree.selectionModel().isRowSelected(index.row(), index.parent()):
            index = self.proxy.index(0, Column.NAME)
            while self.proxy.hasChildren(index):
                index = self.proxy.index(0, Column.NAME, index)
            self.tree.setCurrentIndex(index)
        self.tree.setFocus()

    def _on_chosen(self, paths: tuple[str, ...], current: str) -> None:
        if paths:
            self._session.select(paths, current)

    def _open_menu(self, where: QPoint) -> None:
        menu = QMenu(self)
        commands = self._commands
        if commands.steps is not None:
            menu.addMenu(commands.steps)
        menu.addActions([commands.copy, commands.paste, commands.clear, commands.alone])
        menu.addSeparator()
        menu.addActions([commands.apply_to_alike, commands.select_alike, commands.select_coupled])
        menu.addSeparator()
        menu.addAction(self.tr("Expand all"), self.tree.expandAll)
        menu.addAction(self.tr("Collapse all"), self.tree.collapseAll)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.tree.viewport().mapToGlobal(where))


def _ranges(indexes: Iterable[QModelIndex]) -> QItemSelection:
    """Return rows as few ranges, as Qt compares each range of a selection with each."""
    below: dict[int, list[QModelIndex]] = {}
    for index in indexes:
        if index.isValid():
            below.setdefault(index.data(NODE_ROLE).parent.id, []).append(index)
    found = QItemSelection()
    for rows in below.values():
        rows.sort(key=QModelIndex.row)
        first = last = rows[0]
        for index in rows[1:]:
            if index.row() > last.row() + 1:
                found.append(_whole(first, last))
                first = index
            last = index
        found.append(_whole(first, last))
    return found


def _whole(first: QModelIndex, last: QModelIndex) -> QItemSelectionRange:
    return QItemSelectionRange(first, last.siblingAtColumn(COLUMNS - 1))
