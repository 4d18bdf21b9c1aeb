"""What a step will do, from its parameters and the layer's shape alone: no weight is looked at."""

from collections.abc import Mapping
from typing import Any

from workbench.core.layer import Layer
from workbench.ui.translation import tr

FLOATS = {"float16": 16, "bfloat16": 16, "float8e4m3": 8, "float8e5m2": 8}
REDUCED = 7             # bits of a reduced range


def words(method: str, values: Mapping[str, Any], layer: Layer) -> str:
    """Nothing where parameters and shape do not tell; `values` has every field (see values.effective)."""
    family = method.partition(".")[0]
    if family == "prune":
        return _pruned(method, values, layer)
    if family == "quantize":
        return _quantized(method, values, layer)
    return _others(method, values, layer)


def _pruned(method: str, values: Mapping[str, Any], layer: Layer) -> str:
    if method == "prune.channels":
        outputs = layer.matrix[0]
        return tr("About {count} of {total} output channels go.").format(
            count=f"{round(values['ratio'] * outputs):,}", total=f"{outputs:,}")
    if method == "prune.nm":
        return tr("{n} of every {m} neighbouring weights stay, the others become zero.").format(
            n=values["n"], m=values["m"])
    sparsity = values.get("sparsity")
    if sparsity is None:
        return ""
    if values.get("scope") == "global":
        return tr("{share} of the weights of all layers with this step become zero, wherever they are.").format(
            share=_percent(sparsity))
    count, total = f"{round(sparsity * layer.count):,}", f"{layer.count:,}"
    if method == "prune.block":
        return tr("About {count} of {total} weights become zero, in blocks of {rows} × {columns}.").format(
            count=count, total=total, rows=values["rows"], columns=values["columns"])
    return tr("{count} of {total} weights become zero.").format(count=count, total=total)


def _quantized(method: str, values: Mapping[str, Any], layer: Layer) -> str:
    if method == "quantize.float":
        return tr("{bits} bits a weight instead of 32.").format(bits=FLOATS.get(values["format"], 8))
    if method == "quantize.blockwise":
        return tr("{levels} levels, a scale for every {size} weights: {count} scales.").format(
            levels=16, size=values["block"], count=f"{_groups(layer, int(values['block'])):,}")
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
            levels=levels, size=size, count=f"{_groups(layer, size):,}")
    else:
        text = tr("{levels} levels, a scale for each of {count} output channels.").format(
            levels=levels, count=f"{layer.matrix[0]:,}")
    if "reduced_range" in values:
        text += " " + tr("The runtime computes in 8-bit integers.")
    return text


def levels_of(values: Mapping[str, Any]) -> int:
    """How many levels a weight may lie on."""
    bits = int(values.get("bits") or 8)
    return 2 ** (min(bits, REDUCED) if values.get("reduced_range") else bits)


def _groups(layer: Layer, size: int) -> int:
    rows, columns = layer.matrix
    return rows * -(-columns // size)


def _others(method: str, values: Mapping[str, Any], layer: Layer) -> str:
    if method == "lowrank.cp" and values.get("rank") is not None:
        return tr("A sum of {rank} terms, each a product of one vector an axis.").format(rank=values["rank"])
    if method == "lowrank.spatial" and values.get("rank") is not None:
        return tr("{rank} channels between a vertical and a horizontal convolution.").format(rank=values["rank"])
    if method == "lowrank.subspace" and values.get("rank") is not None:
        return tr("{count} groups of the {outputs} outputs, each of rank {rank}.").format(
            count=values["clusters"], outputs=f"{layer.matrix[0]:,}", rank=values["rank"])
    if method == "distill.refine":
        return tr("{steps} training steps on the layer's outputs; what is stored keeps its form.").format(
            steps=f"{values['steps']:,}")
    return ""


def _percent(share: float) -> str:
    return f"{100 * share:.3g}\N{NO-BREAK SPACE}%"
