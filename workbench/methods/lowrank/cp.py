"""Write a convolution as four: 1 x 1, vertical depthwise, horizontal depthwise, 1 x 1.

Lebedev, Ganin, Rakhuba, Oseledets, Lempitsky: Speeding-up convolutional neural networks using fine-tuned
CP-decomposition. ICLR 2015, section 3.
"""

import warnings
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.core.recipe.params import Expert, Help, OneOf, Range
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Factors, Piece
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors

_TERMS = "rank if rank != None else max(1, int(ratio * (weights - 1) / axes))"


@method("lowrank.cp")
class CpDecomposition(Method):
    title = "CP"
    summary = (
        "CP decomposition: replaces a k × k convolution by 1 × 1 to R channels, depthwise k "
        "× 1 and 1 × k, and 1 × 1 back."
    )
    formula = "W[o,i,y,x] ≈ Σᵣ O[o,r] · Y[y,r] · X[x,r] · I[i,r]"
    citation = "Lebedev et al. 2015, ICLR"
    effects = (Effect("A sum of {rank} rank-one terms", "", {"rank": _TERMS}, stored=f"axes * ({_TERMS})"),)

    @dataclass(frozen=True)
    class Params:
        rank: Annotated[
            int | None, Range(1, 2048, 1, log=True), OneOf("amount"), Help("Rank R: channels between the convolutions.")
        ] = 32
        ratio: Annotated[
            float | None,
            Range(0.01, 1, 0.01),
            OneOf("amount"),
            Help(
                "Rank as a fraction of the break-even rank, at which the four convolutions hold as "
                "many weights as the layer."
            ),
        ] = None
        iterations: Annotated[int, Range(1, 500, 1), Expert(), Help("Rounds of alternating least squares.")] = 30

    def accepts(self, layer: Layer) -> str | None:
        return factors.refuse_spatial(layer)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.factored(*_shapes(layer, _rank(layer, params)))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        rank = _rank(layer, params)
        job.report(Message("decomposing"), 0.0)
        parts = _parts(edit.weight.astype(np.float64), rank, params.iterations, context.seed)
        job.check()
        dense = [
            Dense(np.ascontiguousarray(part, dtype=np.float32).reshape(shape))
            for part, shape in zip(parts, _shapes(layer, rank), strict=True)
        ]
        vertical, horizontal = factors.split_window(layer)
        group = {"group": rank}
        pieces = (
            Piece(dense[0]),
            Piece(dense[1], attributes=vertical | group),
            Piece(dense[2], attributes=horizontal | group),
            Piece(dense[3]),
        )
        used = sum(part.values.size for part in dense)
        note = (
            Message("{used:,} weights instead of {count:,}: the layer grows", used=used, count=layer.count)
            if used >= layer.count
            else ""
        )
        return Edit(Factors(pieces, True, layer.shape, 0), edit.bias, note)


def _parts(weight: np.ndarray, rank: int, iterations: int, seed: int) -> tuple[np.ndarray, ...]:
    """Return the factors of inputs, rows and columns [rank, size], and of outputs [size, rank]."""
    import tensorly
    from tensorly.decomposition import parafac

    largest = float(np.abs(weight).max(initial=0.0))
    if largest == 0.0:
        out, *others = weight.shape
        return (*(np.zeros((rank, size)) for size in others), np.zeros((out, rank)))
    for weakest in (0.0, 1e-9):
        with tensorly.backend_context("numpy"), warnings.catch_warnings():
            # A rank above the kernel's size is usual: tensorly fills the start up at random, and warns of it.
            warnings.simplefilter("ignore", UserWarning)
            try:
                scales, (out, inputs, tall, wide) = parafac(
                    weight / largest,
                    rank,
                    n_iter_max=iterations,
                    init="svd",
                    tol=1e-7,
                    random_state=np.random.RandomState(seed),
                    l2_reg=weakest,
                )
            except np.linalg.LinAlgError:  # terms that are equal, or nothing: least squares needs a little weight
                continue
        return inputs.T, tall.T, wide.T, out * (scales * largest)
    raise UserError(
        "CP finds no decomposition of this layer with {rank} terms.", "Lower the rank, or use Tucker.", rank=rank
    )


def _rank(layer: Layer, params: CpDecomposition.Params) -> int:
    if params.rank is not None:
        return params.rank
    return max(1, int((params.ratio or 0.0) * (layer.count - 1) / sum(layer.shape)))


def _shapes(layer: Layer, rank: int) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of the four weights in the order of execution."""
    out, inputs, tall, wide = layer.shape
    return (rank, inputs, 1, 1), (rank, 1, tall, 1), (rank, 1, 1, wide), (out, rank, 1, 1)
