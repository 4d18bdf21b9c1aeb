"""Sensitivity and comparison on the demo: figures that a full run confirms."""

import numpy as np
import pytest

from workbench.core.analysis.sensitivity import Wanted
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.analysis import sensitivity
from workbench.engine.analysis.compare import compare
from workbench.engine.api.export import export
from workbench.engine.base.evaluate import runner
from workbench.engine.compile import compiler
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

INT4 = Action("quantize.affine", {"bits": 4})
CHANNELS = Action("prune.channels", {"ratio": 0.25})
ALONE = (
    (Action("quantize.affine", {"bits": 8}),),
    (Action("quantize.affine", {"bits": 2}),),
    (Action("lowrank.svd", {"energy": 0.8}),),
)
TOGETHER = ((CHANNELS,), (CHANNELS, INT4))
RESIDUAL = ("blocks.1.conv2", "blocks.1.shortcut", "blocks.2.conv2", "blocks.3.conv")


@pytest.fixture(scope="module")
def workspace(demo, quarter):
    return Workspace.open(str(demo.cnn), Job()).attach(quarter, Job())


@pytest.fixture(scope="module")
def found(workspace):
    return sensitivity.scan(workspace, Job(), Wanted(ALONE))


@pytest.fixture(scope="module")
def structural(workspace):
    """Removal of channels beside quantisation."""
    return sensitivity.scan(workspace, Job(), Wanted(((INT4,), *TOGETHER)))


@pytest.mark.slow
def test_every_layer_gets_the_candidates_that_fit(workspace, found):
    paths = [layer.path for layer in workspace.model.layers if not layer.locked]
    assert {trial.path for trial in found.trials} == set(paths)
    assert len(found.of("head")) == 3 and len(found.of("blocks.5.depthwise")) == 2  # a depthwise has no SVD
    assert found.baseline == workspace.evaluator.scores.mean() and found.evaluations == len(found.trials) + 1


@pytest.mark.slow
def test_a_trial_is_what_a_full_run_gives(workspace, found):
    for trial in (found.of("blocks.4.conv2")[1], found.of("stem")[1], found.of("head")[2]):
        edited = compiler.edit(
            workspace.model, trial.path, trial.actions, workspace.calibration, 0, workspace.cache, Job()
        )
        run = runner(runtime.session(effective(workspace.model, {trial.path: edited})))
        *_, (_, scores) = workspace.evaluator.stream(run, Job())
        assert trial.value == pytest.approx(float(scores.mean()), abs=0.005)
        assert trial.drop == pytest.approx(found.baseline - trial.value)


@pytest.mark.slow
def test_eight_bits_lose_less_than_two_and_the_prediction_says_so(found):
    for path in dict.fromkeys(trial.path for trial in found.trials):
        eight, two = found.of(path)[:2]
        assert eight.predicted < two.predicted and eight.bytes > two.bytes
    drops = np.array([[t.drop for t in found.of(p)[:2]] for p in dict.fromkeys(t.path for t in found.trials)])
    assert drops[:, 0].mean() < drops[:, 1].mean()


@pytest.mark.slow
def test_layers_that_lose_channels_together_are_tried_once(workspace, structural):
    paths = [trial.path for trial in structural.trials if trial.actions == (CHANNELS,)]
    assert len(paths) == len(set(paths)) == 7 and "head" not in paths  # three groups, and four layers alone
    plain, stacked = (trial for trial in structural.of(RESIDUAL[0]) if CHANNELS in trial.actions)
    assert tuple(plain.stacks) == RESIDUAL and set(plain.stacks.values()) == {(CHANNELS,)}
    assert set(stacked.stacks.values()) == {(CHANNELS, INT4)} and stacked.bytes < plain.bytes
    assert "blocks.2.conv1" in plain.following and plain.following["blocks.2.conv1"] == pytest.approx(0.75, abs=0.01)
    recipe = Recipe().with_actions(list(RESIDUAL), (CHANNELS,))
    result = workspace.compiled(recipe, Job())
    assert plain.bytes == sum(change.bytes_after for change in result.changes()[0])
    run = runner(runtime.session(effective(result.model, result.edits)))
    assert (plain.value, plain.drop) == workspace.evaluator.measure(run, Job())
    row = next(
        row
        for layer in structural.to_json()["layers"]
        if layer["path"] == RESIDUAL[0]
        for row in layer["candidates"]
        if any("prune.channels" in step for step in row["action"])
    )
    assert set(row["layers"]) == {*RESIDUAL, *plain.following} and row["bytes"] == plain.bytes


@pytest.mark.slow
def test_compare(workspace, found, tmp_path):
    recipe = Recipe().with_actions(["*"], (INT4,))
    report = export(workspace, recipe, str(tmp_path), Job(), timing=False)
    other = Workspace.open(report.files["model"], Job())
    result = compare(workspace, other, Job())
    assert result.second.value == pytest.approx(report.verified.value)
    assert result.ratio == pytest.approx(report.ratio)
    assert result.difference == pytest.approx(result.second.value - result.first.value)
    same = compare(workspace, workspace, Job())
    assert same.agreement == 1.0 and same.max_abs_diff == 0.0
