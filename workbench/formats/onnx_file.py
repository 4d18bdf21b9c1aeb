"""ONNX files, with or without external data."""

import logging
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import onnx
import onnx_ir as ir
from google.protobuf.message import DecodeError

from workbench.core.base import system
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.trust import NOBODY, unasked_place, with_places
from workbench.formats import onnx_message, onnx_tensors
from workbench.formats.finish import finish
from workbench.formats.format import Format, Loaded, register
from workbench.graph.model.model import Model, Source
from workbench.graph.onnx import map_types, proto_size
from workbench.graph.onnx.mapped import MappedFile, MappedTensor

OLDEST_OPSET = 7
# A function is written out at each of its calls; as many calls as this take some seconds.
MOST_NODES, MOST_CALLS = 100_000, 4096
LARGEST = 1 << 31  # bytes that protobuf writes and reads
AGAIN = Message("Copy or export it again.")


def load_onnx(path: str, trusted: bool, job: Job) -> Loaded:
    """Read the graph; external weights stay on disk until they are read. Raises UserError for anything else."""
    file = Path(path)
    if file.stat().st_size > LARGEST:
        raise UserError(
            "{path} is larger than 2 GB, the most that an ONNX file can hold.",
            "Export it with external data, or copy it again.",
            path=path,
        )
    try:
        proto = onnx_message.read(file) or onnx.load(path, load_external_data=False, format="protobuf")
    except (DecodeError, UnicodeDecodeError, ValueError) as error:
        if file.suffix.lower() != ".onnx":
            raise UserError(
                "{path} is not an ONNX model, nor in any other known format.",
                "Open an ONNX, PyTorch or safetensors file.",
                path=path,
            ) from error
        raise UserError("{path} is not an ONNX model, or it is damaged.", AGAIN, path=path) from error
    except OSError as error:
        raise UserError(
            "Cannot read {path}: {reason}.", "Check the file's permissions.", path=path, reason=error.strerror
        ) from error
    if not proto.graph.node or not proto.graph.output:
        raise UserError("{path} is not an ONNX model, or it has no operators.", AGAIN, path=path)
    size = file.stat().st_size + sum(part.stat().st_size for part in _external(proto, file))
    graph, notes = from_graph(proto, file.parent, path)
    return Loaded(graph, Source(path, "onnx", size), notes, file)


def from_proto(proto: onnx.ModelProto, name: str, job: Job, without: frozenset[str] = frozenset()) -> Model:
    """Open a model that is in memory."""
    graph, notes = from_graph(proto, None, name)
    return finish(Loaded(graph, Source(name, "onnx", proto.ByteSize()), notes), without, job)


def from_graph(proto: onnx.ModelProto, folder: Path | None, name: str) -> tuple[ir.Model, tuple[str, ...]]:
    """A protobuf as a graph, and what the user should know. Raises UserError when it does not hold together."""
    opset = next((entry.version for entry in proto.opset_import if entry.domain in ("", "ai.onnx")), 1)
    if opset < OLDEST_OPSET:
        raise UserError(
            "{name} uses opset {opset}, which ONNX Runtime no longer runs.",
            "Convert it with onnx.version_converter to opset 9 or later.",
            name=name,
            opset=opset,
        )
    if (odd := next((value.name for value in proto.graph.input if map_types.is_map(value.type)), None)) is not None:
        raise UserError(
            "The input '{odd}' of {name} is a map; only tensors are supported.",
            "Export it with tensors as inputs.",
            name=name,
            odd=odd,
        )
    _bounded(proto, name)
    try:
        onnx_tensors.check(proto)
        maps = map_types.set_aside(proto.graph)
        expanded = _expand_sparse(proto.graph, name)
        with _unlogged():
            model = ir.serde.deserialize_model(proto)
        map_types.remember(model, maps)
        if folder is not None:
            ir.external_data.set_base_dir(model.graph, folder)
        _read_external(model, os.path.abspath(name) if folder is not None else "")
        _forget_types(model, {value.name for value in proto.graph.value_info})
        if not _sorted(model.graph):
            model.graph.sort()
        proto_size.file_bytes(model.clone())  # can it be copied, and written again?
    except UserError:
        raise
    except Exception as error:  # whatever is inconsistent in an untrusted file
        raise UserError(
            "{name} is not a consistent ONNX model, or its weights are truncated.",
            "Check it with onnx.checker, or export it again.",
            name=name,
        ) from error
    if "" not in model.opset_imports:
        model.opset_imports[""] = model.opset_imports.pop("ai.onnx", opset)
    return model, (
        Message(
            "{n} sparse initialisers were converted to dense.",
            one="{n} sparse initialiser was converted to dense.",
            n=expanded,
        ),
    ) if expanded else ()


@contextmanager
def _unlogged() -> Iterator[None]:
    """onnx-ir logs what is wrong with a damaged file; the user gets one sentence instead."""
    logger = logging.getLogger("onnx_ir.serde")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _external(proto: onnx.ModelProto, file: Path) -> list[Path]:
    """The files beside the model that hold external weights. Raises UserError when one is missing or outside the
    model's folder."""
    external = [tensor for tensor in onnx_tensors.tensors(proto) if tensor.data_location == onnx.TensorProto.EXTERNAL]
    locations = {entry.value for tensor in external for entry in tensor.external_data if entry.key == "location"}
    folder = file.parent.resolve()
    locations.discard(file.name)
    if not all(isinstance(location, str) for location in locations):  # protobuf has bytes for what is no text
        raise UserError("{file} refers to external weights that cannot be read.", "Export it again.", file=file)
    for location in sorted(locations):
        try:
            away = unasked_place(location, with_places(NOBODY, str(folder)))  # not to be looked up
            if away or not (part := (folder / location).resolve()).is_relative_to(folder):
                raise UserError(
                    "{file} refers to weights outside its folder ({location}).",
                    "Put them next to the model and export it again.",
                    file=file,
                    location=location,
                )
            regular = stat.S_ISREG(part.stat().st_mode)
            stored = system.bytes_on_disk(str(part)) if regular else 0
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
        if onnx_tensors.much_larger(_read_from(external, location), stored):
            raise UserError(
                "{file} refers to external weights in {location}, which has almost no data for its size.",
                "Copy it again.",
                file=file,
                location=location,
            )
    return [folder / location for location in sorted(locations)]


def _read_from(external: Sequence[onnx.TensorProto], location: str) -> int:
    """Bytes of the largest tensor that lies in a file."""
    within = (each for each in external if any(entry.value == location for entry in each.external_data))
    return max((onnx_tensors.size_of(abs(size) for size in tensor.dims) for tensor in within), default=0)


def _forget_types(model: ir.Model, recorded: set[str]) -> None:
    """Drop the types of initialisers, which onnx-ir would write as well, unless the file has them."""
    for graph in model.graphs():
        for value in graph.initializers.values():
            if not value.is_graph_input() and not value.is_graph_output() and value.name not in recorded:
                value.type = value.shape = None


def _sorted(graph: ir.Graph) -> bool:
    """Whether every node comes after those that it reads, as the format demands and the runtime does not."""
    seen: set[ir.Value] = set()
    for node in graph:
        if any(value is not None and value.producer() is not None and value not in seen for value in node.inputs):
            return False
        seen.update(node.outputs)
    return True


def _read_external(model: ir.Model, own: str) -> None:
    """External tensors become views of the mapped file: no copy in memory, and saved like all others."""
    files: dict[str, MappedFile] = {}
    for graph in model.graphs():
        for value in graph.initializers.values():
            if isinstance(value.const_value, ir.ExternalTensor):
                value.const_value = _mapped(value.const_value, files, own)
    for node in ir.traversal.RecursiveGraphIterator(model.graph):
        for attribute in list(node.attributes.values()):
            if isinstance(attribute.value, ir.ExternalTensor):
                node.attributes[attribute.name] = ir.AttrTensor(attribute.name, _mapped(attribute.value, files, own))


def _mapped(tensor: ir.ExternalTensor, files: dict[str, MappedFile], own: str) -> MappedTensor:
    """`files`: by name, those that are mapped already; `own`: the model's, of whose tensors the length is known."""
    path, part = os.path.abspath(tensor.path), f"{tensor.offset} {tensor.length}"
    known: dict[str, Any] = {"dtype": tensor.dtype, "name": tensor.name}
    if tensor.dtype.bitwidth < 8 or not tensor.size:  # values that share bytes are unpacked, not mapped
        array = tensor.numpy()
        if array.shape != tuple(tensor.shape.numpy()):
            raise ValueError(tensor.name)
        return MappedTensor(array, path, part, **known)
    if path == own and tensor.length != tensor.nbytes:
        raise ValueError(tensor.name)
    if path not in files:
        if path != own:
            tensor.numpy()  # onnx-ir refuses files outside the folder, behind links, too
        files[path] = MappedFile(path)
    array = files[path].array(tensor.offset or 0, tensor.dtype.numpy(), tuple(tensor.shape.numpy()))
    return MappedTensor(array, path, part, files[path], **known)


def _bounded(proto: onnx.ModelProto, name: str) -> None:
    """Raises UserError when the functions of a small file make a graph that nobody could work with."""
    try:
        nodes, calls = onnx_tensors.when_inlined(proto)
    except ValueError as error:
        raise UserError(
            "{name} has functions that call themselves, which ONNX does not allow.", "Export it again.", name=name
        ) from error
    if nodes > MOST_NODES or calls > MOST_CALLS:
        raise UserError(
            "Inlining the functions of {name} would give {nodes:,} operators.",
            "Export the model without functions, or inline them with onnx.inliner.",
            name=name,
            nodes=nodes,
        )


def _expand_sparse(graph: onnx.GraphProto, name: str) -> int:
    """Sparse initialisers, which onnx-ir does not read, as dense ones."""
    count = len(graph.sparse_initializer)
    if onnx_tensors.much_larger_dense(graph.sparse_initializer):
        raise UserError(
            "{name} has sparse initialisers that need far more memory once converted to dense.",
            "Store them as dense tensors.",
            name=name,
        )
    graph.initializer.extend(onnx_tensors.dense(sparse) for sparse in graph.sparse_initializer)
    graph.ClearField("sparse_initializer")
    return count


register(Format("onnx", lambda path, head: bool(head), load_onnx, order=9))
