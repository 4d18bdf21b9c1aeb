"""Small ONNX files with every kind of layer, for the tests of opening, preparing, finding and cutting."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.job import Job
from workbench.formats.onnx_file import from_proto
from workbench.graph.model.model import Model


class Build:
    """Collects nodes and seeded weights; `model` makes the file."""

    def __init__(self, opset: int = 18, ir_version: int = 8, seed: int = 0) -> None:
        self.opset, self.ir_version = opset, ir_version
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def weight(self, name: str, *shape: int) -> str:
        """Normal values, scaled to keep activations in size."""
        return self.constant(name, self.rng.standard_normal(shape) / np.sqrt(max(np.prod(shape[1:], initial=1), 1)))

    def constant(self, name: str, values, dtype=np.float32) -> str:
        self.initializers.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(self, op: str, inputs: list[str], output: str, domain: str = "", **attributes) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], f"node_{output}", domain=domain, **attributes))
        return output

    def batchnorm(self, x: str, channels: int, output: str, name: str = "bn") -> str:
        """With statistics that matter; variances positive."""
        rng = self.rng
        values = (
            rng.standard_normal(channels),
            rng.standard_normal(channels),
            rng.standard_normal(channels),
            rng.random(channels) + 0.5,
        )
        names = [
            self.constant(f"{name}.{part}", value)
            for part, value in zip(("weight", "bias", "running_mean", "running_var"), values, strict=True)
        ]
        return self.node("BatchNormalization", [x, *names], output, epsilon=1e-3)

    def proto(
        self,
        inputs: dict[str, list],
        outputs: dict[str, list | None],
        dtype: int = TensorProto.FLOAT,
        opsets: dict[str, int] | None = None,
        functions=(),
    ) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "graph",
            [helper.make_tensor_value_info(name, dtype, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            self.initializers,
        )
        imports = [helper.make_opsetid("", self.opset)]
        imports += [helper.make_opsetid(domain, version) for domain, version in (opsets or {}).items()]
        return helper.make_model(graph, opset_imports=imports, ir_version=self.ir_version, functions=list(functions))

    def model(self, inputs: dict[str, list], outputs: dict[str, list | None], **options) -> Model:
        return opened(self.proto(inputs, outputs, **options))


def opened(proto: onnx.ModelProto, without: frozenset[str] = frozenset()) -> Model:
    return from_proto(proto, "test.onnx", Job(), without)


def residual(opset: int = 18) -> onnx.ModelProto:
    """A residual network: BatchNorm, a depthwise block, a layer used twice, a skip over all of it, two outputs."""
    b = Build(opset)
    x = b.node("Conv", ["x", b.weight("stem.weight", 8, 1, 3, 3)], "stem", pads=[1, 1, 1, 1])
    x = skip = b.node("Relu", [b.batchnorm(x, 8, "stem_bn", "stem_bn")], "stem_relu")
    x = b.node(
        "Conv",
        [x, b.weight("block.depthwise.weight", 8, 1, 3, 3), b.weight("block.depthwise.bias", 8)],
        "dw",
        pads=[1, 1, 1, 1],
        group=8,
    )
    x = b.batchnorm(x, 8, "dw_bn", "block.bn")
    x = b.node("Add", [x, skip], "joined")
    shared = b.weight("shared.weight", 8, 8, 1, 1)
    x = b.node("Relu", [b.node("Conv", [x, shared], "first_use")], "between")
    x = b.node("Conv", [x, shared], "second_use")
    x = b.node("Add", [x, skip], "over_all")
    x = b.node("Flatten", [b.node("GlobalAveragePool", [x], "pooled")], "flat")
    b.node("Gemm", [x, b.weight("head.weight", 5, 8), b.weight("head.bias", 5)], "logits", transB=1)
    b.node("MatMul", ["flat", b.weight("aux.weight", 8, 3)], "aux_product")
    b.node("Add", ["aux_product", b.weight("aux.bias", 3)], "aux")
    return b.proto({"x": ["N", 1, 8, 8]}, {"logits": ["N", 5], "aux": ["N", 3]})


def branch(name: str, *nodes: onnx.NodeProto, initializers=()) -> onnx.GraphProto:
    """A subgraph for an If, whose output is that of its last node."""
    return helper.make_graph(
        list(nodes),
        name,
        [],
        [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)],
        list(initializers),
    )


def conditional() -> onnx.ModelProto:
    """A layer before an If whose branches read values of the main graph and hold a layer, and one behind it."""
    b = Build()
    first = b.node("MatMul", ["x", b.weight("first.weight", 4, 6)], "first")
    total = b.node("ReduceSum", ["x"], "sum", keepdims=0)
    positive = b.node("Greater", [total, b.constant("zero", 0.0)], "positive")
    inner = numpy_helper.from_array(b.rng.standard_normal((6, 6)).astype(np.float32), "inner.weight")
    then = branch(
        "then", helper.make_node("MatMul", [first, "inner.weight"], ["chosen"], "inner"), initializers=[inner]
    )
    other = branch("else", helper.make_node("Neg", [first], ["negated"], "negate"))
    x = b.node("If", [positive], "either", then_branch=then, else_branch=other)
    b.node("MatMul", [x, b.weight("last.weight", 6, 2)], "y")
    return b.proto({"x": ["N", 4]}, {"y": ["N", 2]})
