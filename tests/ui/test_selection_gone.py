"""A model without a layer that can be edited, opened after one with some: nothing of the other stays on show."""

import numpy as np
import onnx
import pytest

from tests.ui.conftest import measured
from workbench.core.analysis.data_check import DataCheck, Reading
from workbench.core.session.opened import Attached
from workbench.ui.data.dialog import DataDialog

NONE = "This model has no layer that can be edited."


@pytest.fixture
def bare_window(small_window, qtbot, tmp_path):
    session = small_window.session
    text = '<ir_version: 8, opset_import: ["" : 17]> net (float[n, 16] x) => (float[n, 16] y) { y = Softmax (x) }'
    onnx.save(onnx.parser.parse_model(text), tmp_path / "bare.onnx")
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "bare.npz", x=rng.normal(size=(60, 16)).astype(np.float32), y=rng.integers(0, 16, 60))
    assert small_window.workspace.actions.header.isVisible()
    told = []
    session.told.connect(told.append)
    session.open(str(tmp_path / "bare.onnx"), data=str(tmp_path / "bare.npz"))
    qtbot.waitUntil(lambda: not session.model.layers and measured(session) and not session.link.asked)
    session.turns.settle()
    assert not [words for words in told if "predicted" in words], "there is nothing to predict"
    return small_window


@pytest.mark.slow
def test_every_place_says_that_there_is_no_layer(bare_window):
    space = bare_window.workspace
    assert not space.actions.header.isVisible() and space.actions.nothing.isVisible()
    assert not space.actions.families.menuAction().isEnabled()
    assert space.tree.tree.sentence == space.inspect.hint.text() == NONE
    assert space.sensitivity.scan_page.why_not.text() == NONE and space.sensitivity.sweep_page.why_not.text() == NONE
    assert NONE in space.activations._why_not(None)


def test_a_question_on_data_goes_with_the_model_that_it_was_asked_for(session, qtbot):
    found = DataCheck("data.npz", "", 0, (Reading("as it is read now", "", 0.1),))
    dialog = DataDialog(session, Attached("data.npz"), lambda samples: None, found)
    qtbot.addWidget(dialog)
    dialog.show()
    session.model_changed.emit()
    assert not dialog.isVisible()
