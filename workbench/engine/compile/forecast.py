"""Instant forecast of the stored size of a recipe: exact for layers whose edits are known, estimated for the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from workbench.core.analysis.report import LayerChange
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action, in_order
from workbench.core.recipe.storing import DEFAULT, Storing
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.base.changes import change_of, kept_bias, removal_of
from workbench.engine.calibration import upstream
from workbench.engine.compile import compiler, kernels, structure
from workbench.engine.compile.structure import Stacks, Structure
from workbench.graph.model import cost
from workbench.graph.model.model import Model
from workbench.graph.rewrite import rewrite, slim
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan, WeightFacts
from workbench.methods.base.method import find

Facts = Callable[[Layer], WeightFacts | None]


@dataclass(frozen=True, eq=False)
class Known:
    """Cached results of an earlier recipe with the same steps on these layers.

    structure  model after the structural steps; None if not built yet
    edits      edits of its layers
    facts      facts of the weights of an original layer
    """

    structure: Structure | None = None
    edits: Mapping[str, Edit] = field(default_factory=dict)
    facts: Facts = lambda layer: None


def known(model: Model, chosen: Stacks, data: Dataset | None, seed: int, cache: Cache, facts: Facts) -> Known:
    """Look these stacks up in the cache without computing anything."""
    found = structure.known(model, chosen, data, seed, cache)
    if found is None:
        return Known(facts=facts)
    stacks, under = compiler.editing(chosen), cache.under(found.key)
    sharing = compiler.shares(stacks)
    edits = {}
    here = {path: actions for path, actions in stacks.items() if path in found.model.sites}
    for path, actions in here.items():
        key = compiler.key_of_all(found.model.layer(path), actions, data, seed, sharing, upstream.before(here, path))
        edited = under.peek(key)
        if edited is not None:
            edits[path] = edited
    return Known(found, edits, facts)


def forecast(
    model: Model, chosen: Stacks, storing: Storing = DEFAULT, known: Known | None = None
) -> tuple[tuple[LayerChange, ...], int]:
    """Return a change for every layer that has steps, and the bytes of the file. Known results are exact; the rest is
    estimated from parameters, shapes and known facts of the weights."""
    known = known or Known()
    if known.structure is not None:
        after, smaller, notes = known.structure.model, dict[str, Layer](), known.structure.notes
    else:
        after, notes = structure.outline(model, chosen), {}
        smaller = structure.predicted(after, chosen)
    new = [path for path in after.sites if after.layer(path).fingerprint != model.layer(path).fingerprint]
    layers = {
        path: smaller.get(path, after.layer(path))
        for path in dict.fromkeys((*chosen, *smaller, *new))
        if path in after.sites
    }
    edits = kernels.stored(after, {path: edit for path, edit in known.edits.items() if path in layers}, storing)
    estimates = _Estimates(model, chosen, known.facts)
    plans = {path: estimates.plan(layer) for path, layer in layers.items() if path not in edits}
    plans = kernels.planned(after, plans, storing)
    size = rewrite.forecast(*_short(after, plans, storing, edits))
    changes = []
    for path, layer in layers.items():
        before, actions, sized = model.layer(path), chosen.get(path, ()), size.layers[path]
        if path in edits:
            note = notes.get(path, "")
            changes.append(change_of(after, path, actions, edits[path], *sized, before=before, note=note))
        else:
            exact = known.structure is not None and not compiler.editing({path: actions})
            changes.append(_predicted(before, layer, actions, plans[path], *sized, exact=exact))
    left = {layer.path for layer in after.layers}
    removed = (removal_of(each, chosen.get(each.path, ())) for each in model.layers if each.path not in left)
    return (*changes, *removed), size.file


def _short(
    model: Model, plans: Mapping[str, Plan], storing: Storing, edits: Mapping[str, Edit]
) -> tuple[Model, Mapping[str, Plan], Storing, Mapping[str, Edit]]:
    """Return the same inputs with small tensors in 16 or 8 bits, if the recipe stores them so."""
    if storing.sides == "float32" or not (plans or edits):
        return model, plans, storing, edits
    short = {path: slim.short_edit(edit, storing.sides) for path, edit in edits.items()}
    return slim.short_model(model, storing.sides), plans, storing, short


class _Estimates:
    """Plans of layers, from known facts of their weights and of those that share a step."""

    def __init__(self, model: Model, chosen: Stacks, facts: Facts) -> None:
        self._model, self._chosen, self._facts = model, chosen, facts
        self._sharing = compiler.shares(chosen)

    def plan(self, layer: Layer) -> Plan:
        original = self._model.layer(layer.path)
        plan = Plan.of(layer, self._facts(original) if layer.shape == original.shape else None)
        for action in in_order(self._chosen.get(layer.path, ())):
            method, params = find(action)
            peers = self._peers(action) if method.shared(params) else ()
            plan = method.forecast(layer, replace(plan, peers=peers), params)
        return plan

    def _peers(self, action: Action) -> tuple[WeightFacts, ...]:
        """Return the facts of all layers with the step; empty if one is unknown, as a threshold would then be that of
        the others alone."""
        found = [self._facts(self._model.layer(path)) for path in self._sharing[action]]
        return tuple(facts for facts in found if facts is not None) if None not in found else ()


def _predicted(
    before: Layer, layer: Layer, actions: tuple[Action, ...], plan: Plan, size: int, words: str, exact: bool
) -> LayerChange:
    macs = cost.chain_macs(layer, [tensor.shape for tensor in plan.tensors])
    size += 0 if plan.biased else kept_bias(layer)
    return LayerChange(
        before.path, actions, before.bytes, size, None, plan.parameters, macs, storage=words, exact=exact
    )
