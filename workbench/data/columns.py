"""Arrays of samples that stay on disk and are read batch by batch.

A Column is indexed along its first axis, the samples, by a slice or by indices. A numpy array is a Column, too.
"""

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.quantities import size
from workbench.core.base.system import free_memory

CHUNK = 1 << 24  # bytes read at a time where all samples are read


class Column(Protocol):
    """Values [samples, ...] of one input."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    @property
    def ndim(self) -> int: ...

    def __len__(self) -> int: ...

    def __getitem__(self, chosen: Any) -> Any: ...


class Lazy:
    """A column that is not in memory. Subclasses read samples by index."""

    slow = False  # whether reading takes so long that it is worth a thread

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.shape, self.dtype = shape, np.dtype(dtype)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def read(self, numbers: np.ndarray) -> np.ndarray:
        """Read these samples [n, ...]. Raises UserError if they cannot be read any more."""
        raise NotImplementedError

    def content(self, numbers: np.ndarray) -> Iterator[bytes | memoryview]:
        """Yield content that identifies these samples, for a fingerprint."""
        for part in parts(numbers, self.per_sample):
            yield np.ascontiguousarray(self.read(part)).data

    @property
    def per_sample(self) -> int:
        """Bytes of one sample."""
        return int(np.prod(self.shape[1:], dtype=np.int64)) * self.dtype.itemsize

    def __getitem__(self, chosen: Any) -> np.ndarray:
        if isinstance(chosen, tuple):
            first, *rest = chosen
            whole = (slice(None),) if not isinstance(first, int | np.integer) else ()
            return self[first][(*whole, *rest)]
        if isinstance(chosen, int | np.integer):
            return self.read(np.array([range(len(self))[int(chosen)]]))[0]
        if isinstance(chosen, slice):
            return self.read(np.arange(*chosen.indices(len(self))))
        numbers = np.asarray(chosen)
        return self.read(np.flatnonzero(numbers) if numbers.dtype.kind == "b" else numbers)

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[number] for number in range(len(self)))

    def __array__(self, *_: Any, **__: Any) -> np.ndarray:
        raise TypeError("a column is read batch by batch, not as a whole")


class Stored(Lazy):
    """Values stored contiguously in a file (of a .npy, or of an entry of an .npz that is not compressed).

    They are read, not memory-mapped: a file that is truncated meanwhile must cause an error message, not a signal.
    """

    def __init__(self, file: Path, offset: int, shape: tuple[int, ...], dtype: np.dtype[Any], kept: Any = None) -> None:
        super().__init__(shape, dtype)
        self.file, self.offset, self._kept = file, offset, kept  # `kept` holds a temporary file until this is gone
        self._opened: IO[bytes] | None = None
        self._lock = threading.Lock()

    def read(self, numbers: np.ndarray) -> np.ndarray:
        values = np.empty((len(numbers), *self.shape[1:]), self.dtype)
        rows = (
            values.reshape(len(numbers), -1).view(np.uint8) if values.nbytes else np.empty((len(numbers), 0), np.uint8)
        )
        try:
            with self._lock:
                if self._opened is None:
                    self._opened = self.file.open("rb")
                for start, stop in runs(numbers):
                    self._opened.seek(self.offset + int(numbers[start]) * self.per_sample)
                    into = memoryview(rows[start:stop].reshape(-1).data)
                    if self._opened.readinto(into) != len(into):  # type: ignore[attr-defined]
                        raise EOFError
        except (OSError, EOFError) as error:
            raise UserError(
                "{file} was changed while it was read, or is not there any more.",
                "Attach the data again.",
                file=self.file,
            ) from error
        return values

    def __del__(self) -> None:
        opened = getattr(self, "_opened", None)
        if opened is not None:
            with contextlib.suppress(OSError):
                opened.close()


class Chosen(Lazy):
    """A selection of samples from another column, in this order."""

    def __init__(self, base: Column, numbers: np.ndarray) -> None:
        super().__init__((len(numbers), *base.shape[1:]), base.dtype)
        self.base, self._numbers = base, numbers
        self.slow = getattr(base, "slow", False)

    def read(self, numbers: np.ndarray) -> np.ndarray:
        return np.asarray(self.base[self._numbers[numbers]])

    def content(self, numbers: np.ndarray) -> Iterator[bytes | memoryview]:
        return content(self.base, self._numbers[numbers])


class Changed(Lazy):
    """Another column, preprocessed by `change` batch by batch; `words` describe the change."""

    def __init__(self, base: Column, change: Callable[[np.ndarray], np.ndarray], words: str) -> None:
        first = change(np.asarray(base[:1]))
        super().__init__((len(base), *first.shape[1:]), first.dtype)
        self.base, self._change, self._words = base, change, words
        self.slow = getattr(base, "slow", False)

    def read(self, numbers: np.ndarray) -> np.ndarray:
        return self._change(np.asarray(self.base[numbers]))

    def content(self, numbers: np.ndarray) -> Iterator[bytes | memoryview]:
        yield self._words.encode()
        yield from content(self.base, numbers)


def take(column: Column, numbers: np.ndarray) -> Column:
    """Select samples of a column: copied if it is in memory."""
    return column[numbers] if isinstance(column, np.ndarray) else Chosen(column, numbers)


def content(column: Column, numbers: np.ndarray | None = None) -> Iterator[bytes | memoryview]:
    """Yield content that identifies the samples (those of these indices), piece by piece: for arrays their bytes,
    wherever they are stored."""
    if isinstance(column, Lazy):
        yield from column.content(np.arange(len(column)) if numbers is None else numbers)
    elif numbers is None:
        yield np.ascontiguousarray(column).data
    else:
        for part in parts(numbers, column[:1].nbytes):
            yield np.ascontiguousarray(column[part]).data


def parts(numbers: np.ndarray, per_sample: int) -> Iterator[np.ndarray]:
    """Yield the indices in pieces of about CHUNK bytes."""
    size = max(1, CHUNK // max(1, per_sample))
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]


def runs(numbers: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield ranges of positions in which the indices are consecutive: each is read at once."""
    breaks = np.flatnonzero(np.diff(numbers) != 1) + 1
    edges = [0, *breaks.tolist(), len(numbers)]
    return ((start, stop) for start, stop in itertools.pairwise(edges) if start < stop)


def refuse_large(file: Path | str, needed: int) -> None:
    """Raise UserError if arrays that are read as a whole do not fit into memory."""
    if needed > free_memory():
        raise UserError(
            "The arrays of {file} need {unpacked} of memory for this model, more than is available.",
            "Save them with numpy.savez, which does not compress (such files are read batch by batch), or save fewer "
            "samples.",
            file=file,
            unpacked=size(needed),
        )


def in_memory(file: Path | str, column: Column) -> np.ndarray:
    """Read all values. Raises UserError if they do not fit into memory."""
    if not isinstance(column, Lazy):
        return np.asarray(column)
    refuse_large(file, len(column) * column.per_sample)
    return np.asarray(column[:])
