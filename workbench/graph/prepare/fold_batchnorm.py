"""Folding of BatchNormalization into the layer before it.

In inference it is y = gamma (x - mean) / sqrt(variance + epsilon) + beta: a scale and a shift of each channel. So with
s = gamma / sqrt(variance + epsilon) the layer before it takes W' = W s and b' = (b - mean) s + beta (Ioffe and Szegedy
2015, algorithm 2; Jacob et al. 2018, section 3.2). Computed in float64, stored in float32.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.model.operators import transposes_weight
from workbench.graph.onnx import names, shapes

CONVOLUTIONS = ("Conv", "ConvTranspose")
SCALE = Message("scale of its BatchNorm")


@dataclass(frozen=True)
class _Target:
    """The layer that a normalisation is folded into: its node, and the node that adds its bias (the same, or an
    Add)."""

    node: ir.Node
    adds: ir.Node | None

    @property
    def bias_index(self) -> int:
        """Index of the bias among the inputs of `adds`."""
        assert self.adds is not None
        if self.adds is self.node:
            return 2
        return 1 if self.adds.inputs[0] is self.node.outputs[0] else 0


def fold(model: ir.Model) -> tuple[int, list[str]]:
    """Fold normalisations in place. Returns how many were folded, and for each of the others the reason."""
    norms = [node for node in model.graph if node.op_type == "BatchNormalization"]
    known = shapes.infer(model) if norms else {}
    taken = names.value_names(model.graph) if norms else set()
    reasons = [_fold(model.graph, norm, known, taken) for norm in norms]
    return reasons.count(""), [reason for reason in reasons if reason]


def folded_scale(tensor: ir.TensorProtocol | None) -> np.ndarray | None:
    """Return |gamma| [output channels] of the normalisation that was folded into a weight; None if there was none."""
    return None if tensor is None else tensor.meta.get(SCALE)


def _fold(graph: ir.Graph, norm: ir.Node, known: dict[str, shapes.Known], taken: set[str]) -> str:
    """Fold one normalisation; return the reason if it cannot be folded, else "". `taken`: names of all values, in which
    new ones are entered."""
    target = _target(norm, known)
    if isinstance(target, str):
        return target
    gamma, beta, mean, variance = (_values(value) for value in norm.inputs[1:5])
    epsilon = norm.attributes["epsilon"].as_float() if "epsilon" in norm.attributes else 1e-5
    scale = gamma / np.sqrt(variance + epsilon)
    if not np.isfinite(scale).all() or scale.ndim != 1:
        return Message("its statistics are NaN or infinite")
    weight, node = target.node.inputs[1], target.node
    assert weight is not None
    scaled = _scaled(node, _values(weight), scale)
    _set(graph, node, 1, weight.name or "weight", scaled, taken).meta[SCALE] = np.abs(gamma)
    bias = _bias(target)
    shifted = ((0.0 if bias is None else _values(bias)) - mean) * scale + beta
    parameters = list(norm.inputs[1:5])
    if target.adds is None:  # a MatMul without bias: an Add replaces the normalisation
        _become_add(graph, norm, _name_of_bias(weight), shifted, taken)
    else:
        named = bias is not None and bias.name and not names.anonymous(bias.name)
        name = str(bias.name) if named and bias is not None else _name_of_bias(weight)
        _set(graph, target.adds, target.bias_index, name, shifted, taken)
        _bypass(graph, norm)
    for value in parameters:
        if value is not None and not value.uses() and not value.is_graph_output():
            graph.initializers.pop(value.name or "", None)
            taken.discard(value.name or "")
    return ""


def _target(norm: ir.Node, known: dict[str, shapes.Known]) -> _Target | str:
    """Return the layer that `norm` can be folded into, or the reason why there is none."""
    if "training_mode" in norm.attributes and norm.attributes["training_mode"].as_int():
        return Message("in training mode")
    if any(value.uses() or value.is_graph_output() for value in norm.outputs[1:]):
        return Message("its statistics have another reader")
    if any(not _constant(value) for value in norm.inputs[1:5]):
        return Message("its parameters are computed, not constant")
    source = norm.inputs[0]
    before = source.producer() if source is not None else None
    if before is None or source is None:
        return Message("its input is a model input")
    if _read_elsewhere(source):
        return Message("its input has another reader")
    adds: ir.Node | None = before
    layer: ir.Node | None = before
    if before.op_type == "Add":
        layer = next(
            (
                made
                for value in before.inputs
                if value is not None and (made := value.producer()) is not None and made.op_type == "MatMul"
            ),
            None,
        )
        if layer is not None and _read_elsewhere(layer.outputs[0]):
            return Message("its input has another reader")
    elif before.op_type == "MatMul":
        adds = None
    if layer is None or layer.op_type not in (*CONVOLUTIONS, "Gemm", "MatMul"):
        return Message("it follows {op}", op=before.op_type)
    target = _Target(layer, adds)
    return _refuse(target, known) or target


def _refuse(target: _Target, known: dict[str, shapes.Known]) -> str:
    node = target.node
    weight = node.inputs[1]
    if weight is None or not _constant(weight):
        return Message("the weight of the preceding layer is not constant")
    if len(weight.uses()) > 1 or weight.is_graph_output():
        return Message("the weight is shared with another layer")
    if not _is_float(weight):
        return Message("the weight of the preceding layer is not float32")
    bias = _bias(target)
    if bias is None:
        if target.adds is not None and len(target.adds.inputs) > 2 and target.adds.inputs[2] is not None:
            return Message("the bias of the preceding layer is not constant")
    elif not _is_float(bias):
        return Message("the bias of the preceding layer is not float32")
    if node.op_type == "Gemm" and any(
        name in node.attributes and node.attributes[name].as_float() != 1.0 for name in ("alpha", "beta")
    ):
        return Message("the preceding Gemm has alpha or beta other than 1")
    if node.op_type == "MatMul":
        # Channels are the second axis for a normalisation, the last one for a product: the same only for a matrix.
        product = known.get(node.outputs[0].name or "")
        if product is None or product.shape is None or len(product.shape) != 2:
            return Message("the output of the preceding MatMul is not known to be a matrix")
        if target.adds is not None and bias is None:
            return Message("the operand of the preceding Add is not constant")
    return ""


def _bias(target: _Target) -> ir.Value | None:
    """Return the constant that the layer adds, or None."""
    if target.adds is None or target.bias_index >= len(target.adds.inputs):
        return None
    value = target.adds.inputs[target.bias_index]
    return value if value is not None and _constant(value) else None


def _constant(value: ir.Value | None) -> bool:
    return value is not None and value.is_initializer() and value.const_value is not None


def _is_float(value: ir.Value) -> bool:
    return value.const_value is not None and value.const_value.dtype == ir.DataType.FLOAT


def _read_elsewhere(value: ir.Value) -> bool:
    return len(value.uses()) > 1 or value.is_graph_output()


def _values(value: ir.Value | None) -> np.ndarray:
    assert value is not None and value.const_value is not None
    return np.asarray(value.const_value.numpy(), dtype=np.float64)


def _scaled(node: ir.Node, weight: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return the weight with each output channel multiplied by its scale."""
    match node.op_type:
        case "Conv":
            return weight * scale.reshape(-1, *[1] * (weight.ndim - 1))
        case "ConvTranspose":  # [in, out / groups, ...]: each group of inputs has separate outputs
            groups = node.attributes["group"].as_int() if "group" in node.attributes else 1
            split = weight.reshape(groups, weight.shape[0] // groups, *weight.shape[1:])
            return (split * scale.reshape(groups, 1, -1, *[1] * (weight.ndim - 2))).reshape(weight.shape)
        case "Gemm" if transposes_weight(node):
            return weight * scale[:, None]
    return weight * scale


def _name_of_bias(weight: ir.Value) -> str:
    return f"{(weight.name or 'layer').removesuffix('.weight')}.bias"


def _set(
    graph: ir.Graph, node: ir.Node, index: int, name: str, values: np.ndarray, taken: set[str]
) -> ir.TensorProtocol:
    """Set an input of a node to a new constant; the old initialiser is removed if it has no other reader."""
    old = node.inputs[index] if index < len(node.inputs) else None
    if old is not None and len(old.uses()) == 1:
        graph.initializers.pop(old.name or "", None)
        taken.discard(old.name or "")
        if old in graph.inputs:
            graph.inputs.remove(old)
    if index >= len(node.inputs):
        node.resize_inputs(index + 1)
    made = _initializer(graph, name, values, taken)
    node.replace_input_with(index, made)
    assert made.const_value is not None
    return made.const_value


def _initializer(graph: ir.Graph, name: str, values: np.ndarray, taken: set[str]) -> ir.Value:
    name = names.unique(name, taken)
    value = ir.Value(name=name, const_value=ir.Tensor(np.ascontiguousarray(values, dtype=np.float32), name=name))
    graph.initializers.add(value)
    return value


def _bypass(graph: ir.Graph, norm: ir.Node) -> None:
    """Remove the normalisation; the value before it takes over the name and type of its output."""
    source, output = norm.inputs[0], norm.outputs[0]
    assert source is not None
    source.name, output.name = output.name, source.name
    source.type, source.shape = output.type, output.shape
    output.replace_all_uses_with(source, replace_graph_outputs=True)
    graph.remove(norm, safe=True)


def _become_add(graph: ir.Graph, norm: ir.Node, name: str, shift: np.ndarray, taken: set[str]) -> None:
    output = norm.outputs[0]
    bias = _initializer(graph, name, shift, taken)
    add = ir.Node("", "Add", [norm.inputs[0], bias], name=norm.name, metadata_props=dict(norm.metadata_props))
    total = add.outputs[0]
    total.name, total.type, total.shape = output.name, output.type, output.shape
    output.name = names.unique(f"{output.name}__normalised", taken)
    output.replace_all_uses_with(total, replace_graph_outputs=True)
    graph.insert_after(norm, add)
    graph.remove(norm, safe=True)
