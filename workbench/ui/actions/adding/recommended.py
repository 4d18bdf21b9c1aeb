"""Recommended steps for a layer, by rules on its operator, size, spectrum and target. Their effect on the file is
predicted by the engine, not here."""

from collections.abc import Iterable, Mapping, Sequence

from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import LayerView
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.targets.check import refusal
from workbench.core.targets.target import Target

MOST = 4
LARGE = 1 << 16  # weights from which 4 bits with a kernel pay
ENERGY = 0.9
MATRICES = ("MatMul", "Gemm")


def recommended(
    layers: Sequence[Layer],
    view: LayerView | None,
    stack: Iterable[Action],
    methods: Mapping[str, MethodInfo],
    unavailable: Mapping[str, str],
    target: Target | None,
) -> tuple[Action, ...]:
    """Return at most MOST steps for these layers that they do not have yet, by the kind of the first layer; those that
    the target requires come first."""
    first = next((layer for layer in layers if not layer.locked), None)
    if first is None:
        return ()
    there = {action.method for action in stack}
    fit = [
        action
        for action in _by_kind(first, view, target)
        if action.method in methods and action.method not in unavailable and action.method not in there
    ]
    if target is not None:
        fit = [action for action in fit if refusal(first, action, methods[action.method], target) is None]
    return tuple(fit[:MOST])


def _by_kind(layer: Layer, view: LayerView | None, target: Target | None) -> list[Action]:
    found = []
    if target is not None:  # rules are about numbers, and most accelerators compute with 8-bit activations
        found.append(Action("quantize.static"))
    found.append(Action("quantize.affine", {"bits": 8}))
    if layer.op in MATRICES and layer.count >= LARGE:
        found.append(Action("quantize.blockwise"))
    else:
        found.append(Action("quantize.affine", {"bits": 4}))
    spectrum = view.spectrum if view is not None else None
    if spectrum is not None and spectrum.rank_for(ENERGY) <= spectrum.break_even:
        found.append(Action("lowrank.svd", {"energy": ENERGY}))
    if layer.op == "Conv" and layer.groups == 1:
        found.append(Action("prune.channels"))
    found.append(Action("prune.magnitude", {"sparsity": 0.5}))
    found.append(Action("quantize.float", {"format": "float16"}))
    return found
