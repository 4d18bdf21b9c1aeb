"""Inputs and outputs of layers over the calibration samples, observed for several layers in one run."""

from collections.abc import Hashable, Iterator

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.calibration.walk import Walk, from_start
from workbench.graph.model.model import Model
from workbench.graph.rewrite import qdq
from workbench.methods.base.observer import Observed, Observer

TOGETHER = 16  # minimum number of values observed in one run, a small batch of each in memory at a time
ROOM = 1 << 24  # numbers in memory at a time, up to which more are observed in one run
SHARE = 8  # divisor of a batch of free size: memory as for one or two layers
FINITE = float(np.finfo(np.float32).max)


def channel_axis(layer: Layer) -> int:
    """Return the channel axis of an activation."""
    return 1 if layer.op == "Conv" else -1


def observed(
    model: Model, name: str, data: Dataset, samples: int, batch: int, cache: Cache, job: Job, counting: bool = True
) -> Observed:
    """Return statistics of the value called `name` over this many samples; its neighbours are observed in the same run.
    `counting`: include counts of all bins; else possibly only the extremes."""
    key = ("neighbours", data.fingerprint)
    groups = cache.get(key, lambda: _groups(model, data.at_once(-(-batch // SHARE))))
    place, chosen = next((place, group) for place, group in enumerate(groups) if name in group)
    whole, extremes = (("observed", data.fingerprint, place, full) for full in (True, False))
    if not counting and (known := cache.peek(whole)) is not None:
        return known[name]
    wanted = whole if counting else extremes
    return cache.get(wanted, lambda: _observe(model, chosen, data, samples, batch, cache, job, counting))[name]


def _groups(model: Model, batch: int) -> list[dict[str, int]]:
    """Return groups of the values around layers that run in integers, with their channel axes: as many per group as fit
    into memory with `batch` samples each, and at least `TOGETHER`."""
    groups: list[dict[str, int]] = [{}]
    known: set[str] = set()
    held = 0
    for layer in model.layers:
        if layer.locked or layer.op not in ("Conv", "Gemm", "MatMul"):
            continue
        for place in (qdq.received, qdq.delivered):
            name = str(place(model.nodes, model.sites[layer.path]).name)
            if name in known:
                continue
            known.add(name)
            # An output has as many values as there are MACs to a weight and output; an input is taken as large.
            rows = layer.macs // layer.count if layer.macs else ROOM
            held += batch * rows * max(layer.shape[:2])
            if len(groups[-1]) >= TOGETHER and held > ROOM:
                groups.append({})
                held = batch * rows * max(layer.shape[:2])
            groups[-1][name] = channel_axis(layer)
    return groups


def _observe(
    model: Model,
    values: dict[str, int],
    data: Dataset,
    samples: int,
    batch: int,
    cache: Cache,
    job: Job,
    counting: bool,
) -> dict[str, Observed]:
    observers = {name: Observer(axis, counting) for name, axis in values.items()}
    for arrays in runs(model, list(values), data, samples, batch, job, cache):
        for name, x in arrays.items():
            refuse_what_is_not_finite(name, x)
            observers[name].add(x)
    return {name: observer.observed for name, observer in observers.items()}


def refuse_what_is_not_finite(name: str, values: np.ndarray) -> None:
    """Raise UserError if a calibration value is NaN, or so large that twice of it is infinite: nothing can be fitted to
    it."""
    reach = float(values.max(initial=0)), float(-values.min(initial=0))
    if not all(2 * edge < FINITE for edge in reach):
        raise UserError(
            "{name}: some values on the calibration samples are NaN or infinite.",
            "Check the data and the weights of the layers before it.",
            name=name,
        )


def runs(
    model: Model,
    names: list[str],
    data: Dataset,
    samples: int,
    batch: int,
    job: Job,
    cache: Cache | None = None,
    walk: Walk | None = None,
) -> Iterator[dict[str, np.ndarray]]:
    """Yield values of these names over this many samples, batch by batch. With a cache, or with a walk, the run
    continues where the last one of this model ended (see Walk)."""
    batch = data.at_once(-(-batch // SHARE))
    total = -(-min(data.samples, samples) // batch)
    batches = job.each(data.batches(batch, samples), Message("collecting activations"), total)
    if walk is None and cache is not None:
        walk = cache.get(_walk(data, samples, batch), lambda: Walk(model))
    if walk is None or walk.model is not model:
        yield from from_start(model, names, batches)
    else:
        yield from walk.values(names, batches)


def forget_walk(data: Dataset, samples: int, batch: int, cache: Cache) -> None:
    """Free what the last run kept for the next one."""
    walk = cache.peek(_walk(data, samples, data.at_once(-(-batch // SHARE))))
    if walk is not None:
        walk.forget()


def _walk(data: Dataset, samples: int, batch: int) -> Hashable:
    return "walk", data.fingerprint, samples, batch
