"""4-bit weights in blocks that ONNX Runtime multiplies with its own 4-bit kernel, MatMulNBits.

The operator com.microsoft.MatMulNBits of ONNX Runtime; one scale per block as in Dettmers & Zettlemoyer 2023,
The case for 4-bit precision, ICML.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.core.recipe.encodes import Encodes
from workbench.core.recipe.params import Help
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.grid import Grid
from workbench.graph.rewrite import qdq
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Blockwise
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import activation_levels, grids

SMALLEST = 16  # inputs of a block that the kernel takes


# As `_block` below, for the sentence.
_BLOCK = "min(int(block), 128 if columns > 127 else 64 if columns > 63 else 32 if columns > 31 else 16)"


@method("quantize.blockwise")
class BlockwiseQuantization(Method):
    title = "Block-wise, 4-bit kernel"
    summary = (
        "Stores a matrix in 4 bits with a scale per block for ONNX Runtime's MatMulNBits "
        "kernel, so it takes 4 bits in memory too. The file runs in ONNX Runtime only. 4-bit "
        "blocks from an earlier step are kept."
    )
    formula = "w ≈ s_block · (q − 8),   q = 0 … 15"
    citation = "MatMulNBits, operators of ONNX Runtime; Dettmers & Zettlemoyer 2023, ICML"
    effects = (
        Effect(
            "{levels} levels, one scale per {size} weights: {count} scales.",
            "",
            {"levels": "16", "size": _BLOCK, "count": f"outputs * ceil(columns / {_BLOCK})"},
        ),
    )
    encodes = Encodes("4", granularity="'group'", block="int(block)", levels="4")

    @dataclass(frozen=True)
    class Params:
        block: Annotated[Literal["16", "32", "64", "128"], Help("Block size: inputs that share a scale.")] = "32"
        accuracy: Annotated[
            Literal["float", "int8"],
            Help("Multiply in float, or round the inputs to int8 first, which is faster on some CPUs."),
        ] = "float"

    def whole(self, params: Any) -> str:
        return Message("the 4-bit kernel is")

    def looks_at_data(self, params: Params) -> bool:
        return params.accuracy == "int8"

    def accepts(self, layer: Layer) -> str | None:
        reason = layer.locked or qdq.layer_refusal(layer.op, layer.shape, layer.uses, layer.input_axis != -1, Blockwise)
        if not reason and layer.matrix[1] < SMALLEST:
            return Message(
                "A block needs at least {smallest} inputs, but this layer has {matrix}.",
                smallest=SMALLEST,
                matrix=layer.matrix[1],
            )
        return reason

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        block = _block(layer, params)
        kept = plan if _keeps(plan, block) else plan.quantized(4, "group", block, True, "mse")
        return kept.computed(Blockwise(block, params.accuracy))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer, block = context.layer, _block(context.layer, params)
        compute = Blockwise(block, params.accuracy)
        job.check()
        note = edit.note
        if params.accuracy == "int8":
            note = Joined((note, activation_levels.found_when_run(context, edit.weight, job, block)), CLAUSE)
        before = edit.encoding.grid
        if before is not None and _fits(before, block):
            return Edit(_in_blocks(before, layer.out_axis, block), edit.bias, note, compute)
        grid = grids.view(edit.weight, layer.out_axis, "group", block)
        scale, zero = grids.scales(grid, 4, True, "mse", 99.9)
        made = grids.quantize(grid, scale, zero, 4, True, "nearest", np.random.default_rng(context.seed))
        return Edit(made, edit.bias, note, compute)


def _block(layer: Layer, params: BlockwiseQuantization.Params) -> int:
    """Return the requested block size, or the largest power of two that the inputs fill."""
    return min(int(params.block), 1 << (layer.matrix[1].bit_length() - 1))


def _keeps(plan: Plan, block: int) -> bool:
    """Return whether the levels chosen by an earlier step are also levels of the kernel: 4 bits, symmetric, with one
    scale within each block."""
    tensor = plan.tensors[0]
    return tensor.kind.symmetric and tensor.bits <= 4 and tensor.group % block == 0 and plan.columns is None


def _fits(grid: Grid, block: int) -> bool:
    """Return whether the levels of an encoding are also levels of the kernel."""
    grouped = grid.q.shape != grid.shape
    group = grid.q.shape[1 if grid.axis == 1 else 2] if grouped and grid.q.ndim == 3 else 0
    return grid.bits <= 4 and grid.zero_point is None and group % block == 0


def _in_blocks(grid: Grid, out_axis: int, block: int) -> Affine:
    """Return the same levels with a scale for each block."""
    levels = grids.view(grid.of_weights(grid.q.astype(np.float32)), out_axis, "group", block)
    scale = grids.view(grid.of_weights(grid.scale), out_axis, "group", block)
    return grids.affine(levels, levels.values, scale.values.max(axis=scale.reduce, keepdims=True), np.zeros(1), 4, True)
