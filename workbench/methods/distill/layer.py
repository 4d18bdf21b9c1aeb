"""Replace a layer by a smaller student that is trained to reproduce its outputs.

FitNets (Romero et al. 2015, ICLR) trains on hidden responses; Zhang et al. 2016 (IEEE TPAMI 38:10) minimises the
response error of factored layers. The students and their initialisation are in methods/common/students.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect, Ranking
from workbench.core.recipe.params import Drag, Help, OneOf, Range, When
from workbench.graph.encodings.encoding import Factors
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base import ranks
from workbench.methods.base.method import Context, Method, method
from workbench.methods.common import factors, responses, students

PAIR = When("student", ("factors",))


@dataclass(frozen=True)
class _Student:
    """Student parameters, which come first in the form, before the ranks."""

    student: Annotated[
        Literal["factors", "separable", "grouped"],
        Help(
            "Structure of the student: two low-rank factors, a depthwise separable convolution, "
            "or a grouped convolution."
        ),
    ] = "factors"


@method("distill.layer")
class LayerDistillation(Method):
    title = "Distil the layer"
    summary = (
        "Replaces the layer by a smaller student, trained by backpropagation to reproduce "
        "the layer's outputs on the calibration samples."
    )
    formula = "min over A, B:  mean ‖ (W x + b) − (A B x + c) ‖²"
    citation = "Romero et al. 2015, FitNets, ICLR; Zhang et al. 2016, IEEE TPAMI 38:10"
    effects = (
        Effect(
            "A convolution in {count} groups", "student == 'grouped'", {"count": "groups"}, stored="weights // groups"
        ),
        Effect(
            "{count} kernels for each of {inputs} inputs, and a 1 × 1 convolution",
            "student == 'separable'",
            {"count": "min(multiplier, kernel, outputs)"},
            stored="inputs * min(multiplier, kernel, outputs) * (kernel + outputs)",
        ),
    )
    ranking = Ranking(trained=True, when="student == 'factors'")
    needs_data = True

    @dataclass(frozen=True)
    class Params(ranks.RankParams, _Student):
        rank: Annotated[
            int | None,
            Range(1, None, 1, log=True),
            OneOf("amount"),
            Drag("spectrum"),
            PAIR,
            Help("Channels between the student's two factors."),
        ] = 16
        energy: Annotated[ranks.Energy, PAIR] = None
        ratio: Annotated[ranks.Ratio, PAIR] = None
        weakening: Annotated[ranks.Weakening, PAIR] = None
        rule: Annotated[ranks.ByRule, PAIR] = None
        multiplier: Annotated[
            int,
            Range(1, 9),
            When("student", ("separable",)),
            Help(
                "Depth multiplier: kernels per input channel. With as many kernels as a kernel has "
                "values, the student can represent the layer exactly."
            ),
        ] = 1
        groups: Annotated[
            int,
            Range(2, 64),
            When("student", ("grouped",)),
            Help("Number of channel groups; it must divide the input and the output channels."),
        ] = 2
        steps: responses.Steps = 200
        rate: responses.Rate = 0.003
        stop: responses.Stop = 0

    def accepts(self, layer: Layer) -> str | None:
        if layer.op == "Embedding":
            return Message("An embedding has indices as inputs, which it cannot be trained on.")
        return factors.refusal(layer)

    def refuses(self, layer: Layer, params: Params) -> str | None:
        return students.refusal(layer, params.student, params.groups) or self.accepts(layer)

    def forecasts_exactly(self, params: Params) -> bool:
        return params.student != "factors" or ranks.predicted(params)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        shapes: tuple[tuple[int, ...], ...]
        match params.student:
            case "separable":
                shapes = students.separable_shapes(layer, params.multiplier)
            case "grouped":
                shapes = students.grouped_shapes(layer, params.groups)
            case _:
                shapes = factors.forecast_shapes(layer, plan, params)
        return plan.factored(*shapes).with_bias()

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        start, note = _start(context.layer, edit.weight, params)
        run = responses.Run(self.id, params.steps, params.rate, params.stop)
        trained = responses.train(context, start, run, job)
        bias = context.bias if edit.bias is None else edit.bias
        shifted = (np.float32(0) if bias is None else bias) + trained.shift
        return Edit(trained.encoding, shifted.astype(np.float32), Joined((trained.words, note), CLAUSE))


def _start(layer: Layer, weight: np.ndarray, params: Any) -> tuple[Factors, str]:
    """Return the student before training, and a note on its size."""
    match params.student:
        case "separable":
            start = students.separable(weight, layer, params.multiplier)
        case "grouped":
            start = students.grouped(weight, layer, params.groups)
        case _:
            matrix = factors.unfold(weight, layer)
            rank = ranks.chosen(params, layer.matrix, lambda: factors.singular_values(matrix))
            return factors.pair(*factors.split(matrix, rank), layer), factors.note(layer, params, rank)
    grows = start.parameters >= layer.count
    return start, Message(
        "{parameters:,} weights instead of {count:,}: the layer grows", parameters=start.parameters, count=layer.count
    ) if grows else ""
