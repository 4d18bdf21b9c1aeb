"""Saving of a graph as safetensors: its weights as floats under their original names, or packed as stored, with the
decoding graph in the metadata."""

import base64
import binascii
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnx
import onnx_ir as ir
from google.protobuf.message import DecodeError

from workbench.core.base.files import write_atomically
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.formats.weights import safetensors
from workbench.formats.weights.network import DTYPES
from workbench.formats.weights.stored import Reader, Stored, Unreadable, Widened
from workbench.graph.model.model import WEIGHTS_ONLY
from workbench.graph.onnx import names
from workbench.graph.prepare.origin import TRANSPOSED, originals

GRAPH, KIND = "workbench.graph", "workbench.kind"
MARK = f'"{GRAPH}"'.encode()
SMALL = 64  # bytes; smaller tensors stay in the graph, where they take less than their entry in the header
T = ir.DataType
Entry = tuple[ir.DataType, tuple[int, ...], Callable[[], bytes]]


def save_plain(model: ir.Model, path: Path, job: Job) -> None:
    """Write the weights as floats, in the original layout of the file or module: what was transposed, reshaped or put
    together at opening is taken back. Types of the opened file are kept if that changes no value. Raises UserError if
    the file cannot be written."""
    transposed = model.graph.meta.get(TRANSPOSED, frozenset())
    entries: dict[str, Entry] = {}
    for name, tensor in originals(model.graph):
        if tensor.dtype not in safetensors.NAMES:
            continue
        if not names.anonymous(name) or (tensor.dtype.is_floating_point() and tensor.size > 1):
            entries[name] = _entry(name, tensor, model.graph.meta.get(DTYPES, {}), name in transposed)
    _write(path, entries, {"format": "pt"})


def save_packed(model: ir.Model, path: Path, job: Job) -> None:
    """Write the tensors as they are stored: packed integers, scales, masks. Integers of fewer than 8 bits are bytes.
    The metadata holds the graph without these tensors (ONNX, base64). Raises UserError when it cannot be written."""
    _write(path, *_packed(model))


def packed_bytes(model: ir.Model) -> int:
    """Return the bytes of the file that `save_packed` writes, without packing any weight."""
    return safetensors.size(*_packed(model, blank=True))


def _packed(model: ir.Model, blank: bool = False) -> tuple[dict[str, Entry], dict[str, str]]:
    """Return tensors, and metadata with the graph; `blank`: with zeros in the place of values that it would hold."""
    copy = model.clone()
    entries: dict[str, Entry] = {}
    for name, value in copy.graph.initializers.items():
        tensor = value.const_value
        if tensor is None or _floats_bytes(tensor) < SMALL or tensor.dtype == T.STRING:
            if blank and isinstance(tensor, ir.LazyTensor):
                value.const_value = _zeros(name, tensor)
            continue
        dtype, shape, content = _entry(name, tensor, model.graph.meta.get(DTYPES, {}), False)
        whole = dtype in safetensors.NAMES
        entries[name] = (dtype, shape, content) if whole else (T.UINT8, (tensor.nbytes,), content)
        value.const_value = ir.ExternalTensor(
            name, 0, tensor.nbytes, dtype, name=name, shape=ir.Shape(tensor.shape.numpy())
        )
    graph = base64.b64encode(ir.serde.serialize_model(copy).SerializeToString()).decode()
    kind = "weights" if model.graph.meta.get(WEIGHTS_ONLY) else "network"
    return entries, {GRAPH: graph, KIND: kind}


def _floats_bytes(tensor: ir.TensorProtocol) -> int:
    """Return the bytes of a tensor in ONNX, where values opened in another width are float32."""
    return 4 * tensor.size if isinstance(tensor, Widened) else tensor.nbytes


def _zeros(name: str, tensor: ir.TensorProtocol) -> ir.TensorProtocol:
    """Return a tensor of the same size, without values."""
    kept = np.zeros(tensor.nbytes, np.uint8).tobytes()
    proto = onnx.TensorProto(name=name, data_type=int(tensor.dtype), dims=tensor.shape.numpy(), raw_data=kept)
    return ir.serde.deserialize_tensor(proto)


def _write(path: Path, entries: Mapping[str, Entry], metadata: Mapping[str, str]) -> None:
    write_atomically(path, lambda file: safetensors.write(file, entries, metadata))


def _entry(name: str, tensor: ir.TensorProtocol, opened: Mapping[str, ir.DataType], turned: bool) -> Entry:
    """Return type, shape and bytes of a tensor; in its original type if that represents every value."""
    shape = tuple(int(size) for size in tensor.shape.numpy())
    if isinstance(tensor, Widened):
        return tensor.stored_dtype, shape, tensor.stored_bytes
    if turned:
        return tensor.dtype, shape[::-1], lambda: np.ascontiguousarray(tensor.numpy().T).tobytes()
    wanted = opened.get(name)
    if wanted is not None and tensor.dtype == T.FLOAT and _holds(wanted, tensor.numpy()):
        return wanted, shape, lambda: tensor.numpy().astype(wanted.numpy()).tobytes()
    return tensor.dtype, shape, tensor.tobytes


def _holds(dtype: ir.DataType, array: np.ndarray) -> bool:
    with np.errstate(over="ignore"):
        return bool(np.array_equal(array.astype(dtype.numpy()).astype(np.float32), array, equal_nan=True))


def read_packed(path: str) -> tuple[onnx.ModelProto, dict[str, Stored], bool]:
    """Read the graph in the metadata, whose tensors are those of the file, and whether it holds weights alone. Raises
    Unreadable for a graph that does not fit the file, or refers to another file."""
    tensors, metadata = safetensors.read(path)
    try:
        proto = onnx.ModelProto.FromString(base64.b64decode(metadata[GRAPH], validate=True))
    except (KeyError, ValueError, binascii.Error, DecodeError) as error:
        raise Unreadable(Message("the graph in its metadata is damaged")) from error
    if not proto.graph.node or not proto.graph.output:
        raise Unreadable(Message("the graph in its metadata has no operators"))
    return proto, tensors, metadata.get(KIND) == "weights"


def place(proto: onnx.ModelProto, tensors: Mapping[str, Stored], every: list[onnx.TensorProto]) -> None:
    """Point external tensors of the graph to their bytes in this file; `every`: all its tensors. Raises Unreadable for
    any other."""
    own = {id(tensor) for tensor in proto.graph.initializer}
    for tensor in every:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        stored = tensors.get(tensor.name)
        if stored is None or id(tensor) not in own:
            raise Unreadable(Message("the graph in its metadata is damaged"))
        del tensor.external_data[:]
        for key, text in (("location", Path(stored.file).name), ("offset", stored.offset), ("length", stored.length)):
            tensor.external_data.add(key=key, value=str(text))


def widen(model: ir.Model, tensors: Mapping[str, Stored]) -> None:
    """Widen weights stored in fewer bits to float32, in which they are edited."""
    reader, dtypes = Reader(), {}
    for name, value in model.graph.initializers.items():
        tensor = value.const_value
        if tensor is None or not tensor.dtype.is_floating_point() or tensor.dtype == T.FLOAT or name not in tensors:
            continue
        value.const_value = reader.tensor(tensors[name])
        dtypes[name] = tensor.dtype
    model.graph.meta[DTYPES] = dtypes
