"""Multiply-accumulates (MACs) of layers and of products of activations, for one sample, from shapes."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from math import prod

import numpy as np
import onnx_ir as ir

from workbench.core.layer_data.layer import InputSpec, Layer
from workbench.graph.model.operators import transposes_input, weights_of
from workbench.graph.onnx import runtime, shapes

log = logging.getLogger(__name__)
Shapes = Mapping[str, shapes.Known]
CONVOLUTIONS = ("Conv", "ConvInteger", "QLinearConv", "FusedConv", "NhwcFusedConv", "NhwcConv")
# Includes ONNX Runtime's own operators, which its optimiser leaves in files.
PRODUCTS = (
    "MatMul",
    "Gemm",
    "MatMulInteger",
    "QLinearMatMul",
    "FusedMatMul",
    "FusedGemm",
    "TransposeMatMul",
    "FusedMatMulActivation",
    "MatMulNBits",
    "MatMulIntegerToFloat",
    "DynamicQuantizeMatMul",
    "QGemm",
)
ATTENTION = ("Attention", "MultiHeadAttention", "GroupQueryAttention")
MULTIPLYING = (*CONVOLUTIONS, *PRODUCTS, "ConvTranspose", "Einsum")
COUNTED = (*MULTIPLYING, *ATTENTION, "LSTM", "GRU", "RNN", "DynamicQuantizeLSTM")


def sample_shapes(model: ir.Model) -> Shapes:
    """Return the shapes of all values with one sample in the batch, if the graph leaves the batch size free.

    Other free dimensions have the sizes recorded by shapes.settled. If inference does not reach an operator whose MACs
    are counted, the model is run on such a sample.
    """
    known = shapes.infer(model, batch=1)
    sizes = model.graph.meta.get(shapes.SIZES)
    read = (value for node in model.graph if node.op_type in COUNTED for value in (*node.inputs[:2], *node.outputs[:1]))
    missing = _unknown(read, known)
    if not missing or not sizes:
        return known
    every = _unknown((value for node in model.graph for value in node.outputs), known)  # in the same run
    return {**known, **(_observed(model, every, sizes, known) or _observed(model, missing, sizes, known))}


def _unknown(values: Iterable[ir.Value | None], known: Shapes) -> set[str]:
    """Return the names of computed values whose shape inference did not find."""
    return {
        value.name
        for value in values
        if value is not None and value.name and value.producer() and None in (_shape(known, value) or (None,))
    }


def _observed(
    model: ir.Model, names: set[str], sizes: Mapping[str, Sequence[int]], known: Shapes
) -> dict[str, shapes.Known]:
    """Return the shapes of these values in a run on random inputs of these sizes; empty if the run fails."""
    copy = model.clone()
    values = [value for node in copy.graph for value in node.outputs if value.name in names]
    for value in values:  # the runtime infers other types, but not the output of an If
        dtype = known[value.name or ""].dtype if value.name in known else None
        maker = value.producer()
        inside = maker is not None and maker.op_type in ("If", "Loop", "Scan")
        value.type = value.type or (ir.TensorType(dtype or ir.DataType.FLOAT) if dtype or inside else None)
    copy.graph.outputs.clear()
    copy.graph.outputs.extend(values)
    specs = [
        InputSpec(value.name or "", shapes.dtype_name(value), tuple(sizes[value.name or ""]))
        for value in copy.graph.inputs
        if value.name in sizes
    ]
    try:
        found = runtime.run(runtime.session(copy, threads=1), runtime.random_feeds(specs))
    except Exception as error:  # unknown sizes must not prevent opening a model
        log.info("sizes of one sample: %s", error)
        return {}
    return {
        value.name or "": shapes.Known(value.dtype, tuple(array.shape))
        for value, array in zip(values, found, strict=True)
        if isinstance(array, np.ndarray)
    }


def fixed_batch(model: ir.Model) -> int:
    """Return the batch size if the graph fixes it, which is then the first size of all inputs and outputs; else 1."""
    if model.graph.meta.get(shapes.ALONE):
        return 1
    sizes = {
        value.shape[0] if value.shape is not None and len(value.shape) else None
        for value in (*model.graph.inputs, *model.graph.outputs)
        if value.name not in model.graph.initializers
    }
    size = sizes.pop() if len(sizes) == 1 else None
    return size if isinstance(size, int) and size > 0 else 1


def macs(node: ir.Node, weight_input: int, weight_shape: Sequence[int], known: Shapes) -> int | None:
    """Return the multiply-accumulates of a node that multiplies by a weight; None if the shapes are not known.

    A convolution uses its weights once for each output position, a transposed one for each input position, a matrix
    product once for each row, a recurrent layer once for each step. Biases and lookups in an embedding count nothing.
    """
    weights = prod(weight_shape)
    output = _shape(known, node.outputs[0])
    if node.op_type in CONVOLUTIONS:
        return _times(weights, _part(output, 0, 1), _part(output, 2))
    if node.op_type in PRODUCTS:
        if node.op_type == "MatMul" and weight_input == 0:
            return _times(weights, _part(output, 0, -2), _part(output, -1))
        return _times(weights, _part(output, 0, -1))
    match node.op_type:
        case "ConvTranspose":
            data = _shape(known, node.inputs[0])
            return _times(weights, _part(data, 0, 1), _part(data, 2))
        case "Gather":
            return 0
        case "LSTM" | "GRU" | "RNN" | "DynamicQuantizeLSTM":
            return _times(weights, _part(_shape(known, node.inputs[0]), 0, 2))
    return None


def chain_macs(layer: Layer, shapes: Iterable[Sequence[int]]) -> int | None:
    """Return the MACs of a layer replaced by a chain of layers with weights of these shapes.

    The factors of a convolution run at the positions of their input: along each axis, at those of the convolution's
    output from the factor on that holds the kernel of that axis, and at those of its input before.
    """
    if layer.macs is None:
        return None
    counts = [(tuple(shape[2:]), prod(shape)) for shape in shapes]
    if not layer.sizes:
        return round(layer.macs * sum(count for _, count in counts) / layer.count)
    taken = 0
    for sizes, behind in layer.sizes:
        for kernel, count in counts:
            whole = kernel == layer.shape[2:]
            sizes = tuple(
                new if whole or width > 1 else old for old, new, width in zip(sizes, behind, kernel, strict=True)
            )
            taken += count * prod(sizes)
    whole_layer = layer.count * sum(prod(behind) for _, behind in layer.sizes)
    return round(layer.macs * taken / whole_layer) if whole_layer else 0


def sizes(node: ir.Node, known: Shapes) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return the spatial sizes of a convolution's input and output; None if one is not known."""
    data, output = (_shape(known, value) for value in (node.inputs[0], node.outputs[0]))
    before, behind = (tuple(size for size in _part(shape, 2) if size is not None) for shape in (data, output))
    rank = 0 if data is None or output is None else len(data) - 2
    return (before, behind) if rank > 0 and len(before) == len(behind) == rank else None


def macs_between_layers(model: ir.Model, known: Shapes) -> int | None:
    """Return the MACs that no layer counts: products of activations with each other, as in attention, and with
    constants whose operators or shapes make them no layers; None if a size is not known."""
    counts = [_product(node, known) for node in _of_no_layer(model.graph)]
    found = [count for count in counts if count is not None]
    return sum(found) // fixed_batch(model) if len(found) == len(counts) else None


def _of_no_layer(graph: ir.Graph) -> Iterable[ir.Node]:
    active = {value for value in graph.inputs if not value.is_initializer()}
    for node in graph:
        read = [value for value in node.inputs if value in active]
        if read:
            active.update(node.outputs)
        if node.op_type in ATTENTION or (
            read
            and node.op_type in MULTIPLYING
            and not any(weights_of(node))
            and all(value in active or (value is not None and value.is_initializer()) for value in node.inputs[:2])
        ):
            yield node


def _product(node: ir.Node, known: Shapes) -> int | None:
    first, second = (_shape(known, value) for value in node.inputs[:2])
    if node.op_type in (*CONVOLUTIONS, "ConvTranspose"):
        weight = _shape(known, node.inputs[3]) if node.op_type == "QLinearConv" else second
        return None if weight is None or None in weight else macs(node, 1, [size or 0 for size in weight], known)
    if node.op_type == "Einsum":
        return _einsum(node.attributes["equation"].as_string(), [_shape(known, value) for value in node.inputs])
    if node.op_type in ATTENTION:
        return _attention(node, first, second)
    turned = transposes_input(node)
    inner = _part(first, -2 if turned else -1, -1 if turned else None)
    return _times(1, _part(_shape(known, node.outputs[0]), 0), inner)


def _einsum(equation: str, given: Sequence[Sequence[int | None] | None]) -> int | None:
    """Return the product of the sizes of all letters; None for an ellipsis."""
    sizes: dict[str, int | None] = {}
    for letters, shape in zip(equation.replace(" ", "").partition("->")[0].split(","), given, strict=True):
        if shape is None or len(letters) != len(shape):
            return None
        sizes |= dict(zip(letters, shape, strict=True))
    return _times(1, tuple(sizes.values()))


def _attention(node: ir.Node, query: Sequence[int | None] | None, key: Sequence[int | None] | None) -> int | None:
    """Return the MACs of scores and weighted sums: twice rows x columns x width. The fused operator that includes its
    projections, with a weight [width, 3 x width] as second input, counts these too."""
    if query is None or key is None or len(query) not in (3, 4):
        return None
    if node.op_type == "Attention" and node.domain == "com.microsoft":
        rows, width = query[1], query[2]
        projected = _times(1, query, (key[-1],))
        scores = _times(2, (query[0], rows, rows, width))
        return None if projected is None or scores is None else projected + scores
    wide = query[2:] if len(query) == 3 else (query[1], query[3])
    return _times(2, (query[0], query[-2], key[-2]), wide)


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
    """Return the sum over all layers; None if any is unknown, because a partial sum would look complete."""
    counts = [layer.macs for layer in layers]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None
