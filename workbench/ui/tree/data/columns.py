"""Choice of the columns of the layer tree, and of the one that colours its rows."""

from PySide6.QtCore import QObject, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QTreeView

from workbench.ui.tree.data.cells import FACTS, NUMERIC, Column
from workbench.ui.tree.data.model import LayerTreeModel

COLOR_KEY = "color by"


class ColumnChoice(QObject):
    """Two menus, for the menu bar and for the header; `changed` when either choice changes."""

    changed = Signal()

    def __init__(self, tree: QTreeView, model: LayerTreeModel) -> None:
        super().__init__(tree)
        self._tree, self._model = tree, model
        self.colored: Column | None = None
        self._others: list[QMenu] = []
        self.shown = QMenu(self.tr("Columns"), tree)
        self.colors = QMenu(self.tr("Colour layers by"), tree)
        self._group = QActionGroup(self)
        for column in Column:
            if column != Column.NAME:
                self.shown.addAction(self._shown(column))
        for choice in (None, *NUMERIC):
            self.colors.addAction(self._color(choice))
        self.shown.aboutToShow.connect(self.tick)
        tree.header().customContextMenuRequested.connect(self._open)
        model.headerDataChanged.connect(lambda *_: self._name())
        self._name()

    def also(self, menu: QMenu) -> None:
        """Add one more menu of the header."""
        self._others.append(menu)

    def color_by(self, column: Column | None) -> None:
        self.colored = column
        self._model.color_by(column)
        self.tick()
        self.changed.emit()

    @property
    def reads_weights(self) -> bool:
        """Return whether a shown column needs facts about the weights."""
        return self.colored in FACTS or any(not self._tree.isColumnHidden(column) for column in FACTS)

    def save(self, store: QSettings) -> None:
        store.setValue(COLOR_KEY, "" if self.colored is None else self.colored.name)

    def restore(self, store: QSettings) -> None:
        name = str(store.value(COLOR_KEY, ""))
        self.color_by(next((column for column in NUMERIC if column.name == name), None))

    def tick(self) -> None:
        """Update the check marks of the menus."""
        for action in self.shown.actions():
            action.setChecked(not self._tree.isColumnHidden(action.data()))
        for action in self._group.actions():
            action.setChecked(action.data() == self.colored)

    def _shown(self, column: Column) -> QAction:
        action = QAction(self, checkable=True)
        action.setData(column)
        action.triggered.connect(lambda shown: self._show(column, shown))
        return action

    def _show(self, column: Column, shown: bool) -> None:
        self._tree.setColumnHidden(column, not shown)
        self.changed.emit()

    def _color(self, column: Column | None) -> QAction:
        action = QAction(self, checkable=True)
        action.setData(column)
        self._group.addAction(action)
        action.triggered.connect(lambda: self.color_by(column))
        return action

    def _name(self) -> None:
        for action in (*self.shown.actions(), *self.colors.actions()):
            column = action.data()
            action.setText(self.tr("None") if column is None else self._model.title(column))

    def _open(self, where: QPoint) -> None:
        """Open the menu of all columns where the header was clicked."""
        self.tick()
        menu = QMenu(self._tree)
        menu.addActions(self.shown.actions())
        menu.addSeparator()
        for other in (self.colors, *self._others):
            menu.addMenu(other)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._tree.header().mapToGlobal(where))
