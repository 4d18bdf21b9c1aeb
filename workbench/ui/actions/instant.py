"""What a step will do, from its parameters, the layer's shape, and figures that were found before the hand moves."""

from collections.abc import Mapping
from math import prod
from typing import Any

from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.method_insight import Evening, Outlook, Ranks
from workbench.core.layer_data.views import Spectrum
from workbench.ui.actions import ranked
from workbench.ui.text.i18n import tr

FLOATS = {"float16": 16, "bfloat16": 16, "float8e4m3": 8, "float8e5m2": 8}
Values = Mapping[str, Any]
REDUCED = 7  # bits of a reduced range


def words(
    method: str, values: Values, layer: Layer, drawn: Spectrum | None = None, outlook: Outlook | None = None
) -> str:
    """Nothing for a method of somebody else that parameters and shape do not tell; `values` has every field (see
    values.effective), `drawn` are the weight's singular values, `outlook` is what the engine found for the method."""
    match method:
        case "quantize.bias_correction":
            return _corrected(layer)
        case "quantize.equalize":
            return _evened(outlook if isinstance(outlook, Evening) else None)
        case "distill.refine":
            return tr("{steps} training steps on the layer's outputs; what is stored keeps its form.").format(
                steps=f"{values['steps']:,}"
            )
        case "distill.layer" if values.get("student", "factors") != "factors":
            return _student(values, layer)
    family = method.partition(".")[0]
    if family == "prune":
        return _pruned(method, values, layer)
    if family == "quantize":
        return _quantized(method, values, layer)
    return _factored(method, values, layer, drawn, outlook if isinstance(outlook, Ranks) else None)


def _pruned(method: str, values: Values, layer: Layer) -> str:
    if method == "prune.channels":
        outputs = layer.matrix[0]
        return tr("About {count} of {total} output channels go.").format(
            count=f"{round(values['ratio'] * outputs):,}", total=f"{outputs:,}"
        )
    if method == "prune.nm":
        return tr("{n} of every {m} neighbouring weights stay, the others become zero.").format(
            n=values["n"], m=values["m"]
        )
    sparsity = values.get("sparsity")
    if sparsity is None:
        return ""
    if values.get("scope") == "global":
        return tr("{share} of the weights of all layers with this step become zero, wherever they are.").format(
            share=ranked.percent(sparsity)
        )
    count, total = f"{round(sparsity * layer.count):,}", f"{layer.count:,}"
    if method == "prune.block":
        return tr("About {count} of {total} weights become zero, in blocks of {rows} × {columns}.").format(
            count=count, total=total, rows=values["rows"], columns=values["columns"]
        )
    return tr("{count} of {total} weights become zero.").format(count=count, total=total)


def _quantized(method: str, values: Values, layer: Layer) -> str:
    if method == "quantize.float":
        return tr("{bits} bits a weight instead of 32.").format(bits=FLOATS.get(values["format"], 8))
    if method == "quantize.blockwise":
        return tr("{levels} levels, a scale for every {size} weights: {count} scales.").format(
            levels=16, size=values["block"], count=f"{_groups(layer, int(values['block'])):,}"
        )
    if values.get("bits") is None:
        return ""
    levels = levels_of(values)
    if method == "quantize.codebook":
        return tr("{levels} values that all weights of the layer share.").format(levels=levels)
    granularity = values.get("granularity", "channel")
    if granularity == "tensor":
        text = tr("{levels} levels, one scale for all weights.").format(levels=levels)
    elif granularity == "group":
        size = values["group_size"]
        text = tr("{levels} levels, a scale for every {size} weights: {count} scales.").format(
            levels=levels, size=size, count=f"{_groups(layer, size):,}"
        )
    else:
        text = tr("{levels} levels, a scale for each of {count} output channels.").format(
            levels=levels, count=f"{layer.matrix[0]:,}"
        )
    if "reduced_range" in values:
        text = ranked.followed(text, tr("The runtime computes in 8-bit integers."))
    return text


def levels_of(values: Values) -> int:
    """How many levels a weight may lie on."""
    bits = int(values.get("bits") or 8)
    return 2 ** (min(bits, REDUCED) if values.get("reduced_range") else bits)


def _groups(layer: Layer, size: int) -> int:
    rows, columns = layer.matrix
    return rows * -(-columns // size)


def _factored(method: str, values: Values, layer: Layer, drawn: Spectrum | None, found: Ranks | None) -> str:
    """Low rank, and students of a rank; `drawn` are the singular values of the weight, `found` those of the method."""
    rank = values.get("rank")
    match method:
        case "lowrank.tucker":
            return ranked.two_sided(values, layer, found) or tr("For each side {rank}.").format(
                rank=ranked.asked(values)
            )
        case "lowrank.cp":
            rank = max(1, int(values["ratio"] * (layer.count - 1) / sum(layer.shape))) if rank is None else rank
            first = tr("A sum of {rank} terms, each a product of one vector an axis").format(rank=rank)
            return ranked.joined(first, ranked.weights(rank * sum(layer.shape), layer))
        case "lowrank.subspace":
            return tr("{count} groups of the {outputs} outputs, for each {rank}.").format(
                count=values["clusters"], outputs=f"{layer.matrix[0]:,}", rank=ranked.asked(values)
            )
        case "lowrank.spatial":
            between = tr("A vertical and a horizontal convolution")
            return ranked.joined(between, ranked.of_two(values, found.sides[0] if found else None))
        case "lowrank.svd" | "distill.layer":
            known = drawn is not None and len(drawn.values)
            return ranked.of_two(values, drawn, trained=method == "distill.layer") if known else ""
        case "lowrank.whitened" | "lowrank.response" if found is None:
            return ranked.of_two(values, None)
    if found is not None:
        return ranked.of_two(values, found.sides[0], kept=found.kept)
    return ranked.of_two(values, drawn) if values.get("rank") or values.get("energy") else ""


def _student(values: Values, layer: Layer) -> str:
    """A convolution of fewer weights in the place of one (see methods.common.students)."""
    outputs, inputs, *kernel = layer.shape
    size = prod(kernel)
    if values["student"] == "grouped":
        first = tr("A convolution in {count} groups").format(count=values["groups"])
        used = layer.count // values["groups"]
    else:
        number = min(values["multiplier"], size, outputs)
        first = tr("{count} kernels for each of {inputs} inputs, and a 1 × 1 convolution").format(
            count=number, inputs=inputs
        )
        used = inputs * number * (size + outputs)
    return ranked.joined(first, ranked.weights(used, layer))


def _corrected(layer: Layer) -> str:
    words = tr(
        "Each of {count} output channels gets back in its bias what the steps before take from its mean output."
    ).format(count=f"{layer.matrix[0]:,}")
    if layer.parameters == layer.count:
        words = ranked.followed(
            words, tr("The layer had no bias: {count} values more.").format(count=f"{layer.matrix[0]:,}")
        )
    return words


def _evened(found: Evening | None) -> str:
    if found is None:
        return tr("Output channels will reach equally far, and the layers that read them undo it; the size stays.")
    return tr(
        "{count} of {total} output channels will reach equally far, undone in {layers}; now the widest reaches "
        "{times} times as far as the narrowest."
    ).format(
        count=f"{found.channels:,}",
        total=f"{found.outputs:,}",
        layers=", ".join(found.readers),
        times=f"{found.spread:.3g}",
    )
