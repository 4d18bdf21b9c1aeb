"""A tensor in a file of weights: its location, and a view that is read on demand."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

import ml_dtypes  # noqa: F401  (its types are numpy's afterwards)
import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.onnx.mapped import MappedTensor

T = ir.DataType
# Tensors may share a storage and repeat it; what is copied out of a file is at most this many times its bytes.
REPEATED, SMALL = 4, 1 << 26
MOST_NUMBERS = 1 << 48


class Unreadable(Exception):
    """Raised for an inconsistent file; the text gives the reason."""


@dataclass(frozen=True)
class Stored:
    """A tensor in a file: `shape` numbers of `dtype` in the bytes [offset, offset + length) of a file. `strides`: in
    numbers, if not row-major."""

    name: str
    dtype: ir.DataType
    shape: tuple[int, ...]
    file: str
    offset: int
    length: int
    strides: tuple[int, ...] | None = None

    @property
    def nbytes(self) -> int:
        return prod(self.shape) * int(self.dtype.itemsize)


@dataclass(frozen=True)
class Checkpoint:
    """Tensors of one or several files, by name, in their order.

    files     files that were read, beginning with the one that was given
    metadata  texts stored with them
    notes     sentences for the user
    module    class of the pickled module that they are from; "" for a state dict
    """

    tensors: Mapping[str, Stored]
    files: tuple[str, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    module: str = ""

    @property
    def bytes(self) -> int:
        return sum(os.stat(file).st_size for file in self.files)


class Reader:
    """Factory of views of stored tensors; a file is mapped once."""

    def __init__(self) -> None:
        self._mapped: dict[str, np.ndarray] = {}
        self._copied: dict[str, int] = {}

    def array(self, stored: Stored) -> np.ndarray:
        """Return the values: a view of the mapped file, or a copy if they are not row-major. Raises Unreadable."""
        if stored.file not in self._mapped:
            self._mapped[stored.file] = np.memmap(stored.file, np.uint8, "r")
        whole = self._mapped[stored.file]
        item = int(stored.dtype.itemsize)
        if stored.nbytes == 0:
            return np.zeros(stored.shape, stored.dtype.numpy())
        part = whole[stored.offset : stored.offset + stored.length]
        if part.size < stored.length:
            raise Unreadable(Message("a tensor beyond the end of the file"))
        if stored.strides is None:
            found = part[: stored.nbytes].view(stored.dtype.numpy()).reshape(stored.shape)
            return found if found.flags.aligned else self._copy(stored, found)
        numbers = part[: part.size // item * item].view(stored.dtype.numpy())
        last = sum((size - 1) * step for size, step in zip(stored.shape, stored.strides, strict=True))
        if last >= numbers.size:
            raise Unreadable(Message("a tensor that is larger than its data"))
        steps = tuple(step * item for step in stored.strides)
        return self._copy(stored, np.lib.stride_tricks.as_strided(numbers, stored.shape, steps, writeable=False))

    def _copy(self, stored: Stored, found: np.ndarray) -> np.ndarray:
        self._copied[stored.file] = self._copied.get(stored.file, 0) + stored.nbytes
        if self._copied[stored.file] > SMALL + REPEATED * self._mapped[stored.file].size:
            raise Unreadable(Message("tensors that are larger than their data"))
        return np.array(found)

    def tensor(self, stored: Stored) -> MappedTensor:
        """Return the same as a tensor of a graph: floats of 16 bits and less, and doubles, as float32."""
        kind = Widened if stored.dtype.is_floating_point() and stored.dtype != T.FLOAT else MappedTensor
        part = f"{stored.offset} {stored.length} {stored.strides}"
        return kind(self.array(stored), stored.file, part, dtype=stored.dtype, name=stored.name)


class Widened(MappedTensor):
    """Floats of another width, presented as float32, in which methods compute. `nbytes`: bytes as stored."""

    @property
    def dtype(self) -> ir.DataType:  # type: ignore[override]
        return T.FLOAT

    @property
    def stored_dtype(self) -> ir.DataType:
        return self._dtype

    @property
    def nbytes(self) -> int:
        return int(self._dtype.itemsize * self.size)

    def numpy(self) -> np.ndarray:
        return super().numpy().astype(np.float32)

    def __array__(self, dtype: Any = None) -> np.ndarray:
        return self.numpy().astype(dtype or np.float32, copy=False)

    def tobytes(self) -> bytes:
        return self.numpy().tobytes()

    def stored_bytes(self) -> bytes:
        return super().numpy().tobytes()
