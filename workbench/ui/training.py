"""Training the compressed model: what was asked for, the learning curve so far, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.core import messages
from workbench.core.recipe import Recipe
from workbench.core.recovery import Recovery, TrainingPoint
from workbench.ui.engine_link import Handlers

if TYPE_CHECKING:
    from workbench.ui.session import Session

REDRAW_MS = 100


class Trainings(QObject):
    """The trainings of a session, one at a time; results are remembered by recipe, as the engine remembers them."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.job = 0                        # 0: nothing is trained
        self.recipe = Recipe()              # of the curve
        self.points: list[TrainingPoint] = []
        self.failure = ""
        self._results: dict[str, Recovery] = {}
        self._soon = QTimer(self, singleShot=True, interval=REDRAW_MS)      # a small model tells thousands a second
        self._soon.timeout.connect(self.changed)
        session.model_changed.connect(self.forget)
        session.data_changed.connect(self.forget)

    @property
    def result(self) -> Recovery | None:
        """What training made of the recipe on show."""
        return self._results.get(repr(self._session.recipe))

    def start(self) -> None:
        """Train the recipe on show."""
        if self.job:
            return
        self.recipe, self.points, self.failure = self._session.recipe, [], ""
        handlers = Handlers(done=self._done, updated=self._updated, failed=self._failed, stopped=self._stopped,
                            title=self.tr("Training"))
        self.job = self._session.link.request(messages.Train, handlers, recipe=self.recipe)
        self.changed.emit()

    def finish(self) -> None:
        """End early, and keep the best state so far."""
        self._session.link.finish(self.job)

    def forget(self) -> None:
        """Other data or another model: nothing that was trained holds."""
        self._results.clear()
        if not self.job:
            self.points, self.failure = [], ""
        self.changed.emit()

    def _updated(self, point: TrainingPoint) -> None:
        # A training that goes on from where it was tells its curve anew.
        if self.points and (point.stage, point.step) <= (self.points[-1].stage, self.points[-1].step):
            self.points = [p for p in self.points if (p.stage, p.step) < (point.stage, point.step)]
        self.points.append(point)
        if not self._soon.isActive():
            self._soon.start()

    def _done(self, recovery: Recovery) -> None:
        self._results[repr(self.recipe)] = recovery
        self._end("")
        self._session.measure_anew()

    def _failed(self, failure: messages.Failed) -> None:
        self._end(f"{failure.what} {failure.mend}".strip())

    def _stopped(self) -> None:
        self._end(self.tr("Stopped. Training this recipe again goes on from here."))

    def _end(self, failure: str) -> None:
        self.job, self.failure = 0, failure
        self.changed.emit()
