"""Export without data: nothing is measured and said so, the file is run on synthetic inputs, steps that need data are
refused before anything runs."""

import numpy as np
import onnx
import pytest

from tests.engine.small import network
from tests.graph.examples import with_weights
from tests.graph.graphs import Build
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.data.matching import constants
from workbench.engine.api import verification
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime


def recipe(method, **params):
    return Recipe((Row("*", (Action(method, params),)),))


@pytest.fixture
def workspace(tmp_path):
    return Workspace.open(str(network(tmp_path)), Job())


@pytest.mark.parametrize(
    "step",
    [
        ("quantize.affine", {"bits": 4}),
        ("lowrank.svd", {"rank": 2}),
        ("prune.magnitude", {"sparsity": 0.9}),
        ("quantize.codebook", {"bits": 2}),
    ],
    ids=str,
)
def test_sizes_are_exact_and_figures_of_data_are_missing(workspace, tmp_path, step):
    report = export(workspace, recipe(step[0], **step[1]), str(tmp_path), Job(), timing=False)
    assert report.forecast_bytes == report.after.bytes.value == (tmp_path / "small_compressed.onnx").stat().st_size
    document = report.to_json()
    assert document["verified"].keys() == {"value", "agreement", "max_abs_diff", "samples", "change"}
    assert document["verified"]["value"] is document["verified"]["agreement"] is document["before"]["value"] is None
    assert document["verified"]["max_abs_diff"] < 1e-4 and document["verified"]["samples"] == 0
    assert report.data == "no data: not measured" and any("synthetic inputs" in note for note in report.notes)
    assert "synthetic inputs" in (tmp_path / "small_compressed.html").read_text()


@pytest.mark.parametrize(
    "refused",
    [
        recipe("quantize.gptq"),
        recipe("prune.wanda"),
        recipe("quantize.static"),
        recipe("prune.channels", criterion="activation"),
        Recipe(recover=(Stage("distill", {"epochs": 1}),)),
    ],
    ids=range(5),
)
def test_what_needs_data_is_refused_and_nothing_is_written(workspace, tmp_path, refused):
    with pytest.raises(UserError, match="needs data, but none was given"):
        export(workspace, refused, str(tmp_path / "out"), Job(), timing=False)
    assert not any((tmp_path / "out").glob("*"))


def test_a_file_that_answers_otherwise_is_refused(workspace, tmp_path):
    other = with_weights(workspace.model, {"first": workspace.model.weight("first") * 2}, {})
    other.save(tmp_path / "other.onnx")
    with pytest.raises(UserError, match="on synthetic inputs"):
        verification.on_synthetic_inputs(workspace.model, str(tmp_path / "other.onnx"), {})


@pytest.mark.parametrize("draw", ["RandomNormalLike", "Dropout"])
def test_a_model_that_draws_random_numbers_is_written_and_not_called_verified(tmp_path, draw):
    """Two runs of it differ, with every recipe: no fault of the file."""
    b = Build()
    if draw == "Dropout":
        b.node(draw, ["x", b.constant("half", 0.5), b.constant("training", True, np.bool_)], "drawn")
    else:
        b.node("Add", ["x", b.node(draw, ["x"], "noise")], "drawn")
    b.node("MatMul", ["drawn", b.weight("w", 8, 4)], "y")
    onnx.save(b.proto({"x": ["N", 8]}, {"y": ["N", 4]}), tmp_path / "m.onnx")
    np.savez(tmp_path / "d.npz", x=np.random.default_rng(0).standard_normal((20, 8)).astype(np.float32))
    opened = Workspace.open(str(tmp_path / "m.onnx"), Job())
    assert any(f"{draw} makes the outputs random" in note for note in opened.model.notes)
    for each in (opened, opened.attach(str(tmp_path / "d.npz"), Job())):
        report = export(each, recipe("quantize.affine", bits=8), str(tmp_path / "out"), Job(), timing=False)
        assert report.verified is None
        assert f"Not verified: {draw} makes the outputs random, so that two runs differ." in report.notes


def test_a_dropout_that_is_off_is_not_random():
    b = Build()
    b.node("Dropout", ["x", b.constant("half", 0.5), b.constant("training", False, np.bool_)], "kept")
    b.node("MatMul", ["kept", b.weight("w", 8, 4)], "y")
    assert not verification.drawn(b.model({"x": ["N", 8]}, {"y": ["N", 4]}))


def texts() -> onnx.ModelProto:
    """A city by its name, as scikit-learn and Keras export such columns, beside numbers."""
    b = Build()
    number = b.node("LabelEncoder", ["city"], "number", "ai.onnx.ml", keys_strings=["0", "1"], values_int64s=[1, 2])
    b.node("Gather", [b.weight("cities", 3, 16), number], "known")
    hidden = b.node("Add", [b.node("MatMul", ["x", b.weight("first", 8, 16)], "hidden"), "known"], "sum")
    b.node("MatMul", [b.node("Relu", [hidden], "relu"), b.weight("last", 16, 4)], "y")
    proto = b.proto({"x": ["n", 8], "city": ["n"]}, {"y": ["n", 4]}, opsets={"ai.onnx.ml": 3})
    proto.graph.input[1].type.tensor_type.elem_type = onnx.TensorProto.STRING
    return proto


def edges() -> onnx.ModelProto:
    """A graph network: without data it has one node, whose number is 0."""
    b = Build()
    hidden = b.node("MatMul", ["x", b.weight("first", 8, 16)], "hidden")
    to = b.node(
        "Unsqueeze",
        [b.node("Gather", ["edges", b.constant("one", 1, np.int64)], "to"), b.constant("a", [1], np.int64)],
        "at",
    )
    messages = b.node(
        "Gather", [hidden, b.node("Gather", ["edges", b.constant("zero", 0, np.int64)], "from")], "messages"
    )
    index = b.node("Expand", [to, b.node("Shape", [messages], "shape")], "index")
    added = b.node("ScatterElements", [hidden, index, messages], "added", axis=0, reduction="add")
    b.node("MatMul", [added, b.weight("last", 16, 4)], "y")
    proto = b.proto({"x": ["nodes", 8], "edges": [2, "edges"]}, {"y": ["nodes", 4]})
    proto.graph.input[1].type.tensor_type.elem_type = onnx.TensorProto.INT64
    return proto


@pytest.mark.slow
@pytest.mark.parametrize("network", [texts, edges])
@pytest.mark.parametrize("step", [("prune.channels", {"ratio": 0.25, "round_to": 1}), ("quantize.affine", {"bits": 8})])
def test_inputs_of_texts_and_of_indices_are_made_up(tmp_path, network, step):
    onnx.save(network(), tmp_path / "m.onnx")
    workspace = Workspace.open(str(tmp_path / "m.onnx"), Job())
    assert not [note for note in workspace.model.notes if "could not be verified" in note]
    report = export(workspace, recipe(step[0], **step[1]), str(tmp_path), Job(), timing=False)
    assert report.verified.max_abs_diff < 1e-4 and report.after.bytes.value < report.before.bytes.value


def test_inputs_that_were_given_have_their_values(tmp_path):
    b = Build()
    b.node("Mul", [b.node("MatMul", ["x", b.weight("w", 8, 4)], "h"), "gain"], "y")
    model = b.model({"x": ["N", 8], "gain": []}, {"y": ["N", 4]})
    model.save(tmp_path / "y.onnx")
    verified, _ = verification.on_synthetic_inputs(model, str(tmp_path / "y.onnx"), {"gain": "1e30"})
    assert verified.max_abs_diff == 0.0
    feeds = constants(model.inputs, {"gain": "3"})
    assert feeds["gain"] == np.float32(3) and runtime.run(
        runtime.session(model), {"x": np.ones((1, 8), np.float32), **feeds}
    )[0].shape == (1, 4)
    with pytest.raises(UserError, match="no input 'nope'"):
        verification.on_synthetic_inputs(model, str(tmp_path / "y.onnx"), {"nope": "1"})
