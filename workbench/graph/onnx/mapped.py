"""Tensors whose values are in a memory-mapped file and are read when needed."""

import mmap
import os
from typing import Any

import numpy as np
import onnx_ir as ir

from workbench.core.base.errors import UserError


class MappedFile:
    """A file that is mapped once for all of its tensors."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def array(self, offset: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> np.ndarray:
        """Return a view, possibly unaligned. Raises ValueError if the file ends before it does."""
        dtype = np.dtype(dtype).newbyteorder("<")
        count = int(np.prod(shape, dtype=object))
        return np.frombuffer(self._content, dtype, count, offset).reshape(shape)

    def release(self) -> None:
        """Release the memory of the pages that were read, which can be read again from the file."""
        if hasattr(self._content, "madvise"):  # not on Windows
            self._content.madvise(mmap.MADV_DONTNEED)


class MappedTensor(ir.Tensor[Any]):
    """A tensor in a mapped file. `origin` identifies the file, its modification time and the bytes: tensors of the same
    origin have the same values, which is known without reading them.

    Reading raises UserError once the file was written to: the values would differ, and a truncated file would crash the
    process. A file that was removed or replaced stays readable for as long as it is open.
    """

    __slots__ = ("_file", "_state", "origin", "within")

    def __init__(self, array: np.ndarray, file: str, part: str, within: MappedFile | None = None, **known: Any) -> None:
        super().__init__(array, **known)
        self.within = within
        self._file, self._state = file, _state(file)
        self.origin = f"{file} {self._state[1]} {self._state[2]} {part}"

    def numpy(self) -> np.ndarray:
        self._check()
        return super().numpy()

    def __array__(self, dtype: Any = None) -> np.ndarray:
        self._check()
        return super().__array__(dtype)

    def __repr__(self) -> str:
        return f"MappedTensor({self.origin})"  # libraries print what fails; these values may be unreadable

    def _check(self) -> None:
        try:
            state = _state(self._file)
        except OSError:
            return
        if state[0] == self._state[0] and state != self._state:
            raise UserError(
                "{file} changed on disk while the model was open.", "Open the model again.", file=self._file
            )


def release(graph: ir.Graph) -> None:
    """Release the memory of the mapped tensors of a graph."""
    tensors = [value.const_value for value in graph.initializers.values()]
    for file in {tensor.within for tensor in tensors if isinstance(tensor, MappedTensor)}:
        if file is not None:
            file.release()


def _state(file: str) -> tuple[tuple[int, int], int, int]:
    """Return the identity of a file, its size and modification time."""
    found = os.stat(file)
    return (found.st_dev, found.st_ino), found.st_size, found.st_mtime_ns
