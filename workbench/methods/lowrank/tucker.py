"""Write a convolution as three: 1 x 1 to fewer channels, k x k between few channels, 1 x 1 back.

Kim, Park, Yoo, Choi, Yang, Shin: Compression of deep convolutional neural networks for fast and low power mobile
applications. ICLR 2016, section 3 (Tucker-2).
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Ranking
from workbench.core.recipe.params import Help, OneOf, Range
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Factors, Piece
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import ranks
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors

ITERATIONS = 50


@method("lowrank.tucker")
class Tucker2(Method):
    title = "Tucker-2"
    summary = (
        "Replaces a k × k convolution by three: 1 × 1 to fewer channels, k × k between them, "
        "and 1 × 1 back. Set the ranks by ratio, or let variational Bayes (EVBMF) estimate "
        "them, scaled by a weakening factor."
    )
    formula = "W[o,i] ≈ Σₚᵣ B[o,p] · C[p,r] · A[r,i]"
    citation = "Kim et al. 2016, ICLR; Nakajima et al. 2013, JMLR 14"
    ranking = Ranking("matrices", sides=2)

    @dataclass(frozen=True)
    class Params(ranks.RankParams):
        rank: Annotated[
            int | None,
            Range(1, None, 1, log=True),
            OneOf("amount"),
            Help("Rank of both sides, at most the number of output and of input channels."),
        ] = None
        energy: Annotated[
            float | None,
            Range(0.01, 1, 0.01),
            OneOf("amount"),
            Help("On each side, keep the smallest rank that retains this fraction of the squared singular values."),
        ] = None
        ratio: Annotated[
            float | None,
            Range(0.01, 1, 0.01),
            OneOf("amount"),
            Help("Both ranks, as a fraction of the input and output channels."),
        ] = 0.5

    def accepts(self, layer: Layer) -> str | None:
        if layer.op != "Conv" or len(layer.shape) < 3 or max(layer.shape[2:]) < 2:
            return layer.locked or Message("Only a convolution with a kernel larger than 1 can be split like this.")
        return factors.refusal(layer)

    def forecasts_exactly(self, params: Params) -> bool:
        return ranks.predicted(params)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.factored(*_shapes(layer, *_ranks(layer, params, None)))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        import tensorly
        from tensorly.decomposition import partial_tucker

        layer, weight = context.layer, edit.weight
        job.check()
        chosen = _ranks(layer, params, weight)
        with tensorly.backend_context("numpy"):
            (core, (back, to)), _ = partial_tucker(
                weight.astype(np.float64), rank=list(chosen), modes=[0, 1], n_iter_max=ITERATIONS, init="svd", tol=1e-6
            )
        parts = (to.T, core, back)
        shapes = _shapes(layer, *chosen)
        dense = [
            Dense(np.ascontiguousarray(part, dtype=np.float32).reshape(shape))
            for part, shape in zip(parts, shapes, strict=True)
        ]
        pieces = (Piece(dense[0]), Piece(dense[1], inherit=True), Piece(dense[2]))
        used = sum(int(np.prod(shape)) for shape in shapes)
        grows = used >= layer.count
        note = Message(
            "ranks {rank} of {outputs} outputs, {in_rank} of {inputs} inputs: the layer grows"
            if grows
            else "ranks {rank} of {outputs} outputs, {in_rank} of {inputs} inputs",
            rank=chosen[0],
            outputs=layer.shape[0],
            in_rank=chosen[1],
            inputs=layer.shape[1],
        )
        return Edit(Factors(pieces, True, layer.shape, 0), edit.bias, note)

    def matrices(self, context: Context, job: Job) -> tuple[ranks.Matrix, ...]:
        layer = context.layer
        shapes = tuple((full, layer.count // full) for full in layer.shape[:2])
        return tuple(
            ranks.Matrix(_spectrum(context.weight, mode), shapes[mode], largest)
            for mode, largest in enumerate(_break_even(layer))
        )


def _ranks(layer: Layer, params: ranks.RankParams, weight: np.ndarray | None) -> tuple[int, int]:
    """Return the ranks of the unfoldings by output and by input channel; the expected ones if there is no weight
    yet."""
    if params.rule == "break-even":
        return _break_even(layer)
    found = []
    for mode in (0, 1):
        full = layer.shape[mode]
        shape = (full, layer.count // full)
        if params.rank is not None:
            found.append(min(params.rank, full))
        elif params.ratio is not None or weight is None:
            found.append(max(1, round((0.5 if params.ratio is None else params.ratio) * full)))
        else:
            found.append(ranks.chosen(params, shape, partial(_spectrum, weight, mode)))
    return found[0], found[1]


def _spectrum(weight: np.ndarray, mode: int) -> np.ndarray:
    return factors.singular_values(factors.by_output(weight, mode))


def _break_even(layer: Layer) -> tuple[int, int]:
    """Return the largest ranks, in fixed proportion, at which the three convolutions have fewer weights than the
    layer."""
    out, inputs, *kernel = layer.shape
    size = int(np.prod(kernel))
    # size · out · inputs · ratio² + (inputs² + out²) · ratio = weights of the layer
    linear = inputs**2 + out**2
    ratio = (np.sqrt(linear**2 + 4 * (size * out * inputs) * layer.count) - linear) / (2 * size * out * inputs)
    return max(1, int(ratio * out)), max(1, int(ratio * inputs))


def _shapes(layer: Layer, out_rank: int, in_rank: int) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of the three weights in the order of execution."""
    out, inputs, *kernel = layer.shape
    ones = [1] * len(kernel)
    return (in_rank, inputs, *ones), (out_rank, in_rank, *kernel), (out, out_rank, *ones)
