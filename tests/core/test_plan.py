"""Goals and trade-offs as values."""

import pickle

import pytest

from workbench.core.analysis.plan import Front, Goal, Measured, Point
from workbench.core.base.errors import UserError
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe


def point(size: int, divergence: float, kind="search", bits=4, **more) -> Point:
    recipe = Recipe().with_actions(["a"], (Action("quantize.affine", {"bits": bits}),))
    measured = Measured(0.9, 0.01, -0.01, 0.03, divergence, 100)
    return Point(f"{kind} {size}", kind, recipe, size, measured=measured, **more)


def front(*points: Point) -> Front:
    original = Point("original", "original", Recipe(), 1000)
    found = Front(Goal(), MetricInfo("top-1", "%"), True, original)
    for each in points:
        found = found.with_point(each)
    return found


def test_the_smallest_of_several_limits_of_the_size_holds():
    assert Goal().bytes_of(1000) is None and Goal().whole
    assert Goal(max_ratio=0.3).bytes_of(1000) == 300
    assert Goal(max_bytes=200, max_ratio=0.3).bytes_of(1000) == 200
    assert not Goal(max_macs=1).whole


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"max_drop": float("nan")}, "max_drop is nan"),
        ({"max_ratio": float("inf")}, "max_ratio is inf"),
        ({"max_bytes": -5}, "max_bytes is -5"),
        ({"seed": -1}, "seed is -1"),
        ({"seconds": -1.0}, "seconds is -1"),
        ({"families": ()}, "families"),
        ({"families": ("prune", "magic")}, "magic"),
    ],
)
def test_a_limit_that_is_no_number_and_an_unknown_family_are_refused(wrong, said):
    with pytest.raises(UserError, match=said):
        Goal(**wrong).checked()
    with pytest.raises(TypeError, match="Several names"):
        Goal(layers="first").checked()
    assert Goal(max_drop=0.0, max_bytes=0).checked()


def test_the_best_points_are_those_that_no_smaller_file_beats():
    found = front(point(300, 0.1, bits=2), point(200, 0.2, bits=3), point(250, 0.3, bits=4), point(200, 0.4, bits=5))
    assert [(each.bytes, each.best.divergence) for each in found.best] == [(200, 0.2), (300, 0.1)]


def test_a_point_measured_again_takes_its_earlier_place():
    first, other = point(300, 0.1), point(200, 0.2, bits=3)
    final = point(300, 0.1, held_out=Measured(0.8, 0.02, 0.0, 0.04, 0.1, 50))
    found = front(first, other, final)
    assert found.points == (final, other) and final.how == "held out" and final.drop == 0.02
    assert len(front(first, point(300, 0.1, "uniform")).points) == 2  # the same recipe of another kind is a point, too


def test_values_cross_the_pipe_and_print():
    found = front(point(300, 0.1), Point("a guess", "search", Recipe(), 10, predicted=0.5, beyond=True))
    assert pickle.loads(pickle.dumps(found)) == found
    rows = found.to_json()["points"]
    assert rows[0]["measured"]["samples"] == 100 and rows[1]["measured"] is None and rows[1]["predicted_drop"] == 0.5
    assert rows[1]["predicted_beyond"] and not rows[0]["predicted_beyond"]
