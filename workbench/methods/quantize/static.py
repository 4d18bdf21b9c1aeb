"""8-bit activations with calibrated scales (W8A8, W4A8), as QDQ: the runtime computes the layer in integers.

Jacob et al. 2018, Quantization and training of neural networks for efficient integer-arithmetic-only inference, CVPR;
Krishnamoorthi 2018, Quantizing deep convolutional networks for efficient inference, arXiv:1806.08342.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.params import Expert, Help, Range, Unit, When
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Levels, Static
from workbench.graph.storage.plan import Plan
from workbench.methods.base import effects as said
from workbench.methods.base.method import Context, method
from workbench.methods.base.observer import RangeRule
from workbench.methods.common import activation_levels
from workbench.methods.common.integers import IntegerMethod, IntegerParams, remarks


@method("quantize.static")
class StaticQuantization(IntegerMethod):
    title = "Static 8-bit activations"
    summary = (
        "Quantises input and weight with ranges fixed on calibration samples, so that the "
        "runtime computes the layer in integers: smaller, and faster on CPUs with 8-bit "
        "instructions. A weight quantised by an earlier step is kept."
    )
    formula = "y ≈ s_x s_w Σ (q_x − z_x) q_w"
    citation = "Jacob et al. 2018, CVPR; Krishnamoorthi 2018, arXiv:1806.08342; Migacz 2017 (entropy)"
    effects = said.INTEGERS
    encodes = replace(said.ON_INTEGERS, activations_symmetric="symmetric_activations")
    needs_data = True
    compute = Static

    @dataclass(frozen=True)
    class Params(IntegerParams):
        activations: Annotated[
            RangeRule,
            Help(
                "How the range of the activations is chosen: all values seen (minmax), a percentile, "
                "least squared error (mse), or least KL divergence (entropy)."
            ),
        ] = "minmax"
        percentile: Annotated[
            float,
            Range(99, 100, 0.001),
            Unit("%"),
            When("activations", ("percentile",)),
            Expert(),
            Help("Share of the activations inside the range; the tails are clipped on both sides."),
        ] = 99.99
        symmetric_activations: Annotated[
            bool,
            Expert(),
            Help(
                "Levels of the activations without a zero point (int8), which some devices need, such as TensorRT. "
                "After a ReLU they waste one bit."
            ),
        ] = False
        output: Annotated[
            bool,
            Expert(),
            Help(
                "Quantise the output too, after its activation: ONNX Runtime's integer kernel needs "
                "this if the next layer's input is not quantised."
            ),
        ] = True

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        levels = Levels.planned(f"{params.activations} {params.percentile}", params.symmetric_activations)
        return self.planned(plan, params).computed(Static(levels, levels if params.output else None))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        weight = self.weight(context, edit, params, job)
        rule = params.activations, params.percentile, params.symmetric_activations
        counting = params.activations != "minmax"
        seen = context.observed(job, counting=counting)
        received = seen.levels(*rule)
        made = context.observed(job, True, counting) if params.output else None
        delivered = None if made is None else made.levels(*rule)
        lost = activation_levels.warning(seen, received, context.layer, edit.weight)
        small = activation_levels.underflow(weight, received), activation_levels.lost_outputs(made, delivered)
        note = Joined([remarks(edit, params), lost, *small], CLAUSE)
        return Edit(weight, edit.bias, note, Static(received, delivered))
