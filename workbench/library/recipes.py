"""Recipes written in Python, and the methods that they may name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.core.recipe import recipe as core
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.recovery import Stage


def list_methods() -> tuple[MethodInfo, ...]:
    """Every compression method with its parameters and where it comes from."""
    from workbench.methods.base.method import all_methods

    return tuple(method.info() for method in all_methods().values())


def step(method: str, *, off: bool = False, **params: Any) -> Action:
    """One step of a layer: `step("quantize.affine", bits=4)`. What it may say is checked where it is used; one that is
    `off` stays without effect."""
    return Action(method, params, off)


def stage(kind: str, **params: Any) -> Stage:
    """One training stage: `stage("distill", epochs=4)`. What it may say is checked where it is used."""
    return Stage(kind, params)


def Recipe(
    layers: Mapping[str, Iterable[Action | str]],
    *,
    seed: int = 0,
    recover: Sequence[Stage] = (),
    sparse: core.Sparse = "auto",
) -> core.Recipe:
    """A recipe from layer paths or globs, later ones winning: `Recipe({"*": [step("quantize.affine", bits=4)]})`.

    A step without parameters may be its name alone. `recover` lists training stages, in order. `sparse="off"` stores
    every zero.
    """
    rows = tuple(
        core.Row(pattern, tuple(Action(each) if isinstance(each, str) else each for each in steps))
        for pattern, steps in layers.items()
    )
    return core.Recipe(rows, seed, tuple(recover), sparse)
