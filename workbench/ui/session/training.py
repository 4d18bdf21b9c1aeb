"""Training the compressed model: what was asked for, the learning curve so far, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.core.analysis.temperatures import TemperatureCurve, Temperatures
from workbench.core.base.trust import NOBODY
from workbench.core.ipc import messages
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Recovery, TrainingPoint
from workbench.ui.base.files import runs_code
from workbench.ui.engine_client.client import Handlers

if TYPE_CHECKING:
    from workbench.ui.session.session import Session

REDRAW_MS = 100


class Trainings(QObject):
    """The trainings of a session, one at a time; results are remembered by recipe, as the engine remembers them."""

    changed = Signal()
    asks_trust = Signal(str, object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.job = 0  # 0: nothing is trained
        self.recipe = Recipe()  # of the curve
        self.points: list[TrainingPoint] = []
        self.failure = ""
        self.paused = self.trying = False  # trying temperatures
        self.device = "cpu"  # one of the link's devices
        self.seeds = 1  # trainings at each temperature
        self.curve: TemperatureCurve | None = None
        self._results: dict[Recipe, Recovery] = {}
        self._soon = QTimer(self, singleShot=True, interval=REDRAW_MS)  # a small model tells thousands a second
        self._soon.timeout.connect(self.changed)
        session.model_changed.connect(self.forget)
        session.data_changed.connect(self.forget)
        session.preview_changed.connect(self._take_up)

    @property
    def result(self) -> Recovery | None:
        """What training made of the recipe on show."""
        return self._results.get(self._session.recipe.as_trained)

    @property
    def reason(self) -> str:
        """Why nothing can be trained now; "" where it can."""
        if self._session.data is None:
            return self.tr("Open a data set first: training needs samples.")
        return "" if self._session.recipe.recover else self.tr("Add a stage first.")

    @property
    def distils(self) -> bool:
        """Whether a stage has a temperature."""
        return any(stage.kind == "distill" for stage in self._session.recipe.recover)

    @property
    def teachers(self) -> list[str]:
        """Files that the recipe on show names as teachers."""
        return [
            path.strip()
            for stage in self._session.recipe.recover
            for path in str(stage.params.get("teacher", "")).split(",")
            if path.strip()
        ]

    def _trusted(self, again: Callable[[], object]) -> bool:
        """Whether the code of all teachers may run. Where not, the user is asked for one, and `again` follows a yes."""
        opened = self._session.opened
        known = opened.trusted if opened is not None else NOBODY
        untrusted = next((path for path in self.teachers if runs_code(path) and path not in known), None)
        if untrusted is None:
            return True

        self.asks_trust.emit(untrusted, lambda: self._session.trust(frozenset({untrusted}), again))
        return False

    def start(self) -> None:
        """Train the recipe on show."""
        if self.job or self.reason or not self._trusted(self.start):
            return
        self.recipe, self.points, self.failure, self.curve = self._session.recipe, [], "", None
        handlers = Handlers(
            done=self._done,
            updated=self._updated,
            failed=self._failed,
            stopped=self._stopped,
            title=self.tr("Training"),
        )
        self.job = self._session.link.request(messages.Train, handlers, recipe=self.recipe, device=self.device)
        self.changed.emit()

    def try_temperatures(self) -> None:
        """Train the recipe on show at one temperature after the other."""
        if self.job or self.reason or not self.distils or not self._trusted(self.try_temperatures):
            return
        self.curve, self.failure = None, ""
        handlers = Handlers(
            done=self._tried,
            updated=self._show_curve,
            failed=self._failed,
            stopped=self._stopped,
            title=self.tr("Trying temperatures"),
        )
        self.job = self._session.link.request(
            messages.TryTemperatures,
            handlers,
            recipe=self._session.recipe,
            wanted=Temperatures(seeds=self.seeds),
            device=self.device,
        )
        self.trying = True
        self.changed.emit()

    def hold(self) -> None:
        """Pause, or go on."""
        if self.job:
            self.paused = not self.paused
            self._session.link.hold(self.job, self.paused)
            self.changed.emit()

    def finish(self) -> None:
        """End early, and keep the best state so far, or the temperatures that were tried."""
        if self.trying:
            self._session.link.cancel(self.job)
        else:
            self._session.link.finish(self.job)

    def forget(self) -> None:
        """Other data or another model: nothing that was trained holds, and what is trained is of no use."""
        self._results.clear()
        self.curve, self.points, self.failure = None, [], ""
        if self.job:
            self._session.link.abandon(self.job)
            self._end(self.tr("Stopped: there is another model, or other data. With those before, training goes on."))
        self.changed.emit()

    def _take_up(self) -> None:
        """An engine that was started again, or has trained others since, knows no more what this training reached."""
        session, recipe = self._session, self._session.recipe
        preview = session.preview if session.preview_is_current else None
        if self.job or self.result is None or preview is None or preview.trained is not False:
            return

        def failed(failure: messages.Failed) -> None:
            self._results.pop(recipe.as_trained, None)
            self._failed(failure)

        self.recipe, self.points, self.failure = recipe, [], ""
        handlers = Handlers(
            done=self._done,
            updated=self._updated,
            failed=failed,
            stopped=self._stopped,
            title=self.tr("Taking up the training"),
        )
        self.job = session.link.request(messages.Train, handlers, recipe=recipe, device=self.device, kept=True)
        self.changed.emit()

    def _updated(self, point: TrainingPoint) -> None:
        # A training that goes on from where it was tells its curve anew.
        if self.points and (point.stage, point.step) <= (self.points[-1].stage, self.points[-1].step):
            self.points = [p for p in self.points if (p.stage, p.step) < (point.stage, point.step)]
        self.points.append(point)
        if not self._soon.isActive():
            self._soon.start()

    def _done(self, recovery: Recovery) -> None:
        self._results[self.recipe.as_trained] = recovery
        self._end("")
        self._session.measure_anew(self.recipe)

    def _show_curve(self, curve: TemperatureCurve) -> None:
        self.curve = curve
        self.changed.emit()

    def _tried(self, curve: TemperatureCurve) -> None:
        self.curve = curve
        self._end("")

    def _failed(self, failure: messages.Failed) -> None:
        self._end(f"{failure.what} {failure.mend}".strip())

    def _stopped(self) -> None:
        self._end(self.tr("Stopped. Training this recipe again goes on from here."))

    def _end(self, failure: str) -> None:
        self.job, self.failure, self.paused, self.trying = 0, failure, False, False
        self.changed.emit()
