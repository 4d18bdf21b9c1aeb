"""Transfer of scale between layers: the channels that a recipe names, and the resulting layers
(graph/channels/scaling)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.core.base.arguments import weak_cache
from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message, short_list
from workbench.core.recipe.action import Action
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.compile.equivalence import Changed, prove_same
from workbench.graph.channels.scaling import Held, Scaling, rescaled, scaling_of
from workbench.graph.model.model import Model
from workbench.methods.base.method import RescalingMethod, find

NONE = Message("the ranges are equal already")
GROWTH = 2.0  # of the largest value that is added to channels: one bit of the activations behind them


@weak_cache
def scaling(model: Model) -> Scaling:
    """Return the rescalable channels of a model; computed once per model."""
    return scaling_of(model)


def refusal(model: Model, path: str) -> str | None:
    """Return why the output channels of a layer cannot be rescaled, or None."""
    return scaling(model).refusal(path)


def rescale(
    model: Model, asked: Mapping[str, Action], data: Dataset | None, seed: int, cache: Cache, job: Job
) -> Changed:
    """Return the model after these steps, one by one where they differ. Raises UserError if its outputs change."""
    links, made = scaling(model), model
    factors = np.ones(links.count)
    paths = [layer.path for layer in model.layers if layer.path in asked and links.refusal(layer.path) is None]
    for action in dict.fromkeys(asked[path] for path in paths):
        method, params = _method(action)
        chosen = tuple(links.free(path) for path in paths if asked[path] == action)
        weights = {name: _values(made, name) for name, held in links.held.items() if held.weight}
        found = _tempered(method.factors(links, weights, chosen, params, job), links, made)
        made, factors = rescaled(made, links, found), factors * found
    if made is not model:
        prove_same(model, made, data, job)
    return Changed(made, {**dict.fromkeys(asked, NONE), **_notes(model, links, factors)})


def _tempered(factors: np.ndarray, links: Scaling, model: Model) -> np.ndarray:
    """Return factors [count] for which no bias far exceeds all others of its tensor: a channel with tiny weights is
    nearly a constant, its bias, and would become the only outlier of the activations (Nagel et al. 2019, section
    4.1.3)."""
    limits = np.full(links.count, np.inf)
    for name, held in links.held.items():
        if not held.weight and held.made is not None:
            size = np.abs(_values(model, name).astype(np.float64))
            room = np.divide(GROWTH * size.max(initial=0.0), size, out=np.full(size.shape, np.inf), where=size > 0)
            np.minimum.at(limits, np.broadcast_to(held.made, size.shape), room)
    return np.minimum(factors, limits)


def _method(action: Action) -> tuple[RescalingMethod, Any]:
    chosen, params = find(action)
    assert isinstance(chosen, RescalingMethod)
    return chosen, params


def _values(model: Model, name: str) -> np.ndarray:
    tensor = model.ir.graph.initializers[name].const_value
    assert tensor is not None
    return tensor.numpy()


def _notes(model: Model, links: Scaling, factors: np.ndarray) -> dict[str, Message]:
    """Return for every rescaled layer the range of its channel factors, and the layers that it compensates."""
    makers = {path: links.layers[path] for path in links.layers}
    notes: dict[str, Message] = {}
    for layer in model.layers:
        held = links.held.get(model.sites[layer.path].initializer, Held()) if layer.path in model.sites else Held()
        parts = []
        if held.made is not None and _moved(held.made, factors):
            own = factors[held.made]
            parts.append(
                Message("channels multiplied by {lowest:.2g} to {highest:.2g}", lowest=own.min(), highest=own.max())
            )
        if held.read is not None and _moved(held.read, factors):
            sources = [path for path, units in makers.items() if np.isin(units, np.unique(held.read)).any()]
            parts.append(Message("inputs compensate {sources}", sources=short_list(sources)))
        if parts:
            notes[layer.path] = Joined(parts, CLAUSE)
    return notes


def _moved(units: np.ndarray, factors: np.ndarray) -> bool:
    return bool((factors[units] != 1).any())
