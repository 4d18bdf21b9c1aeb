"""Atomic file writing (temporary file, then rename), and paths that name a function.

What is being written is called `.writing-HOST-PID-…`, so what a killed process left is known by its name.
"""

import contextlib
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from workbench.core.base import system
from workbench.core.base.errors import UserError
from workbench.core.base.message import Message

WRITING = ".writing-"
LONGEST_STEM = 150  # bytes of a name that results bear
SPACE = Message("Free some space or choose another folder.")
FUNCTION = re.compile(r"^(.*\.py):([^/\\:]*)$", re.DOTALL)
_swept: set[Path] = set()  # folders that this process has looked through


def write_atomically(path: Path, write: Callable[[BinaryIO], object], lasting: bool = True) -> None:
    """Let `write` fill a temporary file next to `path`, then move it into place. `lasting`: it is on the disk then, and
    not lost with the power; that takes long.

    A link stays one; a file that is replaced keeps its rights, a new one has those that the user's umask leaves.
    Raises UserError when the folder cannot be written or the disk is full; nothing is left behind then, and a file that
    stood at `path` stays as it was.
    """
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.parent not in _swept:
            _swept.add(target.parent)
            sweep(target.parent)
        temporary = target.parent / _temporary_name()
        file = temporary.open("xb")
    except OSError as error:
        raise UserError(
            "Cannot write {path}: {reason}.", "Choose another folder.", path=path, reason=reason(error)
        ) from error
    try:
        with file:
            write(file)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        _take_rights(temporary, target)
        system.replace(temporary, target)
    except OSError as error:
        raise UserError("Cannot write {path}: {reason}.", SPACE, path=path, reason=reason(error)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes, lasting: bool = True) -> None:
    """`write_atomically` for bytes."""
    write_atomically(path, lambda file: file.write(data), lasting)


def write_text(path: Path, text: str) -> None:
    """`write_atomically` for text in UTF-8."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UserError(
            "Cannot write {path}: its name is not valid Unicode.", "Rename that file.", path=path
        ) from error
    write_bytes(path, data)


class Staged:
    """Files that belong together, written into a hidden folder beside their place; see `staged`."""

    def __init__(self, place: Path, folder: Path) -> None:
        self.place, self.folder = place, folder

    def size(self, stem: str) -> int:
        """Bytes of the files whose names begin so."""
        return sum(part.stat().st_size for part in self.folder.iterdir() if part.name.startswith(stem))

    def publish(self, last: str) -> None:
        """Move all of them into place, that named `last` at the end: all, or none and UserError."""
        parts = sorted(self.folder.iterdir(), key=lambda part: part.name == last)
        before = self.folder / "before"
        moved: list[Path] = []
        target = self.place
        try:
            for part in parts:
                with part.open("rb+") as file:
                    os.fsync(file.fileno())
            before.mkdir()
            for part in parts:
                target = self.place / part.name
                _take_rights(part, target)
                with contextlib.suppress(OSError):  # a disk without links cannot take back
                    os.link(target, before / part.name)
                system.replace(part, target)
                moved.append(target)
        except OSError as error:
            for done in moved:
                with contextlib.suppress(OSError):
                    old = before / done.name
                    system.replace(old, done) if old.exists() else done.unlink()
            raise UserError("Cannot write {target}: {reason}.", SPACE, target=target, reason=reason(error)) from error


@contextlib.contextmanager
def staged(place: Path) -> Iterator[Staged]:
    """A hidden folder in `place`, which is made if need be; gone afterwards, with all in it that was not published.

    What processes that are gone have left in `place` is removed. Raises UserError where the folder cannot be made.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
        sweep(place)
        folder = place / _temporary_name()
        folder.mkdir()
    except OSError as error:
        raise UserError(
            "Cannot write into {place}: {reason}.", "Choose another folder.", place=place, reason=reason(error)
        ) from error
    try:
        yield Staged(place, folder)
    except UserError as error:  # the user knows the files by their place
        raise UserError(error.what.renamed(str(folder), str(place)), error.hint) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what processes that are gone were writing into a folder."""
    with contextlib.suppress(OSError):
        for left in folder.glob(f"{WRITING}*"):
            if system.abandoned(left.name.removeprefix(WRITING).rpartition("-")[0]):
                remove(left)


def remove(path: Path) -> None:
    """A file, or a folder and all in it; what cannot be removed stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def check_folder(folder: Path) -> None:
    """Raise UserError where files cannot be written into a folder, perhaps one that is still to be made: asked before
    work that takes long. Nothing is left behind."""
    try:
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        attempt = there / _temporary_name()
        attempt.open("xb").close()
        attempt.unlink()
    except OSError as error:
        raise UserError(
            "Cannot write into {folder}: {reason}.", "Choose another folder.", folder=folder, reason=reason(error)
        ) from error


def reason(error: BaseException) -> str:
    """Why a file cannot be read or written, in the system's words, without a full stop."""
    return str(
        getattr(error, "strerror", None) or next(iter(str(error).splitlines()), "") or type(error).__name__
    ).rstrip(".")


def used_at(path: Path) -> int:
    """Time in ns when a file was last written or used. A time in the future (the clock was set back) counts as oldest,
    so that the file is deleted first. Raises OSError."""
    found = path.stat().st_mtime_ns
    return found if found <= time.time_ns() else 0


def _temporary_name() -> str:
    return f"{WRITING}{system.owner()}-{secrets.token_hex(4)}"


def _take_rights(new: Path, old: Path) -> None:
    """Copy the permissions of the file that is replaced, if there is one."""
    with contextlib.suppress(OSError):
        os.chmod(new, stat.S_IMODE(old.stat().st_mode))


# -- paths that may name a function ------------------------------------------------------------------------------------


def file_and_function(path: str) -> tuple[str, str]:
    """`file.py:function` as its two parts; the path and "" where it names a file alone, as C:\\model.onnx does."""
    found = FUNCTION.match(path)
    return (found[1], found[2]) if found else (path, "")


def stem(path: str) -> str:
    """Base name for the results of a model: its file name without the suffix, shortened if necessary."""
    name = "".join(sign if sign.isprintable() else "_" for sign in Path(file_and_function(path)[0]).stem)
    return name.encode()[:LONGEST_STEM].decode(errors="ignore")


def exists(path: str) -> bool:
    """Whether there is this file or folder, or the file of `file.py:function`."""
    return os.path.exists(path) or os.path.exists(file_and_function(path)[0])  # never raise; Path's does
