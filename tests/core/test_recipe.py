"""The recipe: rows and globs, YAML and back, and what is said about files that are not one."""

import pickle
from dataclasses import replace

import pytest

from workbench.core.base.errors import UserError
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row, load_recipe, parse_recipe, recipe_of
from workbench.core.recipe.recovery import Stage
from workbench.core.recipe.storing import Storing

PRUNE = Action("prune.magnitude", {"sparsity": 0.5})
FACTOR = Action("lowrank.svd", {"rank": 6})
INT4 = Action("quantize.affine", {"bits": 4})

TEXT = """
version: 1
seed: 7
layers:
  "*": [{quantize.affine: {bits: 4}}]
  "blocks.2.*": [{quantize.affine: {bits: 4}}, {prune.magnitude: {sparsity: 0.5}}]
  "head": [lowrank.svd]
  "stem": []
recover: [{finetune: {epochs: 10}}, distill]
export: {format: onnx, sparse: off}
data: abc
"""


def test_yaml_becomes_a_recipe():
    recipe = parse_recipe(TEXT)
    assert (recipe.seed, recipe.storing.sparse, recipe.data) == (7, "off", "abc")
    assert recipe.recover == (Stage("finetune", {"epochs": 10}), Stage("distill"))
    assert [row.pattern for row in recipe.rows] == ["*", "blocks.2.*", "head", "stem"]
    assert recipe.rows[2].actions == (Action("lowrank.svd"),)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("blocks.1.conv", (INT4,)),
        ("blocks.2.conv", (PRUNE, INT4)),  # in the order of application, not of writing
        ("head", (Action("lowrank.svd"),)),  # the last row that matches wins
        ("stem", ()),  # a row without actions leaves the layer alone
    ],
)
def test_the_last_row_that_matches_wins(path, expected):
    assert parse_recipe(TEXT).actions_for(path) == expected


def test_keys_are_text_as_written_and_numbers_are_numbers():
    recipe = parse_recipe("version: 1\nlayers: {0.10: [p.q], 2: [p.q], on: [{p.q: {t: 1e-3, k: off, b: true}}]}")
    assert [row.pattern for row in recipe.rows] == ["0.10", "2", "on"]
    assert recipe.actions_for("on")[0].params == {"t": 0.001, "k": "off", "b": True}


def test_rows_may_share_a_stack_by_anchor_and_merge():
    recipe = parse_recipe(
        "version: 1\nlayers:\n  a: &mild [{p.q: &base {bits: 4, x: 1}}]\n  b: *mild\n  c: [{p.q: {<<: *base, bits: 2}}]"
    )
    assert recipe.actions_for("b") == recipe.actions_for("a")
    assert recipe.actions_for("c")[0].params == {"bits": 2, "x": 1}


def test_a_recipe_can_be_a_key():
    assert len({parse_recipe(TEXT), parse_recipe(TEXT), Recipe()}) == 2


def test_no_row_no_actions():
    assert Recipe().actions_for("anything") == ()
    assert Recipe((Row("Head", (INT4,)),)).actions_for("head") == ()  # upper and lower case are different


def test_a_path_with_glob_characters_matches_itself():
    assert Recipe((Row("a[0].b", (INT4,)),)).actions_for("a[0].b") == (INT4,)


def test_rows_are_looked_up_as_if_they_were_tried_from_the_last_to_the_first():
    stacks = [(Action("quantize.affine", {"bits": bits}),) for bits in range(2, 9)]
    patterns = ("a.1", "*", "a.?", "a.1", "b.*", "a.2", "[ab].2")
    recipe = Recipe(tuple(Row(pattern, stack) for pattern, stack in zip(patterns, stacks, strict=True)))
    for path in ("a.1", "a.2", "a.3", "b.1", "b.2", "c"):
        assert recipe.stack_for(path) == next(row.actions for row in reversed(recipe.rows) if row.matches(path))


def test_what_was_looked_up_is_not_sent_along():
    recipe = Recipe((Row("*", (Action("quantize.affine", {"bits": 4}),)),))
    plain = len(pickle.dumps(recipe))
    assert recipe.actions_for("a") and recipe.in_effect == recipe
    assert len(pickle.dumps(recipe)) == plain and pickle.loads(pickle.dumps(recipe)) == recipe


def test_with_actions_replaces_only_these_layers():
    recipe = parse_recipe(TEXT).with_actions(["head", "new"], (INT4, FACTOR))
    assert recipe.actions_for("head") == recipe.actions_for("new") == (FACTOR, INT4)
    assert recipe.actions_for("blocks.2.conv") == (PRUNE, INT4)
    assert recipe.seed == 7 and recipe.storing.sparse == "off"
    assert sum(row.pattern == "head" for row in recipe.rows) == 1


def test_taking_actions_away_leaves_a_row_only_where_a_glob_would_come_back():
    recipe = Recipe((Row("blocks.*", (INT4,)), Row("head", (FACTOR,))))
    assert recipe.with_actions(["head"], ()).rows == (Row("blocks.*", (INT4,)),)
    assert recipe.with_actions(["blocks.0"], ()).actions_for("blocks.0") == ()


def test_saved_and_loaded_it_is_the_same(tmp_path):
    recipe = parse_recipe(TEXT)
    recipe.save(tmp_path / "deep" / "recipe.yaml")
    loaded = load_recipe(tmp_path / "deep" / "recipe.yaml")
    assert loaded.to_dict() == recipe.to_dict()
    assert loaded.actions_for("blocks.2.conv") == recipe.actions_for("blocks.2.conv")
    assert parse_recipe(Recipe().to_yaml()) == Recipe()


@pytest.mark.parametrize("text", ["12e45", "0129", "0.10", "on", "null", "~", "1e-3", "", "a: b", "{x", "ä/β", "*"])
def test_texts_that_look_like_something_else_survive(text):
    recipe = Recipe((Row(text, (Action("p.q", {"name": text, "t": 1e-5}),)),), data=text)
    assert parse_recipe(recipe.to_yaml()) == recipe


def test_equal_stacks_are_written_out_twice():
    text = Recipe().with_actions(["a", "b"], (INT4,)).to_yaml()
    assert text.count("quantize.affine") == 2 and "&" not in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("layers: [", ("not valid YAML", "line 1")),
        ("just words", ("not a recipe", "version")),
        ("", ("not a recipe",)),
        ("layers: {}", ("its version is None", "reads version 1")),
        ("version: 2", ("its version is 2",)),
        ("version: 1\nlayer: {}", ("unknown key 'layer'", "layers")),
        ("version: 1\nseed: x", ("its seed is not a non-negative whole number",)),
        ("version: 1\nseed: true", ("its seed is not a non-negative whole number",)),
        ("version: 1\nlayers: [a]", ("'layers' is not a mapping",)),
        ("version: 1\nlayers: {a: 3}", ("row 'a' is not a list", "[{family.method: {…}}]")),
        ("version: 1\nlayers: {a: [3]}", ("a step of 'a' has more or less than one method",)),
        ("version: 1\nlayers: {a: [{x: {}, y: {}}]}", ("a step of 'a' has more or less than one method",)),
        ("version: 1\nlayers: {a: [{prune.magnitude: 0.5}]}", ("parameters of prune.magnitude in 'a'",)),
        ("version: 1\nexport: 3", ("'export' is not a mapping",)),
        ("version: 1\nexport: {sparse: maybe}", ("export.sparse is 'maybe'", "auto, off")),
        ("version: 1\nexport: {storge: fastest}", ("unknown key 'export.storge'", "export.storage")),
        ("version: 1\nexport: {format: tflite}", ("export.format is 'tflite'", "Write onnx.")),
        ("version: 1\nrecover: 5", ("'recover' is not a list",)),
        ("version: 1\nrecover: [{a: {}, b: {}}]", ("an entry of 'recover' has more or less than one stage",)),
        ("version: 1\nseed: -1", ("its seed is not a non-negative whole number",)),
        ("version: 1\nlayers:\n  a: [p.q]\n  '*': []\n  a: []", ("line 5", "the key 'a' occurs twice")),
        ("version: 1\nlayers: {[a]: []}", ("a key is not a string",)),
        ("version: 1\nlayers: {a: [{p.q: {t: [1]}}]}", ("t of p.q in 'a' is not a single value",)),
        ("version: 1\nseed: " + "9" * 5000, ("not valid YAML",)),
        ("[" * 5000, ("not valid YAML",)),
    ],
)
def test_what_is_wrong_is_named(text, words):
    with pytest.raises(UserError) as caught:
        parse_recipe(text, "mine.yaml")
    assert "mine.yaml" in str(caught.value) and all(word in str(caught.value) for word in words)


def test_code_in_yaml_is_not_run():
    with pytest.raises(UserError, match="not valid YAML"):
        parse_recipe("version: !!python/object/apply:os.getcwd []")


@pytest.mark.parametrize(
    "make",
    [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff\xfe\x00")],
    ids=["missing", "folder", "binary"],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, make):
    path = tmp_path / "recipe.yaml"
    make(path)
    with pytest.raises(UserError, match=r"Cannot read the recipe .*recipe\.yaml"):
        load_recipe(path)


def test_a_step_that_is_switched_off_stays_and_has_no_effect():
    text = "version: 1\nlayers:\n  a: [{prune.magnitude: {sparsity: 0.5}, off: true}, {quantize.affine: {bits: 4}}]\n"
    recipe = parse_recipe(text)
    assert recipe.stack_for("a") == (Action("prune.magnitude", {"sparsity": 0.5}, off=True), INT4)
    assert recipe.actions_for("a") == (INT4,) and recipe.in_effect == Recipe().with_actions(["a"], (INT4,))
    assert parse_recipe(recipe.to_yaml()) == recipe and "'off': true" in recipe.to_yaml()
    assert "off" not in Recipe().with_actions(["a"], (INT4,)).to_yaml()
    changed = recipe.stack_for("a")[0].with_param("sparsity", 0.6)
    assert changed.off and changed.params == {"sparsity": 0.6} and not changed.switched(False).off
    assert parse_recipe(text.replace("true", "false")).actions_for("a")[0].params == {"sparsity": 0.5}


def rows(*given: tuple[str, tuple[Action, ...]]) -> Recipe:
    return Recipe(tuple(Row(pattern, actions) for pattern, actions in given))


A, B, BARE = ("a", (PRUNE, INT4)), ("b", (INT4,)), ("c", ())
W8A8 = ("a", (Action("quantize.static"),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (rows(A, B), rows(B, A)),  # as editing a and going back leaves it
        (rows(A), rows(A, ("c", (INT4.switched(True),)), BARE)),  # no other row asks for c
        (rows(A), rows(("a", (INT4, PRUNE)))),
        (rows(A), rows(("a", (INT4,)), A)),  # the last one counts
        (rows(("*", (INT4,))), rows(A, ("*", (INT4,)), B)),  # and it says the same of b
        (rows(("*", (INT4,)), BARE), rows(("*", (INT4,)), ("c", (PRUNE.switched(True),)))),
        (rows(A), replace(rows(A), data="made with these")),
        (rows(A), replace(rows(A), storing=Storing(integers="all"))),  # no step asks for 8-bit activations
        (rows(W8A8).in_integers, replace(rows(W8A8), storing=Storing(integers="all"))),
        (rows(A).in_integers, rows(A)),
        (
            Recipe(recover=(Stage("finetune", {"epochs": 2, "rate": 0.1}),)),
            Recipe(recover=(Stage("finetune", {"rate": 0.1, "epochs": 2}),)),
        ),
    ],
)
def test_recipes_that_do_the_same_are_the_same_in_effect(one, other):
    assert one.in_effect == other.in_effect and hash(one.in_effect) == hash(other.in_effect)
    assert one.as_trained == other.as_trained
    for recipe in (one, other):
        assert all(recipe.in_effect.actions_for(path) == recipe.actions_for(path) for path in ("a", "b", "c", "d"))
        assert recipe.in_effect.in_effect == recipe.in_effect


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (rows(("*", (INT4,)), BARE), rows(("*", (INT4,)))),
        (rows(("*", (INT4,)), ("[ab]", (PRUNE,))), rows(("[ab]", (PRUNE,)), ("*", (INT4,)))),
        (rows(A), replace(rows(A), seed=1)),
        (rows(A), replace(rows(A), recover=(Stage("finetune"),))),
        (rows(A), rows(("a", (PRUNE.switched(True), INT4)))),
    ],
)
def test_recipes_that_do_otherwise_are_others(one, other):
    assert one.in_effect != other.in_effect and one.as_trained != other.as_trained


def test_how_zeros_are_stored_is_in_effect_and_no_matter_to_a_training():
    one, other = rows(A), replace(rows(A), storing=Storing(sparse="off"))
    assert one.in_effect != other.in_effect and one.as_trained == other.as_trained


@pytest.mark.parametrize(
    "step",
    [
        "{prune.magnitude: {}, off: maybe}",
        "{prune.magnitude: {}, off: 1}",
        "{off: true}",
        "{prune.magnitude: {}, quantize.affine: {}, off: true}",
        "{prune.magnitude: {}, of: true}",
    ],
)
def test_only_true_and_false_switch_a_step(step):
    with pytest.raises(UserError):
        parse_recipe(f"version: 1\nlayers:\n  a: [{step}]\n")


@pytest.mark.slow
def test_more_rows_or_globs_than_can_be_tried_are_refused():
    def rows(count, pattern):
        return "version: 1\nlayers:\n" + "".join(f"  '{pattern.format(n)}': []\n" for n in range(count))

    assert len(parse_recipe(rows(5000, "*[!{}]")).rows) == 5000
    for text in (rows(5001, "*[!{}]"), rows(20_001, "layer{}")):
        with pytest.raises(UserError, match="of them globs"):
            parse_recipe(text)


def test_a_list_as_a_value_is_named_whatever_its_key_is():
    with pytest.raises(UserError, match=r"1 of prune.magnitude in '\*' is not a single value"):
        recipe_of({"version": 1, "layers": {"*": [{"prune.magnitude": {1: [2]}}]}}, "recipe")


def test_a_target_is_kept_and_changes_nothing_that_is_done():
    recipe = parse_recipe(f"{TEXT}target: ethos-u\n")
    assert recipe.target == "ethos-u" and parse_recipe(recipe.to_yaml()) == recipe
    without = replace(recipe, target="")
    assert recipe != without and recipe.in_effect == without.in_effect
    assert "target" not in without.to_yaml()  # files of before stay as they are
    with pytest.raises(UserError, match="its target is 3"):
        parse_recipe("version: 1\ntarget: 3\n")
