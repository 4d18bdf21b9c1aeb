"""State dicts as torch.save writes them (.pt, .pth, .bin, .ckpt), and the weights of pickled modules, without torch.

torch.save writes a zip archive whose data.pkl refers to the storages beside it; before torch 1.6 it wrote consecutive
pickles, then the storages (torch/serialization.py, `_save` and `_legacy_save`). Both are read as
`torch.load(weights_only=True)` reads them: only the names below are resolved. Objects of other classes (options,
optimisers, whole modules) are not constructed; of a module, its tensors are read.
"""

import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import onnx_ir as ir

from workbench.core.base.message import AND, Joined, Message, short_list
from workbench.formats.weights.pickles import LARGEST, Damaged, ObjectPickle, Opaque
from workbench.formats.weights.stored import MOST_NUMBERS, Checkpoint, Stored, Unreadable

T = ir.DataType
STORAGES = {
    "DoubleStorage": T.DOUBLE,
    "FloatStorage": T.FLOAT,
    "HalfStorage": T.FLOAT16,
    "BFloat16Storage": T.BFLOAT16,
    "LongStorage": T.INT64,
    "IntStorage": T.INT32,
    "ShortStorage": T.INT16,
    "CharStorage": T.INT8,
    "ByteStorage": T.UINT8,
    "BoolStorage": T.BOOL,
}
# Types that have no storage class: the tensor names them. Their storages are bytes.
LATER = {
    "uint16": T.UINT16,
    "uint32": T.UINT32,
    "uint64": T.UINT64,
    "float8_e4m3fn": T.FLOAT8E4M3FN,
    "float8_e5m2": T.FLOAT8E5M2,
}
# Tensors of other kinds, by a part of the name of what makes them, which is not run.
OTHER_KINDS = (
    ("Complex", Message("complex")),
    ("sparse", Message("sparse")),
    ("qtensor", Message("quantised")),
    ("meta_tensor", Message("without data")),
    ("multiarray._reconstruct", Message("of numpy")),
    ("_rebuild", Message("of another kind")),
    ("Storage", Message("of another kind")),
)
MAGIC = 0x1950A86A20F9469CFC6C
MEMBERS = 200_000
DEEPEST, MOST = 12, 200_000
LONE = "tensor"  # name of a tensor that was saved without one
# Where training scripts put the weights beside the rest.
USUAL = ("state_dict", "model_state_dict", "model", "net", "network", "module", "params_ema", "params", "weights")
BESIDE = 20  # entries that are looked at for a second set of weights
PREFIXES = ("module.", "_orig_mod.", "model.")  # of DataParallel, torch.compile, Lightning


@dataclass
class Storage:
    """Bytes in the file that tensors share; in old files their offset is known only at the end."""

    dtype: ir.DataType
    key: str
    offset: int = -1
    length: int = 0


@dataclass(frozen=True)
class View:
    """A tensor as described in a pickle, by its storage; `own` is its type, if not the storage's."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    own: ir.DataType | None = None

    @property
    def dtype(self) -> ir.DataType:
        return self.own or self.storage.dtype


def is_legacy(head: bytes) -> bool:
    """Return whether these first bytes are those of a file written by torch before 1.6."""
    return head[:2] == b"\x80\x02" and head[2:14] == b"\x8a\n" + MAGIC.to_bytes(10, "little")


def read(path: str) -> Checkpoint:
    """Read the tensors of the file. Raises Unreadable naming the fault."""
    try:
        with open(path, "rb") as file:
            archive = file.read(4) == b"PK\x03\x04"
            file.seek(0)
            found = _archive(file, path) if archive else _legacy(file)
    except (Damaged, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise Unreadable(Message("it ends too early, or is damaged")) from error
    return _checkpoint(found, path)


# -- the two kinds of files --------------------------------------------------------------------------------------------


def _archive(file: BinaryIO, path: str) -> Any:
    size = Path(path).stat().st_size
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS:
            raise Unreadable(Message("the archive has too many members"))
        pickled = [entry for entry in members if entry.filename.split("/")[-1] == "data.pkl"]
        if len(pickled) != 1 or pickled[0].file_size > LARGEST:
            raise Unreadable(Message("the archive has no state dict"))
        root = pickled[0].filename.removesuffix("data.pkl")
        order = next((entry for entry in members if entry.filename == f"{root}byteorder"), None)
        if order is not None and order.file_size < 16 and archive.read(order) != b"little":
            raise Unreadable(Message("big-endian byte order"))
        places = {entry.filename: entry for entry in members}
        known: dict[str, Storage] = {}

        def storage(pid: Any) -> Storage | Opaque:
            if (other := _other(pid)) is not None:
                return other
            dtype, key = _named(pid)
            if key not in known:
                entry = places.get(f"{root}data/{key}")
                if entry is None or entry.compress_type != zipfile.ZIP_STORED:
                    raise Damaged("compressed")
                offset = _start(file, entry)
                if offset + entry.file_size > size:
                    raise Damaged("storage")
                known[key] = Storage(dtype, key, offset, entry.file_size)
            found = known[key]
            return found if found.dtype == dtype else Storage(dtype, key, found.offset, found.length)

        with archive.open(pickled[0]) as pickle:
            return ObjectPickle(pickle, _known(), storage).load()  # type: ignore[arg-type]


def _start(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Return the offset of a member's bytes: after its local header (APPNOTE 4.3.7)."""
    before = file.tell()
    file.seek(entry.header_offset)
    header = file.read(30)
    file.seek(before)
    if header[:4] != b"PK\x03\x04":
        raise Damaged("member")
    return entry.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")


def _legacy(file: BinaryIO) -> Any:
    """Read consecutive pickles: magic number, version, system, object, keys; then each storage's count and bytes."""
    storages: dict[str, Storage] = {}

    def storage(pid: Any) -> Storage | Opaque:
        if (other := _other(pid)) is not None:
            return other
        dtype, key = _named(pid)
        if len(pid) > 5 and pid[5] is not None:
            raise Damaged("view")
        return storages.setdefault(key, Storage(dtype, key))

    def load() -> Any:
        return ObjectPickle(file, _known(), storage).load()

    if load() != MAGIC or not isinstance(load(), int):
        raise Unreadable(Message("it is not a file of torch.save"))
    load()
    found, keys = load(), load()
    if not isinstance(keys, list) or len(keys) > MEMBERS:
        raise Unreadable(Message("the list of storages is damaged"))
    size = file.seek(0, 2) if (place := file.tell()) >= 0 else 0
    for key in keys:
        if not isinstance(key, str) or key not in storages:
            raise Unreadable(Message("the list of storages is damaged"))
        file.seek(place)
        held = storages[key]
        count = int.from_bytes(file.read(8), "little")
        held.offset, held.length = place + 8, count * int(held.dtype.itemsize)
        place = held.offset + held.length
        if place > size:
            raise Unreadable(Message("it ends too early"))
    return found


def _other(pid: Any) -> Opaque | None:
    """Return the class of a storage of no known type."""
    kind = pid[1] if isinstance(pid, tuple) and len(pid) > 2 and pid[0] == "storage" else None
    return kind if isinstance(kind, Opaque) and kind.name.endswith("Storage") else None


def _named(pid: Any) -> tuple[ir.DataType, str]:
    """Return type and key of a storage: ("storage", type, key, device, count)."""
    if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage" or not isinstance(pid[1], ir.DataType):
        raise Damaged("storage")
    if not isinstance(pid[2], str) or len(pid[2]) > 40:
        raise Damaged("storage")
    return pid[1], pid[2]


def _known() -> dict[tuple[str, str], Any]:
    """Return the names that occur in a state dict. Attributes of tensors (requires_grad, hooks) are dropped."""
    made: dict[tuple[str, str], Any] = {("torch", name): dtype for name, dtype in STORAGES.items()}
    return made | {
        ("torch._utils", "_rebuild_tensor_v2"): _tensor,
        ("torch._utils", "_rebuild_tensor"): _tensor,
        ("torch._utils", "_rebuild_tensor_v3"): _tensor_of_type,
        ("torch._tensor", "_rebuild_from_type_v2"): _with_attributes,
        ("torch", "UntypedStorage"): T.UINT8,
        ("torch.storage", "UntypedStorage"): T.UINT8,
        ("torch._utils", "_rebuild_parameter"): _parameter,
        ("torch._utils", "_rebuild_parameter_with_state"): _parameter,
        ("collections", "OrderedDict"): OrderedDict,
        ("collections", "defaultdict"): _mapping,
        ("__builtin__", "dict"): _mapping,
        ("builtins", "dict"): _mapping,
    }


def _mapping(*_: Any) -> dict[str, Any]:
    return {}


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> View | Opaque:
    if isinstance(storage, Opaque):
        return storage
    numbers = (offset, *shape, *strides)
    if not isinstance(storage, Storage) or len(shape) != len(strides) or len(shape) > 16:
        raise Damaged("shape")
    if not all(type(number) is int and 0 <= number < MOST_NUMBERS for number in numbers):
        raise Damaged("shape")
    return View(storage, offset, tuple(shape), tuple(strides))


def _tensor_of_type(storage: Any, offset: Any, shape: Any, strides: Any, *rest: Any) -> View | Opaque:
    named = rest[2].name.removeprefix("torch.") if len(rest) > 2 and isinstance(rest[2], Opaque) else ""
    if named not in LATER or not isinstance(storage, Storage):
        return Opaque("torch._utils._rebuild_tensor_v3")
    made = _tensor(storage, offset, shape, strides)
    return replace(made, own=LATER[named]) if isinstance(made, View) else made


def _with_attributes(made: Any, _kind: Any, arguments: Any, *_: Any) -> Any:
    """Return a tensor without its class and attributes."""
    plain = isinstance(arguments, tuple) and any(made is known for known in (_tensor, _tensor_of_type, _parameter))
    return made(*arguments) if plain else Opaque(made.name if isinstance(made, Opaque) else "_rebuild")


def _parameter(data: Any, *_: Any) -> Any:
    return data


# -- from what was found to names --------------------------------------------------------------------------------------


def _checkpoint(found: Any, path: str) -> Checkpoint:
    """Find the weights in the object that a training script saved. Raises Unreadable if there are none."""
    module, whole = found.name if isinstance(found, Opaque) else "", found
    notes: list[str] = []
    if isinstance(found, dict):
        beside = sum(isinstance(value, View) for value in found.values())  # such as the loss
        key = next((key for key in USUAL if sum(1 for _ in _walk(found.get(key))) > beside), None)
        if key is not None and not isinstance(found[key], View):
            module = found[key].name if isinstance(found[key], Opaque) else ""
            found = found[key]
            notes.append(Message("The weights were found under '{key}'.", key=key))
            notes += _twins(whole, key)
    named = dict(_flat(found, path))
    others = dict(_others(found))
    kinds = Joined(dict.fromkeys(others.values()), AND)
    if not named:
        raise Unreadable(Message("its tensors are {kinds}", kinds=kinds) if others else Message("it holds no tensors"))
    if others:
        notes.append(
            Message(
                "{n} tensors are {kinds}, and were not read: {names}.",
                one="{n} tensor is {kinds}, and was not read: {names}.",
                n=len(others),
                kinds=kinds,
                names=short_list(others),
            )
        )
    for prefix in PREFIXES[:2]:
        if all(name.startswith(prefix) for name in named):
            named = {name.removeprefix(prefix): stored for name, stored in named.items()}
    return Checkpoint(named, (path,), notes=tuple(notes), module=module)


def _twins(found: dict[str, Any], key: str) -> Iterator[Message]:
    """Yield a note on entries with weights of the same names, such as the moving average of the weights."""
    names = _bare_names(found[key], MOST)
    beside = [other for other in list(found)[:BESIDE] if other != key]
    others = [other for other in beside if _bare_names(found[other], len(names) + 1) == names]
    if others:
        yield Message(
            "Weights of the same names are also under {others}, such as their moving average; they were not read.",
            others=short_list(map(str, others)),
        )


def _bare_names(found: Any, most: int) -> set[str]:
    """Return the names of the first tensors, without what wrappers put before them; empty if too much is in there."""
    try:
        return {_unwrapped(name) for name, _ in islice(_walk(found), most)}
    except Unreadable:
        return set()


def _unwrapped(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _tensors_in(found: Any) -> bool:
    return next(_walk(found), None) is not None


def _walk(found: Any) -> Iterator[tuple[str, View]]:
    """Yield every tensor in nested mappings and opaque modules, with its dotted name; at most MOST positions, as a file
    may nest one mapping in itself or many times."""
    left = MOST

    def inside(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, View]]:
        nonlocal left
        left -= 1
        if left < 0:
            raise Unreadable(Message("it has too many entries"))
        if isinstance(value, View):
            yield ".".join(path) or LONE, value
        elif len(path) < DEEPEST:
            for key, inner in _entries(value):
                yield from inside(inner, (*path, key) if key else path)

    yield from inside(found, ())


def _others(found: Any) -> Iterator[tuple[str, Message]]:
    """Yield the tensors that cannot be read, each with its kind: where there are others, those beside them."""
    plain = _tensors_in(found)
    for mapping in (found, *(value for _, value in _entries(found))):
        entries = _entries(mapping)
        if not plain or any(isinstance(value, View) for _, value in entries):
            for name, value in entries:
                module = isinstance(value, Opaque) and isinstance(value.state, dict)  # of torch.nn.modules.sparse
                kind = _kind(value.name) if isinstance(value, Opaque) and not module else None
                if kind is not None:
                    yield name, kind


def _kind(name: str) -> Message | None:
    return next((kind for part, kind in OTHER_KINDS if part in name), None)


def _entries(value: Any) -> list[tuple[str, Any]]:
    """Return the entries of a mapping or list, or of a module that was not constructed: its parameters, buffers and
    modules."""
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list | tuple):
        return [(str(index), each) for index, each in enumerate(value)]
    state = value.state if isinstance(value, Opaque) else None
    if not isinstance(state, dict):
        return []
    parts = [state.get(part) for part in ("_parameters", "_buffers", "_modules")]
    return [pair for part in parts if isinstance(part, dict) for pair in part.items()]


def _flat(found: Any, path: str) -> Iterator[tuple[str, Stored]]:
    for name, view in _walk(found):
        item = int(view.dtype.itemsize)
        begin = view.storage.offset + view.offset * item
        end = view.storage.offset + view.storage.length
        if begin > end or view.storage.offset < 0:
            raise Unreadable(Message("a tensor beyond its data"))
        strides = None if _in_rows(view) else view.strides
        stored = Stored(name, view.dtype, view.shape, path, begin, end - begin, strides)
        if strides is None and stored.nbytes > stored.length:
            raise Unreadable(Message("a tensor that is larger than its data"))
        yield name, stored


def _in_rows(view: View) -> bool:
    """Return whether the numbers are contiguous in row-major order; an axis of size one may have any stride."""
    step = 1
    for size, stride in zip(reversed(view.shape), reversed(view.strides), strict=True):
        if size > 1 and stride != step:
            return False
        step *= max(size, 1)
    return True
