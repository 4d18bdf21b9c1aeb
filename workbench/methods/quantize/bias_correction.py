"""Correct the mean shift of the layer's output that edited weights cause.

Nagel, van Baalen, Blankevoort, Welling: Data-free quantization through weight equalization and bias correction.
ICCV 2019, section 4.2, with the input's mean measured on the calibration samples.
"""

from dataclasses import dataclass, replace

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors


@method("quantize.bias_correction")
class BiasCorrection(Method):
    title = "Bias correction"
    summary = (
        "Corrects the bias for the shift of the layer's mean output on the calibration "
        "samples. Use it after a quantisation step; it adds no cost."
    )
    formula = "b ← b + (W − Ŵ) E[x]"
    citation = "Nagel et al. 2019, Data-free quantization, ICCV, section 4.2"
    effects = (
        Effect(
            "The biases of {count} output channels are corrected for the shift of their mean output.",
            "",
            {"count": "outputs"},
        ),
        Effect("The layer had no bias: {count} values are added.", "biases == 0", {"count": "outputs"}),
    )
    needs_data = True
    corrects = True

    @dataclass(frozen=True)
    class Params:
        pass

    def accepts(self, layer: Layer) -> str | None:
        if layer.uses > 1:
            return Message("Several operators share its weight, with different biases.")
        return factors.rows_refusal(layer)

    def forecasts_exactly(self, params: Params) -> bool:
        return False  # whether a bias is added depends on the layer's having one

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        mean = context.mean(job)  # [groups, columns]
        lost = factors.by_output(context.weight.astype(np.float64) - edit.weight, layer.out_axis)
        shift = np.einsum("grc,gc->gr", lost.reshape(len(mean), -1, mean.shape[1]), mean).ravel()
        old = context.bias if edit.bias is None else edit.bias
        return replace(edit, bias=((0.0 if old is None else old) + shift).astype(np.float32))
