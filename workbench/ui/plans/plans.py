"""Search for a recipe: the trade-off found so far, forecasts of the presets, and what the window measured itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from operator import attrgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal

from workbench.core.analysis.plan import PRESETS, Front, Goal, Kind, Measured, Point
from workbench.core.ipc import messages
from workbench.core.layer_data.forecast import Forecast
from workbench.core.recipe.recipe import Recipe
from workbench.core.session.session_plan import Found
from workbench.core.session.snapshot import Snapshot
from workbench.ui.base import settings
from workbench.ui.engine_client.client import Handlers
from workbench.ui.engine_client.tracked_job import TrackedJob
from workbench.ui.plans.equivalence import EquivalentRecipes

if TYPE_CHECKING:
    from workbench.ui.session.session import Session

REDRAW_MS = 100  # between two pictures of a front that grows


class Plans(TrackedJob):
    """The front is kept until the model or the data changes, and is stored with the session; a search for another goal
    continues from it.

    front       the trade-off; None before the first search
    forecasts   of the presets, by name, as far as they are known
    measured    recipes that were current and are measured, by their key (see `same`)
    paused      the search waits between two trials
    finishing   it was told to end with its results so far
    ended       a search has ended with `front`
    """

    ended = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session.link, session)
        self._session = session
        self.front: Front | None = None
        self.forecasts: dict[str, Forecast] = {}
        self.measured: dict[int, Point] = {}
        self.paused = self.finishing = False
        self._forecasting = 0
        self._soon = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._soon.timeout.connect(self.changed)
        session.model_changed.connect(self.forget)
        session.data_changed.connect(self._on_data)
        session.preview_changed.connect(self._on_preview)

    @property
    def reason(self) -> str:
        """Return the reason why nothing can be searched now; "" if it can."""
        model = self._session.model
        if model is None or all(layer.locked for layer in model.layers):
            return self.tr("This model has no layer that can be edited.")
        return self.tr("A search needs samples to measure on.") if self._session.data is None else ""

    @property
    def same(self) -> EquivalentRecipes:
        """Return what decides which recipes have the same effect on the open model, as far as that is known."""
        model = self._session.model
        known: list[Point | Forecast] = [*(self.front.points if self.front is not None else ())]
        known += [forecast for forecast in self.forecasts.values() if not forecast.refused]
        return EquivalentRecipes(model, {each.recipe.key: each.left for each in known if each.left})

    @property
    def presets(self) -> dict[str, Recipe]:
        """Return recipes by name: one stack of steps on every layer that can have it."""
        return {name: Recipe().with_actions(["*"], stack) for name, stack in PRESETS.items()}

    def start(self, goal: Goal) -> None:
        """Search for this goal, without the layers that the recipe leaves alone. Presets that use only the allowed
        families are measured as well."""
        if self.job or self.reason:
            return
        goal = replace(goal, layers=self._searched(goal.layers))
        others: tuple[tuple[Kind, str, Recipe], ...] = tuple(
            ("uniform", name, recipe)
            for name, recipe in self.presets.items()
            if not goal.layers and all(action.family in goal.families for action in PRESETS[name])
        )
        target = self._session.target
        goal = replace(goal, target=target.id if target is not None else "")
        stopped = self.tr("Stopped. The next search resumes here.")
        title = self.tr("Search")
        self._ask(
            messages.Plan,
            title,
            self._finished,
            self._updated,
            stopped,
            again=True,
            goal=goal,
            others=others,
            force=settings.workforce(),
        )

    def _searched(self, layers: tuple[str, ...]) -> tuple[str, ...]:
        """Return the layers of a goal without those that are left alone; empty for all."""
        session = self._session
        assert session.model is not None
        paths = tuple(layer.path for layer in session.model.layers if not layer.locked)
        free = session.free(layers or paths)
        return layers if free in (layers, paths) else free

    def hold(self) -> None:
        """Pause, or resume."""
        if self.job:
            self.paused = not self.paused
            self._link.hold(self.job, self.paused)
            self.changed.emit()

    def finish(self) -> None:
        """End with the results so far; if called twice, at once."""
        if self.finishing:
            self.stop()
        elif self.job:
            self.finishing = True
            self._link.finish(self.job)
            self.changed.emit()

    def ask_forecasts(self) -> None:
        """Request forecasts of the presets, unless they are known or requested."""
        if self._session.model is None or self._forecasting or len(self.forecasts) == len(PRESETS):
            return
        handlers = Handlers(done=self._forecast, updated=self._show, failed=self._session.mention, quiet=True)
        self._forecasting = self._link.request(messages.Forecast, handlers, recipes=tuple(self.presets.items()))

    def forget(self) -> None:
        """Drop everything, as the model or the data changed."""
        self.front = None
        self.forecasts, self.measured = {}, {}
        if self._forecasting:
            self._link.abandon(self._forecasting)
            self._forecasting = 0
        self._drop()

    # -- replies ---------------------------------------------------------------------------------------------------

    def _take(self, front: Front) -> None:
        """Take the points of a front. Each recipe is looked up once: repeated points stay the same objects."""
        before = self.front.points if self.front is not None else ()
        again = tuple(
            known if known is not None and same(known, new) else new
            for known, new in zip_longest(before[: len(front.points)], front.points)
        )
        self.front = replace(front, points=again)

    def _finished(self, front: Front) -> None:
        self._take(front)
        if self._session.data is not None:
            self._session.found = Found(front, self._session.data.fingerprint)
        self.ended.emit()

    def _on_data(self) -> None:
        """Drop measurements on other data. A trade-off stays if its data is attached again, as after a restart of the
        session or the engine."""
        self.forget()
        data, found = self._session.data, self._session.found
        if data and found and (found.data, found.front.metric) == (data.fingerprint, data.metric):
            self.front = found.front
            self.changed.emit()

    def _updated(self, front: Front) -> None:
        self._take(front)
        self._draw_soon()

    def _show(self, forecast: Forecast) -> None:
        self.forecasts[forecast.name] = forecast
        self._draw_soon()

    def _forecast(self, _: object) -> None:
        self._forecasting = 0

    def _on_preview(self) -> None:
        session, preview = self._session, self._session.preview
        if preview is not None and preview.complete and session.preview_is_current:
            point = point_of(session.snapshots.now(), session)
            if point is not None:
                self.measured[self.same.key(session.recipe)] = point

    def _draw_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _over(self, failure: str) -> None:
        super()._over(failure)
        self.paused = self.finishing = False


def same(known: Point, new: Point) -> bool:
    """Return whether two points of one model have the same figures; cheaper than comparing recipes."""
    ask = attrgetter(
        "kind", "name", "bytes", "macs", "memory", "latency", "energy", "predicted", "measured", "held_out"
    )
    return bool(ask(known) == ask(new))


def point_of(state: Snapshot, session: Session) -> Point | None:
    """Return a point with the figures of a snapshot on the attached data; None while not even its size is known."""
    totals, change, metric = state.totals, state.change, session.metric
    if totals is None:
        return None
    measured = None
    known = session.data is not None and state.data == session.data.fingerprint and state.metric == metric
    if known and change is not None and totals.value is not None:
        ends = sorted(-metric.sign * (change.value if end is None else end) for end in (change.low, change.high))
        measured = Measured(totals.value.value, -metric.sign * change.value, ends[0], ends[1], 0.0, change.samples)
    latency = totals.latency_ms.value if totals.latency_ms is not None else None
    size = round(totals.bytes.value)
    return Point(state.name, "snapshot", state.recipe, size, totals.macs, latency=latency, measured=measured)
