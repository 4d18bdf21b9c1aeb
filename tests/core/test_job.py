"""Progress in spans, cancellation from another thread, remaining time."""

import threading

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


def test_an_unknown_total_is_said(heard):
    list(Job(heard.append, interval=0).each(iter("ab"), "reading"))
    assert [p.fraction for p in heard] == [None, None] and heard[0].eta is None


def test_each_yields_and_reports_between(heard):
    assert list(Job(heard.append, interval=0).each("abcd", "reading")) == list("abcd")
    assert [p.fraction for p in heard] == [0.0, 0.25, 0.5, 0.75]


def test_remaining_time_once_it_can_be_told(heard):
    job = Job(heard.append, interval=0)
    job.report("early", 0.5)
    job._started -= 10
    job.report("later", 0.25)
    assert heard[0].eta is None and heard[1].eta == pytest.approx(30, rel=0.05)


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
