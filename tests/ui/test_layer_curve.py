"""The error of a layer falls before the user's eyes while a step trains it, and that can be ended early."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui import sample
from tests.ui.conftest import WAIT, measured, settle
from workbench.core.layer_data.layer_curve import LayerCurve
from workbench.core.recipe.action import Action
from workbench.methods.distill.layer import LayerDistillation
from workbench.methods.distill.refine import Refinement
from workbench.ui.actions import ActionPanel

DISTIL = Action("distill.layer", {"rank": 4, "steps": 400})
CURVE = LayerCurve(sample.LAYER.path, "distill.layer", 400, (0, 25, 50), (0.8, 0.5, 0.25))


@pytest.fixture
def panel(qtbot):
    """A panel on one layer that is distilled."""
    panel = ActionPanel()
    qtbot.addWidget(panel)
    panel.resize(340, 900)
    panel.heard = []
    panel.actions_changed.connect(lambda *what: panel.heard.append(what))
    panel.set_methods((*sample.METHODS.values(), LayerDistillation().info(), Refinement().info()))
    panel.set_layers((sample.LAYER,))
    panel.set_actions((DISTIL,))
    panel.show()
    settle()
    return panel


def test_the_curve_grows_and_says_the_newest_error(panel):
    assert panel.cards[0].learning is None
    panel.show_curve(LayerCurve(CURVE.path, CURVE.method, 400, (0,), (0.8,)))
    assert not panel.cards[0].learning.isVisible()  # one point is no line
    panel.show_curve(CURVE)
    shown = panel.cards[0].learning
    assert shown.isVisible() and shown.stop.isVisible()
    assert "step 50" in shown.readout.text() and "25\N{NO-BREAK SPACE}%" in shown.readout.text()
    assert shown.to_csv().splitlines() == ["step,error", "0,0.8", "25,0.5", "50,0.25"]
    panel.show_curve(LayerCurve("another", CURVE.method, 400, (0, 25), (0.9, 0.1)))
    assert shown.curve == CURVE
    panel.show_curve(LayerCurve(CURVE.path, CURVE.method, 400, (0, 400), (0.8, 0.1)))
    assert shown.isVisible() and not shown.stop.isVisible()  # it is over


def test_stopping_is_an_edit_that_keeps_the_curve_up_to_there(panel):
    panel.show_curve(CURVE)
    settle()
    QTest.mouseClick(panel.cards[0].learning.stop, Qt.MouseButton.LeftButton)
    (actions, text, finished) = panel.heard[-1]
    assert actions == (DISTIL.with_param("stop", 50),) and finished and "Distil the layer" in text
    panel.show_curve(CURVE.with_look(75, 0.2))  # what was under way
    assert not panel.cards[0].learning.stop.isVisible()
    assert "step 50" in panel.cards[0].learning.readout.text()


def test_other_settings_have_another_curve_and_the_first_comes_back_with_them(panel):
    panel.show_curve(CURVE)
    panel.set_actions((DISTIL.with_param("rank", 8),))
    assert not panel.cards[0].learning.isVisible()
    panel.set_actions((DISTIL,))
    assert panel.cards[0].learning.isVisible() and panel.cards[0].learning.curve == CURVE
    panel.curves.forget()
    panel.set_actions((DISTIL,))
    assert not panel.cards[0].learning.isVisible()


def test_the_engine_tells_the_curve_and_a_stopped_training_is_measured(demo_window, qtbot):
    """A training that would take minutes ends where the user says so, and the layer has the weights of that step."""
    session, panel = demo_window.session, demo_window.workspace.actions
    session.select(["blocks.0.conv1"] if session.layer("blocks.0.conv1") else [session.model.layers[1].path])
    session.set_actions(session.selection, (Action("distill.layer", {"rank": 4, "steps": 5000}),), "distil")
    qtbot.waitUntil(
        lambda: panel.cards and panel.cards[0].learning is not None and panel.cards[0].learning.isVisible(),
        timeout=WAIT,
    )
    demo_window.workspace.actions.cards[0].learning.stop.click()
    (step,) = session.recipe.actions_for(session.current)
    assert 0 < step.params["stop"] < 5000
    qtbot.waitUntil(lambda: measured(session) and session.edit is not None and session.edit_is_current, timeout=WAIT)
    assert f"stopped after {step.params['stop']:,} of 5,000 steps" in session.edit.change.note
