"""Which metric is measured is chosen in the window, kept in the session, and written into scripts."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from tests.ui.conftest import WAIT, measured, settle
from workbench.core.analysis.measured import Measuring
from workbench.core.recipe.recipe import Recipe
from workbench.core.session.opened import Attached, Opened
from workbench.core.session.script import Work, as_command, as_python
from workbench.core.session.session_file import Reference, SavedSession, load_session

ASKED = Measuring(("f1", "top1"), "logits", 0)


def open_dialog(window):
    window.commands.choose_metric.trigger()
    return window.findChild(QDialog, "measure")


def test_another_metric_is_chosen_with_others_beside_it(small_window, qtbot):
    session = small_window.session
    qtbot.waitUntil(lambda: "f1" in session.metrics and measured(session), timeout=WAIT)
    dialog = open_dialog(small_window)
    assert dialog.measuring == Measuring()
    dialog.decides.setCurrentIndex(dialog.decides.findData("f1"))
    shown = next(item for item in dialog._items() if item.data(Qt.ItemDataRole.UserRole) == "top1")
    shown.setCheckState(Qt.CheckState.Checked)
    dialog.output.setEditText("logits")
    dialog.axis.setValue(0)
    dialog.accept()
    qtbot.waitUntil(lambda: session.data is not None and session.data.metric.title == "F1 (macro)", timeout=WAIT)
    assert session.attached.measuring == ASKED
    assert [each.id for each in session.data.beside] == ["top1"]
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    settle(session)
    assert "Top-1: " in small_window.workspace.scoreboard.metric_tile.toolTip()
    again = open_dialog(small_window)
    assert again.measuring == ASKED
    again.reject()


def test_a_metric_that_does_not_fit_leaves_what_was_measured(small_window, qtbot):
    session = small_window.session
    qtbot.waitUntil(lambda: measured(session) and bool(session.metrics), timeout=WAIT)
    before = session.data.metric
    dialog = open_dialog(small_window)
    dialog.decides.setCurrentIndex(dialog.decides.findData("map"))
    with qtbot.waitSignal(session.failed, timeout=WAIT) as failed:
        dialog.accept()
    assert "Labels of boxes have the shape" in failed.args[1]
    assert session.data.metric == before and session.attached.measuring == Measuring()


def test_a_session_keeps_what_is_measured(tmp_path):
    saved = SavedSession(Reference("/m.onnx"), Recipe(), data=Reference("/d.npz"), measuring=ASKED)
    saved.save(tmp_path / "work.mcw")
    assert load_session(tmp_path / "work.mcw").measuring == ASKED


def test_scripts_say_what_is_measured():
    plain = Attached("/d.npz", measuring=Measuring(("f1",)))
    assert "metric=['f1']" in as_python(Work(Opened("/m.onnx"), plain, Recipe(), "/out"))
    whole = Work(Opened("/m.onnx"), Attached("/d.npz", measuring=ASKED), Recipe(), "/out")
    assert "metric=wb.Measuring(('f1', 'top1'), 'logits', 0)" in as_python(whole)
    assert "--metric f1 --metric top1 --output logits --batch-axis 0" in as_command(whole)
