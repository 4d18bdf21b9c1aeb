"""Every command has a place in the menus, is found in the palette, and its shortcut is written down."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QTextEdit

from tests.ui.test_window import CTRL, dialog
from workbench.core.recipe.action import Action
from workbench.ui.base import settings
from workbench.ui.shell.palette.found import actions_of
from workbench.ui.shell.palette.palette import BESIDE_ROLE
from workbench.ui.text.fuzzy_match import likeness, without_scattered

ROOT = Path(__file__).parents[2]
NATIVE = QKeySequence.SequenceFormat.NativeText


def own_actions(window) -> list[QAction]:
    """Those that the program made: not those that Qt makes for text fields, nor menus' own."""
    qts = (QLineEdit, QTextEdit)
    return [
        action
        for action in window.findChildren(QAction)
        if action.text()
        and not action.menu()
        and not action.isSeparator()
        and not isinstance(action.parent(), qts)
        and "pyqtgraph" not in type(action.parent()).__module__
        and not action.objectName().startswith("_q_")
    ]


def test_every_command_is_in_the_menu_bar(window):
    in_menus = {action for _, action in actions_of(window.menuBar(), disabled=True)}
    elsewhere = set()
    for menu in window.findChildren(QMenu):  # a menu that a button opens
        elsewhere |= set(menu.actions())
    lost = [
        action.text() for action in own_actions(window) if action not in in_menus | elsewhere and action.isVisible()
    ]
    assert not lost, lost
    keyless = [
        action.text() for action in own_actions(window) if not action.shortcut().isEmpty() and action not in in_menus
    ]
    assert not keyless, f"a shortcut that no menu tells: {keyless}"


def test_no_shortcut_has_two_meanings(window):
    keys = Counter(key.toString() for action in own_actions(window) for key in action.shortcuts())
    assert len(keys) > 20 and max(keys.values()) == 1, [key for key, count in keys.items() if count > 1]


def test_the_page_of_shortcuts_has_them_all(window, qtbot):
    window.menus.show_shortcuts()
    page = dialog(window, qtbot, "shortcuts")
    text = page.body.text().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    for _, action in actions_of(window.menuBar(), disabled=True):
        for key in action.shortcuts():
            assert key.toString(NATIVE) in text, action.text()
    page.close()


# -- the palette -------------------------------------------------------------------------------------------------------


def test_every_enabled_command_of_the_menus_is_in_the_palette(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    palette = dialog(window, qtbot, "palette")
    shown = [palette.list.model().index(row, 0).data() for row in range(palette.list.model().rowCount())]
    assert shown == [text for text, _ in actions_of(window.menuBar())]
    palette.close()


def test_a_few_letters_find_a_command(window, qtbot):
    window.menus.show_palette()
    palette = dialog(window, qtbot, "palette")
    for typed, found in {
        "opmo": "Open model…",
        "demovi": "Demo: vision transformer",
        "theme dark": "Dark",
        "dark theme": "Dark",
        "pref": "Preferences…",
        "tour": "Take the tour",
        "rset": "Reset layout",
        "keyb": "Keyboard shortcuts",
    }.items():
        palette.search.clear()
        qtbot.keyClicks(palette.search, typed)
        assert palette.list.currentIndex().data().endswith(found), typed
    palette.close()


def choose(window, qtbot, typed: str) -> None:
    """Open the palette by its shortcut and take what is found first."""
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    palette = dialog(window, qtbot, "palette")
    qtbot.keyClicks(palette.search, typed)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)


def test_the_palette_adds_a_step_by_the_name_of_its_method(demo_window, qtbot):
    session = demo_window.session
    choose(demo_window, qtbot, "prune magn")
    assert [action.method for action in session.recipe.stack_for(session.current)] == ["prune.magnitude"]
    assert session.undo_stack.undoText() == "Add Magnitude"


def test_the_palette_gives_all_layers_4_bits_as_one_step(demo_window, qtbot):
    session = demo_window.session
    choose(demo_window, qtbot, "all layers 4 bit")
    paths = [layer.path for layer in session.model.layers if not layer.locked]
    assert len(paths) > 1 and all(session.recipe.stack_for(path)[0].params["bits"] == 4 for path in paths)
    session.undo()
    assert not session.recipe.rows
    session.select(paths[:1], paths[0])
    qtbot.keyClick(demo_window, Qt.Key.Key_A, CTRL)
    assert set(session.selection) == set(paths)


def first(palette, qtbot, typed: str):
    """What is found for a text, the best first."""
    palette.search.clear()
    qtbot.keyClicks(palette.search, typed)
    return palette.list.currentIndex()


def test_the_palette_finds_methods_by_usual_names_layers_settings_and_recent_recipes(demo_window, qtbot, tmp_path):
    session = demo_window.session
    assert session.save_recipe(str(tmp_path / "smallest.yaml"))
    qtbot.keyClick(demo_window, Qt.Key.Key_K, CTRL)
    palette = dialog(demo_window, qtbot, "palette")
    last = session.model.layers[-1].path
    for typed, found in {
        "int8": "Integer (affine) 8 bit",
        "4 bit": "Integer (affine) 4 bit",
        "fp16": "FP16, BF16, FP8: format float16",
        "palettize": "Codebook",
        "factorise svd": "Truncated SVD",
        "smallest": f"smallest.yaml  —  {tmp_path}",
        "colour map": "Colormap",
        "threads": "Compute threads",
        last: last,
    }.items():
        assert first(palette, qtbot, typed).data().endswith(found), typed
    for typed in ("quantize", "quantise"):
        assert "Quantise" in first(palette, qtbot, typed).data()
    first(palette, qtbot, last)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert session.selection == (last,)
    demo_window.menus.show_palette()
    palette = dialog(demo_window, qtbot, "palette")
    first(palette, qtbot, "int4")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert session.recipe.stack_for(last) == (Action("quantize.affine", {"bits": 4}),)


def test_what_cannot_be_done_is_found_with_its_reason_and_does_nothing(window, qtbot):
    window.menus.show_palette()
    palette = dialog(window, qtbot, "palette")
    for typed, needs in {
        "export": "Open a model first.",
        "undo": "There is nothing to undo.",
        "paste steps": "Select a layer that can be edited.",
        "what is measured": "Open data first.",
        "cancel running": "No job is running.",
    }.items():
        assert first(palette, qtbot, typed).data(BESIDE_ROLE) == needs, typed
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
        assert palette.isVisible()
    assert not first(palette, qtbot, "no such thing").isValid() and palette.nothing.isVisible()
    palette.close()


def test_menus_may_be_made_anew_while_the_palette_shows_their_entries(demo_window, qtbot):
    """Entries are values: what is run is looked for at that moment."""
    session = demo_window.session
    demo_window.menus.show_palette()
    palette = dialog(demo_window, qtbot, "palette")
    first(palette, qtbot, "add this step magnitude")
    session.model_changed.emit()  # menus that depend on the model are filled again
    session.snapshots.changed.emit()
    demo_window.workspace.actions.set_methods(tuple(session.methods.values())[:20])
    assert len(list(actions_of(demo_window.menuBar(), disabled=True))) > 40
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert [action.method for action in session.recipe.stack_for(session.current)] == ["prune.magnitude"]


def test_the_best_answer_comes_first():
    texts = [
        "File › Export…",
        "File › Demo: vision transformer",
        "File › Save recipe",
        "File › Save recipe as…",
        "Edit › Filter layers",
        "Run › Measure again",
        "Run › Restart engine",
    ]
    for typed, best in {
        "fltr": "Filter layers",
        "svr": "Save recipe",
        "sra": "Save recipe as…",
        "expo": "Export…",
        "meas again": "Measure again",
    }.items():
        scores = {text: score for text in texts if (score := likeness(typed, text)) is not None}
        assert max(scores, key=scores.get).endswith(best), (typed, scores)


def test_likeness_prefers_what_is_close_together_and_begins_words():
    assert likeness("xq", "File › Export…") is None and likeness("tropxe", "Export") is None
    assert likeness("exp", "Edit › Expand") > likeness("exp", "Edit › else x p")
    assert likeness("om", "Open model") > likeness("om", "Zoom")
    whole, inside, scattered = (likeness("undo", text) for text in ("Edit › Undo", "Refundology", "Run › Unroll a dot"))
    assert whole > inside + 500 > scattered + 1000
    assert without_scattered({1: whole, 2: inside, 3: scattered}) == {1: whole, 2: inside}
    assert without_scattered({3: scattered}) == {3: scattered} and not without_scattered({})
    assert likeness("", "a") == pytest.approx(0, abs=0.01)


def test_what_is_done_is_copied_as_a_script_and_as_a_command_that_write_the_same_file(small_window, qtbot, tmp_path):
    session, menus = small_window.session, small_window.menus
    settings.choose("export_folder", str(tmp_path / "script"))
    steps = (Action("prune.magnitude", {"sparsity": 0.5}), Action("quantize.affine", {"bits": 4}))
    session.set_actions(["head"], steps, "prune")
    with qtbot.waitSignal(session.exported) as exported:
        session.export(str(tmp_path / "window"), "")
    told = []
    session.told.connect(told.append)
    menus.copy_as_python()
    script = QGuiApplication.clipboard().text()
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    made = tmp_path / "script" / "fashion_cnn_compressed.onnx"
    assert made.read_bytes() == Path(exported.args[0].files["model"]).read_bytes()
    menus.copy_as_command()
    assert QGuiApplication.clipboard().text().startswith("workbench compress ")
    assert len(told) == 2 and str(tmp_path / "script") in told[0]
