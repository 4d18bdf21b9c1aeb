"""A picture that is dropped on the window: its answer before and after, again with each recipe; wrong files."""

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QMessageBox

from tests.ui.conftest import WAIT, measured, settle
from tests.ui.test_session import prune
from tests.ui.test_window import drop
from workbench.core.base.resources import demo_paths
from workbench.ui.base.files import is_sample
from workbench.ui.data.own_sample import OwnSample


def test_a_dropped_picture_is_answered_by_both_models_and_follows_the_recipe(small_window, qtbot, tmp_path):
    session = small_window.session
    with np.load(demo_paths().data) as data:
        Image.fromarray(data["x"][3, 0]).save(tmp_path / "dress.png")
    attached = session.attached
    drop(small_window, str(tmp_path / "dress.png"))
    shown = small_window.findChild(OwnSample)
    qtbot.waitUntil(lambda: shown.answer is not None, timeout=WAIT)
    assert shown.isVisible() and shown.heading.text() == "dress.png" and session.attached is attached
    assert shown.verdict.text().startswith("Both models: ") and "0.0 %" in shown.difference.text()
    assert len(shown.before.guesses) == 5 and shown.picture.isVisible() and "attached data" in shown.notes.text()
    first = shown.answer
    session.select(["blocks.4.conv2"])
    session.set_actions(["blocks.4.conv1", "blocks.4.conv2"], (prune(0.97),), "prune")
    assert "updating" in shown.verdict.text()
    qtbot.waitUntil(lambda: shown.answer is not first, timeout=WAIT)
    assert "updating" not in shown.verdict.text() and shown.answer.error > 0
    assert shown.answer.before == first.before
    (tmp_path / "notes.txt").write_text("no sample")
    drop(small_window, str(tmp_path / "notes.txt"))
    box = small_window.findChild(QMessageBox, "complaint")
    assert "Not a model, data, a recipe or a sample: notes.txt." in box.text()
    box.close()
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    drop(small_window, str(tmp_path / "broken.png"))
    qtbot.waitUntil(lambda: "broken.png" in shown.verdict.text(), timeout=WAIT)
    assert not shown.picture.isVisible() and not shown.before.isVisible()
    shown.close()
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    session.undo_stack.setClean()
    settle()


def test_one_sample_is_distinguished_from_data_by_its_shape(tmp_path):
    for name, shape in (("one", (1, 28, 28)), ("batch", (1, 1, 28, 28)), ("many", (9, 1, 28, 28))):
        np.save(tmp_path / f"{name}.npy", np.zeros(shape, np.float32))
    (tmp_path / "bad.npy").write_bytes(b"x")
    found = [is_sample(str(tmp_path / f"{name}.npy"), 4) for name in ("one", "batch", "many", "bad")]
    assert found == [True, True, False, False]
    assert is_sample("a.WAV", 2) and is_sample("b.jpeg", 4) and not is_sample("c.csv", 2)
