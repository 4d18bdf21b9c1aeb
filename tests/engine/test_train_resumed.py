"""Trainings that are ended, stopped or resumed: the same files, and nothing lost."""

from dataclasses import replace

import pytest

from tests.engine.test_train import PRUNE, TUNE, recipe
from workbench.core.base.errors import Cancelled
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import TrainingPoint
from workbench.engine.api.export import export
from workbench.engine.supervision.samples import Samples
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace

# -- repeating, cancelling, going on -------------------------------------------------------------------------------


def exported(place, cache, monkeypatch, tmp_path, name, job=None):
    monkeypatch.setenv("WORKBENCH_CACHE", str(cache))
    opened = Workspace.open(str(place / "small.onnx"), Job())
    opened = opened.attach(str(place / "test.npz"), Job(), calibration=str(place / "train.npz"))
    export(
        opened,
        recipe(PRUNE, Action("quantize.affine", {"bits": 4}), seed=3),
        str(tmp_path),
        job or Job(),
        name,
        timing=False,
    )
    return (tmp_path / f"{name}.onnx").read_bytes()


@pytest.mark.slow
def test_the_same_recipe_and_seed_give_the_same_file(place, tmp_path, monkeypatch):
    first = exported(place, tmp_path / "a", monkeypatch, tmp_path, "first")
    assert first == exported(place, tmp_path / "b", monkeypatch, tmp_path, "second")


@pytest.mark.slow
def test_a_run_that_was_ended_goes_on_where_it_was_and_ends_the_same(place, tmp_path, monkeypatch):
    whole = exported(place, tmp_path / "a", monkeypatch, tmp_path, "whole")
    seen = []
    job = Job(updates=lambda point: (seen.append(point), job.cancel() if point.step > 60 else None))
    with pytest.raises(Cancelled):
        exported(place, tmp_path / "b", monkeypatch, tmp_path, "part", job)
    assert not (tmp_path / "part.onnx").exists() and 60 < seen[-1].step < 120
    later = []
    assert exported(place, tmp_path / "b", monkeypatch, tmp_path, "part", Job(updates=later.append)) == whole
    assert later[: len(seen)] == seen and [point.step for point in later] == sorted(point.step for point in later)
    assert all(isinstance(point, TrainingPoint) for point in later)


@pytest.mark.slow
@pytest.mark.parametrize("measured", [1, 3, 7])
def test_a_run_that_was_ended_while_it_was_measured_misses_no_state(place, tmp_path, monkeypatch, measured):
    """At the start, between two epochs, and at the end of the last."""
    whole = []
    first = exported(place, tmp_path / "a", monkeypatch, tmp_path, "whole", Job(updates=whole.append))
    job, calls, held_out = Job(), [], Samples.held_out

    def cancelling(samples, batch):
        calls.append(batch)
        if len(calls) == measured:
            job.cancel()
        yield from held_out(samples, batch)

    with monkeypatch.context() as patch, pytest.raises(Cancelled):
        patch.setattr(Samples, "held_out", cancelling)
        exported(place, tmp_path / "b", monkeypatch, tmp_path, "part", job)
    later = []
    assert exported(place, tmp_path / "b", monkeypatch, tmp_path, "part", Job(updates=later.append)) == first
    assert len(calls) == measured and later == whole


@pytest.mark.slow
def test_a_checkpoint_that_is_broken_counts_as_none(place, tmp_path, monkeypatch):
    whole = exported(place, tmp_path / "a", monkeypatch, tmp_path, "whole")
    for file in (tmp_path / "a" / "recovery").glob("*.pt"):
        file.write_bytes(file.read_bytes()[:100])
    assert exported(place, tmp_path / "a", monkeypatch, tmp_path, "again") == whole


@pytest.mark.slow
def test_stopping_keeps_the_best_state_so_far_and_an_export_uses_it(workspace, tmp_path):
    job = Job(updates=lambda point: job.cancel() if point.step > 60 else None)
    result = recovered(workspace, recipe(PRUNE), job, keep=lambda: True)
    (stage,) = result.recovery.stages
    assert stage.stopped == "stopped by the user" and 1 < stage.epochs < 6 and stage.after > stage.before
    report = export(workspace, recipe(PRUNE), str(tmp_path), Job(), timing=False)
    assert report.recovery is result.recovery and any("stopped by the user" in note for note in report.notes)
    finished = recovered(workspace, recipe(PRUNE), Job(), keep=lambda: True)
    assert finished.recovery.stages[0].epochs == 6 and finished.recovery.stages[0].stopped == ""


@pytest.mark.slow
@pytest.mark.parametrize("before", ["quantize", "export"])
def test_stopping_keeps_what_was_trained_while_it_is_measured_or_quantised_too(workspace, before):
    stage = replace(TUNE, params={**TUNE.params, "before": before})
    actions = (PRUNE, Action("quantize.affine", {"bits": 4}))
    points = []
    job = Job(updates=points.append)
    job.listener = lambda progress: job.cancel() if points and points[-1].epoch == 6 else None
    job.interval = 0.0
    result = recovered(workspace, recipe(*actions, stages=(stage,)), job, keep=lambda: True)
    (trained,) = result.recovery.stages
    assert job.cancelled and trained.stopped == "" and trained.epochs == 6
    assert result.recovery.recovered > result.recovery.unrecovered
