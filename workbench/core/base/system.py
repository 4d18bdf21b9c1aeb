"""Differences between Linux, macOS and Windows, all in one place: processes, memory, names of files."""

import contextlib
import ctypes
import errno
import hashlib
import os
import platform
import re
import sys
import threading
import time
from pathlib import Path, PurePosixPath
from typing import Any

from workbench.core.base.message import Message

NICENESS = 5
PIECES = 1000  # of a file with holes
TRIES, PAUSE_S = 8, 0.05  # a scanner on Windows holds a new file for a moment
POWERCAP = Path("/sys/class/powercap")
CPUINFO = Path("/proc/cpuinfo")
DOT_PRODUCTS = {"avx512_vnni", "avx_vnni", "amx_int8"}  # flags in it
AUTOMOUNTED = {"net", "afs", "Network"}  # folders of / whose entries are other computers
LONGEST_NAME = 200  # bytes; most disks take 255, with the suffix
# Of the Windows kernel.
SYNCHRONIZE, SET_INFORMATION, ACCESS_DENIED, STILL_RUNNING, BELOW_NORMAL = 0x100000, 0x200, 5, 0x102, 0x4000
DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))}


def on_windows() -> bool:
    return os.name == "nt"


def network_place(path: str) -> str:
    """Return the computer and share that looking up a path contacts, as \\\\HOST\\SHARE or /net/HOST; "" if local.

    Windows signs in to any computer that a path names, so even checking whether a file exists hands out the user's
    credentials. On other systems an automounter connects to it (autofs(5), -hosts maps; AFS). A drive or folder that is
    mounted already counts as this machine.
    """
    if not on_windows():
        names = PurePosixPath(os.path.normpath("/" + path.lstrip("/"))).parts if path.startswith("/") else ()
        return "/".join(("", *names[1:3])) if len(names) > 2 and names[1] in AUTOMOUNTED else ""
    name = path.replace("/", "\\")
    name = "\\\\?" + name[3:] if name.startswith("\\??") else name
    if not name.startswith("\\\\"):
        return ""
    parts = [part for part in name.lower().split("\\") if part]
    if parts and parts[0] in ("?", "."):
        parts = parts[1:]
        if parts and re.fullmatch(r"[a-z]:|volume\{.*\}", parts[0]):
            return ""
        parts = parts[1:] if parts and parts[0] == "unc" else parts
    return "\\\\" + "\\".join(parts[:2])


def alive(process: int) -> bool:
    """Return whether a process of this machine is running. One that this user has no permission to query counts as
    alive."""
    if on_windows():
        return _alive_on_windows(process)
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _alive_on_windows(process: int) -> bool:
    """Return whether a process is running, on Windows, where os.kill would end it."""
    windows = kernel()
    handle = windows.OpenProcess(SYNCHRONIZE, False, process)
    if not handle:
        return bool(windows.GetLastError() == ACCESS_DENIED)
    try:
        return bool(windows.WaitForSingleObject(ctypes.c_void_p(handle), 0) == STILL_RUNNING)
    finally:
        windows.CloseHandle(ctypes.c_void_p(handle))


def owner() -> str:
    """Return HOST-PID, which names what only this process uses in folders that several machines may share."""
    host = hashlib.sha256(platform.node().encode("utf-8", "replace")).hexdigest()[:8]
    return f"{host}-{os.getpid()}"


def abandoned(mark: str) -> bool:
    """Return whether the process of an `owner` mark has ended. False for marks of other machines and for anything else.

    Earlier versions wrote the PID alone.
    """
    ours, _, own = owner().partition("-")
    host, _, process = mark.rpartition("-")
    return (
        (host or ours) == ours
        and process.isascii()
        and process.isdecimal()
        and process != own
        and not alive(int(process))
    )


def memory() -> int:
    """Return the machine's memory in bytes; a huge number where the system does not report it."""
    if on_windows():
        return _memory_on_windows("total")
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return sys.maxsize


def adds_products_exactly() -> bool | None:
    """Return whether the processor accumulates 8-bit products without saturation: x86-64 with VNNI or AMX, and Arm;
    None where unknown. Intel 64 and IA-32 Architectures Software Developer's Manual, VPMADDUBSW and VPDPBUSD."""
    if platform.machine().lower() in ("arm64", "aarch64"):
        return True
    try:
        with open(CPUINFO, encoding="ascii", errors="replace") as listing:
            flags = next(line for line in listing if line.startswith("flags")).split()
    except (OSError, StopIteration):
        return None
    return bool(DOT_PRODUCTS & set(flags))


def give_memory_back() -> None:
    """Return freed memory to the system; the C library (glibc) otherwise keeps hundreds of MB."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def bytes_on_disk(path: str) -> int:
    """Return the bytes of a file without holes, which read as zeros; its size where the system cannot list holes, or
    where there are very many: lseek(2), SEEK_DATA and SEEK_HOLE. Raises OSError."""
    size = os.path.getsize(path)
    if not hasattr(os, "SEEK_DATA"):
        return size
    handle, held, place = os.open(path, os.O_RDONLY), 0, 0
    try:
        for _ in range(PIECES):
            start = os.lseek(handle, place, os.SEEK_DATA)
            place = os.lseek(handle, start, os.SEEK_HOLE)
            held += place - start
            if place >= size:
                return held
    except OSError as error:
        return held if error.errno == errno.ENXIO else size  # no data behind this place
    finally:
        os.close(handle)
    return size


def free_memory() -> int:
    """Return the bytes that could be allocated now without swapping; the machine's memory where the system does not
    report them."""
    if on_windows():
        return _memory_on_windows("free")
    try:
        with open("/proc/meminfo", encoding="ascii") as listing:
            found = next(line for line in listing if line.startswith("MemAvailable:"))
        return min(int(found.split()[1]) * 1024, memory())
    except (OSError, StopIteration, ValueError, IndexError):
        return memory()


def resident_memory() -> int | None:
    """Return the bytes of memory in use by this process; None where the system does not report them."""
    try:
        with open("/proc/self/statm", encoding="ascii") as listing:
            return int(listing.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def energy_counters() -> dict[str, tuple[int, int]] | None:
    """Return the microjoules that each processor has used so far, and the value at which its counter wraps around:
    RAPL, as Linux exposes it (Documentation/power/powercap). None where it is missing or not readable."""
    found: dict[str, tuple[int, int]] = {}
    try:
        for folder in POWERCAP.glob("intel-rapl:?"):
            used, top = (int((folder / name).read_text()) for name in ("energy_uj", "max_energy_range_uj"))
            found[folder.name] = used, top
    except (OSError, ValueError):
        return None
    return found or None


class QuietNatives:
    """Redirection of native code's standard output to standard error, or to nowhere with `drop`, for all threads, since
    the file belongs to the process. Python's own stream is flushed first and then keeps its text."""

    _lock, _inside, _dropping, _kept = threading.Lock(), 0, 0, -1

    def __init__(self, drop: bool = False) -> None:
        self._drop = drop

    def __enter__(self) -> None:
        with QuietNatives._lock:
            if not QuietNatives._dropping:
                _flush_python()
            self._lead(1)

    def __exit__(self, *_: object) -> None:
        with QuietNatives._lock:
            if not QuietNatives._dropping:
                _flush_python()
            self._lead(-1)

    @classmethod
    def outside(cls) -> int:
        """Return the real standard output, whatever file descriptor 1 refers to meanwhile."""
        return cls._kept if cls._kept >= 0 else 1

    def _lead(self, more: int) -> None:
        """Count one user more or less, and point file descriptor 1 to where it belongs now."""
        found = QuietNatives
        found._inside += more
        found._dropping += more * self._drop
        with contextlib.suppress(OSError):
            _flush_natives()
            if found._kept < 0:
                found._kept = os.dup(1)
            if found._dropping:
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 1)
                os.close(nowhere)
            elif found._inside:
                os.dup2(2, 1)
            else:
                os.dup2(found._kept, 1)
                os.close(found._kept)
                found._kept = -1


def _flush_python() -> None:
    with contextlib.suppress(OSError, AttributeError, ValueError):
        sys.stdout.flush()


def _flush_natives() -> None:
    """Flush C's streams: their text is meant for the current target of file descriptor 1."""
    with contextlib.suppress(OSError, AttributeError, ValueError):
        (ctypes.cdll.msvcrt if on_windows() else ctypes.CDLL(None)).fflush(None)


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = [
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *(
            (name, ctypes.c_uint64)
            for name in ("total", "free", "total_page", "free_page", "total_virtual", "free_virtual", "free_extended")
        ),
    ]


def _memory_on_windows(which: str) -> int:
    status = _MemoryStatus()
    status.length = ctypes.sizeof(status)
    return int(getattr(status, which)) if kernel().GlobalMemoryStatusEx(ctypes.byref(status)) else sys.maxsize


def yield_to_others(process: int) -> None:
    """Lower the priority of a process; one that has already ended is no error."""
    if on_windows():
        windows = kernel()
        if handle := windows.OpenProcess(SET_INFORMATION, False, process):
            windows.SetPriorityClass(ctypes.c_void_p(handle), BELOW_NORMAL)
            windows.CloseHandle(ctypes.c_void_p(handle))
        return
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, process, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)


def replace(source: Path, target: Path) -> None:
    """Call os.replace; on Windows retry briefly while another program holds the target open. Raises OSError."""
    for left in reversed(range(TRIES if on_windows() else 1)):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if not left or target.is_dir():
                raise
            time.sleep(PAUSE_S)


def name_problem(name: str) -> str:
    """Return why this system cannot have a file of such a name, as a clause; "" where it can."""
    if "/" in name or name in (".", ".."):
        return Message("a file name cannot contain a slash or be '.' or '..'")
    if len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME:
        return Message("the name is too long")
    if not name.isprintable():
        return Message("it contains a non-printable character")
    if not on_windows():
        return ""
    if any(sign in '<>:"\\|?*' for sign in name):
        return Message('it contains one of < > : " \\ | ? *')
    if name.endswith((" ", ".")):
        return Message("it ends with a space or a dot")
    return (
        Message("Windows reserves this name for a device") if name.partition(".")[0].rstrip().upper() in DEVICES else ""
    )


def kernel() -> Any:
    """Return kernel32 (Windows only)."""
    found = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined, unused-ignore]
    found.OpenProcess.restype = found.CreateJobObjectW.restype = ctypes.c_void_p
    return found
