"""Calibration in sequence: what a layer receives comes from the layers before it as their steps have made them.

So its method makes up for their error as well (Frantar et al. 2023, GPTQ, section 4: blocks are quantised one after
the other, each on the outputs of the quantised ones before it). Layers are taken in the order of the graph, and the
run over the samples goes on from one to the next, as where all see the original's activations.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

from workbench.core.recipe.action import Action
from workbench.core.recipe.storing import PLAIN
from workbench.engine.calibration.walk import Walk
from workbench.graph.model.model import Model
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit
from workbench.methods.base.method import find

Stacks = Mapping[str, tuple[Action, ...]]


def in_sequence(actions: tuple[Action, ...]) -> bool:
    """Whether a step of a stack asks for it."""
    return any(getattr(find(action)[1], "sequential", False) for action in actions)


def before(chosen: Stacks, path: str) -> tuple[Hashable, ...]:
    """The steps that decide what a layer receives: of all layers before it, in the order of `chosen`, where its own ask
    for calibration in sequence; else none."""
    if not in_sequence(chosen.get(path, ())):
        return ()
    earlier = takewhile(lambda other: other != path, chosen)
    return tuple((other, chosen[other]) for other in earlier)


@dataclass(frozen=True, eq=False)
class Upstream:
    """The model with the edits of the layers before one, where a run over it stands, and the identity of the edits."""

    model: Model
    walk: Walk
    key: tuple[Hashable, ...]


class Sequence:
    """Upstreams of one layer after another, of one model."""

    def __init__(self, model: Model, chosen: Stacks) -> None:
        self._model, self._chosen = model, chosen
        self._walk = Walk(model)

    def at(self, path: str, edits: Mapping[str, Edit]) -> Upstream | None:
        """For a layer whose steps ask for it; `edits` are those of all layers before it in the order of `chosen`, of
        which integers and kernels are computed as floats."""
        if not in_sequence(self._chosen[path]):
            return None
        floats = {name: replace(edit, compute=None) if edit.compute else edit for name, edit in edits.items()}
        self._walk.model = with_edits(self._model, floats, PLAIN)
        return Upstream(self._walk.model, self._walk, before(self._chosen, path))

    def end(self) -> None:
        """Free what the run kept."""
        self._walk.forget()
