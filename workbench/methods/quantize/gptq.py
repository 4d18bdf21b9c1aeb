"""Round weights column by column, compensating the error with those not yet rounded.

Frantar, Ashkboos, Hoefler, Alistarh: GPTQ, accurate post-training quantization for generative pre-trained
transformers. ICLR 2023, algorithm 1.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Expert, Help, Range, Unit, When
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors, grids
from workbench.methods.common.gram_propagation import each_matrix
from workbench.methods.common.hessian import inverse_factor

BLOCK = 128
Sharing = Literal["channel", "group"]


@method("quantize.gptq")
class Gptq(Method):
    title = "GPTQ"
    summary = (
        "Integer quantisation per output channel or group that minimises the error of the layer's "
        "output on the calibration samples: later columns compensate each column's rounding "
        "error."
    )
    formula = "min over q:  ‖ W X − s·q X ‖²,  column by column with H⁻¹ = (X Xᵗ + λ I)⁻¹"
    citation = "Frantar et al. 2023, GPTQ, ICLR"
    effects = said.LEVELS
    encodes = said.ON_GRIDS
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        bits: Annotated[
            int, Range(2, 8, 1), Unit("bit"), Help("Bits per weight; packed, 3, 5, 6 and 7 take 4 or 8.")
        ] = 4
        granularity: Annotated[Sharing, Help("Which weights share a scale: an output channel, or a group.")] = "channel"
        group_size: Annotated[
            int,
            Range(8, 1024, 8, log=True),
            When("granularity", ("group",)),
            Help("Weights that share a scale, along the input of a channel."),
        ] = 32
        symmetric: Annotated[bool, Expert(), Help("Levels symmetric around zero, without a zero point.")] = True
        damping: Annotated[
            float, Range(1e-4, 1, log=True), Expert(), Help("Share of the mean diagonal added to the Hessian H.")
        ] = 0.01
        order: Annotated[bool, Expert(), Help("Quantise the columns with the largest inputs first (act-order).")] = True
        sequential: Annotated[
            bool,
            Expert(),
            Help("Calibrate on the outputs of earlier layers as already edited, to compensate their error, too."),
        ] = False

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or None if factors.is_tied_head(layer) else factors.rows_refusal(layer)

    def refuses(self, layer: Layer, params: Params) -> str | None:
        if factors.is_tied_head(layer) and params.granularity != "group":
            return factors.TIED_IN_GROUPS
        if params.granularity == "group" and len(layer.shape) > 2 and layer.out_axis:
            return Message("Its groups would not lie along the input of a channel.")
        return self.accepts(layer)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.quantized(params.bits, params.granularity, params.group_size, params.symmetric, "mse")

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        moments = context.gram(job.part(0.0, 0.5))
        if factors.is_tied_head(layer):
            moments = factors.looked_up_too(moments)

        def quantize(values: np.ndarray, out_axis: int, grams: np.ndarray) -> Encoding:
            matrix = factors.by_output(values, out_axis)
            grid = grids.view(matrix, 0, params.granularity, params.group_size)
            shared = grids.scales(grid, params.bits, params.symmetric, "mse", 100.0)
            scale, zero = (_by_column(each, grid, matrix.shape[1]) for each in shared)
            groups = list(zip(*(np.split(array, len(grams)) for array in (matrix, scale, zero)), grams, strict=True))
            levels = np.concatenate(
                [
                    _round(rows, gram, s, z, params, job)
                    for rows, s, z, gram in job.part(0.5, 1.0).each(groups, Message("rounding {path}", path=layer.path))
                ]
            )
            if params.granularity == "group":
                own = grids.view(values, out_axis, "group", params.group_size)
                return grids.in_groups(levels, *shared, own, params.bits, params.symmetric)
            return grids.like_weight(levels, *shared, values, out_axis, params.bits, params.symmetric)

        note = grids.stored_note(params.bits)
        return Edit(
            each_matrix(edit.encoding, factors.product_axis(layer), moments, quantize),
            edit.bias,
            Joined((edit.note, note), CLAUSE),
        )


def _by_column(shared: np.ndarray, grid: grids.Grid, columns: int) -> np.ndarray:
    """Return [rows, columns], or [rows, 1] if a row shares one scale: the scale or zero point of each weight. Groups
    get theirs before the first column is rounded, so that columns may be taken in any order (static groups)."""
    rows = shared.reshape(len(shared), -1)
    return rows if rows.shape[1] == 1 else np.repeat(rows, grid.values.shape[-1], axis=1)[:, :columns]


def _round(
    matrix: np.ndarray, gram: np.ndarray, scale: np.ndarray, zero: np.ndarray, params: Gptq.Params, job: Job
) -> np.ndarray:
    """Return levels [rows, columns] as floats, including the zero point. Weights pruned to zero stay zero."""
    order = np.argsort(-np.diagonal(gram), kind="stable") if params.order else np.arange(len(gram))
    work = matrix.astype(np.float64)[:, order]
    keep_zero = work == 0
    upper = inverse_factor(gram[np.ix_(order, order)], params.damping)
    low, high = grids.limits(params.bits, params.symmetric)
    levels = np.empty_like(work)
    steps, zeros = (np.broadcast_to(each, matrix.shape)[:, order].astype(np.float64) for each in (scale, zero))
    for start in range(0, work.shape[1], BLOCK):
        job.check()
        end = min(start + BLOCK, work.shape[1])
        errors = np.empty((len(work), end - start))
        for column in range(start, end):
            s, z = steps[:, column], zeros[:, column]
            q = np.where(keep_zero[:, column], z, np.clip(np.rint(work[:, column] / s) + z, low, high))
            levels[:, column] = q
            error = (work[:, column] - (q - z) * s) / upper[column, column]
            work[:, column + 1 : end] -= np.outer(error, upper[column, column + 1 : end])
            errors[:, column - start] = error
        work[:, end:] -= errors @ upper[start:end, end:]
    return levels[:, np.argsort(order)]
