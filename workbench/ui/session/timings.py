"""Latency, zipped size and time of each layer: measured on request, and cached by recipe."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from workbench.core.ipc import messages
from workbench.core.recipe.recipe import Recipe
from workbench.ui.engine_client.client import Handlers
from workbench.ui.session.state import State
from workbench.ui.session.undo import Remembered

if TYPE_CHECKING:
    from workbench.core.analysis.profile import Profile
    from workbench.core.layer_data.views import Timing

KEPT = 100


class Measured(QObject):
    """One figure per recipe. `changed`: there is another answer, or a request began or ended.

    Several recipes may be measured at a time, so this is not a TrackedJob.

    kind  class of the request
    """

    changed = Signal()
    kind: type[messages.Request]

    def __init__(self, session: State) -> None:
        super().__init__(session)
        self._session = session
        self._known: Remembered[Any] = Remembered(KEPT)
        self._asked: dict[Hashable, int] = {}
        session.model_changed.connect(self._forget)
        session.data_changed.connect(self._forget)

    def of(self, recipe: Recipe) -> Any:
        """Return the figure of a recipe if measured, else None."""
        return self._known.get(recipe.in_effect)

    @property
    def title(self) -> str:
        """Return the title of the job."""
        raise NotImplementedError

    @property
    def running(self) -> bool:
        """Whether the current recipe is being measured."""
        return self._session.recipe.in_effect in self._asked

    def ask(self) -> None:
        """Measure the current recipe, again if it was measured before."""
        key = self._session.recipe.in_effect
        if self._session.model is None or key in self._asked:
            return

        def ended() -> None:
            self._asked.pop(key, None)
            self.changed.emit()

        def done(found: object) -> None:
            self._known.put(key, found)
            ended()

        def failed(failure: messages.Failed) -> None:
            self._session.mention(failure)
            ended()

        handlers = Handlers(done=done, failed=failed, stopped=ended, title=self.title)
        self._asked[key] = self._session.link.request(self.kind, handlers, recipe=self._session.recipe)
        self.changed.emit()

    def _forget(self) -> None:
        self._known.clear()
        for job in self._asked.values():
            self._session.link.abandon(job)
        self._asked.clear()
        self.changed.emit()


class Timings(Measured):
    """Latency of the whole model, and the zipped size of its file."""

    kind = messages.Time

    @property
    def current(self) -> Timing | None:
        """Figure of the current recipe."""
        return self.of(self._session.recipe)

    @property
    def title(self) -> str:
        return self.tr("Measuring latency")


class LayerTimes(Measured):
    """The time of each layer."""

    kind = messages.TimeLayers

    @property
    def current(self) -> Profile | None:
        """Figure of the current recipe."""
        return self.of(self._session.recipe)

    @property
    def title(self) -> str:
        return self.tr("Measuring the time of each layer")
