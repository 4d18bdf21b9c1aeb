"""Nothing learns or is predicted from a torch view that does not answer as ONNX Runtime does."""

import ast
import json
from pathlib import Path

import numpy as np
import onnx_ir as ir
import pytest
import torch
from click.testing import CliRunner
from onnx import TensorProto, helper, numpy_helper

from tests.engine.small import network
from tests.graph.examples import with_weights
from workbench.cli.commands import cli
from workbench.core.analysis.sensitivity import Wanted
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.views import Predictability
from workbench.core.recipe.action import Action
from workbench.data.dataset import Dataset
from workbench.engine.analysis.sensitivity import scan
from workbench.engine.base.differentiable import few_samples, view_of
from workbench.engine.calibration.gradients import synaptic_flow
from workbench.engine.preview.predict import prepared
from workbench.engine.workspace import Workspace
from workbench.formats.finish import FLOAT32
from workbench.formats.onnx_file import from_proto
from workbench.graph.onnx import runtime
from workbench.graph.torch import torch_ops, torch_proof
from workbench.graph.torch.torch_ops import Operator

HOUSE = Path(__file__).parents[2] / "workbench"


def floats(*shape):
    return np.random.default_rng(len(shape)).standard_normal(shape).astype(np.float32)


def graph_of(nodes, weights, opset=17, sizes=("n", 6), output=TensorProto.FLOAT):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(sizes))],
        [helper.make_tensor_value_info("y", output, None)],
        [numpy_helper.from_array(w, name) for name, w in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def small(*between, output=TensorProto.FLOAT):
    """Two products with nodes between: h -> r."""
    nodes = [
        helper.make_node("Gemm", ["x", "w"], ["h"], name="first"),
        *between,
        helper.make_node("MatMul", ["r", "v"], ["y"], name="second"),
    ]
    return from_proto(graph_of(nodes, {"w": floats(6, 8), "v": floats(8, 3)}, output=output), "small", Job())


@pytest.mark.slow
def test_every_verb_takes_its_view_from_the_one_gate():
    """Only where views are compared with ONNX Runtime, and where a smaller model is, may they be made."""
    makers = {
        str(path.relative_to(HOUSE))
        for path in HOUSE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "TorchView"
    }
    assert makers == {"graph/torch/torch_proof.py", "engine/compile/equivalence.py"}


def test_a_view_that_computes_something_else_is_refused_with_the_operator_and_the_node(monkeypatch):
    model = small(helper.make_node("Elu", ["h"], ["e"], name="bend"), helper.make_node("Tanh", ["e"], ["r"], name="t"))
    monkeypatch.setitem(torch_ops.OPS, "Elu", Operator(lambda a, x, v: torch.relu(x[0]), {"alpha": None}))
    for _ in range(2):  # what was found is remembered
        with pytest.raises(UserError, match=r"through Elu \(node 'bend'\): its result in torch differs"):
            view_of(model)


def test_a_difference_that_a_softmax_at_the_end_hides_is_found(monkeypatch):
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], name="first"),
        helper.make_node("Mul", ["h", "large"], ["m"], name="scale"),
        helper.make_node("Sigmoid", ["m"], ["y"], name="end"),
    ]
    model = from_proto(graph_of(nodes, {"w": floats(6, 8), "large": np.float32([1e4])}), "s", Job())
    view_of(model)
    again = from_proto(graph_of(nodes, {"w": floats(6, 8), "large": np.float32([1e4])}), "s", Job())
    monkeypatch.setitem(torch_ops.OPS, "Mul", Operator(lambda a, x, v: x[0] * x[1] * 1.01, {}, 2))
    with pytest.raises(UserError, match=r"Mul \(node 'scale'\)"):
        view_of(again)


def test_a_node_that_torch_cannot_run_is_named(monkeypatch):
    model = small(helper.make_node("Tanh", ["h"], ["r"], name="bend"))
    monkeypatch.setitem(torch_ops.OPS, "Tanh", Operator(lambda a, x, v: x[0].reshape(-1, 7), {}))
    with pytest.raises(UserError, match=r"through Tanh \(node 'bend'\): torch cannot run it"):
        view_of(model)


def test_an_operator_that_stops_gradients_is_named():
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], name="first"),
        helper.make_node("ArgMax", ["h"], ["y"], name="decide", axis=1),
    ]
    model = from_proto(graph_of(nodes, {"w": floats(6, 8)}, output=TensorProto.INT64), "labels", Job())
    with pytest.raises(UserError, match=r"through ArgMax \(node 'decide'\): it produces the first output"):
        view_of(model)


@pytest.mark.parametrize(
    ("op", "attributes", "words"),
    [
        (
            "Resize",
            {"coordinate_transformation_mode": "tf_crop_and_resize"},
            "Resize with coordinate_transformation_mode='tf_crop_and_resize'",
        ),
        ("LayerNormalization", {"stash_type": 10}, "LayerNormalization with stash_type=10"),
        ("BatchNormalization", {"training_mode": 1}, "BatchNormalization with training_mode=1"),
        ("LSTM", {"clip": 3.0}, "LSTM with clip=3.0"),
        ("Relu", {"new": 1}, "Relu with new=1"),
        ("Det", {}, "Det"),
        ("Relu", {}, None),
        ("BatchNormalization", {"training_mode": 0}, None),
    ],
)
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


# -- where gradients cannot pass ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_scan_and_a_search_continue_and_name_the_blocking_operator_once(tmp_path, monkeypatch):
    network(tmp_path, "If")
    workspace = opened_small(tmp_path)
    candidates = ((Action("quantize.affine", {"bits": 8}),), (Action("quantize.affine", {"bits": 3}),))
    found = scan(workspace, Job(), Wanted(candidates))
    assert found.complete and len(found.measured) == 4 and found.kind == "output error"
    assert found.obstacle == (
        "The error of each layer's output is predicted, not the loss: Gradients cannot pass through If."
    )
    assert found.to_json()["obstacle"] == found.obstacle
    command = ("search", "small.onnx", "--data", "test.npz", "--out", "out", "--max-ratio", "0.6", "--json")
    monkeypatch.chdir(tmp_path)
    report = json.loads(CliRunner().invoke(cli, command).stdout)
    assert report["notes"].count(found.obstacle) == 1
    assert report["after"]["bytes"] <= 0.6 * report["before"]["bytes"]


def opened_small(folder):
    workspace = Workspace.open(str(folder / "small.onnx"), Job())
    return workspace.attach(str(folder / "test.npz"), Job(), calibration=str(folder / "train.npz"))


@pytest.mark.slow
def test_a_refused_view_takes_only_the_predictions_of_the_loss(tmp_path, monkeypatch):
    network(tmp_path, "Elu")
    workspace = opened_small(tmp_path)
    monkeypatch.setitem(torch_ops.OPS, "Elu", Operator(lambda a, x, v: torch.relu(x[0]), {"alpha": None}))
    made, known = prepared(workspace, Job())
    assert made.kind == known.kind == "output error" and "through Elu (node 'act')" in known.obstacle
    assert scan(workspace, Job(), Wanted(((Action("quantize.affine", {"bits": 4}),),))).obstacle == known.obstacle


def test_without_samples_there_are_no_predictions_and_reported(tmp_path):
    network(tmp_path)
    workspace = Workspace.open(str(tmp_path / "small.onnx"), Job())
    known = Predictability(None, "No predictions: there is no calibration data.")
    assert prepared(workspace, Job()) == (None, known)


@pytest.mark.parametrize("op", ["Conv", "ConvTranspose"])
def test_hooks_see_what_a_convolution_with_other_padding_on_each_side_gives(op):
    """Features are compared, and curvature is taken, of what the node gives in the runtime."""
    node = helper.make_node(op, ["x", "w", "b"], ["y"], name="node", strides=[2, 2], pads=[0, 1, 2, 0])
    weights = {"w": floats(3, 3, 3, 3), "b": floats(3)}
    model = from_proto(graph_of([node], weights, sizes=("n", 3, 6, 7)), op, Job())
    view, seen = view_of(model), []
    (module,) = view.layers.values()
    module.register_forward_hook(lambda module, given, output: seen.append(output.detach().numpy()))
    x = floats(2, 3, 6, 7)
    view(torch.from_numpy(x))
    np.testing.assert_allclose(seen[0], runtime.session(model).run(None, {"x": x})[0], atol=1e-5)


@pytest.mark.parametrize("beside", [np.float32(0.7), floats(1), floats(1, 1)], ids=["scalar", "one", "one by one"])
def test_a_bias_comes_beside_what_a_gemm_adds_already(beside):
    """What is added to all outputs alike is not the layer's bias, and stays when the layer gets one."""
    node = helper.make_node("Gemm", ["x", "w", "c"], ["y"], name="node")
    model = from_proto(graph_of([node], {"w": floats(6, 4), "c": beside}), "gemm", Job())
    (path,), x, bias = model.sites, floats(3, 6), floats(4)
    assert model.bias(path) is None
    before = runtime.session(model).run(None, {"x": x})[0]
    after = with_weights(model, {}, {path: bias})
    np.testing.assert_allclose(runtime.session(after).run(None, {"x": x})[0], before + bias, atol=1e-5)


def test_a_difference_that_grows_is_named_where_it_has_grown(monkeypatch):
    """Each operator agrees alone; what nearly equal numbers differ by shows the little that one of them is off."""
    monkeypatch.setitem(torch_ops.OPS, "Sigmoid", Operator(lambda a, x, v: torch.sigmoid(x[0]) * 1.00005, {}))
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], name="first"),
        helper.make_node("Mul", ["h", "little"], ["m"], name="shrink"),
        helper.make_node("Sigmoid", ["m"], ["s"], name="squash"),
        helper.make_node("Sub", ["s", "half"], ["y"], name="near"),
    ]
    weights = {"w": floats(6, 8), "little": np.float32([0.1]), "half": np.float32([0.5])}
    model = from_proto(graph_of(nodes, weights), "near", Job())
    with pytest.raises(UserError, match=r"through Sub \(node 'near'\): its inputs are rounded differently"):
        view_of(model)


def halves(deep=8):
    """Convolutions in float16, between casts, which opening would put into float32."""
    rng = np.random.default_rng(0)
    weights, nodes, x = {}, [helper.make_node("Cast", ["x"], ["half"], name="cast", to=TensorProto.FLOAT16)], "half"
    for k in range(deep):
        weights |= {f"w{k}": rng.standard_normal((8, 8, 3, 3)) / 6, f"b{k}": rng.standard_normal(8)}
        nodes += [
            helper.make_node("Conv", [x, f"w{k}", f"b{k}"], [f"h{k}"], name=f"conv{k}", pads=[1] * 4),
            helper.make_node("LeakyRelu", [f"h{k}"], [f"r{k}"], name=f"act{k}", alpha=0.1),
        ]
        x = f"r{k}"
    nodes.append(helper.make_node("Cast", [x], ["y"], name="back", to=TensorProto.FLOAT))
    weights = {name: value.astype(np.float16) for name, value in weights.items()}
    return from_proto(graph_of(nodes, weights, sizes=("n", 8, 6, 6)), "halves", Job(), frozenset([FLOAT32]))


def test_a_model_in_float16_may_differ_by_what_float16_rounds():
    model, x = halves(), floats(4, 8, 6, 6)
    found = torch_proof.proved_view(model, {"x": x})(torch.from_numpy(x))[0].detach().numpy()
    differing = torch_proof.difference(found, runtime.session(model).run(None, {"x": x})[0])
    assert torch_proof.TOLERANCE < differing < torch_proof.tolerance({"FLOAT16"}) == 2.0**-7
    assert torch_proof.tolerance({"FLOAT", "INT64"}) == torch_proof.TOLERANCE
    assert torch_proof.tolerance({"BFLOAT16", "FLOAT16"}) == 2.0**-4


def test_what_is_wrong_in_float16_is_refused_too(monkeypatch):
    wrong = Operator(lambda a, x, v: torch.nn.functional.leaky_relu(x[0], 0.15), {"alpha": None})
    monkeypatch.setitem(torch_ops.OPS, "LeakyRelu", wrong)
    with pytest.raises(UserError, match=r"through LeakyRelu \(node 'act0'\): its result in torch differs"):
        torch_proof.proved_view(halves(), {"x": floats(4, 8, 6, 6)})


@pytest.mark.parametrize("length", [512, "samples"])
def test_noise_for_a_state_beside_long_samples(length):
    """A state has its samples along another axis, by its name; a window of 512 needs as many values."""
    nodes = [helper.make_node("MatMul", ["x", "w"], ["h"], "layer"), helper.make_node("Add", ["h", "state"], ["y"])]
    given = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", length]),
        helper.make_tensor_value_info("state", TensorProto.FLOAT, [2, "batch", 3]),
        helper.make_tensor_value_info("rate", TensorProto.INT64, []),
    ]
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, "batch", 3])
    weight = numpy_helper.from_array(floats(512, 3), "w")
    proto = helper.make_model(helper.make_graph(nodes, "net", given, [made], [weight]), ir_version=8)
    feeds = few_samples(from_proto(proto, "net", Job()), None)
    assert {name: value.shape for name, value in feeds.items()} == {"x": (2, 512), "state": (2, 2, 3), "rate": ()}


def test_texts_are_named_as_what_gradients_cannot_pass():
    x = helper.make_tensor_value_info("x", TensorProto.STRING, ["n", 4])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])
    weight = numpy_helper.from_array(np.eye(4, 3, dtype=np.float32), "w")
    nodes = [helper.make_node("Cast", ["x"], ["f"], to=1), helper.make_node("MatMul", ["f", "w"], ["y"])]
    graph = helper.make_graph(nodes, "g", [x], [y], [weight])
    model = from_proto(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), "m", Job())
    with pytest.raises(UserError, match="Gradients cannot pass through the input 'x', which holds no numbers"):
        view_of(model, None)
