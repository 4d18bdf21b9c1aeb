"""Types and shapes of all values, from ONNX's shape inference."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import onnx
import onnx_ir as ir

# Operators through which ONNX's inference propagates values.
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
SINCE = 14  # Reshape reads such numbers since then; the others of these operators since 13
# Operator -> attributes of older opsets that are inputs in this one, in their order. "" is an input without attribute.
INPUTS = {
    "Pad": ("pads",),
    "ReduceSum": ("axes",),
    "Slice": ("starts", "ends", "axes"),
    "Split": ("split",),
    "Squeeze": ("axes",),
    "TopK": ("k",),
    "Unsqueeze": ("axes",),
}
DROPPED = {"Clip": ("min", "max"), "Dropout": ("ratio",), "Pad": ("value",), "Upsample": ("mode",)}  # no shape has them
MOST_NUMBERS = 1 << 18
SIZES = "sizes of one sample"  # metadata of the graph in memory: input -> shape of one sample
ALONE = "alone"  # likewise: whether it has no axis of samples, though all sizes may be fixed
LARGE = 1024  # bytes; inference reads smaller constants, such as target shapes of Reshape


@dataclass(frozen=True)
class Known:
    """Known facts about a value: `shape` is None if the rank is unknown, a dimension is None if its size is unknown."""

    dtype: ir.DataType | None
    shape: tuple[int | None, ...] | None


def infer(model: ir.Model, batch: int | None = None) -> dict[str, Known]:
    """Return what is known of every value of the main graph, by name.

    batch   replaces free first dimensions of inputs; all free dimensions, if the shape of a sample is recorded
            (`settled`)

    Recorded shapes of inner values are not trusted, since exporters leave those of their example there; they are used
    only for operators that ONNX does not define. Works on a copy without large tensors, so that it needs little memory.
    """
    proto = ir.serde.serialize_model(_without_weights(model))
    if batch is not None:
        _settle(proto.graph, model.graph.meta.get(SIZES, {}))
        _fill(proto.graph, batch)
    described: list[onnx.ValueInfoProto] = []
    try:
        plain = onnx.shape_inference.infer_shapes(proto)
        described += _described(plain.graph)
        if _propagates(model, plain.graph):
            described += _described(_computed(proto, {value.name: value for value in described}).graph)
    except Exception:  # best effort: a graph that the runtime accepts may still confuse the inference
        described = _described(proto.graph)
    found = {value.name: _recorded(value) for node in model.graph for value in node.outputs if value.name}
    inferred: dict[str, Known] = {}
    for value in described:
        facts = _read(value)
        if facts.dtype is not None:
            before = inferred.get(value.name)
            inferred[value.name] = facts if before is None else _both(before, facts)
    found |= inferred
    for name, initializer in model.graph.initializers.items():
        tensor = initializer.const_value
        if tensor is not None:
            found[name] = Known(tensor.dtype, tuple(tensor.shape.numpy()))
    return found


def _described(graph: onnx.GraphProto) -> list[onnx.ValueInfoProto]:
    return [*graph.value_info, *graph.output, *graph.input]


def _both(first: Known, second: Known) -> Known:
    """Return the facts of two inferences about one value; the first decides where they contradict each other."""
    if first.shape is None or second.shape is None or len(first.shape) != len(second.shape):
        return Known(first.dtype, second.shape if first.shape is None else first.shape)
    sizes = zip(first.shape, second.shape, strict=True)
    return Known(first.dtype, tuple(b if a is None else a for a, b in sizes))


def _computed(proto: onnx.ModelProto, known: Mapping[str, onnx.ValueInfoProto]) -> onnx.ModelProto:
    """Return the graph with the shapes of values that follow from computed numbers, such as those of a Reshape to
    Concat(Shape(x)[:1], 8, -1). Changes `proto`. `known`: types found without them, by name.

    ONNX's inference follows such numbers through operators of opset 13 and newer alone, into a Reshape since 14, and
    does not read them for the sizes of a Resize: the graph is rewritten for it.
    """
    for opset in proto.opset_import:
        if opset.domain in ("", "ai.onnx") and opset.version < SINCE:
            opset.version = SINCE
            for number, node in enumerate(list(_nodes(proto.graph))):
                _renew(proto.graph, node, number)
    _read_sizes(proto.graph, known)
    return onnx.shape_inference.infer_shapes(proto, data_prop=True)


def _nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _nodes(inner)


def _renew(graph: onnx.GraphProto, node: onnx.NodeProto, number: int) -> None:
    """Write a node of an older opset as opset 14 does; constants become initialisers of the main graph."""
    if node.domain not in ("", "ai.onnx"):
        return
    held = {attribute.name: attribute for attribute in node.attribute}
    for place, name in enumerate(INPUTS.get(node.op_type, ()), 1):
        if name in held and (place == len(node.input) or not any(node.input[place:])):
            values = list(held[name].ints) or [held[name].i]
            constant = f"{node.op_type}.{number}.{name}.{SINCE}"
            graph.initializer.append(onnx.helper.make_tensor(constant, onnx.TensorProto.INT64, [len(values)], values))
            node.input[:] = [*node.input[:place], constant]
    _drop(node, (*INPUTS.get(node.op_type, ()), *DROPPED.get(node.op_type, ())))
    if node.op_type == "Upsample" or (node.op_type == "Resize" and len(node.input) == 2):
        node.op_type = "Resize"
        node.input[:] = [node.input[0], "", *node.input[1:]]


def _drop(node: onnx.NodeProto, names: tuple[str, ...]) -> None:
    kept = [attribute for attribute in node.attribute if attribute.name not in names]
    del node.attribute[:]
    node.attribute.extend(kept)


def _read_sizes(graph: onnx.GraphProto, known: Mapping[str, onnx.ValueInfoProto]) -> None:
    """Replace operators whose sizes are computed by others of the same shapes, for which the inference reads what was
    found: a Resize becomes a ConstantOfShape, and a Slice a Compress, of which at least the other axes are known."""
    constants = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.domain not in ("", "ai.onnx"):
            continue
        computed = [name for name in node.input[1:] if name and name not in constants]
        held = {attribute.name for attribute in node.attribute}
        if node.op_type == "Resize" and node.input[3:] and node.input[3] in computed:
            if not held & {"axes", "keep_aspect_ratio_policy"}:
                found = known.get(node.input[0])
                dtype = found.type.tensor_type.elem_type if found is not None else 0
                value = onnx.helper.make_tensor("value", dtype or onnx.TensorProto.FLOAT, [1], [0])
                _replace(node, "ConstantOfShape", [node.input[3]], value=value)
        elif node.op_type == "Slice" and computed and node.input[3:] and node.input[3] in constants:
            axes = onnx.numpy_helper.to_array(constants[node.input[3]]).reshape(-1)
            if len(axes) == 1:
                _replace(node, "Compress", [node.input[0], node.input[1]], axis=int(axes[0]))


def _replace(node: onnx.NodeProto, kind: str, inputs: list[str], **attributes: Any) -> None:
    node.CopyFrom(onnx.helper.make_node(kind, inputs, list(node.output), node.name, **attributes))


def _propagates(model: ir.Model, inferred: onnx.GraphProto) -> bool:
    """Return whether inference may propagate the values of shapes: it keeps an entry for each element of any vector, so
    a Range, or a few Concats of a constant with itself, would take any amount of memory. `inferred`: the graph inferred
    without that."""
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
    """Return the number of elements of a constant or input of one dimension, else 0."""
    shape = value.const_value.shape if value.const_value is not None else value.shape
    return int(shape[0]) if shape is not None and len(shape) == 1 and isinstance(shape[0], int) else 0


def dtype_name(value: ir.Value) -> str:
    """Return numpy's name of a type."""
    return {"float": "float32", "double": "float64"}.get(name := str(value.dtype).lower(), name)


def settled(model: ir.Model, sizes: Mapping[str, Sequence[int]], alone: bool = False) -> None:
    """Record the shape of one sample for each input, and whether no axis is that of the samples, in place. Copies of
    the graph keep the record; files do not contain it."""
    model.graph.meta[ALONE] = alone
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
    """Return a copy in which large initialisers are inputs and recorded types of inner values are removed."""
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
