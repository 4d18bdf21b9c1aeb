"""Several processes find what one finds, and a process that dies is made up for."""

import os
import signal

import pytest

from workbench.core.analysis.plan import Goal
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.engine.search.options import Option
from workbench.engine.search.plan import plan
from workbench.engine.search.racing import race
from workbench.engine.search.trials import Trials, split
from workbench.engine.search.workers import Workers


@pytest.fixture
def trials(opened):
    workspace = opened()
    return Trials(workspace, split(workspace.measurable(), 0, 0)[0], 0)


def places() -> list[list[Option]]:
    steps = [Action("quantize.affine", {"bits": bits}) for bits in (8, 4, 2)]
    return [[Option({path: (step,)}, 100.0 * step.params["bits"]) for step in steps] for path in ("first", "second")]


@pytest.mark.slow
def test_two_processes_find_the_same_recipe_byte_for_byte(opened, tmp_path, monkeypatch):
    alone = plan(opened(), Goal(max_bytes=1900), Job())
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "another cache"))
    together = plan(opened(), Goal(max_bytes=1900), Job(), workers=2)
    assert together.chosen.recipe.to_yaml() == alone.chosen.recipe.to_yaml()
    assert together.chosen.measured == alone.chosen.measured and together.chosen.held_out == alone.chosen.held_out
    assert together.trials == alone.trials > 0


@pytest.mark.slow
def test_a_process_that_is_killed_costs_its_trials_a_second_try(opened, trials, tmp_path, monkeypatch):
    workers = Workers(trials, 2)
    try:
        for _ in workers.race(places() * 20, Job()):
            for pid in list(workers._pool._processes or ()):
                os.kill(pid, signal.SIGKILL)
    finally:
        workers.close()
    killed = [race(options, trials, Job()) for options in places()]
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "another cache"))
    other = Trials(opened(), trials.order, 0)
    fresh = [race(options, other, Job()) for options in places()]
    assert workers.lost and other.run > 0
    assert [[each.cost for each in place] for place in killed] == [[each.cost for each in place] for place in fresh]


@pytest.mark.slow
def test_a_process_that_finds_another_model_computes_nothing(trials, monkeypatch):
    monkeypatch.setattr(trials, "about", ("another model", *trials.about[1:]))
    workers = Workers(trials, 2)
    try:
        for _ in workers.race(places(), Job()):
            assert trials.run == 0
    finally:
        workers.close()
    assert workers.lost and trials.run == 0
