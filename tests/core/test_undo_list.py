"""The undo list in a session file: it comes back as it was, stays small, and nothing in it is believed."""

import json
import random

import pytest

from tests.core.test_session_file import FIRST_SNAPSHOT, RECIPE, damaged, saved
from workbench.core.base.errors import UserError
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.session.session_file import Reference, SavedSession, load_session
from workbench.core.session.undo_list import ROWS, STEPS, TEXT, Branch, RecipeStep, SnapshotStep, UndoList


def pruned(sparsity: float, layers: int = 1) -> Recipe:
    return Recipe(tuple(Row(f"layer{i}", (Action("prune.magnitude", {"sparsity": sparsity}),)) for i in range(layers)))


HISTORY = UndoList(
    Recipe(seed=3),
    (
        RecipeStep("first", pruned(0.1)),
        SnapshotStep("rename", FIRST_SNAPSHOT.named("old"), FIRST_SNAPSHOT, 1),
        RecipeStep("here", RECIPE),
        SnapshotStep("delete", FIRST_SNAPSHOT, None, 0),
        RecipeStep("undone", pruned(0.7, 3)),
    ),
    3,
    (Branch("left", 2, pruned(0.9)),),
)


def kept(undo: UndoList, folder) -> UndoList:
    path = folder / "kept.mcw"
    SavedSession(Reference("m"), undo.at(undo.here), history=undo).save(path)
    return load_session(path).history


def document_of(folder) -> dict:
    saved(folder, history=HISTORY).save(folder / "work.mcw")
    return json.loads((folder / "work.mcw").read_text(encoding="utf-8"))


def test_it_comes_back_as_it_was(tmp_path):
    assert kept(HISTORY, tmp_path) == HISTORY
    assert [HISTORY.at(place) for place in range(6)] == [
        Recipe(seed=3),
        pruned(0.1),
        pruned(0.1),
        RECIPE,
        RECIPE,
        pruned(0.7, 3),
    ]


def test_a_file_of_an_older_version_has_none(tmp_path):
    document = document_of(tmp_path)
    del document["history"]
    (tmp_path / "old.mcw").write_text(json.dumps(document), encoding="utf-8")
    found = load_session(tmp_path / "old.mcw")
    assert found.history is None and found.recipe == RECIPE and len(found.snapshots) == 2


@pytest.mark.parametrize("here", [0, 5, 150, 300])
def test_the_newest_steps_are_kept_and_where_it_stands(tmp_path, here):
    steps = tuple(RecipeStep(f"step {i}", pruned(i / 1000)) for i in range(1, 301))
    found = kept(UndoList(Recipe(), steps, here), tmp_path)
    assert found.at(found.here) == pruned(here / 1000) if here else found.at(found.here) == Recipe()
    assert len(found.steps) == STEPS and found.steps == steps[(first := min(here, 200)) : first + STEPS]


@pytest.mark.slow
def test_recipes_of_many_layers_are_kept_as_far_as_there_is_room(tmp_path):
    steps = tuple(RecipeStep(f"step {i}", pruned(i / 100, 200)) for i in range(50))
    found = kept(UndoList(Recipe(), steps, 40, (Branch("b", 1, pruned(0.99, 200)),)), tmp_path)
    assert found.at(found.here) == steps[39].recipe
    assert 5 < found.here < 12 and 3 <= len(found.steps) - found.here <= 6 and len(found.branches) == 1
    assert (tmp_path / "kept.mcw").stat().st_size < 1_000_000
    assert kept(UndoList(pruned(0.5, ROWS)), tmp_path) is None, "the recipe is kept all the same"


def test_what_steps_share_is_written_once(tmp_path):
    recipe, steps = pruned(0.5, 100), []
    for i in range(STEPS):
        recipe = recipe.with_actions([f"layer{i}"], (Action("quantize.affine", {"bits": 4}),))
        steps.append(RecipeStep("quantise", recipe))
    kept(UndoList(pruned(0.5, 100), tuple(steps), STEPS), tmp_path)
    assert (tmp_path / "kept.mcw").stat().st_size < 200_000


def test_a_text_is_cut(tmp_path):
    assert len(kept(UndoList(Recipe(), (RecipeStep("x" * 5000, RECIPE),), 1), tmp_path).steps[0].text) == TEXT


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda h: h.update(here=6), "history.here"),
        (lambda h: h.update(here=2), "its undo list does not end in its recipe"),
        (lambda h: h.update(here=-1), "history.here"),
        (lambda h: h.update(steps={}), "history.steps"),
        (lambda h: h.update(steps=h["steps"] * 30), "more than 100"),
        (lambda h: h.update(branches=h["branches"] * 30), "more than 20"),
        (lambda h: h.update(rows=[{"a": []}] * (ROWS + 1)), f"more than {ROWS}"),
        (lambda h: h["rows"].append({"a": [], "b": []}), "not one row"),
        (lambda h: h["rows"].append([]), "not a mapping"),
        (lambda h: h["steps"][0]["recipe"].update(layers=[99]), "row's number"),
        (lambda h: h["steps"][0]["recipe"].update(layers=[True]), "row's number"),
        (lambda h: h["steps"][0]["recipe"].update(layers=[0, 0]), "duplicate row"),
        (lambda h: h["steps"][0]["recipe"].update(layers=[0] * (3 * ROWS)), "rows"),
        (lambda h: h["steps"][0].update(text=[]), "text"),
        (lambda h: h["steps"][1]["pinned"]["totals"]["bytes"].update(how="believed"), "believed"),
        (lambda h: h["steps"][1].update(place=1 << 40), "place"),
        (lambda h: h["branches"][0].update(steps=None), "steps"),
        (lambda h: h.update(first=None), "recipe"),
    ],
)
def test_each_value_is_checked(tmp_path, change, word):
    assert word in damaged(tmp_path, lambda document: change(document["history"]), history=HISTORY).what


ODD = [None, True, -1, 1 << 70, 1e999, "", "\ud800", [], {}, [[]], {"version": 1}, "x" * 10_000, 0.5]


def mutated(value, dice: random.Random):
    """The document with one value, anywhere, replaced, doubled or left out."""
    if isinstance(value, dict) and value and dice.random() < 0.9:
        key = dice.choice(list(value))
        if dice.random() < 0.1:
            return {k: v for k, v in value.items() if k != key}
        return value | {key: mutated(value[key], dice)}
    if isinstance(value, list) and value and dice.random() < 0.9:
        place = dice.randrange(len(value))
        if dice.random() < 0.1:
            return value * 2
        return [*value[:place], mutated(value[place], dice), *value[place + 1 :]]
    return dice.choice(ODD)


@pytest.mark.slow
def test_a_damaged_file_is_refused_in_words_or_can_be_saved_again(tmp_path):
    whole, dice, refused = document_of(tmp_path), random.Random(0), 0
    path = tmp_path / "odd.mcw"
    for _ in range(300):
        document = whole | {"history": mutated(whole["history"], dice)} if dice.random() < 0.8 else mutated(whole, dice)
        path.write_text(json.dumps(document), encoding="utf-8")
        try:
            found = load_session(path)
        except UserError as error:
            refused += 1
            assert str(path) in error.what and len(error.what) < 400 + len(str(path))
            continue
        found.save(tmp_path / "again.mcw")
        again = load_session(tmp_path / "again.mcw")
        assert again.history == found.history and again.recipe == found.recipe
    assert 100 < refused < 300
