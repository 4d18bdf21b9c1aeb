"""Tensors of a torch archive, built here from bytes and numbers: none of its pickles is passed to torch."""

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import torch

from workbench.core.base.message import Message
from workbench.formats.pt2.program import Unsafe
from workbench.formats.weights.pickles import PlainPickle

# Tensors may share memory and repeat it; more than this many times the bytes that are there, none does.
REPEATED, SMALL = 4, 1 << 26
# torch stores without packing; an archive that was packed again is smaller, but not by this much.
UNPACKED = 8
LARGEST_PICKLE = 1 << 24
STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "ComplexFloatStorage": torch.complex64,
    "ComplexDoubleStorage": torch.complex128,
    "UntypedStorage": torch.uint8,
}
# Types that have no storage class: the tensor names them.
LATER = ("uint16", "uint32", "uint64", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz")
TENSOR = "torch.Tensor"  # the class of a tensor that has attributes


class Unpacks(Exception):
    """Raised for an archive that would take many times its size in memory."""


def strided(
    content: bytearray, dtype: torch.dtype, size: Sequence[int], stride: Sequence[int], offset: int
) -> torch.Tensor:
    """Return a view of these bytes. Raises ValueError if it exceeds them, or repeats them without bound."""
    numbers = (*size, *stride, offset)
    if len(size) != len(stride) or not all(type(number) is int and 0 <= number < 1 << 48 for number in numbers):
        raise ValueError(Message("a tensor's shape"))
    count = 1
    for length in size:
        count *= length
    item = dtype.itemsize
    if count == 0:
        return torch.empty(tuple(size), dtype=dtype)
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if (last + 1) * item > len(content) or count * item > SMALL + REPEATED * len(content):
        raise ValueError(Message("a tensor that is larger than its data"))
    whole = torch.frombuffer(content, dtype=dtype, count=len(content) // item)
    return whole.as_strided(tuple(size), tuple(stride), offset)


def check_sizes(archive: zipfile.ZipFile, size: int) -> None:
    """Raise Unpacks if the members are much larger than the `size` bytes of the archive, or overlap."""
    if sum(entry.file_size for entry in archive.infolist()) > SMALL + UNPACKED * size:
        raise Unpacks


def member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read a member of the archive. Raises ValueError if there is none of this name."""
    try:
        return archive.read(name)
    except KeyError as error:
        raise ValueError(Message("the member {name} is missing", name=name)) from error


def read_pickle(content: bytes) -> Any:
    """Read tensors in plain containers as torch.save writes them. Raises Unsafe if the pickle holds anything else,
    ValueError if it is damaged."""
    if not content:
        return None
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise Unsafe(Message("a pickle with more than tensors"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        check_sizes(archive, len(content))
        pickled = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(pickled) != 1 or archive.getinfo(pickled[0]).file_size > LARGEST_PICKLE:
            raise Unsafe(Message("a pickle with more than tensors"))
        root = pickled[0].removesuffix("data.pkl")
        records: dict[str, bytearray] = {}

        def record(key: str) -> bytearray:
            if key not in records:
                records[key] = bytearray(member(archive, f"{root}data/{key}"))
            return records[key]

        return _Plain(io.BytesIO(member(archive, pickled[0])), record).load()


def _dropped(*_: Any) -> None:
    """Stand for a set among the attributes of a tensor."""


class _Plain(PlainPickle):
    """Reader of pickles that resolves only the names listed here."""

    def __init__(self, file: io.BytesIO, record: Callable[[str], bytearray]) -> None:
        super().__init__(file)
        self._record = record

    def load(self) -> Any:
        try:
            return super().load()
        except (KeyError, IndexError, TypeError, AttributeError, EOFError, pickle.UnpicklingError) as error:
            raise Unsafe(Message("a pickle with more than tensors")) from error

    def find_class(self, module: str, name: str) -> Any:
        if (module == "torch" and name in STORAGES) or (module, name) == ("torch.storage", "UntypedStorage"):
            return STORAGES[name]
        if module == "torch" and name in LATER:
            return getattr(torch, name)
        known: dict[tuple[str, str], Any] = {
            ("torch._utils", "_rebuild_tensor_v2"): self._tensor,
            ("torch._utils", "_rebuild_tensor_v3"): self._tensor_of_type,
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_parameter"): self._parameter,
            ("torch._utils", "_rebuild_parameter_with_state"): self._parameter,
            ("torch._tensor", "_rebuild_from_type_v2"): self._with_attributes,
            ("torch", "Tensor"): TENSOR,
            ("__builtin__", "set"): _dropped,
            ("builtins", "set"): _dropped,
        }
        if (module, name) not in known:
            raise Unsafe(Message("a pickle with more than tensors"))
        return known[module, name]

    def persistent_load(self, pid: Any) -> tuple[bytearray, torch.dtype]:
        kind, dtype, key, *_ = pid
        if kind != "storage" or not isinstance(dtype, torch.dtype) or not str(key).isdecimal():
            raise Unsafe(Message("a pickle with more than tensors"))
        return self._record(str(key)), dtype

    def _tensor(
        self,
        storage: tuple[bytearray, torch.dtype],
        offset: int,
        size: tuple[int, ...],
        stride: tuple[int, ...],
        *_: Any,
    ) -> torch.Tensor:
        return strided(storage[0], storage[1], size, stride, offset)

    def _tensor_of_type(
        self,
        storage: tuple[bytearray, torch.dtype],
        offset: int,
        size: tuple[int, ...],
        stride: tuple[int, ...],
        _grad: Any,
        _hooks: Any,
        dtype: torch.dtype,
        *_: Any,
    ) -> torch.Tensor:
        return strided(storage[0], dtype, size, stride, offset)

    def _with_attributes(self, made: Any, kind: Any, arguments: tuple[Any, ...], *_: Any) -> Any:
        """Return a tensor without its attributes: torch.export leaves some on example inputs."""
        if kind != TENSOR or made not in (self._tensor, self._tensor_of_type):
            raise Unsafe(Message("a pickle with more than tensors"))
        return made(*arguments)

    def _parameter(self, data: torch.Tensor, requires_grad: bool, *_: Any) -> torch.nn.Parameter:
        return torch.nn.Parameter(data, requires_grad=bool(requires_grad) and data.is_floating_point())

    def _build(self) -> None:
        """Drop the attributes of a container."""
        self.stack.pop()  # type: ignore[attr-defined]

    dispatch: ClassVar[dict[int, Any]] = {**PlainPickle.dispatch, pickle.BUILD[0]: _build}
