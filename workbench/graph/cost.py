"""Multiply-accumulates (MACs) of each layer for one sample, from shapes."""

from collections.abc import Iterable, Mapping, Sequence
from math import prod

import onnx_ir as ir

from workbench.core.layer import Layer
from workbench.graph import shapes

Shapes = Mapping[str, shapes.Known]


def of_one_sample(model: ir.Model) -> Shapes:
    """Shapes of every value with one sample in the batch, where the graph leaves the batch free."""
    return shapes.infer(model, batch=1)


def fixed_batch(model: ir.Model) -> int:
    """The number of samples in a batch where the graph fixes it: the first size of all inputs and outputs; else 1."""
    sizes = {value.shape[0] if value.shape is not None and len(value.shape) else None
             for value in (*model.graph.inputs, *model.graph.outputs) if value.name not in model.graph.initializers}
    size = sizes.pop() if len(sizes) == 1 else None
    return size if isinstance(size, int) and size > 0 else 1


def macs(node: ir.Node, weight_input: int, weight_shape: Sequence[int], known: Shapes) -> int | None:
    """Multiply-accumulates of a node that multiplies with a weight; None where the shapes it needs are not known.

    A convolution takes its weights once for each output position, a transposed one for each input position, a product
    once for each row, a recurrent layer once for each step. Biases, and gathering from an embedding, count nothing.
    """
    weights = prod(weight_shape)
    output = _shape(known, node.outputs[0])
    match node.op_type:
        case "Conv" | "ConvInteger" | "QLinearConv":
            return _times(weights, _part(output, 0, 1), _part(output, 2))
        case "ConvTranspose":
            data = _shape(known, node.inputs[0])
            return _times(weights, _part(data, 0, 1), _part(data, 2))
        case "Gemm" | "MatMul" | "MatMulInteger" | "QLinearMatMul":
            if node.op_type == "MatMul" and weight_input == 0:
                return _times(weights, _part(output, 0, -2), _part(output, -1))
            return _times(weights, _part(output, 0, -1))
        case "Gather":
            return 0
        case "LSTM" | "GRU" | "RNN" | "DynamicQuantizeLSTM":
            return _times(weights, _part(_shape(known, node.inputs[0]), 0, 2))
    return None


def _shape(known: Shapes, value: ir.Value | None) -> Sequence[int | None] | None:
    found = known.get(value.name or "") if value is not None else None
    return found.shape if found is not None else None


def _part(shape: Sequence[int | None] | None, start: int, stop: int | None = None) -> Sequence[int | None]:
    return (None,) if shape is None else shape[start:stop]


def _times(weights: int, *parts: Sequence[int | None]) -> int | None:
    product = weights
    for size in (size for part in parts for size in part):
        if size is None:
            return None
        product *= size
    return product


def total(layers: Iterable[Layer]) -> int | None:
    """Of all layers; None when it is not known of each, for a sum that leaves some out would look like the whole."""
    counts = [layer.macs for layer in layers]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None
