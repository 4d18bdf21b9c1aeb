"""Types and shapes of every value, as far as ONNX's shape inference can tell them."""

from dataclasses import dataclass

import onnx
import onnx_ir as ir

LARGE = 1024        # bytes; inference reads smaller constants, the targets of reshapes among them


@dataclass(frozen=True)
class Known:
    """What is known of a value: `shape` None when not even its rank is, a dimension None when its size is not."""

    dtype: ir.DataType | None
    shape: tuple[int | None, ...] | None


def infer(model: ir.Model, batch: int | None = None) -> dict[str, Known]:
    """Every value of the main graph by name. `batch` fills first dimensions of inputs that are free.

    What the file records of its inner values is not believed, since exporters leave the shapes of their example there;
    only where nothing can be inferred (operators that ONNX does not define) the record is taken.
    Works on a copy without its large tensors, so that it costs no memory.
    """
    proto = ir.serde.serialize_model(_without_weights(model))
    if batch is not None:
        _fill(proto.graph, batch)
    try:
        proto = onnx.shape_inference.infer_shapes(proto, data_prop=True)
    except Exception:       # best effort: a graph that the runtime takes may still confuse the inference
        proto.graph.ClearField("value_info")
    found = {value.name: _recorded(value) for node in model.graph for value in node.outputs if value.name}
    for value in (*proto.graph.value_info, *proto.graph.output, *proto.graph.input):
        inferred = _read(value)
        if inferred.dtype is not None:
            found[value.name] = inferred
    for name, initializer in model.graph.initializers.items():
        tensor = initializer.const_value
        if tensor is not None:
            found[name] = Known(tensor.dtype, tuple(tensor.shape.numpy()))
    return found


def _fill(graph: onnx.GraphProto, batch: int) -> None:
    """Give free first dimensions a size, and every dimension of the same name."""
    symbols = set()
    for value in graph.input:
        dims = value.type.tensor_type.shape.dim
        if dims and not dims[0].HasField("dim_value"):
            symbols.add(dims[0].dim_param)
            dims[0].dim_value = batch
    for value in graph.input:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param and dim.dim_param in symbols:
                dim.dim_value = batch


def _read(value: onnx.ValueInfoProto) -> Known:
    tensor = value.type.tensor_type
    dtype = ir.DataType(tensor.elem_type) if tensor.elem_type else None
    if not tensor.HasField("shape"):
        return Known(dtype, None)
    return Known(dtype, tuple(dim.dim_value if dim.dim_value > 0 else None for dim in tensor.shape.dim))


def _recorded(value: ir.Value) -> Known:
    if value.shape is None:
        return Known(value.dtype, None)
    return Known(value.dtype, tuple(size if isinstance(size, int) else None for size in value.shape))


def _without_weights(model: ir.Model) -> ir.Model:
    """A copy in which large initialisers are inputs instead, and recorded types of inner values are forgotten."""
    copy = model.clone()
    graph = copy.graph
    for node in graph:
        for value in node.outputs:
            value.shape = value.type = None
    for name, value in list(graph.initializers.items()):
        tensor = value.const_value
        if tensor is not None and tensor.nbytes > LARGE:
            del graph.initializers[name]
            value.const_value = None
            value.shape, value.type = ir.Shape(tensor.shape.numpy()), ir.TensorType(tensor.dtype)
            if value not in graph.inputs:
                graph.inputs.append(value)
    return copy
