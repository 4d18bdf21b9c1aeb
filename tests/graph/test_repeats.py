"""What repeats in a graph is written once: the file is smaller, and the runtime has the same graph as before."""

from collections import Counter

import numpy as np
import onnx
import onnx_ir as ir
import pytest

from tests.graph.graphs import Build
from tests.graph.networks import NETWORKS
from workbench.graph.onnx import runtime
from workbench.graph.onnx.repeats import MOST_ROUNDS, OUTLINED, outline
from workbench.graph.onnx.short_names import shorten
from workbench.graph.onnx.small_constants import compact, share

DOMAIN = "ours"


def blocks(count: int) -> Build:
    """Residual blocks with two layers each, of which each has its own weights."""
    b = Build()
    x = "x"
    for i in range(count):
        y = b.node("MatMul", [x, b.weight(f"up{i}", 8, 16)], f"wide{i}")
        y = b.node("Relu", [b.node("Add", [y, b.weight(f"b{i}", 16)], f"sum{i}")], f"act{i}")
        shape = b.constant(f"shape{i}", [-1, 16], np.int64)
        y = b.node("Reshape", [y, shape], f"flat{i}")
        y = b.node("MatMul", [y, b.weight(f"down{i}", 16, 8)], f"narrow{i}")
        x = b.node("Add", [x, y], "y" if i == count - 1 else f"out{i}")
    return b


def loaded(content: bytes, tmp_path) -> tuple[list[np.ndarray], Counter]:
    """What comes out, and which operators are left after loading."""
    path = tmp_path / "optimized.onnx"
    session = runtime.session(content, threads=1, optimized_to=path)
    rng = np.random.default_rng(0)
    feeds = {}
    for value in session.get_inputs():
        sizes = [size if isinstance(size, int) else 2 for size in value.shape]
        feeds[value.name] = rng.standard_normal(sizes).astype(np.float32)
    return session.run(None, feeds), Counter(node.op_type for node in onnx.load(path).graph.node)


def written(model: ir.Model) -> bytes:
    return ir.to_proto(model).SerializeToString()


def test_blocks_become_calls_of_one_function(tmp_path):
    made = blocks(6).model({"x": ["N", 8]}, {"y": None})
    expected, operators = loaded(written(made.ir), tmp_path)
    plain, short = made.ir.clone(), made.ir.clone()
    shorten(short, DOMAIN)
    before = len(plain.graph)
    calls = Counter((node.domain, node.op_type) for node in short.graph)
    assert before == 6 * 6 and len(short.graph) == 6 and list(calls.values()) == [6]
    assert all(OUTLINED in function.meta for function in short.functions.values())
    found, left = loaded(written(short), tmp_path)
    assert left == operators
    np.testing.assert_array_equal(found[0], expected[0])


def test_outlining_makes_the_file_smaller_or_changes_nothing():
    for count in range(1, 6):
        made = blocks(count).model({"x": ["N", 8]}, {"y": None}).ir.clone()
        before = len(written(made))
        outline(made, DOMAIN)
        assert len(written(made)) < before if made.functions else len(written(made)) == before
    assert made.functions


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_computes_the_same(name, tmp_path):
    made = NETWORKS[name]()
    expected, operators = loaded(written(made.ir), tmp_path)
    short = made.ir.clone()
    shorten(short, DOMAIN)
    found, left = loaded(written(short), tmp_path)
    assert left == operators
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_values_that_others_read_stay_values_of_the_graph(tmp_path):
    """Outputs of the model inside of a block, and a value that only a subgraph reads."""
    b = blocks(4)
    flag = b.constant("flag", True, bool)
    kind = onnx.helper.make_tensor_value_info("inner", onnx.TensorProto.FLOAT, None)
    inside = onnx.helper.make_graph([onnx.helper.make_node("Neg", ["wide2"], ["inner"])], "branch", [], [kind])
    b.nodes.insert(-2, onnx.helper.make_node("If", [flag], ["z"], "if", then_branch=inside, else_branch=inside))
    proto = b.proto({"x": ["N", 8]}, {"y": None, "act1": None, "z": None})
    made = ir.serde.deserialize_model(proto)
    expected, _ = loaded(proto.SerializeToString(), tmp_path)
    outline(made, DOMAIN)
    assert made.functions
    for one, other in zip(loaded(written(made), tmp_path)[0], expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_inputs_left_out_and_several_outputs_come_back(tmp_path):
    b = Build()
    most, sizes, x = b.constant("most", 0.5), b.constant("sizes", [3, 5], np.int64), "x"
    for i in range(5):
        b.nodes.append(onnx.helper.make_node("Split", [x, sizes], [f"a{i}", f"b{i}"], f"split{i}", axis=1))
        b.node("Clip", [f"a{i}", "", most], f"clip{i}")
        b.node("Clip", [f"b{i}", most], f"raised{i}")
        x = b.node("Concat", [f"raised{i}", f"clip{i}"], "y" if i == 4 else f"both{i}", axis=1)
    made = b.model({"x": ["N", 8]}, {"y": None})
    expected, _ = loaded(written(made.ir), tmp_path)
    short = made.ir.clone()
    shorten(short, DOMAIN)
    assert len(short.graph) < len(made.ir.graph)
    np.testing.assert_array_equal(loaded(written(short), tmp_path)[0][0], expected[0])


def test_functions_of_the_model_stay_as_they_are():
    made = blocks(4).model({"x": ["N", 8]}, {"y": None}).ir.clone()
    x = ir.Value(name="x")
    node = ir.Node("", "Relu", [x])
    foreign = ir.Function("theirs", "f", graph=ir.Graph([x], node.outputs, nodes=[node]), attributes=[])
    made.functions[foreign.identifier()] = foreign
    shorten(made, DOMAIN)
    assert list(made.functions.values()) == [foreign] and len(made.graph) == 24


def test_equal_constants_are_one_but_inputs_stay():
    made = blocks(4).model({"x": ["N", 8]}, {"y": None}).ir.clone()
    given = made.graph.initializers["shape0"]
    made.graph.inputs.append(given)
    share(made.graph)
    assert {name for name in made.graph.initializers if name.startswith("shape")} == {"shape0", "shape1"}
    assert len(made.graph.initializers["shape1"].uses()) == 3


def test_weights_that_are_not_packed_yet_are_not_read():
    """Those of a forecast have no values."""
    made = blocks(2).model({"x": ["N", 8]}, {"y": None}).ir.clone()

    def never() -> ir.Tensor:
        raise AssertionError("read")

    for name in ("b0", "b1"):
        lazy = ir.LazyTensor(never, ir.DataType.FLOAT, ir.Shape((16,)), name=name)
        made.graph.initializers[name].const_value = lazy
    share(made.graph)
    assert {"b0", "b1"} <= set(made.graph.initializers)


@pytest.mark.parametrize("kind", [np.int64, np.int32])
@pytest.mark.parametrize("numbers", [[-1, 0, 1, 127, 128], [], [2**31 - 1, -(2**31)], [3]])
def test_numbers_keep_their_values_in_no_more_bytes(kind, numbers):
    tensor = ir.Tensor(np.array(numbers, kind).reshape(1, -1), name="t")
    made = compact(tensor)
    before, after = (ir.serde.serialize_tensor(each) for each in (tensor, made))
    assert after.ByteSize() <= before.ByteSize()
    found = onnx.numpy_helper.to_array(after)
    assert found.dtype == kind
    np.testing.assert_array_equal(found, tensor.numpy())


def test_values_that_are_no_whole_numbers_stay():
    tensor = ir.Tensor(np.array([1.0, 2.0], np.float32), name="t")
    assert compact(tensor) is tensor


@pytest.mark.slow
def test_a_function_may_have_more_values_than_there_are_names_of_two_letters():
    b = Build()
    for part in range(2):
        b.node("Split", ["x"], f"v{part}_0", axis=1, num_outputs=2800)
        b.nodes[-1].output.extend([f"v{part}_{i}" for i in range(1, 2800)])
        b.node("Concat", list(b.nodes[-1].output)[::-1], f"y{part}", axis=1)
    made = b.model({"x": ["N", 2800]}, {"y0": None, "y1": None}).ir.clone()
    outline(made, DOMAIN)
    (function,) = made.functions.values()
    assert len(made.graph) == 2 and len({value.name for value in function[0].outputs}) == 2800


def test_a_group_that_grows_by_one_node_a_round_is_not_followed_to_its_end():
    """Each value has two readers; only the last two nodes of a chain can be merged, then the one before."""
    b = Build()
    for chain in range(2):
        before, now = "x", "x"
        for i in range(MOST_ROUNDS + 20):
            before, now = now, b.node("Add", [before, now], f"y{chain}" if i == MOST_ROUNDS + 19 else f"v{chain}_{i}")
    made = b.model({"x": ["N", 8]}, {"y0": None, "y1": None}).ir.clone()
    outline(made, DOMAIN)
    (function,) = made.functions.values()
    assert len(function) == MOST_ROUNDS + 1 and len(made.graph) == 2 * 20


def test_an_output_that_is_left_out_stays_so():
    """It would get a name in a function, and the runtime would compute it."""
    b = Build()
    x = "x"
    for i in range(6):
        b.node("LayerNormalization", [x, b.constant(f"g{i}", np.ones(8))], f"n{i}", axis=-1)
        b.nodes[-1].output.extend(["", f"inverse{i}"])
        y = b.node("Tanh", [b.node("Mul", [f"n{i}", f"inverse{i}"], f"product{i}")], f"tanh{i}")
        x = b.node("Neg", [y], "y" if i == 5 else f"out{i}")
    made = b.model({"x": ["N", 8]}, {"y": None}).ir.clone()
    outline(made, DOMAIN)
    left = [node for node in made.graph if node.op_type == "LayerNormalization"]
    assert made.functions and [[value.name for value in node.outputs][1] for node in left] == [""] * 6
