"""The Plan tab while a search runs, and what it found afterwards."""

import os
import signal
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import measured, settle
from tests.ui.plan.conftest import LEFT, click, current, key, open_tab, search, show
from workbench.core.analysis.plan import Goal
from workbench.core.base.job import Progress
from workbench.ui.session.session import Session
from workbench.ui.tabs.plan import words

# -- while it runs -----------------------------------------------------------------------------------------------------


def test_progress_says_phase_and_trials(found, session):
    plans, strip = found.plans, found.progress
    plans.job = 99
    show(found, replace(plans.front, phase="racing", done=34, total=120))
    assert strip.isVisible() and not found.bar.isVisible()
    assert strip.text.full == "Racing candidates, 34 of 120", "the time of the whole search is told with the job"
    plans.progress = Progress("trying first", 0.25)
    plans.progressed.emit()
    settle(session)
    assert strip.bar.value() == 250
    QTest.mouseClick(strip.pause, LEFT)
    settle(session)
    assert strip.pause.text() == "Resume" and strip.text.full == "Paused"
    strip.pause.setFocus()
    plans.job = 0
    plans.changed.emit()
    settle(session)
    assert found.table.hasFocus(), "what was found is proposed where the hand was"
    plans.job = 0


def test_other_data_forgets_what_was_measured(found, session):
    session.data_changed.emit()
    settle(session)
    assert found.plans.front is None and found.plot.empty.isVisible()


def test_find_apply_and_undo(tab, session, qtbot):
    before = session.recipe
    limit = session.model.bytes * 0.7 / 1000
    search(tab, qtbot, "kB", float(f"{limit:.3g}"))
    front = tab.plans.front
    assert tab.plans.failure == "" and front.complete and front.chosen is not None
    assert front.chosen.bytes <= front.goal.max_bytes and front.chosen.how == "held out"
    name = next(words.name_of(entry) for entry in tab.plot.scene.entries if "chosen" in entry.marks)
    click(tab, name)
    assert name in tab.banner.text.full and session.undo_stack.count() == 0
    key(tab, Qt.Key.Key_Return)
    assert session.recipe.key == front.chosen.recipe.key and session.undo_stack.count() == 1
    qtbot.waitUntil(lambda: measured(session))
    assert session.preview.size.value == front.chosen.bytes, "the file is as large as the plot said"
    session.undo()
    assert session.recipe == before


def test_when_a_search_ends_what_it_chose_is_looked_at_and_enter_applies_it(tab, session, qtbot):
    tab.activateWindow()
    qtbot.waitUntil(tab.isActiveWindow)
    search(tab, qtbot, "share", 70)
    settle(session)
    chosen = tab.plans.same.of(tab.plans.front.chosen)
    assert tab.picked == (chosen,) and session.history.looking is not None and session.undo_stack.count() == 0
    assert [
        tab.model.entry(tab.table.proxy.mapToSource(at)).key for at in tab.table.selectionModel().selectedRows()
    ] == [chosen]
    assert tab.table.hasFocus()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    settle(session)
    assert session.undo_stack.count() == 1 and current(tab) == chosen and session.history.looking is None


def test_a_search_that_ends_while_the_user_is_elsewhere_changes_nothing_there(tab, session, qtbot):
    before = session.recipe
    tab.bar.set_wish(tab.bar.wish, session.model)
    tab.start()
    tab.hide()
    qtbot.waitUntil(lambda: not tab.plans.job)
    settle(session)
    assert session.recipe == before and session.history.looking is None and tab.picked == ()


def test_the_same_search_again_runs_nothing(tab, qtbot):
    search(tab, qtbot, "share", 70)
    found = tab.plans.front
    search(tab, qtbot, "share", 70)
    assert tab.plans.front.trials == 0 and tab.plans.front.chosen == found.chosen


@pytest.mark.allow_logs
def test_an_engine_that_dies_in_the_middle_is_asked_again(own_link, qtbot, tmp_path):
    session = Session(own_link)
    tab = open_tab(session, qtbot, tmp_path, data=True)
    tab.plans.start(Goal(max_ratio=0.7, samples=100))
    qtbot.waitUntil(lambda: tab.plans.front is not None)
    os.kill(own_link.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: not tab.plans.job)
    assert tab.plans.failure == "" and tab.plans.front.complete
    session.deleteLater()


def test_a_search_pauses_resumes_and_stops_with_what_it_has(tab, session, qtbot):
    tab.plans.start(Goal())
    settle(session)
    QTest.mouseClick(tab.progress.pause, LEFT)
    assert tab.plans.paused and tab.progress.pause.text() == "Pause"
    settle(session)
    assert tab.progress.pause.text() == "Resume"
    QTest.mouseClick(tab.progress.pause, LEFT)
    QTest.mouseClick(tab.progress.stop, LEFT)
    qtbot.waitUntil(lambda: not tab.plans.job)
    settle(session)
    assert not tab.progress.isVisible() and tab.bar.isVisible() and not tab.plans.paused


def test_a_search_whose_scheduler_is_gone_says_so_and_goes_on_here_when_asked(tab, monkeypatch):
    plans, asked = tab.plans, []
    monkeypatch.setattr(plans._link, "hold", lambda job, held: asked.append((job, held)))
    plans.job, plans.progress = 7, Progress("The Dask scheduler no longer answers: waiting for it", waiting=True)
    tab.progress.refresh()
    assert "no longer answers" in tab.progress.words() and tab.progress.pause.text() == "Continue here"
    tab.progress.pause.click()
    plans.job, plans.progress = 0, Progress("")
    tab.progress.refresh()
    assert asked == [(7, False)] and tab.progress.pause.text() == "Pause"


def test_a_search_that_the_engine_refuses_says_why(tab, session, qtbot):
    tab.plans.start(Goal(layers=("no such layer",)))
    qtbot.waitUntil(lambda: not tab.plans.job)
    settle(session)
    assert "No editable layer matches." in tab.note.text() and tab.bar.begin.isEnabled()


# -- what is kept, and for what device ---------------------------------------------------------------------------------


def test_what_was_found_comes_back_with_the_data_that_it_was_found_on(tab, session, qtbot, tmp_path):
    search(tab, qtbot, "share", 70)
    found, attached = tab.plans.front, session.attached
    assert session.found.front == found and session.found.data == session.data.fingerprint
    session.lose_data()
    assert tab.plans.front is None
    session.attach(attached.path, attached.calibration)
    qtbot.waitUntil(lambda: tab.plans.front is not None)
    assert tab.plans.front.points == found.points and tab.plans.front.chosen == found.chosen
    session.attach(str(tmp_path / "train.npz"))
    qtbot.waitUntil(lambda: session.data is not None and session.data.fingerprint != session.found.data)
    assert tab.plans.front is None
    session.open(session.opened.path)
    qtbot.waitUntil(lambda: session.data is None)
    assert session.found is None
