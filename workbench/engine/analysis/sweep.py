"""Sweep of one parameter of a method: the drop of the metric at each value, and the largest acceptable value.

Every value costs one run over the data: edits are cached, and calibration is shared by all values. Folds are computed
from the scores of single samples, so k folds cost no more than one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.analysis.sweep import Curve, Sweep, SweepPoint, with_step
from workbench.core.analysis.workforce import ALONE, Workforce
from workbench.core.base.arguments import as_names
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job, out_of_time
from workbench.core.base.message import Message
from workbench.core.recipe.action import Action
from workbench.core.recipe.params import Field, fields_of
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.base.store import RUNTIME
from workbench.engine.compile import compiler
from workbench.engine.parallel.cluster import crew_of
from workbench.engine.parallel.crew import Crew
from workbench.engine.preview.previewer import Previewer
from workbench.engine.search.trials import measured_on
from workbench.engine.workspace import Workspace
from workbench.methods.base.method import find

_Measured = tuple[int, SweepPoint]  # with its number
STEPS = 19  # on a grid of a parameter from 0 to 1: 0.05, 0.10, … 0.95


def sweep(
    workspace: Workspace, wanted: Sweep, job: Job, recipe: Recipe | None = None, force: Workforce = ALONE
) -> Curve:
    """Measure every value; `job.update` receives the curve so far after each. Other steps of `recipe` are kept.

    Raises UserError without data, for a parameter that is not a number, if no layer can have the method, and if there
    is no such cluster, or model or data cannot be sent to it.
    """
    evaluator, limited = workspace.measurable(), job.within(wanted.seconds)
    recipe = recipe or Recipe()
    if not 1 <= wanted.folds <= evaluator.data.samples:
        raise UserError(
            "{samples} samples cannot be split into {folds} folds.",
            "Give a number of folds from 1 to the number of samples.",
            samples=evaluator.data.samples,
            folds=wanted.folds,
        )
    field = parameter(wanted)
    paths = chosen(workspace, wanted)
    values = tuple(dict.fromkeys(map(float, wanted.values))) or grid(workspace, field, paths)
    curve = Curve(
        replace(wanted, parameter=field.name, values=values),
        evaluator.metric.info,
        evaluator.metric.value(evaluator.scores),
        evaluator.data.samples,
        paths,
        (),
        whole=field.kind == "int",
    )
    points: dict[int, SweepPoint] = {}
    crew = None if force.alone else crew_of(workspace, evaluator.order, force)
    try:
        with job.ending(limited):
            for index, point in _points(workspace, curve, recipe, crew, limited):
                points[index] = point
                ordered = tuple(points[each] for each in sorted(points))
                curve = replace(curve, points=ordered, complete=len(points) == len(values))
                job.update(curve)
    finally:
        if crew is not None:
            crew.close()
    return replace(curve, notes=(*([crew.lost] if crew is not None and crew.lost else []), *_late(curve)))


def _late(curve: Curve) -> tuple[str, ...]:
    """Say what there was no time for."""
    left, total = len(curve.sweep.values) - len(curve.points), len(curve.sweep.values)
    return out_of_time([Message("Not measured: {left:,} of {total:,} values.", left=left, total=total)]) if left else ()


@dataclass(frozen=True)
class _Order:
    """A value to measure: the recipe with it on these layers."""

    index: int
    recipe: Recipe
    paths: tuple[str, ...]
    value: float
    folds: int


def _points(workspace: Workspace, curve: Curve, recipe: Recipe, crew: Crew | None, job: Job) -> Iterator[_Measured]:
    """Yield the points with their numbers, as they are ready."""
    wanted, paths, values = curve.sweep, curve.chosen, curve.sweep.values
    orders = [
        _Order(index, with_step(recipe, paths, curve.action(value)), paths, value, wanted.folds)
        for index, value in enumerate(values)
    ]
    previewer = Previewer(workspace)  # only what depends on the layers runs again

    def here(order: _Order) -> _Measured:
        part = job.part(order.index / len(values), (order.index + 1) / len(values))
        said = Message("{method}, {field} {value:g}", method=wanted.method, field=wanted.parameter, value=order.value)
        part.report(said, 0.0)
        return order.index, _measured(previewer, order, part)

    open_ = {order.index: order for order in orders}
    for order in orders:
        job.check()
        if (point := _known(workspace, order)) is not None:
            del open_[order.index]
            yield order.index, point
    # Where the time of layers decides which are in integers, this process measures alone: beside others it would be
    # another time.
    if crew is not None and all(map(_lasts, orders)):
        for index, point in crew.gather(_elsewhere, list(open_.values()), job, here if crew.takes_part else None):
            _keep(workspace, open_.pop(index), point)
            yield index, point
    for order in list(open_.values()):
        job.rest()
        index, point = here(order)
        _keep(workspace, order, point)
        yield index, point


def _lasts(order: _Order) -> bool:
    """Whether it gives the same point each time, and so may be kept: nothing is left out for being slow here."""
    return order.recipe == order.recipe.in_integers


def _known(workspace: Workspace, order: _Order) -> SweepPoint | None:
    """Return the point if it is on disk."""
    kept = workspace.store.load(_name(workspace, order)) if _lasts(order) else None
    if kept is None:
        return None
    setting, size, *figures = kept["figures"].tolist()
    zeros, value, low, high, drop, *folds = figures
    return SweepPoint(setting, int(size), zeros, value, tuple(folds), low, high, drop)


def _keep(workspace: Workspace, order: _Order, point: SweepPoint) -> None:
    if _lasts(order):
        figures = (point.zeros, point.value, point.low, point.high, point.drop, *point.folds)
        kept = np.array([point.setting, point.bytes, *figures], np.float64)
        workspace.store.save(_name(workspace, order), {"figures": kept})


def _name(workspace: Workspace, order: _Order) -> str:
    recipe = order.recipe.in_effect
    about = (*RUNTIME, *measured_on(workspace), order.paths, order.value, order.folds)
    return repr(("sweep", about, recipe.rows, recipe.seed, recipe.storing))


def _elsewhere(workspace: Workspace, order: _Order) -> _Measured:
    """Measure a value in another process."""
    previewer = workspace.cache.get(("sweep", order.paths), lambda: Previewer(workspace))
    return order.index, _measured(previewer, order, Job())


def parameter(wanted: Sweep) -> Field:
    """Return the parameter to vary. Raises UserError if the method has no such number."""
    method, _ = find(Action(wanted.method))
    numbers = {field.name: field for field in fields_of(method.Params) if field.kind in ("int", "float")}
    if not numbers:
        raise UserError("{method} has no numeric parameter to sweep.", "Choose another method.", method=wanted.method)
    name = wanted.parameter or next(iter(numbers))
    if not 0 <= wanted.tolerance < np.inf:
        raise UserError(
            "A drop of {value:g} cannot be allowed.", "Give a tolerance from 0, such as 0.01.", value=wanted.tolerance
        )
    if name not in numbers:
        raise UserError(
            "{method} has no numeric parameter '{name}'.",
            "The numeric parameters are: {numbers}.",
            method=wanted.method,
            name=name,
            numbers=[*numbers],
        )
    broken = [value for value in wanted.values if not float(value).is_integer()]
    if numbers[name].kind == "int" and broken:
        raise UserError(
            "{field} cannot be {value:g}: it is a whole number.", "Give whole numbers.", field=name, value=broken[0]
        )
    return numbers[name]


def chosen(workspace: Workspace, wanted: Sweep) -> tuple[str, ...]:
    """Return the layers that match a path or glob and can have the method."""
    rows, action, model = [Row(each, ()) for each in as_names(wanted.layers)], Action(wanted.method), workspace.model
    matched = [layer for layer in model.layers if any(row.matches(layer.path) for row in rows)]
    if not matched:
        raise UserError(
            "'{layers}' matches no layer of the model.", "Give a layer's path, or a glob.", layers=[*wanted.layers]
        )
    refused = {layer.path: compiler.stack_refusal(model, layer, (action,)) for layer in matched}
    paths = tuple(path for path, reason in refused.items() if reason is None)
    if not paths:
        path, reason = next(iter(refused.items()))
        raise UserError("{path}: {reason}", "Choose other layers, or another method.", path=path, reason=reason)
    return paths


def grid(workspace: Workspace, field: Field, paths: Sequence[str]) -> tuple[float, ...]:
    """Return values from one end of a parameter's range to the other, without the ends of a range from 0 to 1.

    A threshold has no upper end: its values are quantiles of the magnitudes of the layers' weights, in steps of 5 %.
    """
    if field.high is None or field.low is None:
        if field.name != "threshold":
            raise UserError("{field} has no upper bound.", "Give the values for the sweep.", field=field.name)
        magnitudes = np.concatenate([np.abs(workspace.model.weight(path)).ravel() for path in paths])
        return tuple(float(value) for value in np.quantile(magnitudes, np.linspace(0, 1, STEPS + 2)[1:-1]))
    if field.kind == "int" and field.high - field.low < STEPS:
        return tuple(float(value) for value in range(int(field.low), int(field.high) + 1))
    if field.log and field.low > 0:
        values = np.geomspace(field.low, field.high, STEPS)
    else:
        values = np.linspace(field.low, field.high, STEPS + 2)[1:-1]
    rounded = np.rint(values) if field.kind == "int" else np.round(values, 6)
    return tuple(dict.fromkeys(float(value) for value in rounded))


def _measured(previewer: Previewer, order: _Order, job: Job) -> SweepPoint:
    workspace, recipe, paths, folds = previewer.workspace, order.recipe, order.paths, order.folds
    evaluator = workspace.measurable()
    result = workspace.compiled(recipe, job.part(0.0, 0.3))
    changes, size = result.changes(recipe.storing)
    run = previewer.run(result, paths)
    *_, (seen, rows) = evaluator.stream(run, job.part(0.3, 1.0))
    drop, low, high = evaluator.drop(seen, rows)
    zeros = {change.path: change.zeros for change in changes}
    counts = [workspace.model.layer(path).count for path in paths]
    share = float(np.average([zeros.get(path, 0.0) for path in paths], weights=counts))
    # `seen` is in the evaluator's order, in which every k-th sample is a stratified part.
    return SweepPoint(
        order.value,
        size,
        share,
        evaluator.metric.value(rows),
        tuple(evaluator.drop(seen[fold::folds], rows[fold::folds])[0] for fold in range(folds)),
        low,
        high,
        drop,
    )
