"""What an engine process that was started again is told, and what goes on there."""

import os
import signal
from dataclasses import replace

import pytest

from tests.ui.conftest import WAIT, measured
from workbench.core.base.resources import demo_paths
from workbench.core.ipc import messages
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import Stage
from workbench.ui.session.session import Session

PRUNED = (Action("prune.magnitude", {"sparsity": 0.9}),)


def open_few(session, qtbot, few) -> Session:
    session.open(demo_paths().model, data=str(few))
    qtbot.waitUntil(lambda: measured(session) and bool(session.methods), timeout=WAIT)
    return session


@pytest.fixture
def mortal(own_link, qtbot, few):
    """On an engine that may be killed."""
    yield (session := open_few(Session(own_link), qtbot, few))
    session.deleteLater()


@pytest.fixture
def opened(session, qtbot, few):
    return open_few(session, qtbot, few)


def train(session, qtbot, **params) -> None:
    session.set_actions(["blocks.4.conv2"], PRUNED, "prune")
    session.change_recipe(replace(session.recipe, recover=(Stage("finetune", {"batch": 16, **params}),)), "train")
    session.trainings.start()
    qtbot.waitUntil(lambda: len(session.trainings.points) > 1, timeout=WAIT)


@pytest.mark.slow
@pytest.mark.allow_logs
def test_what_is_asked_while_the_model_is_opened_again_is_answered_with_the_data(mortal, qtbot):
    link = mortal.link
    mortal.couplings, groups = type(mortal.couplings)(), mortal.couplings
    mortal._ask_couplings()  # a quiet question that the process takes with it
    with qtbot.waitSignal(link.lost, timeout=WAIT):
        os.kill(link.pid, signal.SIGKILL)
    mortal.set_actions(["head"], PRUNED, "edit")
    mortal.select(["blocks.3.conv"])
    mortal.change_recipe(replace(mortal.recipe, recover=(Stage("finetune", {"epochs": 1}),)), "train")
    mortal.trainings.start()
    qtbot.waitUntil(lambda: mortal.trainings.result is not None and measured(mortal), timeout=WAIT)
    assert mortal.preview.trained and mortal.preview.value.value == mortal.trainings.result.recovered
    assert mortal.view.path == "blocks.3.conv" and mortal.couplings == groups and groups.groups


@pytest.mark.slow
@pytest.mark.allow_logs
def test_a_training_goes_on_when_the_process_is_ended_for_the_sake_of_another_job(mortal, qtbot):
    link, pid = mortal.link, mortal.link.pid
    train(mortal, qtbot, epochs=2)
    stages = []
    mortal.trainings.changed.connect(lambda: stages.append((mortal.trainings.job, mortal.trainings.failure)))
    link._kill(innocent=True)  # as for a job that does not obey
    qtbot.waitUntil(lambda: not mortal.trainings.job and measured(mortal), timeout=WAIT)
    assert link.pid != pid and mortal.trainings.result is not None and not mortal.trainings.failure
    assert not any(failure for _, failure in stages)


@pytest.mark.slow
@pytest.mark.allow_logs
def test_a_training_that_was_ended_early_is_taken_up_as_it_was_and_that_is_exported(mortal, qtbot, tmp_path):
    train(mortal, qtbot, epochs=200)
    mortal.trainings.finish()
    qtbot.waitUntil(lambda: mortal.trainings.result is not None and measured(mortal), timeout=WAIT)
    before, value = mortal.trainings.result, mortal.preview.value.value
    assert before.stages[0].stopped and mortal.preview.trained
    with qtbot.waitSignal(mortal.link.lost, timeout=WAIT):
        os.kill(mortal.link.pid, signal.SIGKILL)
    qtbot.waitUntil(
        lambda: measured(mortal) and bool(mortal.preview.trained) and not mortal.trainings.job, timeout=WAIT
    )
    after = mortal.trainings.result
    assert after.stages[0].epochs == before.stages[0].epochs < 200 and after.stages[0].stopped
    assert mortal.preview.value.value == value
    with qtbot.waitSignal(mortal.exported, timeout=WAIT) as exported:
        mortal.export(str(tmp_path), "small")
    assert exported.args[0].verified.value == value
    assert exported.args[0].recovery.stages[0].epochs == before.stages[0].epochs


@pytest.mark.slow
@pytest.mark.allow_logs
def test_a_model_that_was_not_opened_again_is_opened_when_the_user_says_so(mortal, qtbot):
    mortal.set_actions(["head"], PRUNED, "edit")
    with qtbot.waitSignal(mortal.link.lost, timeout=WAIT):
        mortal.link.restart()
    (opening,) = (job for job, asked in mortal.link._pending.items() if isinstance(asked.message, messages.Open))
    mortal.link.cancel(opening)  # what was asked before the process was gone may come first
    qtbot.waitUntil(lambda: mortal.measuring_paused, timeout=WAIT)
    qtbot.waitUntil(lambda: not mortal.link.asked, timeout=WAIT)
    mortal.undo()
    assert not mortal.link.asked and mortal.measuring_paused
    mortal.measure_again()
    mortal.redo()
    qtbot.waitUntil(lambda: measured(mortal), timeout=WAIT)
    assert not mortal.measuring_paused and mortal.preview.value is not None


@pytest.mark.slow
def test_a_training_ends_with_its_data_and_goes_on_with_them(opened, qtbot, few):
    train(opened, qtbot, epochs=200)
    reached = opened.trainings.points[-1].step
    opened.attach(str(few))
    qtbot.waitUntil(lambda: not opened.trainings.job, timeout=WAIT)
    assert opened.trainings.failure and opened.trainings.result is None
    qtbot.waitUntil(lambda: measured(opened), timeout=WAIT)
    opened.trainings.start()
    qtbot.waitUntil(lambda: bool(opened.trainings.points) and opened.trainings.points[-1].step >= reached, timeout=WAIT)
    opened.trainings.finish()
    qtbot.waitUntil(lambda: opened.trainings.result is not None, timeout=WAIT)


def test_what_was_asked_on_the_data_before_is_not_taken_for_the_new(opened):
    opened.set_actions([opened.current], PRUNED, "edit")
    asked = {opened.refresher.measures.job, opened.refresher.applies.job}
    assert asked <= set(opened.link.asked)
    opened.refresher.forget_measured()
    assert not asked & set(opened.link.asked)


def test_after_a_cancelled_measurement_the_newest_recipe_is_not_measured_either(opened, qtbot):
    for sparsity in (0.3, 0.6):  # the second waits for the first
        opened.set_actions([opened.current], (Action("prune.magnitude", {"sparsity": sparsity}),), "edit", False)
    opened.link.cancel(opened.refresher.measures.job)
    assert opened.measuring_paused
    waits = opened.refresher.measures._timer  # what waits is patient for so long
    qtbot.waitUntil(lambda: not (waits.isActive() or opened.link.waits_for(messages.Measure)), timeout=WAIT)
    assert not opened.preview_is_current or not opened.preview.complete
    opened.measure_again()
    qtbot.waitUntil(lambda: measured(opened), timeout=WAIT)
