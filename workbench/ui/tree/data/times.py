"""Column of the time of each layer, measured once it is shown, for the current recipe."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QTreeView

from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.session.session import Session
from workbench.ui.tree.data.cells import Column
from workbench.ui.tree.data.columns import ColumnChoice
from workbench.ui.tree.data.model import LayerTreeModel


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
