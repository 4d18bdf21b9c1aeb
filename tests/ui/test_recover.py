"""Recover: stages are edited, trained in the engine with a live curve, and what they reach is what is measured."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QSplitter, QWidget

from tests.engine.small import network
from tests.engine.test_train_students import student
from tests.ui.conftest import WAIT, measured, settle
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import Stage, TrainingPoint
from workbench.ui.commands.snapshot_commands import SnapshotCommands
from workbench.ui.panels.scoreboard import Scoreboard
from workbench.ui.plots.curve import MOST, along, thinned
from workbench.ui.tabs.recover import RecoverTab

PRUNE = (Action("prune.magnitude", {"sparsity": 0.75}),)
INT4 = (Action("quantize.affine", {"bits": 4}),)
TUNE = Stage("finetune", {"epochs": 4, "batch": 32, "rate": 0.01})


@pytest.fixture
def tab(session, qtbot, tmp_path):
    """On a small network with labels, and other samples to train on."""
    path = network(tmp_path)
    tab = RecoverTab(session, session.trainings)
    qtbot.addWidget(tab)
    tab.resize(1000, 700)
    tab.show()
    session.open(str(path), data=str(tmp_path / "test.npz"), calibration=str(tmp_path / "train.npz"))
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    return tab


def choose(tab, session, kind: int) -> None:
    tab.add.menu().actions()[kind].trigger()
    session.turns.settle()


def stages(session, wanted: list[Stage]) -> None:
    session.change_recipe(replace(session.recipe, recover=tuple(wanted)), "train")


def train(tab, session, qtbot, button) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not (session.trainings.job or session.turns.waiting), timeout=WAIT)
    session.turns.settle()


def test_only_stages_that_train_by_epochs_promise_a_learning_curve(tab, session):
    stages(session, [Stage("reconstruct")])
    session.turns.settle()
    assert not tab.reached.isVisible() and not tab.loss.isVisible() and tab.outcome.isVisible()
    stages(session, [Stage("reconstruct"), TUNE])
    session.turns.settle()
    assert tab.reached.isVisible() and tab.loss.isVisible()


def test_stages_are_added_changed_moved_and_removed_and_all_of_it_can_be_undone(tab, session):
    assert not tab.train.isEnabled() and "Add a stage" in tab.why_not.text()
    choose(tab, session, 0)
    choose(tab, session, 1)
    assert [stage.kind for stage in session.recipe.recover] == ["finetune", "distill"]
    assert tab.train.isEnabled() and "Not trained yet" in tab.outcome.text()
    box = tab.cards[0].form.editor("epochs").box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "7")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert session.recipe.recover[0].params == {"epochs": 7}
    assert session.undo_stack.undoText() == "Fine-tune: epochs"
    QTest.mouseClick(tab.cards[0].down, Qt.MouseButton.LeftButton)
    assert [stage.kind for stage in session.recipe.recover] == ["distill", "finetune"]
    assert not tab.cards[0].up.isEnabled() and not tab.cards[1].down.isEnabled()
    QTest.mouseClick(tab.cards[0].remove, Qt.MouseButton.LeftButton)
    assert session.recipe.recover == (Stage("finetune", {"epochs": 7}),)
    for _ in range(5):
        session.undo()
    assert session.recipe.recover == () and not tab.cards


def test_the_focus_stays_with_the_stages_and_with_the_training(tab, session, qtbot):
    tab.activateWindow()
    qtbot.waitUntil(tab.isActiveWindow)
    choose(tab, session, 0)
    assert tab.cards[0].isAncestorOf(tab.focusWidget()), "the new stage is what is filled in next"
    choose(tab, session, 1)
    tab.cards[1].up.setFocus()
    QTest.keyClick(tab.cards[1].up, Qt.Key.Key_Space)
    assert tab.cards[0].stage.kind == "distill" and tab.cards[0].down.hasFocus(), "it is first now"
    QTest.keyClick(tab.cards[0].down, Qt.Key.Key_Space)
    assert tab.cards[1].stage.kind == "distill" and tab.cards[1].up.hasFocus()
    tab.cards[1].remove.setFocus()
    QTest.keyClick(tab.cards[1].remove, Qt.Key.Key_Space)
    assert tab.cards[0].remove.hasFocus() and len(tab.cards) == 1
    stages(session, [Stage("finetune", {"epochs": 2, "batch": 32})])
    tab.train.setFocus()
    QTest.keyClick(tab.train, Qt.Key.Key_Space)
    assert tab.pause.hasFocus(), "it stands where Train was"
    QTest.keyClick(tab.pause, Qt.Key.Key_Space)
    session.turns.settle()
    assert tab.outcome.text().startswith("Paused.")
    QTest.keyClick(tab.pause, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not session.trainings.job, timeout=WAIT)
    assert tab.train.hasFocus()


def test_training_draws_its_curve_and_is_what_is_measured_afterwards(tab, session, qtbot):
    session.set_actions(["first", "second"], PRUNE, "prune")
    stages(session, [TUNE])
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    before = session.preview
    assert before.trained is False
    train(tab, session, qtbot, tab.train)
    points = session.trainings.points
    assert points[-1].epoch == 4.0 and points[-1].sparsity == pytest.approx(0.75, abs=0.01)
    assert len(tab.reached.to_csv().splitlines()) == 6 and len(tab.loss.to_csv().splitlines()) > 5
    assert "Fine-tune" in tab.outcome.text() and "200 held-out samples (trained on 600)" in tab.outcome.text()
    qtbot.waitUntil(lambda: measured(session) and session.preview.trained is True, timeout=WAIT)
    assert session.preview.value.value > before.value.value + 0.02
    assert tab.reached.to_csv().startswith("epoch,value\n0,")


def test_blocks_are_reconstructed_and_what_fell_is_reported(tab, session, qtbot):
    (kind,) = [index for index, action in enumerate(tab.add.menu().actions()) if action.text() == "Reconstruct blocks"]
    session.set_actions(["first", "second"], (Action("quantize.affine", {"bits": 2}),), "2 bits")
    choose(tab, session, kind)
    assert session.recipe.recover == (Stage("reconstruct"),)
    settle(session)
    assert tab.cards[0].form.editor("drop").isVisible() and not tab.cards[0].form.editor("step").isVisible()
    stages(session, [Stage("reconstruct", {"steps": 30})])
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    before = session.preview
    train(tab, session, qtbot, tab.train)
    assert "Reconstruct blocks: " in tab.outcome.text() and "2 blocks reconstructed: " in tab.outcome.text()
    qtbot.waitUntil(lambda: measured(session) and session.preview.trained is True, timeout=WAIT)
    assert session.preview.value.value > before.value.value


def test_stopping_early_keeps_the_best_and_training_again_goes_on(tab, session, qtbot):
    session.set_actions(["first"], PRUNE, "prune")
    stages(session, [Stage("finetune", {**TUNE.params, "epochs": 1000})])
    QTest.mouseClick(tab.train, Qt.MouseButton.LeftButton)
    assert tab.finish.isVisible() and not tab.cards[0].isEnabled()
    qtbot.waitUntil(lambda: any(p.epoch >= 2 for p in session.trainings.points), timeout=WAIT)
    QTest.mouseClick(tab.finish, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not (session.trainings.job or session.turns.waiting), timeout=WAIT)
    assert "stopped by the user" in tab.outcome.text() and session.trainings.result is not None
    reached = session.trainings.points[-1].step
    QTest.mouseClick(tab.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: bool(session.trainings.points) and session.trainings.points[-1].step > reached, timeout=WAIT
    )
    steps = [point.step for point in session.trainings.points]
    assert steps == sorted(steps)
    session.link.cancel(session.trainings.job)
    qtbot.waitUntil(lambda: not (session.trainings.job or session.turns.waiting), timeout=WAIT)
    assert "resumes here" in tab.why_not.text()


def test_what_was_trained_comes_back_with_the_recipe_that_does_the_same(tab, session, qtbot):
    """Whatever was switched off and on, or was added and switched off: the engine knows it, and the window with it."""
    trainings = session.trainings
    session.set_actions(["first"], PRUNE, "prune")
    session.set_actions(["second"], INT4, "quantise")
    stages(session, [Stage("finetune", {**TUNE.params, "epochs": 2})])
    train(tab, session, qtbot, tab.train)
    result, shown = trainings.result, tab.outcome.text()
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert result is not None and session.preview.trained and session.preview.value.value == result.recovered
    trained = session.preview
    step = PRUNE[0].switched(True)
    session.set_actions(["first"], (step,), "switch off")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert trainings.result is None and session.preview.trained is False
    session.set_actions(["first"], PRUNE, "switch on")
    assert trainings.result is result and session.preview is trained and measured(session)
    session.set_actions(["second"], (step, *INT4), "another step, switched off")
    assert trainings.result is result and session.preview is trained and tab.outcome.text() == shown
    # The engine takes them for one and the same, too.
    measure_again(session, qtbot)
    assert session.preview.trained and session.preview.value == trained.value and trainings.result is result
    assert not trainings.job


def measure_again(session, qtbot) -> None:
    session.measure_anew(session.recipe)
    assert not measured(session)
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)


def test_a_training_is_paused_and_goes_on(tab, session, qtbot):
    trainings = session.trainings
    session.set_actions(["first"], PRUNE, "prune")
    stages(session, [Stage("finetune", {**TUNE.params, "epochs": 1000})])
    assert not tab.pause.isVisible()
    QTest.mouseClick(tab.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any(p.epoch >= 1 for p in trainings.points), timeout=WAIT)
    QTest.mouseClick(tab.pause, Qt.MouseButton.LeftButton)
    assert trainings.paused and tab.pause.text() == "Resume"
    measure_again(session, qtbot)  # the engine has heard of the pause; the step that was under way is told
    rested = trainings.points[-1].step
    for _ in range(10):  # time for hundreds of steps
        measure_again(session, qtbot)
    assert trainings.points[-1].step == rested
    QTest.mouseClick(tab.pause, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: trainings.points[-1].step > rested, timeout=WAIT)
    QTest.mouseClick(tab.pause, Qt.MouseButton.LeftButton)
    QTest.mouseClick(tab.finish, Qt.MouseButton.LeftButton)  # a paused one can be stopped
    qtbot.waitUntil(lambda: not (trainings.job or session.turns.waiting), timeout=WAIT)
    assert not trainings.paused and "stopped by the user" in tab.outcome.text()


def test_teachers_are_chosen_by_file_and_their_answers_learnt(tab, session, qtbot, tmp_path):
    choose(tab, session, 1)
    (card,) = tab.cards
    assert card.teachers.text() == "Teacher: the original model"
    card.set_teachers([session.opened.path, session.opened.path])
    assert card.teachers.text() == "Teacher: small.onnx, small.onnx"
    assert session.recipe.recover[0].params["teacher"].count("small.onnx") == 2
    session.undo()
    assert card.teachers.text() == "Teacher: the original model"
    QTest.mouseClick(card.choose, Qt.MouseButton.LeftButton)
    dialog = card.findChild(QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.ExistingFiles
    dialog.reject()


def test_temperatures_are_tried_drawn_as_they_arrive_and_the_best_is_taken(tab, session, qtbot):
    trainings = session.trainings
    assert not tab.trials.isVisible() and not tab.temperatures.isVisible()
    stages(session, [Stage("distill", {**TUNE.params, "epochs": 1, "alpha": 1.0})])
    session.set_actions(["first"], PRUNE, "prune")
    tab.seeds.setValue(2)
    seen = []
    trainings.changed.connect(lambda: seen.append(len(trainings.curve.points) if trainings.curve else 0))
    QTest.mouseClick(tab.try_, Qt.MouseButton.LeftButton)
    session.turns.settle()
    assert tab.temperatures.isVisible() and tab.finish.text() == "Stop" and not tab.trials.isVisible()
    qtbot.waitUntil(lambda: not (trainings.job or session.turns.waiting), timeout=2 * WAIT)
    curve = trainings.curve
    assert {1, 8} <= set(seen) and curve.complete and [len(point.held) for point in curve.points] == [2] * 8
    assert tab.temperatures.to_csv().count("\n") == 16 and "2 seeds" in tab.temperatures.readout.full
    assert f"T = {curve.best.temperature:g}" in tab.proposal.text()
    QTest.mouseClick(tab.proposal, Qt.MouseButton.LeftButton)
    assert session.recipe.recover[0].params["temperature"] == curve.best.temperature


def test_a_device_is_offered_where_there_is_a_choice(tab, session):
    assert not tab.device.isVisible()
    session.link.devices = ("cpu", "cuda")
    tab.refresh()
    assert tab.device.isVisible() and [tab.device.itemText(index) for index in range(2)] == ["CPU", "CUDA"]
    tab.device.setCurrentIndex(1)
    tab.device.activated.emit(1)
    assert session.trainings.device == "cuda"


def test_what_does_not_fit_is_reported_where_the_button_is(tab, session, qtbot):
    stages(session, [Stage("finetune", {"flip": True})])
    train(tab, session, qtbot, tab.train)
    assert "Shifting and flipping need images" in tab.why_not.text() and tab.train.isEnabled()


def test_stages_follow_each_other_on_the_axis():
    points = [
        TrainingPoint(stage, step, step / 2, None, None, 0.1, 0.0)
        for stage, step in ((0, 0), (0, 2), (0, 4), (1, 0), (1, 2))
    ]
    assert along(points) == ([0.0, 1.0, 2.0, 2.0, 3.0], (2.0,))


def test_a_long_curve_is_thinned_and_ends_where_it_ends():
    points = np.stack([np.arange(9592.0), np.linspace(2, 1, 9592)], axis=1)
    drawn = thinned(points)
    assert len(drawn) <= MOST + 1 and drawn[-1].tolist() == points[-1].tolist()
    assert drawn[:-1, 1].mean() == pytest.approx(1.5, abs=0.01) and (np.diff(drawn[:, 0]) > 0).all()
    assert thinned(points[:5]) is not None and len(thinned(points[:5])) == 5


def test_a_student_without_labels_is_compared_with_its_teacher(session, qtbot, tmp_path):
    network(tmp_path)
    own = student(tmp_path / "student.onnx")
    for name in ("test", "train"):
        np.savez(tmp_path / f"{name}_bare.npz", x=np.load(tmp_path / f"{name}.npz")["x"])
    window = QWidget()
    qtbot.addWidget(window)
    score = Scoreboard(session, SnapshotCommands(session, window))
    qtbot.addWidget(score)
    score.show()
    session.open(own, data=str(tmp_path / "test_bare.npz"), calibration=str(tmp_path / "train_bare.npz"))
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert session.metric.title == "top-1 agreement with the original" and session.baseline.value == 1.0
    stage = Stage("distill", {"epochs": 6, "batch": 32, "rate": 0.02, "teacher": str(tmp_path / "small.onnx")})
    session.change_recipe(replace(session.recipe, recover=(stage,)), "teacher")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    before = session.baseline.value
    assert session.metric.title == "top-1 agreement with the teacher" and before < 0.7
    assert score.metric_tile.caption.text() == "Top-1 agreement with the teacher"
    assert session.snapshots.before().totals.value.value == before
    session.trainings.start()
    qtbot.waitUntil(lambda: not session.trainings.job, timeout=WAIT)
    qtbot.waitUntil(lambda: measured(session) and session.preview.trained is True, timeout=WAIT)
    assert session.preview.value.value > before + 0.2 and session.baseline.value == before
    assert session.snapshots.now().metric.title == "top-1 agreement with the teacher"


@pytest.mark.parametrize("size", [(1500, 1300), (540, 640)])
def test_in_a_large_window_the_curves_get_the_room_and_the_form_keeps_its_size(session, qtbot, size):
    alone = RecoverTab(session, session.trainings)
    qtbot.addWidget(alone)
    alone.resize(*size)
    alone.show()
    halves = alone.findChild(QSplitter)
    qtbot.waitUntil(lambda: halves.size().width() > size[0] - 60)
    assert alone.add.width() <= 520, "nor is the only button as wide as the window"
    session.change_recipe(replace(session.recipe, recover=(Stage("finetune", {"epochs": 2}),)), "training", True)
    qtbot.waitUntil(alone.reached.isVisible)
    form, curves = halves.sizes()
    assert curves >= 0.9 * form and form <= 520 and alone.reached.width() > 150  # its words may need a little more
    session.undo_stack.setClean()


def test_a_stage_shows_what_it_states_to_be_basic_and_folds_the_rest(tab, session, qtbot):
    choose(tab, session, 0)
    settle(session)
    form = tab.cards[0].form
    basic = [field.name for field in tab.cards[0].info.fields if not field.expert and not field.group]
    assert basic == ["batch", "before", "sparsify"]
    assert all(form.editor(name).isVisible() for name in basic) and not form.editor("ema").isVisible()
    QTest.mouseClick(form.more, Qt.MouseButton.LeftButton)
    assert form.editor("ema").isVisible()
    QTest.mouseClick(form.more, Qt.MouseButton.LeftButton)
    assert not form.editor("ema").isVisible()
