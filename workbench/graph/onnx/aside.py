"""Parts of a file that are set aside at opening, and written back: map types of outputs, such as those of ZipMap, which
onnx-ir lacks, and default values of inputs.

An initialiser that a file also lists among its inputs is an input that callers may leave out. Inside the program it is
one like others, so that nothing takes it for a constant.
"""

import math

import numpy as np
import onnx
import onnx_ir as ir

MAP, DEFAULT = "map type", "default"  # in a value's meta, which is not written to files
DEFAULTS_SINCE = 4  # IR version; files before it list every initialiser


def set_maps_aside(graph: onnx.GraphProto) -> dict[str, bytes]:
    """Remove map types from a graph, and return those of its outputs by name. Inner values are left without a type."""
    kept = {value.name: value.type.SerializeToString() for value in graph.output if is_map(value.type)}
    for value in (*graph.output, *graph.value_info):
        if is_map(value.type):
            value.ClearField("type")
    return kept


def remember_maps(model: ir.Model, kept: dict[str, bytes]) -> None:
    for value in model.graph.outputs:
        if value.name in kept:
            value.meta[MAP] = kept[value.name]


def is_map(kind: onnx.TypeProto) -> bool:
    """Return whether a type is a map, or a sequence or an optional of maps."""
    which = kind.WhichOneof("value")
    if which in ("sequence_type", "optional_type"):
        return is_map(getattr(kind, which).elem_type)
    return which == "map_type"


def set_defaults_aside(model: ir.Model) -> int:
    """Make inputs of the initialisers that the file lists as inputs by choice, and return their number. None is where
    all are, as in old files, or most of the values are: exporters that list every weight mean constants."""
    found = [value for value in model.graph.inputs if value.is_initializer() and value.const_value is not None]
    if not found or model.ir_version < DEFAULTS_SINCE or _size(found) >= _constant(model, found):
        return 0
    for value in found:
        tensor = model.graph.initializers.pop(value.name or "").const_value
        assert tensor is not None
        value.const_value = None
        value.type, value.shape = ir.TensorType(tensor.dtype), value.shape or ir.Shape(tensor.shape.numpy())
        value.meta[DEFAULT] = tensor
    return len(found)


def default_values(model: ir.Model) -> dict[str, np.ndarray]:
    """Return the default values of inputs by name."""
    found = {value.name or "": default_of(value) for value in model.graph.inputs}
    return {name: array for name, array in found.items() if array is not None}


def default_of(value: ir.Value) -> np.ndarray | None:
    """Return the default value of an input; None if it has none."""
    tensor = value.meta.get(DEFAULT)
    return None if tensor is None else np.array(tensor.numpy())


def put_defaults_back(model: ir.Model) -> ir.Model:
    """Make initialisers again of the values that were set aside, in place; return the model."""
    for value in model.graph.inputs:
        if DEFAULT in value.meta:
            value.const_value = value.meta.pop(DEFAULT)
            model.graph.initializers.add(value)
    return model


def restore(proto: onnx.GraphProto, graph: ir.Graph | ir.GraphView) -> None:
    """Write the types and values that were set aside into a serialised graph."""
    for value, written in zip(graph.outputs, proto.output, strict=True):
        if MAP in value.meta:
            written.type.ParseFromString(value.meta[MAP])
    for value in graph.inputs:
        if DEFAULT in value.meta:
            tensor = ir.serde.serialize_tensor(value.meta[DEFAULT])
            tensor.name = value.name or ""
            proto.initializer.append(tensor)


def _size(found: list[ir.Value]) -> int:
    return sum(value.const_value.size for value in found if value.const_value is not None)


def _constant(model: ir.Model, found: list[ir.Value]) -> int:
    """Return the number of constant values of the graph that callers cannot replace."""
    nodes = (node for node in ir.traversal.RecursiveGraphIterator(model.graph) if node.op_type == "Constant")
    tensors = (node.attributes["value"].as_tensor() for node in nodes if "value" in node.attributes)
    stored = [value for value in model.graph.initializers.values() if value not in found]
    return _size(stored) + sum(math.prod(tensor.shape.numpy()) for tensor in tensors)
