"""Small networks in which channels are coupled in every way that models of the field know."""

from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.job import Job
from workbench.formats.onnx_file import from_proto
from workbench.graph.model.model import Model

NETWORKS: dict[str, Callable[[], Model]] = {}


class Builder:
    """Writes a graph line by line; the weights are random, seeded."""

    def __init__(self, opset: int = 17) -> None:
        self.rng = np.random.default_rng(3)
        self.opset = opset
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def const(self, name: str, values) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def weight(self, name: str, *shape: int) -> str:
        return self.const(
            name, (self.rng.standard_normal(shape) / np.sqrt(max(np.prod(shape[1:]), 1))).astype(np.float32)
        )

    def op(self, kind: str, *inputs: str, out: str = "", outputs: int = 1, **attributes) -> str:
        out = out or f"v{len(self.nodes)}"
        names = [out] if outputs == 1 else [f"{out}_{index}" for index in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"{kind}_{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else out

    def conv(self, x: str, name: str, inputs: int, outputs: int, kernel: int = 3, group: int = 1, out: str = "") -> str:
        self.weight(f"{name}.weight", outputs, inputs // group, kernel, kernel)
        self.weight(f"{name}.bias", outputs)
        return self.op("Conv", x, f"{name}.weight", f"{name}.bias", pads=[kernel // 2] * 4, group=group, out=out)

    def linear(self, x: str, name: str, inputs: int, outputs: int, out: str = "") -> str:
        self.weight(f"{name}.weight", inputs, outputs)
        self.weight(f"{name}.bias", outputs)
        return self.op("Add", self.op("MatMul", x, f"{name}.weight"), f"{name}.bias", out=out)

    def head(self, x: str, inputs: int) -> None:
        """Average, then ten classes."""
        self.weight("head.weight", 10, inputs)
        self.op("Gemm", self.op("Flatten", self.op("GlobalAveragePool", x)), "head.weight", transB=1, out="y")

    def model(self, shape: list[int | str], outputs: tuple[str, ...] = ("y",)) -> Model:
        made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(
            self.nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)], made, self.constants
        )
        proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        return from_proto(proto, "net.onnx", Job())


IMAGE: list[int | str] = ["n", 3, 8, 8]


def network(function: Callable[[], Model]) -> Callable[[], Model]:
    NETWORKS[function.__name__] = function
    return function


@network
def residual() -> Model:
    b = Builder()
    stem = b.op("Relu", b.conv("x", "stem", 3, 12))
    inner = b.op("Relu", b.conv(stem, "a", 12, 16))
    b.head(b.op("Relu", b.op("Add", b.conv(inner, "b", 16, 12), stem)), 12)
    return b.model(IMAGE)


@network
def concat() -> Model:
    b = Builder()
    left, right = b.conv("x", "left", 3, 6), b.conv("x", "right", 3, 10, kernel=1)
    both = b.op("Concat", left, right, axis=1)
    b.head(b.op("Relu", b.conv(both, "after", 16, 12)), 12)
    return b.model(IMAGE)


@network
def flattened() -> Model:
    b = Builder()
    x = b.op("MaxPool", b.op("Relu", b.conv("x", "conv", 3, 8)), kernel_shape=[2, 2], strides=[2, 2])
    flat = b.op("Reshape", x, b.const("target", np.array([-1, 128], np.int64)))
    b.weight("head.weight", 10, 128)
    b.op("Gemm", flat, "head.weight", transB=1, out="y")
    return b.model(IMAGE)


@network
def depthwise() -> Model:
    b = Builder()
    low, high = b.const("low", np.float32(0)), b.const("high", np.float32(6))
    x = b.op("Clip", b.conv("x", "expand", 3, 16, kernel=1), low, high)
    x = b.op("HardSwish", b.conv(x, "depth", 16, 16, group=16))
    b.head(b.conv(x, "project", 16, 8, kernel=1), 8)
    return b.model(IMAGE)


@network
def multiplied() -> Model:
    """Depthwise with two outputs for each input."""
    b = Builder()
    x = b.conv(b.conv("x", "first", 3, 6), "depth", 6, 12, group=6)
    b.head(x, 12)
    return b.model(IMAGE)


@network
def grouped() -> Model:
    b = Builder()
    x = b.op("Relu", b.conv("x", "first", 3, 16))
    x = b.op("Relu", b.conv(x, "grouped", 16, 24, group=4))
    b.head(b.conv(x, "last", 24, 8, kernel=1), 8)
    return b.model(IMAGE)


@network
def squeeze_excite() -> Model:
    b = Builder()
    x = b.op("Relu", b.conv("x", "conv", 3, 16))
    gate = b.op("Relu", b.conv(b.op("GlobalAveragePool", x), "reduce", 16, 4, kernel=1))
    gate = b.op("Sigmoid", b.conv(gate, "expand", 4, 16, kernel=1))
    b.head(b.op("Mul", x, gate), 16)
    return b.model(IMAGE)


@network
def prelu() -> Model:
    b = Builder()
    x = b.op("PRelu", b.conv("x", "conv", 3, 12), b.weight("slope", 12, 1, 1))
    x = b.op("Mul", x, b.weight("gain", 1, 12, 1, 1))
    b.head(b.op("Div", x, b.const("spread", np.linspace(1, 2, 12, dtype=np.float32).reshape(12, 1, 1))), 12)
    return b.model(IMAGE)


@network
def split() -> Model:
    """As YOLO's C2f: one half goes on, both are put together."""
    b = Builder(opset=18)
    halves = b.op("Split", b.conv("x", "conv", 3, 16), axis=1, outputs=2, num_outputs=2)
    inner = b.conv(f"{halves}_1", "inner", 8, 8)
    b.head(b.op("Concat", f"{halves}_0", f"{halves}_1", inner, axis=1), 24)
    return b.model(IMAGE)


@network
def sliced() -> Model:
    b = Builder()
    x = b.conv("x", "conv", 3, 16)
    one = b.const("one", np.array([1], np.int64))
    first = b.op("Slice", x, b.const("zero", np.array([0], np.int64)), b.const("six", np.array([6], np.int64)), one)
    rest = b.op("Slice", x, "six", b.const("end", np.array([2**62], np.int64)), one)
    b.head(b.op("Concat", b.op("Relu", rest), first, axis=1), 16)
    return b.model(IMAGE)


@network
def batchnorm() -> Model:
    """Not foldable: it stands before the convolution that it could be folded into."""
    b = Builder()
    x = b.op("Relu", b.conv("x", "conv", 3, 12))
    b.const("norm.scale", np.linspace(0.1, 1.2, 12, dtype=np.float32))
    b.const("norm.var", np.linspace(0.5, 1.5, 12, dtype=np.float32))
    x = b.op("BatchNormalization", x, "norm.scale", b.weight("norm.bias", 12), b.weight("norm.mean", 12), "norm.var")
    b.head(b.op("Relu", b.conv(b.op("Relu", x), "last", 12, 8)), 8)
    return b.model(IMAGE)


@network
def transposed() -> Model:
    b = Builder()
    x = b.op("Relu", b.conv("x", "down", 3, 12))
    b.weight("up.weight", 12, 8, 2, 2)
    b.weight("up.bias", 8)
    x = b.op("ConvTranspose", x, "up.weight", "up.bias", strides=[2, 2])
    b.head(b.conv(x, "last", 8, 6), 6)
    return b.model(IMAGE)


@network
def transformer() -> Model:
    """One block: four heads of six, a hidden layer of 40."""
    b = Builder()
    tokens, width = 5, 24

    def normed(x: str, name: str) -> str:
        b.const(f"{name}.weight", np.linspace(0.5, 1.5, width, dtype=np.float32))
        return b.op("LayerNormalization", x, f"{name}.weight", b.weight(f"{name}.bias", width))

    x = b.linear("x", "embed", 7, width)
    x = b.op("Add", x, b.weight("position", 1, tokens, width))
    inner = normed(x, "norm1")
    apart = b.const("apart", np.array([0, 0, 4, 6], np.int64))
    q, k, v = (
        b.op("Transpose", b.op("Reshape", b.linear(inner, name, width, width), apart), perm=perm)
        for name, perm in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3]))
    )
    weights = b.op("Softmax", b.op("Mul", b.op("MatMul", q, k), b.const("scale", np.float32(6**-0.5))), axis=-1)
    mixed = b.op("Transpose", b.op("MatMul", weights, v), perm=[0, 2, 1, 3])
    mixed = b.op("Reshape", mixed, b.const("together", np.array([-1, tokens, width], np.int64)))
    x = b.op("Add", x, b.linear(mixed, "proj", width, width))
    hidden = b.op("Tanh", b.linear(normed(x, "norm2"), "fc1", width, 40))
    x = b.op("Add", x, b.linear(hidden, "fc2", 40, width))
    b.linear(b.op("ReduceMean", normed(x, "norm3"), axes=[1], keepdims=0), "head", width, 10, out="y")
    return b.model(["n", tokens, 7])


@network
def joint_attention() -> Model:
    """As timm writes it: one layer for queries, keys and values, taken apart by Gather; a class token that is expanded
    to the batch; a bias of the places, looked up in a table."""
    b = Builder()
    width, tokens = 12, 5
    x = b.linear("x", "embed", 7, width)
    batch = b.op("Slice", b.op("Shape", "x"), *(b.const(f"at{n}", np.array([n], np.int64)) for n in (0, 1)))
    ones = b.const("ones", np.array([1, 1], np.int64))
    token = b.op("Expand", b.weight("token", 1, 1, width), b.op("Concat", batch, ones, axis=0))
    x = b.op("Add", b.op("Concat", token, x, axis=1), b.weight("position", 1, tokens, width))
    b.linear(x, "qkv", width, 3 * width, out="joint")
    apart = b.op("Reshape", "joint", b.const("apart", np.array([0, tokens, 3, 4, 3], np.int64)))
    apart = b.op("Transpose", apart, perm=[2, 0, 3, 1, 4])
    q, k, v = (b.op("Gather", apart, b.const(f"part{n}", np.array(n, np.int64)), axis=0) for n in range(3))
    places = b.const("places", np.arange(tokens * tokens, dtype=np.int64) % 9)
    bias = b.op("Gather", b.weight("bias_table", 9, 4), places, axis=0)
    bias = b.op("Reshape", bias, b.const("square", np.array([tokens, tokens, 4], np.int64)))
    scores = b.op(
        "Add", b.op("MatMul", q, b.op("Transpose", k, perm=[0, 1, 3, 2])), b.op("Transpose", bias, perm=[2, 0, 1])
    )
    mixed = b.op("Transpose", b.op("MatMul", b.op("Softmax", scores, axis=-1), v), perm=[0, 2, 1, 3])
    mixed = b.op("Reshape", mixed, b.const("together", np.array([0, tokens, width], np.int64)))
    x = b.op("Add", x, b.linear(mixed, "proj", width, width))
    b.linear(b.op("Gather", x, b.const("first", np.array(0, np.int64)), axis=1), "head", width, 10, out="y")
    return b.model(["n", tokens - 1, 7])


@network
def tied() -> Model:
    """The table of the first layer, transposed, is the weight of the last."""
    b = Builder()
    table = b.weight("table", 20, 8)
    first = b.op("Slice", "x", *(b.const(f"at{n}", np.array([n], np.int64)) for n in (0, 1)), b.const("axis", [1]))
    embedded = b.op("Squeeze", b.op("Gather", table, b.op("Cast", b.op("Abs", first), to=TensorProto.INT64)), "axis")
    hidden = b.op("Relu", b.op("Add", embedded, b.linear("x", "dense", 4, 8)))
    b.op("MatMul", b.linear(hidden, "inner", 8, 8), b.op("Transpose", table, perm=[1, 0]), out="y")
    return b.model(["n", 4])


@network
def written_norm() -> Model:
    """A residual stream with a LayerNormalization as exporters wrote it before opset 17, and scores as a product of
    two unit vectors."""
    b = Builder(13)
    width = 12
    two, small = b.const("two", np.float32(2)), b.const("small", np.float32(1e-5))
    x = b.op("Add", b.linear("x", "embed", 7, width), b.weight("position", 5, width))
    centred = b.op("Sub", x, b.op("ReduceMean", x, axes=[-1]))
    variance = b.op("ReduceMean", b.op("Pow", centred, two), axes=[-1])
    normed = b.op("Div", centred, b.op("Sqrt", b.op("Add", variance, small)))
    normed = b.op("Add", b.op("Mul", normed, b.weight("norm.weight", width)), b.weight("norm.bias", width))
    x = b.op("Add", x, b.linear(b.op("Relu", b.linear(normed, "fc1", width, 20)), "fc2", 20, width))
    b.linear(x, "left", width, 8, out="first")
    b.linear(x, "right", width, 8, out="second")
    length = b.op("Add", b.op("ReduceL2", "first", axes=[-1], keepdims=1), small)
    product = b.op("Mul", b.op("Div", "first", length), "second")
    b.op("ReduceSum", product, b.const("last", np.array([-1], np.int64)), keepdims=0, out="y")
    return b.model(["n", 5, 7])


@network
def pixel_blocks() -> Model:
    """Channels that become blocks of pixels in both orders, and pixels that become channels."""
    b = Builder()
    x = b.op("DepthToSpace", b.conv("x", "wide", 3, 16), blocksize=2)
    x = b.op("SpaceToDepth", b.op("Relu", b.conv(x, "fine", 4, 6)), blocksize=4)
    x = b.op("DepthToSpace", b.conv(x, "coarse", 96, 20), blocksize=2, mode="CRD")
    b.conv(b.op("Relu", x), "last", 5, 2, out="y")
    return b.model(IMAGE)
