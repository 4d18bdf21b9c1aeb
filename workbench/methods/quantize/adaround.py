"""Learn for each weight whether to round it up or down.

Nagel, Amjad, van Baalen, Louizos, Blankevoort: Up or down? Adaptive rounding for post-training quantization. ICML 2020,
equations 20 to 24. The layer's response error is computed from the second moments of its inputs, which gives the same
expectation as sampling them (equation 15), for each output channel relative to the error of rounding to nearest, so
that the regulariser has the same weight in every layer.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Expert, Help, Range, Unit
from workbench.core.recipe.stages import Regularization
from workbench.graph.encodings import soft_rounding
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors, grids
from workbench.methods.common.gram_propagation import each_matrix

RATE = 0.03


@method("quantize.adaround")
class AdaRound(Method):
    title = "AdaRound"
    summary = (
        "Integer quantisation per output channel. Gradient descent decides for each weight "
        "whether to round up or down, to minimise the error of the layer's output on the "
        "calibration samples."
    )
    formula = "min over V:  ‖ W X − s·(floor(W/s) + h(V)) X ‖² + λ Σ (1 − |2h(V) − 1|^β)"
    citation = "Nagel et al. 2020, Up or down? Adaptive rounding for post-training quantization, ICML"
    effects = said.LEVELS
    encodes = said.ON_CHANNELS
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        bits: Annotated[
            int, Range(2, 8, 1), Unit("bit"), Help("Bits per weight; packed, 3, 5, 6 and 7 take 4 or 8.")
        ] = 4
        symmetric: Annotated[bool, Expert(), Help("Levels symmetric around zero, without a zero point.")] = True
        steps: Annotated[int, Range(1, 20000, 100, log=True), Help("Steps of gradient descent.")] = 500
        regularization: Regularization = 3.0

    def accepts(self, layer: Layer) -> str | None:
        return factors.rows_refusal(layer)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.quantized(params.bits, "channel", 0, params.symmetric, "mse")

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        moments = context.gram(job.part(0.0, 0.3))

        def quantize(values: np.ndarray, out_axis: int, grams: np.ndarray) -> Encoding:
            matrix = factors.by_output(values, out_axis)
            scale, zero = grids.scales(grids.view(matrix, 0, "channel", 0), params.bits, params.symmetric, "mse", 100.0)
            levels = _learn(matrix, grams, scale, zero, params, job.part(0.3, 1.0))
            return grids.like_weight(levels, scale, zero, values, out_axis, params.bits, params.symmetric)

        note = grids.stored_note(params.bits)
        return Edit(
            each_matrix(edit.encoding, layer.out_axis, moments, quantize), edit.bias, Joined((edit.note, note), CLAUSE)
        )


def _learn(
    matrix: np.ndarray, grams: np.ndarray, scale: np.ndarray, zero: np.ndarray, params: AdaRound.Params, job: Job
) -> np.ndarray:
    """Return levels [outputs, columns] as floats, including the zero point. All groups of a convolution are optimised
    at once."""
    import torch

    groups, columns = grams.shape[:2]
    shaped = (groups, -1, columns)
    weight, s, z = (
        torch.tensor(part, dtype=torch.float32).reshape(groups, -1, part.shape[1]) for part in (matrix, scale, zero)
    )
    gram = torch.from_numpy(grams.astype(np.float32))
    pruned = weight == 0
    floor = torch.floor(weight / s)
    v = soft_rounding.start(weight / s - floor).requires_grad_()
    low, high = grids.limits(params.bits, params.symmetric)
    nearest = torch.where(pruned, z, (torch.round(weight / s) + z).clamp(low, high))
    optimizer = torch.optim.Adam([v], lr=RATE)

    def levels(h: torch.Tensor) -> torch.Tensor:
        return torch.where(pruned, z, (floor + h + z).clamp(low, high))

    def response(q: torch.Tensor) -> torch.Tensor:
        error = (q - z) * s - weight
        return ((error @ gram) * error).sum(dim=2, keepdim=True)

    unit = response(nearest).clamp_min(1e-20)
    for step in job.each(range(params.steps), Message("optimising the rounding")):
        h = soft_rounding.upward(v)
        loss = (response(levels(h)) / unit).mean()
        beta = soft_rounding.exponent(step / params.steps)
        if beta is not None:
            loss = loss + params.regularization * soft_rounding.undecided(h, beta).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        chosen = levels((v >= 0).float())
        # Never worse than rounding to nearest, channel by channel.
        best = torch.where(response(chosen) < response(nearest), chosen, nearest)
    return best.reshape(shaped).reshape(-1, columns).numpy().astype(np.float64)
