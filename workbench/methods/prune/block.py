"""Zero whole blocks of the unfolded matrix.

Narang, Undersander, Diamos 2017, Block-sparse recurrent neural networks; Gray, Radford, Kingma 2017, GPU kernels for
block-sparse weights.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.core.recipe.params import Help, Range
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Context, Method, each_tensor, method
from workbench.methods.common import factors
from workbench.methods.prune.magnitude import smallest

_BLOCKS = "(ceil(outputs / rows) * ceil(weights // outputs / columns))"  # smaller ones at the edges are counted, too


@method("prune.block")
class BlockPruning(Method):
    title = "Blocks"
    summary = (
        "Sets the blocks of the unfolded weight matrix with the smallest RMS to zero: a "
        "pattern that block-sparse kernels support."
    )
    formula = "block B ← B · [rms(B) > t]"
    citation = "Narang et al. 2017, Block-sparse recurrent neural networks; Gray et al. 2017"
    effects = (
        Effect(
            "{count} of {total} blocks of {rows} × {columns} weights become zero.",
            "sparsity != None",
            {"count": f"round(sparsity * {_BLOCKS})", "total": _BLOCKS},
        ),
    )

    @dataclass(frozen=True)
    class Params:
        sparsity: Annotated[float, Range(0, 1, 0.01), Help("Fraction of the blocks to set to zero.")] = 0.5
        rows: Annotated[int, Range(1, 128, 1, log=True), Help("Output channels per block.")] = 4
        columns: Annotated[int, Range(1, 128, 1, log=True), Help("Inputs per block.")] = 1

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or None

    def forecasts_exactly(self, params: Params) -> bool:
        return False  # blocks at the edges are smaller

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.with_zeros(params.sparsity)

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        job.check()

        def prune(values: np.ndarray, out_axis: int) -> Encoding:
            matrix = factors.by_output(values, out_axis)
            drop = _blocks(matrix, params)
            return Dense(factors.like(np.where(drop, np.float32(0), matrix), values, out_axis))

        return Edit(each_tensor(edit.encoding, context.layer.out_axis, prune), edit.bias, edit.note)


def _blocks(matrix: np.ndarray, params: BlockPruning.Params) -> np.ndarray:
    """Return a mask, True for weights in a block that is dropped; blocks at the edges may be smaller."""
    rows, columns = matrix.shape
    tall, wide = -(-rows // params.rows), -(-columns // params.columns)
    padding = [(0, tall * params.rows - rows), (0, wide * params.columns - columns)]
    cells = (tall, params.rows, wide, params.columns)
    energy = np.pad(np.square(matrix, dtype=np.float64), padding).reshape(cells).sum(axis=(1, 3))
    filled = np.pad(np.ones(matrix.shape), padding).reshape(cells).sum(axis=(1, 3))
    mean = energy / filled
    drop = smallest(mean.reshape(1, -1), round(params.sparsity * mean.size)).reshape(mean.shape)
    return np.repeat(np.repeat(drop, params.rows, axis=0), params.columns, axis=1)[:rows, :columns]
