"""Figures change only when what they are of changes."""

import pytest

from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.engine.analysis import prediction_diff
from workbench.engine.analysis.prediction_diff import changes, original_answers
from workbench.engine.preview import previewer as module
from workbench.engine.preview.previewer import Previewer
from workbench.engine.workspace import Workspace

BY_WEIGHTS = {
    "energy": Action("lowrank.svd", {"energy": 0.5}),
    "threshold": Action("prune.magnitude", {"sparsity": None, "threshold": 1.2}),
    "common threshold": Action("prune.magnitude", {"sparsity": 0.6, "scope": "global"}),
    "codebook": Action("quantize.codebook", {"bits": 3}),
}


def by_path(preview):
    return {change.path: change for change in preview.changes}


@pytest.mark.parametrize("name", [name for name in BY_WEIGHTS if name != "common threshold"])
def test_a_step_elsewhere_does_not_touch_what_is_known_of_a_layer(workspace, name):
    previewer = Previewer(workspace)
    alone = Recipe().with_actions(["first"], (BY_WEIGHTS[name],))
    *_, known = previewer.measure(alone, (), Job())
    both = alone.with_actions(["second"], (Action("lowrank.svd", {"energy": 0.9}),))
    first, *_, last = previewer.measure(both, (), Job())
    assert by_path(first)["first"] == by_path(known)["first"] == by_path(last)["first"]
    assert by_path(first)["first"].exact and not by_path(first)["second"].exact
    again = next(iter(previewer.measure(both, (), Job())))
    assert (by_path(again), again.size) == (by_path(last), last.size)


@pytest.mark.parametrize("name", BY_WEIGHTS)
def test_estimates_come_from_the_weights_that_were_looked_at(workspace, name):
    for path in ("first", "second"):
        workspace.view(path)
    recipe = Recipe().with_actions(["first", "second"], (BY_WEIGHTS[name],))
    forecast, *_, last = Previewer(workspace).measure(recipe, (), Job())
    for path, change in by_path(last).items():
        assert by_path(forecast)[path].bytes_after == pytest.approx(change.bytes_after, rel=0.03)


def test_the_original_is_one_number_and_the_differences_add_up(workspace):
    recipe = Recipe().with_actions(["first"], (Action("quantize.affine", {"bits": 3}),))
    measured = [each for each in Previewer(workspace).measure(recipe, (), Job()) if each.value is not None]
    assert len(measured) > 2 and measured[0].value.how == "estimated"
    for each in measured:
        assert each.baseline == workspace.evaluator.baseline()
        assert each.value.value - each.baseline.value == pytest.approx(each.change.value)
        assert each.value.low <= each.value.value <= each.value.high


def test_a_stage_that_was_not_trained_changes_no_figure_and_runs_nothing(place, monkeypatch):
    """Where there is one data set, a part of it is set aside for training: by the training, not before it."""
    workspace = Workspace.open(str(place / "small.onnx"), Job()).attach(str(place / "test.npz"), Job())
    recipe = Recipe().with_actions(["first"], (Action("quantize.affine", {"bits": 3}),))
    previewer = Previewer(workspace)
    *_, before = previewer.measure(recipe, (), Job())

    def run(*_):
        raise AssertionError("it was measured again")

    monkeypatch.setattr(module.Previewer, "run", run)
    *_, after = previewer.measure(Recipe(recipe.rows, recover=(Stage("finetune"),)), (), Job())
    assert after.trained is False
    assert (after.value, after.baseline, after.change) == (before.value, before.baseline, before.change)


def test_comparing_runs_nothing_that_was_just_measured(workspace, monkeypatch):
    recipe = Recipe().with_actions(["first"], (Action("quantize.affine", {"bits": 3}),))
    again = changes(workspace, recipe, Job())
    list(Previewer(workspace).measure(recipe, (), Job()))
    original_answers(workspace, Job())
    monkeypatch.setattr(prediction_diff, "answers", None)
    found = changes(workspace, recipe, Job())
    assert (found.lost, found.won, found.moved) == (again.lost, again.won, again.moved) and found.lost > 0
    assert [(flip.sample, flip.after, flip.sure_after) for flip in found.flips] == [
        (flip.sample, flip.after, pytest.approx(flip.sure_after, abs=1e-4)) for flip in again.flips
    ]
