"""The line at the foot of the window tells what is shown nowhere else, and does something when it is clicked."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QToolButton, QWidget

from tests.guard import HANG_S
from tests.ui.conftest import WAIT, settle
from tests.ui.test_window import LEFT
from workbench.core.ipc.messages import Open
from workbench.core.layer_data.layer import InputSpec
from workbench.ui.engine_client.client import EngineLink, Handlers
from workbench.ui.engine_client.jobs import Jobs, JobStrip
from workbench.ui.shell.status import EngineState, StatusLine, _shape

SCRIPTED = "tests.ui.scripted_engine"


def test_the_status_bar_names_file_data_and_engine_and_links_to_them(demo_window, qtbot):
    line = demo_window.findChild(StatusLine)
    model = demo_window.session.model
    assert line.model.accessibleName() == f"ONNX · opset {model.opset} · input 1 × 28 × 28"
    assert line.data.accessibleName() == "fashion_test.npz · with labels"
    engine = demo_window.findChild(EngineState)
    qtbot.waitUntil(engine.isVisible, timeout=WAIT)
    assert engine.accessibleName().startswith("Idle · ONNX Runtime 1.")
    assert engine.text().strip() == engine.accessibleName()
    engine.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(engine, Qt.Key.Key_Space)
    assert demo_window.workspace.jobs_dock.isVisible()
    qtbot.mouseClick(line.model, LEFT)
    dialog = demo_window.findChild(QDialog, "model")
    assert dialog is not None and dialog.isVisible()
    dialog.close()


def test_it_fits_a_small_window_and_does_not_widen_it(demo_window, qtbot):
    line, before = demo_window.findChild(StatusLine), demo_window.minimumSizeHint().width()
    demo_window.resize(1280, 800)
    settle(demo_window.session)
    for part in (*line.findChildren(QToolButton), demo_window.findChild(EngineState)):
        assert part.isHidden() or part.width() >= part.sizeHint().width(), part.text()
    line.data.say(("a" * 400,), "")
    assert demo_window.minimumSizeHint().width() == before


def test_the_running_job_takes_the_place_of_the_idle_engine(qapp, qtbot):
    link = EngineLink(module=SCRIPTED)
    strip = JobStrip(Jobs(link), link)
    state = EngineState(link, strip, strip.cancel.addAction("jobs"))
    for widget in (strip, state):
        qtbot.addWidget(widget)
    state.show()
    assert state.accessibleName() == "The engine is starting"
    link.start()
    qtbot.waitUntil(lambda: state.accessibleName().startswith("Idle"), timeout=WAIT)
    job = link.request(Open, Handlers(title="Job"), path="obey")
    qtbot.waitUntil(strip.isVisible, timeout=WAIT)
    assert not state.isVisible()
    link.abandon(job)
    qtbot.waitUntil(state.isVisible, timeout=WAIT)
    assert not strip.isVisible()
    link.shutdown(HANG_S)


def test_a_strip_on_a_hidden_page_rests_while_a_job_runs(qapp, qtbot):
    link, page, shown = EngineLink(module=SCRIPTED), QWidget(), []
    qtbot.addWidget(page)
    strip = JobStrip(Jobs(link), link, page, patience=0)
    strip.shown.connect(shown.append)
    link.start()
    job = link.request(Open, Handlers(title="Job"), path="obey")
    qtbot.waitUntil(lambda: shown[-1:] == [True], timeout=WAIT)
    before = len(shown)
    for _ in range(3):
        settle()
    after = len(shown)
    link.abandon(job)
    link.shutdown(HANG_S)
    assert after == before


@pytest.mark.parametrize(
    ("shape", "words"), [((None, 3, 224, 224), "3 × 224 × 224"), ((1, None), "1 × ?"), ((None,), "?"), ((), "int64")]
)
def test_the_input_is_that_of_one_sample(shape, words):
    assert _shape(InputSpec("x", "int64", shape)) == words
