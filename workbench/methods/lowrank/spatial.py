"""Write a k x k convolution as a vertical and a horizontal one.

Jaderberg, Vedaldi, Zisserman: Speeding up convolutional neural networks with low rank expansions. BMVC 2014, scheme 2.
"""

import numpy as np

from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Ranking
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Factors, Piece
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import ranks
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors


@method("lowrank.spatial")
class SpatialSvd(Method):
    title = "Spatial SVD"
    summary = "Replaces a k × k convolution by a k × 1 and a 1 × k convolution."
    formula = "W[o,i,y,x] ≈ Σᵣ H[o,r,x] V[r,i,y]"
    citation = "Jaderberg et al. 2014, BMVC"
    ranking = Ranking("matrices", first="A vertical and a horizontal convolution")

    Params = ranks.RankParams

    def accepts(self, layer: Layer) -> str | None:
        return factors.refuse_spatial(layer)

    def forecasts_exactly(self, params: ranks.RankParams) -> bool:
        return ranks.predicted(params)

    def forecast(self, layer: Layer, plan: Plan, params: ranks.RankParams) -> Plan:
        out, inputs, tall, wide = layer.shape
        rank = ranks.expected(params, (inputs * tall, out * wide), _break_even(layer))
        return plan.factored((rank, inputs, tall, 1), (out, rank, 1, wide))

    def apply(self, context: Context, edit: Edit, params: ranks.RankParams, job: Job) -> Edit:
        layer = context.layer
        out, inputs, tall, wide = layer.shape
        matrix = _unfold(edit.weight)
        job.check()
        even = _break_even(layer)
        rank = ranks.chosen(params, matrix.shape, lambda: factors.singular_values(matrix), even)
        left, right = factors.split(matrix, rank)
        vertical = left.T.reshape(rank, inputs, tall, 1).astype(np.float32)
        horizontal = right.reshape(rank, out, 1, wide).transpose(1, 0, 2, 3).astype(np.float32)
        vertical_window, horizontal_window = factors.split_window(layer)
        first = Piece(Dense(np.ascontiguousarray(vertical)), attributes=vertical_window)
        second = Piece(Dense(np.ascontiguousarray(horizontal)), attributes=horizontal_window)
        return Edit(
            Factors((first, second), True, layer.shape, 0),
            edit.bias,
            ranks.words(params, rank, min(matrix.shape), even),
        )

    def matrices(self, context: Context, job: Job) -> tuple[ranks.Matrix, ...]:
        matrix = _unfold(context.weight)
        return (ranks.Matrix(factors.singular_values(matrix), matrix.shape, _break_even(context.layer)),)


def _unfold(weight: np.ndarray) -> np.ndarray:
    """Unfold the weight to [inputs x height, outputs x width]."""
    out, inputs, tall, wide = weight.shape
    return weight.transpose(1, 2, 0, 3).reshape(inputs * tall, out * wide)


def _break_even(layer: Layer) -> int:
    """Return the largest rank at which the two convolutions have fewer weights than the layer."""
    out, inputs, tall, wide = layer.shape
    return (layer.count - 1) // (inputs * tall + out * wide)
