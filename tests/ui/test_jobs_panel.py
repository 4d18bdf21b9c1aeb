"""Jobs: each with its progress and its own cancel, what is over and how it ended, a word when it is done, the log."""

import logging

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from tests.guard import HANG_S
from tests.ui.conftest import WAIT, settle
from tests.ui.test_window import CTRL, LEFT, SHIFT
from workbench.core.base.resources import demo_paths
from workbench.core.ipc.messages import Open
from workbench.ui.engine_client import jobs
from workbench.ui.engine_client.client import EngineLink, Handlers
from workbench.ui.engine_client.jobs import Finished, Jobs
from workbench.ui.panels import toast
from workbench.ui.panels.jobs_panel import JobsPanel

SCRIPTED = "tests.ui.scripted_engine"


@pytest.fixture
def panel(qapp, qtbot):
    """On an engine that does as it is told."""
    link = EngineLink(module=SCRIPTED)
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(700, 400)
    window.jobs = Jobs(link, window)
    window.panel = JobsPanel(window.jobs, link, window)
    window.toast = toast.Toast(window, window.jobs)
    window.link = link
    window.setCentralWidget(window.panel)
    window.show()
    link.start()
    qtbot.waitUntil(lambda: link.is_ready, timeout=WAIT)
    yield window
    link.shutdown(HANG_S)


def ask(window, path: str, **more) -> int:
    return window.link.request(Open, Handlers(title=f"Job {path}", **more), path=path)


def over(window) -> list[tuple[str, str]]:
    return [(each.title, each.outcome) for each in window.jobs.over]


def test_every_job_has_a_row_and_a_cancel_button(panel, qtbot, monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE_MS", 0)  # what is over in a blink has a line, too
    job = ask(panel, "obey")
    later = ask(panel, "echo")
    rows = panel.panel.jobs.rows
    qtbot.waitUntil(lambda: set(rows) == {job, later}, timeout=WAIT)
    assert not panel.panel.jobs.nothing.isVisible() and "Job obey" in rows[job].words.full
    qtbot.mouseClick(rows[job].cancel, LEFT)
    qtbot.waitUntil(lambda: set(rows) == {later}, timeout=WAIT)
    assert over(panel) == [("Job obey", "stopped")]
    panel.link.abandon(later)
    qtbot.waitUntil(panel.panel.jobs.nothing.isVisible)
    qtbot.waitUntil(lambda: len(panel.panel.jobs.over) == len(panel.jobs.over))
    assert "stopped after" in panel.panel.jobs.over[panel.jobs.over[-1]].words.full


@pytest.mark.allow_logs
def test_a_failure_is_listed_with_its_sentence(panel, qtbot):
    ask(panel, "fail")
    qtbot.waitUntil(lambda: over(panel) == [("Job fail", "failed")], timeout=WAIT)
    assert panel.jobs.over[0].words == "It does not work. Do it otherwise."
    qtbot.waitUntil(lambda: len(panel.panel.jobs.over) == 1)
    assert "It does not work" in panel.panel.jobs.over[panel.jobs.over[0]].words.full


def test_what_is_over_in_a_blink_or_abandoned_has_no_line(panel, qtbot, monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE_MS", WAIT)  # a blink on any machine
    ask(panel, "echo")
    panel.link.abandon(ask(panel, "echo"))
    qtbot.waitUntil(lambda: not panel.jobs.running, timeout=WAIT)
    assert over(panel) == []


def test_a_long_job_says_that_it_is_done_and_the_word_can_be_sent_away(panel, qtbot, monkeypatch):
    monkeypatch.setattr(toast, "WORTH_S", 0.0)
    with qtbot.waitSignal(panel.jobs.finished, timeout=WAIT):
        job = ask(panel, "steps")
        monkeypatch.setitem(panel.jobs.running, job, panel.jobs.running[job].__class__(job, "Job steps", began=-1e4))
    assert panel.toast.isVisible() and panel.toast.words.text().startswith("Job steps: done after")
    assert panel.rect().contains(panel.toast.geometry())
    qtbot.mouseClick(panel.toast, LEFT)
    assert not panel.toast.isVisible()


@pytest.mark.allow_logs
def test_the_log_is_followed_and_copied(panel, qtbot):
    log = panel.panel.log
    logging.getLogger("somewhere").warning("look at this")
    panel.panel.setCurrentWidget(log)
    qtbot.waitUntil(lambda: "WARNING look at this" in log.text.toPlainText())
    qtbot.mouseClick(log.copy, LEFT)
    assert "look at this" in QGuiApplication.clipboard().text()


def test_the_dock_opens_with_its_keys_and_follows_the_real_engine(small_window, qtbot, monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE_MS", 0)  # a quick machine is done in a blink
    small_window.activateWindow()
    qtbot.waitUntil(small_window.isActiveWindow)
    qtbot.keyClick(small_window, Qt.Key.Key_J, CTRL | SHIFT)
    space = small_window.workspace
    qtbot.waitUntil(space.jobs_panel.isVisible)
    small_window.session.attach(demo_paths().calibration)
    shown = space.jobs_panel.jobs
    qtbot.waitUntil(
        lambda: any("fashion_calibration.npz" in row.words.full for row in shown.over.values()), timeout=WAIT
    )
    qtbot.waitUntil(lambda: not shown.rows, timeout=WAIT)
    assert any(each.outcome == "done" for each in small_window.jobs.over)


def test_the_toast_covers_no_figure_and_no_button(demo_window):
    shown, board = demo_window.findChild(toast.Toast), demo_window.workspace.scoreboard
    shown._on_finished(Finished("Measuring", "done", "", 60.0, "12:00"))
    assert shown.isVisible()
    for panel in (board, demo_window.workspace.actions, demo_window.workspace.inspect):
        corner = panel.mapTo(demo_window, panel.rect().topLeft())
        assert not shown.geometry().intersects(QRect(corner, panel.size())), panel


def test_history_and_jobs_share_the_bottom_and_leave_a_small_window_its_size(demo_window, qtbot):
    space = demo_window.workspace
    demo_window.resize(1280, 800)
    heights = space.layers_dock.height(), space.actions_dock.height()
    for dock in (space.history_dock, space.jobs_dock):
        dock.toggleViewAction().trigger()
        qtbot.waitUntil(dock.widget().isVisible)
    for index in range(space.tabs.count()):
        if space.tabs.widget(index) is not space.graph:
            space.tabs.setCurrentIndex(index)
            settle(demo_window.session)
            assert (demo_window.width(), demo_window.height()) == (1280, 800), space.tabs.tabText(index)
            assert demo_window.minimumSizeHint().height() <= 720
    assert demo_window.tabifiedDockWidgets(space.jobs_dock) == [space.history_dock]
    assert (space.layers_dock.height(), space.actions_dock.height()) == heights
