"""Static 8-bit activations after moving part of the activations' range into the weight.

Xiao et al. 2023, SmoothQuant: accurate and efficient post-training quantization for large language models, ICML,
equation 4: s_j = max|X_j|^a / max|W_j|^(1-a).
"""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Expert, Help, Range
from workbench.graph.encodings.encoding import Scaled
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Levels, Static
from workbench.graph.storage.plan import Plan
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, method
from workbench.methods.common import activation_levels, channel_scales, grids
from workbench.methods.common.integers import IntegerMethod, IntegerParams, remarks


@method("quantize.smooth")
class SmoothQuantization(IntegerMethod):
    title = "SmoothQuant"
    summary = (
        "Divides each input channel by a factor and multiplies the weight's column by it, "
        "then quantises both to 8 bits: outlier channels no longer widen the range of all "
        "others. Costs one multiplication per input."
    )
    formula = "s_j = max|x_j|^α / max|w_j|^(1−α),   y ≈ Q(x / s) · Q(s w)"
    citation = "Xiao et al. 2023, SmoothQuant, ICML, arXiv:2211.10438"
    effects = said.INTEGERS
    encodes = said.ON_INTEGERS
    needs_data = True
    compute = Static

    @dataclass(frozen=True)
    class Params(IntegerParams):
        clip: grids.Clip = 0.8  # of the weight after smoothing, which the histogram does not show
        alpha: Annotated[
            float,
            Range(0, 1, 0.05),
            Expert(),
            Help("Migration strength: share of the activation range moved into the weights, 0 to 1."),
        ] = 0.5
        output: Annotated[
            bool,
            Expert(),
            Help(
                "Quantise the output too, after its activation: ONNX Runtime's integer kernel needs "
                "this if the next layer's input is not quantised."
            ),
        ] = True

    def accepts(self, layer: Layer) -> str | None:
        return super().accepts(layer) or channel_scales.refusal(layer)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        levels = Levels.planned("minmax")
        quantized = plan.quantized(params.levels, params.granularity, 0, True, params.range)
        return quantized.scaled(channel_scales.shape(layer)).computed(
            Static(Levels.planned("smooth"), levels if params.output else None)
        )

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        observed = context.observed(job, counting=False)
        largest = np.maximum(-observed.lows, observed.highs)
        weights = channel_scales.largest(edit.weight, context.layer)
        factor = channel_scales.bounded(
            largest**params.alpha / np.maximum(weights, 1e-12) ** (1 - params.alpha), (largest > 0) & (weights > 0)
        )
        scale = factor.reshape(channel_scales.shape(context.layer))
        inner = self.weight(context, edit, params, job, scale)
        received = Levels.covering(float((observed.lows / factor).min()), float((observed.highs / factor).max()))
        made = context.observed(job, True, counting=False) if params.output else None
        delivered = None if made is None else made.levels("minmax")
        smooth = replace(observed, rows=observed.rows / factor)
        lost = activation_levels.warning(smooth, received, context.layer, edit.weight * scale)
        small = activation_levels.underflow(inner, received), activation_levels.lost_outputs(made, delivered)
        note = Joined([remarks(edit, params), lost, *small], CLAUSE)
        return Edit(Scaled(inner, scale), edit.bias, note, Static(received, delivered))
