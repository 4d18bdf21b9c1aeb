"""Write a layer as two thinner ones that approximate its output after the ReLU, instead of its weights.

Zhang, Zou, He, Sun: Accelerating very deep convolutional networks for classification and detection. IEEE TPAMI 38:10,
2016, sections 3.2 and 3.3 (equations 6 to 12).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Ranking
from workbench.core.recipe.params import Drag, Expert, Help, OneOf, Range
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import ranks
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors
from workbench.methods.lowrank.whitened import whitening

ROWS = 8192
PENALTIES = (0.01, 0.1, 1.0)  # the paper raises lambda step by step (section 3.3)
ROUNDS = 10


@method("lowrank.response")
class ResponseFactors(Method):
    title = "Non-linear response"
    summary = (
        "Replaces the layer by two thinner ones, fitted to its outputs after the following "
        "activation on the calibration samples: errors that a ReLU hides do not count."
    )
    formula = "min over M of rank r, b:  Σ ‖ f(y) − f(M y + b) ‖²,  y = W x"
    citation = "Zhang et al. 2016, IEEE TPAMI 38:10"
    ranking = Ranking("matrices")
    needs_data = True

    @dataclass(frozen=True)
    class Params(ranks.RankParams):
        rank: Annotated[ranks.Number, Drag("spectrum")] = 16
        energy: Annotated[
            float | None,
            Range(0.01, 1, 0.01),
            OneOf("amount"),
            Help("Keep the smallest rank that retains this fraction of the output variance."),
        ] = None
        activation: Annotated[
            Literal["relu", "none"], Expert(), Help("Activation after the layer; none: fit its outputs directly.")
        ] = "relu"

    def accepts(self, layer: Layer) -> str | None:
        return factors.refusal(layer) or factors.rows_refusal(layer)

    def forecasts_exactly(self, params: Params) -> bool:
        return ranks.predicted(params)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.factored(*factors.forecast_shapes(layer, plan, params))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        rows = context.rows(ROWS, job.part(0.0, 0.5))[0].astype(np.float64)
        matrix = factors.unfold(edit.weight, layer).astype(np.float64)
        rank = ranks.chosen(params, layer.matrix, lambda: _spectrum(rows, matrix))
        if len(rows) < 2 * rank:
            raise UserError(
                "{path}: there are too few calibration samples for rank {rank}.",
                "Give more data.",
                path=layer.path,
                rank=rank,
            )
        target = rows @ factors.unfold(context.weight, layer).astype(np.float64).T + (
            0 if context.bias is None else context.bias
        )
        basis, inner, shift = fit(rows @ matrix.T, target, rank, params.activation == "relu", job.part(0.5, 1.0))
        # M y + b with y = W x: the factors of M W, and all shifts in the bias.
        return Edit(
            factors.pair(basis, inner @ matrix, layer), shift.astype(np.float32), factors.note(layer, params, rank)
        )

    def matrices(self, context: Context, job: Job) -> tuple[ranks.Matrix, ...]:
        rows = context.rows(ROWS, job)[0].astype(np.float64)
        shape = context.layer.matrix
        values = _spectrum(rows, factors.unfold(context.weight, context.layer).astype(np.float64))
        return (ranks.Matrix(values, shape, ranks.break_even(shape), "variance"),)


def _spectrum(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return the singular values of the weight times the square root of the inputs' covariance: their squares are the
    outputs' variances."""
    return factors.singular_values(matrix @ whitening(np.cov(rows, rowvar=False, bias=True)))


def fit(
    responses: np.ndarray, target: np.ndarray, rank: int, relu: bool, job: Job
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit basis [outputs, rank], inner [rank, outputs] and shift [outputs] with target ~ f(basis inner y + shift).

    responses    [samples, outputs] y without bias;  target [samples, outputs] with bias, before the activation
    """
    regression = ReducedRank(responses)
    basis, inner, shift = regression.fit(target, rank)
    if not relu:
        return basis, inner, shift
    wanted = np.maximum(target, 0)
    for penalty in PENALTIES:
        for _ in job.each(range(ROUNDS), Message("fitting the response")):
            linear = responses @ inner.T @ basis.T + shift
            basis, inner, shift = regression.fit(_auxiliary(wanted, linear, penalty), rank)
    return basis, inner, shift


def _auxiliary(wanted: np.ndarray, linear: np.ndarray, penalty: float) -> np.ndarray:
    """Return z of equation 9, element by element: the better of its solutions on the two sides of zero (equations 10,
    11)."""
    below = np.minimum(linear, 0)
    above = np.maximum((penalty * linear + wanted) / (penalty + 1), 0)
    cost_below = np.square(wanted) + penalty * np.square(below - linear)
    cost_above = np.square(wanted - above) + penalty * np.square(above - linear)
    return np.where(cost_below < cost_above, below, above)


class ReducedRank:
    """Reduced-rank least squares, outputs ~ basis inner inputs + shift, for many outputs of the same inputs
    [samples, columns] (Izenman 1975, reduced-rank regression)."""

    def __init__(self, inputs: np.ndarray) -> None:
        self.mean = inputs.mean(axis=0)
        self.inputs = inputs - self.mean
        gram = self.inputs.T @ self.inputs
        damping = 1e-6 * max(float(np.trace(gram)) / len(gram), 1e-12)
        self.factor = np.linalg.cholesky(gram + damping * np.eye(len(gram)))

    def fit(self, outputs: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return basis [outputs, rank], inner [rank, columns] and shift [outputs]."""
        from scipy.linalg import solve_triangular

        mean = outputs.mean(axis=0)
        # With C Cᵀ the inputs' moments, the whole solution is B = hᵀ C⁻¹ for h = C⁻¹ Xᵀ Y, and what it explains of the
        # outputs has the moments hᵀ h: the best basis is that of their largest directions.
        half = solve_triangular(self.factor, self.inputs.T @ (outputs - mean), lower=True)
        basis = np.linalg.eigh(half.T @ half)[1][:, ::-1][:, :rank]
        inner = solve_triangular(self.factor, half @ basis, lower=True, trans="T").T
        return basis, inner, mean - basis @ (inner @ self.mean)
