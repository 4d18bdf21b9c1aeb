"""Weight-only quantisation that protects the input channels with large activations.

Lin et al. 2024, AWQ: activation-aware weight quantization for on-device LLM compression and acceleration, MLSys,
equations 4 and 5: s_j = mean|x_j|^a with the a that minimises the error of the layer's output.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Expert, Help, Range, Unit, When
from workbench.graph.encodings.encoding import Encoding, Scaled
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import channel_scales, factors, grids

TRIED = np.linspace(0.0, 1.0, 11)
ROWS = 2048  # calibration rows that the error is measured on


@method("quantize.awq")
class ActivationAware(Method):
    title = "AWQ"
    summary = (
        "Scales up weight columns that multiply large inputs before rounding, so that they "
        "are quantised more finely, and scales them back in the graph. The scale is searched "
        "on the calibration samples."
    )
    formula = "w ≈ Q(w · s) / s,   s_j = mean|x_j|^α,   α = argmin ‖x w − x Q(w s)/s‖²"
    citation = "Lin et al. 2024, AWQ, MLSys, arXiv:2306.00978"
    effects = said.LEVELS
    encodes = said.ON_GRIDS
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        bits: Annotated[
            int, Range(2, 8, 1), Unit("bit"), Help("Bits per weight; packed, 3, 5, 6 and 7 take 4 or 8.")
        ] = 4
        granularity: Annotated[
            grids.Granularity, Help("Which weights share a scale: the whole tensor, an output channel, or a group.")
        ] = "channel"
        group_size: Annotated[
            int,
            Range(8, 1024, 8, log=True),
            When("granularity", ("group",)),
            Help("Weights that share a scale, along the input of a channel."),
        ] = 32
        symmetric: Annotated[bool, Expert(), Help("Levels symmetric around zero, without a zero point.")] = True
        sequential: Annotated[
            bool,
            Expert(),
            Help("Calibrate on the outputs of earlier layers as already edited, to compensate their error, too."),
        ] = False

    def whole(self, params: Any) -> str:
        return Message("input channel scales are")

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or (None if factors.is_tied_head(layer) else channel_scales.refusal(layer))

    def refuses(self, layer: Layer, params: Params) -> str | None:
        tied = factors.is_tied_head(layer) and params.granularity != "group"
        return self.accepts(layer) or (factors.TIED_IN_GROUPS if tied else None)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        quantized = plan.quantized(params.bits, params.granularity, params.group_size, params.symmetric, "mse")
        return quantized.scaled(channel_scales.shape(layer))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        sample = context.rows(ROWS, job)[0]  # [rows, columns]
        gram, out_axis = sample.T @ sample / len(sample), factors.product_axis(layer)
        channels = layer.shape[channel_scales.axis(layer)]
        mean = np.abs(sample).mean(axis=0).reshape(channels, -1).mean(axis=1)
        square = np.square(sample).mean(axis=0).reshape(channels, -1).mean(axis=1).reshape(channel_scales.shape(layer))
        if factors.is_tied_head(layer):
            gram = factors.looked_up_too(gram)
            square = square + factors.LOOKED_UP * square.mean()
        weight = edit.weight

        def rounded(power: float) -> tuple[Encoding, np.ndarray]:
            scale = channel_scales.bounded(np.maximum(mean, 1e-12) ** power, mean > 0)
            scale = scale.reshape(channel_scales.shape(layer))
            grid = grids.view((weight * scale).astype(np.float32), out_axis, params.granularity, params.group_size)
            weights = np.broadcast_to((square / np.square(scale)).astype(np.float32), weight.shape)
            importance = grids.view(weights, out_axis, params.granularity, params.group_size).values
            steps, zero = grids.scales(grid, params.bits, params.symmetric, "mse", 99.9, importance)
            return grids.quantize(grid, steps, zero, params.bits, params.symmetric), scale

        def error(power: float) -> float:
            job.check()
            encoding, scale = rounded(power)
            wrong = np.moveaxis(encoding.decode() / scale - weight, out_axis, 0).reshape(-1, gram.shape[0])
            return float(((wrong @ gram) * wrong).sum())

        best = min(TRIED, key=error)
        encoding, scale = rounded(best)
        notes = [edit.note, f"α = {best:.1f}", grids.stored_note(params.bits)]
        return Edit(Scaled(encoding, scale), edit.bias, Joined(notes, CLAUSE))
