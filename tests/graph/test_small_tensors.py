"""Small tensors on 16 and 8 bits: the runtime has the same values, from fewer bytes, at every opset."""

import numpy as np
import onnx
import onnx_ir as ir
import pytest

from tests.graph.graphs import Build
from workbench.graph.encodings.affine import Affine
from workbench.graph.onnx import runtime
from workbench.graph.onnx.short_names import shorten
from workbench.graph.storage import decoders, pooling
from workbench.graph.storage.small_tensors import (
    CLOSE_TOGETHER,
    LEAST_TOGETHER,
    ROUNDED,
    halves,
    integers,
    levels_of,
    store_short,
)

RNG = np.random.default_rng(0)


def model(tensors: dict[str, np.ndarray], opset: int) -> ir.Model:
    """Each tensor is added to an input and given out."""
    kind = ir.TensorType(ir.DataType.FLOAT)
    inputs, outputs, nodes, values = [], [], [], []
    for name, array in tensors.items():
        inputs.append(ir.Value(name=f"{name} x", shape=ir.Shape(array.shape), type=kind))
        values.append(ir.Value(name=name, const_value=ir.Tensor(array, name=name)))
        outputs.append(ir.Value(name=f"{name} y", shape=ir.Shape(array.shape), type=kind))
        nodes.append(ir.Node("", "Add", [inputs[-1], values[-1]], outputs=[outputs[-1]]))
    graph = ir.Graph(inputs, outputs, nodes=nodes, initializers=values, opset_imports={"": opset}, name="graph")
    return ir.Model(graph, ir_version=7)


def run(made: ir.Model, tmp_path) -> list[np.ndarray]:
    """What comes out for zeros; nothing but the sums is left after loading."""
    path = tmp_path / "optimized.onnx"
    session = runtime.session(ir.to_proto(made).SerializeToString(), threads=1, optimized_to=path)
    assert {node.op_type for node in onnx.load(path).graph.node} <= {"Add", "Identity"}
    return session.run(None, {each.name: np.zeros(each.shape, np.float32) for each in session.get_inputs()})


@pytest.mark.parametrize("opset", [9, 11, 13, 18, 21])
@pytest.mark.parametrize("sides", ["float16", "int8", "int4"])
def test_values_stay_and_bytes_shrink(sides, opset, tmp_path):
    shapes = {"a": (96,), "b": (96,), "c": (96,), "wide": (1, 25, 96), "d": (10,), "e": (10,), "f": (10,)}
    shapes |= {f"column{i}": (70, 1, 1) for i in range(LEAST_TOGETHER)}
    tensors = {name: ROUNDED[sides](RNG.normal(0, 3, shape).astype(np.float32)) for name, shape in shapes.items()}
    made = model(tensors, opset)
    before = len(ir.to_proto(made).SerializeToString())
    store_short(made.graph, sides, opset)
    assert len(ir.to_proto(made).SerializeToString()) < before
    for found, array in zip(run(made, tmp_path), tensors.values(), strict=True):
        np.testing.assert_array_equal(found, array)
    assert "wide" not in made.graph.initializers and "a" not in made.graph.initializers


def test_tensors_of_a_shape_share_their_nodes():
    tensors = {f"b{i}": integers(RNG.normal(0, 1, 64).astype(np.float32)) for i in range(20)}
    made = model(tensors, 18)
    store_short(made.graph, "int8", 18)
    assert sorted(node.op_type for node in made.graph if node.op_type != "Add") == ["Cast", "Mul", "Reshape", "Split"]


@pytest.mark.parametrize("sides", ["int6", "int4"])
def test_integers_in_codes_come_back_from_fewer_bytes(sides, tmp_path):
    shapes = (
        {f"b{i}": (96,) for i in range(8)} | {f"c{i}": (3, 40) for i in range(2)} | {"wide": (1, 25, 96), "d": (10,)}
    )
    tensors = {name: ROUNDED[sides](RNG.normal(0, 3, shape).astype(np.float32)) for name, shape in shapes.items()}
    plain, made = model(tensors, 18), model(tensors, 18)
    store_short(plain.graph, sides, 18)
    coded: dict[ir.Value, Affine] = {}
    store_short(made.graph, sides, 18, coded, without={"b0"})
    assert "b0" in made.graph.initializers and len(coded) == 4
    names = pooling.put(made.graph, {value.name: encoding for value, encoding in coded.items()})
    for name in names:
        function = decoders.function(name, 18)
        made.functions[function.identifier()] = function
    made.graph.opset_imports[decoders.DOMAIN], made.ir_version = 1, decoders.IR_VERSION
    for found, array in zip(run(made, tmp_path), tensors.values(), strict=True):
        np.testing.assert_array_equal(found, array)
    made.functions.clear()  # that weights need, too
    assert len(ir.to_proto(made).SerializeToString()) < len(ir.to_proto(plain).SerializeToString())


def test_integers_stay_where_codes_are_larger():
    made, coded = model({"a": integers(RNG.uniform(-1, 1, 64).astype(np.float32))}, 18), {}
    store_short(made.graph, "int8", 18, coded)
    assert not coded and sorted(node.op_type for node in made.graph) == ["Add", "Cast", "Mul"]


@pytest.mark.parametrize("most", CLOSE_TOGETHER)
def test_rounding_is_as_close_as_it_says(most):
    """Values that are mostly small beside the largest need more levels."""
    even = RNG.normal(0, 3, 500).astype(np.float32)
    uneven = np.where(np.arange(500) == 0, 1000, even).astype(np.float32)
    uneven[1:] *= 3
    for values in (even, uneven, np.zeros(100, np.float32)):
        rounded = integers(values, most)
        error = np.linalg.norm(rounded - values) / max(np.linalg.norm(values), 1e-9)
        assert error <= CLOSE_TOGETHER[most]
        if values.any() and (found := levels_of(rounded)) is not None:
            np.testing.assert_array_equal(found[0] * found[1], rounded)
    levels, _ = levels_of(integers(even, most))
    assert np.abs(levels).max() in (most, most - 1)


def test_half_floats_may_lose_digits_that_are_small_beside_the_largest():
    """Below 6e-5 they have fewer digits."""
    values = np.array([0.05, 3e-5, -1e-6], np.float32)
    found = halves(values)
    assert not np.array_equal(found, values) and np.abs(found - values)[1:].max() < 1e-6 * values.max()
    for kept in ([0.05, 1e-9], [1e-4, 1.1e-6], [1e6, 1.0], [np.inf, 1.0]):
        kept = np.array(kept, np.float32)
        assert halves(kept) is kept


def test_what_is_not_exact_or_no_constant_of_a_layer_stays(tmp_path):
    exact, other = np.array([1.0, 1.0, 2.0, 2.0], np.float32), np.full(64, 0.1, np.float32) * np.arange(64)
    made = model({"other": other.astype(np.float32)}, 18)
    image = ir.Value(name="image", shape=ir.Shape((1, 1, 4, 4)), type=ir.TensorType(ir.DataType.FLOAT))
    made.graph.inputs.append(image)
    for index in range(LEAST_TOGETHER):
        scales = ir.Value(name=f"scales{index}", const_value=ir.Tensor(exact, name=f"scales{index}"))
        made.graph.initializers.add(scales)
        node = ir.Node("", "Resize", [image, None, scales], outputs=[ir.Value(name=f"resized{index}")])
        made.graph.append(node)
        made.graph.outputs.append(node.outputs[0])
        node.outputs[0].type = image.type
    store_short(made.graph, "float16", 18)
    assert {"other", "scales0", "scales1", "scales2"} <= set(made.graph.initializers)


def test_attributes_that_say_nothing_go():
    window = [ir.AttrInt64s("strides", [1, 1]), ir.AttrInt64s("dilations", [1, 1]), ir.AttrInt64s("pads", [0, 0, 0, 0])]
    kept = [ir.AttrInt64s("pads", [1, 1, 1, 1]), ir.AttrInt64s("strides", [2, 1])]
    made = model({}, 18)
    x, w = (ir.Value(name=name, shape=ir.Shape((1, 1, 5, 5)), type=ir.TensorType(ir.DataType.FLOAT)) for name in "xw")
    made.graph.inputs.extend([x, w])
    size = ir.AttrInt64s("kernel_shape", [5, 5])
    nodes = [
        ir.Node("", "Conv", [x, w], [*window, size]),
        ir.Node("", "Conv", [x, w], kept),
        ir.Node("", "MaxPool", [x], [size, *window]),
        ir.Node("", "Transpose", [x], [ir.AttrInt64s("perm", [3, 2, 1, 0])]),
        ir.Node("", "Transpose", [x], [ir.AttrInt64s("perm", [0, 2, 1, 3])]),
    ]
    for name, shape in (("known", [-1, 5]), ("empty", [0, 5])):
        constant = ir.Value(name=name, const_value=ir.Tensor(np.array(shape, np.int64), name=name))
        made.graph.initializers.add(constant)
        nodes.append(ir.Node("", "Reshape", [x, constant], [ir.AttrInt64("allowzero", 1)]))
    for node in nodes:
        made.graph.append(node)
    shorten(made, "none")
    left = [[], ["pads", "strides"], ["kernel_shape"], [], ["perm"], [], ["allowzero"]]
    assert [sorted(node.attributes) for node in nodes] == left


def test_short_names_may_be_names_that_the_model_has_already():
    """Given one by one, they would be those of initialisers whose turn comes later."""
    b = Build()
    b.node("Relu", [b.node("MatMul", ["x", b.weight("c", 4, 4)], "b")], "d")
    b.node("Add", [b.node("MatMul", ["d", b.weight("b1", 4, 4)], "f"), b.weight("a", 4)], "e")
    b.node("Add", [b.node("MatMul", ["e", "c"], "h"), "a"], "y")
    made = b.model({"x": ["N", 4]}, {"y": None})
    feeds = {"x": np.arange(8, dtype=np.float32).reshape(2, 4)}
    expected = runtime.run(runtime.session(made), feeds)[0]
    short = made.ir.clone()
    shorten(short, "none")
    names = set(short.graph.initializers)
    assert names == {value.const_value.name for value in short.graph.initializers.values()}
    assert max(map(len, names)) == 1 and "a" in names
    np.testing.assert_array_equal(runtime.run(runtime.session(short), feeds)[0], expected)
