"""Multiply-accumulates (MACs) of each layer for one sample, from shapes."""

from collections.abc import Iterable, Mapping

import onnx
import onnx_ir as ir

from workbench.core.layer import Layer

Shapes = Mapping[str, tuple[int | None, ...]]


def shapes(model: ir.Model) -> dict[str, tuple[int | None, ...]]:
    """Shape of every value as far as it can be inferred, with one sample in the batch.

    Runs on a copy whose large tensors are left out, so it costs nothing for large models.
    """
    graph = model.graph
    proto = ir.serde.serialize_model(_without_weights(model))
    for value in proto.graph.input:
        dims = value.type.tensor_type.shape.dim
        if dims and not dims[0].dim_value:
            dims[0].dim_value = 1
    try:
        proto = onnx.shape_inference.infer_shapes(proto, data_prop=True)
    except Exception:       # inference is best effort: what stays unknown is shown as unknown
        return {}
    found = {value.name: tuple(dim.dim_value or None for dim in value.type.tensor_type.shape.dim)
             for value in (*proto.graph.value_info, *proto.graph.output, *proto.graph.input)}
    for name, value in graph.initializers.items():
        if value.const_value is not None:
            found[name] = tuple(value.const_value.shape.numpy())
    return found


def _without_weights(model: ir.Model) -> ir.Model:
    """A copy in which large initialisers are inputs instead, and recorded shapes are forgotten."""
    copy = model.clone()
    graph = copy.graph
    for node in graph:
        for value in node.outputs:
            if value not in graph.outputs:
                value.shape = None
    for value in graph.outputs:
        value.shape = None
    for name, value in list(graph.initializers.items()):
        tensor = value.const_value
        if tensor is not None and tensor.nbytes > 1024:
            graph.initializers.pop(name)
            value.const_value, value.shape, value.type = None, ir.Shape(tensor.shape.numpy()), ir.TensorType(tensor.dtype)
            if value not in graph.inputs:
                graph.inputs.append(value)
    return copy


def macs(node: ir.Node, weight_input: int, weight_shape: tuple[int, ...], known: Shapes) -> int | None:
    """Multiply-accumulates of a node for one sample; None where shapes are unknown.

    Convolution: output positions x weights; transposed: input positions x weights; products: rows x weights.
    """
    weights = 1
    for size in weight_shape:
        weights *= size
    match node.op_type:
        case "Conv":
            return _times(known.get(node.outputs[0].name or ""), slice(2, None), weights)
        case "ConvTranspose":
            return _times(known.get(_name(node, 0)), slice(2, None), weights)
        case "Gemm":
            return weights
        case "MatMul":
            out = known.get(node.outputs[0].name or "")
            if out is None:
                return None
            rows = out[:-1] if weight_input == 1 else (*out[:-2], out[-1])
            return _times(rows, slice(None), weights)
        case "Gather":
            return 0
        case "LSTM" | "GRU" | "RNN":
            steps = known.get(_name(node, 0))
            return None if not steps or steps[0] is None else steps[0] * weights
    return None


def _name(node: ir.Node, index: int) -> str:
    value = node.inputs[index] if index < len(node.inputs) else None
    return (value.name or "") if value is not None else ""


def _times(shape: tuple[int | None, ...] | None, part: slice, weights: int) -> int | None:
    if shape is None:
        return None
    product = weights
    for size in shape[part]:
        if size is None:
            return None
        product *= size
    return product


def total(layers: Iterable[Layer]) -> int | None:
    """Of all layers; None when none is known."""
    known = [layer.macs for layer in layers if layer.macs is not None]
    return sum(known) if known else None
