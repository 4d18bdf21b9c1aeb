"""Schedules of a training, its end, and which of its states is kept."""

import math
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.engine.test_train import PRUNE, TUNE, recipe
from tests.graph.graphs import Build, opened
from workbench.core.base.job import Job
from workbench.core.recipe.recovery import Stage
from workbench.core.recipe.stages import Finetune
from workbench.engine.api.export import export
from workbench.engine.base.evaluate import runner
from workbench.engine.students import schedule
from workbench.engine.training import loop, range_test
from workbench.engine.training.forgetting import classes_of, forgotten
from workbench.engine.training.loop import DIVERGED, Loop
from workbench.engine.training.recover import recovered
from workbench.engine.training.selection import Selection
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime


@pytest.mark.parametrize("sparsify", ["one-shot", "cubic"])
@pytest.mark.parametrize("batch", [4, 4096])
def test_a_rate_that_is_too_high_is_reported_and_the_best_state_stays(workspace, sparsify, batch, monkeypatch):
    """Also where it is the last step of an epoch that breaks the weights, and all states count the same."""
    params = {"epochs": 3, "optimiser": "sgd", "batch": batch, "sparsify": sparsify}

    def same(run):
        run.rows = np.full(10, 0.1)
        return 0.1

    monkeypatch.setattr(Loop, "_measure", same)
    monkeypatch.setattr(
        torch.optim.SGD,
        "step",
        lambda optimiser: [
            value.data.fill_(torch.nan) for group in optimiser.param_groups for value in group["params"]
        ],
    )
    result = recovered(workspace, recipe(PRUNE, stages=(Stage("finetune", params),)), Job())
    (stage,) = result.recovery.stages
    assert stage.stopped == DIVERGED and "a lower learning rate" in DIVERGED
    for edit in result.compiled.edits.values():
        assert np.isfinite(edit.weight).all() and (edit.bias is None or np.isfinite(edit.bias).all())
        assert np.mean(edit.weight == 0) == pytest.approx(0.75, abs=0.01)


@pytest.mark.slow
def test_a_file_that_training_made_worse_is_reported(workspace):
    """What is learned here are wrong labels; the held-out ones are as wrong."""
    wrong = replace(workspace.training, labels=(workspace.training.labels + 1) % 4)
    result = recovered(replace(workspace, training=wrong), recipe(PRUNE), Job())
    assert result.recovery.recovered < result.recovery.unrecovered
    assert sum("made the model worse on the measured samples: top-1" in note for note in result.compiled.notes) == 1
    better = recovered(workspace, recipe(PRUNE), Job())
    assert not any("made the model worse" in note for note in better.compiled.notes)


@pytest.mark.slow
@pytest.mark.parametrize("last", ["Sigmoid", "Identity"])
def test_labels_sorted_by_class_are_learned_by_the_metric_of_all_of_them(tmp_path, last):
    """The first samples to train on are of one class alone."""
    build = Build()
    hidden = build.node("Tanh", [build.node("MatMul", ["x", build.weight("w", 8, 16)], "h")], "t")
    build.node(last, [build.node("MatMul", [hidden, build.weight("v", 16, 1)], "s")], "y")
    model = opened(build.proto({"x": ["N", 8]}, {"y": ["N", 1]}))
    x = np.random.default_rng(0).standard_normal((400, 8)).astype(np.float32)
    y = runner(runtime.session(model))({"x": x})[0][:, 0] > (0.5 if last == "Sigmoid" else 0)
    order = np.argsort(y, kind="stable")
    np.savez(tmp_path / "data.npz", x=x[order], y=y[order].astype(np.int64)[:, None])
    opened_ = Workspace(model).attach(str(tmp_path / "data.npz"), Job())
    report = export(
        opened_,
        recipe(PRUNE, stages=(replace(TUNE, params={"epochs": 2, "batch": 32}),)),
        str(tmp_path),
        Job(),
        timing=False,
    )
    assert report.recovery.stages[0].metric == report.metric == opened_.evaluator.metric.info
    assert report.metric.title.startswith("accuracy at")


def test_patience_ends_early(workspace):
    stage = replace(TUNE, params={"epochs": 50, "rate": 1e-6, "optimiser": "sgd", "patience": 2})
    (result,) = recovered(workspace, recipe(PRUNE, stages=(stage,)), Job()).recovery.stages
    assert result.epochs < 50 and result.stopped.startswith("stopped early")
    (again,) = recovered(workspace, recipe(PRUNE, stages=(stage,)), Job()).recovery.stages
    assert again.stopped == result.stopped and again.epochs == result.epochs
    assert again.stopped.template == result.stopped.template, "another language can still say it"


def test_minutes_end_it_too(workspace, monkeypatch):
    """On a clock that goes on by a second with each look."""
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=count(1.0).__next__))
    stage = replace(TUNE, params={"minutes": 0.5})
    (result,) = recovered(workspace, recipe(PRUNE, stages=(stage,)), Job()).recovery.stages
    assert 30 <= result.seconds < 40 and result.epochs > 0 and result.stopped == ""
    assert 0 < result.points[-1].step < 30, "a step takes a second or more"


# -- schedules and forgetting --------------------------------------------------------------------------------------


def test_schedules():
    for kind in ("linear", "cubic", "exponential"):
        path = [schedule.sparsity(kind, 0.9, time) for time in np.linspace(0, 1, 11)]
        assert path[0] == 0 and path[-1] == pytest.approx(0.9) and path == sorted(path)
    assert schedule.sparsity("linear", 0.9, 0.5) == pytest.approx(0.45)
    assert schedule.sparsity("cubic", 0.8, 0.5) == pytest.approx(0.8 * (1 - 0.5**3))  # Zhu and Gupta 2017, eq. 1
    assert schedule.sparsity("exponential", 0.75, 0.5) == pytest.approx(0.5)  # density 0.25 ** 0.5


def test_the_rate_rises_first_and_is_found_by_a_range_test():
    params = Finetune(warmup=0.2)
    rates = [schedule.rate(params, 0.1, time) for time in np.linspace(0, 1, 101)]
    assert 0 < rates[0] < 0.01 and max(rates) == pytest.approx(0.1) and np.argmax(rates) == 20 and rates[-1] < 1e-9
    assert rates[:21] == sorted(rates[:21]) and rates[20:] == sorted(rates[20:], reverse=True)
    asked = []

    def step(number, rate):  # falls until 1e-3, and explodes behind 1e-2
        asked.append(rate)
        return math.inf if rate > 1e-2 else 1 + abs(math.log10(rate / 1e-3))

    assert 1e-4 < range_test.proposed("adam", step) < 1e-3
    assert asked == list(range_test.rates("adam"))[: len(asked)] and asked[-1] > 1e-2 > asked[-2]


def test_a_later_state_is_kept_unless_an_earlier_one_is_better_than_chance(workspace):
    selection = Selection(workspace.evaluator.metric)

    def rows(right):
        return (np.arange(200) < right).astype(float)

    selection.begin(rows(100))
    assert selection.judged(rows(150)) and selection.judged(rows(149))  # one of 200 is chance
    assert not selection.judged(rows(120)) and not selection.judged(rows(99))
    assert selection.rows["kept"].sum() == 149 and selection.rows["peak"].sum() == 150
    assert selection.judged(rows(150)) and not selection.is_higher(rows(150))


def test_a_class_that_falls_is_named(workspace):
    evaluator = workspace.evaluator
    scores = evaluator.scores.copy()
    wrong = np.flatnonzero(evaluator.data.labels == 2)[:10]
    scores[wrong] = 0
    changes = classes_of(evaluator, scores)
    assert [change.name for change in changes] == ["0", "1", "2", "3"] and changes[0].before == changes[0].after == 1
    (sentence,) = forgotten(changes, 1.0)
    assert "The accuracy of class 2 dropped from 100.0 % to" in sentence and forgotten(changes, 100) == []
    assert forgotten(changes, 0) == [], "nobody allowed anything"
    named = replace(evaluator, data=replace(evaluator.data, classes=("shirt", "coat", "bag")))
    assert [change.name for change in classes_of(named, scores)] == ["shirt", "coat", "bag", "3"]
    assert "The accuracy of class bag dropped from" in forgotten(classes_of(named, scores), 1.0)[0]
