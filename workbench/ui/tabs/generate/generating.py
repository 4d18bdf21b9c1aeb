"""Text that the engine generates, and the recipe that it belongs to."""

from __future__ import annotations

from workbench.core.analysis.generation import Generation, Wanted
from workbench.core.ipc import messages
from workbench.core.recipe.recipe import Recipe
from workbench.ui.engine_client.tracked_job import TrackedJob
from workbench.ui.session.state import State


class Generating(TrackedJob):
    """Generated text; kept until the model changes, or it is generated again."""

    def __init__(self, session: State) -> None:
        super().__init__(session.link, session)
        self._session = session
        self.found: Generation | None = None
        self.recipe = Recipe()
        session.model_changed.connect(self.forget)

    def start(self, wanted: Wanted) -> None:
        """Generate with the current recipe."""
        if self.job:
            return
        self.found, self.recipe = None, self._session.recipe
        self._ask(
            messages.Generate,
            self.tr("Generating text"),
            self._take,
            self._updated,
            self.tr("Stopped. What was generated is kept."),
            recipe=self.recipe,
            wanted=wanted,
        )

    def forget(self) -> None:
        self.found = None
        self._drop()

    def _take(self, found: Generation) -> None:
        self.found = found

    def _updated(self, found: Generation) -> None:
        self._take(found)
        self.changed.emit()
