"""Small valid models from which ONNX cases start: one for each way of writing a network that files have."""

from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.graph.networks import Builder

SAMPLES = 12
IMAGE, ROW, WORDS = (3, 8, 8), (16,), (5, 12)


def proto(b: Builder, shape: tuple[int, ...], classes: int = 4, functions: list | None = None) -> onnx.ModelProto:
    """The file of what a builder has written: input x [n, *shape], output y [n, classes]."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *shape])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", classes])
    graph = helper.make_graph(b.nodes, "net", [x], [y], b.constants)
    opsets = [helper.make_opsetid("", b.opset), *([helper.make_opsetid("own", 1)] if functions else [])]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8, functions=functions or [])


def convolutions() -> onnx.ModelProto:
    """Conv, BatchNorm, a residual sum, depthwise, Gemm."""
    b = Builder()
    x = b.conv("x", "stem", 3, 6)
    for name in ("scale", "shift", "mean"):
        b.weight(f"norm.{name}", 6)
    b.const("norm.var", np.linspace(0.5, 1.5, 6, dtype=np.float32))
    x = b.op("Relu", b.op("BatchNormalization", x, "norm.scale", "norm.shift", "norm.mean", "norm.var"))
    x = b.op("Add", x, b.conv(x, "depth", 6, 6, group=6))
    x = b.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = b.op("Flatten", b.op("GlobalAveragePool", b.conv(x, "last", 6, 8)))
    b.weight("head.weight", 4, 8)
    b.op("Gemm", x, "head.weight", transB=1, out="y")
    return proto(b, IMAGE)


def perceptron() -> onnx.ModelProto:
    b = Builder(opset=13)
    x = b.op("Relu", b.linear("x", "first", 16, 12))
    b.op("Softmax", b.linear(x, "second", 12, 4), axis=-1, out="y")
    return proto(b, ROW)


def attention() -> onnx.ModelProto:
    b = Builder()
    b.weight("norm.scale", 12), b.weight("norm.shift", 12)
    inner = b.op("LayerNormalization", "x", "norm.scale", "norm.shift")
    heads = b.const("heads", np.array([0, 0, 2, 6], np.int64))
    q, k, v = (
        b.op("Transpose", b.op("Reshape", b.linear(inner, name, 12, 12), heads), perm=perm)
        for name, perm in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3]))
    )
    mixed = b.op("MatMul", b.op("Softmax", b.op("MatMul", q, k), axis=-1), v)
    shape = b.op("Shape", "x")
    x = b.op("Add", "x", b.linear(b.op("Reshape", b.op("Transpose", mixed, perm=[0, 2, 1, 3]), shape), "proj", 12, 12))
    x = b.op("Gather", x, b.const("first", np.array(0, np.int64)), axis=1)
    b.linear(x, "head", 12, 4, out="y")
    return proto(b, WORDS)


def recurrent() -> onnx.ModelProto:
    b = Builder()
    x = b.op("Transpose", "x", perm=[1, 0, 2])
    b.weight("W", 1, 24, 12), b.weight("R", 1, 24, 6), b.weight("B", 1, 48)
    states = b.op("LSTM", x, "W", "R", "B", outputs=3, hidden_size=6)
    last = b.op("Squeeze", f"{states}_1", b.const("front", np.array([0], np.int64)))
    b.linear(last, "head", 6, 4, out="y")
    return proto(b, WORDS)


def branches() -> onnx.ModelProto:
    """An If whose branches have weights, and a Loop."""
    b = Builder()
    x = b.linear("x", "first", 16, 8)
    inner = []
    for name in ("then", "else"):
        part = Builder()
        part.weight(f"{name}.weight", 8, 4), part.weight(f"{name}.bias", 4)
        part.op("Add", part.op("MatMul", x, f"{name}.weight", out=f"{name}_m"), f"{name}.bias", out=f"{name}_y")
        output = helper.make_tensor_value_info(f"{name}_y", TensorProto.FLOAT, ["n", 4])
        inner.append(helper.make_graph(part.nodes, name, [], [output], part.constants))
    positive = b.op("Greater", b.op("ReduceMean", x, keepdims=0), b.const("zero", np.float32(0)))
    x = b.op("If", positive, then_branch=inner[0], else_branch=inner[1])
    body = helper.make_graph(
        [helper.make_node("Add", ["state", "state"], ["twice"]), helper.make_node("Identity", ["go"], ["still"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("twice", TensorProto.FLOAT, None),
        ],
    )
    b.op("Loop", b.const("times", np.int64(2)), b.const("go_on", np.bool_(True)), x, body=body, out="y")
    return proto(b, ROW)


def quantized() -> onnx.ModelProto:
    """QDQ as toolkits write it."""
    b = Builder(opset=13)
    b.const("zero", np.uint8(128)), b.const("signed", np.int8(0)), b.const("s", np.float32(0.05))

    def levels(x: str) -> str:
        return b.op("DequantizeLinear", b.op("QuantizeLinear", x, "s", "zero"), "s", "zero")

    b.const("w", b.rng.integers(-127, 127, (6, 3, 3, 3)).astype(np.int8))
    x = b.op("Conv", levels("x"), b.op("DequantizeLinear", "w", "s", "signed"), pads=[1] * 4)
    x = levels(b.op("Flatten", b.op("GlobalAveragePool", levels(b.op("Relu", x)))))
    b.const("v", b.rng.integers(-127, 127, (6, 4)).astype(np.int8))
    b.op("MatMul", x, b.op("DequantizeLinear", "v", "s", "signed"), out="y")
    return proto(b, IMAGE)


def function() -> onnx.ModelProto:
    """Local functions, a sparse initialiser, weights in Constant nodes."""
    b = Builder()
    weight = numpy_helper.from_array(b.rng.standard_normal((16, 8)).astype(np.float32), "")
    b.nodes.append(helper.make_node("Constant", [], ["w"], value=weight))
    b.nodes.append(helper.make_node("Dense", ["x", "w"], ["h"], domain="own"))
    b.op("MatMul", "h", "sparse", out="y")
    inside = [helper.make_node("MatMul", ["a", "b"], ["c"]), helper.make_node("Relu", ["c"], ["d"])]
    dense = helper.make_function("own", "Dense", ["a", "b"], ["d"], inside, [helper.make_opsetid("", 17)])
    made = proto(b, ROW, functions=[dense])
    values = numpy_helper.from_array(np.ones(8, np.float32), "sparse")
    places = numpy_helper.from_array(np.arange(0, 32, 4), "places")
    made.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [8, 4]))
    return made


def half() -> onnx.ModelProto:
    """Weights in float16 between casts, a Constant and a branch among them."""
    b = Builder()
    x = b.op("Cast", "x", to=TensorProto.FLOAT16)
    b.const("w", b.rng.standard_normal((16, 8)).astype(np.float16))
    x = b.op("MatMul", x, "w", out="h")
    part = Builder()
    part.const("inner", b.rng.standard_normal((8, 8)).astype(np.float16))
    part.op("MatMul", "h", "inner", out="then.y")
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT16, None) for name in ("then.y", "else.y")]
    then = helper.make_graph(part.nodes, "then", [], ends[:1], part.constants)
    other = helper.make_graph([helper.make_node("Neg", ["h"], ["else.y"])], "else", [], ends[1:])
    large = b.op("Greater", b.op("ReduceMax", x, keepdims=0), b.const("zero", np.float16(0)))
    x = b.op("If", large, then_branch=then, else_branch=other)
    value = numpy_helper.from_array(b.rng.standard_normal((8, 4)).astype(np.float16), "")
    b.nodes.append(helper.make_node("Constant", [], ["v"], value=value))
    b.op("Cast", b.op("MatMul", x, "v"), to=TensorProto.FLOAT, out="y")
    return proto(b, ROW)


def double() -> onnx.ModelProto:
    """Convolutions in double, which the runtime does not run, with inputs and outputs of this type."""
    made = convolutions()
    for tensor in made.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name))
    for value in (*made.graph.input, *made.graph.output):
        value.type.tensor_type.elem_type = TensorProto.DOUBLE
    return made


MODELS: dict[str, tuple[Callable[[], onnx.ModelProto], tuple[int, ...]]] = {
    "convolutions": (convolutions, IMAGE),
    "perceptron": (perceptron, ROW),
    "attention": (attention, WORDS),
    "recurrent": (recurrent, WORDS),
    "branches": (branches, ROW),
    "quantized": (quantized, IMAGE),
    "function": (function, ROW),
    "half": (half, ROW),
    "double": (double, IMAGE),
}


def data(shape: tuple[int, ...], samples: int = SAMPLES) -> dict[str, np.ndarray]:
    """Samples and labels for a model with one input of this shape."""
    rng = np.random.default_rng(5)
    return {"x": rng.standard_normal((samples, *shape)).astype(np.float32), "y": np.arange(samples) % 4}
