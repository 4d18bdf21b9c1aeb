"""Snapshots: pinned, compared side by side, renamed, deleted, restored at once; by mouse and by keys."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QPlainTextEdit, QWidget

from tests.figures import TOP1
from tests.ui.conftest import WAIT, measured, settle
from tests.ui.test_scoreboard import DATA, MEASURED, MODEL, RECIPE
from tests.ui.test_session import prune, requests
from tests.ui.test_window import CTRL, LEFT, dialog
from workbench.core.analysis.report import Figure
from workbench.core.base.errors import UserError
from workbench.core.layer_data.views import Timing
from workbench.core.recipe.recipe import Recipe
from workbench.core.session.session_file import Reference, SavedSession, load_session
from workbench.core.session.snapshot import NOTE, Snapshot
from workbench.ui.commands.snapshot_commands import SnapshotCommands
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.session.session import Session
from workbench.ui.shell.palette.found import actions_of
from workbench.ui.tabs.compare.snapshots_chart import SnapshotsChart, Spot
from workbench.ui.tabs.compare.snapshots_model import NOTE_ROLE, Column, SnapshotsModel
from workbench.ui.tabs.compare.snapshots_page import NARROWEST_NAME, SnapshotsPage
from workbench.ui.text import i18n

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


def test_states_are_dots_of_size_and_metric_and_a_dot_is_its_row(compared, qtbot):
    session, page = compared.session, compared.workspace.compare.states
    pin(compared, qtbot, "bold")
    change(session, qtbot, 0.3)
    chart = page.chart
    qtbot.waitUntil(lambda: [spot.name for spot in chart.spots] == ["Original", "Now", "bold"])
    settle(session)
    bold = chart.spots[2]
    assert bold.bytes.value < chart.spots[1].bytes.value < chart.spots[0].bytes.value
    dot = next(each for each in chart.canvas.spots if each.key == 2)
    assert (dot.label, dot.y) == ("bold", pytest.approx(100 * bold.value.value))
    assert next(each for each in chart.canvas.spots if each.key == 1).strong, "the current one is marked"
    at = chart.canvas.place(dot).toPoint()
    qtbot.mouseMove(chart.canvas.viewport(), at)
    assert chart.readout.full.startswith("bold: ")
    qtbot.mouseClick(chart.canvas.viewport(), LEFT, pos=at)
    assert [index.row() for index in page.table.selectionModel().selectedRows()] == [2] and chart.canvas.chosen == (2,)
    qtbot.keyClick(chart.canvas, Key.Key_Return)
    assert session.undo_stack.undoText() == "Restore bold"
    assert chart.to_csv().splitlines()[3].startswith('"bold",')


def test_coming_back_to_a_pinned_state_is_one_step_and_asks_the_engine_nothing(compared, qtbot, monkeypatch):
    session = compared.session
    pin(compared, qtbot, "bold")
    bold, shown = session.recipe, session.preview
    for sparsity in (0.2, 0.4):
        change(session, qtbot, sparsity)
    steps = session.undo_stack.count()
    session.refresher._previews._limit = 2  # what is pinned outlives what is merely recent
    change(session, qtbot, 0.5)
    click(compared, qtbot, 2)
    qtbot.waitUntil(lambda: not session.refresher.rest.isActive())
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


def test_a_note_is_written_shown_undone_and_kept_in_the_session_file(compared, qtbot, tmp_path):
    session, table = compared.session, compared.workspace.compare.states.table
    pin(compared, qtbot, "bold")
    click(compared, qtbot, 2)
    qtbot.keyClick(table, Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    asked = dialog(compared, qtbot, "note")
    box = asked.findChild(QPlainTextEdit)
    qtbot.keyClicks(box, "for the demo")
    qtbot.keyClick(box, Key.Key_Return)
    qtbot.keyClicks(box, "x" * NOTE)
    assert box.horizontalScrollBar().maximum() == 0, "long lines are wrapped"
    qtbot.mouseClick(asked.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok), LEFT)
    qtbot.waitUntil(lambda: cell(compared, 2, Column.NAME, NOTE_ROLE).startswith("for the demo x"))
    kept = session.snapshots.find("bold").note
    assert len(kept) == NOTE and kept.startswith("for the demo\nx")
    assert "for the demo" in cell(compared, 2, Column.NAME, Qt.ItemDataRole.ToolTipRole)
    saved = SavedSession(Reference("m.onnx"), session.recipe, snapshots=session.snapshots.all)
    saved.save(tmp_path / "a.mcw")
    assert load_session(tmp_path / "a.mcw").snapshots[0].note == kept
    session.undo()
    assert session.snapshots.find("bold").note == "" and cell(compared, 2, Column.NAME, NOTE_ROLE) == "1 layer"


@pytest.mark.parametrize("note", [7, ["a"], {"a": 1}])
def test_a_note_that_is_no_text_is_refused(note, tmp_path):
    snapshot = Snapshot("a", Recipe(), note="b" * 2 * NOTE)
    document = SavedSession(Reference("m.onnx"), Recipe(), snapshots=(snapshot,)).to_dict(tmp_path)
    path = tmp_path / "a.mcw"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert load_session(path).snapshots[0].note == "b" * NOTE
    document["snapshots"][0]["note"] = note
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UserError, match="note"):
        load_session(path)


def test_two_rows_are_compared_layer_by_layer_and_copied(compared, qtbot):
    session, page = compared.session, compared.workspace.compare.states
    pin(compared, qtbot, "bold")
    change(session, qtbot, 0.3)
    click(compared, qtbot, 2)
    assert not page.buttons["differences"].isEnabled()
    table = page.table
    qtbot.mouseClick(table.viewport(), LEFT, CTRL, table.visualRect(table.model().index(1, 0)).center())
    assert page.buttons["differences"].isEnabled() and not page.buttons["restore"].isEnabled()
    qtbot.mouseClick(page.buttons["differences"], LEFT)
    found = page.comparison
    assert found.isVisible() and found.title.full.startswith("Now and bold: 1 of ")
    qtbot.mouseClick(found.copy_button, LEFT)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0] == found.title.full and lines[1].split("\t") == ["Layer", "Now", "bold"] and len(lines) == 3
    path, now, bold = lines[2].split("\t")
    assert path == session.current and "30 %" in now and "80 %" in bold
    change(session, qtbot, 0.8)
    qtbot.waitUntil(lambda: found.title.full.startswith("Now and bold: 0 of "))
    assert not found.copy_button.isEnabled()
    qtbot.keyClick(found.table, Key.Key_Escape)
    assert table.isVisible() and table.hasFocus()


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


def test_a_narrow_table_leaves_names_their_room(demo_window, qtbot):
    page = demo_window.workspace.compare.states
    demo_window.workspace.tabs.setCurrentWidget(demo_window.workspace.compare)
    for width, hidden in ((520, True), (900, False)):
        page.table.resize(width, 300)
        assert page.table.isColumnHidden(Column.MACS) == hidden


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_names_have_room_beside_measured_latency_at_the_smallest_window(qtbot, qapp, language):
    i18n.apply(qapp, language)
    session = Session(EngineLink())
    session.model, session.data, session.recipe = MODEL, DATA, RECIPE
    session.timings._known.put(RECIPE.in_effect, Timing(2.0, 1.0, 10, 250_000, 0, 0, False))
    session.show_preview(MEASURED, True)
    window = QWidget()
    qtbot.addWidget(window)
    page = SnapshotsPage(session, SnapshotCommands(session, window), window)
    page.resize(568, 500)  # the tab of a window of 1280 pixels
    window.show()
    settle(session)
    table = page.table
    assert not table.isColumnHidden(Column.LATENCY) and table.isColumnHidden(Column.MACS)
    assert table.columnWidth(Column.NAME) >= NARROWEST_NAME - 8
    assert not table.horizontalScrollBar().isVisible()
    page.resize(1100, 500)
    settle(session)
    assert not any(table.isColumnHidden(column) for column in Column)
    i18n.apply(qapp, "en")


def test_without_steps_now_is_the_original_to_the_byte(qtbot):
    session = Session(EngineLink())
    session.model, session.data, session.recipe = MODEL, DATA, Recipe()
    written = replace(MEASURED, size=Figure(MODEL.bytes - 10.0, "forecast"), changes=())
    session.show_preview(written, True)
    model = SnapshotsModel(session)
    model.refresh()
    rows = [[model.index(row, column).data() for column in (Column.SIZE, Column.SMALLER)] for row in (0, 1)]
    assert rows[0] == rows[1] and session.snapshots.now().totals.bytes.value == MODEL.bytes
    assert session.snapshots.add("kept").totals.bytes.value == MODEL.bytes
    session.recipe = Recipe()
    session.recipe = replace(session.recipe, storing=replace(session.recipe.storing, sides="float16"))
    session.show_preview(written, True)
    assert session.snapshots.now().totals.bytes.value == MODEL.bytes - 10, "the storage is chosen"


@pytest.mark.parametrize("ends", [(None, None), (0.88, 0.92)])
def test_the_chart_speaks_of_bars_only_where_it_draws_some(qtbot, ends):
    chart = SnapshotsChart()
    qtbot.addWidget(chart)
    chart.spots = tuple(
        Spot(row, name, Figure(1000 * (row + 1), "forecast"), Figure(0.9, "measured", 500, *ends))
        for row, name in enumerate(("Original", "Now"))
    )
    chart._metric = TOP1
    chart.redraw()
    assert ("Bars" in chart.readout.full) == (ends[0] is not None)
    assert chart.readout.full.endswith("Click to choose, Return restores.")
    lengths = chart._bars.opts["top"] + chart._bars.opts["bottom"]
    assert (lengths > 0).all() == (ends[0] is not None)
