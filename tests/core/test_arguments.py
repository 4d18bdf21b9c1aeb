"""One path where several are wanted is refused: Python would take it for its letters. Results are remembered by
arguments, for as long as the value lives that they are of."""

import gc
import weakref

import pytest

from workbench.core.analysis.sensitivity import Trial
from workbench.core.analysis.sweep import with_step
from workbench.core.base.arguments import as_names, weak_cache
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe

STEP = Action("quantize.affine", {"bits": 4})


def test_several_are_a_tuple_and_one_text_is_refused():
    assert as_names(["a", "bc"]) == ("a", "bc") and as_names(()) == ()
    with pytest.raises(TypeError, match=r"give \('bc',\)"):
        as_names("bc")


@pytest.mark.parametrize(
    "call", [lambda: Recipe().with_actions("fc", (STEP,)), lambda: with_step(Recipe(), "fc", STEP)]
)
def test_a_recipe_takes_no_path_alone(call):
    with pytest.raises(TypeError, match="not one text"):
        call()


def test_a_trial_with_two_steps_of_one_method_shows_both():
    stack = (
        Action("prune.magnitude", {"sparsity": 0.5}),
        Action("lowrank.svd", {"rank": 4}),
        Action("prune.magnitude", {"sparsity": 0.2}),
    )
    row = Trial("fc", stack, {"fc": stack}, 100, None).to_json()
    assert row["action"] == [
        {"prune.magnitude": {"sparsity": 0.5}},
        {"lowrank.svd": {"rank": 4}},
        {"prune.magnitude": {"sparsity": 0.2}},
    ]


class Value:
    pass


def test_a_result_is_made_once_for_each_value_and_argument_and_goes_with_the_value():
    asked = []

    @weak_cache
    def made(value: Value, size: int) -> list[int]:
        asked.append(size)
        return [size]

    first, second = Value(), Value()
    assert made(first, 1) is made(first, 1) and made(first, 2) == [2] and made(second, 1) is not made(first, 1)
    assert asked == [1, 2, 1]
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None
