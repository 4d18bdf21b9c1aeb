"""How long tests take, in seconds of a core, so that what else the machine does changes little.

After a run, tests that take longer than LIMIT_S and are not marked `slow` are listed: `make test-fast` runs them, and
is to end in two minutes on two cores. Some 5,600 tests take 30 ms each of that on average, so a quarter
of a second is long. Nothing fails for that. `--pace=FILE` writes the seconds of every test.
"""

import os
from pathlib import Path

import pytest

from tests import children

LIMIT_S = 0.25
SPENT = pytest.StashKey[float]()  # by the session, when the last phase of a test ended
SHARED = pytest.StashKey[float]()  # of it for fixtures that other tests use, too
PHASES = ("setup", "call", "teardown")
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0


def spent() -> float:
    """Seconds of a core that this process has had, and all that it started."""
    own = os.times()
    return own.user + own.system + own.children_user + own.children_system + sum(map(_spent_by, children.of()))


def _spent_by(pid: str) -> float:
    try:  # proc(5): 14 to 17 are utime, stime, cutime, cstime; the name before them may hold spaces
        ticks = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[11:15]
    except OSError:  # ended meanwhile
        return 0.0
    return sum(map(int, ticks)) / TICKS + sum(map(_spent_by, children.of(pid)))


def pytest_addoption(parser):
    parser.addoption("--pace", type=Path, help="write the seconds of a core that each test took into this file")


def pytest_configure(config):
    config.stash[SPENT], config.stash[SHARED] = spent(), 0.0
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(config.getoption("--pace")), "pace report")


def pytest_collection_finish(session):
    """What it took to import all tests is not the first one's."""
    session.config.stash[SPENT] = spent()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    """What a fixture takes that other tests use too is not the first test's."""
    before = spent() if fixturedef.scope != "function" else 0.0
    try:
        return (yield)
    finally:
        if fixturedef.scope != "function":
            request.config.stash[SHARED] += spent() - before


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    stash, now = item.config.stash, spent()
    item.user_properties.append((f"{call.when}_s", now - stash[SPENT] - stash[SHARED]))
    item.user_properties.append((f"{call.when}_shared_s", stash[SHARED]))
    stash[SPENT], stash[SHARED] = now, 0.0
    return (yield)


class Report:
    """Of the whole run, where several processes share it: what each test took."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.rows: list[tuple[float, str]] = []  # of tests that take long and are not marked
        if file is not None:
            file.write_text("test\tslow\t" + "\t".join(f"{phase}\t{phase}, shared" for phase in PHASES) + "\n")

    def pytest_runtest_logreport(self, report):
        if report.when != "teardown":
            return
        took, slow = dict(report.user_properties), "slow" in report.keywords
        seconds = sum(took.get(f"{phase}_s", 0.0) for phase in PHASES)
        if seconds > LIMIT_S and not slow and "ui" not in report.keywords:
            self.rows.append((seconds, report.nodeid))
        if self.file is not None:
            figures = (took.get(f"{phase}_{kind}", 0.0) for phase in PHASES for kind in ("s", "shared_s"))
            with self.file.open("a", encoding="utf-8") as file:
                print(report.nodeid, int(slow), *(f"{figure:.2f}" for figure in figures), sep="\t", file=file)

    def pytest_terminal_summary(self, terminalreporter):
        if self.rows:
            terminalreporter.section(f"more than {LIMIT_S:g} s of a core, and not marked slow")
            for seconds, name in sorted(self.rows, reverse=True):
                terminalreporter.write_line(f"{seconds:6.1f} s  {name}")
