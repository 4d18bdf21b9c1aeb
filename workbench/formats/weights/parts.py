"""Files of weights: a single one, or several that an index lists."""

import json
import os
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

from workbench.core.base import system
from workbench.core.base.message import Message
from workbench.formats.onnx import tensors as onnx_tensors
from workbench.formats.weights import safetensors, state_dict
from workbench.formats.weights.safetensors import looks_like as is_safetensors
from workbench.formats.weights.stored import Checkpoint, Stored, Unreadable

__all__ = ["is_index", "is_pickle", "is_safetensors", "is_state_dict", "members", "read"]
INDEX = ".index.json"
PART = re.compile(r"^(.*)-\d{5}-of-\d{5}(\.safetensors|\.bin)$")
LARGEST_INDEX, MOST_PARTS = 1 << 25, 1000
MOST_TENSORS = 50_000  # each takes a fraction of a millisecond and ten kilobytes as a layer


def is_index(path: str) -> bool:
    return path.endswith((f".safetensors{INDEX}", f".bin{INDEX}"))


def is_pickle(path: str) -> bool:
    """Return whether a file of weights is torch's."""
    if is_index(path):
        return path.endswith(f".bin{INDEX}")
    with open(path, "rb") as file:
        return not is_safetensors(file.read(16))


def is_state_dict(path: str, head: bytes) -> bool:
    """Return whether torch.save wrote the file: an archive with data.pkl and without a program, or the older kind."""
    if state_dict.is_legacy(head):
        return True
    names = members(path, head)
    return any(name.endswith("data.pkl") for name in names) and not any("/code/" in name for name in names)


def members(path: str, head: bytes) -> list[str]:
    """Return the names in an archive that begins with `head`; empty if it is not a readable archive."""
    if head[:4] != b"PK\x03\x04":
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return []


def read(path: str) -> Checkpoint:
    """Read a file of weights. Raises Unreadable; OSError."""
    index = path if is_index(path) else index_of(path)
    found = _several(index) if index else _one(path)
    if not found.tensors:
        raise Unreadable(Message("it holds no tensors"))
    if len(found.tensors) > MOST_TENSORS:
        raise Unreadable(Message("it holds {n:,} tensors, more than {most:,}", n=len(found.tensors), most=MOST_TENSORS))
    for file in found.files:
        largest = max((stored.length for stored in found.tensors.values() if stored.file == file), default=0)
        if onnx_tensors.much_larger(largest, system.bytes_on_disk(file)):
            raise Unreadable(Message("{file} has almost no data for its size", file=os.path.basename(file)))
    return found


def index_of(path: str) -> str:
    """Return the index beside a file that is one part of several; "" if it is not a part, or there is no index."""
    found = PART.match(os.path.basename(path))
    index = os.path.join(os.path.dirname(path), f"{found[1]}{found[2]}{INDEX}") if found else ""
    return index if index and os.path.isfile(index) else ""


def _one(path: str) -> Checkpoint:
    if is_pickle(path):
        return state_dict.read(path)
    tensors, metadata = safetensors.read(path)
    return Checkpoint({name: tensors[name] for name in sorted(tensors, key=_natural)}, (path,), metadata)


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Return the sort key of a name by which layer 2 precedes layer 10: files of this kind are sorted by type and
    letter."""
    return [
        (part.isdecimal(), int(part[:18]) if part.isascii() and part.isdecimal() else 0, part)
        for part in re.split(r"(\d+)", name)
    ]


def _several(index: str) -> Checkpoint:
    """Read every part that the index lists; each name comes from the part that the index assigns."""
    listed = _listed(index)
    folder = Path(index).parent
    files = sorted(set(listed.values()))
    if len(files) > MOST_PARTS:
        raise Unreadable(Message("its index lists too many files"))
    tensors: dict[str, Stored] = {}
    held = {name: _one(_beside(folder, name)) for name in files}
    for name, file in sorted(listed.items(), key=lambda each: _natural(each[0])):
        stored = held[file].tensors.get(name)
        if stored is None:
            raise Unreadable(Message("{file} has no tensor {name}, which its index lists", file=file, name=name[:80]))
        tensors[name] = stored
    metadata = next((part.metadata for part in held.values() if part.metadata), {})
    return Checkpoint(tensors, tuple(str(folder / name) for name in files), metadata)


def _listed(index: str) -> dict[str, str]:
    """Return the index as tensor -> file."""
    if os.stat(index).st_size > LARGEST_INDEX:
        raise Unreadable(Message("its index is larger than 32 MB"))
    try:
        found: Any = json.loads(Path(index).read_bytes())["weight_map"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(Message("its index is damaged")) from error
    if not isinstance(found, dict) or not found or not all(isinstance(file, str) for file in found.values()):
        raise Unreadable(Message("its index is damaged"))
    return found


def _beside(folder: Path, name: str) -> str:
    """Return a file in the index's own folder. A link that leaves it is refused, except in a hub's cache, whose
    snapshots link to the folder `blobs` beside them."""
    if name != os.path.basename(name) or "\\" in name or "\0" in name or name in ("", ".", ".."):
        raise Unreadable(Message("its index lists a file outside its folder ({name})", name=name[:80]))
    file = folder / name
    try:
        target = Path(os.path.realpath(file))
        regular = stat.S_ISREG(target.stat().st_mode)
    except FileNotFoundError as error:
        raise Unreadable(Message("the file {name} that its index lists is missing", name=name[:80])) from error
    home = folder.resolve()
    cached = home.parent.name == "snapshots" and target.parent == home.parent.parent / "blobs"
    if not regular or not (target.parent == home or cached):
        raise Unreadable(Message("its index lists a file outside its folder ({name})", name=name[:80]))
    return str(file)
