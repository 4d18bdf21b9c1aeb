"""Write a layer as two thinner ones by truncated singular value decomposition.

Denton, Zaremba, Bruna, LeCun, Fergus: Exploiting linear structure within convolutional networks for efficient
evaluation. NeurIPS 2014. Eckart and Young 1936 for the optimality.
"""

from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Ranking
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import ranks
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors


@method("lowrank.svd")
class TruncatedSvd(Method):
    title = "Truncated SVD"
    summary = (
        "Replaces the layer by two thinner ones whose product is the best approximation of "
        "that rank (Eckart-Young). Saves weights and MACs below the break-even rank."
    )
    formula = "W ≈ Uᵣ Σᵣ Vᵣᵗ,   parameters: r · (outputs + inputs)"
    citation = "Denton et al. 2014, NeurIPS; Eckart and Young 1936"
    ranking = Ranking()

    Params = ranks.SpectrumParams

    def accepts(self, layer: Layer) -> str | None:
        return factors.refusal(layer)

    def forecast(self, layer: Layer, plan: Plan, params: ranks.RankParams) -> Plan:
        return plan.factored(*factors.forecast_shapes(layer, plan, params))

    def forecasts_exactly(self, params: ranks.RankParams) -> bool:
        return ranks.predicted(params)

    def apply(self, context: Context, edit: Edit, params: ranks.RankParams, job: Job) -> Edit:
        layer = context.layer
        matrix = factors.unfold(edit.weight, layer)
        job.check()
        rank = ranks.chosen(params, layer.matrix, lambda: factors.singular_values(matrix))
        left, right = factors.split(matrix, rank)
        return Edit(factors.pair(left, right, layer), edit.bias, factors.note(layer, params, rank))
