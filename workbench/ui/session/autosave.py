"""Autosave: after a crash, the work is offered at the next start."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from PySide6.QtCore import QLockFile, QObject, QThreadPool, QTimer, Signal

from workbench.core.base.errors import UserError
from workbench.core.session.session_file import SUFFIX, SavedSession, load_session
from workbench.ui.base.session_lock import lock_file
from workbench.ui.session.session import Session

log = logging.getLogger(__name__)
SOON_MS = 300  # after a change; a drag is many
NAME = "compression-workbench"


def folder() -> Path:
    return Path(platformdirs.user_state_dir(NAME, appauthor=False)) / "autosave"


@dataclass
class Kept:
    """Work left by a crashed program; `lock` now belongs to this one, so that no other window offers it."""

    path: Path
    saved: SavedSession
    when: float
    lock: QLockFile

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self.lock.unlock()

    def leave(self) -> None:
        """Leave the work for the next start."""
        self.lock.unlock()


class Autosave(QObject):
    """Writes unsaved sessions into a separate file, in another thread, soon after each change. The file is removed when
    the window closes normally."""

    _failed = Signal(str)

    def __init__(
        self, session: Session, gather: Callable[[], SavedSession | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._gather = session, gather
        self.path = folder() / f"{uuid.uuid4().hex}{SUFFIX}"
        self._lock: QLockFile | None = None
        self._complained = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)  # one after the other: the last one is the newest
        self._timer = QTimer(self, singleShot=True, interval=SOON_MS)
        self._timer.timeout.connect(self.save)
        for signal in (session.recipe_changed, session.snapshots.changed, session.data_changed):
            signal.connect(self._soon)
        session.undo_stack.cleanChanged.connect(self._soon)
        self._failed.connect(self._complain)

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def save(self) -> None:
        """Save now; the write itself follows in the other thread."""
        self._timer.stop()
        gathered = self._gather() if self._session.modified else None
        if gathered is None:
            if self._lock is not None:
                self._pool.start(lambda: self.path.unlink(missing_ok=True))
            return
        if self._lock is None:
            self._lock = _locked(self.path)
        self._pool.start(lambda: self._write(gathered))

    def _write(self, gathered: SavedSession) -> None:
        try:
            gathered.save(self.path)
        except UserError as error:
            self._failed.emit(str(error))

    def _complain(self, words: str) -> None:
        """Report a failure once: a full disk stays full for a while."""
        if not self._complained:
            self._complained = True
            self._session.told.emit(
                self.tr("Autosave failed: {why} Save the session to keep your work.").format(why=words)
            )

    def settle(self) -> None:
        """Wait until everything is written."""
        self._pool.waitForDone()

    def finish(self) -> None:
        """Remove the file, as the window closes normally."""
        self._timer.stop()
        self.settle()
        self.path.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None


def _locked(path: Path) -> QLockFile | None:
    """Return the lock of a file, if no running program has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    lock = lock_file(path.with_suffix(".lock"))
    return lock if lock.tryLock(0) else None


def newest() -> Kept | None:
    """Return the newest work left by a crashed program; unreadable files are skipped."""
    found: list[tuple[float, Path]] = []
    try:
        found = [(path.stat().st_mtime, path) for path in folder().glob(f"*{SUFFIX}")]
    except OSError as error:
        log.info("the kept work cannot be listed: %s", error)
    for when, path in sorted(found, reverse=True):
        lock = _locked(path)
        if lock is None:
            continue
        try:
            return Kept(path, load_session(path), when, lock)
        except UserError as error:
            log.info("kept work is passed over: %s", error)
            lock.unlock()
    return None


def moment(when: float) -> str:
    """Return 10:32 for today, else with the date."""
    there, now = time.localtime(when), time.localtime()
    return time.strftime("%H:%M" if there[:3] == now[:3] else "%Y-%m-%d %H:%M", there)
