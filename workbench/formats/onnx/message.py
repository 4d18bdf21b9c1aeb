"""Reading of a large ONNX message without its weights, which stay memory-mapped in the file until they are needed.

Parsed as a whole, a message takes twice its file's size in memory, and every access to a tensor's raw data copies it.
Here the fields of the message are walked (protobuf's wire format), and the raw data of large initialisers becomes a
reference to the same file, like external data.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import onnx

LEAST = 1 << 27  # bytes of a file from which on this is worth while: smaller ones may change on the disk
LARGE = 1 << 16  # bytes of raw data that stay in the file
GRAPH, INITIALIZER, RAW, EXTERNAL = 7, 5, 9, 13  # numbers of fields in onnx.proto
VARINT, WIDE, BYTES, NARROW = 0, 1, 2, 5
FIXED = {WIDE: 8, NARROW: 4}


class Field(NamedTuple):
    """A field of a message: its number and wire type, and the offsets of its beginning, its content and its end."""

    number: int
    kind: int
    start: int
    content: int
    end: int


def read(file: Path) -> onnx.ModelProto | None:
    """Read the message, with large initialisers as external data in the file itself; None if it has none, or cannot be
    walked. Raises whatever onnx.load raises."""
    if file.stat().st_size < LEAST:
        return None
    with file.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            small = b"".join(_model(content, file.name))
        except (ValueError, IndexError):
            return None
    return onnx.ModelProto.FromString(small)


def _model(content: Any, name: str) -> Iterator[bytes]:
    for field in _fields(content, 0, len(content)):
        if (field.number, field.kind) == (GRAPH, BYTES):
            yield _written(GRAPH, b"".join(_graph(content, field, name)))
        else:
            yield content[field.start : field.end]


def _graph(content: Any, graph: Field, name: str) -> Iterator[bytes]:
    for field in _fields(content, graph.content, graph.end):
        large = (field.number, field.kind) == (INITIALIZER, BYTES) and field.end - field.content > LARGE
        yield _tensor(content, field, name) if large else content[field.start : field.end]


def _tensor(content: Any, tensor: Field, name: str) -> bytes:
    """Return the initialiser without its raw data; unchanged if that is small, or the tensor is stored in another
    way."""
    fields = list(_fields(content, tensor.content, tensor.end))
    raw = [field for field in fields if (field.number, field.kind) == (RAW, BYTES)]
    if len(raw) != 1 or raw[0].end - raw[0].content < LARGE or any(each.number >= EXTERNAL for each in fields):
        return bytes(content[tensor.start : tensor.end])
    rest = onnx.TensorProto.FromString(
        b"".join(content[field.start : field.end] for field in fields if field is not raw[0])
    )
    rest.data_location = onnx.TensorProto.EXTERNAL
    place = {"location": name, "offset": raw[0].content, "length": raw[0].end - raw[0].content}
    rest.external_data.extend(onnx.StringStringEntryProto(key=key, value=str(value)) for key, value in place.items())
    return _written(INITIALIZER, rest.SerializeToString())


def _fields(content: Any, at: int, end: int) -> Iterator[Field]:
    """Yield the fields of a message between two offsets. Raises ValueError or IndexError if they do not fit."""
    while at < end:
        start = at
        tag, at = _varint(content, at)
        kind = tag & 7
        begin = at
        if kind == VARINT:
            _, at = _varint(content, at)
        elif kind == BYTES:
            length, begin = _varint(content, at)
            at = begin + length
        elif kind in FIXED:
            at += FIXED[kind]
        else:
            raise ValueError(kind)
        if at > end:
            raise ValueError(at)
        yield Field(tag >> 3, kind, start, begin, at)


def _varint(content: Any, at: int) -> tuple[int, int]:
    """Return a number, and the offset after it."""
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError(shift)


def _written(number: int, content: bytes) -> bytes:
    """Encode a field of bytes."""
    head = bytearray()
    for value in (number << 3 | BYTES, len(content)):
        while value > 127:
            head.append(value & 127 | 128)
            value >>= 7
        head.append(value)
    return bytes(head) + content
