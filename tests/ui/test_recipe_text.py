"""The recipe as text: both ways at once, with completion, and one sentence for what is no recipe."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui import sample
from tests.ui.test_scoreboard import MODEL, RECIPE
from workbench.core.base.errors import UserError
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.recipe_text.completion import candidates, word_before
from workbench.ui.recipe_text.panel import RecipePanel, read
from workbench.ui.recipe_text.side_by_side import Comparison
from workbench.ui.session.session import Session
from workbench.ui.widgets import theme

METHODS = {info.id: info for info in sample.METHODS.values()}
TEXT = 'version: 1\nlayers:\n  "stem": [{prune.magnitude: {sparsity: 0.25}}]\n'


@pytest.fixture
def session(qapp):
    session = Session(EngineLink())
    session.model, session.recipe, session.methods = MODEL, RECIPE, METHODS
    return session


@pytest.fixture
def panel(session, qtbot):
    panel = RecipePanel(session)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitUntil(lambda: panel.editor.toPlainText() == RECIPE.to_yaml())
    return panel


def sparsity(session):
    return session.recipe.actions_for("stem")[0].params["sparsity"]


def test_what_is_dragged_is_written(panel, session, qtbot):
    session.set_actions(["stem"], (Action("prune.magnitude", {"sparsity": 0.75}),), "drag")
    qtbot.waitUntil(lambda: "0.75" in panel.editor.toPlainText())
    session.undo()
    qtbot.waitUntil(lambda: panel.editor.toPlainText() == RECIPE.to_yaml())


def test_what_is_typed_is_applied_as_one_step(panel, session, qtbot):
    before, steps = sparsity(session), session.undo_stack.count()
    panel.editor.selectAll()
    panel.editor.insertPlainText(TEXT.partition("0.25")[0])
    QTest.keyClicks(panel.editor, "0.2}}]")
    panel.apply()
    assert sparsity(session) == 0.2
    panel.editor.undo()  # the editor's undo is of the text, and the recipe follows
    text = panel.editor.toPlainText()
    panel.editor.setPlainText(TEXT)
    panel.apply()
    assert sparsity(session) == 0.25 and text != TEXT
    assert session.undo_stack.count() == steps + 1
    session.undo()
    assert sparsity(session) == before


def test_the_words_of_the_user_stay(panel, session, qtbot):
    """Comments and spaces are not rewritten while they say the same."""
    mine = f"# mine\n{TEXT}"
    panel.editor.setPlainText(mine)
    qtbot.waitUntil(lambda: session.recipe.rows and sparsity(session) == 0.25)
    panel.refresh()
    assert panel.editor.toPlainText() == mine


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nlayers: [", "not valid YAML"),
        (TEXT.replace("magnitude", "magnetude"), "There is no method 'prune.magnetude'"),
        (TEXT.replace("sparsity: 0.25", "sparsity: 7"), "invalid value 7"),
        (TEXT.replace("sparsity", "sparse"), "unknown parameter 'sparse'"),
        (TEXT + "recover:\n  - learn: {}\n", "There is no recovery stage 'learn'"),
        (TEXT + "recover:\n  - finetune: {epochs: 0}\n", "invalid value 0"),
    ],
)
def test_what_is_no_recipe_changes_nothing_and_is_reported(panel, session, text, said):
    with pytest.raises(UserError) as refused:
        read(text, METHODS)
    assert said in refused.value.what
    panel.editor.setPlainText(text)
    panel.apply()
    assert session.recipe == RECIPE and panel.fault.isVisible() and said in panel.fault.text.text()
    panel.editor.setPlainText(RECIPE.to_yaml())
    panel.apply()
    assert not panel.fault.isVisible()


def test_a_row_of_no_layer_is_reported_once_and_not_applied(panel, session):
    panel.editor.setPlainText(TEXT.replace("stem", "stam"))
    panel.apply()
    words = panel.fault.text.text()
    assert "row 'stam' matches no layer" in words and words.count("The layers are") == 1
    assert session.recipe == RECIPE


def test_leaving_ends_the_step(panel, session):
    panel.editor.setPlainText(TEXT)
    gesture = session.history.gesture
    panel.editor.left.emit()
    assert sparsity(session) == 0.25 and session.history.gesture == gesture + 1


def test_every_recipe_is_read_as_it_was_written():
    assert read(RECIPE.to_yaml(), METHODS) == RECIPE and read(Recipe().to_yaml(), METHODS) == Recipe()


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("version: 1\nlayers:\n  ", '"stem"'),
        ('version: 1\nlayers:\n  "s', "stem"),
        ('version: 1\nlayers:\n  "stem": [{pru', "prune.magnitude: {"),
        ('version: 1\nlayers:\n  "stem": [{prune.magnitude: {spa', "sparsity: "),
        ('version: 1\nlayers:\n  "stem": [{prune.magnitude: {sparsity: 0.5}, {qu', "quantize.affine: {"),
        ('version: 1\nlayers:\n  "stem": [{quantize.affine: {granularity: ', "channel"),
        ('version: 1\nlayers:\n  "stem": [{quantize.affine: {symmetric: t', "true"),
        ("version: 1\nrecover:\n  - ", "finetune: {"),
        ("version: 1\nrecover:\n  - finetune: {ep", "epochs: "),
        ("version: 1\nrec", "recover:"),
    ],
)
def test_what_may_stand_here(before, expected):
    assert expected in candidates(before, METHODS, ["stem", "head"])


def test_what_is_given_is_not_offered_again():
    before = 'layers:\n  "stem": [{quantize.affine: {bits: 4, '
    found = candidates(before, METHODS, [])
    assert "bits: " not in found and "granularity: " in found
    assert (
        word_before("{prune.mag") == "prune.mag"
        and candidates("layers:\n  a: [{prune.magnitude: {sparsity: ", METHODS, []) == []
    )


def test_a_word_is_completed_by_key(panel, session, qtbot):
    panel.editor.setPlainText('version: 1\nlayers:\n  "stem": [{')
    panel.editor.moveCursor(panel.editor.textCursor().MoveOperation.End)
    QTest.keyClicks(panel.editor, "magn")
    qtbot.waitUntil(panel.editor.words.isVisible)
    QTest.keyClick(panel.editor.words, Qt.Key.Key_Return)
    assert panel.editor.toPlainText().endswith("[{prune.magnitude: {")
    QTest.keyClick(panel.editor, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(panel.editor.words.isVisible)
    QTest.keyClick(panel.editor.words, Qt.Key.Key_Escape)
    assert not panel.editor.words.isVisible()


def test_layers_without_a_difference_are_muted_in_both_schemes(qtbot, qapp):
    sides = Comparison()
    qtbot.addWidget(sides)
    layers = (*MODEL.layers, replace(MODEL.layers[0], path="other"))
    sides.show_two(("first", "second"), (RECIPE, Recipe()), replace(MODEL, layers=layers), sample.METHODS)
    rows = range(sides.table.rowCount())
    for scheme in ("dark", "light"):
        theme.apply(qapp, scheme)
        muted = [sides.table.item(row, 0).foreground().color() == theme.colors().muted for row in rows]
        assert muted == sorted(muted) and set(muted) == {False, True}
