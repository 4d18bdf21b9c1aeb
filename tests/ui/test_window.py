"""The window through mouse and keys: opening, choosing, asking before losing work, remembering its layout."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog, QMenu, QMessageBox, QPushButton

from tests.ui.conftest import WAIT, measured, open_demo, settle, show_window
from workbench.core.base.resources import demo_paths
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.ui.base import settings
from workbench.ui.base.crash import CrashDialog
from workbench.ui.session.session import Session
from workbench.ui.shell.main_window import MainWindow
from workbench.ui.shell.palette.found import actions_of
from workbench.ui.tree.data.model import NODE_ROLE

PRUNE = (Action("prune.magnitude", {"sparsity": 0.5}),)
LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def dialog(window, qtbot, name: str):
    """The dialog of that name, once it is there."""
    qtbot.waitUntil(lambda: window.findChild(QDialog, name) is not None)
    return window.findChild(QDialog, name)


def press(window, qtbot, button: QMessageBox.StandardButton, name: str) -> None:
    qtbot.mouseClick(dialog(window, qtbot, name).button(button), LEFT)


def row(window, path: str):
    """The visual rectangle of a layer's row, scrolled into view."""
    tree = window.workspace.tree
    index = tree.proxy.mapFromSource(tree.model.index_of(path))
    tree.tree.scrollTo(index)
    return tree.tree.visualRect(index)


def click_layer(window, qtbot, path: str, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(window.workspace.tree.tree.viewport(), LEFT, modifier, row(window, path).center())
    window.session.turns.settle()


def drop(window, *paths: str) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    no_keys = Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(50, 50), copy, mime, LEFT, no_keys))
    assert window.drop_hint.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), copy, mime, LEFT, no_keys))


# -- nothing open --------------------------------------------------------------------------------------------------


def test_the_welcome_page_opens_the_demo_with_a_click(window, qtbot):
    assert window.pages.currentWidget() is window.welcome
    assert not window.workspace.bar.isVisible()
    qtbot.mouseClick(window.welcome.cnn_button, LEFT)
    qtbot.waitUntil(lambda: measured(window.session), timeout=WAIT)
    assert window.pages.currentWidget() is window.workspace.tabs
    assert window.workspace.bar.isVisible() and window.workspace.layers_dock.isVisible()
    assert window.windowTitle().startswith("fashion_cnn.onnx · 2,000 samples, top-1")
    assert not window.isWindowModified()
    assert settings.recent() == [demo_paths().model]


def test_commands_have_texts_and_their_own_shortcuts(window):
    commands = list(actions_of(window.menuBar()))
    shortcuts = [a.shortcut().toString() for _, a in commands if a.shortcut().toString()]
    assert len(shortcuts) == len(set(shortcuts))
    assert {"Ctrl+O", "Ctrl+K", "Ctrl+Q", "F1"} <= set(shortcuts)
    assert all(text for text, _ in commands)


def test_the_palette_finds_a_command_by_its_words(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    palette = dialog(window, qtbot, "palette")
    qtbot.keyClicks(palette.search, "help about")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    about = dialog(window, qtbot, "about")
    assert "PySide6" in about.body.text()
    about.close()


def test_f1_explains_the_first_steps(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert "Export" in dialog(window, qtbot, "guide").body.text()
    dialog(window, qtbot, "guide").close()


def test_the_theme_is_remembered(window):
    window.menus.set_theme("dark")
    dark = window.palette().window().color().lightness()
    assert settings.scheme() == "dark"
    window.menus.set_theme("light")
    assert window.palette().window().color().lightness() > dark


def test_ctrl_o_asks_for_a_file_and_opens_it(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_O, CTRL)
    files = dialog(window, qtbot, "files")
    assert isinstance(files, QFileDialog)
    files.fileSelected.emit(demo_paths("fashion_vit").model)
    files.close()
    qtbot.waitUntil(lambda: window.session.model is not None, timeout=WAIT)
    assert window.session.data is None


def test_a_dropped_model_comes_with_its_data_and_recipe(window, qtbot, tmp_path):
    demo = demo_paths()
    recipe = Recipe().with_actions(["*"], PRUNE)
    recipe.save(tmp_path / "r.yaml")
    drop(window, demo.data, str(tmp_path / "r.yaml"), demo.model)
    qtbot.waitUntil(lambda: measured(window.session), timeout=WAIT)
    assert window.session.recipe == recipe and window.session.data.samples == 2000


def test_a_drop_without_a_model_says_what_to_do(window, qtbot, tmp_path):
    drop(window, demo_paths().data)
    assert not window.drop_hint.isVisible()
    complaint = dialog(window, qtbot, "complaint")
    assert "fashion_test.npz" in complaint.text() and complaint.informativeText()
    press(window, qtbot, QMessageBox.StandardButton.Ok, "complaint")


def test_a_broken_file_gets_a_dialog_with_a_way_out(window, qtbot, tmp_path):
    broken = tmp_path / "truncated.onnx"
    broken.write_bytes(Path(demo_paths().model).read_bytes()[:5000])
    window.commands.open_path(str(broken))
    qtbot.waitUntil(lambda: window.findChild(QDialog, "complaint") is not None, timeout=WAIT)
    complaint = dialog(window, qtbot, "complaint")
    assert "truncated.onnx" in complaint.text() and complaint.informativeText()
    press(window, qtbot, QMessageBox.StandardButton.Ok, "complaint")
    assert window.pages.currentWidget() is window.welcome


def test_python_code_runs_only_after_an_informed_yes(window, qtbot, tmp_path):
    path = tmp_path / "nets.py"
    path.write_text("import torch\ndef make():\n    return torch.nn.Linear(4, 3).eval(), (torch.zeros(1, 4),)\n")
    window.commands.open_path(str(path))
    function = dialog(window, qtbot, "function")
    assert isinstance(function, QInputDialog)
    function.accept()
    trust = dialog(window, qtbot, "trust")
    assert "nets.py" in trust.text()
    qtbot.mouseClick(trust.button(QMessageBox.StandardButton.Cancel), LEFT)
    qtbot.waitUntil(lambda: window.findChild(QDialog, "trust") is None)
    assert not window.jobs.running
    window.commands.open_path(f"{path}:make")
    yes = next(b for b in dialog(window, qtbot, "trust").buttons() if "Trust and run" in b.text())
    qtbot.mouseClick(yes, LEFT)
    qtbot.waitUntil(lambda: window.session.model is not None, timeout=WAIT)
    assert window.session.model.layers


def test_an_unexpected_error_shows_a_report_to_copy(window, qtbot):
    window.show_crash("ValueError: x", "the whole report")
    window.show_crash("ValueError: x", "again")
    crash = dialog(window, qtbot, "crash")
    assert len(window.findChildren(CrashDialog)) == 1
    copy = next(b for b in crash.findChildren(QPushButton) if "Copy" in b.text())
    qtbot.mouseClick(copy, LEFT)
    assert QGuiApplication.clipboard().text() == "the whole report"
    crash.close()


# -- the demo open -------------------------------------------------------------------------------------------------


def test_a_click_chooses_a_layer_and_ctrl_click_adds_one(demo_window, qtbot):
    session = demo_window.session
    first, second = (layer.path for layer in session.model.layers[1:3])
    click_layer(demo_window, qtbot, first)
    assert session.selection == (first,)
    click_layer(demo_window, qtbot, second, CTRL)
    assert set(session.selection) == {first, second} and session.current == second


def test_a_module_stands_for_its_layers(demo_window, qtbot):
    session, tree = demo_window.session, demo_window.workspace.tree
    leaf = tree.proxy.mapFromSource(tree.model.index_of(session.model.layers[3].path))
    module = leaf.parent()
    assert module.isValid()
    qtbot.mouseClick(tree.tree.viewport(), LEFT, pos=tree.tree.visualRect(module).center())
    assert set(session.selection) == {layer.path for layer in module.data(NODE_ROLE).layers()}


def test_arrow_keys_walk_through_the_layers(demo_window, qtbot):
    session, tree = demo_window.session, demo_window.workspace.tree.tree
    click_layer(demo_window, qtbot, session.model.layers[0].path)
    before = session.current
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert session.current != before


def test_ctrl_f_filters_and_keeps_the_choice(demo_window, qtbot):
    session, tree = demo_window.session, demo_window.workspace.tree
    chosen = session.selection
    qtbot.keyClick(demo_window, Qt.Key.Key_F, CTRL)
    qtbot.waitUntil(tree.filter.hasFocus)
    qtbot.keyClicks(tree.filter, "op:gemm")
    assert tree.proxy.rowCount() < tree.model.rowCount()
    assert session.selection == chosen
    tree.filter.clear()
    assert tree.proxy.rowCount() == tree.model.rowCount()


def test_actions_are_copied_pasted_and_given_to_all_alike(demo_window, qtbot):
    session = demo_window.session
    convs = [x.path for x in session.model.layers if x.op == "Conv" and x.shape[2:] == (3, 3) and x.groups == 1]
    click_layer(demo_window, qtbot, convs[0])
    session.set_actions([convs[0]], PRUNE, "prune")
    qtbot.keyClick(demo_window, Qt.Key.Key_C, CTRL | SHIFT)
    click_layer(demo_window, qtbot, convs[1])
    qtbot.keyClick(demo_window, Qt.Key.Key_V, CTRL | SHIFT)
    assert session.recipe.actions_for(convs[1]) == PRUNE
    qtbot.keyClick(demo_window, Qt.Key.Key_A, CTRL | SHIFT)
    assert all(session.recipe.actions_for(path) == PRUNE for path in convs)
    assert {row.pattern for row in session.recipe.rows} == set(convs)
    qtbot.keyClick(demo_window, Qt.Key.Key_Backspace, CTRL)
    assert not session.recipe.actions_for(convs[1])
    for _ in range(4):
        qtbot.keyClick(demo_window, Qt.Key.Key_Z, CTRL)
    assert session.recipe == Recipe()


def test_the_context_menu_offers_what_fits(demo_window, qtbot):
    tree = demo_window.workspace.tree
    tree.tree.customContextMenuRequested.emit(QPoint(20, 20))
    menu = next(m for m in tree.findChildren(QMenu) if m.isVisible())
    texts = [action.text() for action in menu.actions() if action.text()]
    assert {"Add this step", "Copy steps", "Apply to similar layers"} <= set(texts)
    menu.close()


def test_without_data_the_scoreboard_offers_to_open_some(window, qtbot, few):
    session, board = window.session, window.workspace.scoreboard
    session.open(demo_paths().model)
    qtbot.waitUntil(lambda: session.model is not None, timeout=WAIT)
    session.turns.settle()
    assert board.data_button.isVisible() and not board.metric_tile.isVisible()
    qtbot.mouseClick(board.data_button, LEFT)
    files = dialog(window, qtbot, "files")
    files.fileSelected.emit(str(few.with_name("gone.npz")))
    files.close()
    press(window, qtbot, QMessageBox.StandardButton.Ok, "complaint")
    session.turns.settle()
    assert board.data_button.isVisible(), "it was not there"
    session.attach(str(few))
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert not board.data_button.isVisible() and board.metric_tile.isVisible()


def test_closing_with_unsaved_edits_asks_first(demo_window, qtbot, tmp_path):
    session = demo_window.session
    session.set_actions([session.current], PRUNE, "prune")
    assert demo_window.isWindowModified()
    demo_window.close()
    press(demo_window, qtbot, QMessageBox.StandardButton.Cancel, "unsaved")
    assert demo_window.isVisible()
    session.recipe_path = str(tmp_path / "kept.yaml")
    demo_window.close()
    qtbot.waitUntil(lambda: demo_window.findChild(QDialog, "unsaved") is not None)
    press(demo_window, qtbot, QMessageBox.StandardButton.Save, "unsaved")
    qtbot.waitUntil(lambda: not demo_window.isVisible())
    assert (tmp_path / "kept.yaml").exists()


def test_opening_another_model_asks_about_unsaved_edits(demo_window, short_demo, qtbot):
    session = demo_window.session
    session.set_actions([session.current], PRUNE, "prune")
    demo_window.commands.open_demo("fashion_vit")
    press(demo_window, qtbot, QMessageBox.StandardButton.Discard, "unsaved")
    qtbot.waitUntil(lambda: "vit" in session.model.path and measured(session), timeout=WAIT)
    assert session.recipe == Recipe() and not session.modified


def test_a_preparation_step_is_undone_by_its_tick_and_the_recipe_stays(demo_window, qtbot):
    session = demo_window.session
    session.set_actions(["head"], PRUNE, "prune")
    folded, recipe = session.model, session.recipe
    step = next(step for step in folded.preparations if "BatchNorm" in step.title)
    action = next(action for text, action in actions_of(demo_window.menuBar()) if text.endswith(step.title))
    action.trigger()
    qtbot.waitUntil(lambda: session.model is not folded and measured(session), timeout=WAIT)
    assert session.recipe == recipe
    assert not next(s for s in session.model.preparations if s.id == step.id).applied


def test_the_keys_lead_from_the_filter_to_what_was_found_and_back(demo_window, qtbot):
    session, panel = demo_window.session, demo_window.workspace.tree
    qtbot.keyClick(demo_window, Qt.Key.Key_F, CTRL)
    assert panel.filter.hasFocus()
    qtbot.keyClicks(panel.filter, "pointwise")
    qtbot.keyClick(panel.filter, Qt.Key.Key_Return)
    assert panel.tree.hasFocus() and session.current.endswith("pointwise")
    qtbot.keyClick(demo_window, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(panel.filter, "no such layer")
    assert panel.proxy.rowCount() == 0 and _shades(panel.tree.viewport()) > 10, "it says so"
    qtbot.keyClick(panel.filter, Qt.Key.Key_Down)
    assert session.current.endswith("pointwise"), "there is nothing to go to"
    qtbot.keyClick(demo_window, Qt.Key.Key_F, CTRL)
    qtbot.keyClick(panel.filter, Qt.Key.Key_Escape)
    assert not panel.filter.text() and panel.tree.hasFocus() and panel.proxy.rowCount()
    assert session.current.endswith("pointwise")


def _shades(widget) -> int:
    """Text has many, an empty area one."""
    picture = widget.grab().toImage()
    return len({picture.pixel(x, y) for x in range(picture.width()) for y in range(min(60, picture.height()))})


def test_a_panel_that_is_asked_for_by_its_key_has_the_focus(demo_window, qtbot):
    qtbot.keyClick(demo_window, Qt.Key.Key_H, CTRL | SHIFT)
    assert demo_window.workspace.history_dock.isVisible()
    focused = demo_window.focusWidget()
    assert demo_window.workspace.history_dock.isAncestorOf(focused)
    qtbot.keyClick(demo_window, Qt.Key.Key_H, CTRL | SHIFT)
    assert not demo_window.workspace.history_dock.isVisible()


def test_the_layout_is_remembered(demo_window, qtbot):
    demo_window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, demo_window.workspace.layers_dock)
    demo_window.workspace.actions_dock.close()
    demo_window.workspace.tree.tree.setColumnHidden(1, False)
    demo_window.close()
    again = MainWindow(demo_window.session)
    qtbot.addWidget(again)
    again._on_model()
    again.show()
    assert again.workspace.layers_dock.isVisible() and not again.workspace.actions_dock.isVisible()
    assert again.dockWidgetArea(again.workspace.layers_dock) == Qt.DockWidgetArea.RightDockWidgetArea
    assert not again.workspace.tree.tree.isColumnHidden(1)


@pytest.mark.allow_logs
def test_a_running_job_is_shown_and_can_be_cancelled_for_good(own_link, qtbot, few):
    session = Session(own_link)
    window = show_window(session, qtbot)
    open_demo(session, qtbot, few)
    strip = window.workspace.jobs
    slow = (Action("distill.layer", {"rank": 8, "steps": 5000}),)
    largest = max((x for x in session.model.layers if not x.locked), key=lambda x: x.parameters)
    session.select([largest.path])
    qtbot.waitUntil(lambda: session.view is not None, timeout=WAIT)
    session.set_actions([largest.path], slow, "distil")
    qtbot.waitUntil(strip.isVisible, timeout=WAIT)
    qtbot.mouseClick(strip.cancel, LEFT)
    qtbot.waitUntil(lambda: not strip.isVisible() and not own_link.asked, timeout=WAIT)
    assert session.model is not None and not measured(session)
    qtbot.waitUntil(lambda: "F5" in window.workspace.scoreboard.metric_tile.note.text())  # drawn in its turn
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(strip.isVisible, timeout=WAIT)
    session.undo()
    assert measured(session)
    session.undo_stack.setClean()


@pytest.mark.parametrize("size", [(1280, 800), (2560, 1440)])
def test_nothing_is_cut_off_at_any_size(demo_window, qtbot, size):
    session, board = demo_window.session, demo_window.workspace.scoreboard
    session.set_actions([session.current], PRUNE, "prune")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    demo_window.resize(*size)
    settle(session)
    assert demo_window.width() == size[0] and demo_window.minimumSizeHint().width() <= 1280
    for tile in (board.size_tile, board.metric_tile, board.change_tile, board.parameters_tile):
        for label in (tile.caption, tile.value, tile.note):
            assert label.width() >= label.sizeHint().width(), label.text()
