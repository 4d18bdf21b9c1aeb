"""Zero the weights whose connections matter least to the loss, by the gradient with respect to the connection's
strength.

Lee, Ajanthan, Torr: SNIP, single-shot network pruning based on connection sensitivity. ICLR 2019, equation 7.
"""

import numpy as np

from workbench.core.base.job import Job
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, method
from workbench.methods.prune import saliency


@method("prune.snip")
class SnipPruning(saliency.SaliencyPruning):
    title = "SNIP"
    summary = (
        "Sets the weights with the smallest connection sensitivity, |weight × mean gradient "
        "of the loss|, to zero. By default, as published, weights of all layers are compared."
    )
    formula = "saliency  Sᵢ = |wᵢ · ∂L/∂wᵢ| / Σⱼ |wⱼ · ∂L/∂wⱼ|"
    citation = "Lee et al. 2019, SNIP, ICLR"
    effects = said.ZEROS
    Params = saliency.GlobalParams

    def score(self, context: Context, weight: np.ndarray, params: saliency.GlobalParams, job: Job) -> np.ndarray:
        # The sum over all connections that normalises it does not change the order.
        return np.abs(weight * context.gradients(job)[0])
