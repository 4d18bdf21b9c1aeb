"""Files with their weights beside them: nothing that is not shown is read, however large they are."""

import os

import numpy as np
import pytest

from tests.benchmarks.large import large_model
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.workspace import Workspace
from workbench.formats import finish, opening
from workbench.graph.onnx import runtime, saving
from workbench.graph.rewrite.rewrite import with_edits


@pytest.fixture
def beside(tmp_path):
    """Three layers of 1.4 MB each in a file beside the model."""
    path = large_model(tmp_path, layers=3, width=600)
    values = np.random.default_rng(0).standard_normal((3, 600, 600)).astype(np.float32) / 25
    path.with_suffix(".data").write_bytes(values.tobytes())
    return path, values


def opened(path):
    return opening.open_model(str(path), job=Job())


def test_a_heavy_model_opens_without_being_run_and_says_so(beside, monkeypatch):
    path, values = beside
    monkeypatch.setattr(finish, "HEAVY", 1 << 20)
    model = opened(path)
    assert [layer.path for layer in model.layers] == ["blocks.0.fc1", "blocks.0.fc2", "blocks.0.fc3"]
    assert "Preparation at opening was not verified, because it would read" in model.notes[0]
    np.testing.assert_array_equal(model.weight("blocks.0.fc2"), values[1])


def test_the_fingerprint_of_a_large_weight_is_of_its_place_and_time(beside):
    path, _ = beside
    first, again = opened(path), opened(path)
    prints = [layer.fingerprint for layer in first.layers]
    assert len(set(prints)) == 3 and prints == [layer.fingerprint for layer in again.layers]
    os.utime(path.with_suffix(".data"), ns=(1, 1))
    assert not set(prints) & {layer.fingerprint for layer in opened(path).layers}


def test_beyond_what_protobuf_holds_it_runs_edits_and_is_saved_with_its_weights_beside_it(
    beside, monkeypatch, tmp_path
):
    path, values = beside
    small = Workspace.open(str(path), Job())
    feeds = runtime.random_inputs(small.model, free=2)
    expected = runtime.session(small.model).run(None, feeds)[0]
    monkeypatch.setattr(saving, "LARGEST_PROTOBUF", 1 << 20)
    np.testing.assert_allclose(runtime.session(small.model).run(None, feeds)[0], expected, rtol=1e-5)
    recipe = Recipe().with_actions(["blocks.0.fc2"], (Action("prune.magnitude", {"sparsity": 0.5}),))
    result = small.compiled(recipe, Job())
    edited = with_edits(result.model, result.edits)
    file = tmp_path / "out" / "edited.onnx"
    edited.save(file)
    assert file.with_name("edited.onnx.data").stat().st_size > 2 * values[0].nbytes
    np.testing.assert_allclose(
        runtime.session(file).run(None, feeds)[0], runtime.session(edited).run(None, feeds)[0], rtol=1e-5
    )
