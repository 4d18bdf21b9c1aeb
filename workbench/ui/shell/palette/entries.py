"""Entries of the palette besides the menus: steps with named settings or a typed number, layers."""

from functools import partial

from PySide6.QtCore import QObject

from workbench.core.recipe.action import Action
from workbench.ui.actions import ActionPanel
from workbench.ui.actions.adding.aliases import PRESETS
from workbench.ui.actions.adding.typed_steps import numbered
from workbench.ui.commands.layer_commands import LayerCommands
from workbench.ui.session.session import Session
from workbench.ui.shell.palette.found import BEHIND, SEPARATOR, Command
from workbench.ui.text.describe import kind_of, stack_words

APART = 10.0  # in scores: more than the words of two steps differ


class Entries(QObject):
    """Made anew whenever the palette is opened, and steps with a number whenever something is typed."""

    def __init__(self, session: Session, layer_commands: LayerCommands, actions: ActionPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._layer_commands, self._actions = session, layer_commands, actions

    def all(self) -> list[Command]:
        """Return the steps with named settings, and the layers."""
        session = self._session
        steps = [self._step(action, names) for action, names in PRESETS if action.method in session.methods]
        layers = session.model.layers if session.model is not None else ()
        title = self.tr("Layer")
        return steps + [
            Command(f"{title}{SEPARATOR}{layer.path}", partial(session.select, (layer.path,)), kind_of(layer))
            for layer in layers
        ]

    def with_number(self, typed: str) -> list[Command]:
        """Return the steps that a typed name and number ask for, those that the layer cannot have last."""
        known = [action for action, _ in PRESETS]
        found = [action for action in numbered(typed, self._session.methods) if action not in known]
        found.sort(key=lambda action: action.method in self._actions.reasons)
        return [self._step(action, typed, BEHIND + APART * place) for place, action in enumerate(found)]

    def _step(self, action: Action, names: str, behind: float = 0.0) -> Command:
        add, reasons = self._layer_commands.steps, self._actions.reasons
        way = f"{add.title()}{SEPARATOR}" if add is not None else ""
        able = any(self._layer_commands.editable())
        return Command(
            f"{way}{stack_words((action,), self._session.methods)}",
            partial(self._actions.add_step, action),
            usable=able and action.method not in reasons,
            needs=reasons.get(action.method, "") if able else self.tr("Select a layer that can be edited."),
            names=names,
            behind=behind,
        )
