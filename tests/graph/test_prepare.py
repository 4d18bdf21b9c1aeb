"""Preparation puts weights where methods look for them, and changes nothing that the model computes."""

import dataclasses

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.graph.graphs import Build, opened, residual
from workbench.formats.onnx_file import from_graph
from workbench.graph.onnx import runtime
from workbench.graph.prepare.passes import prepare


def prepared(proto: onnx.ModelProto, *without: str) -> tuple[ir.Model, dict[str, str]]:
    """The prepared graph and what is said of each step; what was prepared stays as it was."""
    graph, _ = from_graph(proto, None, "test.onnx")
    before = ir.serde.serialize_model(graph)
    result, steps = prepare(graph, frozenset(without))
    assert ir.serde.serialize_model(graph) == before
    return result, {step.id: step.detail for step in steps}


def written(proto: onnx.ModelProto) -> int:
    """Bytes of the file without the empty fields that the helpers write."""
    return ir.serde.serialize_model(from_graph(proto, None, "test.onnx")[0]).ByteSize()


def assert_equal(proto: onnx.ModelProto, result: ir.Model, tolerance: float = 1e-5) -> None:
    """Both give the same outputs on random inputs."""
    first, second = runtime.session(proto.SerializeToString(), threads=1), runtime.session(result, threads=1)
    feeds = runtime.random_feeds(first, free=5)
    for a, b in zip(first.run(None, feeds), second.run(None, feeds), strict=True):
        np.testing.assert_allclose(b, a, atol=tolerance * max(1.0, np.abs(a).max()))


def ops(graph: ir.Model) -> list[str]:
    return [node.op_type for node in graph.graph]


# BatchNorm


def test_folding_can_be_left_out():
    proto = residual()
    result, steps = prepared(proto, "batchnorm")
    assert ops(result).count("BatchNormalization") == 2
    assert steps["batchnorm"] == "turned off at opening"
    model = opened(proto, frozenset({"batchnorm"}))
    step = next(step for step in model.preparations if step.id == "batchnorm")
    assert not step.applied
    assert {layer.op for layer in model.layers if layer.locked} == {"BatchNormalization"}


# Constants and what is done to them


def constant_node(name: str, values: np.ndarray) -> onnx.NodeProto:
    return helper.make_node("Constant", [], [name], f"make_{name}", value=numpy_helper.from_array(values, name))


def test_weights_in_constant_nodes_become_initialisers():
    b = Build()
    b.nodes.append(constant_node("fc.weight", b.rng.standard_normal((4, 6)).astype(np.float32)))
    b.node("MatMul", ["x", "fc.weight"], "y")
    proto = b.proto({"x": ["N", 4]}, {"y": None})
    result, steps = prepared(proto)
    assert ops(result) == ["MatMul"]
    assert steps["constants"] == "1 Constant node made an initialiser"
    assert opened(proto).weight("fc").shape == (4, 6)


@pytest.mark.parametrize(
    ("op", "shape", "attributes"),
    [
        ("Identity", (4, 6), {}),
        ("Transpose", (6, 4), {"perm": [1, 0]}),
        ("Transpose", (6, 4), {}),
        ("Reshape", (2, 2, 6), {}),
        ("Squeeze", (1, 4, 6), {}),
        ("Unsqueeze", (24,), {}),
        ("Flatten", (4, 2, 3), {}),
        ("Cast", (4, 6), {"to": TensorProto.FLOAT}),
    ],
)
@pytest.mark.parametrize("opset", [9, 18])
def test_a_weight_behind_a_move_is_found_under_its_own_name(op, shape, attributes, opset):
    b = Build(opset)
    x = b.weight("fc.weight", *shape)
    if op == "Cast":
        b.initializers[-1] = numpy_helper.from_array(b.rng.standard_normal(shape).astype(np.float16), x)
    inputs = [x]
    if op == "Reshape" or (op == "Unsqueeze" and opset == 9):
        op = "Reshape"
        inputs.append(b.constant("shape", [4, 6], np.int64))
    elif op == "Unsqueeze":
        b.node("Unsqueeze", [x, b.constant("axes", [0], np.int64)], "row")
        op, inputs = "Reshape", ["row", b.constant("shape", [4, 6], np.int64)]
    elif op == "Squeeze" and opset == 9:
        attributes = {"axes": [0]}
    elif op == "Squeeze":
        inputs.append(b.constant("axes", [0], np.int64))
    b.node("MatMul", ["x", b.node(op, inputs, "moved", **attributes)], "y")
    proto = b.proto({"x": ["N", 4]}, {"y": None})
    result, steps = prepared(proto)
    assert ops(result) == ["MatMul"]
    assert "folded" in steps["weight_chains"]
    assert list(result.graph.initializers) == ["fc.weight"]
    assert_equal(proto, result)
    assert opened(proto).layer("fc").locked == ""
    if op == "Cast":
        assert "float16 weights converted to float32, 48 bytes more" in steps["weight_chains"]


def test_a_weight_behind_several_identities_is_found():
    b = Build()
    first = b.node("Identity", [b.weight("fc.weight", 4, 6)], "first")
    b.node("MatMul", ["x", b.node("Identity", [first], "second")], "y")
    result, _ = prepared(b.proto({"x": ["N", 4]}, {"y": None}))
    assert ops(result) == ["MatMul"] and list(result.graph.initializers) == ["fc.weight"]


def test_a_weight_stored_as_double_is_found_as_float32():
    b = Build()
    b.initializers.append(numpy_helper.from_array(b.rng.standard_normal((4, 6)), "fc.weight"))
    b.node("MatMul", ["x", b.node("Cast", ["fc.weight"], "single", to=TensorProto.FLOAT)], "y")
    proto = b.proto({"x": ["N", 4]}, {"y": None})
    result, _ = prepared(proto)
    assert ops(result) == ["MatMul"]
    assert_equal(proto, result)
    assert opened(proto).layer("fc").locked == ""


def test_a_weight_moved_twice_in_the_same_way_stays_one():
    b = Build()
    weight = b.weight("fc.weight", 6, 6)
    first = b.node("MatMul", ["x", b.node("Transpose", [weight], "t1", perm=[1, 0])], "first")
    b.node("MatMul", [first, b.node("Transpose", [weight], "t2", perm=[1, 0])], "y")
    proto = b.proto({"x": ["N", 6]}, {"y": None})
    result, _ = prepared(proto)
    assert list(result.graph.initializers) == ["fc.weight"]
    assert_equal(proto, result)
    assert opened(proto).layer("fc").uses == 2


def test_a_weight_read_in_two_forms_is_not_stored_twice():
    b = Build()
    weight = b.weight("fc.weight", 12, 12)
    first = b.node("MatMul", ["x", weight], "first")
    b.node("MatMul", [first, b.node("Transpose", [weight], "t", perm=[1, 0])], "y")
    proto = b.proto({"x": ["N", 12]}, {"y": None})
    result, steps = prepared(proto)
    assert list(result.graph.initializers) == ["fc.weight"]
    assert steps["weight_chains"] == "1 weight not folded, because it is used in several forms"
    assert_equal(proto, result)


def test_the_gates_of_a_recurrent_layer_are_put_in_order_once():
    """As torch's exporter writes an LSTM: gates i, f, g, o sliced and joined as i, o, f, c."""
    b = Build()

    def ordered(name: str, columns: int) -> str:
        whole = b.weight(name, 20, columns)
        parts = [
            b.node(
                "Slice",
                [
                    whole,
                    b.constant(f"{name}.{gate}.from", [5 * gate], np.int64),
                    b.constant(f"{name}.{gate}.to", [5 * gate + 5], np.int64),
                    b.constant(f"{name}.{gate}.axis", [0], np.int64),
                ],
                f"{name}.{gate}",
            )
            for gate in range(4)
        ]
        joined = b.node("Concat", [parts[0], parts[3], parts[1], parts[2]], f"{name}.joined", axis=0)
        return b.node("Unsqueeze", [joined, b.constant(f"{name}.first", [0], np.int64)], f"{name}.ordered")

    b.node("LSTM", ["x", ordered("lstm.weight_ih_l0", 4), ordered("lstm.weight_hh_l0", 5)], "y", hidden_size=5)
    proto = b.proto({"x": [7, "N", 4]}, {"y": None})
    result, _ = prepared(proto)
    assert ops(result) == ["LSTM"]
    assert_equal(proto, result)
    assert [layer.path for layer in opened(proto).layers] == ["lstm.l0.W", "lstm.l0.R"]


# Old files, functions, what is left over


def test_initialisers_that_an_old_file_lists_as_inputs_are_constants():
    proto = residual(9)
    proto.ir_version = 3
    for tensor in proto.graph.initializer:
        proto.graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    listed = len(proto.graph.initializer)
    result, steps = prepared(proto)
    assert [value.name for value in result.graph.inputs] == ["x"]
    assert result.ir_version == 8
    assert steps["format"] == f"{listed} initialisers no longer listed as inputs; IR version 3 -> 8"
    assert_equal(proto, result)
    assert [spec.name for spec in opened(proto).inputs] == ["x"]


def test_layers_in_functions_of_the_exporter_come_to_light():
    body = [helper.make_node("MatMul", ["x", "w"], ["product"]), helper.make_node("Relu", ["product"], ["y"])]
    function = helper.make_function("pkg", "Linear", ["x", "w"], ["y"], body, [helper.make_opsetid("", 18)])
    b = Build()
    x = b.node("Linear", ["x", b.weight("first.weight", 4, 6)], "hidden", domain="pkg")
    b.node("Linear", [x, b.weight("last.weight", 6, 2)], "y", domain="pkg")
    proto = b.proto({"x": ["N", 4]}, {"y": None}, opsets={"pkg": 1}, functions=[function])
    result, steps = prepared(proto)
    assert steps["functions"] == "1 function inlined"
    assert not result.functions
    assert_equal(proto, result)
    assert [layer.path for layer in opened(proto).layers] == ["first", "last"]


def test_what_no_output_needs_is_removed_and_counted():
    b = Build()
    b.node("MatMul", ["x", b.weight("fc.weight", 4, 6)], "y")
    b.node("MatMul", ["x", b.weight("dead.weight", 4, 100)], "nowhere")
    b.weight("unread", 50)
    proto = b.proto({"x": ["N", 4]}, {"y": None})
    result, steps = prepared(proto)
    assert list(result.graph.initializers) == ["fc.weight"]
    saved = written(proto) - ir.serde.serialize_model(result).ByteSize()
    assert steps["unused"] == f"1 operator and 2 constants without effect on any output, {saved:,} bytes"


def test_exporter_notes_are_dropped_and_counted_and_the_module_tree_is_kept():
    proto = residual()
    scopes = "['', 'stem', 'conv2d']"
    for node in proto.graph.node:
        node.doc_string = "File /secret/someone/train.py"
        for key, value in (("pkg.torch.onnx.name_scopes", scopes), ("pkg.torch.onnx.stack_trace", "/secret/someone")):
            node.metadata_props.add(key=key, value=value)
    proto = onnx.shape_inference.infer_shapes(proto)
    result, steps = prepared(proto, "batchnorm")
    content = ir.serde.serialize_model(result).SerializeToString()
    assert b"someone" not in content
    assert not onnx.load_from_string(content).graph.value_info
    assert all(dict(node.metadata_props) == {"pkg.torch.onnx.name_scopes": scopes} for node in result.graph)
    assert steps["metadata"] == f"{written(proto) - len(content):,} bytes of exporter metadata removed"


def test_nodes_get_unique_names_and_an_order_in_which_they_can_run():
    proto = residual()
    for node in proto.graph.node:
        node.name = ""
    nodes = list(proto.graph.node)
    del proto.graph.node[:]
    proto.graph.node.extend(reversed(nodes))
    result = opened(proto).ir
    names = [node.name for node in result.graph]
    assert all(names)
    assert len(set(names)) == len(names)
    seen = {value.name for value in result.graph.inputs} | set(result.graph.initializers)
    for node in result.graph:
        assert {value.name for value in node.inputs} <= seen
        seen |= {value.name for value in node.outputs}


def test_preparing_twice_changes_nothing():
    once, _ = prepared(residual())
    again, steps = prepare(once)
    assert not [step for step in steps if step.applied]
    assert ir.serde.serialize_model(again) == ir.serde.serialize_model(once)


FORMS = {  # of hard swish; and of hard sigmoid alone
    "product over six": lambda b, x, gate: b.node("Div", [b.node("Mul", [x, gate], "m"), b.constant("six", 6)], "s"),
    "product by a sixth": lambda b, x, gate: b.node(
        "Mul", [b.constant("c", 1 / 6), b.node("Mul", [gate, x], "m")], "s"
    ),
    "gate over six": lambda b, x, gate: b.node("Mul", [b.node("Div", [gate, b.constant("six", [6])], "m"), x], "s"),
    "gate by a sixth": lambda b, x, gate: b.node("Mul", [x, b.node("Mul", [gate, b.constant("c", 1 / 6)], "m")], "s"),
    "sigmoid": lambda b, x, gate: b.node("Div", [gate, b.constant("six", 6)], "s"),
}


@pytest.mark.parametrize("opset", [9, 13, 17])
@pytest.mark.parametrize("form", FORMS)
def test_hard_swish_of_several_operators_is_fused(form, opset):
    b = Build(opset=opset)
    x = b.node("Conv", ["x", b.weight("conv.weight", 4, 3, 1, 1)], "conv")
    shifted = b.node("Add", [b.constant("three", [3]), x], "shifted")
    if opset < 11:
        gate = b.node("Clip", [shifted], "gate", min=0.0, max=6.0)
    else:
        gate = b.node("Clip", [shifted, b.constant("low", 0), b.constant("high", 6)], "gate")
    b.node("Relu", [FORMS[form](b, x, gate)], "y")
    proto = b.proto({"x": ["N", 3, 4, 4]}, {"y": None})
    result, steps = prepared(proto)
    together = ["HardSigmoid"] if form == "sigmoid" else ["HardSwish"] if opset >= 14 else ["HardSigmoid", "Mul"]
    assert ops(result) == ["Conv", *together, "Relu"]
    assert steps["hard_swish"].startswith("1 ")
    assert_equal(proto, result)


def test_what_only_looks_like_hard_swish_stays():
    """Another slope, another value, and a constant that widens the product to more axes."""
    for shift, factor, other in ((3, 5, "x"), (2.5, 6, "x"), (3, 6, "z"), (3, [[[[[6]]]]], "x")):
        b = Build()
        gate = b.node(
            "Clip", [b.node("Add", ["x", b.constant("a", shift)], "s"), b.constant("l", 0), b.constant("h", 6)], "g"
        )
        b.node("Div", [b.node("Mul", [gate, other], "m"), b.constant("d", factor)], "y")
        result, steps = prepared(b.proto({"x": ["N", 4], "z": ["N", 4]}, {"y": None}))
        assert "hard_swish" not in steps and ops(result) == ["Add", "Clip", "Mul", "Div"]


@pytest.mark.parametrize(("opset", "axes"), [(9, ()), (13, ()), (18, (-2, 3))])
def test_padding_with_zeros_is_folded_into_convolutions(opset, axes):
    """Two readers, one of which pads itself already, and another says that it does not."""
    b = Build(opset=opset)
    if opset < 11:
        b.node("Pad", ["x"], "p", mode="constant", pads=[0, 0, 1, 2, 0, 0, 3, 0])
    else:
        given = [1, 2, 3, 0] if axes else [0, 0, 1, 2, 0, 0, 3, 0]
        rest = ["", b.constant("axes", axes, np.int64)] if axes else [b.constant("zero", 0.0)]
        b.node("Pad", ["x", b.constant("pads", given, np.int64), *rest], "p")
    first = b.node("Conv", ["p", b.weight("first.weight", 4, 3, 3, 3)], "first", pads=[1, 0, 1, 0])
    second = b.node("Conv", ["p", b.weight("second.weight", 4, 3, 3, 3)], "second", auto_pad="VALID")
    b.node("ReduceSum" if opset < 13 else "Relu", [first], "y")
    b.node("Relu", [second], "z")
    proto = b.proto({"x": ["N", 3, 6, 6]}, {"y": None, "z": None})
    result, steps = prepared(proto)
    assert "Pad" not in ops(result) and steps["padding"].startswith("1 Pad")
    assert_equal(proto, result)


def test_padding_that_no_convolution_can_do_stays():
    kinds = (
        ([0, 1, 0, 0, 0, 0, 0, 0], {}, 0.0),
        ([0, 0, 1, 1, 0, 0, 1, 1], {}, 1.0),
        ([0, 0, 1, 1, 0, 0, 1, 1], {"mode": "reflect"}, 0.0),
        ([0, 0, -1, 0, 0, 0, 0, 0], {}, 0.0),
    )
    for pads, options, value in kinds:
        b = Build()
        b.node("Pad", ["x", b.constant("pads", pads, np.int64), b.constant("value", value)], "p", **options)
        b.node("Conv", ["p", b.weight("conv.weight", 4, 3 + sum(pads[1::4]), 3, 3)], "y")
        result, steps = prepared(b.proto({"x": ["N", 3, 6, 6]}, {"y": None}))
        assert ops(result) == ["Pad", "Conv"] and "padding" not in steps
    b = Build()  # something else reads it, too
    b.node("Pad", ["x", b.constant("pads", [0, 0, 1, 1, 0, 0, 1, 1], np.int64)], "p")
    b.node("Conv", ["p", b.weight("conv.weight", 4, 3, 3, 3)], "y")
    b.node("Relu", ["p"], "z")
    assert "Pad" in ops(prepared(b.proto({"x": ["N", 3, 6, 6]}, {"y": None, "z": None}))[0])


@pytest.mark.slow
def test_every_step_can_be_left_out():
    proto = residual(9)
    for step in (
        "format",
        "functions",
        "constants",
        "weight_chains",
        "expressions",
        "batchnorm",
        "padding",
        "hard_swish",
        "unused",
        "metadata",
    ):
        model = opened(proto, frozenset({step}))
        assert dataclasses.asdict(next(p for p in model.preparations if p.id == step))["applied"] is False
        assert model.layer("stem").locked == ""
