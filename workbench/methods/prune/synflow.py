"""Zero the weights with the least synaptic flow, without data and without layer collapse.

Tanaka, Kunin, Yamins, Ganguli: Pruning neural networks without any data by iteratively conserving synaptic flow.
NeurIPS 2020, algorithm 1.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Expert, Help, Range
from workbench.graph.encodings.dense import Dense
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors
from workbench.methods.prune import saliency


@method("prune.synflow")
class SynFlowPruning(Method):
    title = "SynFlow"
    summary = (
        "Sets the weights with the least synaptic flow to zero in several rounds, which "
        "avoids layer collapse. Needs no data: it uses absolute weights and an input of ones."
    )
    formula = "R = 1ᵗ (∏ |W⁽ˡ⁾|) 1,   Sᵢ = |wᵢ · ∂R/∂wᵢ|,   kept after round k:  (1 − sparsity)^(k/n)"
    citation = "Tanaka et al. 2020, NeurIPS"
    effects = said.ZEROS
    needs_data = True  # for the shape of the input alone

    @dataclass(frozen=True)
    class Params:
        sparsity: Annotated[float, Range(0, 0.999, 0.01), Help("Fraction of the weights to set to zero.")] = 0.5
        rounds: Annotated[int, Range(1, 1000, 1, log=True), Expert(), Help("Number of pruning rounds.")] = 50
        scope: Annotated[saliency.Scope, Help(saliency.SCOPE_HELP)] = "global"

    def whole(self, params: Any) -> str:
        return Message("synaptic flow is")

    def accepts(self, layer: Layer) -> str | None:
        return factors.refuse_gradients(layer)

    def forecasts_exactly(self, params: Params) -> bool:
        return params.scope == "layer"

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.with_zeros(params.sparsity)

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        peers = context.peers if params.scope == "global" else (context,)
        masks = {peer.layer.path: np.ones(peer.layer.shape) for peer in peers}
        total = sum(mask.size for mask in masks.values())
        for step in job.each(range(1, params.rounds + 1), Message("conserving synaptic flow")):
            scores = context.synaptic_flow(masks)
            kept = round(total * (1 - params.sparsity) ** (step / params.rounds))
            masks = _keep({path: scores[path] for path in masks}, masks, kept)
        mask = masks[context.layer.path]
        return Edit(Dense((edit.weight * mask).astype(np.float32)), edit.bias)


def _keep(scores: dict[str, np.ndarray], masks: dict[str, np.ndarray], kept: int) -> dict[str, np.ndarray]:
    """Return masks of the `kept` weights with the largest scores among those not yet dropped."""
    joined = np.concatenate([np.where(masks[path] > 0, scores[path], -1.0).ravel() for path in masks])
    order = np.argsort(-joined, kind="stable")[:kept]
    flat = np.zeros(len(joined))
    flat[order] = 1.0
    result, start = {}, 0
    for path, mask in masks.items():
        result[path] = flat[start : start + mask.size].reshape(mask.shape)
        start += mask.size
    return result
