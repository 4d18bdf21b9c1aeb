"""Shared part of the methods with 8-bit activations: symmetric weight levels, and the requirements on a layer."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message, sentences
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Drag, Expert, Help, Range, Unit
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.grid import Grid
from workbench.graph.rewrite import qdq
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import OPSETS, Compute
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Context, Method
from workbench.methods.common import grids

REDUCED = 7  # bits that keep the sum of two products u8 x s8 within 16 bits


@dataclass(frozen=True)
class IntegerParams:
    bits: Annotated[
        int,
        Range(2, 8, 1),
        Unit("bit"),
        Help("Bits per weight. The kernel computes with 8-bit integers; fewer bits only make the file smaller."),
    ] = 8
    granularity: Annotated[
        Literal["tensor", "channel"], Help("Which weights share a scale: the whole tensor, or an output channel.")
    ] = "channel"
    range: Annotated[grids.RangeRule, Expert(), Help("How the range of the weight is chosen.")] = "minmax"
    clip: Annotated[grids.Clip, Drag("range"), Expert()] = 0.8
    reduced_range: Annotated[
        bool,
        Expert(),
        Help("Use 7 of the 8 bits for the weight: CPUs without VNNI add two products in 16 bits, which can saturate."),
    ] = True

    @property
    def levels(self) -> int:
        """Number of bits of the levels."""
        return min(self.bits, REDUCED) if self.reduced_range else self.bits


class IntegerMethod(Method):
    """Base of methods whose layers the runtime computes in integers."""

    compute: type[Compute]

    def whole(self, params: Any) -> str:
        return Message("integer kernels are")

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or qdq.layer_refusal(
            layer.op, layer.shape, layer.uses, layer.input_axis != -1, self.compute
        )

    def opset(self, params: IntegerParams) -> int:
        return OPSETS[self.compute][params.granularity == "channel"]

    def older(self, params: IntegerParams, opset: int) -> str:
        least = OPSETS[self.compute][0]
        hint = [Message("Per-tensor weight scales need only opset {least}.", least=least)] if opset >= least else []
        return sentences(super().older(params, opset), *hint)

    def planned(self, plan: Plan, params: IntegerParams) -> Plan:
        """Return the plan with the weight on its levels; a weight that earlier steps have put on such levels is
        unchanged."""
        return plan if on_levels(plan) else plan.quantized(params.levels, params.granularity, 0, True, params.range)

    def weight(
        self, context: Context, edit: Edit, params: IntegerParams, job: Job, columns: np.ndarray | None = None
    ) -> Encoding:
        """Return the weight, times `columns`, on its levels. Raises UserError for a factorised layer."""
        job.check()
        sharing = params.granularity
        before = edit.encoding.grid
        if columns is None and before is not None and _fits(before):
            if before.bits <= params.levels:
                return edit.encoding
            sharing = "tensor" if before.scale.size == 1 else "channel"
        values = edit.weight if columns is None else (edit.weight * columns).astype(np.float32)
        grid = grids.view(values, context.layer.out_axis, sharing, 0)
        scale, zero = grids.scales(grid, params.levels, True, params.range, 99.9, clip=params.clip)
        return grids.quantize(grid, scale, zero, params.levels, True, "nearest", np.random.default_rng(context.seed))


def on_levels(plan: Plan) -> bool:
    """Return whether a plan's weight is on symmetric levels per tensor or channel, with its columns unscaled."""
    tensor = plan.tensors[0]
    return len(plan.tensors) == 1 and plan.columns is None and tensor.kind.symmetric and not tensor.group


def _fits(grid: Grid) -> bool:
    return grid.zero_point is None and grid.q.shape == grid.shape


def remarks(edit: Edit, params: IntegerParams) -> str:
    """Return earlier notes, and remarks on the weight's bits and on this machine."""
    notes = [edit.note]
    grid = edit.encoding.grid
    if grid is not None and grid.bits > params.levels:
        notes.append(
            Message(
                "its {bits}-bit levels are rounded to {levels} bits (reduced range)",
                bits=grid.bits,
                levels=params.levels,
            )
        )
    notes.append(grids.stored_note(params.bits))
    if params.levels == 8 and qdq.saturates():
        notes.append(
            Message("int8 accumulation saturates on this CPU, which the figures include; reduced range avoids it")
        )
    return Joined(notes, CLAUSE)
