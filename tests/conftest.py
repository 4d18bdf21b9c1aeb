"""The rails every test runs on: nothing leaks, nothing is logged unasked, nothing of the user's is read or written.

Nothing heavy is imported here: a test of core values must not wait for torch or Qt.
"""

import importlib.metadata
import itertools
import logging
import os
import random
import sys
import threading
import time
from collections import defaultdict
from multiprocessing import resource_tracker
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import children as listed
from tests.guard import HANG_S

pytest_plugins = ("tests.pace",)

# Before Qt and torch are imported; what the caller has set stays.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before ONNX Runtime, which a test may import first
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # else torch's threads spin while they wait
# One thread a computation, in engines that tests start, too: where other processes want the cores, numpy's threads spin
# while they wait for each other, and a small product takes a hundred times as long.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("WORKBENCH_THREADS", "1")
if sys.platform == "linux" and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")  # Chromium's sandbox refuses root

# Folders and files of this folder by what their tests need: a window, or a model that is run; the others are units.
UI = ("ui", "test_startup.py", "test_packaging.py", "test_wheel.py")
ENGINE = (
    "cli",
    "engine",
    "faults",
    "fuzz",
    "library",
    "test_silence.py",
    "test_trust.py",
    "test_untrusted.py",
    "test_whole_stack.py",
)

# Seconds of a core that a test takes, about; what they take exactly: see pace.py.
WEIGHTS = {"slow": 3.0, "ui": 0.7, "engine": 0.2, "unit": 0.03}

HELPERS = ("QtWebEngineProcess", "resource_tracker")  # live as long as the application does, whoever started them
THREADS = ("tqdm_monitor",)  # the same: torch's exporter shows its progress with tqdm where that is installed


HOMES = itertools.count()  # one for each test of this process


class Demo(NamedTuple):
    """Where the files of the embedded demo are."""

    cnn: Path
    vit: Path
    test: Path
    calibration: Path


@pytest.fixture(scope="session")
def lasting_cache(tmp_path_factory):
    """Where an engine process that several tests share keeps what it keeps: they see its start, not their own home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_CACHE", str(tmp_path_factory.mktemp("engine") / "cache"))
        yield patch


@pytest.fixture(scope="session")
def demo() -> Demo:
    from workbench.core.base.resources import resource_path

    names = ("fashion_cnn.onnx", "fashion_vit.onnx", "fashion_test.npz", "fashion_calibration.npz")
    return Demo(*(resource_path(f"demo/{name}") for name in names))


def pytest_configure(config):
    config.addinivalue_line("markers", "allow_logs: warnings and errors may be logged; the test looks at them itself")
    config.addinivalue_line(
        "markers",
        "needs(*requirements): skipped unless these are installed: 'name' or 'name==version', as pip writes them",
    )


def pytest_collection_modifyitems(config, items):
    """Marks each test as one of the window, of the engine, or of a unit, by where it is.

    Where processes share the tests, a file each at a time, those begin with the longest, so that both end together.
    """
    weights: dict[Path, float] = defaultdict(float)
    for item in items:
        place = item.path.relative_to(Path(__file__).parent).parts[0]
        kind = "ui" if place in UI else "engine" if place in ENGINE else "unit"
        item.add_marker(kind)
        weights[item.path] += WEIGHTS["slow" if item.get_closest_marker("slow") else kind]
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: -weights[item.path])


def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        for requirement in mark.args:
            if not is_installed(requirement):
                pytest.skip(f"{requirement} is not installed (pip install --no-deps {requirement})")


def is_installed(requirement: str) -> bool:
    name, _, version = requirement.partition("==")
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return not version or found == version


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory, monkeypatch):
    """Settings, caches and logs of the test are its own, and empty at first; a preference of threads ends with it.

    Nothing is made: most tests write none of these, and a folder for each of thousands takes longer than they do.
    """
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(HOMES))
    monkeypatch.setenv("WORKBENCH_THREADS", os.environ["WORKBENCH_THREADS"])
    for kind in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    monkeypatch.setenv("WORKBENCH_CACHE", str(home / "cache" / "workbench"))
    if "PySide6.QtCore" in sys.modules:  # Qt asks the environment only once
        from PySide6.QtCore import QSettings

        for format in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
            QSettings.setPath(format, QSettings.Scope.UserScope, str(home / "settings"))


@pytest.fixture(autouse=True)
def seeds():
    """Unseeded draws are the same every time."""
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


@pytest.fixture(autouse=True)
def nothing_left_running():
    """Fails a test that leaves a thread or a process behind. Fixtures of a module or session may keep theirs."""
    before = running()
    yield
    deadline = time.monotonic() + HANG_S
    while (left := running() - before) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left, f"left running: {', '.join(sorted(name for _, name in left))}"


def running() -> set[tuple[int, str]]:
    """Threads that Python started and child processes, each as a number that is not used twice and a name."""
    threads = {
        (id(thread), f"thread {thread.name}")
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread) and thread.name not in THREADS
    }  # those are a library's own
    return threads | {
        (pid, f"process {pid} {command}")
        for pid, command in children().items()
        if not any(helper in command for helper in HELPERS) and pid != resource_tracker._resource_tracker._pid
    }


def children() -> dict[int, str]:
    """Child processes and their command lines; of ended ones that nobody waited for, the name."""
    found = {}
    for pid in listed.of():
        command = _read(Path("/proc", pid, "cmdline")).replace("\0", " ").strip()
        found[int(pid)] = command[:200] or _read(Path("/proc", pid, "comm")).strip() + " (ended, not waited for)"
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # ended meanwhile
        return ""


@pytest.fixture(autouse=True)
def nothing_logged(request):
    """Fails a test during which a warning or worse was logged, unless it is marked `allow_logs`."""
    if request.node.get_closest_marker("allow_logs"):
        yield
        return
    keeper = Keeper(logging.WARNING)
    logging.getLogger().addHandler(keeper)
    yield
    logging.getLogger().removeHandler(keeper)
    assert not keeper.lines, (
        "logged without being asked for (mark the test `allow_logs` where that is right):\n" + "\n".join(keeper.lines)
    )


class Keeper(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")
