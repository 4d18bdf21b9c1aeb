"""Latency and zipped size, measured when they are asked for."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import WAIT, measured
from workbench.core.recipe.action import Action

Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


def test_latency_on_demand(demo_window, qtbot):
    session, board = demo_window.session, demo_window.workspace.scoreboard
    assert board.latency_tile.note.text() == "not measured" and board.measure_button.isEnabled()
    session.set_actions(["blocks.4.conv1"], (Action("quantize.affine", {"bits": 8}),), "step")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    QTest.keyClick(demo_window, Key.Key_F9, SHIFT)
    session.turns.settle()
    assert not board.measure_button.isEnabled()
    qtbot.waitUntil(lambda: board.timings.current is not None, timeout=WAIT)
    session.turns.settle()
    timing = board.timings.current
    assert board.latency_tile.isVisible() and board.latency_tile.value.text().endswith(" ms")
    assert f"median of {timing.runs}" in board.latency_tile.note.text() and not timing.made_up
    assert timing.file == session.preview.size.value, "what was forecast is what is written"
    assert ", ○ zipped " in board.size_tile.note.text()

    session.undo()
    session.turns.settle()
    assert board.latency_tile.note.text() == "not measured", "it was of another recipe"
    session.redo()
    session.turns.settle()
    assert board.latency_tile.value.text().endswith(" ms") and board.timings.current is timing
    QTest.mouseClick(board.measure_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: board.timings.current is not timing, timeout=WAIT)
