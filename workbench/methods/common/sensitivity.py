"""Weighting of each weight's squared error: uniform, by the loss, or by the inputs that the weight multiplies."""

from typing import Annotated, Literal

import numpy as np

from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Help
from workbench.methods.base.method import Context
from workbench.methods.common.factors import like, refuse_gradients, rows_refusal
from workbench.methods.common.gram_propagation import second_moments

Kind = Literal["none", "fisher", "activations"]
Sensitivity = Annotated[
    Kind,
    Help(
        "Error weighting: equal for all weights (none), by the mean squared gradient of the "
        "loss (fisher), or by the mean square of the input (activations). The last two need "
        "calibration samples."
    ),
]


def refusal(layer: Layer, kind: Kind) -> str | None:
    """Return why a layer's weights cannot have this weighting, or None."""
    if kind == "none":
        return None
    return refuse_gradients(layer) if kind == "fisher" else rows_refusal(layer)


def of(context: Context, kind: Kind, job: Job) -> np.ndarray | None:
    """Return error weights, shaped like the weight; None for uniform weights.

    fisher: E[(dL/dw)^2]; activations: E[x^2], the diagonal of the Hessian of the layer's squared response error.
    """
    if kind == "none":
        return None
    if kind == "fisher":
        return context.gradients(job)[1]
    return like(second_moments(context, job), context.weight, context.layer.out_axis)
