"""Group output channels that lie in a common subspace, and factorise each group separately.

Subspace clustering before factorisation: Maalouf, Lang, Rus, Feldman: Deep learning meets projective clustering,
ICLR 2021 (messi), with k-means on the directions of the rows for the clustering.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.core.recipe.params import Help, OneOf, Range
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import ranks
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors


@method("lowrank.subspace")
class SubspaceFactors(Method):
    title = "Sub-space low rank"
    summary = (
        "Clusters the output channels by direction and factorises each cluster separately. "
        "The second layer is block-diagonal; its zeros are not stored."
    )
    formula = "W_c ≈ U_c V_cᵗ for each cluster c of output channels"
    citation = "Maalouf et al. 2021, Deep learning meets projective clustering, ICLR"
    effects = (
        Effect(
            "{outputs} outputs in {count} groups, {rank} each.",
            "",
            {"count": "min(clusters, outputs)", "rank": "asked"},
        ),
    )

    @dataclass(frozen=True)
    class Params(ranks.RankParams):
        rank: Annotated[
            int | None, Range(1, 1024, 1, log=True), OneOf("amount"), Help("Rank of each group, at most its channels.")
        ] = 8
        energy: ranks.Energy = None
        clusters: Annotated[int, Range(1, 64, 1, log=True), Help("Groups of output channels.")] = 4

    def accepts(self, layer: Layer) -> str | None:
        return factors.refusal(layer)

    def forecasts_exactly(self, params: Params) -> bool:
        return False  # clusters smaller than the rank need fewer

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        rows, columns = layer.matrix
        each = ranks.expected(params, (-(-rows // params.clusters), columns))
        total = min(params.clusters * each, rows)
        return plan.factored(*factors.pair_shapes(layer, total))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        matrix = factors.unfold(edit.weight, layer).astype(np.float64)
        members = _clusters(matrix, min(params.clusters, len(matrix)), context.seed)
        lefts, rights = [], []
        for chosen in job.each(members, Message("factorising the clusters")):
            part = matrix[chosen]
            left, right = factors.split(part, ranks.chosen(params, part.shape, partial(factors.singular_values, part)))
            placed = np.zeros((len(matrix), left.shape[1]))
            placed[chosen] = left
            lefts.append(placed)
            rights.append(right)
        left, right = np.concatenate(lefts, axis=1), np.concatenate(rights)
        note = Message(
            "{n} clusters, ranks {lefts}",
            one="{n} cluster, rank {lefts}",
            n=len(members),
            lefts=[str(left.shape[1]) for left in lefts[:8]],
        )
        return Edit(factors.pair(left, right, layer), edit.bias, note)


def _clusters(matrix: np.ndarray, count: int, seed: int) -> list[np.ndarray]:
    """Return the row indices of each cluster. Rows are compared by direction, with a row and its negative being
    equal."""
    from scipy.cluster.vq import kmeans2

    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    rows = matrix / np.maximum(norms, 1e-12)
    rows = rows * np.where(rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)] < 0, -1.0, 1.0)[:, None]
    _, labels = kmeans2(rows, count, minit="++", rng=np.random.default_rng(seed), missing="warn")
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]
