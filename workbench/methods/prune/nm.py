"""Keep N of every M consecutive weights: the pattern that sparse tensor cores read.

Mishra et al. 2021, Accelerating sparse deep neural networks (2:4); Zhou et al. 2021, Learning N:M fine-grained
structured sparse neural networks from scratch, ICLR.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.core.recipe.params import Help, Range
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Context, Method, each_tensor, method
from workbench.methods.common import factors
from workbench.methods.prune.magnitude import smallest


@method("prune.nm")
class NOfMPruning(Method):
    title = "N:M"
    summary = (
        "Keeps the N largest of every M weights in a row of the unfolded matrix and sets the "
        "others to zero. Sparse tensor cores accelerate 2:4; in ONNX Runtime it only makes "
        "the file smaller."
    )
    formula = "in each group of M:  wᵢ ← wᵢ · [|wᵢ| is among the N largest]"
    citation = "Mishra et al. 2021, Accelerating sparse deep neural networks; Zhou et al. 2021, ICLR"
    effects = (Effect("{n} of every {m} consecutive weights are kept; the others become zero."),)

    @dataclass(frozen=True)
    class Params:
        n: Annotated[int, Range(1, 64, 1), Help("Weights to keep in each group.")] = 2
        m: Annotated[int, Range(2, 64, 1), Help("Group size: consecutive weights of one output channel.")] = 4

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or None

    def forecasts_exactly(self, params: Params) -> bool:
        return False  # zeros at regular places take fewer bytes than the forecast expects of random ones

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        rows, columns = layer.matrix
        return plan.with_zeros(rows * _dropped(columns, params) / max(layer.count, 1))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        if params.n > params.m:
            raise UserError(
                "{path}: cannot keep {n} of {m} weights.",
                "N must not exceed M.",
                path=context.layer.path,
                n=params.n,
                m=params.m,
            )
        job.check()

        def prune(values: np.ndarray, out_axis: int) -> Encoding:
            matrix = factors.by_output(values, out_axis)
            kept = matrix * ~group_mask(np.abs(matrix), params)
            return Dense(factors.like(kept, values, out_axis))

        return Edit(each_tensor(edit.encoding, context.layer.out_axis, prune), edit.bias, edit.note)


def group_mask(saliency: np.ndarray, params: NOfMPruning.Params) -> np.ndarray:
    """Return a mask, True where a weight is dropped. A shorter last group also keeps N weights, or all that it has."""
    rows, columns = saliency.shape
    groups = -(-columns // params.m)
    padded = np.pad(saliency, [(0, 0), (0, groups * params.m - columns)], constant_values=-1)
    cells = padded.reshape(-1, params.m)
    drop = smallest(cells, params.m - params.n)
    return drop.reshape(rows, -1)[:, :columns]


def _dropped(columns: int, params: NOfMPruning.Params) -> int:
    whole, left = divmod(columns, params.m)
    return whole * (params.m - params.n) + max(0, left - params.n)
