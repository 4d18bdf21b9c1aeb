"""Checks of steps against the target device, by its rules, from parameters and operators alone."""

from collections.abc import Iterable, Mapping

from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.targets.check import fitted, of_layer, refusal
from workbench.core.targets.target import Target
from workbench.ui.text.i18n import said

Methods = Mapping[str, MethodInfo]


def forbidden(target: Target | None, layers: Iterable[Layer], methods: Methods) -> dict[str, str]:
    """Return method id -> why the target supports no parameters of it on one of these layers. Steps after which the
    layer runs in floating point are not forbidden."""
    if target is None or target.fallback == "float":
        return {}
    reasons: dict[str, str] = {}
    for layer in _kinds(layers):
        for name, method in methods.items():
            if name not in reasons and fitted(layer, Action(name), method, target) is None:
                reasons[name] = said(refusal(layer, Action(name), method, target) or "")
    return reasons


def fitting(target: Target | None, layers: Iterable[Layer], action: Action, method: MethodInfo) -> Action:
    """Return a new step with parameters that the target supports for the first layer; unchanged if there are none."""
    layer = next(iter(_kinds(layers)), None)
    if target is None or layer is None:
        return action
    return fitted(layer, action, method, target) or action


def not_taken(
    target: Target | None, layers: Iterable[Layer], stack: tuple[Action, ...], methods: Methods
) -> dict[int, str]:
    """Return index of a step -> why the target does not support it, on the first such layer."""
    reasons: dict[int, str] = {}
    if target is None:
        return reasons
    for layer in _kinds(layers):
        for finding in of_layer(layer, stack, methods, target):
            reasons.setdefault(finding.place, said(finding.reason))
    return reasons


def _kinds(layers: Iterable[Layer]) -> list[Layer]:
    """Return one layer per operator, as rules depend on nothing else."""
    return list({layer.op: layer for layer in layers if not layer.locked}.values())
