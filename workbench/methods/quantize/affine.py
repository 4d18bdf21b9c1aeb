"""Round weights to an evenly spaced grid (weight-only quantisation).

Jacob et al. 2018, Quantization and training of neural networks for efficient integer-arithmetic-only inference, CVPR;
Nagel et al. 2021, A white paper on neural network quantization.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Drag, Expert, Help, Range, Unit, When
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, Method, each_tensor, method
from workbench.methods.common import grids, rate_distortion
from workbench.methods.common import sensitivity as weighting

Rounding = Literal["nearest", "floor", "stochastic", "rate"]


@method("quantize.affine")
class AffineQuantization(Method):
    title = "Integer (affine)"
    summary = (
        "Stores each weight as a small integer with a scale. Weight-only: the runtime "
        "computes in floating point, so the layer gets smaller but not faster."
    )
    formula = "w ≈ s · (q − z),   q = round(w / s) + z,   or argmin (w/s + z − q)² + λ bits(q)"
    citation = (
        "Jacob et al. 2018, CVPR; Nagel et al. 2021, A white paper on neural network quantization; "
        "Migacz 2017 (entropy); Banner et al. 2019 (clip); Badri and Shaji 2023, Half-quadratic quantization (hqq); "
        "Wiedemann et al. 2020, DeepCABAC (rate)"
    )
    effects = said.LEVELS
    encodes = said.ON_GRIDS

    @dataclass(frozen=True)
    class Params:
        bits: Annotated[
            int, Range(2, 8, 1), Unit("bit"), Help("Bits per weight; packed, 3, 5, 6 and 7 take 4 or 8.")
        ] = 4
        granularity: Annotated[
            grids.Granularity, Help("Which weights share a scale: the whole tensor, an output channel, or a group.")
        ] = "channel"
        group_size: Annotated[
            int,
            Range(8, 1024, 8, log=True),
            When("granularity", ("group",)),
            Help("Weights that share a scale, along the input of a channel."),
        ] = 32
        symmetric: Annotated[bool, Expert(), Help("Levels symmetric around zero, without a zero point.")] = True
        range: Annotated[
            grids.RangeRule,
            Expert(),
            Help(
                "How the range is chosen: all values (minmax), a percentile, least squared (mse) or "
                "cubed error, least KL divergence (entropy), a fixed limit (clip), or least error of "
                "all but a few weights (hqq). Cubed preserves large weights better than mse."
            ),
        ] = "cubed"
        percentile: Annotated[
            float,
            Range(90, 100, 0.1),
            Unit("%"),
            When("range", ("percentile",)),
            Expert(),
            Help("Share of the values inside the range; the tails are clipped on both sides."),
        ] = 99.9
        clip: Annotated[grids.Clip, Drag("range"), Expert()] = 0.8
        rounding: Annotated[
            Rounding,
            Expert(),
            Help(
                "nearest; floor, Q = floor(S(W+B)); stochastic, which is unbiased; or rate, which weighs the "
                "error against the bits that a level takes in Huffman codes. For learned rounding use the "
                "method AdaRound."
            ),
        ] = "nearest"
        rate: Annotated[
            float,
            Range(0, 1, 0.005),
            When("rounding", ("rate",)),
            Expert(),
            Help("λ: the error, in squared steps, that saving one bit of a weight is worth. 0 rounds to the nearest."),
        ] = 0.15
        sensitivity: Annotated[weighting.Sensitivity, When("rounding", ("rate",)), Expert()] = "none"

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or None

    def whole(self, params: Any) -> str:
        return Message("sensitivities are") if self.uses_data(params) else ""

    def refuses(self, layer: Layer, params: Params) -> str | None:
        return self.accepts(layer) or (weighting.refusal(layer, params.sensitivity) if self.uses_data(params) else None)

    def forecasts_exactly(self, params: Params) -> bool:
        return params.rounding != "rate"  # which makes zeros

    def uses_data(self, params: Params) -> bool:
        return params.rounding == "rate" and params.sensitivity != "none"

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.quantized(params.bits, params.granularity, params.group_size, params.symmetric, params.range)

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        rng = np.random.default_rng(context.seed)
        weights = weighting.of(context, params.sensitivity, job) if self.uses_data(params) else None
        whole = edit.encoding.factors is None
        rows = whole and context.layer.op == "Embedding" and params.granularity == "group"  # as in Plan.lookup

        def quantize(values: np.ndarray, out_axis: int) -> Encoding:
            axis = 0 if rows else out_axis
            grid = grids.view(values, axis, params.granularity, params.group_size)
            scale, zero = grids.scales(
                grid, params.bits, params.symmetric, params.range, params.percentile, clip=params.clip
            )
            job.check()
            if params.rounding != "rate":
                return grids.quantize(grid, scale, zero, params.bits, params.symmetric, params.rounding, rng)
            among = None
            if weights is not None:
                spread = weights.astype(np.float32)
                among = grids.view(spread, out_axis, params.granularity, params.group_size).values
            error, ends = rate_distortion.errors(grid, scale, among), grids.limits(params.bits, params.symmetric)
            levels = rate_distortion.rounded(grid.values / scale, zero, ends, error, params.rate, job)
            if params.rate:
                scale = rate_distortion.refitted(grid, levels - zero, scale, error)
            return grids.affine(grid, levels, scale, zero, params.bits, params.symmetric)

        note = grids.stored_note(params.bits)
        return Edit(
            each_tensor(edit.encoding, context.layer.out_axis, quantize), edit.bias, Joined((edit.note, note), CLAUSE)
        )
