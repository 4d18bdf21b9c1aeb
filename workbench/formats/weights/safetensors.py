"""The safetensors format: eight bytes that give the length of a JSON header, the header, the tensors' bytes.

Read and written here: https://github.com/huggingface/safetensors, "Format". The header is the file's, so its length,
its names, its offsets and its shapes are checked before any of them is used.
"""

import json
import os
from collections.abc import Iterable, Mapping
from math import prod
from typing import Any, BinaryIO

import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.formats.weights.stored import MOST_NUMBERS, Stored, Unreadable

T = ir.DataType
# Of the header; the library takes 100 MB. 200,000 tensors take 25.
LARGEST_HEADER = 1 << 25
DTYPES = {
    "F64": T.DOUBLE,
    "F32": T.FLOAT,
    "F16": T.FLOAT16,
    "BF16": T.BFLOAT16,
    "F8_E4M3": T.FLOAT8E4M3FN,
    "F8_E5M2": T.FLOAT8E5M2,
    "I64": T.INT64,
    "I32": T.INT32,
    "I16": T.INT16,
    "I8": T.INT8,
    "U64": T.UINT64,
    "U32": T.UINT32,
    "U16": T.UINT16,
    "U8": T.UINT8,
    "BOOL": T.BOOL,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
ALIGN = 8


def looks_like(head: bytes) -> bool:
    """Return whether these first bytes are those of a file with a safetensors header."""
    length = int.from_bytes(head[:8], "little")
    return len(head) > 9 and 2 <= length < 1 << 40 and head[8:9] == b"{"


def read(path: str) -> tuple[dict[str, Stored], dict[str, str]]:
    """Read the tensors by name, and the metadata. Raises Unreadable naming the fault; OSError."""
    size = os.stat(path).st_size
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > size - 8:
            raise Unreadable(Message("the header is longer than the file"))
        if length > LARGEST_HEADER:
            raise Unreadable(Message("the header is larger than 32 MB"))
        header = _header(file.read(length))
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise Unreadable(Message("the metadata is not text"))
    start = 8 + length
    tensors = {name: _stored(name, entry, path, start, size) for name, entry in header.items()}
    _no_overlap(tensors.values())
    return tensors, metadata


def _header(content: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise Unreadable(Message("the header has a name twice"))
        return made

    try:
        header = json.loads(content.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise Unreadable(Message("the header is not JSON")) from error
    if not isinstance(header, dict):
        raise Unreadable(Message("the header is not a table of tensors"))
    return header


def _stored(name: str, entry: Any, path: str, start: int, size: int) -> Stored:
    """Parse an entry of the header. Raises Unreadable if type, shape and offsets do not agree."""
    try:
        shape, (begin, end), kind = entry["shape"], entry["data_offsets"], entry["dtype"]
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(Message("the entry of {name} is incomplete", name=name[:80])) from error
    if not isinstance(kind, str) or kind not in DTYPES:
        raise Unreadable(Message("the type {kind} of {name} is unknown", kind=str(kind)[:20], name=name[:80]))
    numbers = [begin, end, *(shape if isinstance(shape, list) else [None])]
    if not all(type(number) is int and 0 <= number < MOST_NUMBERS for number in numbers) or len(shape) > 16:
        raise Unreadable(Message("the shape of {name} is damaged", name=name[:80]))
    stored = Stored(name, DTYPES[kind], tuple(shape), path, start + begin, end - begin)
    if stored.length != prod(shape) * int(DTYPES[kind].itemsize):
        raise Unreadable(Message("the bytes of {name} do not match its shape", name=name[:80]))
    if start + end > size:
        raise Unreadable(Message("the file is shorter than its header says"))
    return stored


def _no_overlap(tensors: Iterable[Stored]) -> None:
    end = 0
    for stored in sorted(tensors, key=lambda each: (each.offset, each.length)):
        if stored.length and stored.offset < end:
            raise Unreadable(Message("tensors overlap"))
        end = max(end, stored.offset + stored.length)


def write(file: BinaryIO, tensors: Mapping[str, tuple[ir.DataType, tuple[int, ...], Any]], metadata: Any) -> None:
    """Write tensors, name -> (type, shape, function that returns the bytes), one at a time. Those of the largest type
    come first, so all are aligned."""
    order, text = _text(tensors, metadata)
    file.write(len(text).to_bytes(8, "little") + text)
    for name in order:
        file.write(tensors[name][2]())


def size(tensors: Mapping[str, tuple[ir.DataType, tuple[int, ...], Any]], metadata: Any) -> int:
    """Return the size in bytes of the file that `write` makes, without reading any tensor."""
    return (
        8
        + len(_text(tensors, metadata)[1])
        + sum(prod(shape) * int(kind.itemsize) for kind, shape, _ in tensors.values())
    )


def _text(tensors: Mapping[str, tuple[ir.DataType, tuple[int, ...], Any]], metadata: Any) -> tuple[list[str], bytes]:
    """Return the names in the order of the file, and the header."""
    order = sorted(tensors, key=lambda name: (-tensors[name][0].itemsize, name))
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    begin = 0
    for name in order:
        dtype, shape, _ = tensors[name]
        end = begin + prod(shape) * int(dtype.itemsize)
        header[name] = {"dtype": NAMES[dtype], "shape": list(shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    return order, text + b" " * (-len(text) % ALIGN)
