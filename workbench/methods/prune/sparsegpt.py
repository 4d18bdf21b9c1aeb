"""Zero weights column by column, compensating with the remaining ones.

Frantar and Alistarh: SparseGPT, massive language models can be accurately pruned in one shot. ICML 2023, algorithm 1;
after Hassibi and Stork 1993, Optimal brain surgeon.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
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
from workbench.methods.common.hessian import inverse_factor
from workbench.methods.prune.magnitude import smallest

BLOCK = 128


@method("prune.sparsegpt")
class SparseGpt(Method):
    title = "SparseGPT"
    summary = (
        "Sets weights to zero column by column and adjusts the remaining ones to minimise "
        "the error of the layer's output on the calibration samples."
    )
    formula = "min over mask, Ŵ:  ‖ W X − Ŵ X ‖²,  saliency  w² / [H⁻¹]ⱼⱼ²,  H = X Xᵗ + λ I"
    citation = "Frantar and Alistarh 2023, SparseGPT, ICML; Hassibi and Stork 1993"
    effects = (
        Effect(
            said.GONE, "", {"count": "groups * round(sparsity * (outputs // groups) * columns)", "total": "weights"}
        ),
    )
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        sparsity: Annotated[float, Range(0, 1, 0.01), Help("Fraction of the weights to set to zero.")] = 0.5
        damping: Annotated[
            float, Range(1e-4, 1, log=True), Expert(), Help("Share of the mean diagonal added to the Hessian H.")
        ] = 0.01

    def accepts(self, layer: Layer) -> str | None:
        return factors.rows_refusal(layer)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        zeros = layer.groups * round(params.sparsity * (layer.count // layer.groups))
        return plan.with_zeros(zeros / max(layer.count, 1))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer

        def pruned(values: np.ndarray, out_axis: int, grams: np.ndarray) -> Encoding:
            parts = np.split(factors.by_output(values, out_axis), len(grams))
            each = job.part(0.5, 1.0).each(
                list(zip(parts, grams, strict=True)), Message("pruning {path}", path=layer.path)
            )
            kept = np.concatenate([prune(part, gram, params.sparsity, params.damping, job) for part, gram in each])
            return Dense(factors.like(kept, values, out_axis))

        moments = context.gram(job.part(0.0, 0.5))
        return Edit(each_matrix(edit.encoding, layer.out_axis, moments, pruned), edit.bias, edit.note)


def prune(matrix: np.ndarray, gram: np.ndarray, sparsity: float, damping: float, job: Job) -> np.ndarray:
    """Prune a matrix [rows, columns] by `sparsity`, one block of columns at a time, and move the error to later
    columns.

    Zero weights stay zero.
    """
    work, gone = matrix.astype(np.float64), matrix == 0
    upper = inverse_factor(gram, damping)  # H^-1 = upper^T upper
    rows, columns = work.shape
    for start in range(0, columns, BLOCK):
        job.check()
        end = min(start + BLOCK, columns)
        block, factor = work[:, start:end], upper[start:end, start:end]
        saliency = np.where(gone[:, start:end], -1.0, np.square(block / np.diagonal(factor)))
        # The target for all columns so far, so that rounding does not add up.
        count = round(sparsity * rows * end) - round(sparsity * rows * start)
        drop = smallest(saliency.reshape(1, -1), count).reshape(saliency.shape) | gone[:, start:end]
        errors = np.empty_like(block)
        for column in range(end - start):
            kept = np.where(drop[:, column], 0.0, block[:, column])
            errors[:, column] = (block[:, column] - kept) / factor[column, column]
            block[:, column] = kept
            block[:, column + 1 :] -= np.outer(errors[:, column], factor[column, column + 1 :])
        block[drop] = 0.0
        work[:, end:] -= errors @ upper[start:end, end:]
    return work.astype(np.float32)
