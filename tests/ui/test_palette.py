"""The palette finds settings by their choices, drops scattered letters, and takes a number with a method's name."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenuBar

from tests.ui.test_comfort import language  # noqa: F401
from tests.ui.test_window import CTRL, SHIFT, dialog
from workbench.core.recipe.action import Action
from workbench.methods.base.method import all_methods
from workbench.ui.actions.adding.typed_steps import numbered
from workbench.ui.shell.palette.found import commands_of, score
from workbench.ui.shell.preferences import titles
from workbench.ui.text import i18n
from workbench.ui.text.i18n import tr

STEP = (Action("prune.magnitude", {"sparsity": 0.5}),)


def found(palette, qtbot, typed: str) -> list[str]:
    """What is listed for a text, typed by keys."""
    palette.search.clear()
    qtbot.keyClicks(palette.search, typed)
    model = palette.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_settings_are_found_by_their_choices(language, window, qtbot):  # noqa: F811
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    palette = dialog(window, qtbot, "palette")
    for typed, key in {
        "chinese": "language",
        "english": "language",
        "dark": "theme",
        "viridis": "data_colors",
        "150": "interface_scale",
    }.items():
        rows = found(palette, qtbot, typed)
        assert any(row.endswith(titles()[key]) for row in rows) and len(rows) <= 2, (typed, rows)
    found(palette, qtbot, "chinese")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    preferences = dialog(window, qtbot, "preferences")
    assert preferences.focusWidget() is preferences.language
    preferences.close()


def test_scattered_letters_are_dropped_where_words_match(window, qtbot):
    window.menus.show_palette()
    palette = dialog(window, qtbot, "palette")
    assert found(palette, qtbot, "undo") == ["Edit › Undo"]
    assert all("theme" in row.casefold() for row in found(palette, qtbot, "dark"))
    assert found(palette, qtbot, "opmo")[0].endswith("Open model…"), "letters still find what no word does"
    palette.close()


@pytest.mark.parametrize(
    ("typed", "method", "params"),
    [
        ("prune 50", "prune.magnitude", {"sparsity": 0.5}),
        ("sparsity 0.7", "prune.magnitude", {"sparsity": 0.7}),
        ("wanda 30 %", "prune.wanda", {"sparsity": 0.3}),
        ("channels 30", "prune.channels", {"ratio": 0.3}),
        ("magnitude 1", "prune.magnitude", {"sparsity": 0.01}),
        ("svd 16", "lowrank.svd", {"rank": 16}),
        ("svd 0.9", "lowrank.svd", {"energy": 0.9}),
        ("energy 95%", "lowrank.svd", {"energy": 0.95}),
        ("6bit", "quantize.affine", {"bits": 6}),
        ("gptq 3 bits", "quantize.gptq", {"bits": 3}),
        ("codebook 99", "quantize.codebook", {}),
    ],
)
def test_a_number_is_the_amount_of_the_method(typed, method, params):
    infos = {name: each.info() for name, each in all_methods().items()}
    assert numbered(typed, infos)[0] == Action(method, params)


def test_a_number_alone_or_in_a_name_asks_for_nothing():
    infos = {name: each.info() for name, each in all_methods().items()}
    for typed in ("50", "conv2", "prune", "2:4", "prune 50 60", "nothing 3"):
        assert not numbered(typed, infos), typed


def test_the_palette_adds_a_step_with_its_number(language, demo_window, qtbot):  # noqa: F811
    session = demo_window.session
    for typed, step in {"prune 50": STEP[0], "sparsity 0.7": Action("prune.magnitude", {"sparsity": 0.7})}.items():
        qtbot.keyClick(demo_window, Qt.Key.Key_K, CTRL)
        palette = dialog(demo_window, qtbot, "palette")
        found(palette, qtbot, typed)
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
        assert session.recipe.stack_for(session.current) == (step,), typed
        session.undo()


def test_ctrl_y_and_ctrl_shift_z_redo(language, demo_window, qtbot):  # noqa: F811
    session = demo_window.session
    session.set_actions([session.current], STEP, "prune")
    for key, modifiers in ((Qt.Key.Key_Y, CTRL), (Qt.Key.Key_Z, CTRL | SHIFT)):
        qtbot.keyClick(demo_window, Qt.Key.Key_Z, CTRL)
        assert session.recipe.stack_for(session.current) == ()
        qtbot.keyClick(demo_window, key, modifiers)
        assert session.recipe.stack_for(session.current) == STEP
    demo_window.menus.show_shortcuts()
    page = dialog(demo_window, qtbot, "shortcuts")
    assert "Ctrl+Shift+Z, Ctrl+Y" in page.body.text()
    page.close()


def test_english_names_find_commands_of_a_window_in_another_language(qapp):
    i18n.apply(qapp, "zh_CN")
    bar = QMenuBar()
    menu = bar.addMenu(tr("&File"))
    for text in ("Open model…", "New window", "Open data…"):
        menu.addAction(tr(text))
    commands = commands_of(bar)
    i18n.apply(qapp, "en")
    assert all(ord(letter) > 127 for letter in commands[1].text.replace(" ", "")), "shown in Chinese"
    for typed in ("new window", "window", "file new"):
        assert [command.text for command in commands if score(typed, command) is not None] == [commands[1].text]
    menu.actions()[1].setText("New window")
    assert commands_of(bar)[1].names == "", "the window speaks English"
