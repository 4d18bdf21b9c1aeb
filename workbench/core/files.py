"""Files are written whole or not at all."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from workbench.core.errors import UserError


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then move it into place.

    Raises UserError when the folder cannot be written or the disk is full; nothing is left behind then,
    and a file that stood at `path` stays as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UserError(f"Cannot write {path}: {error.strerror}.", "Choose another folder.") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)      # mkstemp makes files that only the owner can read
        os.replace(temporary, path)
    except OSError as error:
        mend = "Free some space or choose another folder."
        raise UserError(f"Cannot write {path}: {error.strerror}.", mend) from error
    finally:
        temporary.unlink(missing_ok=True)


def check_folder(folder: Path) -> None:
    """Raise UserError where files cannot be written into a folder, perhaps one that is still to be made: asked before
    work that takes long. Nothing is left behind."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise UserError(f"Cannot write into {folder}: {error.strerror}.", "Choose another folder.") from error


def write_bytes(path: Path, data: bytes) -> None:
    """`write_atomically` for bytes."""
    write_atomically(path, lambda file: file.write(data))


def write_text(path: Path, text: str) -> None:
    """`write_atomically` for text in UTF-8."""
    write_bytes(path, text.encode("utf-8"))
