"""What the world does to a window at work: the engine is killed at a job, files change or go while they are open."""

import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.ui.conftest import WAIT, measured
from workbench.core.base.resources import demo_paths
from workbench.core.ipc import messages
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import Stage
from workbench.ui.session.session import Session

LAYER = "blocks.4.conv2"
pytestmark = pytest.mark.allow_logs


def prune(sparsity: float) -> tuple[Action, ...]:
    return (Action("prune.magnitude", {"sparsity": sparsity}),)


@pytest.fixture
def files(tmp_path, few) -> tuple[Path, Path]:
    """A model and its data that a test may do anything to."""
    return Path(shutil.copy(demo_paths().model, tmp_path / "model.onnx")), Path(shutil.copy(few, tmp_path / "data.npz"))


@pytest.fixture
def session(own_link, qtbot, files):
    """With these open and measured, and all that it says."""
    session = Session(own_link)
    session.words, session.complaints = [], []
    session.told.connect(session.words.append)
    session.failed.connect(lambda *words: session.complaints.append(" ".join(words)))
    session.open(str(files[0]), data=str(files[1]))
    qtbot.waitUntil(lambda: measured(session) and session.view is not None and bool(session.methods), timeout=WAIT)
    yield session
    session.deleteLater()


def kill(session, qtbot) -> None:
    pid = session.link.pid
    with qtbot.waitSignal(session.link.lost, timeout=WAIT):
        os.kill(pid, signal.SIGKILL)
    assert session.link.pid != pid
    assert [words for words in session.words if "restarted" in words] == session.words[-1:]
    session.words.clear()


@pytest.mark.slow
def test_killed_while_a_layer_is_edited_and_while_it_is_measured(session, qtbot):
    for sparsity in (0.3, 0.4, 0.5):  # a hand drags
        session.set_actions([session.current], prune(sparsity), "sparsity", False)
    assert session.link.waits_for(messages.Edit)
    kill(session, qtbot)
    session.set_actions([session.current], prune(0.6), "sparsity", True)
    qtbot.waitUntil(lambda: measured(session) and session.edit is not None, timeout=WAIT)
    assert session.recipe.actions_for(session.current) == prune(0.6) and session.undo_stack.count() == 1
    value = session.preview.value
    session.select([LAYER])
    session.set_actions([LAYER], prune(0.8), "sparsity")
    qtbot.waitUntil(lambda: session.preview_is_current or measured(session), timeout=WAIT)  # the first figures
    kill(session, qtbot)
    qtbot.waitUntil(lambda: measured(session) and session.edit is not None, timeout=WAIT)
    assert session.preview.value != value and not session.complaints
    session.undo()
    assert session.preview.value == value, "what was measured before is still known"


@pytest.mark.slow
def test_killed_while_it_trains_and_while_it_exports(session, qtbot, tmp_path):
    trainings, out = session.trainings, tmp_path / "out"
    session.set_actions([LAYER], prune(0.9), "prune")
    session.change_recipe(replace(session.recipe, recover=(Stage("finetune", {"batch": 16, "epochs": 200}),)), "train")
    trainings.start()
    qtbot.waitUntil(lambda: len(trainings.points) > 1, timeout=WAIT)
    kill(session, qtbot)
    qtbot.waitUntil(lambda: not trainings.job and measured(session), timeout=WAIT)
    assert "stopped the engine" in trainings.failure and trainings.result is None
    trainings.start()
    qtbot.waitUntil(lambda: len(trainings.points) > 1, timeout=WAIT)
    trainings.finish()
    qtbot.waitUntil(lambda: trainings.result is not None and measured(session), timeout=WAIT)
    with qtbot.waitSignal(session.export_failed, timeout=WAIT) as failed:
        with qtbot.waitSignal(session.link.job_progressed, timeout=WAIT):
            session.export(str(out), "small")
        kill(session, qtbot)
    assert "stopped the engine" in failed.args[0] and not session.complaints
    assert not out.exists() or not [path for path in out.iterdir() if path.suffix in (".onnx", ".yaml", ".html")]
    qtbot.waitUntil(lambda: measured(session) and bool(session.preview.trained) and not trainings.job, timeout=WAIT)
    with qtbot.waitSignal(session.exported, timeout=WAIT) as exported:
        session.export(str(out), "small")
    assert exported.args[0].verified.value == session.preview.value.value


@pytest.mark.slow
def test_files_that_go_while_they_are_open_are_not_missed_until_the_engine_is_another(session, qtbot, files, tmp_path):
    kept = [(path, path.rename(path.with_suffix(".away"))) for path in files]
    session.set_actions([LAYER], prune(0.7), "prune")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    with qtbot.waitSignal(session.exported, timeout=WAIT) as exported:
        session.export(str(tmp_path / "out"), "small")
    assert exported.args[0].verified.value == session.preview.value.value
    kill(session, qtbot)
    qtbot.waitUntil(lambda: bool(session.complaints) and not session.link.asked, timeout=WAIT)
    assert len(session.complaints) == 1 and "model.onnx" in session.complaints[0] and session.measuring_paused
    session.undo()  # the window goes on with what it knows
    session.redo()
    for path, away in kept:
        away.rename(path)
    session.measure_again()
    session.set_actions([LAYER], prune(0.75), "prune")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert len(session.complaints) == 1 and not session.measuring_paused


@pytest.mark.slow
def test_another_model_in_the_same_file_is_refused_until_it_is_opened(session, qtbot, files):
    shutil.copy(demo_paths("fashion_vit").model, files[0])
    kill(session, qtbot)
    qtbot.waitUntil(lambda: bool(session.complaints) and not session.link.asked, timeout=WAIT)
    (words,) = session.complaints
    assert (
        "model.onnx now contains a different model from the one that was opened." in words and session.measuring_paused
    )
    with qtbot.waitSignal(session.export_failed, timeout=WAIT) as failed:  # nothing is done to the other one
        session.export(str(files[0].parent / "out"), "small")
    assert "The engine has no model open" in failed.args[0]
    session.open(str(files[0]), data=str(files[1]))
    qtbot.waitUntil(lambda: session.layer(LAYER) is None and measured(session), timeout=WAIT)
    assert len(session.complaints) == 1 and not session.measuring_paused


@pytest.mark.slow
@pytest.mark.parametrize("what", ["changed", "gone"])
def test_data_that_are_others_or_gone_are_reported_once_and_nothing_old_is_shown(session, qtbot, files, what):
    samples, data = session.data.samples, files[1]
    if what == "gone":
        data.unlink()
    else:
        with np.load(data) as whole:
            half = {name: whole[name][: samples // 2] for name in whole.files}
        np.savez(data, **half)
    kill(session, qtbot)
    if what == "gone":
        qtbot.waitUntil(lambda: session.data is None and not session.link.asked, timeout=WAIT)
        assert session.preview.value is None and "data.npz" in session.words[0]
    else:
        qtbot.waitUntil(lambda: session.data.samples == samples // 2 and measured(session), timeout=WAIT)
        assert session.preview.value.samples == samples // 2
        assert session.words[0].startswith("data.npz has changed on disk")
    assert len(session.words) == 1 and not session.complaints
