"""Types and shapes of every value, as far as ONNX's shape inference can tell them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import onnx
import onnx_ir as ir

# Operators through which ONNX's inference follows values.
PROPAGATED = {
    "Add",
    "Cast",
    "Concat",
    "Constant",
    "Div",
    "Gather",
    "Identity",
    "Mul",
    "Neg",
    "Shape",
    "Size",
    "Slice",
    "Squeeze",
    "Sub",
    "Unsqueeze",
}
MOST_NUMBERS = 1 << 18
SIZES = "sizes of one sample"  # a note of the graph in memory: input -> its shape, where the graph leaves it open
LARGE = 1024  # bytes; inference reads smaller constants, the targets of reshapes among them


@dataclass(frozen=True)
class Known:
    """Known facts about a value: `shape` is None if the rank is unknown, a dimension is None if its size is unknown."""

    dtype: ir.DataType | None
    shape: tuple[int | None, ...] | None


def infer(model: ir.Model, batch: int | None = None) -> dict[str, Known]:
    """Every value of the main graph by name. `batch` fills first dimensions of inputs that are free, and all that the
    graph leaves open where it is noted what one sample is like (see `settled`).

    What the file records of its inner values is not believed, since exporters leave the shapes of their example there;
    only where nothing can be inferred (operators that ONNX does not define) the record is taken.
    Works on a copy without its large tensors, so that it costs no memory.
    """
    proto = ir.serde.serialize_model(_without_weights(model))
    if batch is not None:
        _settle(proto.graph, model.graph.meta.get(SIZES, {}))
        _fill(proto.graph, batch)
    try:
        plain = onnx.shape_inference.infer_shapes(proto)
        proto = onnx.shape_inference.infer_shapes(proto, data_prop=True) if _propagates(model, plain.graph) else plain
    except Exception:  # best effort: a graph that the runtime takes may still confuse the inference
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


def _propagates(model: ir.Model, inferred: onnx.GraphProto) -> bool:
    """Whether the inference may follow the values of shapes: it keeps an entry for each number of anything with one
    dimension, so a range, or a few Concat of a constant with itself, would take any memory. `inferred`: without."""
    if any(
        len(shape := known.shape or ()) == 1 and (shape[0] or 0) > MOST_NUMBERS
        for known in map(_read, inferred.value_info)
    ):
        return False
    factors: dict[tuple[str, str], int] = {}
    for function in model.functions.values():  # one that calls another comes behind it, or counts it as none
        factors[function.domain, function.name] = math.prod(
            len(node.inputs) if node.op_type == "Concat" else factors.get((node.domain, node.op_type), 1)
            for node in function
        )
    numbers: dict[ir.Value, int] = {}
    for node in ir.traversal.RecursiveGraphIterator(model.graph):
        counts = [numbers.get(value, _length(value)) for value in node.inputs if value is not None]
        if (factor := factors.get((node.domain, node.op_type))) is not None:
            made = sum(counts) * factor
        else:
            made = sum(counts) if node.op_type == "Concat" else max(counts, default=0)
        if made > MOST_NUMBERS:
            return False
        if factor is not None or node.op_type in PROPAGATED:
            numbers.update(dict.fromkeys(node.outputs, made))
    return True


def _length(value: ir.Value) -> int:
    """Numbers in a constant or an input of one dimension."""
    shape = value.const_value.shape if value.const_value is not None else value.shape
    return int(shape[0]) if shape is not None and len(shape) == 1 and isinstance(shape[0], int) else 0


def dtype_name(value: ir.Value) -> str:
    """numpy's name of a type."""
    return {"float": "float32", "double": "float64"}.get(name := str(value.dtype).lower(), name)


def settled(model: ir.Model, sizes: Mapping[str, Sequence[int]]) -> None:
    """Note in place what one sample is like: the shape of each input. Copies of the graph keep the note, files do not
    have it."""
    model.graph.meta[SIZES] = {name: tuple(shape) for name, shape in sizes.items()}


def _settle(graph: onnx.GraphProto, sizes: Mapping[str, Sequence[int]]) -> None:
    for value in graph.input:
        dims = value.type.tensor_type.shape.dim
        shape = sizes.get(value.name, ())
        for dim, size in zip(dims, shape if len(shape) == len(dims) else (), strict=False):
            if not dim.HasField("dim_value"):
                dim.dim_value = size


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
