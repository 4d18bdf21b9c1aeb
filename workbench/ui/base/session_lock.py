"""A session file belongs to one window at a time; the next one that wants it is told."""

import os
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QLockFile, QSysInfo

from workbench.core.base.files import remove


def lock_file(path: Path) -> QLockFile:
    """A lock that is stale when its process is gone, however long that worked and whatever the clock says."""
    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)
    return lock


class SessionLock:
    """A hidden file beside a session file. Where that cannot be written, nobody is kept from anything."""

    _held: ClassVar[set[Path]] = set()  # session files that this process has

    def __init__(self, path: str) -> None:
        self.path = Path(os.path.realpath(path))
        self._lock = lock_file(self.path.with_name(f".{self.path.name}.lock"))

    def take(self) -> bool:
        """False while another window has it."""
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
        """True where the lock is one of this process that was moved with its folder."""
        owner = self._lock.getLockInfo()  # its process, the machine, the program
        return owner[:2] == (os.getpid(), QSysInfo.machineHostName()) and self.path not in self._held

    def release(self) -> None:
        if self._lock.isLocked():
            self._held.discard(self.path)
            self._lock.unlock()
