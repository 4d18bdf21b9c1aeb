"""A limit on the memory of this process, on every system: a graph's memory may depend on its data and is unknown before
it runs. At the limit this process fails with a message, instead of the whole machine stalling.

Linux enforces it by RLIMIT_DATA, getrlimit(2); Windows by a job object of this one process, JOB_OBJECT_LIMIT_
PROCESS_MEMORY. Where the system enforces nothing (macOS ignores its limits), a thread polls, and ends the process.
"""

import contextlib
import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from workbench.core.base import system

OUT_OF_MEMORY = 78  # exit code of a process that was ended so
LOOK_S = 0.05
# Of the Windows kernel: the kind of the figures, their flag, and nested jobs are those of winnt.h.
EXTENDED_LIMITS, PROCESS_MEMORY = 9, 0x100


def limit_memory(leave: Callable[[], object]) -> None:
    """Limit this process to nine tenths of the memory that is free now. `leave` ends it where the system does not
    enforce the limit: it is called in another thread, while native code may be running in all others."""
    room = system.free_memory() // 10 * 9
    refused = _by_job if system.on_windows() else _by_rlimit if sys.platform == "linux" else _by_nobody
    if not refused(room) and (taken := _taken()) is not None:
        threading.Thread(target=_watch, args=(taken + room, leave), name="memory", daemon=True).start()


def leave_quietly() -> None:
    """End a process whose parent knows the meaning of the exit code."""
    os._exit(OUT_OF_MEMORY)


def _watch(most: int, leave: Callable[[], object]) -> None:
    while (taken := _taken()) is not None and taken <= most:
        time.sleep(LOOK_S)
    if taken is not None:
        leave()


def _taken() -> int | None:
    """Return the bytes in use by this process, including compressed ones; None where the system does not report
    them."""
    return _footprint_on_mac() if sys.platform == "darwin" else system.resident_memory()


def _by_nobody(_room: int) -> bool:
    return False


def _by_rlimit(room: int) -> bool:
    import resource

    with contextlib.suppress(OSError, ValueError, StopIteration, IndexError):
        with open("/proc/self/status", encoding="ascii", errors="replace") as listing:
            taken = int(next(line for line in listing if line.startswith("VmData:")).split()[1]) * 1024
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        soft = taken + room if hard == resource.RLIM_INFINITY else min(taken + room, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        return True
    return False


class _Limits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, including the basic limits and the I/O counters."""

    _fields_ = [
        *((name, ctypes.c_int64) for name in ("process_time", "job_time")),
        ("flags", ctypes.c_uint32),
        *((name, ctypes.c_size_t) for name in ("least_working_set", "most_working_set")),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        *((name, ctypes.c_uint32) for name in ("priority", "scheduling")),
        ("counters", ctypes.c_uint64 * 6),
        *((name, ctypes.c_size_t) for name in ("process_memory", "job_memory", "process_peak", "job_peak")),
    ]


class _Counters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of the Windows API."""

    _fields_ = [
        *((name, ctypes.c_uint32) for name in ("size", "faults")),
        *(
            (name, ctypes.c_size_t)
            for name in (
                "peak_working_set",
                "working_set",
                "peak_paged",
                "paged",
                "peak_nonpaged",
                "nonpaged",
                "committed",
                "peak_committed",
            )
        ),
    ]


def _by_job(room: int) -> bool:
    """Limit memory by a job object (Windows). The handle stays open, as the job ends with it; the limit holds for each
    child separately."""
    kernel: Any = system.kernel()
    this = ctypes.c_void_p(kernel.GetCurrentProcess())
    counters = _Counters(size=ctypes.sizeof(_Counters))
    if not kernel.K32GetProcessMemoryInfo(this, ctypes.byref(counters), counters.size):
        return False
    limits = _Limits(flags=PROCESS_MEMORY, process_memory=counters.committed + room)
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    return bool(
        job.value
        and kernel.SetInformationJobObject(job, EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
        and kernel.AssignProcessToJobObject(job, this)
    )


class _Usage(ctypes.Structure):
    """rusage_info_v0 of macOS, sys/resource.h."""

    _fields_ = [
        ("uuid", ctypes.c_uint8 * 16),
        *(
            (name, ctypes.c_uint64)
            for name in (
                "user",
                "system",
                "package_wakeups",
                "wakeups",
                "pageins",
                "wired",
                "resident",
                "footprint",
                "started",
                "ended",
            )
        ),
    ]


def _footprint_on_mac() -> int | None:
    usage = _Usage()
    try:
        failed = _process_library().proc_pid_rusage(os.getpid(), 0, ctypes.byref(usage))
    except (OSError, AttributeError):
        return None
    return None if failed else int(usage.footprint)


def _process_library() -> Any:
    return ctypes.CDLL("/usr/lib/libproc.dylib")
