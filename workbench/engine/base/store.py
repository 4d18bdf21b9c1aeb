"""Results that outlive the program: arrays on disk by key, limited in bytes; the least recently used are deleted
first."""

import hashlib
import io
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import onnxruntime
import platformdirs

from workbench import __version__
from workbench.core.base.errors import UserError
from workbench.core.base.files import used_at, write_bytes

RUNTIME = (__version__, onnxruntime.__version__)  # part of keys: under another one, other figures may be measured
BUDGET = 256 << 20
FOLDER = "WORKBENCH_CACHE"  # environment variable that replaces the user's cache folder
DIGEST = 16  # bytes


def cache_folder() -> Path:
    """Return the folder where results are kept between runs."""
    chosen = os.environ.get(FOLDER)
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("compression-workbench", appauthor=False))


class Store:
    """Thread-safe, and several programs may share a folder: files are written whole or not at all.

    Damaged entries count as missing: each ends with a digest of its content. Results that cannot be written are not
    kept. Neither is an error.
    """

    def __init__(self, folder: Path, budget: int = BUDGET) -> None:
        self.folder, self.budget = folder, budget
        self._lock = threading.Lock()
        self._used: int | None = None  # bytes in the folder; None until it was scanned

    def load(self, key: str) -> dict[str, np.ndarray] | None:
        """Return the arrays of a key if they are there and intact, else None."""
        file = self._file(key)
        try:
            content = file.read_bytes()
        except OSError:
            return None
        with suppress(OSError):  # a folder that can only be read is of use, too
            os.utime(file)
        entry, digest = content[:-DIGEST], content[-DIGEST:]
        if _digest(entry) != digest:
            return None
        with np.load(io.BytesIO(entry), allow_pickle=False) as found:
            return dict(found)

    def save(self, key: str, arrays: Mapping[str, np.ndarray]) -> None:
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        buffer.write(_digest(buffer.getbuffer()))
        try:
            write_bytes(self._file(key), buffer.getvalue(), lasting=False)  # broken files count as missing
        except UserError:
            return
        with self._lock:
            self._used = sum(size for size, _, _ in self._files()) if self._used is None else self._used + buffer.tell()
            if self._used > self.budget:
                self._forget()

    def _file(self, key: str) -> Path:
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.npz"

    def _files(self) -> list[tuple[int, int, Path]]:
        """Return (bytes, time of last use in ns, file) of each entry."""
        found = []
        for file in self.folder.glob("*.npz"):
            try:
                found.append((file.stat().st_size, used_at(file), file))
            except OSError:  # another program deleted it meanwhile
                continue
        return found

    def _forget(self) -> None:
        """Free a fifth of the limit, so that this is not done for every entry."""
        files = sorted(self._files(), key=lambda entry: entry[1])
        used = sum(size for size, _, _ in files)
        for size, _, file in files:
            if used <= self.budget * 4 // 5:
                break
            file.unlink(missing_ok=True)
            used -= size
        self._used = used


def _digest(content: bytes | memoryview) -> bytes:
    return hashlib.blake2b(content, digest_size=DIGEST).digest()


class Nowhere(Store):
    """A store that keeps nothing, for callers that keep the results themselves."""

    def __init__(self) -> None:
        super().__init__(Path(os.devnull), 0)

    def load(self, key: str) -> dict[str, np.ndarray] | None:
        return None

    def save(self, key: str, arrays: Mapping[str, np.ndarray]) -> None:
        pass
