"""Removal of channels: the groups that a recipe names, the channels that each loses, and the resulting layers.

Every layer that has such a step names a group: the layers coupled with it (graph/channels/units). A group is pruned
once, by the largest amount requested in it. engine/compile/equivalence then verifies that nothing else was removed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache as cache_results
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from workbench.core.base.arguments import weak_cache
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message, short_list
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.compile import statistics
from workbench.engine.compile.equivalence import Changed, NotProved, prove_removal
from workbench.graph.channels.rules import channels_of
from workbench.graph.channels.slicing import remaining_count, removal_mask, without_channels
from workbench.graph.channels.units import Channels
from workbench.graph.model.model import Model
from workbench.graph.prepare.fold_batchnorm import folded_scale
from workbench.methods.base.method import ChannelGroup, RemovalMethod, find


@dataclass(frozen=True, eq=False)
class _Task:
    """One group to prune: the step, the layers that request it, and the units that may be removed."""

    action: Action
    asked: tuple[str, ...]
    paths: tuple[str, ...]
    units: np.ndarray
    group: ChannelGroup

    def method(self) -> tuple[RemovalMethod, Any]:
        chosen, params = find(self.action)
        assert isinstance(chosen, RemovalMethod)
        return chosen, params


Read = tuple[str, int, np.ndarray]  # a layer, the axis of its weight, the unit of each index along it
# Found out once a model, for each recipe asks it of every layer; once for all layers with the same channels.
_refusals: WeakKeyDictionary[Model, dict[tuple[str, Action], str | None]] = WeakKeyDictionary()
_unables: WeakKeyDictionary[Model, dict[tuple[bytes, Action], str | None]] = WeakKeyDictionary()


def refusal(model: Model, path: str, action: Action) -> str | None:
    """Return why a layer's channels cannot be removed, or None."""
    known = _refusals.setdefault(model, {})
    if (path, action) not in known:
        known[path, action] = channels_of(model).refusal(path) or _unable(model, path, action)
    return known[path, action]


def _unable(model: Model, path: str, action: Action) -> str | None:
    channels, known = channels_of(model), _unables.setdefault(model, {})
    key = channels.free(path).tobytes(), action
    if key not in known:
        task = _task(model, channels, {path: action}, channels.groups[path], _without_data(model))
        method, params = task.method()
        known[key] = method.unable(task.group, params)
    return known[key]


def _without_data(model: Model) -> Callable[[str], LayerContext]:
    """Return a context for results that depend on sizes alone."""
    return lambda path: LayerContext(model, path, None, 0, Cache(0))


def remove(
    model: Model, asked: Mapping[str, Action], data: Dataset | None, seed: int, cache: Cache, job: Job
) -> Changed:
    """Return the model without the channels that these steps remove. Groups without whose channels the model does not
    run, or has other outputs, keep them, with a remark. Raises UserError if that applies to all groups."""
    channels = channels_of(model)
    tasks = _tasks(model, channels, asked, lambda path: LayerContext(model, path, data, seed, cache))
    picks = _picks(tasks, job)

    @cache_results
    def proved(some: tuple[_Task, ...]) -> Changed:
        removed = {unit for task in some for unit in picks[task]}
        _leave_one(channels, removed)
        if not removed:
            return Changed(model, dict.fromkeys(asked, Message("no channels removed")), _remarks(some, asked))
        smaller = without_channels(model, channels, removed)
        remarks = _remarks(some, asked) + prove_removal(model, smaller, channels, removed, data, job)
        return Changed(smaller, _notes(model, channels, removed, some), remarks, _kept(model, channels, removed))

    possible, failed = _provable(tasks, proved)
    if not possible:
        raise next(iter(failed.values()))
    known = _refusals.setdefault(model, {})
    for task, error in failed.items():  # a glob is not applied there again, and the forecast knows
        known.update(dict.fromkeys(((path, asked[path]) for path in task.asked), error.what))
    left = tuple(
        Message("{path} stays unpruned: {subject}", path=path, subject=error.what)
        for task, error in failed.items()
        for path in task.asked
    )
    made = proved(possible)
    made = replace(made, remarks=left + made.remarks)
    return _corrected(model, made, data, cache, job) if any(map(_corrects, possible)) else made


def _corrects(task: _Task) -> bool:
    method, params = task.method()
    return method.restores(params)


def _corrected(model: Model, made: Changed, data: Dataset | None, cache: Cache, job: Job) -> Changed:
    """Return the smaller model with its output statistics corrected to the original's."""
    if data is None:
        raise UserError(
            "Re-estimating statistics needs data, but none was given.", "Give data, or keep the statistics."
        )
    key = ("moments", data.fingerprint)
    whole = cache.get(key, lambda: statistics.goal_of(model, data, job.silent()))
    goal = statistics.of_kept(whole, made.kept)
    return replace(made, model=statistics.with_corrected(made.model, goal, data, job.silent()))


def _picks(tasks: tuple[_Task, ...], job: Job) -> dict[_Task, list[int]]:
    """Return the units that each task removes. Tasks with the same step choose together."""
    picks = {}
    for action in dict.fromkeys(task.action for task in tasks):
        same = [task for task in tasks if task.action == action]
        method, params = same[0].method()
        for task, picked in zip(same, method.choose(tuple(t.group for t in same), params, job), strict=True):
            picks[task] = task.units[picked].tolist()
    return picks


def _provable(
    tasks: tuple[_Task, ...], proved: Callable[[tuple[_Task, ...]], Changed], beside: tuple[_Task, ...] = ()
) -> tuple[tuple[_Task, ...], dict[_Task, NotProved]]:
    """Return the tasks that can be carried out together and `beside` others, found by bisection, and why each other one
    cannot."""
    try:
        proved(beside + tasks)
        return tasks, {}
    except NotProved as error:
        if len(tasks) == 1:
            return (), {tasks[0]: error}
    half = len(tasks) // 2
    first, failed = _provable(tasks[:half], proved, beside)
    second, others = _provable(tasks[half:], proved, beside + first)
    return first + second, failed | others


def _kept(model: Model, channels: Channels, removed: set[int]) -> dict[str, tuple[np.ndarray, ...]]:
    """Return the remaining indices along each axis of the weights that get smaller."""
    found = {}
    for path, site in model.sites.items():
        axes = [
            (channels.axes.get((site.initializer, axis)), size) for axis, size in enumerate(model.layer(path).shape)
        ]
        places = tuple(
            np.arange(size) if units is None else np.flatnonzero(~removal_mask(units, removed)) for units, size in axes
        )
        if any(len(left) < size for left, (_, size) in zip(places, axes, strict=True)):
            found[path] = places
    return found


def _tasks(
    model: Model, channels: Channels, asked: Mapping[str, Action], context: Callable[[str], LayerContext]
) -> tuple[_Task, ...]:
    """Return the groups to prune, in the model's order."""
    by_group: dict[tuple[str, ...], list[str]] = {}
    for path in asked:
        reason = channels.refusal(path)
        if reason:
            raise UserError(
                "{path}: {reason}", "Choose another layer, or another method for it.", path=path, reason=reason
            )
        by_group.setdefault(channels.groups[path], []).append(path)
    return tuple(
        _task(model, channels, {path: asked[path] for path in paths}, members, context)
        for members, paths in by_group.items()
    )


def _task(
    model: Model,
    channels: Channels,
    asked: Mapping[str, Action],
    paths: tuple[str, ...],
    context: Callable[[str], LayerContext],
) -> _Task:
    """Return the strongest step of a group, with the units of the layers that request it."""
    units = np.unique(np.concatenate([channels.free(path) for path in asked]))
    first = next(iter(asked))
    every = np.unique(channels.layers[first])
    members = tuple(
        (context(path), _numbered(units, channels.layers[path]))
        for path in (*asked, *(path for path in paths if path not in asked))
    )
    readers = tuple(
        (context(path), axis, _numbered(units, held)) for path, axis, held in _readers(model, channels, units)
    )
    group = ChannelGroup(
        len(units),
        len(np.setdiff1d(every, units)),
        channels.width(first),
        members,
        _scale(model, channels, units),
        readers,
    )

    def amount(path: str) -> int:
        method, params = find(asked[path])
        assert isinstance(method, RemovalMethod)
        return method.removes(group, params)

    strongest = max(asked, key=amount)
    return _Task(asked[strongest], tuple(asked), paths, units, group)


def _numbered(units: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Return for each position the index of its unit among `units`, which are sorted, or -1."""
    place = np.minimum(np.searchsorted(units, held), len(units) - 1)
    return np.where(units[place] == held, place, -1)


def _readers(model: Model, channels: Channels, units: np.ndarray) -> Iterator[Read]:
    """Yield the layers that read some of these units: the axis of the weight, and the unit of each index along it."""
    every, by_unit = _reads_by_unit(model, channels)
    for place in sorted({place for unit in units.tolist() for place in by_unit.get(unit, ())}):
        yield every[place]


@weak_cache
def _reads_by_unit(model: Model, channels: Channels) -> tuple[list[Read], dict[int, list[int]]]:
    """Return all that reads units, and the places in it by unit: each group is looked up, not compared with every
    layer."""
    every = list(_reads(model, channels))
    by_unit: dict[int, list[int]] = defaultdict(list)
    for place, (_path, _axis, held) in enumerate(every):
        for unit in np.unique(held).tolist():
            by_unit[unit].append(place)
    return every, by_unit


def _reads(model: Model, channels: Channels) -> Iterator[Read]:
    for path, site in model.sites.items():
        layer = model.layer(path)
        for axis in range(len(layer.shape)):
            held = channels.axes.get((site.initializer, axis))
            if axis != layer.out_axis and held is not None:
                yield path, axis, held


def _scale(model: Model, channels: Channels, units: np.ndarray) -> np.ndarray | None:
    """Return the mean |scale| over the BatchNormalizations that read each unit; None if one of the units has none.

    Folded BatchNormalizations count as well as those in the graph.
    """
    held, scale = _all_scales(model, channels)
    place = np.searchsorted(units, held)
    inside = (place < len(units)) & (units[np.minimum(place, len(units) - 1)] == held)
    seen = np.bincount(place[inside], minlength=len(units))
    return np.bincount(place[inside], scale[inside], len(units)) / seen if seen.all() else None


@weak_cache
def _all_scales(model: Model, channels: Channels) -> tuple[np.ndarray, np.ndarray]:
    every = list(_scales(model, channels)) or [(np.zeros(0, int), np.zeros(0))]
    return np.concatenate([held for held, _ in every]), np.concatenate([scale for _, scale in every])


def _scales(model: Model, channels: Channels) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the units of each BatchNormalization's channels, with their |scale|."""
    for name in channels.scales:
        value = model.ir.graph.initializers[name].const_value
        held = channels.axes.get((name, 0))
        if value is not None and held is not None:
            yield held, np.abs(value.numpy())
    for path, held in channels.layers.items():
        site = model.sites.get(path)
        scale = None if site is None else folded_scale(model.ir.graph.initializers[site.initializer].const_value)
        if scale is not None:
            yield held, scale


def _leave_one(channels: Channels, removed: set[int]) -> None:
    """Keep one channel of a tensor that would lose all of them, because several groups meet in it."""
    for units in channels.axes.values():
        if len(units) and remaining_count(units, removed) == 0:
            removed.discard(int(units.max()))


def _remarks(tasks: Iterable[_Task], asked: Mapping[str, Action]) -> tuple[str, ...]:
    return tuple(
        Message(
            "{asked} are coupled: they are pruned together, once, by {action}",
            asked=short_list(task.asked),
            action=task.action,
        )
        for task in tasks
        if len({asked[path] for path in task.asked}) > 1
    )


def _notes(model: Model, channels: Channels, removed: set[int], tasks: Iterable[_Task]) -> dict[str, Message]:
    """Return for every smaller layer how many channels it loses and why."""
    causes = {unit: task for task in tasks for unit in task.units.tolist() if unit in removed}
    notes: dict[str, Message] = {}
    for layer in model.layers:
        parts = []
        out = channels.layers.get(layer.path)
        if out is not None and remaining_count(out, removed) < len(out):
            task = next(causes[unit] for unit in out.tolist() if unit in causes)
            others = [path for path in task.paths if path != layer.path]
            rest = remaining_count(out, removed)
            parts.append(
                Message(
                    "{before} -> {n} channels, coupled with {others}",
                    one="{before} -> {n} channel, coupled with {others}",
                    before=len(out),
                    n=rest,
                    others=short_list(others),
                )
                if others
                else Message("{before} -> {n} channels", one="{before} -> {n} channel", before=len(out), n=rest)
            )
        for units in _other_axes(model, channels, layer):
            cause = next((causes[unit] for unit in units.tolist() if unit in causes), None)
            if cause is not None:
                parts.append(
                    Message(
                        "{before} -> {n} inputs, because of {asked}",
                        one="{before} -> {n} input, because of {asked}",
                        before=len(units),
                        n=remaining_count(units, removed),
                        asked=short_list(cause.asked),
                    )
                )
        if parts:
            notes[layer.path] = Joined(parts, CLAUSE)
    return notes


def _other_axes(model: Model, channels: Channels, layer: Layer) -> list[np.ndarray]:
    """Return the units along the axes of a layer's weight other than its output axis."""
    if layer.path not in model.sites:
        return []
    name = model.sites[layer.path].initializer
    return [
        channels.axes[name, axis]
        for axis in range(len(layer.shape))
        if axis != layer.out_axis and (name, axis) in channels.axes
    ]


def predicted(model: Model, asked: Mapping[str, Action]) -> dict[str, Layer]:
    """Return the smaller layers in their future shapes, from sizes alone: the channels to remove are not known yet."""
    channels = channels_of(model)
    removed: set[int] = set()
    for task in _tasks(model, channels, asked, _without_data(model)):
        method, params = task.method()
        removed.update(task.units[: method.removes(task.group, params)].tolist())
    _leave_one(channels, removed)
    smaller = {}
    for path, site in model.sites.items():
        layer = model.layer(path)
        shape = list(layer.shape)
        for axis in range(len(shape)):
            units = channels.axes.get((site.initializer, axis))
            shape[axis] -= 0 if units is None else len(units) - remaining_count(units, removed)
        if tuple(shape) != layer.shape:
            smaller[path] = _resized(layer, tuple(shape), channels, removed)
    return smaller


def _resized(layer: Layer, shape: tuple[int, ...], channels: Channels, removed: set[int]) -> Layer:
    out = channels.layers.get(layer.path)
    bias = layer.parameters - layer.count
    if bias and out is not None:
        bias = remaining_count(out, removed)
    resized = replace(layer, shape=shape)
    macs = None if layer.macs is None else round(layer.macs * resized.count / layer.count)
    return replace(resized, parameters=resized.count + bias, macs=macs, bytes=4 * (resized.count + bias))
