"""Models that were once trained wrongly: a bias of one output, computed shapes, norms, recurrent layers."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from onnx import helper

from tests.engine.test_differentiable import floats, graph_of
from workbench.core.analysis.sensitivity import Wanted
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.engine.analysis.sensitivity import scan
from workbench.engine.base.differentiable import view_of
from workbench.engine.preview.predict import predictor
from workbench.engine.preview.previewer import effective
from workbench.engine.students.student import Student
from workbench.engine.students.student import Wanted as Learning
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace
from workbench.formats.onnx_file import from_proto
from workbench.graph.onnx import runtime

# -- models that came out wrong ----------------------------------------------------------------------------------------


def regressor(folder):
    """A layer of one output with a bias, and targets that it meets exactly."""
    rng = np.random.default_rng(7)
    weights = {
        "aw": rng.normal(0, 0.4, (32, 12)),
        "ab": rng.normal(0, 0.4, 32),
        "bw": rng.normal(0, 0.4, (1, 32)),
        "bb": np.array([10.0]),
    }
    nodes = [
        helper.make_node("Gemm", ["x", "aw", "ab"], ["h"], name="a", transB=1),
        helper.make_node("Relu", ["h"], ["r"], name="relu"),
        helper.make_node("Gemm", ["r", "bw", "bb"], ["y"], name="b", transB=1),
    ]
    proto = graph_of(nodes, {name: w.astype(np.float32) for name, w in weights.items()}, sizes=("n", 12))
    (folder / "model.onnx").write_bytes(proto.SerializeToString())
    model = from_proto(proto, "regressor", Job())
    for name, count in (("test", 128), ("train", 256)):
        x = rng.normal(size=(count, 12)).astype(np.float32)
        np.savez(folder / f"{name}.npz", x=x, y=runtime.session(model).run(None, {"x": x})[0])
    return model


@pytest.mark.slow
def test_a_layer_of_one_output_keeps_its_bias_and_training_lowers_the_error(tmp_path):
    model = regressor(tmp_path)
    assert [model.bias(path).size for path in model.sites] == [32, 1]
    workspace = opened(tmp_path)
    recipe = Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 3}),))
    for stage in ("finetune", "distill"):
        trained = recovered(workspace, with_stage(recipe, stage), Job()).recovery
        assert trained.recovered < 0.5 * trained.unrecovered


def with_stage(recipe, name):
    return replace(recipe, recover=(Stage(name, {"epochs": 8, "batch": 32, "rate": 0.01}),))


def classifier(folder, nodes, weights, opset=17):
    """A model of [n, 3, 4, 4] -> [n, 5] with data, opened."""
    proto = graph_of(nodes, weights, opset, sizes=("n", 3, 4, 4))
    (folder / "model.onnx").write_bytes(proto.SerializeToString())
    rng = np.random.default_rng(3)
    for name, count in (("test", 48), ("train", 160)):
        x = rng.normal(size=(count, 3, 4, 4)).astype(np.float32)
        np.savez(folder / f"{name}.npz", x=x, y=rng.integers(0, 5, count))
    return opened(folder)


def opened(folder):
    workspace = Workspace.open(str(folder / "model.onnx"), Job())
    return workspace.attach(str(folder / "test.npz"), Job(), calibration=str(folder / "train.npz"))


def by_scalar(start=None):
    """x.view(x.shape[0], -1) as exporters write it: Shape -> Gather of one place, or Shape of one -> Reshape."""
    if start is None:
        return [
            helper.make_node("Shape", ["c"], ["s"]),
            helper.make_node("Gather", ["s", "zero"], ["n"], axis=0),
            helper.make_node("Unsqueeze", ["n", "axis"], ["n1"]),
        ]
    return [helper.make_node("Shape", ["c"], ["n1"], start=start, end=start + 1)]


@pytest.mark.slow
@pytest.mark.parametrize("start", [None, 0], ids=["gathered", "start and end"])
def test_shapes_that_are_computed_pass_every_verb_that_takes_gradients(tmp_path, start):
    nodes = [
        helper.make_node("Conv", ["x", "cw"], ["c"], name="conv", pads=[1] * 4),
        *by_scalar(start),
        helper.make_node("Concat", ["n1", "rest"], ["to"], axis=0),
        helper.make_node("Reshape", ["c", "to"], ["f"]),
        helper.make_node("Gemm", ["f", "gw", "gb"], ["y"], name="head", transB=1),
    ]
    workspace = classifier(
        tmp_path,
        nodes,
        {
            "cw": floats(4, 3, 3, 3),
            "gw": floats(5, 64),
            "gb": floats(5),
            "zero": np.array(0),
            "axis": np.array([0]),
            "rest": np.array([-1]),
        },
    )
    for method in ("prune.taylor", "prune.snip", "prune.fisher", "prune.synflow"):
        workspace.compiled(Recipe().with_actions(["*"], (Action(method, {"sparsity": 0.5}),)), Job())
    quantised = Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 4}),))
    assert recovered(workspace, with_stage(quantised, "finetune"), Job()).recovery.stages
    found = scan(workspace, Job(), Wanted(((Action("quantize.affine", {"bits": 4}),),)))
    assert found.kind == "loss" and not found.obstacle and all(trial.predicted is not None for trial in found.trials)


def test_sizes_that_are_computed_reach_a_resize(tmp_path):
    nodes = [
        helper.make_node("Conv", ["x", "cw"], ["c"], name="conv"),
        helper.make_node("Shape", ["x"], ["s"], start=2),
        helper.make_node("Shape", ["c"], ["t"], end=2),
        helper.make_node("Concat", ["t", "s"], ["sizes"], axis=0),
        helper.make_node("Resize", ["c", "", "", "sizes"], ["r"], mode="linear"),
        helper.make_node("GlobalAveragePool", ["r"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("MatMul", ["f", "gw"], ["y"], name="head"),
    ]
    workspace = classifier(tmp_path, nodes, {"cw": floats(4, 3, 3, 3), "gw": floats(4, 5)})
    view_of(workspace.model, workspace.data)
    assert predictor(workspace, Job(), check=False).kind == "loss"


def test_a_norm_with_a_scale_for_each_channel_is_trained_and_pruned(tmp_path):
    nodes = [
        helper.make_node("Conv", ["x", "cw", "cb"], ["c"], name="conv", pads=[1] * 4),
        helper.make_node("LayerNormalization", ["c", "scale"], ["l"], name="norm", axis=1),
        helper.make_node("Conv", ["l", "dw"], ["d"], name="second", pads=[1] * 4),
        helper.make_node("GlobalAveragePool", ["d"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("MatMul", ["f", "gw"], ["y"], name="head"),
    ]
    workspace = classifier(
        tmp_path,
        nodes,
        {
            "cw": floats(8, 3, 3, 3),
            "cb": floats(8),
            "scale": floats(8, 1, 1),
            "dw": floats(8, 8, 3, 3),
            "gw": floats(8, 5),
        },
        opset=18,
    )
    pruned = Recipe().with_actions(["*"], (Action("prune.channels", {"ratio": 0.25}),))
    smaller = workspace.compiled(pruned, Job()).model
    assert [len(smaller.weight(path)) for path in smaller.sites][:2] == [6, 6]
    assert recovered(workspace, with_stage(pruned, "finetune"), Job()).recovery.stages


def test_a_recurrent_layer_is_passed_as_it_is_compressed(tmp_path):
    """Its weights do not learn; the student has them as the file does."""
    nodes = [
        helper.make_node("Reshape", ["x", "steps"], ["s"]),
        helper.make_node("Transpose", ["s"], ["t"], perm=[1, 0, 2]),
        helper.make_node("LSTM", ["t", "lw", "lr", "lb"], ["", "h"], name="lstm", hidden_size=6),
        helper.make_node("Squeeze", ["h", "axis"], ["q"]),
        helper.make_node("MatMul", ["q", "gw"], ["y"], name="head"),
    ]
    workspace = classifier(
        tmp_path,
        nodes,
        {
            "steps": np.array([0, 4, 12]),
            "lw": floats(1, 24, 12),
            "lr": floats(1, 24, 6),
            "lb": floats(1, 48),
            "axis": np.array([0]),
            "gw": floats(6, 5),
        },
    )
    compiled = workspace.compiled(Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 3}),)), Job())
    student = Student(compiled, Learning(), workspace.training)
    assert len(compiled.edits) == 3 and len(student.trained) == 1
    feeds = workspace.training.feeds(slice(0, 8))
    with torch.no_grad():
        found = student({name: torch.from_numpy(array) for name, array in feeds.items()}).numpy()
    expected = runtime.session(effective(compiled.model, compiled.edits)).run(None, feeds)[0]
    np.testing.assert_allclose(found, expected, atol=1e-4)
    before = runtime.session(workspace.model).run(None, feeds)[0]
    assert np.abs(before - expected).max() > 1e-2
