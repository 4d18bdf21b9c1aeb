"""Zero the weights whose removal would change the loss least, to first order.

Molchanov, Mallya, Tyree, Frosio, Kautz: Importance estimation for neural network pruning. CVPR 2019, equation 8.
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


@method("prune.taylor")
class TaylorPruning(Method):
    title = "Taylor"
    summary = ("Sets to zero the weights whose product with the gradient of the loss is smallest, averaged over small "
               "batches of the calibration samples.")
    formula = "saliency  Sᵢ = E[(wᵢ · ∂L/∂wᵢ)²]"
    citation = "Molchanov et al. 2019, Importance estimation for neural network pruning, CVPR"
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        sparsity: Annotated[float, Range(0, 1, 0.01), Help("Fraction of the weights that become zero.")] = 0.5
        scope: Annotated[saliency.Scope, Help(saliency.SCOPE_HELP)] = "layer"

    def accepts(self, layer: Layer) -> str | None:
        return factors.refuse_gradients(layer)

    def foretells(self, params: Params) -> bool:
        return params.scope == "layer"

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.with_zeros(params.sparsity)

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        return saliency.prune(context, edit, _score, params.sparsity, params.scope, job)


def _score(context: Context, weight: np.ndarray, job: Job) -> np.ndarray:
    return np.square(weight) * context.gradients(job)[1]
