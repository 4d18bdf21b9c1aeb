"""Pictures of one layer, before and after a recipe, computed on demand: see core.layer_data.pictures."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data import layer_queries as w
from workbench.core.layer_data import pictures
from workbench.core.layer_data.views import Spectrum
from workbench.core.recipe.recipe import Recipe
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.inspection.method_insight import outlook
from workbench.engine.layer_figures import images, stats
from workbench.engine.layer_figures.images import Pair
from workbench.engine.workspace import Workspace
from workbench.methods.common import factors
from workbench.methods.lowrank.whitened import whitening

MOST_BARS = 1024  # more would be narrower than a pixel


def picture(workspace: Workspace, path: str, recipe: Recipe, wanted: w.Wanted, job: Job) -> Any:
    """Return the requested picture. Raises UserError for an unknown path, or a recipe that does not fit."""
    if isinstance(wanted, w.WantOutlook):
        return outlook(workspace, path, wanted, job)
    pair = pair_of(workspace, path, recipe, job)
    if isinstance(wanted, w.WantWhitened):
        return whitened(workspace, pair, job)
    return PICTURES[type(wanted)](pair, wanted, job)


def pair_of(workspace: Workspace, path: str, recipe: Recipe, job: Job) -> Pair:
    layer = workspace.layer(path)
    before = workspace.model.weight(path)
    whole = np.ones(before.shape[layer.out_axis], dtype=bool)
    trained = workspace.recovery(recipe) is not None
    if not recipe.rows and not trained:
        return Pair(layer, before, None, None, None, whole)
    smaller, edited = workspace.edited(path, recipe, job)
    if path not in smaller.model.sites:  # its module was replaced, or left out
        return Pair(layer, before, np.full(before.shape, np.nan, np.float32), None, None, ~whole)
    kept = smaller.kept.get(path)
    if kept is None:
        same = edited.weight is smaller.model.weight(path) or not (recipe.actions_for(path) or trained)
        return Pair(layer, before, None if same else edited.weight, edited, smaller.model.weight(path), whole)
    after = np.full(before.shape, np.nan, np.float32)
    after[np.ix_(*kept)] = edited.weight
    whole[:] = False
    whole[kept[layer.out_axis]] = True
    return Pair(layer, before, after, edited, smaller.model.weight(path), whole)


def channels(pair: Pair, wanted: w.WantChannels, job: Job) -> pictures.Channels:
    before, after = pair.rows
    count = len(before)
    first = np.unique(np.linspace(0, count, min(count, MOST_BARS) + 1).astype(int))
    magnitude = np.abs(before).max(axis=1)
    widest = np.array([start + int(magnitude[start:stop].argmax()) for start, stop in _ranges(first)])
    shown = before if after is None else after
    silent = np.array([not np.nan_to_num(shown[start:stop]).any() for start, stop in _ranges(first)])
    job.check()
    return pictures.Channels(
        first,
        widest,
        _quantiles(before, first, job),
        None if after is None else _quantiles(after, first, job),
        _ends(pair, first),
        silent,
    )


def channel(pair: Pair, wanted: w.WantChannel, job: Job) -> pictures.Channel:
    before, after = pair.rows
    number = wanted.number
    if not 0 <= number < len(before):
        raise UserError(
            "{path}: there is no output channel {number}.",
            "Channels are numbered from 0; there are {n}.",
            path=pair.layer.path,
            number=number,
            n=len(before),
        )
    row = before[number]
    edges, fences = stats.edges(row), stats.outliers(row)
    seen = pictures.ChannelBefore(stats.moments(row), stats.histogram(row, edges), stats.magnitudes(row), fences)
    if after is None or not pair.kept[number]:
        return pictures.Channel(number, seen, None, removed=not pair.kept[number])
    row = after[number][~np.isnan(after[number])]
    found = None
    if pair.edit is not None and pair.left is not None:
        found = pair.edit.encoding.levels(pair.left, pair.layer.out_axis, pair.place(number))
        found = replace(found, channel=number) if found is not None and found.channel is not None else found
    return pictures.Channel(
        number,
        seen,
        pictures.ChannelAfter(stats.moments(row), stats.histogram(row, edges), found, stats.beyond(row, fences)),
    )


def whitened(workspace: Workspace, pair: Pair, job: Job) -> pictures.Whitened:
    """Return whitened singular values. Raises UserError without calibration samples, and for layers that are not a
    matrix applied to rows."""
    layer = pair.layer
    if reason := factors.refusal(layer) or factors.rows_refusal(layer):
        raise UserError("{path}: {reason}", "", path=layer.path, reason=reason)
    root = workspace.cache.get(
        ("whitening", layer.path, layer.fingerprint, workspace.calibration_words),
        lambda: _root(workspace, layer.path, job),
    )

    def spectrum(weight: np.ndarray) -> Spectrum:
        values = factors.singular_values(factors.unfold(weight, layer).astype(np.float64) @ root)
        rows, columns = layer.matrix
        found = stats.spectrum_of(
            values,
            (rows, columns),
            Message("outputs × whitened inputs = {rows} × {columns}", rows=rows, columns=columns),
            len(values),
        )
        return replace(found, noise=stats.noise(found, (rows, columns)))

    same = pair.after is not None and pair.kept.all() and not np.isnan(pair.after).any()
    job.check()
    before = workspace.cache.get(
        ("whitened", layer.path, layer.fingerprint, workspace.calibration_words), lambda: spectrum(pair.before)
    )
    return pictures.Whitened(before, spectrum(pair.after) if same and pair.after is not None else None)


def _root(workspace: Workspace, path: str, job: Job) -> np.ndarray:
    context = LayerContext(workspace.model, path, workspace.calibration, 0, workspace.cache)
    return whitening(context.gram(job)[0])


def _ranges(first: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(first[:-1].tolist(), first[1:].tolist(), strict=True))


def _quantiles(rows: np.ndarray, first: np.ndarray, job: Job) -> np.ndarray:
    """Return quantiles [7, bars]; NaN where no weights are left."""
    if len(first) == len(rows) + 1 and not np.isnan(rows).any():
        return np.quantile(rows, pictures.QUANTILES, axis=1)
    found = np.full((len(pictures.QUANTILES), len(first) - 1), np.nan)
    for bar, (start, stop) in enumerate(_ranges(first)):
        job.check()
        values = rows[start:stop]
        values = values[~np.isnan(values)]
        if len(values):
            found[:, bar] = np.quantile(values, pictures.QUANTILES)
    return found


def _ends(pair: Pair, first: np.ndarray) -> np.ndarray | None:
    """Return the lowest and highest quantisation level in each bar, [2, bars]; NaN where no weights are left."""
    found = pair.edit.encoding.ends(pair.layer.out_axis) if pair.edit is not None and pair.after is not None else None
    if found is None:
        return None
    whole = np.full((2, len(pair.kept)), np.nan)
    whole[:, pair.kept] = found
    parts = [whole[:, start:stop][:, pair.kept[start:stop]] for start, stop in _ranges(first)]
    return np.array([(part[0].min(), part[1].max()) if part.size else (np.nan, np.nan) for part in parts]).T


PICTURES: dict[type, Callable[[Pair, Any, Job], Any]] = {
    w.WantChannels: channels,
    w.WantChannel: channel,
    w.WantTile: images.tile,
    w.WantKernels: images.kernels,
}
