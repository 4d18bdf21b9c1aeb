"""Check of a recipe against its target device: the steps that it does not support, by rule."""

from collections.abc import Collection, Iterable
from functools import cache

from workbench.core.analysis.not_taken import Finding
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.recipe import Recipe
from workbench.core.targets.check import check, fitted, of_layer
from workbench.core.targets.reading import all_targets
from workbench.core.targets.target import Target
from workbench.methods.base.method import all_methods

Stack = tuple[Action, ...]
Judged = tuple[str, tuple[Finding, ...], tuple[Message, ...]]


@cache
def infos() -> dict[str, MethodInfo]:
    """Return every method as the check of targets needs it, by id."""
    return {name: method.info() for name, method in all_methods().items()}


def findings(layers: Iterable[Layer], recipe: Recipe, applied: Collection[str]) -> Judged:
    """Return the title of the recipe's target, the steps that it does not support among the layers to which steps are
    `applied`, and a note if the target is not installed; empty if the recipe names none."""
    if not recipe.target:
        return "", (), ()
    target = all_targets().get(recipe.target)
    if target is None:
        note = Message("The target {name} is not installed, so nothing was checked against it.", name=recipe.target)
        return recipe.target, (), (note,)
    chosen = [layer for layer in layers if layer.path in applied]
    return target.title, check(chosen, recipe, infos(), target), ()


def takes(target: Target | None, layer: Layer, stack: Stack) -> bool:
    """Return whether a layer with these steps runs on the target, possibly in floating point."""
    return target is None or all(finding.runs for finding in of_layer(layer, stack, infos(), target))


def rounded(target: Target | None, layer: Layer, stack: Stack) -> Stack:
    """Return the steps with channels removed in the target's multiples."""
    if target is None:
        return stack
    coupled = (action.method in infos() and infos()[action.method].coupled for action in stack)
    return tuple(
        (fitted(layer, action, infos()[action.method], target) or action) if alike else action
        for action, alike in zip(stack, coupled, strict=True)
    )


def suits(target: Target | None, layer: Layer, stack: Stack) -> bool:
    """Return whether the target supports these steps unchanged: with channels in its multiples."""
    return takes(target, layer, stack) and rounded(target, layer, stack) == stack
