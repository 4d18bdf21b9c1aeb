"""Models in float16, bfloat16 and double open in float32, are compared with what they were, and say so."""

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.graph.graphs import Build, conditional, opened, residual
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler
from workbench.formats import finish
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits

KINDS = {
    TensorProto.FLOAT16: np.dtype(np.float16),
    TensorProto.BFLOAT16: np.dtype(ml_dtypes.bfloat16),
    TensorProto.DOUBLE: np.dtype(np.float64),
}


def converted(proto: onnx.ModelProto, kind: int, ends: bool = True) -> onnx.ModelProto:
    """The same network in another type; without its `ends`, casts stand behind inputs and before outputs."""
    graph = proto.graph
    _convert(graph, kind)
    if not ends:
        for value in graph.input:
            for node in graph.node:
                node.input[:] = [f"{name}.cast" if name == value.name else name for name in node.input]
            graph.node.insert(0, helper.make_node("Cast", [value.name], [f"{value.name}.cast"], to=kind))
        for value in graph.output:
            for node in graph.node:
                node.input[:] = [f"{name}.short" if name == value.name else name for name in node.input]
                node.output[:] = [f"{name}.short" if name == value.name else name for name in node.output]
            graph.node.append(helper.make_node("Cast", [f"{value.name}.short"], [value.name], to=TensorProto.FLOAT))
        for value in (*graph.input, *graph.output):
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    return proto


def _convert(graph: onnx.GraphProto, kind: int) -> None:
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            values = numpy_helper.to_array(tensor).astype(KINDS[kind])
            tensor.CopyFrom(helper.make_tensor(tensor.name, kind, values.shape, values.tobytes(), raw=True))
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.elem_type = kind
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _convert(attribute.g, kind)


def outputs(proto: onnx.ModelProto | bytes, x: np.ndarray) -> list[np.ndarray]:
    content = proto if isinstance(proto, bytes) else proto.SerializeToString()
    return runtime.run(runtime.session(content), {"x": x})


@pytest.mark.parametrize("ends", [True, False], ids=["ends", "casts"])
@pytest.mark.parametrize(
    ("network", "kind"),
    [(residual, TensorProto.FLOAT16), (conditional, TensorProto.FLOAT16), (conditional, TensorProto.DOUBLE)],
)
def test_a_model_in_another_type_is_edited_in_float32(network, kind, ends):
    proto = converted(network(), kind, ends)
    size = [4] if network is conditional else [1, 8, 8]
    x = np.random.default_rng(0).standard_normal((3, *size)).astype(KINDS[kind])
    model = opened(proto)
    (said,) = (step for step in model.preparations if step.id == "float32")
    assert said.applied and any(said.detail in note for note in model.notes)
    assert ("inputs and outputs x" in said.detail) == ends
    assert {value.dtype for value in (*model.inputs, *model.outputs)} == {"float32"}
    assert [layer.path for layer in model.layers if not layer.locked] == [
        layer.path for layer in opened(network()).layers if not layer.locked
    ]
    assert not any(node.op_type == "Cast" for node in model.ir.graph if node.outputs[0] not in model.ir.graph.outputs)
    expected = outputs(proto, x if ends else x.astype(np.float32))
    for wanted, found in zip(expected, outputs(model.to_bytes(), x.astype(np.float32)), strict=True):
        np.testing.assert_allclose(found, wanted.astype(np.float32), atol=5e-3 * np.abs(wanted).max())
    for path, site in model.sites.items():
        stored = next((each for each in proto.graph.initializer if each.name == site.initializer), None)
        if stored is not None and network is conditional:  # no BatchNorm is folded into it
            np.testing.assert_array_equal(model.weight(path), numpy_helper.to_array(stored).astype(np.float32))


@pytest.mark.parametrize("kind", [TensorProto.DOUBLE, TensorProto.BFLOAT16])
def test_a_model_that_the_runtime_runs_in_float32_alone_opens(kind):
    model = opened(converted(residual(), kind))
    (said,) = (step for step in model.preparations if step.id == "float32")
    assert said.applied and "were not compared" in said.detail and len(model.sites) == 5


def test_weights_of_a_half_model_are_stored_in_16_bits_again_without_loss():
    model = opened(converted(residual(), TensorProto.FLOAT16))
    recipe = Recipe().with_actions(["*"], [Action("quantize.float")])
    chosen, notes = compiler.stacks(model, recipe)
    result = compiler.compiled(model, chosen, notes, None, 0, Cache(1 << 28), Job())
    exact = [path for path, edit in result.edits.items() if np.array_equal(edit.weight, model.weight(path))]
    assert len(exact) == 3  # into two, a BatchNorm was folded
    x = np.random.default_rng(0).standard_normal((3, 1, 8, 8)).astype(np.float32)
    for a, b in zip(outputs(with_edits(model, result.edits).to_bytes(), x), outputs(model.to_bytes(), x), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-3 * np.abs(b).max())


def test_it_can_be_turned_off():
    model = opened(converted(residual(), TensorProto.FLOAT16), frozenset({"float32"}))
    (said,) = (step for step in model.preparations if step.id == "float32")
    assert not said.applied and not model.sites and "only float32" in model.layers[0].locked


def test_numbers_beyond_float32_stay():
    b = Build()
    b.node("MatMul", ["x", b.constant("w", np.full((4, 4), 1e200), np.float64)], "y")
    model = opened(_typed(b.proto({"x": ["N", 4]}, {"y": ["N", 4]}), TensorProto.DOUBLE))
    (said,) = (step for step in model.preparations if step.id == "float32")
    assert not said.applied and "beyond float32" in said.detail


def test_a_model_whose_outputs_change_stays(monkeypatch):
    monkeypatch.setattr(finish, "ROUNDED", 0.0)
    model = opened(converted(residual(), TensorProto.FLOAT16))
    (said,) = (step for step in model.preparations if step.id == "float32")
    assert not said.applied and "changed the outputs" in said.detail and not model.sites


@pytest.mark.parametrize("inside", [False, True], ids=["given", "inside"])
def test_weights_of_local_functions_are_converted(inside):
    """As exporters write modules: the weight is given to the function, or a Constant in it."""
    b = Build()
    weight = numpy_helper.from_array(b.rng.standard_normal((4, 4)).astype(np.float16), "w")
    nodes = [helper.make_node("Constant", [], ["w"], value=weight)] if inside else []
    nodes += [helper.make_node("MatMul", ["a", "w"], ["m"]), helper.make_node("Cast", ["m"], ["c"], to=10)]
    takes = ["a"] if inside else ["a", "w"]
    dense = helper.make_function("own", "Dense", takes, ["c"], nodes, [helper.make_opsetid("", 18)])
    if not inside:
        b.initializers.append(weight)
    b.node("Dense", ["x", "w"][: len(takes)], "y", domain="own")
    proto = b.proto({"x": ["N", 4]}, {"y": ["N", 4]}, opsets={"own": 1}, functions=[dense])
    model = opened(_typed(proto, TensorProto.FLOAT16))
    assert [layer.locked for layer in model.layers] == [""] and model.inputs[0].dtype == "float32"


def test_branches_in_local_functions_are_converted():
    b = Build()
    weight = numpy_helper.from_array(b.rng.standard_normal((4, 4)).astype(np.float16), "w")
    half = [
        helper.make_node("Constant", [], ["w"], value=weight),
        helper.make_node("MatMul", ["a", "w"], ["m"]),
        helper.make_node("Cast", ["m"], ["chosen"], to=TensorProto.FLOAT16),
    ]
    end = helper.make_tensor_value_info("chosen", TensorProto.FLOAT16, None)
    branch = helper.make_graph(half, "branch", [], [end])
    nodes = [
        helper.make_node("ReduceMax", ["a"], ["most"], keepdims=0),
        helper.make_node("Cast", ["most"], ["any"], to=TensorProto.BOOL),
        helper.make_node("If", ["any"], ["c"], then_branch=branch, else_branch=branch),
    ]
    either = helper.make_function("own", "Either", ["a"], ["c"], nodes, [helper.make_opsetid("", 18)])
    b.node("Either", ["x"], "y", domain="own")
    proto = b.proto({"x": ["N", 4]}, {"y": ["N", 4]}, opsets={"own": 1}, functions=[either])
    model = opened(_typed(proto, TensorProto.FLOAT16))
    assert model.inputs[0].dtype == "float32" and {layer.dtype for layer in model.layers} == {"float32"}


def test_a_model_that_cannot_be_compared_is_converted_only_if_it_loads_in_float32(monkeypatch):
    monkeypatch.setattr(finish.widen, "NAMING", ())  # a cast to float16 stays, and its reader takes no two types
    b = Build()
    weight = b.constant("w", b.rng.standard_normal((4, 4)), np.float16)
    b.node("RandomNormal", [], "noise", shape=[1, 4])
    b.node("Cast", ["noise"], "half", to=TensorProto.FLOAT16)
    b.node("Add", [b.node("MatMul", ["x", weight], "m"), "half"], "y")
    model = opened(_typed(b.proto({"x": ["N", 4]}, {"y": ["N", 4]}), TensorProto.FLOAT16))
    (said,) = (step for step in model.preparations if step.id == "float32")
    assert not said.applied and "does not run the model in float32" in said.detail


def test_half_weights_behind_a_cast_leave_the_model_as_it_is():
    b = Build()
    b.constant("w", b.rng.standard_normal((4, 4)), np.float16)
    b.node("MatMul", ["x", b.node("Cast", ["w"], "wide", to=TensorProto.FLOAT)], "y")
    model = opened(b.proto({"x": ["N", 4]}, {"y": ["N", 4]}))
    assert len(model.sites) == 1 and not any(step.id == "float32" for step in model.preparations)


def _typed(proto: onnx.ModelProto, kind: int) -> onnx.ModelProto:
    for value in (*proto.graph.input, *proto.graph.output):
        value.type.tensor_type.elem_type = kind
    return proto
