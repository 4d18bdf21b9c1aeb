"""Zero the weights whose removal would change the loss least, to first order.

Molchanov, Mallya, Tyree, Frosio, Kautz: Importance estimation for neural network pruning. CVPR 2019, equation 8.
"""

import numpy as np

from workbench.core.base.job import Job
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, method
from workbench.methods.prune import saliency


@method("prune.taylor")
class TaylorPruning(saliency.SaliencyPruning):
    title = "Taylor"
    summary = (
        "Sets the weights to zero whose product with the gradient of the loss is smallest, "
        "averaged over small batches of the calibration samples."
    )
    formula = "saliency  Sᵢ = E[(wᵢ · ∂L/∂wᵢ)²]"
    citation = "Molchanov et al. 2019, Importance estimation for neural network pruning, CVPR"
    effects = said.ZEROS
    Params = saliency.LayerParams

    def score(self, context: Context, weight: np.ndarray, params: saliency.LayerParams, job: Job) -> np.ndarray:
        return np.square(weight, dtype=np.float64) * context.gradients(job)[1]
