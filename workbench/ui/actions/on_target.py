"""Steps against the recipe's target device: by its rules, from parameters and operators alone."""

from collections.abc import Iterable, Mapping

from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.targets.check import fitted, of_layer, refusal
from workbench.core.targets.target import Target
from workbench.ui.text.i18n import said

Methods = Mapping[str, MethodInfo]


def forbidden(target: Target | None, layers: Iterable[Layer], methods: Methods) -> dict[str, str]:
    """Method id -> why no parameters of it are taken on one of these layers; what is computed in floating point there
    is not forbidden."""
    if target is None or target.fallback == "float":
        return {}
    reasons: dict[str, str] = {}
    for layer in _kinds(layers):
        for name, method in methods.items():
            if name not in reasons and fitted(layer, Action(name), method, target) is None:
                reasons[name] = said(refusal(layer, Action(name), method, target) or "")
    return reasons


def fitting(target: Target | None, layers: Iterable[Layer], action: Action, method: MethodInfo) -> Action:
    """A new step with the parameters that the target wants, of the first layer; as it is where none helps."""
    layer = next(iter(_kinds(layers)), None)
    if target is None or layer is None:
        return action
    return fitted(layer, action, method, target) or action


def not_taken(
    target: Target | None, layers: Iterable[Layer], stack: tuple[Action, ...], methods: Methods
) -> dict[int, str]:
    """Place of a step -> why the target does not support it, on the first of the layers where it does not."""
    reasons: dict[int, str] = {}
    if target is None:
        return reasons
    for layer in _kinds(layers):
        for finding in of_layer(layer, stack, methods, target):
            reasons.setdefault(finding.place, said(finding.reason))
    return reasons


def _kinds(layers: Iterable[Layer]) -> list[Layer]:
    """One layer of each operator: rules know no more."""
    return list({layer.op: layer for layer in layers if not layer.locked}.values())
