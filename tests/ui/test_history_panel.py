"""The history dock: steps, snapshots and branches, gone to with the mouse and with keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from tests.ui.conftest import WAIT, measured
from tests.ui.test_session import prune, requests
from tests.ui.test_window import CTRL, LEFT, SHIFT
from workbench.core.recipe.recipe import Recipe
from workbench.ui.panels.history_panel import Kind

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


def click(panel, qtbot, kind: Kind, place: int) -> None:
    row = [row for row, entry in enumerate(panel.model.entries) if entry.kind is kind][place]
    qtbot.mouseClick(panel.list.viewport(), LEFT, pos=panel.list.visualRect(panel.model.index(row)).center())


def test_a_click_goes_back_and_forward_without_computing(history, qtbot, monkeypatch):
    session = history.session
    QAbstractItemModelTester(history.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert texts(history, Kind.STEP) == ["Original", "sparsity 0.3", "sparsity 0.6"]
    last, shown = session.recipe, []
    session.recipe_changed.connect(lambda: shown.append(session.recipe))
    qtbot.waitUntil(lambda: not session._refresher._rest.isActive())
    asked = requests(session.link, monkeypatch)
    click(history, qtbot, Kind.STEP, 0)
    assert session.recipe == Recipe() and session.preview_is_current and session.preview.complete
    assert len(shown) == 1, "what lies between is not shown"
    qtbot.waitUntil(lambda: [entry.ahead for entry in history.model.entries] == [False, False, True, True])
    click(history, qtbot, Kind.STEP, 2)
    assert session.recipe == last and "Measure" not in asked


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
    assert texts(history, Kind.STEP) == ["Original", "sparsity 0.1"]
    click(history, qtbot, Kind.BRANCH, 0)
    assert session.recipe == bold and session.preview_is_current
    assert session.undo_stack.undoText() == "Return to sparsity 0.6"


def test_pinned_states_are_in_it(history, qtbot):
    session = history.session
    session.snapshots.add("good")
    qtbot.waitUntil(lambda: texts(history, Kind.SNAPSHOT) == ["good"])
    assert texts(history, Kind.STEP)[2] == "sparsity 0.6  ·  snapshot good"
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
    qtbot.waitUntil(lambda: texts(history, Kind.STEP) == ["Original"], timeout=WAIT)
    assert not history.session.history.branches
