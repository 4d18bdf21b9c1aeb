"""Recipes written in Python."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.core.recipe import recipe as core
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import Stage


def step(method: str, **params: Any) -> Action:
    """One step of a layer: `step("quantize.affine", bits=4)`. What it may say is checked where it is used."""
    return Action(method, params)


def Recipe(
    layers: Mapping[str, Iterable[Action | str]],
    *,
    seed: int = 0,
    recover: Sequence[Stage] = (),
    sparse: core.Sparse = "auto",
) -> core.Recipe:
    """A recipe from layer paths or globs, later ones winning: `Recipe({"*": [step("quantize.affine", bits=4)]})`.

    A step without parameters may be its name alone. `recover` lists training stages, in order.
    """
    rows = tuple(
        core.Row(pattern, tuple(Action(each) if isinstance(each, str) else each for each in steps))
        for pattern, steps in layers.items()
    )
    return core.Recipe(rows, seed, tuple(recover), sparse)
