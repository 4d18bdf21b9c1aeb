"""Choice of the columns of the layer tree, of the one that colours its rows, and the column of measured times."""

from PySide6.QtCore import QObject, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QTreeView

from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.session.session import Session
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


class TimeColumn(QObject):
    """Requests times when the column is shown, and shows the column when there is an answer."""

    def __init__(self, session: Session, tree: QTreeView, choice: ColumnChoice, model: LayerTreeModel) -> None:
        super().__init__(tree)
        self._session, self._tree, self._choice, self._model = session, tree, choice, model
        self._shown = session.turns.piece(tree, self._show, Place.ELSEWHERE)
        choice.changed.connect(self._want)
        session.layer_times.changed.connect(self._answered)
        for signal in (session.recipe_changed, session.model_changed):
            signal.connect(self._shown.soon)

    def _want(self) -> None:
        wanted = not self._tree.isColumnHidden(Column.TIME) or self._choice.colored == Column.TIME
        if wanted and self._session.layer_times.current is None:
            self._session.layer_times.ask()

    def _answered(self) -> None:
        if self._session.layer_times.current is not None and self._tree.isColumnHidden(Column.TIME):
            self._tree.setColumnHidden(Column.TIME, False)
            self._choice.changed.emit()
        self._shown.soon()

    def _show(self) -> None:
        found, model = self._session.layer_times.current, self._session.model
        paths = [layer.path for layer in model.layers] if model is not None and found is not None else []
        self._model.set_times({path: found.share(path) for path in paths} if found is not None else {})
