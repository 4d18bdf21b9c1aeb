"""What ONNX Runtime's optimiser fused, in a file that it saved, is written as the operators that it stands for."""

import numpy as np
import onnx_ir as ir
import pytest

from tests.graph.graphs import Build
from tests.graph.test_prepare import assert_equal
from workbench.graph.prepare.passes import prepare

ACTIVATIONS = [
    ("Relu", []),
    ("Sigmoid", []),
    ("Tanh", []),
    ("LeakyRelu", [0.1]),
    ("HardSigmoid", [0.3, 0.4]),
    ("Clip", [-0.2, 0.5]),
]


def prepared(b, sizes):
    proto = b.proto({"x": ["N", *sizes]}, {"y": None}, opsets={"com.microsoft": 1})
    result, _ = prepare(ir.serde.deserialize_model(proto))
    assert_equal(proto, result)
    return [node.op_type for node in result.graph]


@pytest.mark.parametrize(("activation", "params"), ACTIVATIONS)
@pytest.mark.parametrize("opset", [10, 18])
def test_a_fused_convolution(activation, params, opset):
    b = Build(opset)
    more = {"activation_params": params} if params else {}
    inputs = ["x", b.weight("conv.weight", 4, 3, 3, 3), b.weight("conv.bias", 4)]
    b.node("FusedConv", inputs, "y", "com.microsoft", pads=[1, 1, 1, 1], strides=[2, 2], activation=activation, **more)
    assert prepared(b, (3, 8, 8)) == ["Conv", activation]


def test_a_fused_convolution_with_a_sum():
    b = Build()
    first = b.node("Conv", ["x", b.weight("first.weight", 4, 3, 1, 1)], "first")
    inputs = ["x", b.weight("conv.weight", 4, 3, 3, 3), b.weight("conv.bias", 4), first]
    b.node("FusedConv", inputs, "y", "com.microsoft", pads=[1, 1, 1, 1], activation="Relu")
    assert prepared(b, (3, 8, 8)) == ["Conv", "Conv", "Add", "Relu"]


def test_a_fused_gemm():
    b = Build()
    inputs = ["x", b.weight("fc.weight", 5, 6), b.weight("fc.bias", 5)]
    b.node("FusedGemm", inputs, "y", "com.microsoft", transB=1, activation="LeakyRelu", activation_alpha=0.2)
    assert prepared(b, (6,)) == ["Gemm", "LeakyRelu"]


@pytest.mark.parametrize("turned", [0, 1])
def test_a_fused_product_with_a_weight(turned):
    b = Build()
    shape = (5, 6) if turned else (6, 5)
    b.node("FusedMatMul", ["x", b.weight("fc.weight", *shape)], "y", "com.microsoft", transB=turned, alpha=0.25)
    assert prepared(b, (3, 6)) == ["MatMul"]


def test_what_is_not_known_stays():
    b = Build()
    first = b.node("FusedMatMul", ["x", "x"], "first", "com.microsoft", transB=1)  # no weight
    b.node("FusedMatMul", [first, b.constant("w", np.ones((4, 5)))], "y", "com.microsoft", transA=1)
    assert prepared(b, (4, 3)) == ["FusedMatMul", "FusedMatMul"]
