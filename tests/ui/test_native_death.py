"""An untrusted file crashes native code in the engine: the window says so, keeps the work, and goes on."""

import pytest
from PySide6.QtWidgets import QMessageBox

from tests.ui.conftest import WAIT, measured, show_window
from workbench.core.base.resources import demo_paths
from workbench.core.recipe.action import Action
from workbench.ui.session.session import Session

# A read of address 0 in C, as a runtime does that believed an index in a file.
CRASH = "import ctypes\ndef crash():\n    ctypes.string_at(0)\n"


@pytest.fixture
def fatal(tmp_path) -> str:
    (tmp_path / "fatal.py").write_text(CRASH)
    return f"{tmp_path / 'fatal.py'}:crash"


@pytest.fixture
def window(own_link, qtbot, few):
    """On an engine that may die, with a model, its data and an edited layer."""
    session = Session(own_link)
    window = show_window(session, qtbot)
    session.open(demo_paths().model, data=str(few))
    qtbot.waitUntil(lambda: measured(session) and bool(session.methods), timeout=WAIT)
    session.set_actions(["head"], (Action("prune.magnitude", {"sparsity": 0.9}),), "edit")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    yield window
    session.undo_stack.setClean()
    session.snapshots.saved()
    session.deleteLater()


@pytest.mark.allow_logs
@pytest.mark.parametrize(
    "ask",
    [
        lambda session, path: session.open(path, trusted=frozenset({path})),
        lambda session, path: session.attach(path, trusted=frozenset({path})),
    ],
    ids=["model", "data"],
)
def test_a_crash_in_native_code_is_reported_in_one_sentence_and_the_work_goes_on(window, fatal, qtbot, ask):
    session, pid, recipe = window.session, window.session.link.pid, window.session.recipe
    value = session.preview.value.value
    with qtbot.waitSignals([session.link.lost, session.failed], timeout=WAIT):
        ask(session, fatal)
    (box,) = (box for box in window.findChildren(QMessageBox) if box.isVisible())
    told = f"{box.text()} {box.informativeText()}"
    assert "(SIGSEGV)" in told and "Nothing is lost" in told and "Try again" in told and "Traceback" not in told
    assert "(SIGSEGV)" in window.statusBar().currentMessage()
    box.close()
    qtbot.waitUntil(lambda: session.link.pid not in (None, pid) and measured(session), timeout=WAIT)
    assert (session.opened.path, session.recipe) == (demo_paths().model, recipe)
    assert session.preview.value.value == value
    session.undo()
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert session.preview.value.value != value and window.isVisible()


@pytest.mark.allow_logs
def test_a_file_that_crashes_the_engine_each_time_does_not_take_the_window_with_it(own_link, fatal, qtbot):
    session, failures = Session(own_link), []
    window = show_window(session, qtbot)
    session.failed.connect(lambda title, what, hint: failures.append(what))
    for _ in range(3):
        count = len(failures)
        session.open(fatal, trusted=frozenset({fatal}))
        qtbot.waitUntil(lambda before=count: len(failures) > before, timeout=WAIT)
    assert len(failures) == 3 and all("(SIGSEGV)" in what for what in failures) and window.isVisible()
    own_link.restart()
    session.open(demo_paths().model)
    qtbot.waitUntil(lambda: session.model is not None, timeout=WAIT)
    session.deleteLater()
