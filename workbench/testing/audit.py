"""Audit of actions that opening a file must not cause: starting programs, unpickling objects by name, using the
network, writing files."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# https://docs.python.org/3/library/audit_events.html
FORBIDDEN = {
    "ctypes.dlopen",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
    "os.remove",
    "os.rename",
    "pickle.find_class",
    "shutil.rmtree",
    "socket.connect",
    "subprocess.Popen",
}
_heard: list[list[str]] = []  # of those who listen; an audit hook cannot be taken away
_hooked: list[bool] = []


@contextmanager
def nothing_run() -> Iterator[None]:
    """Raise AssertionError at the end if the code inside did one of FORBIDDEN.

    Modules imported meanwhile leave no bytecode, since Python would write and rename it.
    """
    if not _hooked:
        _hooked.append(True)
        sys.addaudithook(_listen)
    events: list[str] = []
    _heard.append(events)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        _heard.remove(events)
    assert not events, f"opening a file that nobody trusted did: {'; '.join(events)}"


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _heard and event in FORBIDDEN:
        _heard[-1].append(f"{event} {', '.join(str(each)[:80] for each in arguments[:2])}")
