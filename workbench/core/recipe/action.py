"""A step for a layer: a method with its parameters; and a method's description of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from workbench.core.recipe.effect import Effect, Ranking
from workbench.core.recipe.encodes import Encodes
from workbench.core.recipe.params import Field

Family = Literal["prune", "lowrank", "distill", "quantize"]
# Later steps keep what earlier ones made: pruning after quantisation would need another grid, factors of
# quantised weights would lose the grid (TensorFlow Model Optimization, collaborative optimisation guide).
ORDER: tuple[Family, ...] = ("prune", "lowrank", "distill", "quantize")


@dataclass(frozen=True)
class Action:
    """A step: a method's id, `family.method`, with its parameters as plain values (only those that were given).

    off   switched off: it stays in the recipe without any effect
    """

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    off: bool = False

    @property
    def family(self) -> str:
        return self.method.partition(".")[0]

    def with_param(self, name: str, value: Any, excludes: tuple[str, ...] = ()) -> "Action":
        """Return the step with one parameter changed, and those that it excludes dropped."""
        kept = {k: v for k, v in self.params.items() if k not in excludes}
        return replace(self, params={**kept, name: value})

    def switched(self, off: bool) -> "Action":
        return replace(self, off=off)

    def step(self) -> dict[str, dict[str, Any]]:
        """Return the step as an entry of a list in a recipe or a report: {method: params}. Two steps may have the same
        method."""
        return {self.method: dict(self.params)}

    def __hash__(self) -> int:
        return hash((self.method, tuple(sorted(self.params.items())), self.off))

    def __str__(self) -> str:
        inner = ", ".join(
            f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in self.params.items()
        )
        return f"{self.method}({inner})" if inner else self.method


@dataclass(frozen=True)
class MethodInfo:
    """A compression method as the window, the recipe and the command line see it."""

    id: str
    family: Family
    title: str
    summary: str  # one or two sentences: what it does to a layer
    formula: str  # in plain Unicode
    citation: str
    fields: tuple[Field, ...]
    needs_data: bool = False
    coupled: bool = False  # layers that lose channels together are changed together (see Couplings)
    replaces: bool = False  # the whole module that the layer is in, or that the parameter `span` names
    outlook: bool = False  # what it will do to a layer takes further figures (see wanted.WantOutlook)
    effects: tuple[Effect, ...] = ()  # what it says a step will do
    ranking: Ranking | None = None
    encodes: Encodes | None = None  # the numbers that it puts weights and activations on; None: they stay as they are

    def parameters(self, action: Action) -> dict[str, Any]:
        """Return the parameters of a step, with defaults for those not given."""
        return {field.name: field.default for field in self.fields} | dict(action.params)


def moved(actions: tuple[Action, ...], index: int, to: int) -> tuple[Action, ...] | None:
    """Return the stack with the step at `index` moved to the place `to`; None if the steps would not be applied in that
    order, or there is no such place."""
    if not (0 <= index < len(actions) and 0 <= to < len(actions)):
        return None
    changed = [*actions[:index], *actions[index + 1 :]]
    changed.insert(to, actions[index])
    return tuple(changed) if in_order(tuple(changed)) == tuple(changed) else None


def in_order(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the steps in the order in which they are applied: prune, factor, distil, quantise (stable within a
    family).

    Pruning that is listed after a factorisation or a distillation prunes its result.
    """
    rank: dict[str, int] = {family: index for index, family in enumerate(ORDER)}
    places, made = [], 0
    for action in actions:
        place = rank.get(action.family, len(rank))
        if action.family in ("lowrank", "distill"):
            made = max(made, place)
        places.append(made if action.family == "prune" else place)
    return tuple(actions[index] for index in sorted(range(len(actions)), key=places.__getitem__))
