"""Sizes of ONNX messages, computed without serialising their tensors.

Protobuf is additive: a message takes the sum of its fields, each a tag, a length and its content. So tensors are
counted and everything else, which is small, is serialised.
"""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import onnx_ir as ir

from workbench.core.base.arguments import weak_cache
from workbench.graph.onnx import aside


def varint(number: int) -> int:
    """Return the bytes of a protobuf varint: seven bits each."""
    return max(1, -(-number.bit_length() // 7))


def field_bytes(size: int) -> int:
    """Return the bytes of a field with a one-byte tag and `size` bytes of content."""
    return 1 + varint(size) + size


def tensor_bytes(name: str, dtype: ir.DataType, shape: Sequence[int], data: int) -> int:
    """Return the bytes of a TensorProto with `data` bytes of raw data; every dimension is a separate field."""
    named = field_bytes(len(name.encode())) if name else 0
    return sum(1 + varint(size) for size in shape) + 1 + varint(dtype.value) + named + field_bytes(data)


def nodes_bytes(nodes: Iterable[ir.Node]) -> int:
    """Return the bytes of nodes in a graph."""
    return sum(field_bytes(ir.serde.serialize_node(node).ByteSize()) for node in nodes)


def initializer_bytes(value: ir.Value, is_input: bool = False) -> int:
    """Return the bytes of an initialiser in a graph: its tensor, and its type if onnx-ir writes that as well."""
    tensor = value.const_value
    if tensor is None:
        return 0
    if isinstance(tensor, (ir.serde.TensorProtoTensor, ir.ExternalTensor)) or tensor.dtype == ir.DataType.STRING:
        tensor.name = value.name  # the writer does the same
        size = ir.serde.serialize_tensor(tensor).ByteSize()
    else:
        size = tensor_bytes(value.name or "", tensor.dtype, tensor.shape.numpy(), tensor.nbytes)
    typed = not is_input and (value.type is not None or value.shape is not None)
    return field_bytes(size) + (field_bytes(ir.serde.serialize_value(value).ByteSize()) if typed else 0)


def file_bytes(model: ir.Model) -> int:
    """Return the bytes of the model serialised as one ONNX file."""
    return _measure(model)[0]


def grown(model: ir.Model, graph: int, rest: int) -> int:
    """Return the size of the file after its graph grows by `graph` bytes and the rest by `rest` bytes.

    The model is measured once, so it must not change afterwards (those of graph.model.model do not).
    """
    file, before = _measured_once(model)
    return file - field_bytes(before) + field_bytes(before + graph) + rest


def graph_bytes(graph: ir.Graph) -> int:
    """Return the bytes of the serialised graph, without the tag and length that it has in a file."""
    inputs = {value.name for value in graph.inputs}
    tensors = sum(initializer_bytes(value, value.name in inputs) for value in graph.initializers.values())
    view = _without_initializers(graph)
    proto = ir.serde.serialize_graph(view)  # type: ignore[arg-type]
    aside.restore(proto, view)
    return proto.ByteSize() + tensors


def _measure(model: ir.Model) -> tuple[int, int]:
    """Return the bytes of the whole file and of the graph in it."""
    bare = ir.Model(
        cast(Any, _without_initializers(model.graph)),
        ir_version=model.ir_version,
        producer_name=model.producer_name,
        producer_version=model.producer_version,
        domain=model.domain,
        model_version=model.model_version,
        doc_string=model.doc_string,
        functions=tuple(model.functions.values()),
        metadata_props=model.metadata_props,
    )
    proto = ir.serde.serialize_model(bare)
    graph = graph_bytes(model.graph)
    return proto.ByteSize() - field_bytes(proto.graph.ByteSize()) + field_bytes(graph), graph


@weak_cache
def _measured_once(model: ir.Model) -> tuple[int, int]:
    return _measure(model)


def _without_initializers(graph: ir.Graph) -> ir.GraphView:
    return ir.GraphView(
        graph.inputs,
        graph.outputs,
        nodes=tuple(graph),
        name=graph.name,
        doc_string=graph.doc_string,
        opset_imports=graph.opset_imports,
        metadata_props=graph.metadata_props,
    )
