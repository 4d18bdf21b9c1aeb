"""Serialisation of a graph to ONNX bytes and files."""

from pathlib import Path

import numpy as np
import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.core.base.files import SPACE, reason, staged, write_bytes
from workbench.graph.onnx import aside, proto_size

LARGEST_PROTOBUF = (1 << 31) - 1
# Smaller tensors stay in the graph, as the runtime's checks read shapes and the like.
NAMED = 1 << 16


def is_large(model: ir.Model) -> bool:
    """Return whether the model is too large for one protobuf message, and so for one file."""
    # Measuring serialises every node, so it is done only if the sizes alone do not decide.
    return tensor_bytes(model) > LARGEST_PROTOBUF // 2 and proto_size.file_bytes(model) > LARGEST_PROTOBUF


def tensor_bytes(model: ir.Model) -> int:
    """Return the bytes of the tensors of the graph, without subgraphs."""
    return sum(value.const_value.nbytes for value in model.graph.initializers.values() if value.const_value is not None)


def to_bytes(model: ir.Model, name: str = "The model") -> bytes:
    """Return the graph as one ONNX file. Raises UserError beyond protobuf's 2 GB."""
    if is_large(model):
        raise UserError(
            "{name} is larger than the 2 GB that one ONNX file can hold.", "Save it with external data.", name=name
        )
    proto = ir.serde.serialize_model(model)
    aside.restore(proto.graph, model.graph)
    return proto.SerializeToString()


def without_values(model: ir.Model) -> tuple[bytes, dict[str, np.ndarray]]:
    """Return the graph as ONNX bytes that only name its large tensors, and these tensors by name.

    Types that numpy lacks, of which the runtime accepts no arrays, stay in the bytes.
    """
    graph, tensors, values = model.graph, dict[str, np.ndarray](), list[ir.Value]()
    for name, value in graph.initializers.items():
        tensor = value.const_value
        large = tensor is not None and tensor.nbytes >= NAMED and tensor.dtype != ir.DataType.STRING
        if tensor is not None and large and tensor.dtype.numpy().isbuiltin == 1:
            tensors[name] = np.ascontiguousarray(tensor.numpy())
            elsewhere = ir.ExternalTensor(
                "elsewhere", 0, tensors[name].nbytes, tensor.dtype, name=name, shape=ir.Shape(tensor.shape.numpy())
            )
            value = ir.Value(name=name, shape=value.shape, type=value.type, const_value=elsewhere)
        values.append(value)
    # A view of the same nodes: a copy of them takes longer than all else.
    view = ir.GraphView(
        graph.inputs,
        graph.outputs,
        nodes=list(graph),
        initializers=values,
        opset_imports=graph.opset_imports,
        name=graph.name,
    )
    named = ir.Model(
        view,  # type: ignore[arg-type]  # which is written like a graph
        ir_version=model.ir_version,
        functions=list(model.functions.values()),
    )
    return ir.serde.serialize_model(named).SerializeToString(), tensors


def save(model: ir.Model, path: Path) -> None:
    """Write the file atomically; beyond 2 GB the tensors go to PATH.data in the same folder. Raises UserError on
    failure."""
    if not is_large(model):
        write_bytes(path, to_bytes(model))
        return
    with staged(path.parent) as place:
        try:
            whole = aside.put_defaults_back(model.clone())
            ir.save(whole, place.folder / path.name, format="protobuf", external_data=f"{path.name}.data")
        except OSError as error:
            raise UserError("Cannot write {path}: {reason}.", SPACE, path=path, reason=reason(error)) from error
        place.publish(last=path.name)
