"""Temporary storage of arrays and models that are given in memory."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path

import numpy as np

Data = str | Path | Mapping[str, np.ndarray]


class Place:
    """A temporary folder: created on first use, deleted when nothing refers to it any more. Large arrays are read from
    it on demand."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._files = 0

    def file(self, suffix: str) -> Path:
        """Return an unused file name."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="workbench-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._files += 1
        return self._folder / f"{self._files}{suffix}"

    def of(self, data: Data) -> str:
        """Write the arrays to a file and return its path."""
        if isinstance(data, str | Path):
            return str(data)
        path = self.file(".npz")
        np.savez(path, **{name: np.asarray(values) for name, values in data.items()})  # type: ignore[arg-type]
        return str(path)
