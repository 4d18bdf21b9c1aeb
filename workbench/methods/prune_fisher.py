"""Zero the weights whose removal would change the loss least, to second order.

LeCun, Denker, Solla: Optimal brain damage. NeurIPS 1989, equation 5, with the diagonal of the empirical Fisher matrix
for the Hessian's (Theis et al. 2018, Faster gaze prediction with dense networks and Fisher pruning).
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


@method("prune.fisher")
class FisherPruning(Method):
    title = "Fisher (OBD)"
    summary = ("Sets to zero the weights whose removal is predicted to raise the loss least: half the squared weight "
               "times the Fisher information, less the first-order term.")
    formula = "saliency  Sᵢ = ½ wᵢ² Fᵢᵢ − wᵢ · ∂L/∂wᵢ"
    citation = "LeCun et al. 1989, Optimal brain damage, NeurIPS; Theis et al. 2018"
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        sparsity: Annotated[float, Range(0, 1, 0.01), Help("Fraction of the weights that become zero.")] = 0.5
        first_order: Annotated[bool, Help("Count the gradient too: zero only at a minimum of the loss.")] = False
        scope: Annotated[saliency.Scope, Help(saliency.SCOPE_HELP)] = "layer"

    def accepts(self, layer: Layer) -> str | None:
        return factors.refuse_gradients(layer)

    def foretells(self, params: Params) -> bool:
        return params.scope == "layer"

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.with_zeros(params.sparsity)

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        def score(of: Context, weight: np.ndarray, part: Job) -> np.ndarray:
            mean, square = of.gradients(part)
            second = 0.5 * np.square(weight) * square
            return second - weight * mean if params.first_order else second

        return saliency.prune(context, edit, score, params.sparsity, params.scope, job)
