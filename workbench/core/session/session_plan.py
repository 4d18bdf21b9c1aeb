"""Search results in a session file: written, and read with every value checked."""

from dataclasses import asdict, dataclass, fields, replace
from math import isfinite
from typing import Any, get_args

from workbench.core.analysis.plan import FAMILIES, Front, Goal, Kind, Measured, Point, Told
from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.recipe import recipe_of
from workbench.core.session.checked import Checked

POINTS = 200  # that are kept: the newest, and the chosen one
NUMBERS = ("latency", "energy", "predicted")  # of a point, that may be missing
LINE = 200  # points of the predicted front


@dataclass(frozen=True)
class Found:
    """A complete trade-off, with the fingerprint of the samples on which it was measured."""

    front: Front
    data: str


# -- out ---------------------------------------------------------------------------------------------------------------


def found_to_dict(found: Found) -> dict[str, Any]:
    front = found.front
    chosen = front.chosen
    goal = {field.name: getattr(front.goal, field.name) for field in fields(Goal)}
    return {
        "data": found.data,
        "goal": {name: list(value) if isinstance(value, tuple) else value for name, value in goal.items()},
        "metric": asdict(front.metric),
        "original": _point_out(front.original),
        "points": [_point_out(point) for point in front.points[-POINTS:] if _is_finite(point)],
        "chosen": None if chosen is None or not _is_finite(chosen) else _point_out(chosen),
        "predicted": [list(pair) for pair in front.predicted[:LINE] if all(map(isfinite, pair))],
        "samples": [front.selection, front.held_out],
        "trials": [front.trials, front.known],
        "energy": front.energy,
        "notes": [str(note) for note in front.notes],
    }


def _point_out(point: Point) -> dict[str, Any]:
    return {
        **{name: getattr(point, name) for name in ("name", "kind", "bytes", "macs", "memory", *NUMBERS)},
        "recipe": point.recipe.to_dict(),
        "left": list(point.left),
        "measured": None if point.measured is None else asdict(point.measured),
        "held_out": None if point.held_out is None else asdict(point.held_out),
    }


def _is_finite(point: Point) -> bool:
    """Return whether the figures are finite: NaN and infinite ones cannot be compared or written."""
    figures = [*(vars(each) for each in (point.measured, point.held_out) if each is not None)]
    numbers = [
        *(getattr(point, name) or 0.0 for name in NUMBERS),
        *(value for each in figures for value in each.values()),
    ]
    return all(map(isfinite, numbers))


# -- in ----------------------------------------------------------------------------------------------------------------


def found_from(value: Any, check: Checked) -> Found | None:
    """Read search results; None if there are none, as in files of older versions."""
    if value is None:
        return None
    document = check.mapping(value, "plan")
    metric = _metric(document.get("metric"), check)
    points = tuple(_point(each, check) for each in check.list(document.get("points"), "plan.points", 2 * POINTS))
    chosen = document.get("chosen")
    samples, trials = (_pair(document.get(name), f"plan.{name}", check) for name in ("samples", "trials"))
    front = Front(
        _goal(document.get("goal"), check),
        metric,
        metric.higher_is_better,
        _point(document.get("original"), check),
        points,
        tuple(_step(each, check) for each in check.list(document.get("predicted"), "plan.predicted", 2 * LINE)),
        None if chosen is None else _point(chosen, check),
        "done",
        selection=samples[0],
        held_out=samples[1],
        trials=trials[0],
        known=trials[1],
        energy=check.one_of(document.get("energy", ""), get_args(Told), "plan.energy"),
        notes=check.texts(document.get("notes"), "plan.notes"),
    )
    return Found(front, check.text(document.get("data"), "plan.data"))


def _goal(value: Any, check: Checked) -> Goal:
    document = check.mapping(value, "plan.goal")
    counts = ("max_bytes", "max_macs", "max_memory")
    limits: dict[str, Any] = {
        name: None if document.get(name) is None else check.count(document[name], name) for name in counts
    }
    for name in ("max_ratio", "max_drop", "max_latency", "max_energy"):
        limits[name] = None if document.get(name) is None else check.number(document[name], name)
    families = check.texts(document.get("families"), "plan.families")
    return Goal(
        **limits,
        families=tuple(family for family in FAMILIES if family in families),
        layers=check.texts(document.get("layers"), "plan.layers"),
        samples=check.count(document.get("samples", 0), "plan.samples"),
        seconds=max(check.number(document.get("seconds", 0), "plan.seconds"), 0.0),
        seed=check.count(document.get("seed", 0), "plan.seed"),
        retrain=check.one_of(document.get("retrain", False), (True, False), "plan.retrain"),
        target=check.text(document.get("target"), "plan.target"),
    )


def _metric(value: Any, check: Checked) -> MetricInfo:
    document = check.mapping(value, "plan.metric")
    ends = {
        name: None if document.get(name) is None else check.number(document[name], name) for name in ("low", "high")
    }
    return MetricInfo(
        check.text(document.get("title"), "title"),
        check.text(document.get("unit"), "unit"),
        check.one_of(document.get("higher_is_better", True), (True, False), "higher_is_better"),
        check.one_of(document.get("labelled", True), (True, False), "labelled"),
        check.one_of(document.get("interval", "normal"), ("wilson", "normal"), "interval"),
        **ends,
    )


def _point(value: Any, check: Checked) -> Point:
    document = check.mapping(value, Message("a recipe of the plan"))
    counts = {
        name: None if document.get(name) is None else check.count(document[name], name) for name in ("macs", "memory")
    }
    numbers = {name: None if document.get(name) is None else check.number(document[name], name) for name in NUMBERS}
    point = Point(
        check.text(document.get("name"), "name"),
        check.one_of(document.get("kind"), get_args(Kind), "kind"),
        recipe_of(document.get("recipe"), check.name),
        check.count(document.get("bytes"), "bytes"),
    )
    measured, held_out = (_measured(document.get(name), check) for name in ("measured", "held_out"))
    left = check.texts(document.get("left"), "left")
    return replace(point, **counts, **numbers, measured=measured, held_out=held_out, left=left)  # type: ignore[arg-type]


def _measured(given: Any, check: Checked) -> Measured | None:
    if given is None:
        return None
    document = check.mapping(given, "measured")
    value, drop, low, high, divergence = (
        check.number(document.get(name), name) for name in ("value", "drop", "low", "high", "divergence")
    )
    return Measured(value, drop, low, high, divergence, check.count(document.get("samples"), "samples"))


def _pair(value: Any, what: str, check: Checked) -> tuple[int, int]:
    found = check.list(value, what, 2)
    if len(found) != 2:
        raise check.wrong(Message("'{subject}' does not have two entries", subject=what))
    return check.count(found[0], what), check.count(found[1], what)


def _step(value: Any, check: Checked) -> tuple[int, float]:
    found = check.list(value, "plan.predicted", 2)
    if len(found) != 2:
        raise check.wrong(Message("'{subject}' does not have two entries", subject="plan.predicted"))
    return check.count(found[0], "plan.predicted"), check.number(found[1], "plan.predicted")
