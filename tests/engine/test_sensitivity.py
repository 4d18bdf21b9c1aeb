"""A sensitivity scan tells its cells as they come, can be stopped and goes on, and says why a cell stays empty."""

from dataclasses import replace

import numpy as np
import pytest
from onnx import TensorProto

from tests.engine.conftest import opened
from tests.graph.graphs import Build
from workbench.core.analysis.sensitivity import CANDIDATES, Scan, Trial, Wanted, cheapest
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.engine.analysis.sensitivity import scan
from workbench.engine.search.tasks import Computer
from workbench.engine.workspace import Workspace

BITS = tuple((Action("quantize.affine", {"bits": bits}),) for bits in (8, 4, 2))
CHANNELS = (Action("prune.channels", {"ratio": 0.25}),)
SPATIAL = (Action("lowrank.spatial", {"energy": 0.9}),)


def test_first_the_plan_then_what_is_predicted_then_what_is_measured(workspace):
    told = []
    found = scan(workspace, Job(updates=told.append), Wanted((*BITS, CHANNELS, SPATIAL)))
    plan, trials = told[0], told[1:]
    assert isinstance(plan, Scan) and not plan.trials and not plan.complete
    assert plan.layers == ("first", "second") and plan.candidates == (*BITS, CHANNELS, SPATIAL)
    assert plan.kind == "loss" and plan.baseline == 1.0 and plan.samples == 400
    assert all(isinstance(trial, Trial) for trial in trials)
    assert [trial.drop is None for trial in trials] == [True] * 7 + [False] * 7
    last = {(trial.path, trial.candidate): trial for trial in trials}
    assert found.complete and found.cells() == last and len(last) == 7
    assert [(t.path, t.candidate) for t in found.of("first")] == [("first", stack) for stack in (*BITS, CHANNELS)]
    assert found.evaluations == 8


def test_an_empty_cell_says_why(workspace):
    found = scan(workspace, Job(), Wanted((CHANNELS, SPATIAL)))
    assert set(found.refused) == {("second", CHANNELS), ("first", SPATIAL), ("second", SPATIAL)}
    assert all(reason.endswith(".") for reason in found.refused.values())


def test_only_the_layers_asked_for(workspace):
    found = scan(workspace, Job(), Wanted(BITS, ("second",)))
    assert found.layers == found.paths == ("second",) and len(found.trials) == 3
    with pytest.raises(UserError, match=r"[Nn]o editable layer"):
        scan(workspace, Job(), Wanted(BITS, ("nowhere",)))


def test_a_share_leaves_out_what_is_predicted_to_cost_most(workspace):
    found = scan(workspace, Job(), Wanted(BITS, share=0.5))
    assert len(found.measured) == 3 and len(found.trials) == 6
    left = [trial.predicted for trial in found.trials if trial.drop is None]
    assert max(trial.predicted for trial in found.measured) <= min(left)
    assert len(cheapest(found.trials, 0.0)) == 0


def test_layers_that_lose_channels_together_are_predicted_too(workspace):
    ratios = tuple((Action("prune.channels", {"ratio": ratio}),) for ratio in (0.1, 0.3, 0.6, 0.9))
    found = scan(workspace, Job(), Wanted(ratios, share=0.5))
    first = [trial.predicted for trial in found.of("first")]
    assert first == sorted(first) and 0 < first[0] < first[-1]
    assert [trial.drop is None for trial in found.trials] == [False, False, True, True]
    also = (*ratios[0], BITS[0][0])
    assert scan(workspace, Job(), Wanted((also,), share=0.0)).measured  # what is more than that is measured


def test_cancelling_stops_between_cells_and_the_next_scan_goes_on(workspace, place, monkeypatch):
    job = Job()
    told = []

    def hear(result):
        told.append(result)
        if isinstance(result, Trial) and result.drop is not None:
            job.cancel()

    job.updates = hear
    with pytest.raises(Cancelled):
        scan(workspace, job, Wanted(BITS))
    assert sum(isinstance(each, Trial) and each.drop is not None for each in told) == 1
    runs: list[int] = []
    compute = Computer.compute
    monkeypatch.setattr(Computer, "compute", lambda *args: runs.append(1) or compute(*args))
    again = opened(place)  # as in another run of the program
    found = scan(again, Job(), Wanted(BITS))
    assert len(found.measured) == 6 and len(runs) == 5, "the cell that was measured is not measured again"


def test_others_go_first_between_cells(workspace):
    turns = []
    scan(workspace, Job(turn=lambda: turns.append(1)), Wanted(BITS))
    assert len(turns) > 12


def test_a_trial_is_of_the_calibration_data_too(workspace):
    first = scan(workspace, Job(), Wanted((BITS[0],)))
    again = scan(replace(workspace, calibration=None), Job(), Wanted((BITS[0],)))
    assert first.kind == "loss" and again.kind == "" and again.trials[0].predicted is None
    assert CANDIDATES[0] == BITS[0]


@pytest.mark.slow
def test_a_race_runs_few_samples_and_ranks_as_all_samples_do(workspace):
    stacks = (
        *BITS,
        (Action("prune.magnitude", {"sparsity": 0.8}),),
        (Action("quantize.affine", {"bits": 3}),),
        CHANNELS,
    )
    full, told = scan(workspace, Job(), Wanted(stacks, race=False)), []
    found = scan(workspace, Job(updates=told.append), Wanted(stacks, race=True))
    assert found.raced and not full.raced and found.cells().keys() == full.cells().keys()
    assert told[0].raced and len(found.measured) == len(found.trials)
    counts = [trial.samples for trial in found.trials]
    assert min(counts) == 16 and sum(counts) < 0.7 * full.samples * len(counts)
    for cell, trial in found.cells().items():
        assert trial.low <= trial.drop <= trial.high and trial.low <= full.cells()[cell].drop <= trial.high
    moved = sorted(found.of("first"), key=lambda trial: trial.divergence)
    assert moved[0].candidate == BITS[0], "8 bits move the outputs least"
    assert found.evaluations < full.evaluations
    row = found.to_json()["layers"][0]["candidates"][0]
    assert row["samples"] == found.trials[0].samples and found.to_json()["raced"]


def test_what_takes_long_is_raced_unless_all_samples_are_asked_for(workspace, monkeypatch):
    assert not scan(workspace, Job(), Wanted(BITS)).raced
    monkeypatch.setattr("workbench.engine.analysis.sensitivity.LONG", 1e3)
    assert scan(workspace, Job(), Wanted(BITS)).raced and not scan(workspace, Job(), Wanted(BITS, race=False)).raced


@pytest.mark.slow
def test_a_candidate_that_a_method_cannot_make_says_why(tmp_path):
    """A second layer receives infinities, which calibration refuses; the output does not depend on how many."""
    b = Build()
    y = b.node("MatMul", ["x", b.weight("first.weight", 4, 3)], "y0")
    big = b.constant("big", 3e38)
    x = b.node("Mul", [b.node("Mul", ["x", big], "larger"), big], "infinite")
    x = b.node("IsNaN", [b.node("MatMul", [x, b.weight("second.weight", 4, 3)], "s")], "nan")
    b.node("Add", [y, b.node("Cast", [x], "c", to=TensorProto.FLOAT)], "y")
    b.model({"x": ["N", 4]}, {"y": ["N", 3]}).save(tmp_path / "model.onnx")
    np.savez(tmp_path / "data.npz", x=np.random.default_rng(0).standard_normal((32, 4)).astype(np.float32))
    workspace = Workspace.open(str(tmp_path / "model.onnx"), Job()).attach(str(tmp_path / "data.npz"), Job())
    stack = (Action("quantize.gptq", {"bits": 4}),)
    found = scan(workspace, Job(), Wanted((stack,)))
    assert [trial.path for trial in found.trials] == ["first"] and "second" in found.refused["second", stack]
