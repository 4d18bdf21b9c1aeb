"""A sweep raises one parameter beside the recipe, tells its curve as it comes, and stops between values."""

from dataclasses import replace

import pytest

from tests.figures import TOP1
from workbench.core.analysis.sweep import Curve, Sweep, SweepPoint, with_step
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.analysis.sweep import sweep

PRUNE = Sweep("prune.magnitude", ("*",), "sparsity", (0.2, 0.5, 0.9), 0.05)


def test_the_curve_comes_value_by_value_and_proposes_the_last_within_the_tolerance(shared):
    told = []
    curve = sweep(shared, PRUNE, Job(updates=told.append))
    assert [len(each.points) for each in told] == [1, 2, 3] and told[-1] == curve and curve.complete
    assert [each.complete for each in told] == [False, False, True]
    assert curve.chosen == ("first", "second") and curve.baseline == 1.0 and curve.samples == 400
    assert [point.zeros for point in curve.points] == pytest.approx([0.2, 0.5, 0.9], abs=0.01)
    bytes_, drops = ([getattr(point, name) for point in curve.points] for name in ("bytes", "drop"))
    assert bytes_ == sorted(bytes_, reverse=True) and drops[0] < drops[2]
    for point in curve.points:
        assert point.drop == pytest.approx(curve.baseline - point.value, abs=1e-9)
        assert point.low < point.drop < point.high
    within = [point for point in curve.points if point.drop <= 0.05]
    assert curve.proposed == (within[-1] if within else None)


def test_the_drop_is_the_difference_of_the_figures_where_folds_differ_in_size(shared):
    curve = sweep(shared, replace(PRUNE, values=(0.9, 0.5, 0.9), folds=7), Job())
    assert [point.setting for point in curve.points] == [0.9, 0.5], "a value is measured once"
    for point in curve.points:
        assert point.drop == pytest.approx(curve.baseline - point.value, abs=1e-9)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"method": "quantize.affine", "parameter": "bits", "values": (8.0, 4.5)}, "bits cannot be 4.5"),
        ({"method": "quantize.affine", "parameter": "bits", "values": (float("nan"),)}, "bits cannot be nan"),
        ({"values": (float("nan"),)}, "invalid value"),
        ({"tolerance": float("nan")}, "drop of nan cannot be allowed"),
        ({"tolerance": -0.1}, "drop of -0.1 cannot be allowed"),
    ],
)
def test_values_that_cannot_be_measured_are_refused(shared, wrong, said):
    with pytest.raises(UserError, match=said):
        sweep(shared, replace(PRUNE, **wrong), Job())


def test_it_stops_between_values(shared):
    job = Job()
    told = []
    job.updates = lambda curve: (told.append(curve), job.cancel())
    with pytest.raises(Cancelled):
        sweep(shared, PRUNE, job)
    assert len(told) == 1


def test_what_the_recipe_has_stays_beside_it(shared):
    eight = (Action("quantize.affine", {"bits": 8}),)
    beside = sweep(shared, replace(PRUNE, values=(0.5,)), Job(), Recipe().with_actions(["first"], eight))
    alone = sweep(shared, replace(PRUNE, values=(0.5,)), Job())
    assert beside.points[0].bytes < alone.points[0].bytes


def test_several_layers_by_path_and_a_whole_number(shared):
    curve = sweep(shared, Sweep("quantize.affine", ("first", "second"), "bits", (2, 8), 0.05), Job())
    assert curve.chosen == ("first", "second") and curve.whole
    assert repr(curve.action(8.0).params) == "{'bits': 8}"
    with pytest.raises(UserError, match="matches no layer"):
        sweep(shared, replace(PRUNE, layers=("nowhere",)), Job())


def test_a_step_of_the_same_method_gives_way():
    recipe = Recipe().with_actions(
        ["a"], (Action("prune.magnitude", {"sparsity": 0.1}), Action("quantize.affine", {"bits": 8}))
    )
    found = with_step(recipe, ["a", "b"], Action("prune.magnitude", {"sparsity": 0.7}))
    assert [action.method for action in found.actions_for("a")] == ["prune.magnitude", "quantize.affine"]
    assert found.actions_for("a")[0].params == found.actions_for("b")[0].params == {"sparsity": 0.7}


def test_the_proposal_ends_at_the_first_value_that_loses_too_much():
    points = tuple(
        SweepPoint(s, 100 - int(10 * s), 0, 0.9 - d, (d, d), d - 0.01, d + 0.01, d)
        for s, d in ((1, 0.0), (2, 0.02), (3, 0.2), (4, 0.0))
    )
    curve = Curve(Sweep(tolerance=0.025), TOP1, 0.9, 100, ("a",), points)
    assert curve.proposed.setting == 2 and curve.certain.setting == 1 and curve.held_out == pytest.approx(0.02)
