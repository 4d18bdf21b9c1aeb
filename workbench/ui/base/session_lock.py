"""Lock of a session file, which belongs to one window at a time."""

import os
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QLockFile, QSysInfo

from workbench.core.base.files import remove


def lock_file(path: Path) -> QLockFile:
    """Return a lock that becomes stale only when its process has ended, not after some time."""
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)
    return lock


class SessionLock:
    """A hidden file beside a session file. If it cannot be written, nothing is locked."""

    _held: ClassVar[set[Path]] = set()  # session files locked by this process

    def __init__(self, path: str) -> None:
        self.path = Path(os.path.realpath(path))
        self._lock = lock_file(self.path.with_name(f".{self.path.name}.lock"))

    def take(self) -> bool:
        """Take the lock; return false while another window has it."""
        if self._lock.isLocked():
            return True
        if not self._lock.tryLock(0):
            if self._lock.error() != QLockFile.LockError.LockFailedError:
                return True
            if not self._came_along():
                return False
            remove(Path(self._lock.fileName()))
            if not self._lock.tryLock(0):
                return False
        self._held.add(self.path)
        return True

    def _came_along(self) -> bool:
        """Return whether the lock is one of this process that was moved with its folder."""
        owner = self._lock.getLockInfo()  # its process, the machine, the program
        return owner[:2] == (os.getpid(), QSysInfo.machineHostName()) and self.path not in self._held

    def release(self) -> None:
        if self._lock.isLocked():
            self._held.discard(self.path)
            self._lock.unlock()
