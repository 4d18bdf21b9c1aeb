"""Conversion of a graph that computes in float16, bfloat16 or double to float32, the only type that methods edit.

The short types are widened exactly; double is rounded to nearest. The caller compares the outputs, as operators round
differently in the other type.
"""

from collections.abc import Collection, Iterator
from copy import deepcopy

import numpy as np
import onnx_ir as ir

from workbench.graph.model.operators import MULTIPLY
from workbench.graph.onnx import aside, shapes

MOVES = {"Identity", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Slice", "Concat"}
OTHERS = (ir.DataType.FLOAT16, ir.DataType.BFLOAT16, ir.DataType.DOUBLE)
# Attributes that name a type of results, or in which sums are made.
NAMING = ("to", "dtype", "output_dtype", "output_datatype", "softmax_precision", "stash_type")


def types_of_weights(model: ir.Model) -> tuple[ir.DataType, ...]:
    """Return the types other than float32 of constants that an operator multiplies by, possibly after moves, or after
    a cast to such a type (torch.autocast)."""
    local = {(domain, name) for domain, name, _ in model.functions}
    holders: list[ir.Graph | ir.Function] = [*_graphs(model), *model.functions.values()]
    constants = [pair for graph in holders for pair in _constants(graph)]
    found = {tensor.dtype for value, tensor in constants if tensor.dtype in OTHERS and _multiplied(value, local)}
    for made, kind in (cast for value, tensor in constants for cast in _casts(value, tensor)):
        if kind not in found and _multiplied(made, local):
            found.add(kind)
    return tuple(kind for kind in OTHERS if kind in found)


def widened(model: ir.Model, kinds: tuple[ir.DataType, ...]) -> ir.Model | None:
    """Return a copy in which everything of these types is float32: constants, results, inputs and outputs. None if a
    number is beyond float32."""
    copy = model.clone()
    codes = {kind.value for kind in kinds}
    for graph in _graphs(copy):
        for value in _values(graph):
            if value.const_value is not None and value.const_value.dtype in kinds:
                array = _float32(value.const_value)
                if array is None:
                    return None
                value.const_value = ir.Tensor(array, name=value.name)
            default = value.meta.get(aside.DEFAULT)
            if default is not None and default.dtype in kinds:
                array = _float32(default)
                if array is None:
                    return None
                value.meta[aside.DEFAULT] = ir.Tensor(array, name=value.name)
            if value.dtype in kinds:
                value.type = deepcopy(value.type)  # as in the original
                value.dtype = ir.DataType.FLOAT
    parts: list[ir.Graph | ir.Function] = [copy.graph, *copy.functions.values()]
    for node in (node for part in parts for node in part.all_nodes()):
        for name, attribute in list(node.attributes.items()):
            if attribute.type == ir.AttributeType.INT and name in NAMING and attribute.value in codes:
                node.attributes[name] = ir.AttrInt64(name, ir.DataType.FLOAT.value)
            elif attribute.type == ir.AttributeType.TENSOR and attribute.value.dtype in kinds:
                array = _float32(attribute.value)
                if array is None:
                    return None
                node.attributes[name] = ir.AttrTensor(name, ir.Tensor(array, name=attribute.value.name))
    _drop_casts(copy)
    return copy


def _drop_casts(model: ir.Model) -> None:
    """Remove casts between types that have become equal."""
    known = shapes.infer(model)
    for node in list(model.graph):
        if node.op_type != "Cast" or node.attributes["to"].as_int() != ir.DataType.FLOAT.value:
            continue
        source, made = node.inputs[0], node.outputs[0]
        found = None if source is None else known.get(source.name or "")
        if source is None or found is None or found.dtype != ir.DataType.FLOAT or made.is_graph_output():
            continue
        made.replace_all_uses_with(source)
        model.graph.remove(node, safe=True)


def _graphs(model: ir.Model) -> Iterator[ir.Graph]:
    """Yield the graph with its subgraphs, and those in functions."""
    yield from model.graphs()
    for function in model.functions.values():
        yield from function.subgraphs()


def _constants(graph: ir.Graph | ir.Function) -> Iterator[tuple[ir.Value, ir.TensorProtocol]]:
    """Yield initialisers and Constant nodes with their tensors."""
    if isinstance(graph, ir.Graph):
        for value in graph.initializers.values():
            if value.const_value is not None:
                yield value, value.const_value
    for node in graph:
        made = node.attributes.get("value") if node.op_type == "Constant" else None
        if made is not None and made.type == ir.AttributeType.TENSOR and made.value is not None:  # not a function's
            yield node.outputs[0], made.value


def _values(graph: ir.Graph) -> Iterator[ir.Value]:
    yield from graph.inputs
    yield from graph.initializers.values()
    for node in graph:
        yield from node.outputs


def _casts(value: ir.Value, tensor: ir.TensorProtocol) -> Iterator[tuple[ir.Value, ir.DataType]]:
    """Yield the results of casts of a float constant to one of these types, with the type."""
    for use in value.uses() if tensor.dtype.is_floating_point() else ():
        to = use.node.attributes.get("to") if use.node.op_type == "Cast" else None
        if to is not None and not to.is_ref() and to.as_int() in {kind.value for kind in OTHERS}:
            yield use.node.outputs[0], ir.DataType(to.as_int())


def _multiplied(value: ir.Value, local: Collection[tuple[str, str]]) -> bool:
    """Return whether an operator reads a constant as its weight, possibly after moves, or a local function reads it."""
    queue, seen = [value], {value}
    while queue:
        for use in queue.pop().uses():
            if use.idx in MULTIPLY.get(use.node.op_type, ()) or (use.node.domain, use.node.op_type) in local:
                return True
            if use.node.op_type in MOVES:
                queue += [made for made in use.node.outputs if made not in seen]
                seen.update(use.node.outputs)
    return False


def _float32(tensor: ir.TensorProtocol) -> np.ndarray | None:
    """Return the values in float32; None if a number becomes infinite."""
    values = tensor.numpy()
    with np.errstate(over="ignore"):
        made = values.astype(np.float32)
    return None if (np.isinf(made) & ~np.isinf(values)).any() else made
