"""BatchNormalization folded into the layer before it, and why it is not."""

import onnx
import onnx_ir as ir
import pytest

from tests.graph.graphs import Build, opened, residual
from tests.graph.test_prepare import assert_equal, ops, prepared


@pytest.mark.parametrize("opset", [9, 11, 18, 21])
def test_batchnorm_behind_convolutions_is_folded(opset):
    proto = residual(opset)
    result, steps = prepared(proto)
    assert "BatchNormalization" not in ops(result)
    assert steps["batchnorm"] == "2 BatchNormalization folded into the preceding layer"
    assert "stem.bias" in result.graph.initializers  # there was none
    assert not [name for name in result.graph.initializers if "running" in name]
    assert_equal(proto, result)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("bias", [False, True])
def test_batchnorm_behind_a_transposed_convolution(groups, bias):
    b = Build()
    inputs = ["x", b.weight("up.weight", 4, 6 // groups, 2, 2), *([b.weight("up.bias", 6)] if bias else [])]
    b.batchnorm(b.node("ConvTranspose", inputs, "up", group=groups, strides=[2, 2]), 6, "y")
    proto = b.proto({"x": ["N", 4, 5, 5]}, {"y": None})
    result, _ = prepared(proto)
    assert ops(result) == ["ConvTranspose"]
    assert_equal(proto, result)


@pytest.mark.parametrize("transposed", [0, 1])
def test_batchnorm_behind_a_gemm(transposed):
    b = Build()
    weight = b.weight("fc.weight", *((6, 4) if transposed else (4, 6)))
    b.batchnorm(b.node("Gemm", ["x", weight, b.weight("fc.bias", 6)], "fc", transB=transposed), 6, "y")
    proto = b.proto({"x": ["N", 4]}, {"y": ["N", 6]})
    result, _ = prepared(proto)
    assert ops(result) == ["Gemm"]
    assert_equal(proto, result)


@pytest.mark.parametrize("bias", [False, True])
def test_batchnorm_behind_a_product_of_matrices(bias):
    b = Build()
    x = b.node("MatMul", ["x", b.weight("fc.weight", 4, 6)], "product")
    x = b.node("Add", [b.weight("fc.bias", 6), x], "sum") if bias else x
    b.node("Relu", [b.batchnorm(x, 6, "normed")], "y")
    proto = b.proto({"x": ["N", 4]}, {"y": ["N", 6]})
    result, _ = prepared(proto)
    assert ops(result) == ["MatMul", "Add", "Relu"]
    assert "fc.bias" in result.graph.initializers
    assert_equal(proto, result)
    assert opened(proto).sites["fc"].bias == "fc.bias"


def unfoldable() -> dict[str, tuple[onnx.ModelProto, str]]:
    """Networks whose BatchNorm has to stay, and why."""
    found = {}

    def add(name: str, b: Build, reason: str, x: list | None = None, y: str = "y") -> None:
        found[name] = b.proto({"x": x or ["N", 4, 5, 5]}, {y: None}), reason

    b = Build()
    b.batchnorm(b.node("Relu", ["x"], "relu"), 4, "y")
    add("activation", b, "it follows Relu")
    b = Build()
    b.batchnorm("x", 4, "y")
    add("input", b, "its input is a model input")
    b = Build()
    conv = b.node("Conv", ["x", b.weight("conv.weight", 4, 4, 1, 1)], "conv")
    b.node("Add", [b.batchnorm(conv, 4, "normed"), conv], "y")
    add("skip", b, "its input has another reader")
    b = Build()
    weight = b.weight("conv.weight", 4, 4, 1, 1)
    b.node("Conv", [b.batchnorm(b.node("Conv", ["x", weight], "first"), 4, "normed"), weight], "y")
    add("shared", b, "the weight is shared with another layer")
    b = Build()
    b.batchnorm(b.node("MatMul", ["x", b.weight("fc.weight", 5, 5)], "product"), 4, "y")
    add("stack", b, "the output of the preceding MatMul is not known to be a matrix")
    b = Build()
    weight = b.node("Sin", [b.weight("conv.weight", 4, 4, 1, 1)], "computed")
    b.batchnorm(b.node("Conv", ["x", weight], "conv"), 4, "y")
    add("computed", b, "the weight of the preceding layer is not constant")
    b = Build()
    b.batchnorm(b.node("Gemm", ["x", b.weight("fc.weight", 4, 4)], "fc", alpha=2.0), 4, "y")
    add("scaled", b, "the preceding Gemm has alpha or beta other than 1", ["N", 4])
    return found


@pytest.mark.parametrize("name", unfoldable())
def test_batchnorm_that_cannot_be_folded_stays_and_says_why(name):
    proto, reason = unfoldable()[name]
    result, steps = prepared(proto)
    assert "BatchNormalization" in ops(result)
    assert steps["batchnorm"].startswith("1 not folded: ")
    assert reason in steps["batchnorm"]
    assert_equal(proto, result)
    model = opened(proto)
    assert any(layer.op == "BatchNormalization" and layer.locked for layer in model.layers)
    assert not next(step.applied for step in model.preparations if step.id == "batchnorm")  # nothing was folded


def test_a_folded_output_keeps_its_name_and_type():
    b = Build()
    b.batchnorm(b.node("Conv", ["x", b.weight("conv.weight", 4, 4, 1, 1)], "conv"), 4, "y")
    result, _ = prepared(b.proto({"x": ["N", 4, 5, 5]}, {"y": ["N", 4, 5, 5]}))
    (output,) = result.graph.outputs
    assert (output.name, output.dtype, len(output.shape)) == ("y", ir.DataType.FLOAT, 4)
