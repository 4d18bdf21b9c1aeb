"""Snapshots and the undo list in a session file: written, and read with every value checked."""

from dataclasses import replace
from math import isfinite
from typing import Any, cast, get_args

from workbench.core.analysis.report import Figure, How, Totals
from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.recipe import Recipe, Row, recipe_of
from workbench.core.session.checked import Checked
from workbench.core.session.snapshot import NOTE, Snapshot, unused
from workbench.core.session.undo_list import BRANCHES, ROWS, STEPS, TEXT, Branch, RecipeStep, SnapshotStep, UndoList

SNAPSHOTS = 4000  # that a session file may have

# -- out -------------------------------------------------------------------------------------------------------------


def snapshot_to_dict(snapshot: Snapshot) -> dict[str, Any]:
    totals = snapshot.totals
    return {
        "name": snapshot.name,
        "recipe": snapshot.recipe.to_dict(),
        "totals": None
        if totals is None
        else {
            "bytes": _figure_out(totals.bytes),
            "parameters": totals.parameters,
            "macs": totals.macs,
            "value": _figure_out(totals.value),
            "latency_ms": _figure_out(totals.latency_ms),
        },
        "change": _figure_out(snapshot.change),
        "metric": snapshot.metric.to_json(),
        "data": snapshot.data,
        "trained": snapshot.trained,
        "note": snapshot.note[:NOTE],
    }


def undo_list_to_dict(whole: UndoList) -> dict[str, Any] | None:
    """Return the newest part of the undo list as a document. Steps differ in few rows, so each row is written once and
    recipes refer to rows by number."""
    undo = whole.newest()
    if undo is None:
        return None
    table: dict[Row, int] = {}

    def recipe_out(recipe: Recipe) -> dict[str, Any]:
        return replace(recipe, rows=()).to_dict() | {
            "layers": [table.setdefault(row, len(table)) for row in recipe.rows]
        }

    def step_out(step: RecipeStep | SnapshotStep) -> dict[str, Any]:
        text = {"text": step.text[:TEXT]}
        if isinstance(step, RecipeStep):
            return text | {"recipe": recipe_out(step.recipe)}
        new = None if step.new is None else snapshot_to_dict(step.new)
        return text | {"pinned": snapshot_to_dict(step.old), "became": new, "place": step.place}

    document = {
        "first": recipe_out(undo.first),
        "steps": [step_out(step) for step in undo.steps],
        "here": undo.here,
        "branches": [
            {"text": branch.text[:TEXT], "steps": branch.steps, "recipe": recipe_out(branch.recipe)}
            for branch in undo.branches
        ],
    }
    return document | {"rows": [Recipe((row,)).to_dict()["layers"] for row in table]}


def _figure_out(figure: Figure | None) -> dict[str, Any] | None:
    """Return a figure as a document; None if it is NaN or infinite, which cannot be compared."""
    values = [] if figure is None else [figure.value, figure.low or 0.0, figure.high or 0.0]
    return vars(figure) if figure is not None and all(map(isfinite, values)) else None


# -- in --------------------------------------------------------------------------------------------------------------


def snapshots_from(value: Any, check: Checked) -> tuple[Snapshot, ...]:
    """Read the snapshots, making their names unique."""
    found: list[Snapshot] = []
    names: set[str] = set()
    for item in check.list(value, "snapshots", SNAPSHOTS):
        each = _snapshot(item, check)
        found.append(each.named(unused(each.name, names)))
        names.add(found[-1].name)
    return tuple(found)


def undo_list_from(value: Any, recipe: Recipe, check: Checked) -> UndoList | None:
    """Read an undo list that leads to the recipe; None if there is none, as in files of older versions."""
    if value is None:
        return None
    document = check.mapping(value, "history")
    read = _Recipes(document.get("rows"), check)
    steps = tuple(_step(each, read, check) for each in check.list(document.get("steps"), "history.steps", STEPS))
    here = check.count(document.get("here"), "history.here", len(steps) + 1)
    branches = tuple(
        _branch(each, read, check) for each in check.list(document.get("branches"), "history.branches", BRANCHES)
    )
    found = UndoList(read.recipe(document.get("first")), steps, here, branches)
    if found.at(here) != recipe:
        raise check.wrong(Message("its undo list does not end in its recipe"))
    return found


class _Recipes:
    """Recipes that refer to their rows by number in a table."""

    def __init__(self, rows: Any, check: Checked) -> None:
        self._check, self._left = check, 2 * ROWS
        self._rows = [self._row(each) for each in check.list(rows, "history.rows", ROWS)]

    def recipe(self, value: Any) -> Recipe:
        check = self._check
        document = check.mapping(value, Message("a recipe of history"))
        numbers = check.list(document.get("layers"), Message("a recipe's layers"), 4 * ROWS)
        self._left -= len(numbers)
        if self._left < 0:
            raise check.wrong(Message("the recipes in its undo list have more than {rows} rows", rows=2 * ROWS))
        rows = tuple(self._rows[check.count(each, Message("a row's number"), len(self._rows))] for each in numbers)
        if len({row.pattern for row in rows}) < len(rows):
            raise check.wrong(Message("a recipe in its undo list has a duplicate row"))
        return replace(recipe_of(document | {"layers": {}}, check.name), rows=rows)

    def _row(self, value: Any) -> Row:
        layers = self._check.mapping(value, Message("a row of history"))
        rows = recipe_of({"version": 1, "layers": layers}, self._check.name).rows
        if len(rows) != 1:
            raise self._check.wrong(Message("a row of history is not one row"))
        return rows[0]


def _step(value: Any, read: _Recipes, check: Checked) -> RecipeStep | SnapshotStep:
    step = check.mapping(value, Message("a step of history"))
    text = check.text(step.get("text"), Message("a step's text"))[:TEXT]
    if "recipe" in step:
        return RecipeStep(text, read.recipe(step["recipe"]))
    new = None if step.get("became") is None else _snapshot(step["became"], check)
    return SnapshotStep(
        text, _snapshot(step.get("pinned"), check), new, check.count(step.get("place"), "place", 1 << 20)
    )


def _branch(value: Any, read: _Recipes, check: Checked) -> Branch:
    branch = check.mapping(value, Message("a branch of history"))
    return Branch(
        check.text(branch.get("text"), Message("a branch's text"))[:TEXT],
        check.count(branch.get("steps"), Message("a branch's steps"), 1 << 20),
        read.recipe(branch.get("recipe")),
    )


def _snapshot(value: Any, check: Checked) -> Snapshot:
    each = check.mapping(value, Message("a snapshot"))
    metric = _metric(each.get("metric"), check)
    snapshot = Snapshot(
        check.text(each.get("name"), Message("a snapshot's name")) or "?",
        recipe_of(each.get("recipe"), check.name),
        _totals(each.get("totals"), check),
        _figure(each.get("change"), "change", check),
        metric,
        check.text(each.get("data"), "data"),
        check.one_of(each.get("trained"), (None, True, False), "trained"),
        check.text(each.get("note"), Message("a snapshot's note"))[:NOTE],
    )
    if metric or snapshot.totals is None:
        return snapshot
    return replace(snapshot, totals=replace(snapshot.totals, value=None), change=None)


def _metric(value: Any, check: Checked) -> MetricInfo:
    """Return the metric of a snapshot's figures; unknown if an older version wrote a title only."""
    if value is None or isinstance(value, str):
        return MetricInfo()
    document = check.mapping(value, "metric")
    return MetricInfo(
        check.text(document.get("metric"), "metric"),
        check.text(document.get("metric_unit"), "metric_unit"),
        check.one_of(document.get("higher_is_better"), (True, False), "higher_is_better"),
    )


def _totals(value: Any, check: Checked) -> Totals | None:
    if value is None:
        return None
    totals = check.mapping(value, "totals")
    size = _figure(totals.get("bytes"), "bytes", check)
    if size is None or size.value <= 0:
        raise check.wrong(Message("a snapshot has no size"))
    macs = totals.get("macs")
    return Totals(
        size,
        check.count(totals.get("parameters"), "parameters"),
        None if macs is None else check.count(macs, "macs"),
        _figure(totals.get("value"), "value", check),
        _figure(totals.get("latency_ms"), "latency_ms", check),
    )


def _figure(value: Any, what: str, check: Checked) -> Figure | None:
    if value is None:
        return None
    figure = check.mapping(value, what)
    low, high = (None if figure.get(end) is None else check.number(figure[end], what) for end in ("low", "high"))
    how = cast(How, check.one_of(figure.get("how"), get_args(How), Message("how {subject} was obtained", subject=what)))
    samples = check.count(figure.get("samples", 0), what)
    return Figure(check.number(figure.get("value"), what), how, samples, low, high)
