"""A time limit holds in every step of a search, and in scans and sweeps: what was found until then is reported, and
what was left is said. The clock is the test's: each look of a job at it is one second.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest

from workbench.core.analysis.plan import Front, Goal
from workbench.core.analysis.sensitivity import Wanted
from workbench.core.analysis.sweep import Sweep
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.engine.analysis.sensitivity import scan
from workbench.engine.analysis.sweep import sweep
from workbench.engine.base.evaluate import Evaluator
from workbench.engine.search.plan import plan
from workbench.engine.search.tasks import Computer

GOAL = Goal(max_bytes=1900)
LATE = 40  # looks at the clock while the last trial ends and what was chosen is verified
REACHED = "The time limit was reached."
AGAIN = "The same again goes on from here: measurements are kept."


@pytest.fixture
def looks(monkeypatch) -> Callable[[], int]:
    """How often a job looked at the clock."""
    count = [0]

    def look() -> float:
        count[0] += 1
        return float(count[0])

    monkeypatch.setattr("workbench.core.base.job.time", SimpleNamespace(monotonic=look))
    return lambda: count[0]


@pytest.fixture
def anew(opened, monkeypatch, tmp_path):
    """Searches with nothing known, on the disk or in memory."""
    number = [0]

    def search(goal: Goal, job: Job) -> Front:
        number[0] += 1
        monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / str(number[0])))
        return plan(opened(), goal, job)

    return search


def spent(front_of: Callable[[], Front], looks: Callable[[], int]) -> tuple[Front, int]:
    before = looks()
    return front_of(), looks() - before


@pytest.mark.slow
def test_the_limit_holds_in_every_step_and_what_was_left_is_reported(anew, looks):
    whole, most = spent(lambda: anew(replace(GOAL, seconds=1e9), Job()), looks)
    assert REACHED not in whole.notes
    steps, trials = set[str](), list[int]()
    for share in (0.02, 0.1, 0.6):
        limit = share * most
        front, took = spent(partial(anew, replace(GOAL, seconds=limit), Job()), looks)
        assert took <= limit + LATE
        steps |= left_of(front)
        trials.append(front.trials)
        if front.trials:
            assert front.chosen.bytes <= GOAL.max_bytes and front.chosen.held_out is not None
            rivals = [each for each in front.points if each.kind == "uniform" and each.bytes <= GOAL.max_bytes]
            moved = [each.measured.divergence for each in rivals if each.measured.samples == front.selection]
            assert front.chosen.measured.divergence <= min(moved, default=float("inf")), "the best so far"
        else:
            assert front.chosen is None and "No recipe within the limits was found." in front.notes
    assert {"Not predicted", "Not measured"} <= steps
    assert trials == sorted(trials) and 0 == trials[0] < trials[1] and trials[-1] < whole.trials


@pytest.mark.slow
def test_races_and_whole_recipes_end_in_time_where_all_is_predicted(opened, looks, monkeypatch, tmp_path):
    def search(name: str, seconds: float) -> tuple[Front, int]:
        monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / name))
        plan(opened(), replace(GOAL, samples=30), Job())  # other samples: what is kept of it are the predictions
        return spent(lambda: plan(opened(), replace(GOAL, seconds=seconds), Job()), looks)

    _, most = search("whole", 1e9)
    steps = set[str]()
    for share in (0.1, 0.3, 0.6):
        front, took = search(str(share), share * most)
        assert took <= share * most + LATE and front.chosen.held_out is not None
        steps |= left_of(front)
    assert {"Not tried", "Not finished"} <= steps


@pytest.mark.slow
def test_a_search_that_ran_out_of_time_goes_on_where_it_was(opened, looks, monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    first = plan(opened(), replace(GOAL, seconds=400.0), Job())
    assert REACHED in first.notes and first.trials > 0
    second = plan(opened(), GOAL, Job())
    assert second.known > first.trials / 2 and REACHED not in second.notes and second.chosen.held_out is not None


@pytest.mark.slow
def test_training_ends_in_time(opened, looks, monkeypatch, tmp_path):
    """All but the training is known, so that the time is spent on that."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    plan(opened(), GOAL, Job())
    front, took = spent(lambda: plan(opened(), replace(GOAL, retrain=True, seconds=1000.0), Job()), looks)
    assert took <= 1000 + LATE and left_of(front) == {"Not retrained"}
    assert front.chosen is not None and front.chosen.held_out is not None


BITS = tuple((Action("quantize.affine", {"bits": bits}),) for bits in (8, 4, 2))
SPARSE = Sweep(values=(0.2, 0.5, 0.9))


@pytest.mark.slow
@pytest.mark.parametrize("race", [False, True])
def test_a_scan_ends_in_time_and_goes_on_where_it_was(opened, looks, monkeypatch, tmp_path, race):
    whole, most = spent(lambda: scan(opened(), Job(), Wanted(BITS, race=race, seconds=1e9)), looks)
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    trials: list[object] = []
    compute = Computer.compute

    def computed(self, task, job):
        result = compute(self, task, job)
        trials.append(task)
        return result

    monkeypatch.setattr(Computer, "compute", computed)
    none = scan(opened(), Job(), Wanted(BITS, seconds=1.0))
    assert not none.trials and none.notes == (REACHED, "Not predicted: 6 of 6 candidates.", AGAIN) and not trials
    first = scan(opened(), Job(), Wanted(BITS, race=race, seconds=0.75 * most))
    left = 6 - len(first.measured)
    step = "measured" if len(first.trials) == 6 else "predicted"  # which half of the time is for
    assert 0 < left < 6 and first.notes == (REACHED, f"Not {step}: {left} of 6 candidates.", AGAIN)
    assert all(each in whole.measured for each in first.measured), "what was measured is measured to the end"
    assert scan(opened(), Job(), Wanted(BITS, race=race)) == whole and len(trials) == len(set(trials))


@pytest.mark.slow
def test_a_sweep_ends_in_time_and_goes_on_where_it_was(opened, looks, monkeypatch, tmp_path):
    whole, most = spent(lambda: sweep(opened(), replace(SPARSE, seconds=1e9), Job()), looks)
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    first = sweep(opened(), replace(SPARSE, seconds=0.6 * most), Job())
    left = 3 - len(first.points)
    assert 0 < left < 3 and first.notes == (REACHED, f"Not measured: {left} of 3 values.", AGAIN)
    assert not first.complete and set(first.points) < set(whole.points)
    measured: list[object] = []
    stream = Evaluator.stream
    monkeypatch.setattr(Evaluator, "stream", lambda *args: measured.append(1) or stream(*args))
    assert sweep(opened(), SPARSE, Job()).points == whole.points and len(measured) == left


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_a_limit_that_is_no_time_is_refused(shared, seconds):
    for run in (
        partial(scan, shared, Job(), Wanted(BITS, seconds=seconds)),
        partial(sweep, shared, replace(SPARSE, seconds=seconds), Job()),
    ):
        with pytest.raises(UserError, match="The time limit is"):
            run()


def left_of(front: Front) -> set[str]:
    """What a search that ran out of time says to have left."""
    assert front.complete and REACHED in front.notes and AGAIN in front.notes
    left = front.notes[front.notes.index(REACHED) + 1 : front.notes.index(AGAIN)]
    return {note.split(":")[0] for note in left}
