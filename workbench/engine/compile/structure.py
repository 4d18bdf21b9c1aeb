"""The first stage of a recipe: steps that change several layers at once and yield a new model.

First blocks are replaced by students (blocks), then channels are removed (removal), then scale is moved between the
remaining ones (rescale); all other steps run on the result. Each stage verifies in ONNX Runtime that the new model
runs, and that its outputs are correct where nothing may be lost (engine/compile/equivalence).
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined
from workbench.core.layer_data.channel_groups import Couplings
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.compile import blocks, removal, rescale
from workbench.engine.compile.equivalence import Changed
from workbench.engine.compile.left_out import Left
from workbench.graph.channels.rules import channels_of
from workbench.graph.model.model import Model
from workbench.methods.base.method import RemovalMethod, ReplacingMethod, RescalingMethod, StructuralMethod, find

Stacks = Mapping[str, tuple[Action, ...]]
Change = Callable[[Model, Mapping[str, Action], Dataset | None, int, Cache, Job], Changed]
STAGES: tuple[tuple[type, Change], ...] = (
    (ReplacingMethod, blocks.replace),
    (RemovalMethod, removal.remove),
    (RescalingMethod, rescale.rescale),
)


@dataclass(frozen=True, eq=False)
class Structure:
    """The model after the structural steps of a recipe; the original if there are none.

    key       changes of the original, for caches; () if none
    notes     for each changed layer, its change: "64 -> 45 channels, with blocks.3.conv"
    remarks   remarks on the whole
    kept      for each layer that lost channels, the remaining indices along each axis of its weight
    stages    kinds of its steps
    """

    model: Model
    key: tuple[Hashable, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    kept: Mapping[str, tuple[np.ndarray, ...]] = field(default_factory=dict)
    stages: tuple[type, ...] = ()

    @property
    def only_smaller(self) -> bool:
        """Whether the removal of channels is the only change."""
        return self.stages == (RemovalMethod,)

    @property
    def nbytes(self) -> int:
        """Bytes in memory that the original does not share: after removal of channels alone, other layers are
        shared."""
        return sum(layer.bytes for layer in self.model.layers if not self.only_smaller or layer.path in self.kept)

    def then(self, key: tuple[Hashable, ...], kind: type, made: Changed) -> "Structure":
        """Return the structure after one more stage, of this kind."""
        notes = {
            path: Joined((self.notes.get(path, ""), made.notes.get(path, "")), CLAUSE)
            for path in (*self.notes, *made.notes)
        }
        return Structure(
            made.model, key, notes, self.remarks + made.remarks, {**self.kept, **made.kept}, (*self.stages, kind)
        )


def build(model: Model, chosen: Stacks, data: Dataset | None, seed: int, cache: Cache, job: Job) -> Structure:
    """Return the model after the structural steps of the stacks. Raises UserError if they cannot be done or
    verified."""
    structure = Structure(model)
    for kind, change in STAGES:
        asked, key = _stage(structure, chosen, kind, data, seed)
        if asked:
            structure = cache.get(key, partial(_after, structure, key, kind, change, asked, data, seed, cache, job))
    return structure


def known(model: Model, chosen: Stacks, data: Dataset | None, seed: int, cache: Cache) -> Structure | None:
    """Return the same if it was built before; else None."""
    structure: Structure | None = Structure(model)
    for kind, _ in STAGES:
        assert structure is not None
        asked, key = _stage(structure, chosen, kind, data, seed)
        if asked and (structure := cache.peek(key)) is None:
            return None
    return structure


def _stage(
    before: Structure, chosen: Stacks, kind: type, data: Dataset | None, seed: int
) -> tuple[dict[str, Action], tuple[Hashable, ...]]:
    """Return the remaining steps of this kind, and the key of their result."""
    asked = {path: action for path, action in asked_for(chosen, kind).items() if path in before.model.sites}
    steps = tuple(sorted((path, str(action)) for path, action in asked.items()))
    return asked, (*before.key, kind.__name__, steps, seed, data.fingerprint if data else "")


def _after(
    before: Structure,
    key: tuple[Hashable, ...],
    kind: type,
    change: Change,
    asked: Mapping[str, Action],
    data: Dataset | None,
    seed: int,
    cache: Cache,
    job: Job,
) -> Structure:
    return before.then(key, kind, change(before.model, asked, data, seed, cache.under(before.key), job))


def asked_for(chosen: Stacks, kind: type) -> dict[str, Action]:
    """Return steps of one kind, by the path of their layer."""
    return {path: action for path, actions in chosen.items() for action in actions if isinstance(find(action)[0], kind)}


def structural(action: Action) -> bool:
    return find(action)[0].structural


def refusal(model: Model, path: str, action: Action) -> str | None:
    """Return why a layer cannot have a structural step at this position of the model, or None; also for steps of one
    layer."""
    method = find(action)[0]
    if isinstance(method, ReplacingMethod):
        return blocks.refusal(model, path, action)
    if isinstance(method, RemovalMethod):
        return removal.refusal(model, path, action)
    return rescale.refusal(model, path) if isinstance(method, RescalingMethod) else None


def possible(model: Model, layer: Layer, actions: tuple[Action, ...]) -> tuple[tuple[Action, ...], tuple[Left, ...]]:
    """Return a stack without the structural steps that the layer cannot have, and the reason for each of them."""
    kept, notes = [], []
    for action in actions:
        method = find(action)[0]
        reason = None if layer.locked else refusal(model, layer.path, action)
        if reason and isinstance(method, StructuralMethod):
            notes.append(Left(layer.path, method.keeps, reason))
        else:
            kept.append(action)
    return tuple(kept), tuple(notes)


def couplings(model: Model) -> Couplings:
    """Return the coupled layers of a model, and why the channels of other layers cannot be pruned."""
    channels = channels_of(model)
    kept = {
        layer.path: reason for layer in model.layers if not layer.locked and (reason := channels.refusal(layer.path))
    }
    groups = dict.fromkeys(group for path, group in channels.groups.items() if len(group) > 1 and path not in kept)
    return Couplings(tuple(groups), kept)


def outline(model: Model, chosen: Stacks) -> Model:
    """Return a model with the graph after the structural steps: students are not fitted yet."""
    asked = asked_for(chosen, ReplacingMethod)
    return blocks.outline(model, asked) if asked else model


def predicted(model: Model, chosen: Stacks) -> dict[str, Layer]:
    """Return the smaller layers in their future shapes, from sizes alone."""
    asked = {path: action for path, action in asked_for(chosen, RemovalMethod).items() if path in model.sites}
    return removal.predicted(model, asked) if asked else {}
