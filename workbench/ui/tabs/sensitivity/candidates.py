"""Button that selects the candidates to try; its menu stays open while they are ticked."""

from collections.abc import Mapping
from functools import partial
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from workbench.core.analysis.sensitivity import CANDIDATES, OTHERS, Stack
from workbench.core.recipe.action import MethodInfo
from workbench.ui.text.describe import stack_words
from workbench.ui.text.i18n import counted


class TickMenu(QMenu):
    """Ticking an entry, with the mouse or with the space bar, does not close it."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._tick(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or not self._tick(self.activeAction()):
            super().keyPressEvent(event)

    def _tick(self, action: QAction | None) -> bool:
        if action is None or not action.isCheckable() or not action.isEnabled():
            return False
        action.trigger()
        return True


class CandidateButton(QPushButton):
    """Signal: `changed` when the selection changes."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._methods: Mapping[str, MethodInfo] = {}
        self._stacks: list[Stack] = [*CANDIDATES, *OTHERS]
        self._ticked: set[Stack] = set(CANDIDATES)
        self._extra: Stack = ()  # the steps of the layer on show
        self.setToolTip(self.tr("Candidates for each layer"))
        menu = TickMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self._show_count()

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """Return the ticked candidates, in the order of the menu."""
        return tuple(stack for stack in self._stacks if stack in self._ticked)

    def set_methods(self, methods: Mapping[str, MethodInfo]) -> None:
        self._methods = methods

    def set_extra(self, stack: Stack) -> None:
        """Offer these steps as a further candidate."""
        self._extra = stack

    def choose(self, stacks: tuple[Stack, ...]) -> None:
        """Tick exactly these."""
        self._stacks += [stack for stack in stacks if stack not in self._stacks]
        self._ticked = set(stacks)
        self._show_count()
        self.changed.emit()

    def _fill(self) -> None:
        menu = cast(TickMenu, self.menu())
        menu.clear()
        family = ""
        for stack in self._stacks:
            if family and stack[0].family != family:
                menu.addSeparator()
            family = stack[0].family
            action = menu.addAction(stack_words(stack, self._methods))
            action.setCheckable(True)
            action.setChecked(stack in self._ticked)
            action.toggled.connect(lambda ticked, stack=stack: self._tick(stack, ticked))
        menu.addSeparator()
        menu.addAction(self.tr("None"), lambda: self.choose(()))
        if self._extra and self._extra not in self._stacks:
            words = self.tr("Add steps of this layer: {steps}").format(steps=stack_words(self._extra, self._methods))
            menu.addAction(words, partial(self.choose, (*self.stacks, self._extra)))

    def _tick(self, stack: Stack, ticked: bool) -> None:
        (self._ticked.add if ticked else self._ticked.discard)(stack)
        self._show_count()
        self.changed.emit()

    def _show_count(self) -> None:
        self.setText(counted("{n} candidates", len(self.stacks), "{n} candidate"))
