"""Zero the weights whose removal would change the loss least, to second order.

LeCun, Denker, Solla: Optimal brain damage. NeurIPS 1989, equation 5, with the diagonal of the empirical Fisher matrix
in place of the Hessian's (Theis et al. 2018, Faster gaze prediction with dense networks and Fisher pruning).
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.base.job import Job
from workbench.core.recipe.params import Expert, Help
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, method
from workbench.methods.prune import saliency


@method("prune.fisher")
class FisherPruning(saliency.SaliencyPruning):
    title = "Fisher (OBD)"
    summary = (
        "Sets the weights to zero whose removal is predicted to increase the loss least: "
        "half the squared weight times the Fisher information, minus the first-order term."
    )
    formula = "saliency  Sᵢ = ½ wᵢ² Fᵢᵢ − wᵢ · ∂L/∂wᵢ"
    citation = "LeCun et al. 1989, Optimal brain damage, NeurIPS; Theis et al. 2018"
    effects = said.ZEROS
    by_loss = True

    @dataclass(frozen=True)
    class Params(saliency.LayerParams):
        first_order: Annotated[
            bool, Expert(), Help("Include the gradient term; it vanishes at a minimum of the loss.")
        ] = False

    def score(self, context: Context, weight: np.ndarray, params: Params, job: Job) -> np.ndarray:
        mean, square = context.gradients(job)
        second = 0.5 * np.square(weight, dtype=np.float64) * square
        return second - weight * mean if params.first_order else second
