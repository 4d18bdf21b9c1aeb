"""Choose levels by what they cost as well as by how near they are: error + lambda x bits.

Wiedemann et al. 2020, DeepCABAC: a universal compression algorithm for deep neural networks, IEEE Journal of Selected
Topics in Signal Processing 14(4), equation 11, whose rate is that of its own coder; here it is the order-0 entropy of
the layer's levels, which Huffman codes (graph.layouts.codes) come near to. Chou, Lookabaugh, Gray 1989,
Entropy-constrained vector quantization, for taking turns: levels for given code lengths, then lengths for given levels.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Help, Range, Unit, When
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, Method, each_tensor, method
from workbench.methods.common import grids
from workbench.methods.common import sensitivity as weighting

TURNS = 10
NEARER = 2  # levels towards zero that are tried beside the nearest and zero


@method("quantize.rdoq")
class RateDistortion(Method):
    title = "Rate-distortion (RDOQ)"
    summary = (
        "Integer quantisation that weighs the error of each weight against the bits that its level takes "
        "in a Huffman code: rare levels give way to frequent ones, and weights near zero become zero."
    )
    formula = "qᵢ = argmin over k:  sᵢ (wᵢ/Δ − k)² + λ · bits(k),   bits(k) = −log₂ p(k)"
    citation = "Wiedemann et al. 2020, DeepCABAC, IEEE JSTSP 14(4); Chou et al. 1989 (entropy-constrained)"
    effects = said.LEVELS
    encodes = said.ON_GRIDS

    @dataclass(frozen=True)
    class Params:
        bits: Annotated[
            int, Range(2, 8, 1), Unit("bit"), Help("Levels are 2^bits at most; what a weight takes follows from λ.")
        ] = 5
        rate: Annotated[
            float,
            Range(0, 1, 0.005),
            Help("λ: the error, in squared steps, that saving one bit of a weight is worth. 0 rounds to the nearest."),
        ] = 0.15
        sensitivity: Annotated[weighting.Sensitivity, Help(weighting.HELP)] = "none"
        granularity: Annotated[
            grids.Granularity, Help("Which weights share a scale: the whole tensor, an output channel, or a group.")
        ] = "channel"
        group_size: Annotated[
            int,
            Range(8, 1024, 8, log=True),
            When("granularity", ("group",)),
            Help("Weights that share a scale, along the input of a channel."),
        ] = 32
        symmetric: Annotated[bool, Help("Levels symmetric around zero, without a zero point.")] = True

    def whole(self, params: Any) -> str:
        return Message("sensitivities are") if params.sensitivity != "none" else ""

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or None

    def refuses(self, layer: Layer, params: Params) -> str | None:
        return self.accepts(layer) or weighting.refusal(layer, params.sensitivity)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.quantized(params.bits, params.granularity, params.group_size, params.symmetric)

    def forecasts_exactly(self, params: Params) -> bool:
        return params.rate == 0

    def uses_data(self, params: Params) -> bool:
        return params.sensitivity != "none"

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        weights = weighting.of(context, params.sensitivity, job)

        def quantize(values: np.ndarray, out_axis: int) -> Encoding:
            grid = grids.view(values, out_axis, params.granularity, params.group_size)
            scale, zero = grids.scales(grid, params.bits, params.symmetric, "cubed", 100.0)
            error = np.square(scale / np.sqrt(np.mean(np.square(scale))))
            if weights is not None:
                among = grids.view(weights.astype(np.float32), out_axis, params.granularity, params.group_size).values
                error = error * (among / max(float(among.mean()), 1e-30))
            levels = rounded(
                grid.values / scale, zero, grids.limits(params.bits, params.symmetric), error, params.rate, job
            )
            return grids.affine(grid, levels, scale, zero, params.bits, params.symmetric)

        tensors = each_tensor(edit.encoding, context.layer.out_axis, quantize)
        return Edit(tensors, edit.bias, Joined((edit.note, grids.stored_note(params.bits)), CLAUSE))


def rounded(
    position: np.ndarray, zero: np.ndarray, ends: tuple[int, int], error: np.ndarray, rate: float, job: Job
) -> np.ndarray:
    """Levels, zero point included, that minimise error + rate x bits; taking turns with how often each level occurs.

    position  weights in steps; `error`, broadcastable to them: what a squared step of each counts. Weights that are
              zero stay zero.
    """
    low, high = ends
    nearest = np.clip(np.rint(position) + zero, low, high) - zero
    chosen = nearest
    for _ in range(TURNS if rate else 0):
        job.check()
        index = (chosen + zero - low).astype(np.int64)
        counts = np.bincount(index.ravel(), minlength=high - low + 1) + 0.5
        price = rate * -np.log2(counts / counts.sum())
        best, least = chosen, np.full(position.shape, np.inf)
        for candidate in _candidates(nearest):
            cost = error * np.square(position - candidate) + price[(candidate + zero - low).astype(np.int64)]
            better = cost < least
            best, least = np.where(better, candidate, best), np.where(better, cost, least)
        best = np.where(position == 0, 0, best)
        if np.array_equal(best, chosen):
            break
        chosen = best
    return chosen + zero


def _candidates(nearest: np.ndarray) -> list[np.ndarray]:
    """The nearest level, those next to it towards zero, and zero."""
    sign = np.sign(nearest)
    return [sign * np.maximum(np.abs(nearest) - steps, 0) for steps in range(NEARER + 1)] + [np.zeros_like(nearest)]
