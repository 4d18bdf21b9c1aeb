"""Entries of the plot and the table: recipes of the search and of the session, each once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbench.core.analysis.plan import Front, Goal, Point, Told
from workbench.core.analysis.report import Figure
from workbench.core.base.quantities import MetricInfo
from workbench.core.layer_data.layer import ModelSummary
from workbench.core.recipe.recipe import Recipe
from workbench.ui.plans.equivalence import EquivalentRecipes
from workbench.ui.plans.plans import Plans, point_of
from workbench.ui.session.session import Session

AXES = ("bytes", "macs", "latency", "memory", "energy")
Mark = Literal["original", "chosen", "current", "snapshot", "front"]


@dataclass(frozen=True)
class Entry:
    """A point and its roles: the one for the goal, the current recipe, a snapshot by its name. `front`: no other file
    is as small and as good. `key`: of its recipe."""

    key: int
    point: Point
    marks: frozenset[Mark] = frozenset()
    snapshot: str = ""

    @property
    def drop(self) -> float | None:
        return 0.0 if "original" in self.marks else self.point.drop


def entries_of(session: Session, plans: Plans) -> tuple[Entry, ...]:
    """Return the entries of the session and the search, the original first."""
    if session.model is None:
        return ()
    front, same = plans.front, plans.same
    original = same.key(Recipe())
    points = {original: _original(session)}
    marks: dict[int, set[Mark]] = {original: {"original"}}
    for point in (*(front.points if front is not None else ()), *_forecasts(plans)):
        key = same.of(point)
        known = points.setdefault(key, point)
        if known.kind != "original" and known.best is None:
            points[key] = point
    if front is not None and front.chosen is not None:
        key = same.of(front.chosen)
        points[key] = front.chosen
        marks.setdefault(key, set()).add("chosen")
    for point in front.best if front is not None else ():
        marks.setdefault(same.of(point), set()).add("front")
    names: dict[int, str] = {}
    for snapshot in session.snapshots.all:
        key = same.key(snapshot.recipe)
        names.setdefault(key, snapshot.name)
        marks.setdefault(key, set()).add("snapshot")
        if key not in points and (found := point_of(snapshot, session)) is not None:
            points[key] = found
    key = _current(session.history.standing(session.recipe), points, same)
    marks.setdefault(key, set()).add("current")
    if key not in points and key in plans.measured:
        points[key] = replace(plans.measured[key], kind="current")
    return tuple(Entry(key, point, frozenset(marks.get(key, ())), names.get(key, "")) for key, point in points.items())


def _current(recipe: Recipe, points: Mapping[int, Point], same: EquivalentRecipes) -> int:
    """Return the key of the point after training if there is one, else before it."""
    trained = same.of(Point("", "search", recipe, 0))
    return trained if trained in points else same.key(recipe)


def _original(session: Session) -> Point:
    assert session.model is not None
    return Point("original", "original", Recipe(), session.model.bytes, session.model.macs)


def _forecasts(plans: Plans) -> Iterator[Point]:
    """Yield the presets that the model can have; their drop is known once they were measured."""
    for forecast in plans.forecasts.values():
        if not forecast.refused:
            found = plans.measured.get(plans.same.key(forecast.recipe))
            measured = found.measured if found is not None else None
            size, macs = forecast.bytes, forecast.macs
            yield Point(forecast.name, "uniform", forecast.recipe, size, macs, measured=measured, left=forecast.left)


def change_of(point: Point, metric: MetricInfo) -> Figure | None:
    """Return the change of the metric, with its interval; None if it was not measured."""
    best = point.best
    if best is None:
        return None
    low, high = sorted((-metric.sign * best.low, -metric.sign * best.high))
    return Figure(-metric.sign * best.drop, "measured", best.samples, low, high)


# -- what is drawn ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """Content of the plot. `value` is the original's metric; None if only the drop is known."""

    entries: tuple[Entry, ...] = ()
    front: Front | None = None
    goal: Goal = Goal()  # noqa: RUF009  (it is a value)
    metric: MetricInfo = MetricInfo()  # noqa: RUF009
    value: float | None = None
    model: ModelSummary | None = None

    @property
    def energy(self) -> Told:
        """Source of the energy of all recipes."""
        return self.front.energy if self.front is not None else ""


def kind_of(entry: Entry) -> str:
    """Return the CSS class of a recipe in the page."""
    if "original" in entry.marks:
        return "original"
    if "chosen" in entry.marks:
        return "chosen"
    if entry.point.kind in ("current", "snapshot"):
        return "own"
    return "front" if "front" in entry.marks and entry.point.kind == "search" else entry.point.kind


def uniform_line(entries: Sequence[Entry], axis: str) -> list[tuple[float, float]]:
    """Return (size, drop) of the uniform recipes that no smaller one beats, smallest first."""
    found: list[tuple[float, float]] = []
    uniform = [
        (x, entry.point.drop)
        for entry in entries
        if entry.point.kind == "uniform" and (x := figure_of(entry.point, axis)) is not None
    ]
    for x, drop in sorted((x, drop) for x, drop in uniform if drop is not None):
        if not found or drop < found[-1][1]:
            found.append((x, drop))
    return found


def limit_of(goal: Goal, axis: str, model: ModelSummary | None) -> float | None:
    """Return the largest figure on this axis that meets the goal."""
    limits: dict[str, float | None] = {
        "bytes": goal.bytes_of(model.bytes) if model is not None else None,
        "macs": goal.max_macs,
        "latency": goal.max_latency,
        "memory": goal.max_memory,
        "energy": goal.max_energy,
    }
    return limits[axis]


def axis_of(goal: Goal, model: ModelSummary | None) -> str:
    """Return the axis that the goal's limit is on; "" if it has none, or one of the metric."""
    return next((axis for axis in AXES if limit_of(goal, axis, model) is not None), "")


def figure_of(point: Point, axis: str) -> float | None:
    return getattr(point, axis)


def unit_of(axis: str, largest: float) -> tuple[float, str]:
    """Return the unit for these figures, and its divisor."""
    if axis in ("latency", "energy"):
        return 1.0, "ms" if axis == "latency" else "mJ"
    scales = {"macs": ((1e9, "G"), (1e6, "M"), (1e3, "k"))}.get(axis, ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")))
    return next(((scale, name) for scale, name in scales if largest >= 2 * scale), (1.0, "" if axis == "macs" else "B"))
