"""Data that is not read as the model needs it is told in the window, and read rightly after a yes."""

import numpy as np
import pytest
from PySide6.QtWidgets import QDialog

from tests.ui.conftest import WAIT, measured
from workbench.core.analysis.data_check import DataCheck, Reading
from workbench.core.base.quantities import MetricInfo
from workbench.core.base.resources import resource_path
from workbench.core.session.opened import Attached
from workbench.ui.data.dialog import DataDialog

FOUND = DataCheck(
    "/data/d.npz",
    "/data/d.npz.preprocessing.yaml",
    512,
    (
        Reading("as it is read now", "", 0.1),
        Reading("divided by 255", "scale: 255\n", 0.92, 0.78),
        Reading("read as NHWC", "layout: nhwc\n", refused="It does not fit."),
    ),
    1,
    ("'x': uint8 of 1 x 28 x 28 per sample, values 0 to 255.",),
    ("top-1 is 10.00 % as the data is read now, and 92.00 % divided by 255.",),
    "The model gets 'x'.",
    np.arange(64, dtype=np.uint8).reshape(8, 8),
    MetricInfo("top-1", "%"),
)


@pytest.fixture
def wrong(tmp_path):
    """The demo's data with values 0..1; the demo takes 0..255."""
    with np.load(resource_path("demo/fashion_test.npz")) as demo:
        np.savez(tmp_path / "unit.npz", x=(demo["x"][:150] / 255).astype(np.float32), y=demo["y"][:150])
    return tmp_path / "unit.npz"


def shown(window):
    return window.findChild(QDialog, "data")


def test_wrong_data_is_reported_and_read_as_it_was_meant(small_window, qtbot, wrong):
    session = small_window.session
    small_window.commands.attach_path(str(wrong))
    qtbot.waitUntil(lambda: shown(small_window) is not None, timeout=WAIT)
    dialog = shown(small_window)
    assert dialog.readings.chosen == 1 and "multiplied by 255" in dialog.readings.item(1, 0).text()
    assert session.data.baseline.value < 0.3 and not dialog.picture.pixmap().isNull()
    dialog.samples.setValue(100)
    dialog.accept()
    qtbot.waitUntil(lambda: session.data is not None and session.data.samples == 100, timeout=WAIT)
    assert session.data.baseline.value > 0.85 and session.attached.samples == 100
    assert wrong.with_name("unit.npz.preprocessing.yaml").read_text().startswith("{scale: 0.0039")
    qtbot.waitUntil(lambda: measured(session) and shown(small_window) is None, timeout=WAIT)


def test_what_each_reading_does_is_reported(small_window, qtbot):
    taken = []
    dialog = DataDialog(small_window.session, Attached("/data/d.npz", samples=7), taken.append, FOUND, small_window)
    qtbot.addWidget(dialog)
    assert dialog.accept_button.isEnabled() and "d.npz.preprocessing.yaml" in dialog.effect.text()
    assert not dialog.readings.item(2, 0).flags()
    dialog.readings.selectRow(0)
    assert "512" in dialog.effect.text()
    dialog.accept()
    assert taken == [7]
