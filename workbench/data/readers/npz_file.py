"""Arrays of an .npz archive: only the requested ones, and their headers before their values.

Nothing is unpickled, and nothing is decompressed before its size is known. Large uncompressed arrays are not read here,
but batch by batch from the file.
"""

import math
import struct
import zipfile
from collections.abc import Collection
from pathlib import Path

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.quantities import size
from workbench.data.columns import Column, Stored, refuse_large
from workbench.data.readers import npy_file
from workbench.data.readers.npy_file import in_place, read_header, read_values

AGAIN = Message("Save it with numpy.savez: arrays named after the model's inputs, or x, and labels y.")
COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LOCAL = struct.Struct("<26xHH")  # of an entry's own header: lengths of its name and of what follows that
SUSPICIOUS = 1 << 28  # bytes; from here on an archive that unpacks to more than FOLD times its size is refused
FOLD = 200


def read(file: Path, wanted: Collection[str]) -> tuple[dict[str, Column], tuple[str, ...]]:
    """Read the requested arrays if present, and return them with the names of all arrays. Raises UserError naming the
    file and what to do."""
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


def _stays(info: zipfile.ZipInfo) -> bool:
    """Return whether an array may stay in the file."""
    return info.compress_type == zipfile.ZIP_STORED and info.file_size > npy_file.LARGE


def _refuse_too_much(file: Path, chosen: dict[str, zipfile.ZipInfo]) -> None:
    read_now = [info for info in chosen.values() if not _stays(info)]
    unpacked = sum(info.file_size for info in read_now)
    packed = sum(info.compress_size for info in read_now)
    if unpacked > SUSPICIOUS and unpacked > FOLD * packed:
        raise UserError(
            "{file} would decompress from {packed} to {unpacked}, far more than real data does.",
            "Save fewer samples, or save them with numpy.savez, which does not compress.",
            file=file,
            packed=size(packed),
            unpacked=size(unpacked),
        )
    refuse_large(file, unpacked)


def _array(file: Path, archive: zipfile.ZipFile, name: str, info: zipfile.ZipInfo) -> Column:
    if info.compress_type not in COMPRESSION:
        raise UserError(
            "{file}: the array '{name}' uses a compression that numpy does not write.", AGAIN, file=file, name=name
        )
    with archive.open(info) as entry:
        shape, by_columns, dtype = read_header(entry, file, name, AGAIN)
        nbytes = math.prod(shape) * dtype.itemsize
        if entry.tell() + nbytes != info.file_size:
            raise ValueError(Message("the sizes in the header and in the archive differ"))
        if _stays(info) and in_place(nbytes, shape, by_columns):
            return Stored(file, _begins(file, info) + entry.tell(), shape, dtype)
        if _stays(info):
            refuse_large(file, nbytes)
        values = read_values(entry, shape, by_columns, dtype)
        entry.read(1)  # the end, where the checksum is compared
    return values


def _begins(file: Path, info: zipfile.ZipInfo) -> int:
    """Return the offset of an uncompressed entry's content in the file."""
    with file.open("rb") as opened:
        opened.seek(info.header_offset)
        name, extra = LOCAL.unpack(opened.read(LOCAL.size))
    if info.header_offset + LOCAL.size + name + extra + info.file_size > file.stat().st_size:
        raise EOFError
    return int(info.header_offset + LOCAL.size + name + extra)
