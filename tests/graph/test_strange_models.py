"""Models of kinds that are rare, but valid: compressed, they answer about as before, with optimisation as without."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.graph.graphs import Build, branch, opened
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits

STEPS = (  # with dB, at least
    (Action("quantize.affine", {"bits": 8}), 28.0),
    (Action("quantize.static"), 20.0),
    (Action("quantize.float"), 50.0),
)


def ended(b: Build, x: str, width: int, shape: list, **options) -> onnx.ModelProto:
    """A last layer of four outputs."""
    b.node("MatMul", [x, b.weight("last.weight", width, 4)], "y")
    return b.proto({"x": ["N", *shape]}, {"y": ["N", *shape[:-1], 4]}, **options)


def attention() -> onnx.ModelProto:
    """The operator of opset 23, with fewer heads of keys than of queries."""
    b = Build(23, 10)
    q, k, v = (
        b.node("MatMul", ["x", b.weight(f"{name}.weight", 16, width)], name)
        for name, width in (("q", 16), ("k", 8), ("v", 8))
    )
    x = b.node("Attention", [q, k, v], "mixed", q_num_heads=4, kv_num_heads=2, is_causal=1)
    return ended(b, x, 16, [6, 16])


def norm() -> onnx.ModelProto:
    """RMSNormalization and Swish, of opsets 23 and 24."""
    b = Build(24, 11)
    x = b.node("MatMul", ["x", b.weight("first.weight", 16, 32)], "first")
    x = b.node("RMSNormalization", [x, b.constant("scale", b.rng.random(32) + 0.5)], "normed")
    return ended(b, b.node("Swish", [x], "swish"), 32, [16])


def same_names() -> onnx.ModelProto:
    """Branches whose weights and nodes have the same names."""
    b = Build()
    x = b.node("MatMul", ["x", b.weight("first.weight", 16, 16)], "first")
    above = b.node("Greater", [b.node("ReduceSum", [x], "sum", keepdims=0), b.constant("zero", 0.0)], "above")
    parts = []
    for name in ("then", "else"):
        weight = numpy_helper.from_array(b.rng.standard_normal((16, 16)).astype(np.float32) / 4, "w")
        nodes = [helper.make_node("MatMul", ["first", "w"], ["m"], "same")]
        parts.append(
            branch(name, *nodes, helper.make_node("Relu", ["m"], [f"{name}.y"], "other"), initializers=[weight])
        )
    x = b.node("If", [above], "either", then_branch=parts[0], else_branch=parts[1])
    return ended(b, x, 16, [16])


def loop() -> onnx.ModelProto:
    """A weight that the body of a Loop reads, and a layer behind it."""
    b = Build()
    b.weight("shared.weight", 16, 16)
    nodes = [
        helper.make_node("MatMul", ["h", "shared.weight"], ["m"]),
        helper.make_node("Tanh", ["m"], ["next"]),
        helper.make_node("Identity", ["go"], ["on"]),
    ]
    kinds = {"i": (TensorProto.INT64, []), "go": (TensorProto.BOOL, []), "h": (TensorProto.FLOAT, None)}
    given = [helper.make_tensor_value_info(name, *kind) for name, kind in kinds.items()]
    made = [helper.make_tensor_value_info("on", *kinds["go"]), helper.make_tensor_value_info("next", *kinds["h"])]
    body = helper.make_graph(nodes, "body", given, made)
    times = [b.constant("times", 3, np.int64), b.constant("start", True, np.bool_)]
    first = b.node("MatMul", ["x", b.weight("first.weight", 16, 16)], "first")
    x = b.node("Loop", [*times, first], "looped", body=body)
    return ended(b, b.node("MatMul", [x, "shared.weight"], "again"), 16, [16])


def functions() -> onnx.ModelProto:
    """Two functions of one name in two domains."""
    b = Build()
    own = []
    for domain, act in (("one", "Relu"), ("two", "Tanh")):
        nodes = [helper.make_node("MatMul", ["a", "w"], ["m"]), helper.make_node(act, ["m"], ["c"])]
        own.append(helper.make_function(domain, "Block", ["a", "w"], ["c"], nodes, [helper.make_opsetid("", 18)]))
    x = b.node("Block", ["x", b.weight("first.weight", 16, 16)], "first", domain="one")
    x = b.node("Block", [x, b.weight("second.weight", 16, 16)], "second", domain="two")
    return ended(b, x, 16, [16], opsets={"one": 1, "two": 1}, functions=own)


def empty() -> onnx.ModelProto:
    """Weights and results without numbers, and a bare number."""
    b = Build()
    w = b.node("Concat", [b.weight("first.weight", 16, 16), b.constant("none", np.zeros((16, 0)))], "joined", axis=1)
    x = b.node("Mul", [b.node("MatMul", ["x", w], "first"), b.constant("half", 0.5)], "scaled")
    nothing = b.node("MatMul", ["x", b.constant("void.weight", np.zeros((16, 0)))], "void")
    return ended(b, b.node("Concat", [x, nothing], "both", axis=1), 16, [16])


def optional() -> onnx.ModelProto:
    b = Build()
    x = b.node("MatMul", ["x", b.weight("first.weight", 16, 16)], "first")
    x = b.node("OptionalGetElement", [b.node("Optional", [x], "perhaps")], "surely")
    return ended(b, x, 16, [16])


def sequence() -> onnx.ModelProto:
    b = Build()
    x = b.node("MatMul", ["x", b.weight("first.weight", 16, 16)], "first")
    parts = b.node("SplitToSequence", [x, b.constant("eight", 8, np.int64)], "parts", axis=1)
    ends = [
        b.node("SequenceAt", [parts, b.constant(f"at{index}", index, np.int64)], f"part{index}") for index in (1, 0)
    ]
    x = b.node("ConcatFromSequence", [b.node("SequenceConstruct", ends, "turned")], "joined", axis=1)
    return ended(b, x, 16, [16])


def chain() -> onnx.ModelProto:
    """A half weight behind Identity, Transpose and Cast, whose values have odd names."""
    b = Build()
    w = b.constant("权重/α β", b.rng.standard_normal((16, 16)) / 4, np.float16)
    w = b.node("Identity", [w], "<b>&amp;")
    w = b.node("Cast", [b.node("Transpose", [w], "w'\"", perm=[1, 0])], "r/é\n", to=TensorProto.FLOAT)
    return ended(b, b.node("MatMul", ["x", w], "first"), 16, [16])


def weight_as_output() -> onnx.ModelProto:
    """A weight that is an output of the model, too."""
    b = Build()
    x = b.node("MatMul", ["x", b.weight("first.weight", 16, 16)], "first")
    proto = ended(b, x, 16, [16])
    proto.graph.output.append(helper.make_tensor_value_info("first.weight", TensorProto.FLOAT, [16, 16]))
    return proto


def sizes_in_double() -> onnx.ModelProto:
    """Sizes computed in double between layers in float32."""
    b = Build()
    x = b.node("Conv", ["x", b.weight("first.weight", 8, 3, 3, 3)], "first")
    long = b.node("Cast", [b.node("Shape", [x], "size", start=2)], "wide", to=TensorProto.DOUBLE)
    long = b.node("Floor", [b.node("Mul", [long, b.constant("two", [2, 2], np.float64)], "twice")], "floor")
    whole = [b.node("Shape", [x], "front", start=0, end=2), b.node("Cast", [long], "whole", to=TensorProto.INT64)]
    x = b.node("Resize", [x, "", "", b.node("Concat", whole, "sizes", axis=0)], "resized", mode="nearest")
    x = b.node("Conv", [x, b.weight("second.weight", 16, 8, 3, 3)], "second")
    x = b.node("Flatten", [b.node("GlobalAveragePool", [x], "pooled")], "flat")
    b.node("MatMul", [x, b.weight("last.weight", 16, 4)], "y")
    return b.proto({"x": ["N", 3, 8, 8]}, {"y": ["N", 4]})


MODELS = (
    attention,
    norm,
    same_names,
    loop,
    functions,
    empty,
    optional,
    sequence,
    chain,
    weight_as_output,
    sizes_in_double,
)


@pytest.mark.parametrize("build", MODELS)
def test_a_strange_model_answers_about_as_before(build):
    proto = build()
    original = proto.SerializeToString()
    model = opened(proto)
    shape = [size or 16 for size in model.inputs[0].shape]
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    data = Dataset("memory", {"x": x}, model.inputs, None)
    expected = runtime.run(runtime.session(original), {"x": x})[0].astype(np.float64)
    for action, least in STEPS:
        chosen, notes = compiler.stacks(model, Recipe().with_actions(["*"], [action]))
        result = compiler.compiled(model, chosen, notes, data, 0, Cache(1 << 28), Job())
        assert "last" in result.edits
        content = with_edits(result.model, result.edits).to_bytes()
        assert len(content) == result.changes()[1]
        for optimize in (True, False):
            found = runtime.run(runtime.session(content, optimize=optimize), {"x": x})[0]
            noise = np.square(found - expected).sum()
            assert 10 * np.log10(np.square(expected).sum() / max(noise, 1e-30)) > least, (action, optimize)
