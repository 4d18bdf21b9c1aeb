"""External data of an ONNX file: all entries are checked before any is read, then memory-mapped."""

import os
import re
import stat
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnx_ir as ir

from workbench.core.base import system
from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.trust import NOBODY, unasked_place, with_places
from workbench.formats.onnx import tensors as onnx_tensors
from workbench.graph.onnx.mapped import MappedFile, MappedTensor

NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
BESIDE = Message("Put them next to the model and export it again.")


class Entry(NamedTuple):
    """Location of a tensor's bytes: `length` of them from `offset` on, in the file `location` beside the model."""

    location: str
    offset: int
    length: int


def files(proto: onnx.ModelProto, file: Path) -> list[Path]:
    """Return the files beside the model that hold external weights. Raises UserError if one is missing, too short for
    its weights, or outside the folder of the model, or of the file that the model's name links to, as in a download
    cache."""
    external = [tensor for tensor in onnx_tensors.tensors(proto) if tensor.data_location == onnx.TensorProto.EXTERNAL]
    entries = [_entry(tensor, file) for tensor in external]
    folder = file.parent.resolve()
    homes = {folder, file.resolve().parent}
    found = []
    for location in sorted({entry.location for entry in entries}):
        here = [entry for entry in entries if entry.location == location]
        part = file if location == file.name else _part(file, folder, homes, location)
        _long_enough(file, location, system.bytes_on_disk(str(part)), part.stat().st_size, here)
        if location != file.name:
            found.append(part)
    return found


def read(model: ir.Model) -> None:
    """Replace external tensors by views of the mapped file: no copy in memory, and saved like all others."""
    mapped: dict[str, MappedFile] = {}
    for graph in model.graphs():
        for value in graph.initializers.values():
            if isinstance(value.const_value, ir.ExternalTensor):
                value.const_value = _mapped(value.const_value, mapped)
    parts: list[ir.Graph | ir.Function] = [model.graph, *model.functions.values()]
    for node in chain(*map(ir.traversal.RecursiveGraphIterator, parts)):
        for attribute in list(node.attributes.values()):
            if isinstance(attribute.value, ir.ExternalTensor):
                node.attributes[attribute.name] = ir.AttrTensor(attribute.name, _mapped(attribute.value, mapped))


def inconsistent(name: str) -> UserError:
    return UserError(
        "{name} is not a consistent ONNX model, or its weights are truncated.",
        "Check it with onnx.checker, or export it again.",
        name=name,
    )


def _entry(tensor: onnx.TensorProto, file: Path) -> Entry:
    given = {entry.key: entry.value for entry in tensor.external_data}
    location, numbers = given.get("location", ""), [given.get(key) or "0" for key in ("offset", "length")]
    if not isinstance(location, str):  # protobuf has bytes for what is no text
        raise UserError("{file} refers to external weights that cannot be read.", "Export it again.", file=file)
    if not location:
        raise UserError("{file} has external weights without the name of a file.", "Export it again.", file=file)
    needed = onnx_tensors.bytes_of(tensor)
    offset, length = (int(text) if isinstance(text, str) and NUMBER.fullmatch(text) else -1 for text in numbers)
    if needed is None or offset < 0 or length not in (0, needed):
        if location == file.name:  # what was left in the file, see message
            raise inconsistent(str(file))
        raise UserError(
            "{file} states places or sizes of its weights in {location} that do not fit them.",
            "Export it again.",
            file=file,
            location=location,
        )
    return Entry(location, offset, needed)


def _part(file: Path, folder: Path, homes: set[Path], location: str) -> Path:
    """Return the file of this name. Raises UserError if it must not be accessed, or is not a file."""
    try:
        away = unasked_place(location, with_places(NOBODY, str(folder)))  # not to be looked up
        lexical = os.path.normpath(folder / location)
        if (
            away
            or not Path(lexical).is_relative_to(folder)
            or not _within(part := (folder / location).resolve(), homes)
        ):
            raise UserError(
                "{file} refers to weights outside its folder ({location}).", BESIDE, file=file, location=location
            )
        if os.path.isabs(location):
            raise UserError(
                "{file} refers to its weights by an absolute path ({location}).", BESIDE, file=file, location=location
            )
        regular = stat.S_ISREG(part.stat().st_mode)
    except FileNotFoundError as error:
        raise UserError(
            "{file} needs the file {location} in the same folder, but it is missing.",
            "Copy it into that folder.",
            file=file,
            location=location,
        ) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise UserError(
            "{file} refers to external weights that cannot be read.", "Export it again.", file=file
        ) from error
    if not regular:
        raise UserError(
            "{file} refers to external weights in {location}, which is not a regular file.",
            "Export it again.",
            file=file,
            location=location,
        )
    return folder / location


def _within(part: Path, homes: set[Path]) -> bool:
    return any(part.is_relative_to(home) for home in homes)


def _long_enough(file: Path, location: str, stored: int, size: int, here: Sequence[Entry]) -> None:
    """Raise UserError if a file is too short. `stored`: bytes that the file takes on disk, fewer than its size if it
    has holes."""
    last = max(entry.offset + entry.length for entry in here)
    if last > size:
        raise UserError(
            "{location} has {size:,} bytes, but the weights of {file} need {last:,}.",
            "Copy it again: it may be incomplete, or of another model.",
            location=location,
            size=size,
            file=file,
            last=last,
        )
    if onnx_tensors.much_larger(max(entry.length for entry in here), stored):
        raise UserError(
            "{file} refers to external weights in {location}, which has almost no data for its size.",
            "Copy it again.",
            file=file,
            location=location,
        )


def _mapped(tensor: ir.ExternalTensor, mapped: dict[str, MappedFile]) -> MappedTensor:
    """Return the tensor, mapped. `mapped`: files that are already mapped, by name."""
    path, part = os.path.abspath(tensor.path), f"{tensor.offset} {tensor.length}"
    known: dict[str, Any] = {"dtype": tensor.dtype, "name": tensor.name}
    shape = tuple(tensor.shape.numpy())
    if not tensor.size:
        return MappedTensor(np.zeros(shape, tensor.dtype.numpy()), path, part, **known)
    if path not in mapped:
        mapped[path] = MappedFile(path)
    if tensor.dtype.bitwidth < 8:  # values that share bytes are unpacked, not mapped
        bytes_there = mapped[path].array(tensor.offset or 0, np.dtype(np.uint8), (tensor.nbytes,)).tobytes()
        packed = onnx.TensorProto(data_type=tensor.dtype.value, dims=shape, raw_data=bytes_there)
        return MappedTensor(ir.serde.deserialize_tensor(packed).numpy(), path, part, **known)
    array = mapped[path].array(tensor.offset or 0, tensor.dtype.numpy(), shape)
    return MappedTensor(array, path, part, mapped[path], **known)
