"""Layers and their steps in words, the same everywhere."""

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.core.layer_data.channel_groups import Couplings
from workbench.core.layer_data.layer import Layer, ModelSummary
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.params import Field
from workbench.core.recipe.recipe import Recipe
from workbench.ui.text.i18n import listed, said, tr

ARROW, TIMES = " → ", " × "
ALIASES = {
    "steps": "Iterations",  # the steps of the window are those of a recipe
    "drop": "Drop probability",  # a drop alone is that of a metric
}


def name_words(name: str) -> str:
    """Return a parameter in English: group_size -> Group size."""
    return ALIASES.get(name) or name.replace("_", " ").capitalize()


def shape_of(layer: Layer) -> str:
    """Return '3 × 3, 64 → 128' for a convolution, '256 → 10' for a matrix, else the bare shape."""
    convolution = layer.op.startswith("Conv") and len(layer.shape) > 2
    if layer.out_axis > 1 or not (convolution or len(layer.shape) == 2) or layer.op == "Embedding":
        return TIMES.join(str(size) for size in layer.shape)
    outputs, inputs = layer.shape[layer.out_axis], layer.shape[1 - layer.out_axis]
    if not convolution:
        return f"{inputs}{ARROW}{outputs}"
    if layer.op == "ConvTranspose":
        outputs *= layer.groups
    else:
        inputs *= layer.groups
    kernel = TIMES.join(str(size) for size in layer.shape[2:])
    if layer.groups > 1 and layer.groups == inputs:
        return tr("{kernel} depthwise, {shape}").format(kernel=kernel, shape=f"{inputs}{ARROW}{outputs}")
    shape = listed((kernel, f"{inputs}{ARROW}{outputs}"))
    return tr("{shape}, {n} groups").format(shape=shape, n=layer.groups) if layer.groups > 1 else shape


def kind_of(layer: Layer) -> str:
    """Return 'Conv 3 × 3, 64 → 128'; 'Gemm 512 → 10'; 'Conv 3 × 3 depthwise, 64 → 64'."""
    return f"{layer.op} {shape_of(layer)}".strip()


def coupling_of(couplings: Couplings, path: str) -> str:
    """Return a sentence with the coupled layers, or why channels cannot be pruned; "" if neither applies."""
    others, reason = couplings.others(path), couplings.kept.get(path)
    if others:
        return tr("Channels coupled with {layers} (pruned together)").format(layers=listed(others))
    return tr("Channels can't be pruned: {reason}").format(reason=said(reason)) if reason else ""


def action_words(action: Action, methods: Mapping[str, MethodInfo]) -> tuple[str, str]:
    """Return a step in words: the method's title, and the parameters that were set: ('Affine', '4 bit')."""
    info = methods.get(action.method)
    if info is None:
        return action.method, listed(f"{name} {value}" for name, value in action.params.items())
    fields = {field.name: field for field in info.fields}
    given = [value_words(fields[name], value) for name, value in action.params.items() if name in fields]
    return tr(info.title), listed(given)


def stack_words(stack: Iterable[Action], methods: Mapping[str, MethodInfo]) -> str:
    """Return 'Affine 4 bit'; several steps are joined: 'Magnitude: sparsity 50 % + Affine 4 bit'."""
    return " + ".join(_step_words(*action_words(action, methods)) for action in stack)


def _step_words(title: str, given: str) -> str:
    if not given or not given[0].isalpha():
        return f"{title} {given}".strip()
    return tr("{title}: {settings}").format(title=title, settings=given[0].lower() + given[1:])


def stacks_of(recipe: Recipe, model: ModelSummary) -> dict[str, tuple[Action, ...]]:
    """Return the steps of each editable layer."""
    return {layer.path: recipe.actions_for(layer.path) for layer in model.layers if not layer.locked}


def steps_words(stack: tuple[Action, ...], methods: Mapping[str, MethodInfo]) -> str:
    """Return `stack_words`, or 'unchanged' if there is no step."""
    return stack_words(stack, methods) if stack else tr("unchanged")


def value_words(field: Field, value: Any) -> str:
    if field.unit and field.unit != "%":
        return f"{value:g} {tr(field.unit)}"
    if _is_share(field) and isinstance(value, int | float):
        text = f"{100 * value:.4g} %"
    elif isinstance(value, bool):
        text = tr("yes") if value else tr("no")
    else:
        text = f"{value:g}" if isinstance(value, int | float) else tr(str(value))
    return f"{tr(name_words(field.name))} {text}"


def _is_share(field: Field) -> bool:
    """Return whether a parameter is a share of something; rates of training go up to 1, too, on a log scale."""
    return field.kind == "float" and field.high is not None and field.high <= 1 and not field.log


def format_words(name: str) -> str:
    """Return the common name of a file format."""
    known = {
        "onnx": "ONNX",
        "pt2": "torch.export",
        "function": tr("Python function"),
        "safetensors": tr("safetensors, weights only"),
        "packed-safetensors": tr("packed safetensors"),
        "checkpoint": tr("state dict, weights only"),
    }
    return known.get(name, name)


def unless_none(model: ModelSummary | None, words: str) -> str:
    """Return the words that ask for a layer; of a model without any that can be edited, that instead."""
    if model is None or any(not layer.locked for layer in model.layers):
        return words
    return tr("This model has no layer that can be edited.")
