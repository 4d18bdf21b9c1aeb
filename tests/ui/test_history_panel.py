"""The history dock: steps, snapshots and branches, gone to with the mouse and with keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester

from tests.ui.conftest import WAIT, measured
from tests.ui.test_session import prune, requests
from tests.ui.test_window import CTRL, LEFT, SHIFT
from workbench.core.base.quantities import size
from workbench.core.recipe.recipe import Recipe
from workbench.ui.panels.history_panel import Kind
from workbench.ui.panels.history_words import POINT
from workbench.ui.text.format import value_text

Key = Qt.Key


@pytest.fixture
def history(small_window, qtbot):
    """Two measured steps, and the dock open by its shortcut."""
    session = small_window.session
    session.select(["blocks.4.conv2"])
    for sparsity in (0.3, 0.6):
        session.set_actions([session.current], (prune(sparsity),), f"sparsity {sparsity}")
        qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    small_window.activateWindow()
    qtbot.waitUntil(small_window.isActiveWindow)
    qtbot.keyClick(small_window, Key.Key_H, CTRL | SHIFT)
    panel = small_window.workspace.history
    qtbot.waitUntil(panel.list.isVisible)
    panel.session = session
    yield panel
    session.undo_stack.setClean()
    session.snapshots.saved()


def texts(panel, kind: Kind) -> list[str]:
    return [entry.text for entry in panel.model.entries if entry.kind is kind]


def steps(panel) -> list[list[str]]:
    """The parts of each step: layer, what was done, size, metric."""
    return [text.split(POINT) for text in texts(panel, Kind.STEP)]


def test_a_step_names_its_layer_the_values_and_the_figures(history, qtbot):
    session = history.session
    _, first, second = steps(history)
    assert first[:2] == ["blocks.4.conv2", "sparsity 0.3"], "a step that was added has its own text"
    assert second[:2] == ["blocks.4.conv2", "Magnitude sparsity 30 % → 60 %"]
    preview = session.preview
    assert second[2:] == [size(round(preview.size.value)), value_text(preview.value.value, preview.metric)]
    assert second[2] != first[2]
    session.set_actions(["blocks.4.conv1", "blocks.4.conv2"], (prune(0.7),), "two")
    qtbot.waitUntil(lambda: len(steps(history)) == 4 and len(steps(history)[3]) == 4)
    assert steps(history)[3][:2] == ["2 layers", "two"], "one was added, one was changed"


def test_a_drag_is_one_step_from_its_first_value_to_its_last(history, qtbot):
    session = history.session
    for value in (0.65, 0.7, 0.8):
        session.set_actions([session.current], (prune(value),), "Magnitude: sparsity", finished=value == 0.8)
    qtbot.waitUntil(lambda: len(steps(history)) == 4)
    assert steps(history)[3][:2] == ["blocks.4.conv2", "Magnitude sparsity 60 % → 80 %"]


def test_the_search_finds_steps_by_layer_and_value_and_goes_there(history, qtbot):
    session = history.session
    session.set_actions(["blocks.4.conv1"], (prune(0.7),), "Add Magnitude")
    qtbot.waitUntil(lambda: len(steps(history)) == 4)
    qtbot.keyClicks(history.search, "CONV2 60")
    assert [step[0] for step in steps(history)] == ["blocks.4.conv2"] and not history.nothing.isVisible()
    qtbot.keyClick(history.search, Key.Key_Return)
    assert history.list.hasFocus()
    qtbot.keyClick(history.list, Key.Key_Return)
    assert session.undo_stack.index() == 2 and not session.recipe.stack_for("blocks.4.conv1")
    qtbot.keyClicks(history.search, "x")
    assert history.nothing.isVisible() and not history.model.entries
    qtbot.keyClick(history.search, Key.Key_Escape)
    assert len(steps(history)) == 4 and not history.nothing.isVisible()


def click(panel, qtbot, kind: Kind, place: int) -> None:
    row = [row for row, entry in enumerate(panel.model.entries) if entry.kind is kind][place]
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=panel.list.visualRect(panel.model.index(row)).center())


def test_a_click_goes_back_and_forward_without_computing(history, qtbot, monkeypatch):
    session = history.session
    QAbstractItemModelTester(history.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert [step[0] for step in steps(history)] == ["Original", "blocks.4.conv2", "blocks.4.conv2"]
    last, shown = session.recipe, []
    session.recipe_changed.connect(lambda: shown.append(session.recipe))
    qtbot.waitUntil(lambda: not session.refresher.rest.isActive())
    asked = requests(session.link, monkeypatch)
    click(history, qtbot, Kind.STEP, 0)
    assert session.recipe == Recipe() and session.preview_is_current and session.preview.complete
    assert len(shown) == 1, "what lies between is not shown"
    qtbot.waitUntil(lambda: [entry.ahead for entry in history.model.entries] == [False, False, True, True])
    click(history, qtbot, Kind.STEP, 2)
    assert session.recipe == last and "Measure" not in asked


def test_size_and_metric_are_lines_along_the_steps_and_a_click_goes_there(history, qtbot):
    session, line = history.session, history.line
    assert line.isVisible() and line.y() < history.search.geometry().bottom(), "beside the search: it takes no height"
    assert [mark.bytes for mark in line.marks][1:] != [None, None] and line.marks[2].here
    assert line.marks[2].value == session.preview.value.value and line.marks[2].bytes == session.preview.size.value
    assert line.marks[1].bytes > line.marks[2].bytes
    qtbot.mouseMove(line, QPoint(round(line.x_of(1)), 20))
    qtbot.mouseClick(line, LEFT, pos=QPoint(round(line.x_of(1)) + 3, 20))
    assert session.undo_stack.index() == 1
    qtbot.waitUntil(lambda: line.marks[1].here)
    qtbot.keyClicks(history.search, "60 %")
    assert len(line.marks) == 3, "a search hides no step of the lines"


def test_keys_are_enough(history, qtbot):
    session = history.session
    history.list.setFocus()
    qtbot.keyClick(history.list, Key.Key_Up)
    qtbot.keyClick(history.list, Key.Key_Return)
    assert session.undo_stack.index() == 1
    qtbot.waitUntil(lambda: history.model.entries[history.list.currentIndex().row()].here)


def test_the_way_not_taken_is_kept_as_a_branch(history, qtbot):
    session = history.session
    bold = session.recipe
    click(history, qtbot, Kind.STEP, 0)
    session.set_actions([session.current], (prune(0.1),), "sparsity 0.1")
    qtbot.waitUntil(lambda: texts(history, Kind.BRANCH) == ["sparsity 0.6 (2 changes)"])
    assert [step[1] for step in steps(history)[1:]] == ["sparsity 0.1"]
    click(history, qtbot, Kind.BRANCH, 0)
    assert session.recipe == bold and session.preview_is_current
    assert session.undo_stack.undoText() == "Return to sparsity 0.6"


def test_pinned_states_are_in_it(history, qtbot):
    session = history.session
    session.snapshots.add("good")
    qtbot.waitUntil(lambda: texts(history, Kind.SNAPSHOT) == ["good"])
    assert texts(history, Kind.STEP)[2].endswith("  ·  snapshot good")
    good = session.recipe
    click(history, qtbot, Kind.STEP, 1)
    click(history, qtbot, Kind.SNAPSHOT, 0)
    assert session.recipe == good and session.undo_stack.undoText() == "Restore good"


def test_another_model_begins_anew(history, short_demo, qtbot):
    history.session.undo()
    history.session.set_actions([history.session.current], (prune(0.1),), "sparsity 0.1")
    assert history.session.history.branches
    history.session.undo_stack.setClean()
    history.window().commands.open_demo("fashion_vit")
    qtbot.waitUntil(lambda: [step[0] for step in steps(history)] == ["Original"], timeout=WAIT)
    assert not history.session.history.branches
