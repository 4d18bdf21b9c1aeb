"""Zero the smallest weights.

Han, Pool, Tran, Dally: Learning both weights and connections for efficient neural networks. NeurIPS 2015.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Drag, Help, OneOf, Range
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan, estimated_threshold
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, Method, each_tensor, method


@method("prune.magnitude")
class MagnitudePruning(Method):
    title = "Magnitude"
    summary = (
        "Sets the weights with the smallest magnitude to zero. The file shrinks because "
        "zeros are not stored; the layer keeps its shape and speed."
    )
    formula = "wᵢ ← wᵢ · [|wᵢ| > t]"
    citation = "Han et al. 2015, Learning both weights and connections, NeurIPS"
    effects = said.ZEROS

    @dataclass(frozen=True)
    class Params:
        sparsity: Annotated[
            float | None,
            Range(0, 1, 0.01),
            OneOf("amount"),
            Drag("histogram"),
            Help("Fraction of the layer's weights to set to zero."),
        ] = 0.5
        threshold: Annotated[
            float | None,
            Range(0),
            OneOf("amount"),
            Drag("histogram"),
            Help("Set weights to zero whose magnitude is at or below this."),
        ] = None
        scope: Annotated[
            Literal["layer", "global"], Help("Rank weights within the layer, or across all layers with this step.")
        ] = "layer"

    def whole(self, params: Any) -> str:
        return Message("a common threshold is") if params.threshold is None and params.scope == "global" else ""

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or None

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        # How many weights a threshold removes cannot be told from the shape.
        threshold = params.threshold
        if threshold is None and params.scope == "global" and plan.peers:
            threshold = estimated_threshold(plan.peers, params.sparsity or 0.0)
        if threshold is not None:
            return plan.with_zeros(plan.facts.share_below(threshold)) if plan.facts is not None else plan
        return plan.with_zeros(params.sparsity or 0.0)

    def forecasts_exactly(self, params: Params) -> bool:
        return params.threshold is None and params.scope == "layer"

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        threshold = params.threshold
        if threshold is None and params.scope == "global":
            threshold = common_threshold(context, params.sparsity or 0.0)

        def prune(values: np.ndarray, out_axis: int) -> Encoding:
            if threshold is not None:
                return Dense(np.where(np.abs(values) <= threshold, np.float32(0), values))
            return Dense(zero_smallest(values, np.abs(values), params.sparsity or 0.0))

        job.check()
        return Edit(each_tensor(edit.encoding, context.layer.out_axis, prune), edit.bias, edit.note)


def common_threshold(context: Context, sparsity: float) -> float:
    """Return the magnitude below which this fraction of the weights of all layers with the step lie."""
    magnitudes = np.concatenate([np.abs(peer.weight).ravel() for peer in context.peers])
    count = round(sparsity * magnitudes.size)
    return float(np.partition(magnitudes, count - 1)[count - 1]) if count else -1.0


def zero_smallest(values: np.ndarray, saliency: np.ndarray, sparsity: float) -> np.ndarray:
    """Return `values` with the round(sparsity * n) entries of least saliency set to zero."""
    drop = smallest(saliency.reshape(1, -1), round(sparsity * values.size)).reshape(values.shape)
    return np.where(drop, np.float32(0), values)


def smallest(saliency: np.ndarray, count: int) -> np.ndarray:
    """Return a mask [rows, n], True at the `count` smallest of each row; ties go to the earlier entry, so the result is
    unique."""
    if count <= 0:
        return np.zeros(saliency.shape, dtype=bool)
    bound = np.partition(saliency, count - 1, axis=1)[:, count - 1 : count]
    drop, ties = saliency < bound, saliency == bound
    room = count - drop.sum(axis=1, keepdims=True)
    if (ties.sum(axis=1, keepdims=True) == room).all():
        return drop | ties
    return drop | (ties & (np.cumsum(ties, axis=1) <= room))
