"""Write a convolution as three: 1 x 1 to fewer channels, k x k between few channels, 1 x 1 back.

Kim, Park, Yoo, Choi, Yang, Shin: Compression of deep convolutional neural networks for fast and low power mobile
applications. ICLR 2016, section 3 (Tucker-2).
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import tensorly
from tensorly.decomposition import partial_tucker

from workbench.core.job import Job
from workbench.core.layer import Layer
from workbench.core.params import Help, OneOf, Range
from workbench.graph.edit import Edit
from workbench.graph.encoding import Dense, Factors, Piece
from workbench.graph.plan import Plan
from workbench.methods import factors, vbmf
from workbench.methods.method import Context, Method, method

ITERATIONS = 50


@method("lowrank.tucker")
class Tucker2(Method):
    title = "Tucker-2"
    summary = ("Replaces a k × k convolution by three: 1 × 1 to fewer channels, k × k among few channels, and 1 × 1 "
               "back to all. Ranks by ratio, or by variational Bayes (EVBMF) with a weakening factor.")
    formula = "W[o,i] ≈ Σₚᵣ B[o,p] · C[p,r] · A[r,i]"
    citation = "Kim et al. 2016, ICLR; Nakajima et al. 2013, JMLR 14"

    @dataclass(frozen=True)
    class Params:
        ratio: Annotated[float | None, Range(0.01, 1, 0.01), OneOf("amount"),
                         Help("Both ranks as a fraction of the input and output channels.")] = 0.5
        weakening: Annotated[float | None, Range(0, 1, 0.05), OneOf("amount"),
                             Help("0: the ranks that EVBMF finds; 1: full ranks; between: a share of the way.")] = None

    def accepts(self, layer: Layer) -> str | None:
        if layer.op != "Conv" or len(layer.shape) < 3 or max(layer.shape[2:]) < 2:
            return layer.locked or "Only a convolution with a kernel wider than 1 can be split like this."
        return factors.refuse(layer)

    def foretells(self, params: Params) -> bool:
        return params.ratio is not None

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        ranks = _ranks_by_ratio(layer, 0.5 if params.ratio is None else params.ratio)
        return plan.factored(*_shapes(layer, *ranks))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer, weight = context.layer, edit.weight
        job.check()
        if params.ratio is not None:
            ranks = _ranks_by_ratio(layer, params.ratio)
        else:
            ranks = _ranks_by_vbmf(weight, params.weakening or 0.0)
        with tensorly.backend_context("numpy"):
            (core, (back, to)), _ = partial_tucker(weight.astype(np.float64), rank=list(ranks), modes=[0, 1],
                                                   n_iter_max=ITERATIONS, init="svd", tol=1e-6)
        parts = (to.T, core, back)
        shapes = _shapes(layer, *ranks)
        dense = [Dense(np.ascontiguousarray(part, dtype=np.float32).reshape(shape))
                 for part, shape in zip(parts, shapes, strict=True)]
        pieces = (Piece(dense[0]), Piece(dense[1], inherit=True), Piece(dense[2]))
        used = sum(int(np.prod(shape)) for shape in shapes)
        note = f"ranks {ranks[0]} of {layer.shape[0]} outputs, {ranks[1]} of {layer.shape[1]} inputs"
        return Edit(Factors(pieces, True, layer.shape, 0), edit.bias,
                    note + (": the layer grows" if used >= layer.count else ""))


def _ranks_by_ratio(layer: Layer, ratio: float) -> tuple[int, int]:
    return tuple(max(1, round(ratio * channels)) for channels in layer.shape[:2])  # type: ignore[return-value]


def _ranks_by_vbmf(weight: np.ndarray, weakening: float) -> tuple[int, int]:
    """EVBMF ranks of the unfoldings by output and by input channel, moved towards full rank by `weakening`."""
    ranks = []
    for mode in (0, 1):
        full = weight.shape[mode]
        found = max(1, vbmf.rank(factors.by_output(weight, mode)))
        ranks.append(min(full, round(found + weakening * (full - found))))
    return ranks[0], ranks[1]


def _shapes(layer: Layer, out_rank: int, in_rank: int) -> tuple[tuple[int, ...], ...]:
    """Of the three weights in the order of execution."""
    out, inputs, *kernel = layer.shape
    ones = [1] * len(kernel)
    return (in_rank, inputs, *ones), (out_rank, in_rank, *kernel), (out, out_rank, *ones)
