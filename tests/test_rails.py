"""The rails in conftest.py hold: each catches what it is there for."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import load
from tests.guard import HANG_S

HERE = Path(__file__).parent
RAILS = (
    (HERE / "conftest.py")
    .read_text(encoding="utf-8")
    .replace("from tests.guard import HANG_S", "HANG_S = 0.1")
    .replace('"tests.pace"', '"pace"')
)
PACE = (HERE / "pace.py").read_text(encoding="utf-8").replace("LIMIT_S = 1.0", "LIMIT_S = 0.2")
GUILTY = """
import logging, subprocess, threading, time, warnings
from PySide6.QtCore import qWarning
started = []
def test_thread(): threading.Thread(target=time.sleep, args=[3], name="loiterer").start()
def test_process(): started.append(subprocess.Popen(["sleep", "3"]))
def test_log(): logging.getLogger("somewhere").warning("look out")
def test_warning(): warnings.warn("old spelling", DeprecationWarning)
def test_qt(): qWarning("widget without a parent")
"""
COMPLAINTS = (
    "left running: thread loiterer",
    "sleep 3",
    "WARNING somewhere: look out",
    "DeprecationWarning: old spelling",
    "widget without a parent",
)
INNOCENT = """
import logging, pytest
def test_clean(): pass
@pytest.mark.allow_logs
def test_logs(): logging.warning("meant")
@pytest.mark.needs("pytest==0.1", "no-such-package")
def test_needs(): assert False
@pytest.mark.needs("pytest")
def test_has(): pass
"""
INNOCENT += """
import os, subprocess, sys
WORK = "import os\\nwhile os.times().user < 0.3: pass"
def work(): subprocess.run([sys.executable, "-c", WORK], check=True)
def test_quick(): pass
def test_long(): work()
@pytest.mark.slow
def test_marked(): work()
@pytest.fixture(scope="module")
def shared(): work()
def test_first_of_several(shared): pass
"""


def run(folder: Path, tests: str) -> str:
    """What pytest says of these tests under our conftest and settings."""
    (folder / "conftest.py").write_text(RAILS, encoding="utf-8")
    (folder / "pace.py").write_text(PACE, encoding="utf-8")
    (folder / "test_case.py").write_text(tests, encoding="utf-8")
    config = Path(__file__).parents[1] / "pyproject.toml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", config, "--rootdir", folder, folder]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=HANG_S).stdout


@pytest.mark.slow
def test_whoever_leaves_something_fails(tmp_path):
    output = run(tmp_path, GUILTY)
    assert all(complaint in output for complaint in COMPLAINTS), output
    assert all(f"test_case.py::test_{name}" in output for name in ("thread", "process", "log", "warning", "qt")), output


# Who may look at a clock, or let time go by: the guards against hanging, and pictures that are taken by hand.
CLOCKS = ("sleep", "qWait", "perf_counter", "monotonic", "process_time", "thread_time")
MAY = (
    "conftest.py",
    "ui/conftest.py",
    "guard.py",
    "screenshots.py",
    "soak.py",
    "load.py",
    "ui/gallery.py",
    "ui/gallery_actions.py",
    "ui/working.py",
)


@pytest.mark.slow
def test_no_test_lets_time_go_by_or_looks_at_a_clock():
    """A busy machine is slow: what must come is waited for, work is counted, seconds are measured in benchmarks."""
    here = Path(__file__).parent
    found = []
    for path in sorted(here.rglob("*.py")):
        name = path.relative_to(here).as_posix()
        if name in MAY or name.startswith("benchmarks/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and clocked(node):
                found.append(f"{name}:{node.lineno} {ast.unparse(node)}")
    assert not found, "\n".join(found)


def clocked(call: ast.Call) -> bool:
    """Whether it asks for the time, waits for a fixed while, or gives up after another than the one in guard.py."""
    if not isinstance(call.func, ast.Attribute):
        return False
    name = call.func.attr
    fixed = [
        value
        for value in (*call.args[:1], *(key.value for key in call.keywords if key.arg == "timeout"))
        if isinstance(value, ast.Constant) and isinstance(value.value, int | float)
    ]
    return (name in CLOCKS and name != "sleep") or (
        bool(fixed)
        and name
        in (
            "sleep",
            "wait",
            "join",
            "poll",
            "waitUntil",
            "waitSignal",
            "waitSignals",
            "run",
            "communicate",
            "singleShot",
        )
        and not (name == "singleShot" and fixed[0].value == 0)
    )


@pytest.mark.slow
def test_whoever_leaves_nothing_passes_what_is_missing_skips_and_what_takes_long_is_listed(tmp_path):
    output = run(tmp_path, INNOCENT)
    assert "7 passed, 1 skipped" in output and "pytest==0.1 is not installed" in output, output
    listed = output.partition("and not marked slow")[2]
    named = set(re.findall(r"::test_(\w+)", listed))
    assert "long" in named and len(named) < 7, output  # on a busy machine a first import may take long, too


def test_the_home_of_a_test_is_its_own(tmp_path_factory):
    from PySide6.QtCore import QSettings

    home = Path(os.environ["XDG_CONFIG_HOME"]).parent
    assert home.is_relative_to(tmp_path_factory.getbasetemp()) and not home.exists()
    store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "compression-workbench", "workbench")
    assert Path(store.fileName()).is_relative_to(home) and not store.allKeys()


@pytest.mark.slow
def test_runs_on_a_busy_machine_count_for_their_commit_and_arguments():
    good, bad = ["--version"], ["--no-such-option"]
    log = "\n".join(load.run(arguments, "0123abc", 2)[1] for arguments in (good, bad, good))
    assert load.known(log, "0123abc", "--version") == [True, True]
    assert load.known(log, "0123abc", "--no-such-option") == [False]
    assert not load.known(log, "4567def", "--version") and not load.known(log, "0123abc+", "--version")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_what_runs_beside_the_tests_ends_with_them(tmp_path):
    os.mkfifo(tmp_path / "began")
    with load.busy([f"echo $$ > {tmp_path / 'began'}", ""]):
        number = int((tmp_path / "began").read_text())
        os.kill(number, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
