"""Zero the weights with the smallest magnitude times input norm.

Sun, Liu, Bair, Kolter: A simple and effective pruning approach for large language models (Wanda). ICLR 2024.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.core.recipe.params import Expert, Help, Range
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors
from workbench.methods.common.gram_propagation import each_matrix
from workbench.methods.prune.magnitude import smallest, zero_smallest


@method("prune.wanda")
class WandaPruning(Method):
    title = "Wanda"
    summary = (
        "Sets the weights to zero whose magnitude times the norm of their input is smallest, "
        "measured on the calibration samples."
    )
    formula = "saliency  Sᵢⱼ = |Wᵢⱼ| · ‖xⱼ‖₂,  compared within each output channel"
    citation = "Sun et al. 2024, A simple and effective pruning approach for large language models, ICLR"
    effects = (
        Effect(said.GONE, "per_output", {"count": "outputs * round(sparsity * columns)", "total": "weights"}),
        Effect(said.GONE, "not per_output", {"count": "round(sparsity * weights)", "total": "weights"}),
    )
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        sparsity: Annotated[float, Range(0, 1, 0.01), Help("Fraction of the weights to set to zero.")] = 0.5
        per_output: Annotated[
            bool,
            Expert(),
            Help(
                "Prune each output channel to the same sparsity, as published; otherwise compare "
                "weights within the whole layer."
            ),
        ] = True

    def accepts(self, layer: Layer) -> str | None:
        return factors.rows_refusal(layer)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        rows, columns = layer.matrix
        count = rows * round(params.sparsity * columns) if params.per_output else round(params.sparsity * layer.count)
        return plan.with_zeros(count / max(layer.count, 1))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer

        def prune(values: np.ndarray, out_axis: int, grams: np.ndarray) -> Encoding:
            norms = np.sqrt(np.diagonal(grams, axis1=1, axis2=2))  # [groups, columns]
            matrix = factors.by_output(values, out_axis)
            saliency = np.abs(matrix) * np.repeat(norms, len(matrix) // len(norms), axis=0)
            if params.per_output:
                drop = smallest(saliency, round(params.sparsity * matrix.shape[1]))
                pruned = np.where(drop, np.float32(0), matrix)
            else:
                pruned = zero_smallest(matrix, saliency, params.sparsity)
            return Dense(factors.like(pruned, values, out_axis))

        return Edit(each_matrix(edit.encoding, layer.out_axis, context.gram(job), prune), edit.bias, edit.note)
