"""Pruning by a score of each weight: the part shared by methods that differ only in the score."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Help, Range
from workbench.graph.encodings.dense import Dense
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Context, Method
from workbench.methods.common import factors
from workbench.methods.prune.magnitude import smallest

Scope = Literal["layer", "global"]
SCOPE_HELP = "Rank weights within the layer, or across all layers with this step."


@dataclass(frozen=True)
class LayerParams:
    """Parameters for scores that are comparable only within a layer, unless specified otherwise."""

    sparsity: Annotated[float, Range(0, 1, 0.01), Help("Fraction of the weights to set to zero.")] = 0.5
    scope: Annotated[Scope, Help(SCOPE_HELP)] = "layer"


@dataclass(frozen=True)
class GlobalParams(LayerParams):
    """Parameters for scores that were published for comparison across layers."""

    scope: Annotated[Scope, Help(SCOPE_HELP)] = "global"


class SaliencyPruning(Method):
    """Base of methods that zero the weights with the lowest scores. With scope "global" the number of zeros is fixed
    for all layers with the step together (see Context.peers)."""

    needs_data = True

    @abstractmethod
    def score(self, context: Context, weight: np.ndarray, params: Any, job: Job) -> np.ndarray:
        """Return the scores, shaped like the weight; larger ones are kept."""

    def whole(self, params: Any) -> str:
        return Message("gradients are")

    def accepts(self, layer: Layer) -> str | None:
        return factors.refuse_gradients(layer)

    def forecasts_exactly(self, params: Any) -> bool:
        return params.scope == "layer"

    def forecast(self, layer: Layer, plan: Plan, params: Any) -> Plan:
        return plan.with_zeros(params.sparsity)

    def apply(self, context: Context, edit: Edit, params: Any, job: Job) -> Edit:
        own = self.score(context, edit.weight, params, job)
        if params.scope == "layer" or len(context.peers) < 2:
            drop = smallest(own.reshape(1, -1), round(params.sparsity * own.size)).reshape(own.shape)
            return Edit(Dense(np.where(drop, np.float32(0), edit.weight)), edit.bias)
        scores = [
            own.ravel() if peer.layer.path == context.layer.path else self.score(peer, peer.weight, params, job).ravel()
            for peer in job.each(context.peers, Message("comparing the layers"))
        ]
        count = round(params.sparsity * sum(part.size for part in scores))
        if count == 0:
            return Edit(Dense(edit.weight.copy()), edit.bias)
        joined = np.concatenate(scores)
        bound = np.partition(joined, count - 1)[count - 1]
        return Edit(Dense(np.where(own <= bound, np.float32(0), edit.weight)), edit.bias)
