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
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.action import Action
from workbench.core.recipe.params import Field, fields_of
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.compile import compiler
from workbench.engine.parallel.cargo import packed
from workbench.engine.parallel.cluster import crew_of
from workbench.engine.parallel.crew import Crew
from workbench.engine.preview.previewer import Previewer
from workbench.engine.workspace import Workspace
from workbench.methods.base.method import find

STEPS = 19  # on a grid of a parameter from 0 to 1: 0.05, 0.10, … 0.95


def sweep(
    workspace: Workspace, wanted: Sweep, job: Job, recipe: Recipe | None = None, force: Workforce = ALONE
) -> Curve:
    """Measure every value; `job.update` receives the curve so far after each. Other steps of `recipe` are kept.

    Raises UserError without data, for a parameter that is not a number, if no layer can have the method, and if there
    is no such cluster, or model or data cannot be sent to it.
    """
    evaluator = workspace.measurable()
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
    for index, point in _points(workspace, curve, recipe, force, job):
        points[index] = point
        curve = replace(
            curve, points=tuple(points[each] for each in sorted(points)), complete=len(points) == len(values)
        )
        job.update(curve)
    return curve


@dataclass(frozen=True)
class _Order:
    """A value to measure: the recipe with it on these layers."""

    index: int
    recipe: Recipe
    paths: tuple[str, ...]
    value: float
    folds: int


def _points(
    workspace: Workspace, curve: Curve, recipe: Recipe, force: Workforce, job: Job
) -> Iterator[tuple[int, SweepPoint]]:
    """Yield the points with their numbers, as they are ready. Where the time of layers decides which are in integers,
    this process measures alone: beside others it would be another time."""
    wanted, paths, values = curve.sweep, curve.chosen, curve.sweep.values
    orders = [
        _Order(index, with_step(recipe, paths, curve.action(value)), paths, value, wanted.folds)
        for index, value in enumerate(values)
    ]
    left = {order.index: order for order in orders}
    previewer = Previewer(workspace)  # only what depends on the layers runs again

    def here(order: _Order) -> tuple[int, SweepPoint]:
        part = job.part(order.index / len(values), (order.index + 1) / len(values))
        said = Message("{method}, {field} {value:g}", method=wanted.method, field=wanted.parameter, value=order.value)
        part.report(said, 0.0)
        return order.index, _measured(previewer, order, part)

    crew = None if any(each.recipe != each.recipe.in_integers for each in orders) else _crew(workspace, force)
    if crew is not None:
        try:
            for index, point in crew.gather(_elsewhere, orders, job, None if force.cluster else here):
                del left[index]
                yield index, point
        finally:
            crew.close()
    yield from map(here, list(left.values()))


def _crew(workspace: Workspace, force: Workforce) -> Crew | None:
    """Return other processes, or None where model or data cannot be sent to those of this machine."""
    try:
        return None if force.alone else crew_of(packed(workspace, workspace.measurable().order), force)
    except UserError:
        if force.cluster:
            raise
        return None


def _elsewhere(workspace: Workspace, order: _Order) -> tuple[int, SweepPoint]:
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
