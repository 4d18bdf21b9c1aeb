"""Fold BatchNormalization into the layer before it.

In inference it is y = gamma (x - mean) / sqrt(var + epsilon) + beta, a scale and a shift of each channel, so
W' = W * s and b' = (b - mean) * s + beta with s = gamma / sqrt(var + epsilon)
(Ioffe and Szegedy 2015, algorithm 2; Jacob et al. 2018, section 3.2).
"""

import numpy as np
import onnx_ir as ir

# Operator -> axis of the weight that counts output channels. A grouped ConvTranspose counts them within each group.
CHANNELS = {"Conv": 0, "ConvTranspose": 1, "Gemm": None}


def fold(graph: ir.Graph) -> tuple[int, list[str]]:
    """Fold what can be, in place. How many were folded, and for each that was not, why."""
    folded, left = 0, []
    for node in list(graph):
        if node.op_type != "BatchNormalization":
            continue
        reason = _fold(graph, node)
        if reason:
            left.append(f"{node.name}: {reason}")
        else:
            folded += 1
    return folded, left


def _fold(graph: ir.Graph, norm: ir.Node) -> str:
    """Fold one; why not, when it cannot be."""
    source = norm.inputs[0]
    layer = source.producer() if source is not None else None
    reason = _refuse(norm, source, layer)
    if reason:
        return reason
    assert layer is not None and source is not None
    gamma, beta, mean, variance = (_values(norm.inputs[index]) for index in (1, 2, 3, 4))
    epsilon = norm.attributes["epsilon"].as_float() if "epsilon" in norm.attributes else 1e-5
    scale = gamma / np.sqrt(variance + epsilon)
    weight = layer.inputs[1]
    axis = _axis(layer)
    assert weight is not None
    shape = [1] * len(weight.const_value.shape)  # type: ignore[union-attr, arg-type]
    shape[axis] = -1
    old = layer.inputs[2] if len(layer.inputs) > 2 else None
    bias = np.zeros_like(mean) if old is None else _values(old)
    _set(graph, layer, 1, weight.name or "weight", _values(weight) * scale.reshape(shape))
    name = old.name if old is not None else f"{(weight.name or 'layer').removesuffix('.weight')}.bias"
    _set(graph, layer, 2, name or "bias", (bias - mean) * scale + beta)
    source.name, norm.outputs[0].name = norm.outputs[0].name, source.name
    norm.outputs[0].replace_all_uses_with(source, replace_graph_outputs=True)
    graph.remove(norm, safe=True)
    return ""


def _refuse(norm: ir.Node, source: ir.Value | None, layer: ir.Node | None) -> str:
    if layer is None or layer.op_type not in CHANNELS:
        before = layer.op_type if layer is not None else "a model input"
        return f"it follows {before}, not a convolution or a linear layer"
    assert source is not None
    if len(source.uses()) > 1 or source.is_graph_output():
        return "something else reads what it normalises"
    if "training_mode" in norm.attributes and norm.attributes["training_mode"].as_int():
        return "it is in training mode"
    used = [value for value in norm.outputs[1:] if value.uses()]
    constants = [*norm.inputs[1:5], *layer.inputs[1:3]]
    if used or any(value is not None and not value.is_initializer() for value in constants):
        return "its parameters are computed, not constant"
    weight = layer.inputs[1]
    assert weight is not None
    if len(weight.uses()) > 1:
        return "another layer shares the weight"
    if weight.const_value is None or weight.const_value.dtype != ir.DataType.FLOAT:
        return "the weight is not float32"
    if layer.op_type == "ConvTranspose" and "group" in layer.attributes and layer.attributes["group"].as_int() > 1:
        return "the transposed convolution is grouped"
    if layer.op_type == "Gemm" and any(name in layer.attributes and layer.attributes[name].as_float() != 1.0
                                       for name in ("alpha", "beta")):
        return "the linear layer is scaled"
    return ""


def _axis(layer: ir.Node) -> int:
    if layer.op_type == "Gemm":
        return 0 if "transB" in layer.attributes and layer.attributes["transB"].as_int() else 1
    return 0 if layer.op_type == "Conv" else 1


def _values(value: ir.Value | None) -> np.ndarray:
    assert value is not None and value.const_value is not None
    return np.asarray(value.const_value.numpy(), dtype=np.float64)


def _set(graph: ir.Graph, node: ir.Node, index: int, name: str, values: np.ndarray) -> None:
    """Give a node a new constant in place of an input; the old initialiser goes when nobody else reads it."""
    old = node.inputs[index] if index < len(node.inputs) else None
    if old is not None and len(old.uses()) == 1:
        graph.initializers.pop(old.name or "", None)
        if old in graph.inputs:
            graph.inputs.remove(old)
    while name in graph.initializers:
        name += "_"
    new = ir.Value(name=name, const_value=ir.Tensor(values.astype(np.float32), name=name))
    graph.initializers.add(new)
    if index >= len(node.inputs):
        node.resize_inputs(index + 1)
    node.replace_input_with(index, new)
