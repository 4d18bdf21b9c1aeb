"""Progress in spans, cancellation from another thread, remaining time."""

import itertools
import threading
from types import SimpleNamespace

import pytest

from tests.guard import HANG_S
from workbench.core.base.errors import Cancelled
from workbench.core.base.job import RESTING, Job


@pytest.fixture
def heard():
    return []


def test_fractions_are_of_the_whole(heard):
    job = Job(heard.append, interval=0)
    outer = job.part(0.5, 1.0)
    outer.report("half", 0.5)
    outer.part(0.5, 1.0).report("inner", 0.5)
    assert [(p.text, p.fraction) for p in heard] == [("half", 0.75), ("inner", 0.875)]


def test_the_listener_is_not_flooded_but_hears_the_end(heard):
    job = Job(heard.append, interval=60)
    for step in range(101):
        job.report("counting", step / 100)
    assert [p.fraction for p in heard] == [0.0, 1.0]


def test_an_unknown_total_is_reported(heard):
    list(Job(heard.append, interval=0).each(iter("ab"), "reading"))
    assert [p.fraction for p in heard] == [None, None] and heard[0].eta is None


def test_each_yields_and_reports_between(heard):
    assert list(Job(heard.append, interval=0).each("abcd", "reading")) == list("abcd")
    assert [p.fraction for p in heard] == [0.0, 0.25, 0.5, 0.75]


@pytest.fixture
def clock(monkeypatch):
    """Moves the time of a job by hand, in seconds."""
    now = [1000.0]
    monkeypatch.setattr("workbench.core.base.job.time", SimpleNamespace(monotonic=lambda: now[0]))

    def move(seconds):
        now[0] += seconds

    return move


def test_remaining_time_once_it_is_worth_saying(heard, clock):
    job = Job(heard.append, interval=0)
    for done in range(1, 11):
        clock(1)
        job.part(0.0, 0.5).report("counting", done / 10)
    told = [progress.eta for progress in heard]
    assert told[:2] == [None, None], "a pace is not known at once"
    assert told[2:] == pytest.approx([20 - done for done in range(3, 11)])


def test_the_remaining_time_never_rises(heard, clock):
    """A part that is done before, or slower than it should be: nothing is told until no more is left again."""
    job = Job(heard.append, interval=0)
    steps = [0.02] * 20 + [0.005] * 20 + [0.05] * 10
    for done in itertools.accumulate(steps):
        clock(1)
        job.report("searching", done)
    told = [progress.eta for progress in heard]
    known = [seconds for seconds in told if seconds is not None]
    assert known == sorted(known, reverse=True) and len(known) > 10
    assert None in told[25:40], "while it is slower than what was told"
    job = Job(heard.append, interval=0)
    heard.clear()
    for done in (0.1, 0.5, 0.9, *(0.9 + 0.001 * step for step in range(1, 20))):  # all but the last part was known
        clock(0.1 if done <= 0.9 else 2)
        job.report("searching", done)
    assert not any(progress.eta is not None and progress.eta < 20 for progress in heard)


def test_a_pause_is_no_work_and_says_that_it_is_one(heard, clock, monkeypatch):
    job = Job(heard.append, interval=0)
    for done in range(1, 6):
        clock(1)
        job.report("counting", done / 10)
    job.hold(True)

    def wait(_):
        clock(500)
        assert job.spent == pytest.approx(5), "the clock stands"
        job.hold(False)

    monkeypatch.setattr(job._cancelled, "wait", wait)
    job.silent().rest()
    job.part(0.0, 1.0).rest()
    clock(1)
    job.report("counting", 0.6)
    assert job.spent == pytest.approx(6) and heard[-1].eta == pytest.approx(4)


def test_cancelling_the_whole_cancels_its_parts_and_vice_versa():
    for cancel, check in ((0, 1), (1, 0)):
        jobs = [job := Job(), job.part(0, 0.5)]
        jobs[cancel].cancel()
        assert jobs[check].cancelled
        for ends in (
            jobs[check].check,
            lambda job=jobs[check]: job.report("more"),
            lambda job=jobs[check]: list(job.each("ab", "more")),
        ):
            with pytest.raises(Cancelled):
                ends()


def test_cancelled_from_another_thread():
    job = Job()
    begun = threading.Event()

    def cancel():
        assert begun.wait(HANG_S)
        job.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(Cancelled):
        while True:
            job.check()
            begun.set()
    thread.join()


def test_a_job_rests_while_a_pause_is_wanted_and_parts_share_the_wish(monkeypatch):
    job = Job()
    part = job.part(0.0, 0.5)
    job.hold(True)
    assert part.held and job.silent().held
    looks = []

    def look(seconds):
        """As often as the job looks whether the pause is over; it is with the third look."""
        looks.append(seconds)
        job.hold(len(looks) < 3)

    monkeypatch.setattr(job._cancelled, "wait", look)
    part.rest()
    assert looks == [RESTING] * 3 and not job.held
    job.hold(True)
    job.cancel()
    part.rest()  # cancelling ends a pause
    assert not part.held
