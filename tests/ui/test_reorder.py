"""Steps and training stages are dragged by the mouse: to another place, or onto another layer."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from tests.ui import sample
from tests.ui.actions.conftest import AFFINE, KEY, LEFT, MAGNITUDE
from tests.ui.conftest import settle
from tests.ui.test_tree import summary
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.ui.actions import ActionPanel
from workbench.ui.commands.layer_commands import LayerCommands
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.session.session import Session
from workbench.ui.tabs.recover import RecoverTab
from workbench.ui.tree.data.cells import Column
from workbench.ui.tree.step_drop import StepDrop
from workbench.ui.tree.view import TreePanel

SVD = Action("lowrank.svd", {"rank": 20})
STACK = (MAGNITUDE, SVD, AFFINE)


@pytest.fixture
def window(qapp, qtbot):
    """The tree beside the steps of `stem`, without an engine."""
    window = QWidget()
    qtbot.addWidget(window)
    window.session = session = Session(EngineLink(), window)
    session.model = summary()
    session._layers = {layer.path: layer for layer in session.model.layers}
    session.methods = dict(sample.METHODS)
    window.tree, window.panel = TreePanel(session, LayerCommands(session, window), window), ActionPanel(window)
    row = QHBoxLayout(window)
    row.addWidget(window.tree, 1)
    row.addWidget(window.panel)
    window.panel.set_methods(session.methods)
    window.panel.actions_changed.connect(lambda actions, *rest: session.set_actions(["stem"], actions, *rest))
    session.recipe_changed.connect(lambda: window.panel.set_actions(session.recipe.stack_for("stem")))
    window.panel.reorder.elsewhere = StepDrop(session, window.panel, window.tree.tree)
    window.told = []
    window.panel.reorder.refused.connect(window.told.append)
    session.told.connect(window.told.append)
    session.select(["stem"])
    window.panel.set_layers((sample.LAYER,))
    session.change_recipe(Recipe().with_actions(["stem"], STACK), "begin")
    window.resize(900, 900)
    window.show()
    settle(session)
    return window


def carry(window: QWidget, start: QPoint, end: QPoint, let_go: bool = True) -> None:
    """Press, move and release the mouse as a hand does; both are points of the window."""
    mouse = window.windowHandle()
    QTest.mousePress(mouse, LEFT, Qt.KeyboardModifier.NoModifier, start)
    for part in range(1, 9):
        QTest.mouseMove(mouse, start + (end - start) * part / 8)
        QApplication.processEvents()
    if let_go:
        QTest.mouseRelease(mouse, LEFT, Qt.KeyboardModifier.NoModifier, end)
        settle()


def grip(window, card: QWidget) -> QPoint:
    return card.grip.mapTo(window, card.grip.rect().center())


def row_of(window, path: str) -> QPoint:
    tree = window.tree.tree
    index = window.tree.proxy.mapFromSource(window.tree.model.index_of(path)).siblingAtColumn(Column.NAME)
    return tree.viewport().mapTo(window, tree.visualRect(index).center())


def edge(window, card: QWidget) -> QPoint:
    return card.mapTo(window, QPoint(40, 2))


def test_a_step_is_dragged_to_another_place_and_that_is_one_step_to_undo(window):
    session, panel = window.session, window.panel
    edits = session.undo_stack.count()
    carry(window, grip(window, panel.cards[1]), edge(window, panel.cards[0]), let_go=False)
    line = panel.reorder.line
    assert line.isVisible() and line.geometry().center().y() <= panel.cards[0].y(), "above the first card"
    QTest.mouseRelease(window.windowHandle(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(1, 1))  # outside
    assert not line.isVisible() and session.undo_stack.count() == edits, "nothing is there"
    carry(window, grip(window, panel.cards[1]), edge(window, panel.cards[0]))
    assert session.recipe.stack_for("stem") == (SVD, MAGNITUDE, AFFINE) and not line.isVisible()
    assert session.undo_stack.count() == edits + 1 and session.undo_stack.undoText() == "Move Truncated SVD"
    assert QApplication.overrideCursor() is None
    session.undo()
    assert session.recipe.stack_for("stem") == STACK


def test_a_place_that_is_not_allowed_is_refused_with_the_reason(window):
    edits = window.session.undo_stack.count()
    carry(window, grip(window, window.panel.cards[2]), edge(window, window.panel.cards[0]))
    assert window.session.undo_stack.count() == edits and not window.panel.reorder.line.isVisible()
    order = "Prune → Low rank → Distil → Quantise"
    assert window.told == [f"Steps are applied in the order {order}; pruning may follow a factorisation."]


def test_the_dots_take_no_room_of_the_name_and_names_are_dragged_too(window):
    card = window.panel.cards[0]
    assert card.grip.isVisible() and card.grip.geometry().right() < card.head.x()
    assert abs(card.grip.geometry().center().y() - card.head.geometry().center().y()) <= 1
    beside = card.head.mapTo(window, QPoint(card.head.remove.x() - 4, card.head.height() // 2))
    carry(window, beside, edge(window, window.panel.cards[1]) + QPoint(0, 60))
    assert window.session.recipe.stack_for("stem") == (SVD, MAGNITUDE, AFFINE)


def test_escape_and_a_click_move_nothing(window):
    cards, edits = window.panel.cards, window.session.undo_stack.count()
    carry(window, grip(window, cards[1]), edge(window, cards[0]), let_go=False)
    QTest.keyClick(window, KEY.Key_Escape)
    assert QApplication.overrideCursor() is None and not window.panel.reorder.line.isVisible()
    QTest.mouseRelease(window.windowHandle(), LEFT, Qt.KeyboardModifier.NoModifier, edge(window, cards[0]))
    carry(window, grip(window, cards[1]), grip(window, cards[1]))
    assert window.session.undo_stack.count() == edits and window.told == []


def test_keys_move_the_step_with_the_focus_and_the_tooltip_names_them(window, qtbot):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    panel, keys = window.panel, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    panel.cards[0].focus_form()
    QTest.keyClick(QApplication.focusWidget(), KEY.Key_Down, keys)
    assert window.session.recipe.stack_for("stem") == (SVD, MAGNITUDE, AFFINE)
    assert panel.cards[1].isAncestorOf(QApplication.focusWidget())
    QTest.keyClick(QApplication.focusWidget(), KEY.Key_Up, keys)
    assert window.session.recipe.stack_for("stem") == STACK
    panel.cards[2].focus_form()
    QTest.keyClick(QApplication.focusWidget(), KEY.Key_Up, keys)
    assert window.session.recipe.stack_for("stem") == STACK and "in the order" in window.told[-1]
    assert "Ctrl+Shift+Up" in panel.cards[0].head.toolTip() and "Ctrl+Shift+Down" in panel.cards[0].head.later.toolTip()


def test_a_step_that_is_dropped_on_a_layer_is_copied_there(window):
    session, panel = window.session, window.panel
    eight = Action(AFFINE.method, {"bits": 8})
    session.change_recipe(session.recipe.with_actions(["head"], (eight,)), "8 bits")
    edits = session.undo_stack.count()
    carry(window, grip(window, panel.cards[0]), row_of(window, "head"))
    assert session.recipe.stack_for("head") == (MAGNITUDE, eight), "in the order in which they are applied"
    carry(window, grip(window, panel.cards[2]), row_of(window, "head"))
    assert session.recipe.stack_for("head") == (MAGNITUDE, AFFINE), "the method was there: its parameters"
    assert session.recipe.stack_for("stem") == STACK
    assert session.undo_stack.count() == edits + 2 and session.undo_stack.undoText().startswith("Copy ")
    carry(window, grip(window, panel.cards[0]), row_of(window, "blocks.10"))
    assert [session.recipe.stack_for(path) for path in ("blocks.10", "blocks.10.conv")] == [(MAGNITUDE,)] * 2
    assert session.recipe.stack_for("blocks.2.conv") == ()


def test_a_layer_that_cannot_get_the_step_says_why(window):
    session, panel = window.session, window.panel
    session.leave_alone(["head"], True)
    edits = session.undo_stack.count()
    for path in ("table", "stem", "head"):
        carry(window, grip(window, panel.cards[0]), row_of(window, path))
    assert window.told == [
        "Its weight is computed by the graph.",
        "The step is of this layer.",
        "The recipe leaves this layer alone.",
    ]
    assert session.undo_stack.count() == edits


def test_a_training_stage_is_dragged_and_moved_by_keys(qapp, qtbot):
    session = Session(EngineLink())
    session.model = summary()
    tab = RecoverTab(session, session.trainings)
    qtbot.addWidget(tab)

    def kinds() -> list[str]:
        return [stage.kind for stage in session.recipe.recover]

    both = Stage("finetune"), Stage("distill")
    session.change_recipe(replace(session.recipe, recover=both), "train")
    tab.resize(1400, 1000)  # the stages beside the curves
    tab.show()
    tab.activateWindow()
    settle(session)
    carry(tab, grip(tab, tab.cards[0]), edge(tab, tab.cards[1]) + QPoint(0, 60))
    assert kinds() == ["distill", "finetune"] and session.undo_stack.undoText() == "order of training stages"
    settle(session)
    carry(tab, grip(tab, tab.cards[1]), edge(tab, tab.cards[0]))
    assert kinds() == ["finetune", "distill"]
    qtbot.waitUntil(tab.isActiveWindow)
    tab.cards[0].focus_form()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(QApplication.focusWidget(), KEY.Key_Down, keys)
    assert kinds() == ["distill", "finetune"] and "Ctrl+Shift+Down" in tab.cards[0].head.toolTip()
