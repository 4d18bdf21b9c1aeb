"""What differs between systems: the real one is asked, Windows is played by its kernel's few functions."""

import ctypes
import os
import subprocess
import sys
from pathlib import PureWindowsPath

import pytest

from workbench.core.base import files, system


class Kernel:
    """kernel32 of a machine where process 7 runs, process 8 may not be asked, and no other is there."""

    def __init__(self):
        self.priorities, self.opened, self.error = {}, 0, 0

    def OpenProcess(self, access, inherit, process):
        self.error = {7: 0, 8: system.ACCESS_DENIED}.get(process, 87)
        self.opened += not self.error
        return 0 if self.error else process * 4

    def GetLastError(self):
        return self.error

    def WaitForSingleObject(self, handle, milliseconds):
        return system.STILL_RUNNING if handle.value == 28 else 0

    def CloseHandle(self, handle):
        self.opened -= 1

    def SetPriorityClass(self, handle, priority):
        self.priorities[handle.value // 4] = priority

    def GlobalMemoryStatusEx(self, status):
        status._obj.total, status._obj.free = 16 << 30, 3 << 30
        return status._obj.length == 64


@pytest.fixture
def windows(monkeypatch):
    kernel = Kernel()
    monkeypatch.setattr(system, "on_windows", lambda: True)
    monkeypatch.setattr(system, "kernel", lambda: kernel)
    monkeypatch.setattr(system.os, "kill", lambda *_: pytest.fail("os.kill ends a process on Windows"))
    yield kernel
    assert kernel.opened == 0, "a handle stayed open"


@pytest.fixture
def ended():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_process_is_known_to_be_alive_or_gone(ended):
    assert system.alive(os.getpid()) and system.alive(1)
    assert not system.alive(ended) and not system.alive(10**30)


def test_on_windows_a_process_is_queried_without_killing_it(windows):
    assert system.alive(7) and system.alive(8) and not system.alive(9)
    system.yield_to_others(7)
    system.yield_to_others(9)
    assert windows.priorities == {7: system.BELOW_NORMAL}
    assert (system.memory(), system.free_memory()) == (16 << 30, 3 << 30)


def test_memory_of_this_machine_is_known():
    assert 1 << 20 < system.free_memory() <= system.memory() < 1 << 50


def test_marks_of_processes_that_are_gone(ended, monkeypatch):
    mine = system.owner()
    host = mine.partition("-")[0]
    assert system.abandoned(f"{host}-{ended}")
    others = (mine, f"{host}-{os.getppid()}", f"ffffffff-{ended}", "", "projects", f"{host}-٣", f"{host}-")
    assert not any(map(system.abandoned, others))


def test_caches_of_dead_engines_are_removed_on_windows_too(windows, tmp_path):
    from workbench.engine.calibration.activation_cache import Disk

    host = system.owner().partition("-")[0]
    for process in (7, 9):
        (tmp_path / f"{host}-{process}-1").mkdir()
    disk = Disk(parent=tmp_path)
    import numpy as np

    disk.put("a", {"x": np.zeros(3)})
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"{host}-7-1", disk._folder.name])


def test_a_target_that_is_open_on_windows_is_tried_again(windows, tmp_path, monkeypatch):
    tries, real = [], os.replace

    def held(source, target):
        tries.append(target)
        if len(tries) < 3:
            raise PermissionError(13, "in use")
        real(source, target)

    monkeypatch.setattr(system, "PAUSE_S", 0)
    monkeypatch.setattr(system.os, "replace", held)
    files.write_bytes(tmp_path / "x", b"1")
    assert (tmp_path / "x").read_bytes() == b"1" and len(tries) == 3


@pytest.mark.parametrize("name", ["a/b", ".", "..", "x" * 300, "a\nb", "a\x1b[31m", "\ud800"])
def test_names_that_no_system_has(name):
    assert system.name_problem(name)


@pytest.mark.parametrize("name", ["a:b", "what?", "a\\b", "NUL", "com1.old", "end.", "end "])
def test_names_that_windows_does_not_have(name, windows, monkeypatch):
    assert system.name_problem(name)
    assert not system.name_problem("résumé 模型 v1.2")
    monkeypatch.setattr(system, "on_windows", lambda: False)
    assert not system.name_problem(name)


def test_a_drive_is_no_file_with_a_function(monkeypatch):
    monkeypatch.setattr(files, "Path", PureWindowsPath)
    for path, parts, stem in (
        (r"C:\models\resnet.onnx", (r"C:\models\resnet.onnx", ""), "resnet"),
        (r"C:\models\net.py:make", (r"C:\models\net.py", "make"), "net"),
        (r"C:net.py", (r"C:net.py", ""), "net"),
        ("net.py:", ("net.py", ""), "net"),
        ("a.py:b/model.onnx", ("a.py:b/model.onnx", ""), "model"),
    ):
        assert files.file_and_function(path) == parts and files.stem(path) == stem


def test_results_bear_a_name_that_every_disk_takes():
    assert files.stem("folder/a\nb\udcff.onnx") == "a_b_"
    assert len(files.stem("é" * 250 + ".onnx").encode()) <= files.LONGEST_STEM
    assert files.stem("resnet50_v1.5_with_quite_a_long_name_of_the_experiment_2024-11-29.onnx").endswith("2024-11-29")


KEEP = """
from pathlib import Path
from workbench.core.base import system
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
blocks = [bytearray(b"x" * 100_000) for _ in range(2000)]
del blocks[:-1]         # the last one lies above them
before = resident()
system.give_memory_back()
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux" or not os.confstr("CS_GNU_LIBC_VERSION"), reason="of glibc")
def test_freed_memory_goes_back_to_the_system():
    done = subprocess.run([sys.executable, "-c", KEEP], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 150e6


def test_what_native_code_prints_does_not_reach_standard_output(capfd):
    libc = ctypes.CDLL(None)
    libc.printf(b"before\n")
    with system.QuietNatives(), system.QuietNatives():
        libc.printf(b"a line of a library\n")
        with system.QuietNatives(drop=True):
            libc.printf(b"a line of a solver\n")
        libc.printf(b"another line\n")
    libc.printf(b"after\n")
    libc.fflush(None)
    told = capfd.readouterr()
    assert told.out == "before\nafter\n" and told.err == "a line of a library\nanother line\n"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (r"\\Host\Share\a.onnx", r"\\host\share"),
        ("//host/share/a.onnx", r"\\host\share"),
        (r"/\host\share", r"\\host\share"),
        (r"\\?\UNC\host\share\a", r"\\host\share"),
        (r"\??\UNC\host\share\a", r"\\host\share"),
        (r"\\.\pipe\a", r"\\pipe\a"),
        (r"\\host@80\dav\a", r"\\host@80\dav"),
        ("//", "\\\\"),
        (r"\\?\C:\models\a.onnx", ""),
        (r"C:\models\a.onnx", ""),
        (r"\models\a.onnx", ""),
        ("../a.onnx", ""),
        ("", ""),
    ],
)
def test_paths_that_sign_in_to_another_computer_on_windows(monkeypatch, path, place):
    monkeypatch.setattr(system, "on_windows", lambda: True)
    assert system.network_place(path) == place


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/net/host/share/a.onnx", "/net/host"),
        ("//net/host/a", "/net/host"),
        ("/srv/../net/host/a", "/net/host"),
        ("/afs/cell.org/a", "/afs/cell.org"),
        ("/net", ""),
        ("/network/host", ""),
        ("net/host/a", ""),
        ("/srv/net/host", ""),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="paths of POSIX")
def test_paths_that_an_automounter_connects(path, place):
    assert system.network_place(path) == place
