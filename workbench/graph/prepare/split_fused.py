"""Operators into which ONNX Runtime's optimiser fuses several, written as those: FusedConv, FusedGemm and FusedMatMul.

A file that the runtime saved (optimized_model_filepath) has them; their weights are then layers like others. The
runtime fuses them again when it loads a file.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import onnx_ir as ir

from workbench.graph.model.operators import number
from workbench.graph.onnx import names
from workbench.graph.prepare.replacement import Replacement

DOMAIN = "com.microsoft"
CLIP_INPUTS_SINCE = 11
# Activation -> the names of its parameters, in the order of `activation_params`.
ACTIVATIONS: Mapping[str, tuple[str, ...]] = {
    "Relu": (),
    "Sigmoid": (),
    "Tanh": (),
    "LeakyRelu": ("alpha",),
    "HardSigmoid": ("alpha", "beta"),
    "Clip": ("min", "max"),
}


def split(model: ir.Model) -> int:
    """Split in place; return how many there were."""
    taken = names.value_names(model.graph)
    opset = model.opset_imports.get("", 1)
    found = [node for node in model.graph if node.domain == DOMAIN and node.op_type in SPLIT]
    return sum(SPLIT[node.op_type](Replacement(model.graph, node, taken), opset) for node in found)


def _conv(steps: Replacement, opset: int) -> bool:
    """Convolution, the sum with a fourth input if there is one, activation."""
    node, own = steps.node, ("activation", "activation_params")
    given = node.attributes["activation_params"].as_floats() if own[1] in node.attributes else ()
    activation = _activation(node, given, opset)
    if activation is None:
        return False
    value = steps.add("Conv", _given(node.inputs[:3]), node.name, *_others(node, own))
    if len(node.inputs) > 3 and node.inputs[3] is not None:
        value = steps.add("Add", [value, node.inputs[3]])
    steps.finish(activation(steps, value))
    return True


def _gemm(steps: Replacement, opset: int) -> bool:
    node, own = steps.node, ("activation", "activation_alpha", "activation_beta", "activation_gamma")
    given = [node.attributes[name].as_float() for name in own[1:] if name in node.attributes]
    activation = _activation(node, given, opset)
    if activation is None:
        return False
    steps.finish(activation(steps, steps.add("Gemm", _given(node.inputs[:3]), node.name, *_others(node, own))))
    return True


def _matmul(steps: Replacement, opset: int) -> bool:
    """A product of activations with a matrix, which is transposed and scaled itself if nothing else reads it."""
    node = steps.node
    data, weight = node.inputs[:2]
    tensor = weight.const_value if weight is not None and weight.is_initializer() else None
    alpha = node.attributes["alpha"].as_float() if "alpha" in node.attributes else 1.0
    turned = [number(node, name, 0) for name in ("transA", "transBatchA", "transBatchB")]
    if data is None or weight is None or tensor is None or len(tensor.shape) != 2 or any(turned):
        return False
    if tensor.dtype != ir.DataType.FLOAT or len(weight.uses()) > 1 or weight.is_graph_output():
        return False
    array = tensor.numpy() * np.float32(alpha)
    array = np.ascontiguousarray(array.T if number(node, "transB", 0) else array)
    weight.const_value, weight.shape, weight.type = ir.Tensor(array, name=weight.name), None, None
    steps.finish(steps.add("MatMul", [data, weight], node.name))
    return True


SPLIT: Mapping[str, Callable[[Replacement, int], bool]] = {
    "FusedConv": _conv,
    "FusedGemm": _gemm,
    "FusedMatMul": _matmul,
}


def _activation(
    node: ir.Node, given: Sequence[float], opset: int
) -> Callable[[Replacement, ir.Value], ir.Value] | None:
    """Return what adds the activation of a node after a value; None if it is not known."""
    op = node.attributes["activation"].as_string() if "activation" in node.attributes else ""
    wanted = ACTIVATIONS.get(op)
    if wanted is None or len(given) < len(wanted):
        return None

    def add(steps: Replacement, value: ir.Value) -> ir.Value:
        if op == "Clip" and opset >= CLIP_INPUTS_SINCE:
            ends = [steps.constant(np.array(end, np.float32), name) for name, end in zip(wanted, given, strict=False)]
            return steps.add(op, [value, *ends])
        return steps.add(op, [value], "", *map(ir.AttrFloat32, wanted, given))

    return add


def _given(inputs: Sequence[ir.Value | None]) -> list[ir.Value | None]:
    """Return the inputs without those at the end that are left out."""
    found = list(inputs)
    while found and found[-1] is None:
        found.pop()
    return found


def _others(node: ir.Node, without: tuple[str, ...]) -> list[ir.Attr]:
    return [attribute for name, attribute in node.attributes.items() if name not in without]
