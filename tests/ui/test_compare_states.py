"""Snapshots: pinned, compared side by side, renamed, deleted, restored at once; by mouse and by keys."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QDialog, QLineEdit

from tests.ui.conftest import WAIT, measured
from tests.ui.test_session import prune, requests
from tests.ui.test_window import CTRL, LEFT, dialog
from workbench.core.recipe.recipe import Recipe
from workbench.ui.shell.found import actions_of
from workbench.ui.tabs.compare.states import NOTE_ROLE, Column

Key = Qt.Key


@pytest.fixture
def compared(small_window, qtbot):
    """The demo, pruned and measured, with the table of states on show."""
    session = small_window.session
    session.select(["blocks.4.conv2"])
    change(session, qtbot, 0.8)
    small_window.activateWindow()
    qtbot.waitUntil(small_window.isActiveWindow)
    qtbot.keyClick(small_window, Key.Key_P, CTRL | Qt.KeyboardModifier.ShiftModifier)
    space = small_window.workspace
    qtbot.waitUntil(space.compare.states.table.isVisible)
    yield small_window
    session.snapshots.saved()


def change(session, qtbot, sparsity: float) -> None:
    session.set_actions([session.current], (prune(sparsity),), f"sparsity {sparsity}")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)


def pin(window, qtbot, name: str = "") -> None:
    """With the button of the scoreboard."""
    qtbot.mouseClick(window.workspace.scoreboard.snapshot_button, LEFT)
    asked = dialog(window, qtbot, "snapshot")
    box = asked.findChild(QLineEdit)
    if name:
        box.selectAll()
        qtbot.keyClicks(box, name)
    qtbot.keyClick(box, Key.Key_Return)
    qtbot.waitUntil(lambda: window.findChild(QDialog, "snapshot") is None)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def cell(window, row: int, column: Column, role=Qt.ItemDataRole.DisplayRole) -> str:
    model = window.workspace.compare.states.model
    return model.index(row, column).data(role)


def click(window, qtbot, row: int) -> None:
    table = window.workspace.compare.states.table
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(row, 0)).center())


def test_what_is_pinned_stands_beside_before_and_now_with_its_figures(compared, qtbot):
    session, table = compared.session, compared.workspace.compare.states.table
    QAbstractItemModelTester(table.model(), QAbstractItemModelTester.FailureReportingMode.Fatal)
    shown = session.preview
    pin(compared, qtbot, "bold")
    change(session, qtbot, 0.3)
    pin(compared, qtbot)
    assert table.model().rowCount() == 4
    assert [cell(compared, row, Column.NAME) for row in range(3)] == ["Original", "Now", "bold"]
    assert cell(compared, 3, Column.NAME).endswith(f"smaller, {100 * session.preview.value.value:.1f} %"), "proposed"
    assert cell(compared, 2, Column.METRIC) == f"{100 * shown.value.value:.1f} %"
    assert cell(compared, 2, Column.METRIC, NOTE_ROLE) == "● measured, 300"
    assert cell(compared, 2, Column.SMALLER) == f"{session.model.bytes / shown.size.value:.1f}x"
    assert cell(compared, 1, Column.SIZE) == cell(compared, 3, Column.SIZE) != cell(compared, 2, Column.SIZE)
    assert cell(compared, 2, Column.CHANGE).startswith("−") and cell(compared, 0, Column.CHANGE) == "–"
    assert cell(compared, 2, Column.LATENCY) == "–" and table.isColumnHidden(Column.LATENCY), "none was measured"
    session.timings.ask()
    qtbot.waitUntil(lambda: cell(compared, 3, Column.LATENCY) != "–", timeout=WAIT)
    assert cell(compared, 1, Column.LATENCY) == cell(compared, 3, Column.LATENCY) and not table.isColumnHidden(
        Column.LATENCY
    )
    assert cell(compared, 3, Column.LATENCY, NOTE_ROLE) == "● measured" and cell(compared, 2, Column.LATENCY) == "–"


def test_coming_back_to_a_pinned_state_is_one_step_and_asks_the_engine_nothing(compared, qtbot, monkeypatch):
    session = compared.session
    pin(compared, qtbot, "bold")
    bold, shown = session.recipe, session.preview
    for sparsity in (0.2, 0.4):
        change(session, qtbot, sparsity)
    steps = session.undo_stack.count()
    session._refresher._previews._limit = 2  # what is pinned outlives what is merely recent
    change(session, qtbot, 0.5)
    click(compared, qtbot, 2)
    qtbot.waitUntil(lambda: not session._refresher._rest.isActive())
    asked = requests(session.link, monkeypatch)
    qtbot.keyClick(compared.workspace.compare.states.table, Key.Key_Return)
    assert session.recipe == bold and session.preview is shown and session.preview_is_current, "without waiting"
    assert session.undo_stack.count() == steps + 2 and session.undo_stack.undoText() == "Restore bold"
    assert "Measure" not in asked
    qtbot.keyClick(compared, Key.Key_Z, CTRL)
    assert session.recipe != bold and [each.name for each in session.snapshots.all] == ["bold"]


def test_a_pin_outlives_undo_and_renaming_and_deleting_can_be_undone(compared, qtbot):
    session, table = compared.session, compared.workspace.compare.states.table
    pin(compared, qtbot, "first")
    session.undo()
    assert session.recipe == Recipe() and session.snapshots.find("first") is not None
    click(compared, qtbot, 2)
    qtbot.keyClick(table, Key.Key_F2)
    editor = table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "renamed")
    qtbot.keyClick(editor, Key.Key_Return)
    qtbot.waitUntil(lambda: cell(compared, 2, Column.NAME) == "renamed")
    click(compared, qtbot, 2)
    QTest.mouseClick(compared.workspace.compare.states.buttons["remove"], LEFT)
    assert table.model().rowCount() == 2
    session.undo()
    assert cell(compared, 2, Column.NAME) == "renamed"
    session.undo()
    assert cell(compared, 2, Column.NAME) == "first" and session.undo_stack.undoText() == ""
    session.redo()
    session.redo()
    assert table.model().rowCount() == 2


def test_names_are_unique_and_each_snapshot_is_a_command(compared, qtbot):
    pin(compared, qtbot, "same")
    pin(compared, qtbot, "same")
    assert [each.name for each in compared.session.snapshots.all] == ["same", "same (2)"]
    commands = dict(actions_of(compared.menuBar()))
    compared.session.undo()
    commands["Edit › Snapshots › Restore same (2)"].trigger()
    assert compared.session.undo_stack.undoText() == "Restore same (2)"
    assert compared.isWindowModified() and compared.session.modified


def test_what_was_pinned_while_it_was_measured_gets_its_figures_later(compared, qtbot):
    session = compared.session
    session.set_actions([session.current], (prune(0.65),), "prune")
    session.snapshots.add("early")
    early = session.snapshots.all[0]
    assert early.totals is None or early.totals.value is None or early.totals.value.how == "estimated"
    assert compared.session.snapshots.of(session.recipe.in_effect) == ("early",)
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    known = session.snapshots.all[0]
    assert known.totals.value == session.preview.value and known.data == session.data.fingerprint


def test_other_data_greys_what_was_measured_before(compared, qtbot, few, tmp_path):
    session = compared.session
    with np.load(few) as arrays:
        np.savez(tmp_path / "other.npz", **{name: arrays[name][:100] for name in arrays.files})
    pin(compared, qtbot, "bold")
    session.undo()
    session.attach(str(tmp_path / "other.npz"))
    qtbot.waitUntil(lambda: measured(session) and session.data.samples == 100, timeout=WAIT)
    assert cell(compared, 2, Column.METRIC, NOTE_ROLE) == "on other data"
    session.snapshots.restore("bold")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert cell(compared, 2, Column.METRIC, NOTE_ROLE).startswith("● measured")


def test_a_key_that_means_nothing_changes_nothing(compared, qtbot):
    table = compared.workspace.compare.states.table
    click(compared, qtbot, 0)
    for key in (Key.Key_Delete, Key.Key_Return, Key.Key_F2):
        table.keyPressEvent(QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
    assert table.model().rowCount() == 2 and compared.session.undo_stack.count() == 1
