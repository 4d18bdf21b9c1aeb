"""The memory limit of this process: Linux has its own, the others are played by their kernel's functions."""

import ctypes
import subprocess
import sys
import threading

import pytest

from workbench.core.base import system
from workbench.core.ipc import memory_limit as limits


class Kernel:
    """kernel32 of a machine with 10 GB free, where this process has committed 2 GB."""

    def __init__(self, nested: bool = True) -> None:
        self.nested, self.most, self.inside = nested, 0, ()

    def GetCurrentProcess(self):
        return -1

    def K32GetProcessMemoryInfo(self, process, counters, size):
        counters._obj.committed = 2 << 30
        return size == counters._obj.size == 72

    def CreateJobObjectW(self, security, name):
        return 28

    def SetInformationJobObject(self, job, kind, limit, size):
        assert (kind, size) == (9, 144) and limit._obj.flags == 0x100
        self.most = limit._obj.process_memory
        return 1

    def AssignProcessToJobObject(self, job, process):
        self.inside = job.value, process.value
        return self.nested


@pytest.fixture
def watched(monkeypatch):
    """What a thread would watch."""
    found = []
    monkeypatch.setattr(system, "free_memory", lambda: 10 << 30)
    monkeypatch.setattr(limits.threading, "Thread", lambda **about: found.append(about["args"][0]) or Started())
    return found


class Started:
    def start(self) -> None: ...


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="sizes of structures")
@pytest.mark.parametrize("nested", [True, False])
def test_on_windows_a_job_refuses_more(monkeypatch, watched, nested):
    kernel = Kernel(nested)
    monkeypatch.setattr(system, "on_windows", lambda: True)
    monkeypatch.setattr(system, "kernel", lambda: kernel)
    limits.limit_memory(pytest.fail)
    assert kernel.most == (2 << 30) + (10 << 30) // 10 * 9
    assert kernel.inside == (28, ctypes.c_void_p(-1).value)
    assert bool(watched) is not nested, "where Windows has no nested jobs, the process is watched"


def test_on_macos_the_footprint_is_watched(monkeypatch, watched):
    class Library:
        @staticmethod
        def proc_pid_rusage(process, flavour, usage):
            assert ctypes.sizeof(usage._obj) == 96 and flavour == 0
            usage._obj.footprint = 3 << 30
            return 0

    monkeypatch.setattr(limits.sys, "platform", "darwin")
    monkeypatch.setattr(limits, "_process_library", Library)
    limits.limit_memory(pytest.fail)
    assert watched == [(3 << 30) + (10 << 30) // 10 * 9]


def test_a_system_that_tells_nothing_is_left_alone(monkeypatch, watched):
    monkeypatch.setattr(limits.sys, "platform", "other")
    monkeypatch.setattr(system, "resident_memory", lambda: None)
    limits.limit_memory(pytest.fail)
    assert not watched


def test_the_watch_ends_a_process_that_takes_more(monkeypatch):
    taken, left = iter([5, 10, 11]), threading.Event()
    monkeypatch.setattr(limits, "LOOK_S", 0)
    monkeypatch.setattr(limits, "_taken", lambda: next(taken))
    limits._watch(10, left.set)
    assert left.is_set() and next(taken, "all were read") == "all were read"


ENGINE = """
from workbench.core.base import system
from workbench.core.ipc import memory_limit
memory_limit._by_rlimit = memory_limit._by_nobody
system.free_memory = lambda: 20_000_000
memory_limit.limit_memory(memory_limit.leave_quietly)
taken = []
while True:
    taken.append(b"x" * 1_000_000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="its resident memory is read")
def test_a_process_without_limits_ends_with_a_code_that_says_why():
    assert subprocess.run([sys.executable, "-c", ENGINE]).returncode == limits.OUT_OF_MEMORY
