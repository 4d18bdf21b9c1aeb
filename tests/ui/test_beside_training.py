"""Scans, sweeps and the search for a guilty layer run beside a training in the real engine, and the window says so."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.engine.small import network
from tests.ui.conftest import WAIT, measured
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import Stage
from workbench.ui.session.scans import Scans
from workbench.ui.session.sweeps import Sweeps
from workbench.ui.tabs.compare.attribution import AttributionPanel
from workbench.ui.tabs.compare.changed_predictions import ChangedPredictions
from workbench.ui.tabs.sensitivity import SensitivityTab

LONG = Stage("finetune", {"epochs": 1000, "batch": 16})
PRUNE = (Action("prune.magnitude", {"sparsity": 0.75}),)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def training(session, qtbot, tmp_path):
    """A session in which a training has begun that lasts longer than the test."""
    path = network(tmp_path)
    session.open(str(path), data=str(tmp_path / "test.npz"), calibration=str(tmp_path / "train.npz"))
    qtbot.waitUntil(lambda: measured(session) and bool(session.methods), timeout=WAIT)
    session.set_actions(["first", "second"], PRUNE, "prune")
    recipe = session.recipe
    session.change_recipe(type(recipe)(recipe.rows, recover=(LONG,)), "train")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    session.trainings.start()
    qtbot.waitUntil(lambda: len(session.trainings.points) > 1, timeout=WAIT)
    yield session
    session.trainings.finish()
    qtbot.waitUntil(lambda: not session.trainings.job, timeout=WAIT)


@pytest.fixture
def tab(training, qtbot):
    tab = SensitivityTab(training, Scans(training), Sweeps(training))
    qtbot.addWidget(tab)
    tab.resize(700, 600)
    tab.show()
    return tab


def test_a_scan_ends_while_the_training_goes_on_and_says_that_both_run(training, tab, qtbot):
    page, trainings = tab.scan_page, training.trainings
    page.candidates.choose((PRUNE,))
    before = trainings.points[-1].step
    QTest.mouseClick(page.scan, LEFT)
    beside = page.running.beside
    assert beside.isVisible() and "Training runs at the same time" in beside.words.text()
    qtbot.waitUntil(lambda: not page.scans.job, timeout=WAIT)
    assert all(trial.drop is not None for trial in page.scans.cells.values()) and len(page.scans.cells) == 2
    assert trainings.job and not trainings.paused and not page.running.isVisible()
    qtbot.waitUntil(lambda: trainings.points[-1].step > before, timeout=WAIT)


def test_the_training_can_be_paused_from_there_and_goes_on(training, tab, qtbot):
    QTest.mouseClick(tab.switch.button(1), LEFT)
    page, trainings = tab.sweep_page, training.trainings
    QTest.mouseClick(page.start_button, LEFT)
    beside = page.running.beside
    assert beside.isVisible() and beside.hold.text() == "Pause training"
    QTest.mouseClick(beside.hold, LEFT)
    assert trainings.paused and beside.words.text() == "Training is paused."
    qtbot.waitUntil(lambda: not page.sweeps.job, timeout=WAIT)
    assert page.sweeps.curve.complete and trainings.job
    rested = trainings.points[-1].step
    trainings.hold()
    qtbot.waitUntil(lambda: trainings.points[-1].step > rested, timeout=WAIT)


def test_the_guilty_layer_is_found_meanwhile(training, qtbot):
    findings = ChangedPredictions(training)
    panel = AttributionPanel(findings)
    qtbot.addWidget(panel)
    findings.attribute(range(20), "Twenty samples")
    panel.show()
    assert panel.beside.isVisible()
    qtbot.waitUntil(lambda: not findings.attributing, timeout=WAIT)
    assert not findings.failure and {suspect.path for suspect in findings.attribution.suspects} == {"first", "second"}
    assert training.trainings.job and not panel.beside.isVisible()
