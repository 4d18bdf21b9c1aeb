"""Sensitivity, search and comparison on the demo: figures that a full run confirms."""

import numpy as np
import pytest

from workbench.core.action import Action
from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.resources import resource_path
from workbench.engine import apply, sensitivity
from workbench.engine.compare import compare
from workbench.engine.export import export
from workbench.engine.preview import effective
from workbench.engine.search import Goal, search
from workbench.engine.workspace import Workspace, runner
from workbench.graph import runtime

CANDIDATES = (Action("quantize.affine", {"bits": 8}), Action("quantize.affine", {"bits": 2}),
              Action("lowrank.svd", {"energy": 0.8}))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """The demo with a quarter of its calibration samples: enough to tell layers apart."""
    file = tmp_path_factory.mktemp("data") / "few.npz"
    with np.load(resource_path("demo/fashion_calibration.npz")) as data:
        np.savez(file, x=data["x"][:250], y=data["y"][:250])
    return Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job()).attach(str(file), Job())


@pytest.fixture(scope="module")
def found(workspace):
    return sensitivity.scan(workspace, Job(), CANDIDATES)


def test_every_layer_gets_the_candidates_that_fit(workspace, found):
    paths = [layer.path for layer in workspace.model.layers if not layer.locked]
    assert {trial.path for trial in found.trials} == set(paths)
    assert len(found.of("head")) == 3 and len(found.of("blocks.5.depthwise")) == 2      # a depthwise has no SVD
    assert found.baseline == workspace.evaluator.scores.mean() and found.evaluations == len(found.trials) + 1


def test_a_trial_is_what_a_full_run_gives(workspace, found):
    for trial in (found.of("blocks.4.conv2")[1], found.of("stem")[1], found.of("head")[2]):
        stack = (trial.action,)
        edited = apply.edit(workspace.model, trial.path, stack, workspace.calibration, 0, workspace.cache, Job())
        run = runner(runtime.session(effective(workspace.model, {trial.path: edited})))
        *_, (_, scores) = workspace.evaluator.stream(run, Job())
        assert trial.value == pytest.approx(float(scores.mean()), abs=0.005)
        assert trial.drop == pytest.approx(found.baseline - trial.value)


def test_eight_bits_lose_less_than_two_and_the_prediction_says_so(found):
    for path in dict.fromkeys(trial.path for trial in found.trials):
        eight, two = found.of(path)[:2]
        assert eight.predicted < two.predicted and eight.bytes > two.bytes
    drops = np.array([[t.drop for t in found.of(p)[:2]] for p in dict.fromkeys(t.path for t in found.trials)])
    assert drops[:, 0].mean() < drops[:, 1].mean()


def test_search_within_a_drop(workspace, found, tmp_path):
    recipe = search(workspace, found, Goal(max_drop=0.01), Job())
    report = export(workspace, recipe, str(tmp_path), Job())
    assert report.ratio > 3 and report.before.value.value - report.verified.value <= 0.01


def test_search_within_bytes(workspace, found, tmp_path):
    recipe = search(workspace, found, Goal(max_bytes=400_000), Job())
    report = export(workspace, recipe, str(tmp_path), Job())
    assert 200_000 < report.after.bytes.value <= 400_000
    with pytest.raises(UserError, match="that small"):
        search(workspace, found, Goal(max_bytes=10_000), Job())


def test_compare(workspace, found, tmp_path):
    recipe = search(workspace, found, Goal(max_bytes=600_000), Job())
    report = export(workspace, recipe, str(tmp_path), Job())
    other = Workspace.open(report.files["model"], Job())
    result = compare(workspace, other, Job())
    assert result["b"]["value"] == pytest.approx(report.verified.value)
    assert result["ratio"] == pytest.approx(report.ratio)
    assert result["difference"]["value"] == pytest.approx(result["b"]["value"] - result["a"]["value"])
    same = compare(workspace, workspace, Job())
    assert same["agreement"] == 1.0 and same["max_abs_diff"] == 0.0
