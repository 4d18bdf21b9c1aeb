"""What the runtime refuses is said in sentences of ours: the input or operator by name, and no text of its source."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.errors import UserError
from workbench.graph.onnx import runtime

FLOATS, INTS = TensorProto.FLOAT, TensorProto.INT64


def model(op, opset=17, ir=8, kind=FLOATS, second=None, domain="", **attributes):
    """One operator on an input x [n, 4]; `second` is an array, or the type of another input z."""
    inputs = [helper.make_tensor_value_info("x", kind, ["n", 4])]
    names, weights = ["x"], []
    if isinstance(second, np.ndarray):
        weights, names = [numpy_helper.from_array(second, "w")], ["x", "w"]
    elif second is not None:
        inputs.append(helper.make_tensor_value_info("z", second, ["n", 4]))
        names = ["x", "z"]
    node = helper.make_node(op, names, ["y"], name="the node", domain=domain, **attributes)
    graph = helper.make_graph([node], "g", inputs, [helper.make_tensor_value_info("y", kind, None)], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir).SerializeToString()


def recurrent(layout: int) -> bytes:
    """An RNN of two units on [n, 3, 4]."""
    shapes = {"w": (1, 2, 4), "r": (1, 2, 2)}
    weights = [numpy_helper.from_array(np.ones(shape, np.float32), name) for name, shape in shapes.items()]
    node = helper.make_node("RNN", ["x", "w", "r"], ["y"], hidden_size=2, layout=layout)
    x, y = (helper.make_tensor_value_info(name, FLOATS, shape) for name, shape in (("x", ["n", 3, 4]), ("y", None)))
    graph = helper.make_graph([node], "g", [x], [y], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (recurrent(1), r"take the batch first \(layout 1\), for which there is no kernel"),
        (b"abc", "not an ONNX model, or it is damaged"),
        (b"", "not an ONNX model, or it is damaged"),
        (model("Nope"), "the operator Nope is unknown"),
        (model("Relu", domain="mine"), "the opset version of the domain 'mine' is missing"),
        (model("Acosh", kind=TensorProto.DOUBLE), "no kernel for the operator Acosh with these types"),
        (model("Add", second=INTS), r"the inputs of the operator Add \(the node\) have different types"),
        (model("Relu", ir=99), "its IR version 99 is newer than"),
        (model("Relu", opset=99), "its opset 99 is newer than"),
        (model("Relu", odd=1), "the operator Relu has no attribute odd"),
        (
            model("MatMul", second=np.zeros((5, 2), np.float32)),
            r"the input shapes of the operator MatMul \(the node\) do not match",
        ),
    ],
)
def test_a_model_that_cannot_be_loaded(content, sentence):
    with pytest.raises(UserError, match=sentence) as caught:
        runtime.session(content)
    assert caught.value.what.startswith("ONNX Runtime cannot load the model: ") and caught.value.hint
    plain(caught.value)


@pytest.mark.parametrize(
    ("feeds", "sentence"),
    [
        ({}, "The model's input 'x' is missing."),
        (
            {"x": np.zeros((2, 5), np.float32)},
            "The model's input 'x' takes float32 of any x 4, but got float32 of 2 x 5.",
        ),
        ({"x": np.zeros((2, 4))}, "' takes float32 of any x 4, but got float64 of 2 x 4."),
        ({"x": np.zeros(4, np.float32)}, "' takes float32 of any x 4, but got float32 of 4."),
    ],
)
def test_inputs_that_do_not_fit_are_named(feeds, sentence):
    with pytest.raises(UserError, match=sentence) as caught:
        runtime.run(runtime.session(model("Relu")), feeds)
    plain(caught.value)


def test_the_operator_that_fails_is_named_with_what_was_given():
    reshaping = runtime.session(model("Reshape", second=np.array([1, 4])))
    with pytest.raises(UserError) as caught:
        runtime.run(reshaping, {"x": np.zeros((2, 4), np.float32)})
    assert caught.value.what == (
        "ONNX Runtime cannot run the model: its operator Reshape (the node) cannot "
        "reshape 2 x 4 to 1 x 4 (inputs: 'x' float32 of 2 x 4)."
    )
    graph = helper.make_graph(
        [helper.make_node("Gather", ["w", "x"], ["y"], name="embedding")],
        "g",
        [helper.make_tensor_value_info("x", INTS, ["n"])],
        [helper.make_tensor_value_info("y", FLOATS, ["n", 2])],
        [numpy_helper.from_array(np.zeros((4, 2), np.float32), "w")],
    )
    embedding = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    with pytest.raises(
        UserError, match=r": index 9 is out of range in its operator Gather \(embedding\); the largest is 3\."
    ) as caught:
        runtime.run(runtime.session(embedding.SerializeToString()), {"x": np.array([9])})
    plain(caught.value)


def test_more_memory_than_there_is(tmp_path):
    node = helper.make_node("ConstantOfShape", ["x"], ["y"])
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", INTS, [1])],
        [helper.make_tensor_value_info("y", FLOATS, ["n"])],
    )
    huge = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    with pytest.raises(UserError, match="needs more memory than is available"):
        runtime.run(runtime.session(huge.SerializeToString()), {"x": np.array([1 << 45])})


def plain(error: UserError) -> None:
    """No code, no place in a source, no advice that is not ours."""
    assert not any(part in str(error) for part in ("ONNXRuntimeError", "onnxruntime/", "Please fix", "Status", "\n"))
