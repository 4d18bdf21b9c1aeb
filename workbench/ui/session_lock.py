"""A session file belongs to one window at a time; the next one that wants it is told."""

import os
from pathlib import Path

from PySide6.QtCore import QLockFile


def lock_file(path: Path) -> QLockFile:
    """A lock that is stale when its process is gone, however long that worked and whatever the clock says."""
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)
    return lock


class SessionLock:
    """A hidden file beside a session file. Where that cannot be written, nobody is kept from anything."""

    def __init__(self, path: str) -> None:
        self.path = Path(os.path.realpath(path))
        self._lock = lock_file(self.path.with_name(f".{self.path.name}.lock"))

    def take(self) -> bool:
        """False while another window has it."""
        return self._lock.isLocked() or self._lock.tryLock(0) or (
            self._lock.error() != QLockFile.LockError.LockFailedError)

    def release(self) -> None:
        self._lock.unlock()
