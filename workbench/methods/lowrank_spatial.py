"""Write a k x k convolution as a vertical and a horizontal one.

Jaderberg, Vedaldi, Zisserman: Speeding up convolutional neural networks with low rank expansions. BMVC 2014, scheme 2.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.job import Job
from workbench.core.layer import Layer
from workbench.core.params import Help, OneOf, Range
from workbench.graph.edit import Edit
from workbench.graph.encoding import Dense, Factors, Piece
from workbench.graph.plan import Plan
from workbench.methods import factors
from workbench.methods.method import Context, Method, method


@method("lowrank.spatial")
class SpatialSvd(Method):
    title = "Spatial SVD"
    summary = "Replaces a convolution with a k × k kernel by one of k × 1 followed by one of 1 × k."
    formula = "W[o,i,y,x] ≈ Σᵣ H[o,r,x] V[r,i,y]"
    citation = "Jaderberg et al. 2014, BMVC"

    @dataclass(frozen=True)
    class Params:
        rank: Annotated[int | None, Range(1, None, 1, log=True), OneOf("amount"),
                        Help("Channels between the two convolutions; more than there are means all.")] = None
        energy: Annotated[float | None, Range(0.01, 1, 0.01), OneOf("amount"),
                          Help("Keep the smallest rank with this fraction of the squared singular values.")] = 0.9

    def accepts(self, layer: Layer) -> str | None:
        return factors.refuse_spatial(layer)

    def foretells(self, params: Params) -> bool:
        return params.rank is not None

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        out, inputs, tall, wide = layer.shape
        full = min(inputs * tall, out * wide)
        rank = min(params.rank, full) if params.rank is not None else max(1, full // 4)
        return plan.factored((rank, inputs, tall, 1), (out, rank, 1, wide))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        out, inputs, tall, wide = layer.shape
        matrix = edit.weight.transpose(1, 2, 0, 3).reshape(inputs * tall, out * wide)
        job.check()
        values = np.linalg.svd(matrix, compute_uv=False)
        wanted = params.rank if params.rank is not None else factors.rank_for_energy(values, params.energy or 0.0)
        rank = max(1, min(wanted, len(values)))
        left, right = factors.split(matrix, rank)
        vertical = left.T.reshape(rank, inputs, tall, 1).astype(np.float32)
        horizontal = right.reshape(rank, out, 1, wide).transpose(1, 0, 2, 3).astype(np.float32)
        vertical_window, horizontal_window = factors.split_window(layer)
        first = Piece(Dense(np.ascontiguousarray(vertical)), attributes=vertical_window)
        second = Piece(Dense(np.ascontiguousarray(horizontal)), attributes=horizontal_window)
        even = layer.count // (inputs * tall + out * wide)
        note = f"rank {rank} is above break-even {even}: the layer grows" if rank > even else ""
        return Edit(Factors((first, second), True, layer.shape, 0), edit.bias, note)
