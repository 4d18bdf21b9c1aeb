"""Nothing learns or is predicted from a torch view that does not answer as ONNX Runtime does."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx_ir as ir
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from workbench.core.action import Action
from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.recipe import Recipe
from workbench.core.recovery import Stage
from workbench.data.dataset import Dataset
from workbench.engine.differentiable import view_of
from workbench.engine.gradients import synaptic_flow
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace
from workbench.formats.onnx_file import from_proto
from workbench.graph import runtime, torch_ops
from workbench.graph.torch_ops import Operator

HOUSE = Path(__file__).parents[2] / "workbench"


def floats(*shape):
    return np.random.default_rng(len(shape)).standard_normal(shape).astype(np.float32)


def graph_of(nodes, weights, opset=17, sizes=("n", 6), output=TensorProto.FLOAT):
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(sizes))],
                              [helper.make_tensor_value_info("y", output, None)],
                              [numpy_helper.from_array(w, name) for name, w in weights.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def small(*between, output=TensorProto.FLOAT):
    """Two products with nodes between: h -> r."""
    nodes = [helper.make_node("Gemm", ["x", "w"], ["h"], name="first"), *between,
             helper.make_node("MatMul", ["r", "v"], ["y"], name="second")]
    return from_proto(graph_of(nodes, {"w": floats(6, 8), "v": floats(8, 3)}, output=output), "small", Job())


def test_every_verb_takes_its_view_from_the_one_gate():
    """Only where views are compared with ONNX Runtime, and where a smaller model is, may they be made."""
    makers = {str(path.relative_to(HOUSE)) for path in HOUSE.rglob("*.py")
              for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
              if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "TorchView"}
    assert makers == {"graph/torch_proof.py", "engine/prove.py"}


def test_a_view_that_computes_something_else_is_refused_with_the_operator_and_the_node(monkeypatch):
    model = small(helper.make_node("Elu", ["h"], ["e"], name="bend"), helper.make_node("Tanh", ["e"], ["r"], name="t"))
    monkeypatch.setitem(torch_ops.OPS, "Elu", Operator(lambda a, x, v: torch.relu(x[0]), {"alpha": None}))
    for _ in range(2):          # what was found is remembered
        with pytest.raises(UserError, match=r"through Elu \(node 'bend'\): computed by torch its result differs by"):
            view_of(model)


def test_a_difference_that_a_softmax_at_the_end_hides_is_found(monkeypatch):
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h"], name="first"),
             helper.make_node("Mul", ["h", "large"], ["m"], name="scale"),
             helper.make_node("Sigmoid", ["m"], ["y"], name="end")]
    model = from_proto(graph_of(nodes, {"w": floats(6, 8), "large": np.float32([1e4])}), "s", Job())
    view_of(model)
    again = from_proto(graph_of(nodes, {"w": floats(6, 8), "large": np.float32([1e4])}), "s", Job())
    monkeypatch.setitem(torch_ops.OPS, "Mul", Operator(lambda a, x, v: x[0] * x[1] * 1.01, {}, 2))
    with pytest.raises(UserError, match=r"Mul \(node 'scale'\)"):
        view_of(again)


def test_a_node_that_torch_cannot_run_is_named(monkeypatch):
    model = small(helper.make_node("Tanh", ["h"], ["r"], name="bend"))
    monkeypatch.setitem(torch_ops.OPS, "Tanh", Operator(lambda a, x, v: x[0].reshape(-1, 7), {}))
    with pytest.raises(UserError, match=r"through Tanh \(node 'bend'\): it does not run in torch"):
        view_of(model)


def test_an_operator_that_stops_gradients_is_named():
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h"], name="first"),
             helper.make_node("ArgMax", ["h"], ["y"], name="decide", axis=1)]
    model = from_proto(graph_of(nodes, {"w": floats(6, 8)}, output=TensorProto.INT64), "labels", Job())
    with pytest.raises(UserError, match=r"through ArgMax \(node 'decide'\): the first output of the model comes from"):
        view_of(model)


@pytest.mark.parametrize(("op", "attributes", "words"), [
    ("Resize", {"coordinate_transformation_mode": "tf_crop_and_resize"},
     "Resize with coordinate_transformation_mode='tf_crop_and_resize'"),
    ("LayerNormalization", {"stash_type": 10}, "LayerNormalization with stash_type=10"),
    ("BatchNormalization", {"training_mode": 1}, "BatchNormalization with training_mode=1"),
    ("LSTM", {"clip": 3.0}, "LSTM with clip=3.0"), ("Relu", {"new": 1}, "Relu with new=1"),
    ("Det", {}, "Det"), ("Relu", {}, None), ("BatchNormalization", {"training_mode": 0}, None),
])
def test_an_attribute_that_is_not_computed_is_named(op, attributes, words):
    assert torch_ops.refusal(ir.node(op, [ir.Value(name="x")], attributes), 17) == words


def test_an_input_or_an_output_that_is_not_computed_is_named():
    assert torch_ops.refusal(ir.node("LSTM", [ir.Value(name="x")] * 8), 17) == "LSTM with input 8"
    several = ir.node("BatchNormalization", [ir.Value(name="x")] * 5, num_outputs=3)
    assert torch_ops.refusal(several, 17) is None
    ir.node("Relu", [several.outputs[1]])
    assert torch_ops.refusal(several, 17) == "BatchNormalization with output 2"


def test_float64_reaches_what_the_graph_casts_to_float32():
    model = small(helper.make_node("Cast", ["h"], ["r"], name="cast", to=TensorProto.FLOAT))
    scores = synaptic_flow(model, {}, samples(model))
    assert all(np.isfinite(score).all() and score.any() for score in scores.values())


def samples(model):
    return Dataset("made", {"x": floats(8, 6)}, model.inputs, None)


# -- models that came out wrong ----------------------------------------------------------------------------------------

def regressor(folder):
    """A layer of one output with a bias, and targets that it meets exactly."""
    rng = np.random.default_rng(7)
    weights = {"aw": rng.normal(0, 0.4, (32, 12)), "ab": rng.normal(0, 0.4, 32), "bw": rng.normal(0, 0.4, (1, 32)),
               "bb": np.array([10.0])}
    nodes = [helper.make_node("Gemm", ["x", "aw", "ab"], ["h"], name="a", transB=1),
             helper.make_node("Relu", ["h"], ["r"], name="relu"),
             helper.make_node("Gemm", ["r", "bw", "bb"], ["y"], name="b", transB=1)]
    proto = graph_of(nodes, {name: w.astype(np.float32) for name, w in weights.items()}, sizes=("n", 12))
    (folder / "model.onnx").write_bytes(proto.SerializeToString())
    model = from_proto(proto, "regressor", Job())
    for name, count in (("test", 128), ("train", 256)):
        x = rng.normal(size=(count, 12)).astype(np.float32)
        np.savez(folder / f"{name}.npz", x=x, y=runtime.session(model).run(None, {"x": x})[0])
    return model


def test_a_layer_of_one_output_keeps_its_bias_and_training_lowers_the_error(tmp_path):
    model = regressor(tmp_path)
    assert [model.bias(path).size for path in model.sites] == [32, 1]
    opened = Workspace.open(str(tmp_path / "model.onnx"), Job())
    opened = opened.attach(str(tmp_path / "test.npz"), Job(), calibration=str(tmp_path / "train.npz"))
    recipe = Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 3}),))
    for stage in ("finetune", "distill"):
        trained = recovered(opened, with_stage(recipe, stage), Job()).recovery
        assert trained.recovered < 0.5 * trained.unrecovered


def with_stage(recipe, name):
    return replace(recipe, recover=(Stage(name, {"epochs": 8, "batch": 32, "rate": 0.01}),))
