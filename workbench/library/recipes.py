"""Recipes written in Python, and the methods and targets that they may name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.core.recipe import recipe as core
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.recovery import STAGES, Stage, StageInfo
from workbench.core.recipe.storing import DEFAULT, Codes, Integers, Names, Sides, Sparse, Storage, Storing
from workbench.core.targets.target import Target


def list_methods() -> tuple[MethodInfo, ...]:
    """List every compression method with its parameters and its origin."""
    from workbench.methods.base.method import all_methods

    return tuple(method.info() for method in all_methods().values())


def list_stages() -> tuple[StageInfo, ...]:
    """List every training stage of `recover` with its parameters and its origin."""
    return STAGES


def list_targets() -> tuple[Target, ...]:
    """List every target device with its rules and their sources."""
    from workbench.core.targets.reading import all_targets

    return tuple(all_targets().values())


def step(method: str, *, off: bool = False, **params: Any) -> Action:
    """Create a step for a layer: `step("quantize.affine", bits=4)`. It is validated on use; with `off` it has no
    effect."""
    return Action(method, params, off)


def stage(kind: str, **params: Any) -> Stage:
    """Create a training stage: `stage("distill", epochs=4)`. It is validated on use."""
    return Stage(kind, params)


def Recipe(
    layers: Mapping[str, Iterable[Action | str]],
    *,
    seed: int = 0,
    recover: Sequence[Stage] = (),
    sparse: Sparse = DEFAULT.sparse,
    codes: Codes = DEFAULT.codes,
    storage: Storage = DEFAULT.storage,
    batch: int = DEFAULT.batch,
    sides: Sides = DEFAULT.sides,
    names: Names = DEFAULT.names,
    integers: Integers = DEFAULT.integers,
    target: str = "",
) -> core.Recipe:
    """Create a recipe from layer paths or globs, of which the last match wins: `Recipe({"*": [step("quantize.affine",
    bits=4)]})`.

    A step without parameters may be given by its name alone. `recover` lists training stages, in order. `sparse`,
    `codes`, `storage`, `batch`, `sides`, `names` and `integers` determine how the file is written
    (core.recipe.storing). `target` is the id of the target device (`list_targets`).
    """
    rows = tuple(
        core.Row(pattern, tuple(Action(each) if isinstance(each, str) else each for each in steps))
        for pattern, steps in layers.items()
    )
    storing = Storing(sparse, codes, storage, batch, sides, names, integers)
    return core.Recipe(rows, seed, tuple(recover), storing, target=target)
