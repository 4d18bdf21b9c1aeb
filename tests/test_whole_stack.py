"""The whole stack, top to bottom, on the embedded demo: readable in five minutes.

open -> look -> edit four layers in four ways -> preview -> export -> open the file again, in ONNX Runtime alone.
"""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.api.export import export
from workbench.engine.preview.previewer import Previewer
from workbench.engine.workspace import Workspace

RECIPE = """
version: 1
seed: 0
layers:
  "*":            [{quantize.affine: {bits: 8}}]
  "blocks.1.*":   [{prune.magnitude: {sparsity: 0.5}}, {quantize.affine: {bits: 4}}]
  "head":         [{lowrank.svd: {rank: 8}}, {quantize.affine: {bits: 8}}]
  "blocks.2.conv1": [{distill.layer: {rank: 48, steps: 60}}, {quantize.affine: {bits: 8}}]
"""


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    workspace = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    return workspace.attach(
        str(resource_path("demo/fashion_test.npz")),
        Job(),
        calibration=str(resource_path("demo/fashion_calibration.npz")),
    )


def test_open(workspace):
    summary = workspace.model.summary()
    assert 400_000 < summary.parameters < 1_000_000 and len(summary.layers) >= 15
    assert any("BatchNorm" in step.title and step.applied for step in summary.preparations)
    assert workspace.evaluator.baseline().value > 0.92 and workspace.data.samples >= 2000


def test_look(workspace):
    layer = next(layer for layer in workspace.model.layers if layer.path == "head")
    view = workspace.view("head")
    weight = workspace.model.weight("head")
    assert view.histogram.counts.sum() == layer.count == weight.size
    np.testing.assert_allclose(view.spectrum.values, np.linalg.svd(weight, compute_uv=False), rtol=1e-4)


@pytest.mark.slow
def test_edit_preview_export(workspace, tmp_path):
    recipe = parse_recipe(RECIPE)
    previewer = Previewer(workspace)
    previews = list(previewer.measure(recipe, ("blocks.1.conv1",), Job()))
    assert [runner.path for runner in previewer.suffixes.values()] == ["blocks.1.conv1"]  # cut there, not whole
    first, last = previews[0], previews[-1]
    assert first.value is None and not first.complete
    assert last.complete and last.value.how == "measured" and last.value.samples == workspace.data.samples
    assert any(p.value and p.value.how == "estimated" and p.value.low < p.value.high for p in previews)

    report = export(workspace, recipe, str(tmp_path), Job())
    file = Path(report.files["model"])
    assert file.stat().st_size == report.after.bytes.value == last.size.value == report.forecast_bytes
    assert report.ratio > 3.5
    assert report.verified.value == pytest.approx(last.value.value, abs=0.002)
    assert report.verified.agreement > 0.999

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    with np.load(resource_path("demo/fashion_test.npz")) as data:
        answers = [
            session.run(None, {name: data["x"][i : i + 250].astype(np.float32)})[0].argmax(1)
            for i in range(0, len(data["x"]), 250)
        ]
        assert (np.concatenate(answers) == data["y"]).mean() == pytest.approx(report.verified.value, abs=0.001)
