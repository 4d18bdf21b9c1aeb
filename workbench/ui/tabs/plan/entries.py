"""What the plot and the table show: whole recipes, those of the search and those of the session, each once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from workbench.core.analysis.plan import Point
from workbench.core.analysis.report import Figure
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.recipe import Recipe
from workbench.ui.session.plans import Plans, key_of, point_of
from workbench.ui.session.session import Session

Mark = Literal["original", "chosen", "current", "snapshot", "front"]


@dataclass(frozen=True)
class Entry:
    """A point with what it is besides: the one for the goal, the recipe on show, a snapshot by its name; `front`: no
    other file is as small and as good."""

    point: Point
    marks: frozenset[Mark] = frozenset()
    snapshot: str = ""

    @property
    def key(self) -> Recipe:
        return key_of(self.point.recipe)

    @property
    def drop(self) -> float | None:
        return 0.0 if "original" in self.marks else self.point.drop


def entries_of(session: Session, plans: Plans) -> tuple[Entry, ...]:
    """All of them, the original first."""
    if session.model is None:
        return ()
    front = plans.front
    points = {Recipe(): _original(session)}
    marks: dict[Recipe, set[Mark]] = {Recipe(): {"original"}}
    for point in (*(front.points if front is not None else ()), *_forecasts(plans)):
        known = points.setdefault(key_of(point.recipe), point)
        if known.kind != "original" and known.best is None:
            points[key_of(point.recipe)] = point
    if front is not None and front.chosen is not None:
        key = key_of(front.chosen.recipe)
        points[key] = front.chosen
        marks.setdefault(key, set()).add("chosen")
    for point in front.best if front is not None else ():
        marks.setdefault(key_of(point.recipe), set()).add("front")
    names: dict[Recipe, str] = {}
    for snapshot in session.snapshots.all:
        key = key_of(snapshot.recipe)
        names.setdefault(key, snapshot.name)
        marks.setdefault(key, set()).add("snapshot")
        if key not in points and (found := point_of(snapshot, session)) is not None:
            points[key] = found
    key = key_of(session.history.standing(session.recipe))
    marks.setdefault(key, set()).add("current")
    if key not in points and key in plans.measured:
        points[key] = replace(plans.measured[key], kind="current")
    return tuple(Entry(point, frozenset(marks.get(key, ())), names.get(key, "")) for key, point in points.items())


def _original(session: Session) -> Point:
    assert session.model is not None
    return Point("original", "original", Recipe(), session.model.bytes, session.model.macs)


def _forecasts(plans: Plans) -> Iterator[Point]:
    """The presets that the model can have; what they lose is known once they were on show."""
    for forecast in plans.forecasts.values():
        if not forecast.refused:
            found = plans.measured.get(key_of(forecast.recipe))
            measured = found.measured if found is not None else None
            yield Point(forecast.name, "uniform", forecast.recipe, forecast.bytes, forecast.macs, measured=measured)


def change_of(point: Point, metric: MetricInfo) -> Figure | None:
    """How the metric changes, with its interval; None where it was not measured."""
    best = point.best
    if best is None:
        return None
    low, high = sorted((-metric.sign * best.low, -metric.sign * best.high))
    return Figure(-metric.sign * best.drop, "measured", best.samples, low, high)
