"""Commands on the selected layers, in the tree and the Edit menu."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action
from workbench.ui.commands.actions import new_action, set_enabled
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import counted


class LayerCommands(QObject):
    """Copy, paste and clear steps; apply a layer's steps to every layer of the same kind."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._copied: tuple[Action, ...] = ()
        self.steps: QMenu | None = None  # of the methods, once it is there
        self.copy = new_action(self, self.tr("Copy steps"), self._copy, "Ctrl+Shift+C")
        self.paste = new_action(self, self.tr("Paste steps"), self._paste, "Ctrl+Shift+V")
        self.clear = new_action(self, self.tr("Clear steps"), self._clear, "Ctrl+Backspace")
        self.alone = new_action(self, self.tr("Leave alone"), self._leave_alone, "Ctrl+Alt+L")
        self.alone.setCheckable(True)
        self.alone.setToolTip(self.tr("Steps for several layers, presets and searches skip these layers"))
        self.apply_to_alike = new_action(self, self.tr("Apply to similar layers"), self._apply_to_alike, "Ctrl+Shift+A")
        self.select_all = new_action(self, self.tr("Select all layers"), self._select_all, "Ctrl+A")
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
        editable = bool(self.editable())
        has_actions = bool(self._session.current and self._session.recipe.stack_for(self._session.current))
        any_actions = any(self._session.recipe.stack_for(path) for path in self._session.selection)
        no_steps, none_alike = self.tr("The selected layer has no steps."), self.tr("There is no similar layer.")
        choose = self.tr("Select a layer that can be edited.")
        set_enabled((self.copy,), has_actions, no_steps)
        copied = editable and bool(self._copied)
        set_enabled((self.paste,), copied, self.tr("Copy the steps of a layer first.") if editable else choose)
        set_enabled((self.clear,), editable and any_actions, no_steps if editable else choose)
        set_enabled((self.alone,), editable, choose)
        self.alone.setChecked(editable and all(map(self._session.recipe.leaves_alone, self.editable())))
        alike = len(self._alike()) > 1
        set_enabled((self.apply_to_alike,), has_actions and alike, none_alike if has_actions else no_steps)
        set_enabled((self.select_all,), self._session.model is not None, self.tr("Open a model first."))
        set_enabled((self.select_alike,), alike, none_alike)
        coupled = bool(self._session.couplings.others(self._session.current))
        set_enabled((self.select_coupled,), coupled, self.tr("No channels are coupled with those of this layer."))
        set_enabled((self.clear_all,), bool(self._session.recipe.rows), self.tr("The recipe has no steps."))

    def editable(self) -> list[str]:
        """Return the selected layers that can be edited."""
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
        self._session.set_actions(self.editable(), self._copied, self.tr("paste steps"))

    def _clear(self) -> None:
        self._session.set_actions(self.editable(), (), self.tr("clear steps"))

    def _leave_alone(self) -> None:
        self._session.leave_alone(self.editable(), self.alone.isChecked())

    def _clear_all(self) -> None:
        assert self._session.model is not None
        paths = [layer.path for layer in self._session.model.layers]
        self._session.set_actions(paths, (), self.tr("clear all steps"))

    def _apply_to_alike(self) -> None:
        actions = self._session.recipe.stack_for(self._session.current)
        paths = self._alike()
        self._session.set_actions(paths, actions, counted("apply to {n} layers", len(paths), "apply to {n} layer"))

    def _select_all(self) -> None:
        """Select the layers that can have steps."""
        layers = self._session.model.layers if self._session.model is not None else ()
        paths = [layer.path for layer in layers if not layer.locked]
        current = self._session.current
        self._session.select(paths, current if current in paths else next(iter(paths), ""))

    def _select_alike(self) -> None:
        self._session.select(self._alike(), self._session.current)

    def _select_coupled(self) -> None:
        current = self._session.current
        self._session.select((current, *self._session.couplings.others(current)), current)


def alike(one: Layer, other: Layer) -> bool:
    """Return whether two layers have the same operator and kernel, both depthwise or both not."""
    return (one.op, one.shape[2:], one.groups > 1) == (other.op, other.shape[2:], other.groups > 1)
