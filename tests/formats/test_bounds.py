"""Small files that ask for a great deal of memory or time are refused before they are computed, in one sentence."""

import os

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.formats.test_onnx_file import refusal
from workbench.core.base.job import Job
from workbench.formats import onnx_file
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime, shapes

UNCHECKED = "Preparation at opening could not be verified:"

DOMAIN = "calls"
node = helper.make_node


def constant(name, value, dtype=np.int64):
    return numpy_helper.from_array(np.array(value, dtype), name)


def body(*nodes):
    """Of a loop that carries one value `a` to `b`, without an end by itself."""
    value = helper.make_tensor_value_info
    return helper.make_graph(
        [*nodes, node("Identity", ["go"], ["on"])],
        "body",
        [value("i", TensorProto.INT64, []), value("go", TensorProto.BOOL, []), value("a", TensorProto.FLOAT, None)],
        [value("on", TensorProto.BOOL, []), value("b", TensorProto.FLOAT, None)],
    )


def model(nodes, constants=(), x=("n", 4), functions=()):
    """`fc` yields `h`; these nodes yield `q`, whose sum is added to it."""
    nodes = [
        node("MatMul", ["x", "w"], ["h"], name="fc"),
        *nodes,
        node("ReduceSum", ["q"], ["sum"], keepdims=0),
        node("Add", ["h", "sum"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, x)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [constant("w", np.ones((4, 4)), np.float32), *constants],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8, functions=functions)


def doubling(depth):
    """Functions of which each calls the next twice."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)]
    inner = [helper.make_function(DOMAIN, f"F{depth}", ["a"], ["c"], [node("Relu", ["a"], ["c"])], opsets)]
    return [
        helper.make_function(
            DOMAIN,
            f"F{k}",
            ["a"],
            ["c"],
            [node(f"F{k + 1}", ["a"], ["b"], domain=DOMAIN), node(f"F{k + 1}", ["b"], ["c"], domain=DOMAIN)],
            opsets,
        )
        for k in range(depth)
    ] + inner


ONE, SIDE = constant("one", [1.0], np.float32), 1 << 16
COLUMN, ROW = constant("a", np.ones((SIDE, 1)), np.float32), constant("b", np.ones((1, SIDE)), np.float32)
IMAGE = [node("Reshape", ["h", "to"], ["image"])]
TO = constant("to", [1, 1, -1, 4])
# Told from shapes, before the runtime sees the graph.
TOLD = {
    "ConstantOfShape": ([node("ConstantOfShape", ["s"], ["q"])], [constant("s", [1 << 30])]),
    "Expand": ([node("Expand", ["h", "s"], ["q"])], [constant("s", [1 << 20, 1 << 10, 1, 1])]),
    "Tile": ([node("Tile", ["h", "s"], ["q"])], [constant("s", [1 << 20, 1 << 10])]),
    "Pad": ([node("Pad", ["h", "s"], ["q"])], [constant("s", [0, 0, 1 << 20, 1 << 12])]),
    "Resize": (
        [*IMAGE, node("Resize", ["image", "", "s"], ["q"], mode="nearest")],
        [TO, constant("s", [1, 1, 1 << 15, 1 << 14], np.float32)],
    ),
    "Conv": (
        [*IMAGE, node("Conv", ["image", "k"], ["q"], pads=[1 << 15] * 4)],
        [TO, constant("k", np.ones((1, 1, 1, 1)), np.float32)],
    ),
    "OneHot": (
        [node("Cast", ["h"], ["i"], to=7), node("OneHot", ["i", "s", "v"], ["q"])],
        [constant("s", 1 << 31), constant("v", [0, 1], np.float32)],
    ),
    "EyeLike": ([node("ConstantOfShape", ["s"], ["c"]), node("EyeLike", ["c"], ["q"])], [constant("s", [SIDE, SIDE])]),
    "RandomNormal": ([node("RandomNormal", [], ["q"], shape=[1 << 31])], []),
    "Einsum": (
        [node("Einsum", ["v"] * 6, ["q"], equation="a,b,c,d,e,f->abcdef")],
        [constant("v", np.ones(64), np.float32)],
    ),
    "Range": (
        [node("Range", ["z", "s", "o"], ["r"]), node("Cast", ["r"], ["q"], to=1)],
        [constant("z", 0), constant("s", 1 << 33), constant("o", 1)],
    ),
    "broadcasting": ([node("Add", ["a", "b"], ["q"])], [COLUMN, ROW]),
    "MatMul": ([node("MatMul", ["a", "b"], ["q"])], [COLUMN, ROW]),
    "Gather": ([node("Gather", ["b", "s"], ["q"])], [ROW, constant("s", np.zeros(SIDE))]),
    "many constants": (
        [node("Expand", ["one", "s"], [f"c{k}"]) for k in range(40)]
        + [node("Max", [f"c{k}" for k in range(40)], ["q"])],
        [ONE, constant("s", [1 << 25])],
    ),
    "Concat": ([node("Concat", ["v"] * 4000, ["q"], axis=0)], [constant("v", np.ones(SIDE), np.float32)]),
}
# Sizes that depend on computed values show when they run, in an arena with a limit.
RUN = {
    "computed Range": (
        [node("Exp", ["s"], ["l"]), node("Range", ["z", "l", "o"], ["q"])],
        [constant("z", 0, np.float32), constant("s", 22, np.float32), constant("o", 1, np.float32)],
    ),
    "Range of the input": (
        [
            node("ReduceMax", ["h"], ["m"], keepdims=0),
            node("Abs", ["m"], ["p"]),
            node("Mul", ["p", "s"], ["l"]),
            node("Range", ["z", "l", "o"], ["q"]),
        ],
        [constant("z", 0, np.float32), constant("s", 2.0**30, np.float32), constant("o", 1, np.float32)],
    ),
    "Loop": (
        [node("Loop", ["m", "t", "h"], ["q"], body=body(node("Concat", ["a", "a"], ["b"], axis=0)))],
        [constant("m", 60), constant("t", True, bool)],
    ),
}


@pytest.mark.parametrize("nodes,constants", TOLD.values(), ids=TOLD)
def test_what_a_small_file_asks_for_is_reported_before_anything_runs(tmp_path, monkeypatch, nodes, constants):
    monkeypatch.setattr(runtime, "session", lambda *_, **__: pytest.fail("the runtime was asked"))
    onnx.save(model(nodes, constants), tmp_path / "m.onnx")
    assert "GB of memory for one sample, many times its weights and inputs (" in refusal(tmp_path / "m.onnx").what


@pytest.mark.parametrize("nodes,constants", RUN.values(), ids=RUN)
def test_a_run_that_takes_more_than_shapes_tell_is_stopped(tmp_path, nodes, constants):
    onnx.save(model(nodes, constants), tmp_path / "m.onnx")
    assert "A single run needs more than 768 MB of memory." in refusal(tmp_path / "m.onnx").what


@pytest.mark.slow
def test_a_loop_without_end_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "PATIENCE", 0.5)
    nodes = [node("Loop", ["m", "t", "h"], ["q"], body=body(node("Relu", ["a"], ["b"])))]
    onnx.save(model(nodes, [constant("m", 1 << 62), constant("t", True, bool)]), tmp_path / "m.onnx")
    assert "A single run takes more than 1 seconds." in refusal(tmp_path / "m.onnx").what


def test_a_long_run_that_ends_by_itself_is_opened_unchecked(tmp_path, monkeypatch):
    monkeypatch.setattr(runtime, "PATIENCE", 0.01)
    nodes = [node("ReduceMax", ["h"], ["m"], keepdims=0), node("Expand", ["m", "s"], ["q0"])]
    nodes += [node("MatMul", [f"q{k}", f"q{k}"], [f"q{k + 1}"]) for k in range(200)]
    onnx.save(model([*nodes, node("Relu", ["q200"], ["q"])], [constant("s", [512, 512])]), tmp_path / "m.onnx")
    opened = open_model(str(tmp_path / "m.onnx"), job=Job())
    assert [layer.path for layer in opened.layers][:1] == ["fc"]
    assert opened.notes[0] == f"{UNCHECKED} A single run takes more than 0 seconds."


def test_time_limits_grow_with_the_weights_of_a_file():
    assert runtime.time_limit(0) == runtime.PATIENCE <= 3 and runtime.time_limit(1 << 30) == runtime.PATIENCE + 32


@pytest.mark.parametrize("x", [(1 << 40, 4), ("n", 1 << 40, 4)])
def test_no_synthetic_inputs_are_made_for_unknown_types(tmp_path, x):
    onnx.save(model([node("Relu", ["h"], ["q"])], x=x), tmp_path / "m.onnx")
    opened = open_model(str(tmp_path / "m.onnx"), job=Job())
    assert opened.notes == (f"{UNCHECKED} no inputs were found that it accepts",)


def test_a_large_need_is_allowed_where_weights_or_inputs_are_large(tmp_path):
    """1 GB between two operators, of an image of four million values: not run at opening, and not refused."""
    nodes = [node("Concat", ["x"] * 60, ["wide"], axis=1), node("ReduceMax", ["wide"], ["q"], axes=[1])]
    graph = helper.make_graph(
        [*nodes, node("Conv", ["q", "conv.weight"], ["y"], name="conv")],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 1, 2048, 2100))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [constant("conv.weight", np.ones((1, 1, 1, 1)), np.float32)],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "m.onnx")
    opened = open_model(str(tmp_path / "m.onnx"), job=Job())
    assert [layer.path for layer in opened.layers] == ["conv"]
    assert opened.notes[0].startswith(UNCHECKED)


# Functions


def called(depth):
    return [node("F0", ["h"], ["q"], domain=DOMAIN)], doubling(depth)


def test_functions_that_multiply_are_counted_before_they_are_written_out(tmp_path):
    nodes, functions = called(40)
    onnx.save(model(nodes, functions=functions), tmp_path / "m.onnx")
    assert "would give 3,298,534,883,330 operators." in refusal(tmp_path / "m.onnx").what
    nodes, functions = called(6)
    assert len(list(onnx_file.from_proto(model(nodes, functions=functions), "m", Job()).ir.graph)) == 64 + 3


def test_functions_in_a_circle(tmp_path):
    nodes, functions = called(3)
    functions[2].node[0].op_type = "F0"
    onnx.save(model(nodes, functions=functions), tmp_path / "m.onnx")
    assert "has functions that call themselves" in refusal(tmp_path / "m.onnx").what


def test_shapes_of_a_constant_that_doubles_are_not_followed():
    """The inference of shapes keeps an entry for each number of what it follows."""
    nodes = [node("Concat", [f"c{k}", f"c{k}"], [f"c{k + 1}"], axis=0) for k in range(30)]
    proto = model([*nodes, node("Gather", ["c30", "z"], ["q"])], [constant("c0", [1, 2, 3, 4]), constant("z", [0])])
    graph, _ = onnx_file.from_graph(proto, None, "m")
    assert not shapes._propagates(graph, onnx.GraphProto())
    assert shapes.infer(graph)["c30"].shape == (4 << 30,)


# Damage


def wrong(change):
    proto = model([node("Relu", ["h"], ["q"])])
    change(proto.graph.initializer[0])
    return proto


def sparse(dims, indices, values=(1.0,)):
    proto = model([node("Relu", ["h"], ["q"])])
    proto.graph.sparse_initializer.append(
        helper.make_sparse_tensor(constant("v", values, np.float32), constant("v_indices", indices), dims)
    )
    return proto


@pytest.mark.parametrize(
    "proto",
    [
        wrong(lambda tensor: tensor.dims.append(2)),
        wrong(lambda tensor: tensor.dims.append(-1)),
        wrong(lambda tensor: tensor.dims.append(1 << 62)),
        wrong(lambda tensor: setattr(tensor, "data_type", 0)),
        wrong(lambda tensor: setattr(tensor, "data_type", 99)),
        wrong(lambda tensor: setattr(tensor, "data_type", 8)),
        wrong(lambda tensor: tensor.ClearField("raw_data")),
        sparse([8], [8]),
        sparse([8], [-9]),
        sparse([2, 2], [[0, 2]]),
    ],
)
def test_tensors_that_are_not_what_they_say_are_damage(tmp_path, proto):
    onnx.save(proto, tmp_path / "m.onnx")
    assert "is not a consistent ONNX model, or its weights are truncated." in refusal(tmp_path / "m.onnx").what


def test_sparse_tensors_are_expanded_only_where_that_is_not_much_more(tmp_path):
    onnx.save(sparse([1 << 30], [5]), tmp_path / "m.onnx")
    assert (
        "has sparse initialisers that need far more memory once converted to dense."
        in refusal(tmp_path / "m.onnx").what
    )
    onnx.save(sparse([1 << 16], [5]), tmp_path / "m.onnx")
    assert open_model(str(tmp_path / "m.onnx"), job=Job()).notes == ("1 sparse initialiser was converted to dense.",)


@pytest.mark.skipif(not hasattr(os, "SEEK_DATA"), reason="files without holes")
def test_weights_in_a_hole_of_a_file_are_not_read(tmp_path):
    """A terabyte of nothing takes no disk, and all memory once it is looked at."""
    with open(tmp_path / "w.bin", "wb") as file:
        file.write(b"\0" * 4096)
        file.truncate(1 << 40)
    proto = sparse([8], [1])
    proto.graph.ClearField("sparse_initializer")
    tensor = proto.graph.initializer.add(name="large", data_type=TensorProto.FLOAT, dims=[6, 1 << 30])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="w.bin")
    onnx.save(proto, tmp_path / "m.onnx")
    assert "which has almost no data for its size" in refusal(tmp_path / "m.onnx").what
    with open(tmp_path / "m.onnx", "ab") as file:
        file.truncate(3 << 30)
    assert "larger than 2 GB" in refusal(tmp_path / "m.onnx").what
