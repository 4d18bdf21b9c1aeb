"""Arrays of an .npz archive: only those that are wanted, and their headers before their values.

Nothing is unpickled, and nothing is unpacked before it is known how much it is.
"""

import math
import zipfile
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.quantities import size
from workbench.core.base.system import free_memory

AGAIN = Message("Save it with numpy.savez: arrays named after the model's inputs, or x, and labels y.")
COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
CHUNK = 1 << 24  # bytes unpacked at a time
SUSPICIOUS = 1 << 28  # bytes; from here on an archive that unpacks to more than FOLD times its size is refused
FOLD = 200


def read(file: Path, wanted: Collection[str]) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """The wanted arrays that are there, and the names of all. Raises UserError naming the file and what to do."""
    try:
        if not file.is_file():
            raise UserError("{file} is not a file.", AGAIN, file=file)
        with zipfile.ZipFile(file) as archive:
            held = {
                info.filename.removesuffix(".npy"): info
                for info in archive.infolist()
                if info.filename.endswith(".npy")
            }
            if not held and not archive.infolist():
                raise UserError("{file} holds no arrays.", AGAIN, file=file)
            chosen = {name: info for name, info in held.items() if name in wanted}
            _refuse_too_much(file, chosen)
            return {name: _array(file, archive, name, info) for name, info in chosen.items()}, tuple(held)
    except (UserError, MemoryError):
        raise
    except Exception as error:  # whatever is inconsistent in an untrusted archive
        raise UserError("{file} is not a readable .npz archive.", AGAIN, file=file) from error


def _refuse_too_much(file: Path, chosen: dict[str, zipfile.ZipInfo]) -> None:
    unpacked = sum(info.file_size for info in chosen.values())
    packed = sum(info.compress_size for info in chosen.values())
    if unpacked > SUSPICIOUS and unpacked > FOLD * packed:
        raise UserError(
            "{file} would decompress from {packed} to {unpacked}, far more than real data does.",
            "Save fewer samples, or save them with numpy.savez, which does not compress.",
            file=file,
            packed=size(packed),
            unpacked=size(unpacked),
        )
    if unpacked > free_memory():
        raise UserError(
            "The arrays of {file} need {unpacked} of memory for this model, more than is available.",
            "Save fewer samples: a few thousand are enough.",
            file=file,
            unpacked=size(unpacked),
        )


def _array(file: Path, archive: zipfile.ZipFile, name: str, info: zipfile.ZipInfo) -> np.ndarray:
    if info.compress_type not in COMPRESSION:
        raise UserError(
            "{file}: the array '{name}' uses a compression that numpy does not write.", AGAIN, file=file, name=name
        )
    with archive.open(info) as entry:
        version = npy.read_magic(entry)
        if version not in HEADERS:
            raise UserError("{file}: the array '{name}' has an unsupported type.", AGAIN, file=file, name=name)
        shape, by_columns, dtype = HEADERS[version](entry, max_header_size=10_000)
        if dtype.hasobject:
            raise UserError(
                "{file} holds pickled objects, which are not loaded (the array '{name}').", AGAIN, file=file, name=name
            )
        if dtype.names is not None or dtype.kind not in "fiubU" or any(side < 0 for side in shape):
            raise UserError(
                "{file}: the array '{name}' contains neither numbers nor strings.", AGAIN, file=file, name=name
            )
        count = math.prod(shape)
        if entry.tell() + count * dtype.itemsize != info.file_size:
            raise ValueError(Message("the sizes in the header and in the archive differ"))
        flat = np.empty(count, dtype)
        into = memoryview(flat.view(np.uint8).data) if flat.nbytes else memoryview(b"")
        for start in range(0, len(into), CHUNK):
            part = into[start : start + CHUNK]
            if (got := entry.read(len(part))) and len(got) == len(part):
                part[:] = got
            else:
                raise EOFError
        entry.read(1)  # the end, where the checksum is compared
    return flat.reshape(shape, order="F" if by_columns else "C")
