"""Actions: values that can be compared, changed and put in order."""

from workbench.core.recipe.action import Action, in_order


def test_family_and_words():
    action = Action("prune.magnitude", {"sparsity": 0.5, "kind": "x"})
    assert action.family == "prune"
    assert str(action) == "prune.magnitude(sparsity 0.5, kind x)"
    assert str(Action("quantize.bias_correction")) == "quantize.bias_correction"


def test_equal_actions_are_one_key_whatever_the_order_of_their_parameters():
    a, b = Action("m.x", {"p": 1, "q": 2}), Action("m.x", {"q": 2, "p": 1})
    assert a == b and len({a, b}) == 1
    assert Action("m.x", {"p": 1}) != Action("m.x", {"p": 2}) and Action("m.x") != Action("m.y")


def test_changing_a_parameter_makes_another_action_and_drops_what_it_excludes():
    before = Action("prune.magnitude", {"sparsity": 0.5, "seed": 1})
    after = before.with_param("threshold", 0.1, excludes=("sparsity",))
    assert after.params == {"threshold": 0.1, "seed": 1}
    assert before.params == {"sparsity": 0.5, "seed": 1}


def order(*names):
    return [action.method for action in in_order(tuple(map(Action, names)))]


def test_prune_factor_distil_quantise_in_that_order():
    ordered = ["prune.nm", "prune.magnitude", "lowrank.svd", "distill.layer", "quantize.affine", "other.thing"]
    assert (
        order("quantize.affine", "other.thing", "prune.nm", "prune.magnitude", "distill.layer", "lowrank.svd")
        == ordered
        == order(*ordered)
    )


def test_a_pruning_behind_a_factoring_prunes_the_factors():
    ordered = ["lowrank.svd", "prune.nm", "distill.refine", "quantize.affine"]
    assert order("quantize.affine", "lowrank.svd", "prune.nm", "distill.refine") == ordered == order(*ordered)
    assert order("distill.refine", "lowrank.svd", "prune.nm") == ["lowrank.svd", "distill.refine", "prune.nm"]
