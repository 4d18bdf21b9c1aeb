"""Truncated SVD that weights each input direction by its energy in the data.

Wang, Zheng, Wan, Zhang: SVD-LLM, truncation-aware singular value decomposition for large language model compression.
ICLR 2025, section 3.1.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Ranking
from workbench.core.recipe.params import Drag, Help, OneOf, Range
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import ranks
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors

DAMPING = 1e-4


@method("lowrank.whitened")
class WhitenedSvd(Method):
    title = "Whitened SVD"
    summary = (
        "Replaces the layer by two thinner ones that minimise the error of its output on the "
        "calibration samples, instead of the error of its weights."
    )
    formula = "W S ≈ U Σ Vᵗ,  W ≈ Uᵣ Σᵣ (Vᵣᵗ S⁻¹),  S Sᵗ = E[x xᵗ]"
    citation = "Wang et al. 2025, SVD-LLM, ICLR"
    ranking = Ranking("matrices")
    needs_data = True

    @dataclass(frozen=True)
    class Params(ranks.RankParams):
        rank: Annotated[ranks.Number, Drag("spectrum")] = None
        energy: Annotated[
            float | None,
            Range(0.01, 1, 0.01),
            OneOf("amount"),
            Help("Keep the smallest rank that retains this fraction of the output energy."),
        ] = 0.95

    def accepts(self, layer: Layer) -> str | None:
        return factors.refusal(layer) or factors.rows_refusal(layer)

    def forecasts_exactly(self, params: Params) -> bool:
        return ranks.predicted(params)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.factored(*factors.forecast_shapes(layer, plan, params))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        import scipy.linalg

        layer = context.layer
        root = whitening(context.gram(job)[0])
        white = _white(edit.weight, layer, root)
        job.check()
        rank = ranks.chosen(params, layer.matrix, lambda: factors.singular_values(white))
        left, right = factors.split(white, rank)
        right = scipy.linalg.solve_triangular(root, right.T, lower=True, trans="T").T
        return Edit(factors.pair(left, right, layer), edit.bias, factors.note(layer, params, rank))

    def matrices(self, context: Context, job: Job) -> tuple[ranks.Matrix, ...]:
        shape = context.layer.matrix
        values = factors.singular_values(_white(context.weight, context.layer, whitening(context.gram(job)[0])))
        return (ranks.Matrix(values, shape, ranks.break_even(shape), "output"),)


def _white(weight: np.ndarray, layer: Layer, root: np.ndarray) -> np.ndarray:
    return factors.unfold(weight, layer).astype(np.float64) @ root


def whitening(gram: np.ndarray) -> np.ndarray:
    """Return the lower triangular S with S S^T = gram + a small fraction of its mean diagonal, which makes it
    invertible."""
    import scipy.linalg

    damped = gram + DAMPING * max(float(np.trace(gram)) / len(gram), 1e-12) * np.eye(len(gram))
    return scipy.linalg.cholesky(damped, lower=True)
