"""A model whose inputs have no batch: each sample is a run, its whole output the answer, in preview, training, file."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from tests.graph.graphs import Build
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.engine.analysis import robustness
from workbench.engine.analysis.compare import compare
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace

STEPS = 6


@pytest.fixture
def clips():
    return np.random.default_rng(0).standard_normal((32, STEPS, 8)).astype(np.float32)


@pytest.fixture
def workspace(tmp_path, clips):
    """A network that mixes the steps of a clip [steps, values] by their products, and answers for each."""
    b = Build()
    hidden = b.node("Relu", [b.node("MatMul", ["x", b.weight("first.weight", 8, 16)], "first")], "hidden")
    products = b.node("MatMul", [hidden, b.node("Transpose", [hidden], "turned", perm=[1, 0])], "products")
    mixed = b.node("MatMul", [b.node("Softmax", [products], "shares"), hidden], "mixed")
    b.node("MatMul", [mixed, b.weight("last.weight", 16, 1)], "y")
    onnx.save(b.proto({"x": [STEPS, 8]}, {"y": [STEPS, 1]}), tmp_path / "m.onnx")
    np.savez(tmp_path / "d.npz", x=clips)
    opened = Workspace.open(str(tmp_path / "m.onnx"), Job())
    return opened.attach(str(tmp_path / "d.npz"), Job(), calibration=str(tmp_path / "d.npz"))


def test_macs_are_those_of_a_whole_run(workspace):
    assert [layer.macs for layer in workspace.model.layers] == [STEPS * 8 * 16, STEPS * 16]


def test_both_sides_of_a_comparison_count_the_macs_of_a_whole_run(workspace):
    other = Workspace.open(workspace.model.source.path, Job())  # without data
    found = compare(workspace, other, Job())
    assert found.first.macs == found.second.macs == workspace.model.summary().macs


@pytest.mark.slow
def test_corrupted_samples_are_run_one_by_one_too(workspace):
    found = robustness.of_recipe(workspace, Recipe(), Job())
    assert found.samples == 32 and found.rows[0].kind == "clean" and found.rows[0].first == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.parametrize("training", [(), (Stage("distill", {"epochs": 1}),)])
def test_a_written_file_answers_as_measured(workspace, tmp_path, clips, training):
    recipe = Recipe((Row("*", (Action("quantize.gptq", {"bits": 4}),)),), recover=training)
    report = export(workspace, recipe, str(tmp_path), Job(), timing=False)
    outputs = []
    for file in (tmp_path / "m.onnx", report.files["model"]):
        session = ort.InferenceSession(file)
        outputs.append(np.stack([session.run(None, {"x": clip})[0] for clip in clips]).reshape(len(clips), -1))
    cosine = (outputs[0] * outputs[1]).sum(1) / np.prod([np.linalg.norm(each, axis=1) for each in outputs], axis=0)
    assert report.metric.title == "cosine similarity to the original output"
    assert report.after.value.value == report.preview_value == pytest.approx(cosine.mean(), abs=1e-5)
    assert cosine.mean() > 0.9 and report.verified.max_abs_diff < 1e-4
