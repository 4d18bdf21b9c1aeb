"""Calibration in sequence: a layer's inputs come from the layers before it with their steps applied.

Its method then also compensates their error (Frantar et al. 2023, GPTQ, section 4: blocks are quantised one after the
other, each on the outputs of the quantised ones before it). Layers are processed in the order of the graph, and the run
over the samples continues from one to the next, as it does when all see the original's activations.
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
    """Return whether a step of a stack asks for it."""
    return any(getattr(find(action)[1], "sequential", False) for action in actions)


def before(chosen: Stacks, path: str) -> tuple[Hashable, ...]:
    """Return the steps that determine a layer's inputs: those of all layers before it, in the order of `chosen`, if its
    own steps ask for calibration in sequence; else none."""
    if not in_sequence(chosen.get(path, ())):
        return ()
    earlier = takewhile(lambda other: other != path, chosen)
    return tuple((other, chosen[other]) for other in earlier)


@dataclass(frozen=True, eq=False)
class Upstream:
    """The model with the edits of the layers before one, the walk over it, and the identity of the edits."""

    model: Model
    walk: Walk
    key: tuple[Hashable, ...]


class Sequence:
    """Upstreams of one layer after another, for one model."""

    def __init__(self, model: Model, chosen: Stacks) -> None:
        self._model, self._chosen = model, chosen
        self._walk = Walk(model)

    def at(self, path: str, edits: Mapping[str, Edit]) -> Upstream | None:
        """Return the upstream of a layer whose steps ask for it, else None. `edits` are those of all layers before it
        in the order of `chosen`; integer kernels among them are computed as floats."""
        if not in_sequence(self._chosen[path]):
            return None
        floats = {name: replace(edit, compute=None) if edit.compute else edit for name, edit in edits.items()}
        self._walk.model = with_edits(self._model, floats, PLAIN)
        return Upstream(self._walk.model, self._walk, before(self._chosen, path))

    def end(self) -> None:
        """Free what the run kept."""
        self._walk.forget()
