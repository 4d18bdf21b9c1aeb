"""After training, the Inspect tab draws the trained layer: distributions and images, also one without steps."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.engine.small import network
from tests.ui.conftest import WAIT, measured
from workbench.core.layer_data.layer_queries import WantTile
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage

STAGE = Stage("finetune", {"epochs": 2, "batch": 32, "rate": 0.01})
RECIPE = Recipe((Row("first", (Action("prune.magnitude", {"sparsity": 0.75}),)),), 0, (STAGE,))


@pytest.fixture
def at_pictures(window, qtbot, tmp_path):
    """The window on a small network, with the images of a layer on show."""
    session, inspect = window.session, window.workspace.inspect
    inspect.show_pictures(True)
    session.open(str(network(tmp_path)), data=str(tmp_path / "test.npz"), calibration=str(tmp_path / "train.npz"))
    qtbot.waitUntil(lambda: measured(session) and bool(session.methods), timeout=WAIT)
    session.select(["second"])
    qtbot.waitUntil(lambda: session.view is not None and session.view.path == "second", timeout=WAIT)
    return window


def drawn(window):
    """The image after the steps, once it arrived."""
    tile = window.workspace.inspect.pictures.maps.tile
    return tile.after if tile is not None else None


def asked(window, qtbot):
    """The image of the current layer after the steps, as it is answered."""
    answers, wanted = [], WantTile(64, 64)
    pictures = window.workspace.pictures
    pictures.answered.connect(lambda each, tile: answers.append(tile.after) if each == wanted else None)
    pictures.ask(wanted)
    qtbot.waitUntil(lambda: bool(answers), timeout=WAIT)
    return answers[0]


@pytest.mark.slow
def test_the_trained_layer_is_drawn(at_pictures, qtbot):
    window, session = at_pictures, at_pictures.session
    inspect, recover = window.workspace.inspect, window.workspace.recover
    session.change_recipe(RECIPE, "steps and a stage")
    session.select(["first"])
    qtbot.waitUntil(lambda: session.edit is not None and drawn(window) is not None, timeout=WAIT)
    before, images = drawn(window), asked(window, qtbot)
    assert not session.edit.trained

    window.workspace.tabs.setCurrentWidget(recover)
    QTest.mouseClick(recover.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.trainings.result is not None, timeout=WAIT)
    window.workspace.tabs.setCurrentWidget(inspect)
    qtbot.waitUntil(lambda: session.edit is not None and session.edit.trained, timeout=WAIT)
    qtbot.waitUntil(lambda: drawn(window) is not None and not np.allclose(drawn(window), before), timeout=WAIT)
    assert (drawn(window) == 0).mean() == pytest.approx(0.75, abs=0.05), "what was pruned stays zero"

    session.select(["second"])  # it has no steps, and was trained with the other
    qtbot.waitUntil(lambda: session.edit is not None and session.edit.change.path == "second", timeout=WAIT)
    qtbot.waitUntil(lambda: drawn(window) is not None, timeout=WAIT)
    tile = inspect.pictures.maps.tile
    assert session.edit.trained and not np.allclose(tile.after, tile.before)
    session.select(["first"])
    images = asked(window, qtbot), images
    assert not np.allclose(*images), "an image from before the training is not shown again"
    inspect.show_pictures(False)
    assert session.edit.trained and session.edit.moments.std != session.view.moments.std

    session.undo()
    qtbot.waitUntil(lambda: session.edit is None, timeout=WAIT)
    inspect.show_pictures(True)
    qtbot.waitUntil(lambda: inspect.pictures.maps.tile is not None and drawn(window) is None, timeout=WAIT)


def test_images_that_were_asked_for_when_the_data_came_are_drawn(at_pictures, qtbot):
    session, maps = at_pictures.session, at_pictures.workspace.inspect.pictures.maps
    qtbot.waitUntil(lambda: maps.tile is not None, timeout=WAIT)
    session.data_changed.emit()  # answers so far no longer hold
    maps.tile = None
    maps.ask()
    session.data_changed.emit()
    qtbot.waitUntil(lambda: maps.tile is not None, timeout=WAIT)


def test_the_button_of_the_images_stays_marked(at_pictures, qtbot):
    session, inspect = at_pictures.session, at_pictures.workspace.inspect
    inspect.show_pictures(True)
    for path in ("first", "second"):
        session.select([path])
        qtbot.waitUntil(lambda path=path: session.view is not None and session.view.path == path, timeout=WAIT)
        session.turns.settle()
        assert inspect.pictures_button.isChecked() and inspect.pages.currentWidget() is inspect.pictures
