"""Replace a layer by a smaller student that is trained to answer as the layer does.

The student is a pair of factors, started from the truncated SVD and trained by backpropagation on the layer's own
calibration inputs. FitNets (Romero et al. 2015, ICLR) trains on hidden responses; Zhang et al. 2016 (IEEE TPAMI 38:10)
minimises the response error of factored layers.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from workbench.core.job import Job
from workbench.core.layer import Layer
from workbench.core.params import Drag, Help, OneOf, Range
from workbench.graph.edit import Edit
from workbench.graph.plan import Plan
from workbench.methods import factors, ranks, responses
from workbench.methods.method import Context, Method, method


@method("distill.layer")
class LayerDistillation(Method):
    title = "Distil the layer"
    summary = ("Replaces the layer by a smaller student, two factors of the given rank, trained by backpropagation to "
               "give the layer's outputs on the calibration samples.")
    formula = "min over A, B:  mean ‖ (W x + b) − (A B x + c) ‖²"
    citation = "Romero et al. 2015, FitNets, ICLR; Zhang et al. 2016, IEEE TPAMI 38:10"
    needs_data = True

    @dataclass(frozen=True)
    class Params(ranks.RankParams):
        rank: Annotated[int | None, Range(1, None, 1, log=True), OneOf("amount"), Drag("spectrum"),
                        Help("Width of the student.")] = 16
        energy: ranks.Energy = None
        steps: Annotated[int, Range(0, 5000, 50), Help("Training steps of 1,024 input rows.")] = 200
        rate: Annotated[float, Range(1e-5, 0.1, log=True), Help("Learning rate of Adam, falling to zero as a cosine."
                                                                )] = 0.003

    def accepts(self, layer: Layer) -> str | None:
        if layer.op == "Embedding":
            return "An embedding has no inputs to train on, only indices."
        return factors.refuse(layer)

    def foretells(self, params: Params) -> bool:
        return ranks.foretold(params)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.factored(*factors.pair_shapes(layer, ranks.expected(params, layer.matrix)))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        matrix = factors.unfold(edit.weight, layer)
        rank = ranks.chosen(params, layer.matrix, lambda: factors.spectrum(matrix))
        start = factors.pair(*factors.split(matrix, rank), layer)
        trained = responses.train(context, start, params.steps, params.rate, job)
        bias = context.bias if edit.bias is None else edit.bias
        shifted = (np.float32(0) if bias is None else bias) + trained.shift
        return Edit(trained.encoding, shifted.astype(np.float32),
                    "; ".join(filter(None, (trained.words, factors.note(layer, params, rank)))))
