"""Session files and kept work: saved with keys, opened again, found after a kill, and what happens to moved files."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox

from tests.ui.conftest import WAIT, measured
from tests.ui.test_session import prune
from tests.ui.test_window import CTRL, LEFT, dialog
from workbench.core.base.resources import demo_paths
from workbench.core.recipe.recipe import Recipe
from workbench.core.session.session_file import load_session
from workbench.ui.base import settings
from workbench.ui.base.dialogs import MAY_BREAK
from workbench.ui.base.session_lock import SessionLock
from workbench.ui.session import autosave

ALT = Qt.KeyboardModifier.AltModifier
ROOT = Path(__file__).parents[2]


def answer(window, qtbot, name: str, text: str) -> None:
    """Click the button with these words in the question of that name."""
    box = dialog(window, qtbot, name)
    assert isinstance(box, QMessageBox)
    button = next(each for each in box.buttons() if each.text().replace("&", "") == text)
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, name) is not box)


def choose_file(window, qtbot, path: Path) -> None:
    files = dialog(window, qtbot, "files")
    assert isinstance(files, QFileDialog)
    files.fileSelected.emit(str(path))
    files.close()
    qtbot.waitUntil(lambda: window.findChild(QFileDialog, "files") is not files)


def press(window, qtbot, key: Qt.Key) -> None:
    """With Ctrl and Alt; a file dialog that has closed may have left the window inactive."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, key, CTRL | ALT)


def open_copy(window, qtbot, tmp_path, few) -> Path:
    """The demo copied into a folder, with a pruned layer that is pinned; saved beside it with Ctrl+Alt+S."""
    for file in (demo_paths().model, few):
        shutil.copy(file, tmp_path)
    model = tmp_path / Path(demo_paths().model).name
    session = window.session
    session.open(str(model), data=str(tmp_path / few.name))
    qtbot.waitUntil(lambda: measured(session) and bool(session.methods), timeout=WAIT)
    session.set_actions(["head"], (prune(0.5),), "prune")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    session.snapshots.add("half")
    session.select(["blocks.4.conv2"])
    window.workspace.tabs.setCurrentWidget(window.workspace.compare)
    press(window, qtbot, Qt.Key.Key_S)
    choose_file(window, qtbot, tmp_path / "work.mcw")
    assert (tmp_path / "work.mcw").is_file() and not session.modified and not window.isWindowModified()
    return model


def test_a_session_brings_back_model_data_recipe_snapshots_and_layout(window, qtbot, tmp_path, few):
    open_copy(window, qtbot, tmp_path, few)
    session, tabs = window.session, window.workspace.tabs
    recipe, pinned = session.recipe, session.snapshots.all
    window.commands.open_path(demo_paths("fashion_vit").model)
    qtbot.waitUntil(lambda: session.opened.path == demo_paths("fashion_vit").model, timeout=WAIT)
    assert not session.snapshots.all
    tabs.setCurrentIndex(0)
    press(window, qtbot, Qt.Key.Key_O)
    choose_file(window, qtbot, tmp_path / "work.mcw")
    qtbot.waitUntil(lambda: measured(session) and session.recipe == recipe, timeout=WAIT)
    assert session.snapshots.all == pinned and pinned[0].totals.value.samples == session.data.samples
    assert session.selection == ("blocks.4.conv2",) and tabs.currentWidget() is window.workspace.compare
    assert settings.recent()[0] == str(tmp_path / "work.mcw")
    assert not session.modified and session.preview.value == pinned[0].totals.value
    session.undo()
    assert session.recipe == Recipe() and session.modified and not session.undo_stack.canUndo()
    session.redo()
    assert session.recipe == recipe and not session.modified


def test_pins_that_were_renamed_or_deleted_can_be_brought_back_after_reopening(small_window, qtbot, tmp_path):
    session, path = small_window.session, tmp_path / "pins.mcw"
    session.snapshots.add("one")
    session.snapshots.add("two")
    session.snapshots.rename("one", "first")
    session.snapshots.remove("two")
    session.undo()
    small_window.commands.sessions._save(str(path), lambda: None)
    pinned, recipe = session.snapshots.all, session.recipe
    session.redo()
    session.undo_stack.setClean()
    session.snapshots.saved()
    small_window.commands.open_path(str(path))
    qtbot.waitUntil(lambda: session.snapshots.all == pinned and measured(session), timeout=WAIT)
    assert [each.name for each in pinned] == ["first", "two"] and session.recipe == recipe and not session.modified
    session.undo()
    assert [each.name for each in session.snapshots.all] == ["one", "two"]
    session.redo()
    session.redo()
    assert [each.name for each in session.snapshots.all] == ["first"]


def test_a_moved_folder_is_found_and_a_moved_model_is_asked_for(window, qtbot, tmp_path, few):
    (tmp_path / "old").mkdir()
    open_copy(window, qtbot, tmp_path / "old", few)
    session, recipe = window.session, window.session.recipe
    new = (tmp_path / "old").rename(tmp_path / "new")
    window.commands.open_path(str(new / "work.mcw"))
    qtbot.waitUntil(lambda: session.opened.path == str(new / "fashion_cnn.onnx") and measured(session), timeout=WAIT)
    assert session.recipe == recipe
    moved = (new / "fashion_cnn.onnx").rename(tmp_path / "elsewhere.onnx")
    window.commands.open_path(str(new / "work.mcw"))
    box = dialog(window, qtbot, "missing")
    told = box.text().replace(MAY_BREAK, "")
    assert "fashion_cnn.onnx" in told and str(tmp_path / "old") in told
    answer(window, qtbot, "missing", "Locate…")
    choose_file(window, qtbot, moved)
    qtbot.waitUntil(lambda: session.opened.path == str(moved) and measured(session), timeout=WAIT)
    assert session.recipe == recipe and session.snapshots.find("half").totals is not None


def test_another_model_under_the_same_name_is_reported_and_its_figures_are_dropped(window, qtbot, tmp_path, few):
    model = open_copy(window, qtbot, tmp_path, few)
    session, recipe = window.session, window.session.recipe
    shutil.copy(demo_paths("fashion_vit").model, model)
    window.commands.open_path(str(tmp_path / "work.mcw"))
    assert "has changed since" in dialog(window, qtbot, "changed").text()
    answer(window, qtbot, "changed", "Use this model")
    qtbot.waitUntil(lambda: session.recipe == recipe)
    assert session.snapshots.find("half").totals is None
    assert session.model.fingerprint != load_session(tmp_path / "work.mcw").model.fingerprint
    qtbot.waitUntil(lambda: session.data is not None, timeout=WAIT)  # that is asked for last, in a later turn


def test_a_broken_session_says_so_and_leaves_what_is_open(small_window, qtbot, tmp_path):
    (tmp_path / "broken.mcw").write_text('{"version": 1}', encoding="utf-8")
    model = small_window.session.model
    small_window.commands.open_path(str(tmp_path / "broken.mcw"))
    box = dialog(small_window, qtbot, "complaint")
    assert "broken.mcw is not a valid session" in box.text()
    box.close()
    assert small_window.session.model is model


def test_closing_with_a_pinned_state_asks_for_the_session(small_window, qtbot, tmp_path):
    small_window.session.snapshots.add("kept")
    small_window.close()
    assert "session" in dialog(small_window, qtbot, "unsaved").text()
    qtbot.mouseClick(dialog(small_window, qtbot, "unsaved").button(QMessageBox.StandardButton.Save), LEFT)
    choose_file(small_window, qtbot, tmp_path / "s.mcw")
    qtbot.waitUntil(lambda: not small_window.isVisible())
    assert [each.name for each in load_session(tmp_path / "s.mcw").snapshots] == ["kept"]
    assert not list(autosave.folder().glob("*.mcw"))


def test_work_is_kept_while_there_is_some_and_not_longer(small_window, qtbot):
    session = small_window.session
    assert not small_window.autosave.path.exists()
    session.set_actions(["head"], (prune(0.25),), "prune")
    qtbot.waitUntil(small_window.autosave.path.exists)
    qtbot.waitUntil(lambda: "0.25" in small_window.autosave.path.read_text(encoding="utf-8"))
    assert autosave.newest() is None, "the work of a window that is alive is offered to nobody"
    session.undo()
    qtbot.waitUntil(lambda: not small_window.autosave.path.exists())


@pytest.mark.allow_logs
def test_after_a_kill_the_next_start_offers_the_work_back(window, qtbot, few):
    """A real program with its real engine is killed with SIGKILL; this window is the next start."""
    command = [sys.executable, "-m", "tests.ui.working", str(few)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        try:
            assert program.stdout.readline().strip() == "kept"
        finally:
            os.kill(program.pid, signal.SIGKILL)
    assert len(list(autosave.folder().glob("*.mcw"))) == 1
    session = window.session
    window.offer_kept_work()
    box = dialog(window, qtbot, "kept")
    assert "fashion_cnn.onnx" in box.text() and "Snapshots: 1" in box.informativeText()
    answer(window, qtbot, "kept", "Later")
    window.offer_kept_work()
    answer(window, qtbot, "kept", "Restore")
    qtbot.waitUntil(lambda: session.data is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert session.recipe.actions_for("head") == (prune(0.9),)
    assert [each.name for each in session.snapshots.all] == ["half"] and session.modified
    assert [branch.recipe.actions_for("head") for branch in session.history.branches] == [(prune(0.7),)]
    session.undo()
    assert session.recipe.actions_for("head") == (prune(0.5),) and session.modified
    session.undo()
    assert session.recipe == Recipe() and not session.undo_stack.canUndo()
    session.go_to(2)
    assert session.recipe.actions_for("head") == (prune(0.9),)
    assert list(autosave.folder().glob("*.mcw")) == [window.autosave.path], "it is this window's work now"
    window.offer_kept_work()
    assert window.findChild(QMessageBox, "kept") is None


def test_kept_work_can_be_discarded_and_broken_files_are_passed_over(window, qtbot, tmp_path):
    from tests.core.test_session_file import saved

    saved(tmp_path).save(autosave.folder() / "left.mcw")
    (autosave.folder() / "broken.mcw").write_text("{", encoding="utf-8")
    window.offer_kept_work()
    answer(window, qtbot, "kept", "Discard")
    assert [path.name for path in autosave.folder().glob("*.mcw")] == ["broken.mcw"]
    window.offer_kept_work()
    assert window.findChild(QMessageBox, "kept") is None


def test_the_second_window_on_a_session_is_reported(small_window, qtbot, tmp_path):
    window = small_window
    session, path = window.session, tmp_path / "work.mcw"
    session.set_actions(["head"], (prune(0.5),), "prune")
    other = SessionLock(str(path))
    assert other.take()
    sessions = window.commands.sessions
    sessions._save(str(path), lambda: None)
    answer(window, qtbot, "in use", "Save as…")
    dialog(window, qtbot, "files").close()
    assert not path.exists() and not session.session_path
    sessions._save(str(path), lambda: None)
    answer(window, qtbot, "in use", "Replace")
    assert load_session(path).recipe == session.recipe and session.session_path == str(path)

    for way, kept in (("Open a copy", ""), ("Open anyway", str(path))):
        session.undo_stack.setClean()  # a copy was not saved yet
        window.commands.open_path(str(path))
        answer(window, qtbot, "in use", way)
        qtbot.waitUntil(lambda kept=kept: session.session_path == kept and bool(session.recipe.rows), timeout=WAIT)
    other.release()
    window.commands.open_path(str(path))
    qtbot.waitUntil(lambda: not other.take(), timeout=WAIT)
    window.commands.open_path(str(path))  # once more in the same window: nobody is asked
    qtbot.waitUntil(lambda: session.session_path == str(path) and not other.take(), timeout=WAIT)
    assert window.findChild(QMessageBox, "in use") is None
    session.undo_stack.setClean()
    window.close()
    assert other.take(), "closing sets it free"
    other.release()
    assert sorted(each.name for each in tmp_path.iterdir() if "work" in each.name) == ["work.mcw"]


def test_a_stale_or_unwritable_lock_blocks_no_window(tmp_path):
    code = (
        "import os, sys; from workbench.ui.base.session_lock import SessionLock; "
        "lock = SessionLock(sys.argv[1]); print(lock.take(), flush=True); os._exit(9)"
    )
    path = tmp_path / "work.mcw"
    done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True)
    left = tmp_path / ".work.mcw.lock"
    assert done.stdout == "True\n" and left.exists(), done.stderr
    for moment in (0, 2**31 - 1):  # the clock was set back, or forward
        os.utime(left, (moment, moment))
        lock = SessionLock(str(path))
        assert lock.take()
        assert not SessionLock(str(path)).take()
        os.utime(left, (moment, moment))
        assert not SessionLock(str(path)).take(), "who is alive keeps it, whatever the clock says"
        lock.release()
        subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True)
    (tmp_path / "file").write_text("")
    assert SessionLock(str(tmp_path / "file" / "work.mcw")).take()


def test_a_lock_that_is_moved_with_its_folder_is_still_ours(tmp_path):
    (tmp_path / "old").mkdir()
    before, after = SessionLock(str(tmp_path / "old" / "work.mcw")), SessionLock(str(tmp_path / "new" / "work.mcw"))
    assert before.take()
    (tmp_path / "old").rename(tmp_path / "new")
    assert after.take() and not SessionLock(str(tmp_path / "new" / "work.mcw")).take()
    before.release()
    assert not SessionLock(str(tmp_path / "new" / "work.mcw")).take(), "the old one does not set the new one free"
    after.release()
    assert list((tmp_path / "new").iterdir()) == []
