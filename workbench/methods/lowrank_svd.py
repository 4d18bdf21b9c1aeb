"""Write a layer as two thinner ones by truncated singular value decomposition.

Denton, Zaremba, Bruna, LeCun, Fergus: Exploiting linear structure within convolutional networks for efficient
evaluation. NeurIPS 2014. Eckart and Young 1936 for the optimality.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.job import Job
from workbench.core.layer import Layer
from workbench.core.params import Drag, Help, OneOf, Range
from workbench.graph.edit import Edit
from workbench.graph.plan import Plan
from workbench.methods import factors
from workbench.methods.method import Context, Method, method


@method("lowrank.svd")
class TruncatedSvd(Method):
    title = "Truncated SVD"
    summary = ("Replaces the layer by two thinner ones whose product is the closest matrix of that rank: fewer weights "
               "and fewer multiplications below the break-even rank.")
    formula = "W ≈ Uᵣ Σᵣ Vᵣᵀ,   parameters: r · (outputs + inputs)"
    citation = "Denton et al. 2014, NeurIPS; Eckart and Young 1936"

    @dataclass(frozen=True)
    class Params:
        rank: Annotated[int | None, Range(1, None, 1, log=True), OneOf("amount"), Drag("spectrum"),
                        Help("Number of singular values kept; more than there are means all.")] = None
        energy: Annotated[float | None, Range(0.01, 1, 0.01), OneOf("amount"), Drag("spectrum"),
                          Help("Keep the smallest rank with this fraction of the squared singular values.")] = 0.9

    def accepts(self, layer: Layer) -> str | None:
        return factors.refuse(layer)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        # The rank that an energy needs depends on the spectrum; half of break-even stands in until the edit is there.
        rank = params.rank if params.rank is not None else max(1, factors.break_even(layer) // 2)
        return plan.factored(*factors.pair_shapes(layer, min(rank, *layer.matrix)))

    def foretells(self, params: Params) -> bool:
        return params.rank is not None

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        matrix = factors.unfold(edit.weight, layer)
        job.check()
        rank = factors.chosen_rank(layer, params.rank, lambda: np.linalg.svd(matrix, compute_uv=False), params.energy)
        left, right = factors.split(matrix, rank)
        return Edit(factors.pair(left, right, layer), edit.bias, factors.note(layer, rank))
