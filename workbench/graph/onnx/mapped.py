"""A tensor whose values are in a file and are read when they are needed."""

import os
from typing import Any

import numpy as np
import onnx_ir as ir

from workbench.core.base.errors import UserError


class MappedTensor(ir.Tensor[Any]):
    """`origin` says which bytes of which file they are, and when it was written: as long as two tensors have the same
    origin they have the same values, which need not be read to know that.

    Reading raises UserError once the file was written to: its values would be others, and what was cut off would end
    the process. A file that was removed or replaced by another is still there for who has it open.
    """

    __slots__ = ("_file", "_state", "origin")

    def __init__(self, array: np.ndarray, file: str, part: str, **known: Any) -> None:
        super().__init__(array, **known)
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


def _state(file: str) -> tuple[tuple[int, int], int, int]:
    """Identity of a file, its size and modification time."""
    found = os.stat(file)
    return (found.st_dev, found.st_ino), found.st_size, found.st_mtime_ns
