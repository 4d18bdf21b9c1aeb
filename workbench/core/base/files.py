"""Atomic file writing (temporary file, then rename), and paths that name a function.

Unfinished files are called `.writing-HOST-PID-…`, so that the leftovers of a killed process are recognised by name.
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
    """Let `write` fill a temporary file next to `path`, then move it into place. `lasting`: flush it to the disk, so
    that it survives a power failure; this is slow.

    A symbolic link is followed, not replaced. A replaced file keeps its permissions; a new one follows the umask.
    Raises UserError when the folder cannot be written or the disk is full; then nothing is left behind, and an existing
    file at `path` is unchanged.
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
    """Write bytes as `write_atomically` does."""
    write_atomically(path, lambda file: file.write(data), lasting)


def write_text(path: Path, text: str) -> None:
    """Write text in UTF-8 as `write_atomically` does."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UserError(
            "Cannot write {path}: its name is not valid Unicode.", "Rename that file.", path=path
        ) from error
    write_bytes(path, data)


class Staged:
    """Files that belong together, written to a hidden folder beside their destination; see `staged`."""

    def __init__(self, place: Path, folder: Path) -> None:
        self.place, self.folder = place, folder

    def size(self, stem: str) -> int:
        """Return the total size in bytes of the files whose names begin with `stem`."""
        return sum(part.stat().st_size for part in self.folder.iterdir() if part.name.startswith(stem))

    def publish(self, last: str) -> None:
        """Move all files into place, the one named `last` at the end. All are moved, or none and UserError is
        raised."""
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
    """Provide a hidden folder in `place`, which is created if necessary. It is deleted afterwards, with everything in
    it that was not published.

    Leftovers of ended processes in `place` are removed. Raises UserError where the folder cannot be created.
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
    """Remove the unfinished files of ended processes from a folder."""
    with contextlib.suppress(OSError):
        for left in folder.glob(f"{WRITING}*"):
            if system.abandoned(left.name.removeprefix(WRITING).rpartition("-")[0]):
                remove(left)


def remove(path: Path) -> None:
    """Remove a file, or a folder with its contents, as far as possible; failures are ignored."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def check_folder(folder: Path) -> None:
    """Raise UserError if files cannot be written to a folder, which may not exist yet: checked before long work. Leaves
    nothing behind."""
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
    """Return why a file cannot be read or written, in the system's words, without a full stop."""
    return str(
        getattr(error, "strerror", None) or next(iter(str(error).splitlines()), "") or type(error).__name__
    ).rstrip(".")


def used_at(path: Path) -> int:
    """Return when a file was last written or used, in ns. A time in the future (the clock was set back) counts as the
    oldest, so that such a file is deleted first. Raises OSError."""
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
    """Split `file.py:function` into its two parts; the path and "" for a file alone, such as C:\\model.onnx."""
    found = FUNCTION.match(path)
    return (found[1], found[2]) if found else (path, "")


def stem(path: str) -> str:
    """Return the base name for the results of a model: its file name without the suffix, shortened if necessary."""
    name = "".join(sign if sign.isprintable() else "_" for sign in Path(file_and_function(path)[0]).stem)
    return name.encode()[:LONGEST_STEM].decode(errors="ignore")


def exists(path: str) -> bool:
    """Return whether a file or folder, or the file of `file.py:function`, exists."""
    return os.path.exists(path) or os.path.exists(file_and_function(path)[0])  # never raise; Path's does
