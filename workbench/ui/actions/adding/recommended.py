"""Steps that suit a layer, by rule: from its operator, its size, its spectrum and what the target takes. What they do
to the file is not told here: that is predicted by the engine."""

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
    """At most MOST steps for these layers, the first layer's kind deciding, that they have not yet; those that the
    target asks for come first."""
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
    if target is not None:  # rules are of numbers, and 8-bit activations are what most accelerators compute with
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
