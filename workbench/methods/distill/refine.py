"""Train a pruned or factorised layer to reproduce the original layer's outputs, one layer at a time.

Lebedev et al. 2015 (ICLR) and Kim et al. 2016 (ICLR) fine-tune their factors; Zhang et al. 2016 (IEEE TPAMI 38:10) fit
factors to a layer's responses; Hubara et al. 2021, Accelerated sparse neural training (NeurIPS), do the same for the
remaining weights of a mask, layer by layer.
"""

from dataclasses import dataclass

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors, responses


@method("distill.refine")
class Refinement(Method):
    title = "Refine on the layer's outputs"
    summary = (
        "Trains the factors, or the weights left after pruning, by backpropagation to "
        "reproduce the layer's outputs on the calibration samples. Size and zeros are kept. "
        "Use it after a pruning or factorisation step."
    )
    formula = "min over Ŵ, c:  mean ‖ (W x + b) − (Ŵ x + c) ‖²,   ŵᵢ = 0 where it was"
    citation = "Zhang et al. 2016, IEEE TPAMI 38:10; Hubara et al. 2021, NeurIPS"
    effects = (Effect("{steps} training steps on the layer's outputs; size and sparsity stay the same."),)
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        steps: responses.Steps = 200
        rate: responses.Rate = 0.001
        stop: responses.Stop = 0

    def accepts(self, layer: Layer) -> str | None:
        if layer.uses > 1:
            return Message("Several operators share its weight, with different inputs.")
        return factors.rows_refusal(layer)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan

    def forecasts_exactly(self, params: Params) -> bool:
        return False  # whether a bias is added depends on the layer's having one

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        run = responses.Run(self.id, params.steps, params.rate, params.stop)
        trained = responses.train(context, edit.encoding, run, job)
        bias = edit.bias
        if trained.shift.any():
            before = context.bias if bias is None else bias
            bias = ((np.float32(0) if before is None else before) + trained.shift).astype(np.float32)
        return Edit(trained.encoding, bias, Joined((edit.note, trained.words), CLAUSE))
