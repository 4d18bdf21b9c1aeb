"""Zero the weights whose connection matters least to the loss, by the gradient of its strength.

Lee, Ajanthan, Torr: SNIP, single-shot network pruning based on connection sensitivity. ICLR 2019, equation 7.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.job import Job
from workbench.core.layer import Layer
from workbench.core.params import Help, Range
from workbench.graph.edit import Edit
from workbench.graph.plan import Plan
from workbench.methods import factors, saliency
from workbench.methods.method import Context, Method, method


@method("prune.snip")
class SnipPruning(Method):
    title = "SNIP"
    summary = ("Sets to zero the weights with the smallest connection sensitivity: the magnitude of weight times mean "
               "gradient of the loss. As published it compares all layers with each other.")
    formula = "saliency  Sᵢ = |wᵢ · ∂L/∂wᵢ| / Σⱼ |wⱼ · ∂L/∂wⱼ|"
    citation = "Lee et al. 2019, SNIP, ICLR"
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        sparsity: Annotated[float, Range(0, 1, 0.01), Help("Fraction of the weights that become zero.")] = 0.5
        scope: Annotated[saliency.Scope, Help(saliency.SCOPE_HELP)] = "global"

    def accepts(self, layer: Layer) -> str | None:
        return factors.refuse_gradients(layer)

    def foretells(self, params: Params) -> bool:
        return params.scope == "layer"

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.with_zeros(params.sparsity)

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        return saliency.prune(context, edit, _score, params.sparsity, params.scope, job)


def _score(context: Context, weight: np.ndarray, job: Job) -> np.ndarray:
    # The sum over all connections that normalises it does not change the order.
    return np.abs(weight * context.gradients(job)[0])
