"""8-bit activations with a scale computed at each call (dynamic quantisation): no calibration, integer products.

Krishnamoorthi 2018, Quantizing deep convolutional networks for efficient inference, arXiv:1806.08342, section 3; the
operator DynamicQuantizeLinear of ONNX.
"""

from dataclasses import dataclass

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Layer
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Dynamic
from workbench.graph.storage.plan import Plan
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, method
from workbench.methods.common import activation_levels
from workbench.methods.common.integers import IntegerMethod, IntegerParams, remarks

# DynamicQuantizeLinear takes one scale for the whole tensor, batch axis included.
BATCH = Message(
    "the input range is computed over the whole batch, so a sample's output depends on the other samples in its batch"
)


@method("quantize.dynamic")
class DynamicQuantization(IntegerMethod):
    title = "Dynamic 8-bit activations"
    summary = (
        "Quantises the weight, and the input at run time, so that the runtime multiplies "
        "integers without calibration. Best for MatMul/Gemm; convolutions are often slower "
        "than in float."
    )
    formula = "s_x = (max x − min x) / 255,   y ≈ s_x s_w Σ (q_x − z_x) q_w"
    citation = "Krishnamoorthi 2018, arXiv:1806.08342"
    effects = said.INTEGERS
    encodes = said.ON_INTEGERS
    compute = Dynamic

    @dataclass(frozen=True)
    class Params(IntegerParams):
        pass

    def looks_at_data(self, params: Params) -> bool:
        return True

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return self.planned(plan, params).computed(Dynamic())

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        weight = self.weight(context, edit, params, job)
        lost = activation_levels.found_when_run(context, edit.weight, job)
        return Edit(weight, edit.bias, Joined((remarks(edit, params), BATCH, lost), CLAUSE), Dynamic())
