"""A tensor whose values are in a file and are read when they are needed."""

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
        """A view, perhaps not aligned. Raises ValueError where the file ends before it."""
        dtype = np.dtype(dtype).newbyteorder("<")
        count = int(np.prod(shape, dtype=object))
        return np.frombuffer(self._content, dtype, count, offset).reshape(shape)

    def release(self) -> None:
        """Give the memory back that the pages that were read take: they are in the file."""
        if hasattr(self._content, "madvise"):  # not on Windows
            self._content.madvise(mmap.MADV_DONTNEED)


class MappedTensor(ir.Tensor[Any]):
    """`origin` says which bytes of which file they are, and when it was written: as long as two tensors have the same
    origin they have the same values, which need not be read to know that.

    Reading raises UserError once the file was written to: its values would be others, and what was cut off would end
    the process. A file that was removed or replaced by another is still there for who has it open.
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
        return f"MappedTensor({self.origin})"  # libraries print what fails; these values may not be there

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
    """Give back what the mapped tensors of a graph take in memory."""
    tensors = [value.const_value for value in graph.initializers.values()]
    for file in {tensor.within for tensor in tensors if isinstance(tensor, MappedTensor)}:
        if file is not None:
            file.release()


def _state(file: str) -> tuple[tuple[int, int], int, int]:
    """Identity of a file, its size and modification time."""
    found = os.stat(file)
    return (found.st_dev, found.st_ino), found.st_size, found.st_mtime_ns
