"""Latency and zipped size, measured when the user asks, and remembered by recipe."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.core.ipc import messages
from workbench.core.recipe.recipe import Recipe
from workbench.ui.engine_client.client import Handlers
from workbench.ui.session.state import State
from workbench.ui.session.undo import Remembered

if TYPE_CHECKING:
    from workbench.core.layer_data.views import Timing

KEPT = 100


class Timings(QObject):
    """`changed`: there is another answer, or a request began or ended."""

    changed = Signal()

    def __init__(self, session: State) -> None:
        super().__init__(session)
        self._session = session
        self._known: Remembered[Timing] = Remembered(KEPT)
        self._asked: dict[Hashable, int] = {}
        session.model_changed.connect(self._forget)
        session.data_changed.connect(self._forget)

    @property
    def current(self) -> Timing | None:
        """Timing of the current recipe."""
        return self._known.get(self._session.recipe.in_effect)

    def of(self, recipe: Recipe) -> Timing | None:
        """Timing of another recipe, if measured."""
        return self._known.get(recipe.in_effect)

    @property
    def running(self) -> bool:
        """True while the current recipe is being measured."""
        return self._session.recipe.in_effect in self._asked

    def ask(self) -> None:
        """Measure the recipe on show, again where that was done before."""
        key = self._session.recipe.in_effect
        if self._session.model is None or key in self._asked:
            return

        def ended() -> None:
            self._asked.pop(key, None)
            self.changed.emit()

        def done(timing: Timing) -> None:
            self._known.put(key, timing)
            ended()

        def failed(failure: messages.Failed) -> None:
            self._session.mention(failure)
            ended()

        handlers = Handlers(done=done, failed=failed, stopped=ended, title=self.tr("Measuring latency"))
        self._asked[key] = self._session.link.request(messages.Time, handlers, recipe=self._session.recipe)
        self.changed.emit()

    def _forget(self) -> None:
        self._known.clear()
        for job in self._asked.values():
            self._session.link.abandon(job)
        self._asked.clear()
        self.changed.emit()
