"""Reading of a torch.export archive without trust: every member is listed, read and checked here; torch only gets
values.

torch and Python's zipfile need not agree on what an archive holds, and torch selects members by prefixes of their
names. So torch never sees the archive: its program is rewritten (`program`), its tensors are built here (`tensors`),
and the exported program is assembled from these.
"""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch._export.serde.serialize import _SERIALIZE_TO_TORCH_DTYPE as DTYPES
from torch._export.serde.serialize import SerializedArtifact, deserialize

from workbench.core.base.message import Message
from workbench.formats.pt2 import tensors
from workbench.formats.pt2.program import PATH, Unsafe, cleaned
from workbench.formats.pt2.tensors import member, read_pickle

PROGRAM, INPUTS = "models/model.json", "data/sample_inputs/model.pt"
WEIGHTS, CONSTANTS = "data/weights/", "data/constants/"
PLAIN = re.compile(
    r"archive_format|archive_version|byteorder|version|\.data/\w+|extra/.*|models/model\.json"
    r"|data/sample_inputs/model\.pt|data/(weights|constants)/model\.pt"
    r"|data/(weights|constants)/model_(weights|constants)_config\.json"
    r"|data/weights/weight_\d+|data/constants/tensor_\d+",
    re.ASCII,
)
OLDER = {
    "serialized_exported_program.json",
    "serialized_state_dict.pt",
    "serialized_constants.pt",
    "serialized_example_inputs.pt",
    "version",
}
# A program of a thousand layers takes some megabytes; as Python objects thirty times as much.
LARGEST_PROGRAM = 1 << 25


def load(path: str) -> Any:
    """Load the torch.export.ExportedProgram in the file. Raises Unsafe if something in it could run code, ValueError if
    it is damaged, Unpacks if it is too large."""
    with zipfile.ZipFile(path) as archive:
        tensors.check_sizes(archive, Path(path).stat().st_size)
        root = _checked(archive)
        program, state, constants, inputs = _older(archive) if root is None else _parts(archive, root)
    return deserialize(SerializedArtifact(cleaned(program), state, constants, inputs))


def _checked(archive: zipfile.ZipFile) -> str | None:
    """Return the archive's root folder; None for an archive of the older kind."""
    members = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = [entry.filename for entry in members]
    if len(set(names)) != len(names):
        raise Unsafe(Message("two members with the same name"))
    if "serialized_exported_program.json" in names:
        if odd := next((name for name in names if name not in OLDER and not name.startswith("extra_files/")), ""):
            raise Unsafe(Message("the member {odd}", odd=odd[:80]))
        return None
    root = names[0].split("/")[0] + "/" if names else ""
    for name in names:
        if not name.startswith(root) or not PLAIN.fullmatch(name.removeprefix(root)):
            raise Unsafe(Message("the member {name}", name=name[:80]))
    return root


def _parts(archive: zipfile.ZipFile, root: str) -> tuple[bytes, Any, Any, Any]:
    if f"{root}byteorder" in archive.namelist() and member(archive, f"{root}byteorder") != b"little":
        raise ValueError(Message("big-endian byte order"))
    inputs = read_pickle(member(archive, root + INPUTS))
    return (
        _program(archive, root + PROGRAM),
        _tensors(archive, root + WEIGHTS, "weights"),
        _tensors(archive, root + CONSTANTS, "constants"),
        _inputs(inputs),
    )


def _older(archive: zipfile.ZipFile) -> tuple[bytes, Any, Any, Any]:
    state, constants, inputs = (
        read_pickle(member(archive, f"serialized_{name}.pt")) for name in ("state_dict", "constants", "example_inputs")
    )
    return _program(archive, "serialized_exported_program.json"), _named(state), _named(constants), _inputs(inputs)


def _program(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST_PROGRAM:
        raise ValueError(Message("a program of more than 32 MB"))
    return member(archive, name)


def _inputs(inputs: Any) -> Any:
    if inputs is not None and not (
        isinstance(inputs, tuple) and len(inputs) == 2 and isinstance(inputs[0], tuple) and isinstance(inputs[1], dict)
    ):
        raise ValueError(Message("sample inputs"))
    return inputs


def _named(found: Any) -> dict[str, Any]:
    found = {} if found is None else found
    if not isinstance(found, dict) or not all(
        isinstance(name, str) and PATH.fullmatch(name) and isinstance(tensor, torch.Tensor)
        for name, tensor in found.items()
    ):
        raise ValueError("tensors")
    return dict(found)


def _tensors(archive: zipfile.ZipFile, folder: str, kind: str) -> dict[str, Any]:
    """Return weights or constants by name; those in the same part of the archive share their memory, like tied
    weights."""
    if f"{folder}model.pt" in archive.namelist():
        return _named(read_pickle(member(archive, f"{folder}model.pt")))
    parts: dict[str, bytearray] = {}
    made: dict[str, Any] = {}
    for name, meta in json.loads(member(archive, f"{folder}model_{kind}_config.json"))["config"].items():
        part, shape = str(meta["path_name"]), meta["tensor_meta"]
        if meta["use_pickle"] or shape is None or not PATH.fullmatch(name):
            raise Unsafe(Message("a pickled weight"))
        if part not in parts:
            parts[part] = bytearray(member(archive, folder + part))
        size, stride = ([length["as_int"] for length in shape[key]] for key in ("sizes", "strides"))
        tensor = tensors.strided(parts[part], DTYPES[shape["dtype"]], size, stride, shape["storage_offset"]["as_int"])
        trained = bool(shape["requires_grad"]) and tensor.is_floating_point()
        made[name] = torch.nn.Parameter(tensor, requires_grad=trained) if meta["is_param"] else tensor
    return made
