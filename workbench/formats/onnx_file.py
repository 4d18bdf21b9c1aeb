"""ONNX files, with or without external data."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import onnx
import onnx_ir as ir
from google.protobuf.message import DecodeError

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.formats.finish import finish
from workbench.formats.format import Format, Loaded, register
from workbench.formats.onnx import external as onnx_external
from workbench.formats.onnx import message as onnx_message
from workbench.formats.onnx import tensors as onnx_tensors
from workbench.graph.model.model import Model, Source
from workbench.graph.onnx import aside, proto_size

OLDEST_OPSET = 7
# A function is written out at each of its calls; as many calls as this take some seconds.
MOST_NODES, MOST_CALLS = 100_000, 4096
LARGEST = 1 << 31  # bytes that protobuf writes and reads
AGAIN = Message("Copy or export it again.")


def load_onnx(path: str, trusted: bool, job: Job) -> Loaded:
    """Load the graph; external weights stay on disk until they are read. Raises UserError for anything else."""
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
    size = file.stat().st_size + sum(part.stat().st_size for part in onnx_external.files(proto, file))
    graph, notes = from_graph(proto, file.parent, path)
    return Loaded(graph, Source(path, "onnx", size), notes, file)


def from_proto(proto: onnx.ModelProto, name: str, job: Job, without: frozenset[str] = frozenset()) -> Model:
    """Open a model from memory."""
    graph, notes = from_graph(proto, None, name)
    return finish(Loaded(graph, Source(name, "onnx", proto.ByteSize()), notes), without, job)


def from_graph(proto: onnx.ModelProto, folder: Path | None, name: str) -> tuple[ir.Model, tuple[str, ...]]:
    """Convert a protobuf to a graph, and return it with notes for the user. Raises UserError if it is inconsistent."""
    opset = next((entry.version for entry in proto.opset_import if entry.domain in ("", "ai.onnx")), 1)
    if opset < OLDEST_OPSET:
        raise UserError(
            "{name} uses opset {opset}, which ONNX Runtime no longer runs.",
            "Convert it with onnx.version_converter to opset 9 or later.",
            name=name,
            opset=opset,
        )
    if (odd := next((value.name for value in proto.graph.input if aside.is_map(value.type)), None)) is not None:
        raise UserError(
            "The input '{odd}' of {name} is a map; only tensors are supported.",
            "Export it with tensors as inputs.",
            name=name,
            odd=odd,
        )
    _bounded(proto, name)
    try:
        onnx_tensors.check(proto)
        maps = aside.set_maps_aside(proto.graph)
        expanded = _expand_sparse(proto.graph, name)
        with _unlogged():
            model = ir.serde.deserialize_model(proto)
        aside.remember_maps(model, maps)
        aside.set_defaults_aside(model)
        if folder is not None:
            ir.external_data.set_base_dir(model.graph, folder)
        onnx_external.read(model)
        _forget_types(model, {value.name for value in proto.graph.value_info})
        if not _sorted(model.graph):
            model.graph.sort()
        proto_size.file_bytes(model.clone())  # can it be copied, and written again?
    except UserError:
        raise
    except Exception as error:  # whatever is inconsistent in an untrusted file
        raise onnx_external.inconsistent(name) from error
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
    """Silence onnx-ir, which logs the faults of a damaged file; the user gets one sentence instead."""
    logger = logging.getLogger("onnx_ir.serde")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _forget_types(model: ir.Model, recorded: set[str]) -> None:
    """Drop the types of initialisers, which onnx-ir would write as well, unless the file has them; and the file's
    annotations of their quantisation, which changes by an edit."""
    for graph in model.graphs():
        for value in graph.initializers.values():
            value.meta.pop("quant_parameter_tensor_names", None)
            if not value.is_graph_input() and not value.is_graph_output() and value.name not in recorded:
                value.type = value.shape = None


def _sorted(graph: ir.Graph) -> bool:
    """Return whether every node follows those that it reads, as the format demands and the runtime does not."""
    seen: set[ir.Value] = set()
    for node in graph:
        if any(value is not None and value.producer() is not None and value not in seen for value in node.inputs):
            return False
        seen.update(node.outputs)
    return True


def _bounded(proto: onnx.ModelProto, name: str) -> None:
    """Raise UserError if the functions of a small file expand to an excessively large graph."""
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
    """Convert sparse initialisers and constants, which onnx-ir does not read, to dense ones."""
    constants = [
        attribute
        for node in graph.node
        if node.op_type == "Constant"
        for attribute in node.attribute
        if attribute.name == "sparse_value"
    ]
    count = len(graph.sparse_initializer) + len(constants)
    if onnx_tensors.much_larger_dense([*graph.sparse_initializer, *(each.sparse_tensor for each in constants)]):
        raise UserError(
            "{name} has sparse initialisers that need far more memory once converted to dense.",
            "Store them as dense tensors.",
            name=name,
        )
    graph.initializer.extend(onnx_tensors.dense(sparse) for sparse in graph.sparse_initializer)
    graph.ClearField("sparse_initializer")
    for each in constants:
        dense = onnx_tensors.dense(each.sparse_tensor)
        each.CopyFrom(onnx.AttributeProto(name="value", type=onnx.AttributeProto.TENSOR, t=dense))
    return count


register(Format("onnx", lambda path, head: bool(head), load_onnx, order=9))
