"""What a search found, in the session file: it comes back, and nothing in it is believed."""

import json
import math
from dataclasses import replace

import pytest

from tests.core.test_session_file import saved
from tests.figures import TOP1
from workbench.core.analysis.plan import Front, Goal, Measured, Point
from workbench.core.base.errors import UserError
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.session.session_file import load_session
from workbench.core.session.session_plan import POINTS, Found

INT4 = Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 4}),))
MEASURED = Measured(0.91, 0.01, 0.002, 0.018, 0.03, 300)
POINT = Point("search 1", "search", INT4, 1000, 5, 7, 1.5, 0.25, 0.012, MEASURED, replace(MEASURED, samples=1700))
GOAL = Goal(max_drop=0.01, families=("quantize",), layers=("a", "b*"), samples=500, seconds=60.0, target="ethos-u")
FRONT = Front(
    GOAL,
    TOP1,
    True,
    Point("original", "original", Recipe(), 4000, 20),
    (POINT, Point("4 bit", "uniform", INT4, 1200)),
    ((900, 0.02), (1000, 0.012)),
    POINT,
    "done",
    selection=300,
    held_out=1700,
    trials=40,
    known=2,
    energy="by rule",
    notes=("The time limit was reached.",),
)


def again(folder, found: Found | None) -> Found | None:
    saved(folder, found=found).save(folder / "work.mcw")
    return load_session(folder / "work.mcw").found


def test_what_was_found_comes_back(tmp_path):
    assert again(tmp_path, Found(FRONT, "f00d")) == Found(FRONT, "f00d")
    assert again(tmp_path, None) is None


def test_figures_that_are_no_numbers_are_left_out(tmp_path):
    odd = replace(POINT, measured=replace(MEASURED, divergence=math.nan))
    found = again(tmp_path, Found(replace(FRONT, points=(odd, POINT), chosen=odd), "f00d"))
    assert found.front.points == (POINT,) and found.front.chosen is None


def test_of_many_recipes_the_newest_are_kept(tmp_path):
    many = tuple(replace(POINT, name=str(number)) for number in range(POINTS + 5))
    found = again(tmp_path, Found(replace(FRONT, points=many), "f00d"))
    assert [point.name for point in found.front.points] == [str(number) for number in range(5, POINTS + 5)]


@pytest.mark.parametrize(
    "change",
    [
        {"points": [{"name": 1}]},
        {"points": [None]},
        {"points": 3},
        {"samples": [1]},
        {"trials": [1, "x"]},
        {"predicted": [[1]]},
        {"metric": []},
        {"goal": {"max_bytes": -1}},
        {"goal": {"max_drop": "x"}},
        {"chosen": {"kind": "odd", "recipe": {"version": 1}, "bytes": 1}},
        {"notes": [3]},
    ],
)
def test_what_is_damaged_is_refused_in_one_sentence(tmp_path, change):
    path = tmp_path / "work.mcw"
    saved(tmp_path, found=Found(FRONT, "f00d")).save(path)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["plan"].update(change)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_session(path)
    assert str(path) in caught.value.what and caught.value.hint
