"""The link to the engine process: answers, cancellation, death and recovery, with a real second process."""

import os
import threading

import pytest
from PySide6.QtCore import QThread

from tests.guard import HANG_MS, HANG_S
from tests.ui.conftest import settle
from workbench.core.ipc.messages import Failed, Open
from workbench.ui.engine_client import client
from workbench.ui.engine_client.client import EngineLink, Handlers, _ended_by


@pytest.fixture
def link(qtbot):
    others = set(threading.enumerate())  # of the engine that all tests share
    link = EngineLink(module="tests.ui.scripted_engine", patience_ms=200)
    link.start()
    yield link
    pid = link.pid
    link.shutdown(HANG_S)
    assert not [t.name for t in set(threading.enumerate()) - others if t.name.startswith("engine-")]
    assert pid is None or not alive(pid)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Log(list):
    """Everything a job was answered, in order, and whether it came in the GUI thread."""

    def handlers(self, **more) -> Handlers:
        def note(kind):
            def noted(value=None):
                assert QThread.currentThread().isMainThread()
                self.append((kind, value))

            return noted

        return Handlers(
            done=note("done"), updated=note("updated"), failed=note("failed"), stopped=note("stopped"), **more
        )

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self]


def ask(link: EngineLink, path: str, log: Log, **more) -> int:
    return link.request(Open, log.handlers(**more), path=path)


def test_answers_arrive_in_order_and_in_the_gui_thread(link, qtbot):
    log, progress = Log(), []
    link.job_progressed.connect(lambda job, p: progress.append(p.fraction))
    with qtbot.waitSignals([link.job_started, link.job_ended]):
        ask(link, "steps", log, title="stepping")
    assert log == [("updated", 1), ("updated", 2), ("done", 3)]
    assert progress == [0.5]


def test_a_request_made_before_the_process_is_started_is_answered(qtbot):
    link, log = EngineLink(module="tests.ui.scripted_engine"), Log()
    ask(link, "echo", log)
    assert link.pid is None
    link.start()
    qtbot.waitUntil(lambda: log.kinds == ["done"])
    link.shutdown(HANG_S)


@pytest.mark.allow_logs
def test_a_failure_carries_both_sentences(link, qtbot):
    log = Log()
    ask(link, "fail", log)
    qtbot.waitUntil(lambda: bool(log))
    ((kind, failure),) = log
    assert (kind, failure.what, failure.hint) == ("failed", "It does not work.", "Do it otherwise.")


def test_a_job_that_obeys_is_cancelled_in_place(link, qtbot):
    log = Log()
    with qtbot.waitSignal(link.ready):
        pass
    link._patience_ms = HANG_MS  # an engine on a busy machine obeys when it can
    pid, job = link.pid, ask(link, "obey", log)
    link.cancel(job)
    qtbot.waitUntil(lambda: log.kinds == ["stopped"])
    link._insist(job)  # the patience ends, and finds the job over
    settle()
    assert link.pid == pid and alive(pid)


@pytest.mark.allow_logs
def test_a_job_that_hangs_is_ended_with_its_process(link, qtbot):
    log, after = Log(), Log()
    with qtbot.waitSignal(link.ready):
        pass
    pid, job = link.pid, ask(link, "hang", log)
    with qtbot.waitSignal(link.lost) as lost:
        link.cancel(job)
    assert not lost.args[1]
    qtbot.waitUntil(lambda: log.kinds == ["stopped"])
    assert link.pid != pid and not alive(pid)
    ask(link, "echo", after)
    qtbot.waitUntil(lambda: after == [("done", link.pid)])


@pytest.mark.allow_logs
def test_a_death_answers_its_jobs_and_starts_another_process(link, qtbot):
    loud, quiet, after = Log(), Log(), Log()
    with qtbot.waitSignal(link.ready):
        pass
    pid = link.pid
    with qtbot.waitSignal(link.lost) as lost:
        ask(link, "die", loud, title="dying")
        ask(link, "echo", quiet, quiet=True)
    assert lost.args[1]
    assert "memory" in lost.args[0] and "nothing is lost" in lost.args[0]
    qtbot.waitUntil(lambda: loud.kinds == ["failed"])
    qtbot.waitUntil(lambda: quiet == [("done", link.pid)])  # asked again of the next process
    assert isinstance(loud[0][1], Failed) and loud[0][1].hint
    ask(link, "echo", after)
    qtbot.waitUntil(lambda: after.kinds == ["done"])
    assert after[0][1] == link.pid != pid


@pytest.mark.allow_logs
def test_what_keeps_dying_is_left_alone_until_the_user_restarts_it(link, qtbot, monkeypatch):
    monkeypatch.setattr(client, "WITHIN_SECONDS", HANG_S)  # a busy machine starts processes slowly
    gave_up, after = [], Log()
    link.gave_up.connect(gave_up.append)
    link.lost.connect(lambda *_: ask(link, "die", Log(), quiet=True))
    ask(link, "die", Log(), quiet=True)
    qtbot.waitUntil(lambda: bool(gave_up))
    assert link.pid is None and "Restart" in gave_up[0]
    link.lost.disconnect()
    link.restart()
    ask(link, "echo", after)
    qtbot.waitUntil(lambda: after.kinds == ["done"])


@pytest.mark.allow_logs
def test_a_quiet_job_that_ends_the_process_is_not_asked_for_ever(link, qtbot):
    lost, quiet = [], Log()
    link.lost.connect(lambda *_: lost.append(link.pid))
    job = ask(link, "die", quiet, quiet=True)
    qtbot.waitUntil(lambda: len(lost) == 2 and job not in link.asked)
    assert quiet == []


@pytest.mark.allow_logs
def test_a_job_that_does_not_obey_takes_no_other_with_it(link, qtbot):
    """The process is ended for its sake; what else was asked is asked again of the next one."""
    hanging, training = Log(), Log()
    with qtbot.waitSignal(link.ready):
        pass
    pid, job = link.pid, ask(link, "hang", hanging)
    ask(link, "steps", training, title="training")
    link.cancel(job)
    qtbot.waitUntil(lambda: training.kinds == ["updated", "updated", "done"])
    assert hanging.kinds == ["stopped"] and link.pid != pid


@pytest.mark.allow_logs
def test_what_is_asked_while_the_model_is_opened_again_waits_for_that(link, qtbot):
    log, first = Log(), Log()
    with qtbot.waitSignal(link.ready):
        pass
    link.lost.connect(lambda *_: (link.wait(), link.request(Open, first.handlers(), first=True, path="echo")))
    link.restart()
    asked = [ask(link, "echo", log) for _ in range(3)]
    qtbot.waitUntil(lambda: first.kinds == ["done"])
    link.request(Open, first.handlers(), first=True, path="echo")  # answered after all that was sent before
    qtbot.waitUntil(lambda: first.kinds == ["done", "done"])
    assert log == [] and link.asked == tuple(asked)
    link.cancel(asked[0])  # what has not begun is stopped at once
    link.abandon(asked[1])
    assert log.kinds == ["stopped"]
    link.go_on()
    qtbot.waitUntil(lambda: log.kinds == ["stopped", "done"])


def test_an_abandoned_job_sends_no_answer(link, qtbot):
    log, after = Log(), Log()
    link.abandon(ask(link, "steps", log))
    ask(link, "echo", after)
    qtbot.waitUntil(lambda: after.kinds == ["done"])
    assert log == []


@pytest.mark.allow_logs
def test_shutdown_of_a_hanging_process_takes_about_its_patience(qtbot):
    link = EngineLink(module="tests.ui.scripted_engine")
    link.start()
    with qtbot.waitSignal(link.ready):
        pass
    pid = link.pid
    ask(link, "hang", Log())
    link.shutdown(patience=0.2)
    assert not alive(pid)


def test_how_the_engine_ended_is_named():
    assert [_ended_by(code) for code in (None, 0, 3221225477, -11, -40)] == ["", "", "", " (SIGSEGV)", " (40)"]
