"""Weights that arithmetic makes of stored values become weights; what is quantised, shared or would grow stays."""

import numpy as np
import onnx
import pytest

from tests.graph.graphs import Build, opened
from workbench.graph.onnx import runtime

OUT, IN = 12, 8


def ended(b: Build, weight: str) -> onnx.ModelProto:
    b.node("Gemm", ["x", weight, b.constant("bias", np.arange(OUT))], "y", transB=1)
    return b.proto({"x": ["N", IN]}, {"y": None})


def weight_norm(opset: int = 13) -> onnx.ModelProto:
    b = Build(opset)
    v, g = b.weight("layer.weight_v", OUT, IN), b.weight("layer.weight_g", OUT, 1)
    b.node("Div", [v, b.node("ReduceL2", [v], "norm", axes=[1], keepdims=1)], "direction")
    return ended(b, b.node("Mul", ["direction", g], "weight"))


def spectral() -> onnx.ModelProto:
    b = Build()
    w, u, v = b.weight("layer.weight_orig", OUT, IN), b.weight("u", 1, OUT), b.weight("v", IN, 1)
    sigma = b.node("MatMul", [u, b.node("MatMul", [w, v], "wv")], "sigma")
    return ended(b, b.node("Div", [w, sigma], "weight"))


def masked() -> onnx.ModelProto:
    b = Build()
    b.constant("layer.mask", b.rng.random((OUT, IN)) < 0.5, np.uint8)
    b.node("Cast", ["layer.mask"], "mask", to=onnx.TensorProto.FLOAT)
    return ended(b, b.node("Mul", [b.weight("layer.weight_orig", OUT, IN), "mask"], "weight"))


def adapter() -> onnx.ModelProto:
    b = Build()
    b.node("MatMul", [b.weight("lora_b", OUT, 2), b.weight("lora_a", 2, IN)], "low")
    b.node("Mul", ["low", b.constant("scaling", 0.5)], "scaled")
    return ended(b, b.node("Add", [b.weight("base.weight", OUT, IN), "scaled"], "weight"))


def rounded() -> onnx.ModelProto:
    b = Build()
    b.node("Div", [b.weight("layer.weight", OUT, IN), b.constant("step", 0.05)], "steps")
    b.node("Clip", [b.node("Round", ["steps"], "whole"), b.constant("low", -7), b.constant("high", 7)], "levels")
    return ended(b, b.node("Mul", ["levels", "step"], "weight"))


def ternary() -> onnx.ModelProto:
    """The scale is read twice: before the rounding and after it."""
    b = Build()
    w = b.weight("layer.weight", OUT, IN)
    b.node("ReduceMean", [b.node("Abs", [w], "size")], "scale", keepdims=0)
    b.node("Round", [b.node("Div", [w, "scale"], "steps")], "whole")
    return ended(b, b.node("Mul", ["whole", "scale"], "weight"))


def answers(model) -> np.ndarray:
    x = np.random.default_rng(1).standard_normal((5, IN)).astype(np.float32)
    return runtime.run(runtime.session(model), {"x": x})[0]


@pytest.mark.parametrize("build", [weight_norm, spectral, masked, adapter, rounded, ternary])
def test_a_computed_weight_becomes_a_weight(build):
    before = opened(build(), without=frozenset({"expressions"}))
    model = opened(build())
    (layer,) = model.layers
    assert not layer.locked and layer.shape == (OUT, IN) and before.layers[0].locked
    assert [node.op_type for node in model.ir.graph] == ["Gemm"] and len(model.ir.graph.initializers) == 2
    np.testing.assert_allclose(answers(model), answers(before), rtol=1e-6, atol=1e-6)
    assert any(each.id == "expressions" and each.applied for each in model.preparations)


def already_quantised() -> onnx.ModelProto:
    b = Build()
    b.constant("q", b.rng.integers(-8, 8, (OUT, IN)), np.int8)
    b.node("Cast", ["q"], "levels", to=onnx.TensorProto.FLOAT)
    return ended(b, b.node("Mul", ["levels", b.constant("step", 0.05)], "weight"))


def read_elsewhere() -> onnx.ModelProto:
    b = Build()
    b.node("Mul", [b.weight("table", OUT, IN), b.constant("scale", 0.5)], "weight")
    b.node("MatMul", ["table", b.node("Transpose", ["x"], "columns", perm=[1, 0])], "z")
    proto = ended(b, "weight")
    proto.graph.output.append(onnx.helper.make_tensor_value_info("z", onnx.TensorProto.FLOAT, None))
    return proto


def grown() -> onnx.ModelProto:
    """The product of two vectors is larger than both."""
    b = Build()
    return ended(b, b.node("Mul", [b.weight("column", OUT, 1), b.weight("row", 1, IN)], "weight"))


@pytest.mark.parametrize("build", [already_quantised, read_elsewhere, grown])
def test_what_would_grow_or_is_in_integers_stays(build):
    model = opened(build())
    assert not any(each.id == "expressions" and each.applied for each in model.preparations)
    assert "weight" in {value.name for node in model.ir.graph for value in node.outputs}
