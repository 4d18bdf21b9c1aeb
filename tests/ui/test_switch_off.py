"""A step is switched off with the mouse: the engine measures as if it were not there, and it comes back with undo."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import WAIT, measured
from tests.ui.test_session import requests
from workbench.core.recipe.action import Action
from workbench.ui.tree.data.model import Column

PRUNE, INT4 = Action("prune.magnitude", {"sparsity": 0.9}), Action("quantize.affine", {"bits": 4})


def test_a_step_is_switched_off_measured_without_it_and_on_again(small_window, qtbot, monkeypatch):
    session, space = small_window.session, small_window.workspace
    session.select(["blocks.4.conv2"])
    session.set_actions([session.current], (INT4,), "int4")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    plain = session.preview
    session.set_actions([session.current], (PRUNE, INT4), "prune")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    both = session.preview
    assert both.size.value < plain.size.value
    asked = requests(session.link, monkeypatch)
    QTest.mouseClick(space.actions.cards[0].head.on, Qt.MouseButton.LeftButton)
    assert session.recipe.stack_for(session.current) == (PRUNE.switched(True), INT4)
    assert session.preview is plain and session.preview_is_current and "Measure" not in asked, "it is known already"
    assert session.undo_stack.undoText() == "Switch off Magnitude" and not space.actions.cards[0].form.isEnabled()
    index = space.tree.model.index_of(session.current)
    qtbot.waitUntil(lambda: "magnitude" not in str(index.siblingAtColumn(Column.ACTIONS).data()))
    assert session.changes[session.current].actions == (INT4,)
    session.undo()
    assert session.preview is both and space.actions.cards[0].head.on.isChecked()
