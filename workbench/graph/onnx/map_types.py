"""Map types of outputs, such as those of ZipMap: onnx-ir lacks them, so they are set aside and written back."""

import onnx
import onnx_ir as ir

KEY = "map type"  # in a value's meta, which is not written to files


def set_aside(graph: onnx.GraphProto) -> dict[str, bytes]:
    """Remove map types from a graph, and return those of its outputs by name. Inner values are left without a type."""
    kept = {value.name: value.type.SerializeToString() for value in graph.output if is_map(value.type)}
    for value in (*graph.output, *graph.value_info):
        if is_map(value.type):
            value.ClearField("type")
    return kept


def remember(model: ir.Model, kept: dict[str, bytes]) -> None:
    for value in model.graph.outputs:
        if value.name in kept:
            value.meta[KEY] = kept[value.name]


def restore(proto: onnx.GraphProto, graph: ir.Graph | ir.GraphView) -> None:
    """Write the types that were set aside into a serialised graph."""
    for value, written in zip(graph.outputs, proto.output, strict=True):
        if KEY in value.meta:
            written.type.ParseFromString(value.meta[KEY])


def is_map(kind: onnx.TypeProto) -> bool:
    """Return whether a type is a map, or a sequence or an optional of maps."""
    which = kind.WhichOneof("value")
    if which in ("sequence_type", "optional_type"):
        return is_map(getattr(kind, which).elem_type)
    return which == "map_type"
