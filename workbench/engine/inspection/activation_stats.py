"""Activation statistics of one layer, collected batch by batch: memory grows with the channels, not with the samples.

Means and squares are merged batch by batch (Chan, Golub, LeVeque 1983, Algorithms for computing the sample variance).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.activation_stats import QUANTILES, Activation, Levels8, Passing
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import Histogram
from workbench.core.recipe.recipe import Recipe
from workbench.engine.calibration.layer_context import BATCH, SAMPLES
from workbench.engine.calibration.taps import runs
from workbench.engine.compile.compiler import Compiled
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.graph.model.model import Model
from workbench.graph.subgraph import cut
from workbench.methods.base.observer import COUNTED, Observed, Observer, RangeRule

BINS = 512  # of each channel, over -reach..reach
DRAWN = 256  # of the whole, between its ends
NOTHING = Recipe()


def passing(workspace: Workspace, path: str, job: Job, recipe: Recipe = NOTHING) -> Passing:
    """Return activation statistics of a layer of the original model, or of a recipe's model, after training if it was
    trained; `job.update` receives them after 1, 2, 4, … batches.

    Raises UserError without samples, and for a layer that cannot be edited.
    """
    data = workspace.calibration
    if data is None or data.samples == 0:
        raise UserError("There are no calibration samples.", "Open a data set.")
    layer = workspace.layer(path)
    if not recipe.rows and not recipe.recover:
        taps = tuple(cut.value_name(workspace.model, path, behind) for behind in (False, True))
        unedited = ("passing", path, layer.fingerprint, data.fingerprint)
        return workspace.cache.get(unedited, lambda: _measured(workspace, workspace.model, layer, taps, job))
    original = passing(workspace, path, job.part(0.0, 0.3).silent())
    compiled, trained = workspace.shown(recipe, job.part(0.3, 0.6))
    if path not in compiled.model.sites:
        raise UserError("{path} is not in the compressed model: it was replaced.", "Choose another layer.", path=path)
    key = ("passing", path, layer.fingerprint, data.fingerprint, recipe.in_effect, trained)
    return workspace.cache.get(key, lambda: _edited(workspace, compiled, layer, original, job.part(0.6, 1.0)))


def _edited(workspace: Workspace, compiled: Compiled, layer: Layer, original: Passing, job: Job) -> Passing:
    """Return the same layer's statistics in the compressed model, with channels at their original positions and in the
    bins of the original."""
    model = effective(compiled.model, compiled.edits)
    there = {value.name for node in model.ir.graph for value in node.outputs}
    there.update(value.name for value in model.ir.graph.inputs)
    taps = tuple(cut.value_name(compiled.model, layer.path, behind) for behind in (False, True))
    names = tuple(name if name in there else "" for name in taps)
    return _measured(workspace, model, layer, names, job, _Places(layer, compiled.structure.kept, original))


@dataclass(frozen=True)
class _Places:
    """Positions of a layer's channels in the original, and the bins in which it is drawn."""

    layer: Layer
    kept: Mapping[str, tuple[np.ndarray, ...]]
    original: Passing

    def of(self, activation: Activation | None, observed: Observed | None, received: bool) -> Activation | None:
        """Return the activation at the original channels, NaN for removed ones; unchanged if it is unknown which are
        left."""
        before = self.original.received if received else self.original.delivered
        if activation is None or before is None or observed is None:
            return activation
        activation = replace(activation, histogram=_drawn(observed, before.histogram.edges))
        left = self.kept.get(self.layer.path, ())
        axis = self.layer.out_axis if not received else 1 - self.layer.out_axis
        if activation.channels == before.channels or len(left) <= axis or len(left[axis]) != activation.channels:
            return activation
        return activation.at(left[axis], before.channels)


def _measured(
    workspace: Workspace, model: Model, layer: Layer, names: tuple[str, ...], job: Job, places: _Places | None = None
) -> Passing:
    data = workspace.calibration
    assert data is not None
    samples, seen = min(data.samples, SAMPLES), 0
    both: dict[str, _Both] = {}
    batches = runs(model, [name for name in dict.fromkeys(names) if name], data, SAMPLES, BATCH, job)
    for number, arrays in enumerate(batches, 1):
        for name, x in arrays.items():
            if x.dtype.kind == "f" and x.ndim > 1:
                both.setdefault(name, _Both(name, channel_axis(layer, name == names[0]))).add(x)
        seen = min(seen + len(next(iter(arrays.values()))), samples)
        if seen < samples and number & (number - 1) == 0:
            job.update(_view(layer.path, names, both, seen, samples, places))
    return _view(layer.path, names, both, samples, samples, places)


def channel_axis(layer: Layer, received: bool) -> int:
    """Return the channel axis of a layer's input or output."""
    if layer.op.startswith("Conv"):
        return 1
    return layer.input_axis if received or layer.input_axis == -2 else -1


class _Both:
    """Statistics of one activation: each channel separately, and all of them together."""

    def __init__(self, name: str, axis: int) -> None:
        self.name, self.axis = name, axis
        self.whole = Observer(axis)
        self.each: Channels | None = None

    def add(self, x: np.ndarray) -> None:
        self.whole.add(x)
        rows = np.moveaxis(x, self.axis, 0).reshape(x.shape[self.axis], -1)
        self.each = self.each or Channels(len(rows))
        self.each.add(rows)

    @property
    def activation(self) -> Activation:
        each, observed = self.each, self.whole.observed
        assert each is not None
        return Activation(
            self.name,
            each.count * len(each.mean),
            each.low,
            each.high,
            each.mean,
            np.sqrt(each.squares / each.count),
            each.zeros / each.count,
            each.quantiles(QUANTILES),
            _drawn(observed),
            {rule: _levels(observed, rule) for rule in get_args(RangeRule)},
        )


class Channels:
    """Statistics of every channel of an activation, collected batch by batch; the histograms double their range when
    needed."""

    def __init__(self, channels: int) -> None:
        self.count = 0
        self.mean, self.squares, self.zeros, self.reach = (np.zeros(channels) for _ in range(4))
        self.low, self.high = np.full(channels, np.inf), np.full(channels, -np.inf)
        self.counts = np.zeros((channels, BINS))

    def add(self, rows: np.ndarray) -> None:
        """Add values [channels, n]. For many of them histograms count a regular subsample, all other figures all of
        them."""
        n = rows.shape[1]
        if n == 0:
            return
        mean = rows.mean(axis=1, dtype=np.float64)
        squares = np.square(rows - mean[:, None], dtype=np.float64).sum(axis=1)
        apart, total = mean - self.mean, self.count + n
        self.squares += squares + np.square(apart) * (self.count * n / total)
        self.mean += apart * (n / total)
        self.count = total
        self.zeros += (rows == 0).sum(axis=1)
        self.low, self.high = np.minimum(self.low, rows.min(axis=1)), np.maximum(self.high, rows.max(axis=1))
        self._widen(np.maximum(np.abs(self.low), np.abs(self.high)))
        self._sort(rows[:, :: max(1, -(-rows.size // COUNTED))])

    def _widen(self, needed: np.ndarray) -> None:
        self.reach = np.where(self.reach > 0, self.reach, needed)
        while (short := self.reach < needed).any():
            pairs = self.counts[short].reshape(-1, BINS // 2, 2).sum(axis=2)
            self.counts[short] = np.pad(pairs, ((0, 0), (BINS // 4, BINS // 4)))
            self.reach[short] *= 2

    def _sort(self, rows: np.ndarray) -> None:
        reach = np.where(self.reach > 0, self.reach, 1.0)[:, None]
        place = np.clip(((rows / reach + 1) * (BINS / 2)).astype(np.int64), 0, BINS - 1)
        place += BINS * np.arange(len(rows))[:, None]
        self.counts += np.bincount(place.ravel(), minlength=self.counts.size).reshape(self.counts.shape)

    def quantiles(self, shares: tuple[float, ...]) -> np.ndarray:
        """Return quantiles [shares, channels], to within a bin."""
        below = np.cumsum(self.counts, axis=1)
        found = np.empty((len(shares), len(below)))
        width = 2 * self.reach / BINS
        for row, share in enumerate(shares):
            wanted = share * below[:, -1]
            at = (below < wanted[:, None]).sum(axis=1).clip(0, BINS - 1)
            inside = self.counts[np.arange(len(below)), at]
            rest = (wanted - (below[np.arange(len(below)), at] - inside)) / np.maximum(inside, 1)
            found[row] = (at + rest.clip(0, 1)) * width - self.reach
        return np.clip(found, self.low, self.high)


def _levels(observed: Observed, rule: RangeRule) -> Levels8:
    levels = observed.levels(rule)
    low, high = levels.ends
    total = max(observed.counts.sum(), 1.0)
    half = levels.scale / 2  # what rounds to an outermost level is not clipped
    below, above = (
        float(observed.counts[side].sum() / total)
        for side in (observed.centres < low - half, observed.centres > high + half)
    )
    return Levels8(low, high, levels.scale, below, above)


def _drawn(observed: Observed, like: np.ndarray | None = None) -> Histogram:
    """Return fewer bins between the smallest and the largest value; or bins as wide as those of `like`, extended if
    values lie outside."""
    low, high = observed.low, observed.high
    if high <= low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, DRAWN + 1) if like is None else _around(like, low, high)
    counts, _ = np.histogram(np.clip(observed.centres, edges[0], edges[-1]), edges, weights=observed.counts)
    return Histogram(edges, counts)


def _around(edges: np.ndarray, low: float, high: float) -> np.ndarray:
    """Extend the edges by bins of the same width on both sides, up to double their number."""
    wide, most = float(edges[1] - edges[0]), len(edges)
    below = min(max(int(np.ceil((edges[0] - low) / wide)), 0), most)
    above = min(max(int(np.ceil((high - edges[-1]) / wide)), 0), most)
    return edges[0] + wide * np.arange(-below, most + above)


def _view(
    path: str, names: tuple[str, ...], both: dict[str, _Both], seen: int, samples: int, places: _Places | None
) -> Passing:
    made: list[Activation | None] = []
    for name in names:
        known = both.get(name)
        activation = known.activation if known is not None else None
        if places is not None and known is not None:
            activation = places.of(activation, known.whole.observed, not made)
        made.append(activation)
    return Passing(path, made[0], made[1], seen, samples)
