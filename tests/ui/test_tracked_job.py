"""A job that takes minutes, as its widgets see it: whether it runs, how far it is, why it ended."""

import pytest

from tests.guard import HANG_MS, HANG_S
from workbench.core.ipc.messages import Open
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.engine_client.tracked_job import TrackedJob


class Opening(TrackedJob):
    """Keeps what it is told, with what was known of the job at that moment."""

    def __init__(self, link):
        super().__init__(link)
        self.told = []

    def start(self, path: str, again: bool = False) -> None:
        self._ask(
            Open,
            "Opening",
            lambda result: self.told.append(("done", result, self.job)),
            lambda result: self.told.append(("updated", result, self.job)),
            "Stopped by hand.",
            lambda: self.told.append(("failed", None, self.job)),
            again=again,
            path=path,
        )

    def drop(self) -> None:
        self._drop("Not wanted.")


@pytest.fixture
def opening(qtbot):
    link = EngineLink(module="tests.ui.scripted_engine", patience_ms=HANG_MS)
    link.start()
    yield Opening(link)
    link.shutdown(HANG_S)


def over(qtbot, opening) -> None:
    qtbot.waitUntil(lambda: not opening.job, timeout=HANG_MS)


def test_what_it_tells_comes_while_it_runs_and_its_result_when_it_is_over(opening, qtbot):
    progress, changes = [], []
    opening.progressed.connect(lambda: progress.append(opening.progress.fraction))
    opening.changed.connect(lambda: changes.append(bool(opening.job)))
    opening.start("steps")
    job = opening.job
    over(qtbot, opening)
    assert opening.told == [("updated", 1, job), ("updated", 2, job), ("done", 3, 0)]
    assert progress == [0.5] and changes == [True, False] and opening.failure == ""


@pytest.mark.allow_logs
def test_a_failure_is_a_sentence_and_the_next_start_forgets_it(opening, qtbot):
    opening.start("fail")
    over(qtbot, opening)
    assert opening.failure == "It does not work. Do it otherwise." and opening.told[0][0] == "failed"
    opening.start("steps")
    assert opening.failure == "" and opening.progress.fraction is None
    over(qtbot, opening)


def test_stopping_says_so(opening, qtbot):
    opening.start("obey")
    opening.stop()
    over(qtbot, opening)
    assert opening.failure == "Stopped by hand." and opening.told == []


def test_nothing_is_reported_of_a_job_that_was_dropped(opening, qtbot):
    opening.start("obey")
    opening.drop()
    assert not opening.job and opening.failure == "Not wanted."
    opening.start("steps")
    over(qtbot, opening)
    assert [kind for kind, *_ in opening.told] == ["updated", "updated", "done"]


@pytest.mark.allow_logs
def test_one_that_is_asked_again_ends_with_a_sentence_when_the_engine_dies_twice(opening, qtbot):
    opening.start("die", again=True)
    over(qtbot, opening)
    assert "crashed twice" in opening.failure and opening.told == []
