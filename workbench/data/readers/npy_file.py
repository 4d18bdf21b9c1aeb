"""Arrays in .npy files, and in entries of an archive: the header first, then the values, or their place in the file."""

import math
import stat
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.data.columns import Column, Stored, in_memory, refuse_large

HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
LARGE = 1 << 26  # bytes of an array; from here on its samples are read when they are wanted
CHUNK = 1 << 24  # bytes read at a time
AGAIN = Message("Save it with numpy.save: an array of numbers, the samples along its first axis.")
LABELS = ("y.npy", "labels.npy")  # beside the samples, or among the arrays of a folder


def read_header(entry: IO[bytes], file: Path, name: str, again: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return the shape, whether values are in column-major order, and the type of an array. Raises UserError for
    anything but a plain array of numbers or texts, ValueError for a damaged header."""
    version = npy.read_magic(entry)
    if version not in HEADERS:
        raise UserError("{file}: the array '{name}' has an unsupported type.", again, file=file, name=name)
    shape, by_columns, dtype = HEADERS[version](entry, max_header_size=10_000)
    if dtype.hasobject:
        raise UserError(
            "{file} holds pickled objects, which are not loaded (the array '{name}').", again, file=file, name=name
        )
    if dtype.names is not None or dtype.kind not in "fiubU" or any(side < 0 for side in shape):
        raise UserError("{file}: the array '{name}' contains neither numbers nor strings.", again, file=file, name=name)
    return shape, by_columns and len(shape) > 1, dtype


def read_values(entry: IO[bytes], shape: tuple[int, ...], by_columns: bool, dtype: np.dtype[Any]) -> np.ndarray:
    """Read the values that follow a header. Raises EOFError if there are fewer."""
    flat = np.empty(math.prod(shape), dtype)
    into = memoryview(flat.view(np.uint8).data) if flat.nbytes else memoryview(b"")
    for start in range(0, len(into), CHUNK):
        part = into[start : start + CHUNK]
        if (got := entry.read(len(part))) and len(got) == len(part):
            part[:] = got
        else:
            raise EOFError
    return flat.reshape(shape, order="F" if by_columns else "C")


def in_place(nbytes: int, shape: tuple[int, ...], by_columns: bool) -> bool:
    """Return whether the samples of an array are read on demand."""
    return nbytes > LARGE and not by_columns and len(shape) > 1


def read(file: Path) -> dict[str, Column]:
    """Read `x` from a .npy file, and labels `y` if y.npy or labels.npy is beside it; from a folder of .npy files the
    arrays by name. Raises UserError naming the file and what to do."""
    if file.is_dir():
        found = {each.stem: _array(each) for each in sorted(file.glob("*.npy"))}
        labels = found.pop("labels", None)
        return found if labels is None else {**found, "y": labels}
    arrays = {"x": _array(file)}
    beside = next((each for name in LABELS if (each := file.with_name(name)).exists() and each != file), None)
    return arrays if beside is None else {**arrays, "y": in_memory(file, _array(beside))}


def _array(file: Path) -> Column:
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UserError("{file} is not a file.", AGAIN, file=file)
        with file.open("rb") as entry:
            shape, by_columns, dtype = read_header(entry, file, file.stem, AGAIN)
            needed = math.prod(shape) * dtype.itemsize
            if entry.tell() + needed > found.st_size:
                raise EOFError
            if in_place(needed, shape, by_columns):
                return Stored(file, entry.tell(), shape, dtype)
            refuse_large(file, needed)
            return read_values(entry, shape, by_columns, dtype)
    except (UserError, MemoryError):
        raise
    except Exception as error:  # whatever is inconsistent in an untrusted file
        raise UserError("{file} is not a readable .npy file.", AGAIN, file=file) from error
