"""Training of the compressed model: the request, the learning curve so far, the result."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal

from workbench.core.analysis.temperatures import TemperatureCurve, Temperatures
from workbench.core.base.trust import NOBODY, unasked_place, with_places
from workbench.core.ipc import messages
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Recovery, TrainingPoint
from workbench.ui.base.files import runs_code
from workbench.ui.engine_client.tracked_job import TrackedJob
from workbench.ui.session.state import State

REDRAW_MS = 100


class Trainings(TrackedJob):
    """The trainings of a session, one at a time; results are cached by recipe, as in the engine.

    trained   the recipe, whose earlier measurements no longer hold
    """

    asks_trust = Signal(str, object)
    asks_place = Signal(str, str, object)  # on another computer
    trained = Signal(object)

    def __init__(self, session: State) -> None:
        super().__init__(session.link, session)
        self._session = session
        self.recipe = Recipe()  # of the curve
        self.points: list[TrainingPoint] = []
        self.paused = self.trying = False  # trying temperatures
        self.device = "cpu"  # one of the link's devices
        self.seeds = 1  # trainings at each temperature
        self.curve: TemperatureCurve | None = None
        self._results: dict[Recipe, Recovery] = {}
        self._soon = QTimer(self, singleShot=True, interval=REDRAW_MS)  # a small model reports thousands a second
        self._soon.timeout.connect(self.changed)
        session.model_changed.connect(self.forget)
        session.data_changed.connect(self.forget)
        session.preview_changed.connect(self._take_up)

    @property
    def result(self) -> Recovery | None:
        """Return the result of training the current recipe, or None."""
        return self._results.get(self._session.recipe.as_trained)

    @property
    def reason(self) -> str:
        """Return the reason why nothing can be trained now; "" if it can."""
        if self._session.data is None:
            return self.tr("Open a data set first: training needs samples.")
        return "" if self._session.recipe.recover else self.tr("Add a stage first.")

    @property
    def distils(self) -> bool:
        """Return whether a stage has a temperature."""
        return any(stage.kind == "distill" for stage in self._session.recipe.recover)

    @property
    def teachers(self) -> list[str]:
        """Return the files that the current recipe names as teachers."""
        return [
            path.strip()
            for stage in self._session.recipe.recover
            for path in str(stage.params.get("teacher", "")).split(",")
            if path.strip()
        ]

    def _trusted(self, again: Callable[[], object]) -> bool:
        """Return whether the code of all teachers may run. If not, the user is asked about one, and `again` follows
        consent."""
        opened = self._session.opened
        known = with_places(opened.trusted, opened.path) if opened is not None else NOBODY
        path, place = next(((each, away) for each in self.teachers if (away := unasked_place(each, known))), ("", ""))
        if path:
            self.asks_place.emit(path, place, lambda: self._session.trust(frozenset({place}), again))
            return False
        untrusted = next((path for path in self.teachers if runs_code(path) and path not in known), None)
        if untrusted is None:
            return True

        self.asks_trust.emit(untrusted, lambda: self._session.trust(frozenset({untrusted}), again))
        return False

    def start(self) -> None:
        """Train the current recipe."""
        if self.job or self.reason or not self._trusted(self.start):
            return
        self.curve = None
        self._train(self._session.recipe, self.tr("Training"))

    def _train(
        self, recipe: Recipe, title: str, kept: bool = False, failed: Callable[[], object] = lambda: None
    ) -> None:
        self.recipe, self.points = recipe, []
        stopped = self.tr("Stopped. Training this recipe again resumes here.")
        self._ask(
            messages.Train,
            title,
            self._take,
            self._updated,
            stopped,
            failed,
            recipe=recipe,
            device=self.device,
            kept=kept,
        )

    def try_temperatures(self) -> None:
        """Train the current recipe at one temperature after the other."""
        if self.job or self.reason or not self.distils or not self._trusted(self.try_temperatures):
            return
        self.curve, self.trying = None, True
        self._ask(
            messages.TryTemperatures,
            self.tr("Sweeping temperatures"),
            self._take_curve,
            self._show_curve,
            self.tr("Stopped. Training this recipe again resumes here."),
            recipe=self._session.recipe,
            wanted=Temperatures(seeds=self.seeds),
            device=self.device,
        )

    def hold(self) -> None:
        """Pause, or resume."""
        if self.job:
            self.paused = not self.paused
            self._link.hold(self.job, self.paused)
            self.changed.emit()

    def finish(self) -> None:
        """End early, keeping the best state so far, or the temperatures that were tried."""
        if self.trying:
            self._link.cancel(self.job)
        else:
            self._link.finish(self.job)

    def forget(self) -> None:
        """Drop all results, and stop training, as data or model changed."""
        self._results.clear()
        self.curve, self.points = None, []
        stopped = self.tr("Stopped because the model or the data changed. Open the previous ones to resume.")
        self._drop(stopped if self.job else "")

    def _take_up(self) -> None:
        """Handle that the engine no longer has the result, because it was restarted or has trained others since."""
        session, recipe = self._session, self._session.recipe
        preview = session.preview if session.preview_is_current else None
        if self.job or self.result is None or preview is None or preview.trained is not False:
            return

        title = self.tr("Resuming training")
        self._train(recipe, title, kept=True, failed=lambda: self._results.pop(recipe.as_trained, None))

    def _updated(self, point: TrainingPoint) -> None:
        # A resumed training reports its curve again.
        if self.points and (point.stage, point.step) <= (self.points[-1].stage, self.points[-1].step):
            self.points = [p for p in self.points if (p.stage, p.step) < (point.stage, point.step)]
        self.points.append(point)
        if not self._soon.isActive():
            self._soon.start()

    def _take(self, recovery: Recovery) -> None:
        self._results[self.recipe.as_trained] = recovery
        self.trained.emit(self.recipe)

    def _take_curve(self, curve: TemperatureCurve) -> None:
        self.curve = curve

    def _show_curve(self, curve: TemperatureCurve) -> None:
        self.curve = curve
        self.changed.emit()

    def _over(self, failure: str) -> None:
        super()._over(failure)
        self.paused = self.trying = False
