"""Commands on the selected layers, in the tree and the Edit menu."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action
from workbench.ui.commands.actions import new_action
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import counted


class LayerCommands(QObject):
    """Copy, paste and clear actions; give every layer of the same kind what this one has."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._copied: tuple[Action, ...] = ()
        self.steps: QMenu | None = None  # of the methods, once it is there
        self.copy = new_action(self, self.tr("Copy steps"), self._copy, "Ctrl+Shift+C")
        self.paste = new_action(self, self.tr("Paste steps"), self._paste, "Ctrl+Shift+V")
        self.clear = new_action(self, self.tr("Clear steps"), self._clear, "Ctrl+Backspace")
        self.apply_to_alike = new_action(self, self.tr("Apply to similar layers"), self._apply_to_alike, "Ctrl+Shift+A")
        self.select_alike = new_action(self, self.tr("Select similar layers"), self._select_alike, "Ctrl+Shift+L")
        self.select_coupled = new_action(self, self.tr("Select coupled layers"), self._select_coupled, "Ctrl+Shift+G")
        self.select_coupled.setToolTip(
            self.tr("Layers whose channels can only be pruned together with those of this layer")
        )
        self.clear_all = new_action(self, self.tr("Clear all steps"), self._clear_all, "Ctrl+Shift+Backspace")
        session.selection_changed.connect(self._enable)
        session.recipe_changed.connect(self._enable)
        session.couplings_changed.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        editable = bool(self._editable())
        has_actions = bool(self._session.current and self._session.recipe.stack_for(self._session.current))
        self.copy.setEnabled(has_actions)
        self.paste.setEnabled(editable and bool(self._copied))
        self.clear.setEnabled(editable and any(self._session.recipe.stack_for(p) for p in self._session.selection))
        self.apply_to_alike.setEnabled(has_actions and len(self._alike()) > 1)
        self.select_alike.setEnabled(len(self._alike()) > 1)
        self.select_coupled.setEnabled(bool(self._session.couplings.others(self._session.current)))
        self.clear_all.setEnabled(bool(self._session.recipe.rows))

    def _editable(self) -> list[str]:
        layers = (self._session.layer(path) for path in self._session.selection)
        return [layer.path for layer in layers if layer is not None and not layer.locked]

    def _alike(self) -> list[str]:
        this = self._session.layer(self._session.current)
        if this is None or self._session.model is None:
            return []
        return [layer.path for layer in self._session.model.layers if alike(layer, this) and not layer.locked]

    def _copy(self) -> None:
        self._copied = self._session.recipe.stack_for(self._session.current)
        self._enable()

    def _paste(self) -> None:
        self._session.set_actions(self._editable(), self._copied, self.tr("paste steps"))

    def _clear(self) -> None:
        self._session.set_actions(self._editable(), (), self.tr("clear steps"))

    def _clear_all(self) -> None:
        assert self._session.model is not None
        paths = [layer.path for layer in self._session.model.layers]
        self._session.set_actions(paths, (), self.tr("clear all steps"))

    def _apply_to_alike(self) -> None:
        actions = self._session.recipe.stack_for(self._session.current)
        paths = self._alike()
        self._session.set_actions(paths, actions, counted("apply to {n} layers", len(paths), "apply to {n} layer"))

    def _select_alike(self) -> None:
        self._session.select(self._alike(), self._session.current)

    def _select_coupled(self) -> None:
        current = self._session.current
        self._session.select((current, *self._session.couplings.others(current)), current)


def alike(one: Layer, other: Layer) -> bool:
    """The same operator with the same kernel, both depthwise or both not."""
    return (one.op, one.shape[2:], one.groups > 1) == (other.op, other.shape[2:], other.groups > 1)
