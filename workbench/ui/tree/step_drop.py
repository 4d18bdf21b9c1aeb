"""A step that is dragged from the Steps panel onto a layer or a module of the tree: it is copied there."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint

from workbench.core.recipe.action import Action, in_order
from workbench.ui.actions import ActionPanel, families
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import counted, said, tr
from workbench.ui.tree.data.cells import Column
from workbench.ui.tree.data.model import NODE_ROLE
from workbench.ui.tree.view import LayerTree


class StepDrop:
    """The `Elsewhere` of the steps. A layer that has a step of the method gets its parameters, others get the step."""

    def __init__(self, session: Session, panel: ActionPanel, tree: LayerTree) -> None:
        self._session, self._panel, self._tree = session, panel, tree

    def hover(self, index: int, where: QPoint) -> tuple[str, bool] | None:
        row = self._row(where)
        if row is None:
            self.leave()
            return None
        paths, reason = self._paths(row)
        self._tree.mark(row if paths else QModelIndex())
        if reason:
            return reason, False
        title = self._title(self._panel.cards[index].action)
        if len(paths) == 1:
            return tr("Copy {title} to {layer}").format(title=title, layer=paths[0]), True
        return counted("Copy {title} to {n} layers", len(paths), "Copy {title} to {n} layer", title=title), True

    def drop(self, index: int, where: QPoint) -> None:
        row = self._row(where)
        if row is None:
            return
        paths, reason = self._paths(row)
        if reason:
            self._session.told.emit(reason)
            return
        step, session = self._panel.cards[index].action, self._session
        recipe = session.recipe
        for path in paths:
            recipe = recipe.with_actions([path], given(recipe.stack_for(path), step))
        session.change_recipe(recipe, tr("Copy {title}").format(title=self._title(step)))

    def leave(self) -> None:
        self._tree.mark(QModelIndex())

    def _title(self, step: Action) -> str:
        method = self._session.methods.get(step.method)
        return families.name(method) if method is not None else step.method

    def _row(self, where: QPoint) -> QModelIndex | None:
        """Return the row below the mouse, or None."""
        view = self._tree.viewport()
        at = view.mapFromGlobal(where)
        if not self._tree.isVisible() or not view.rect().contains(at):
            return None
        found = self._tree.indexAt(at)
        return found.siblingAtColumn(Column.NAME) if found.isValid() else None

    def _paths(self, row: QModelIndex) -> tuple[list[str], str]:
        """Return the layers of a row that can get the step, or why none can."""
        layers = list(row.data(NODE_ROLE).layers())
        able = [layer.path for layer in layers if not layer.locked]
        free = [path for path in able if not self._session.recipe.leaves_alone(path)]
        others = [path for path in free if path not in self._session.selection]
        if others:
            return others, ""
        if free:
            return [], tr("The step is of this layer.")
        if able:
            return [], tr("The recipe leaves this layer alone.")
        return [], said(layers[0].locked) if layers else ""


def given(stack: tuple[Action, ...], step: Action) -> tuple[Action, ...]:
    """Return a stack in which the step of this method has these parameters, or which has one more."""
    place = next((index for index, each in enumerate(stack) if each.method == step.method), None)
    if place is None:
        return in_order((*stack, step))
    return (*stack[:place], step, *stack[place + 1 :])
