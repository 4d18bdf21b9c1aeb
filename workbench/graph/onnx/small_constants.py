"""Small constants of a graph, such as shapes: equal ones are written once, integers in as few bytes as possible."""

import numpy as np
import onnx_ir as ir

from workbench.graph.onnx.proto_size import varint

MOST = 256  # values
NEGATIVE = 1 << 64  # modulus with which a negative number is written
FIELDS = {ir.DataType.INT64: "int64_data", ir.DataType.INT32: "int32_data"}


def share(graph: ir.Graph) -> None:
    """Let readers of equal constants read the first of these, and write integers as varints if that is shorter; in
    place. Inputs and outputs of the graph stay."""
    first: dict[object, ir.Value] = {}
    for name, value in list(graph.initializers.items()):
        tensor = value.const_value
        if tensor is None or tensor.size > MOST or tensor.dtype == ir.DataType.STRING:
            continue
        if isinstance(tensor, ir.LazyTensor):  # a stored weight, which a forecast has no values of
            continue
        if value in graph.inputs or value.is_graph_output():
            continue
        key = tensor.dtype, tuple(tensor.shape.numpy()), tensor.tobytes()
        kept = first.setdefault(key, value)
        if kept is value:
            value.const_value = compact(tensor)
        else:
            value.replace_all_uses_with(kept)
            del graph.initializers[name]


def compact(tensor: ir.TensorProtocol) -> ir.TensorProtocol:
    """Return the same tensor, with its integers as varints if these take fewer bytes than 4 or 8 raw bytes each."""
    field = FIELDS.get(tensor.dtype)
    if field is None:
        return tensor
    numbers = [int(number) for number in np.ravel(tensor.numpy())]
    if sum(varint(number % NEGATIVE) for number in numbers) >= tensor.nbytes:
        return tensor
    proto = ir.serde.serialize_tensor(tensor)
    proto.ClearField("raw_data")
    for other in FIELDS.values():
        proto.ClearField(other)
    getattr(proto, field).extend(numbers)
    return ir.serde.deserialize_tensor(proto)
