"""Replacement of one node by a chain of smaller nodes, for a weight in factors."""

import ast
from collections.abc import Callable, Sequence

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.encodings.encoding import Encoding, Piece

SCOPES = ("pkg.torch.onnx.name_scopes", "pkg.torch.onnx.class_hierarchy")
DEFAULTS = {"strides": 1, "pads": 0, "dilations": 1}


def piece_name(name: str, index: int) -> str:
    """Return the name of a factor of the weight `name`: head.weight -> head.0.weight."""
    module, dot, last = name.rpartition(".")
    return f"{module}.{index}.{last}" if dot else f"{name}.{index}"


def tensors(encoding: Encoding, name: str) -> list[tuple[str, Encoding]]:
    """Return the tensors of an encoding, each with the name of its value."""
    if encoding.factors is not None:
        pieces = encoding.factors.pieces
        return [(piece_name(name, index), piece.encoding) for index, piece in enumerate(pieces)]
    return [(name if encoding.scaled is None else f"{name}.scaled", encoding.tensor)]


def refusal(node: ir.Node, weight_input: int, shape: Sequence[int], out_axis: int) -> str | None:
    """Return the reason why this node cannot become a chain, or None."""
    match node.op_type, weight_input:
        case "Conv", 1:
            return None
        case "MatMul", _ if len(shape) == 2 and out_axis == (1 if weight_input == 1 else 0):
            return None
        case "Gemm", 1 if out_axis == (0 if _int(node, "transB") else 1):
            return None
        case "Gather", 0 if len(shape) == 2 and out_axis == 1 and _int(node, "axis") == 0:
            return None
    return Message("{op} cannot be written as a chain of layers.", op=node.op_type)


def replace(
    graph: ir.Graph,
    node: ir.Node,
    weight_input: int,
    weights: Sequence[ir.Value],
    pieces: Sequence[Piece],
    free_node: Callable[[str], str],
    free_value: Callable[[str], str],
) -> list[ir.Node]:
    """Replace a node by a chain: one layer for each piece, reading its weight from `weights`.

    The output of the last node keeps the name of the replaced one, and it takes the bias. See `refusal` for
    requirements. `free_node` and `free_value` make a name unique among nodes and among values.
    """
    output = node.outputs[0]
    match node.op_type:
        case "Conv":
            nodes = _convolutions(node, weights, pieces)
        case "Gather":
            nodes = _embedding(node, weights)
        case "Gemm":
            nodes = _gemm(node, weights)
        case "MatMul" if weight_input == 1:
            nodes = _products(node.inputs[0], weights)
        case _:
            nodes = _left_products(node.inputs[1], weights)
    _name(nodes, node, free_node, free_value)
    graph.insert_before(node, nodes)
    new = nodes[-1].outputs[0]
    new.name, new.type, new.shape = output.name, output.type, output.shape
    output.replace_all_uses_with(new, replace_graph_outputs=True)
    graph.remove(node, safe=True)
    return nodes


def _convolutions(node: ir.Node, weights: Sequence[ir.Value], pieces: Sequence[Piece]) -> list[ir.Node]:
    value, nodes = node.inputs[0], []
    for weight, piece in zip(weights, pieces, strict=True):
        inputs = [value, weight]
        if weight is weights[-1] and len(node.inputs) > 2:
            inputs.append(node.inputs[2])
        nodes.append(ir.Node("", "Conv", inputs, _conv_attributes(node, piece)))
        value = nodes[-1].outputs[0]
    return nodes


def _conv_attributes(node: ir.Node, piece: Piece) -> list[ir.Attr]:
    """Return the attributes of one convolution of a chain, without defaults; the kernel's shape is that of the
    weight."""
    found: dict[str, tuple[int, ...] | int] = {}
    if piece.inherit:
        found = {name: tuple(node.attributes[name].as_ints()) for name in DEFAULTS if name in node.attributes}
    found |= piece.attributes
    kept = [
        ir.AttrInt64(name, value) if isinstance(value, int) else ir.AttrInt64s(name, value)
        for name, value in found.items()
        if value != 1 and value != (DEFAULTS.get(name),) * np.size(value)
    ]
    automatic = node.attributes.get("auto_pad")
    if piece.inherit and automatic is not None and automatic.as_string() != "NOTSET":
        kept = [attribute for attribute in kept if attribute.name != "pads"] + [automatic]
    return kept


def _embedding(node: ir.Node, weights: Sequence[ir.Value]) -> list[ir.Node]:
    first = ir.Node("", "Gather", [weights[0], node.inputs[1]], list(node.attributes.values()))
    return [first, *_products(first.outputs[0], weights[1:])]


def _gemm(node: ir.Node, weights: Sequence[ir.Value]) -> list[ir.Node]:
    """Return nodes for alpha A' B + beta C: the last piece keeps alpha, beta and C."""
    value, nodes = node.inputs[0], []
    if _int(node, "transA"):
        nodes.append(ir.Node("", "Transpose", [value]))
        value = nodes[0].outputs[0]
    nodes += _products(value, weights[:-1])
    scales = [attribute for name in ("alpha", "beta") if (attribute := node.attributes.get(name)) is not None]
    return [*nodes, ir.Node("", "Gemm", [nodes[-1].outputs[0], weights[-1], *node.inputs[2:]], scales)]


def _products(value: ir.Value | None, weights: Sequence[ir.Value]) -> list[ir.Node]:
    """Return nodes for x P0 P1 ..."""
    nodes: list[ir.Node] = []
    for weight in weights:
        nodes.append(ir.Node("", "MatMul", [value, weight]))
        value = nodes[-1].outputs[0]
    return nodes


def _left_products(value: ir.Value | None, weights: Sequence[ir.Value]) -> list[ir.Node]:
    """Return nodes for ... P1' P0' x; the runtime folds the transposes when it loads the file."""
    nodes: list[ir.Node] = []
    for weight in weights:
        nodes.append(ir.Node("", "Transpose", [weight], [ir.AttrInt64s("perm", [1, 0])]))
        nodes.append(ir.Node("", "MatMul", [nodes[-1].outputs[0], value]))
        value = nodes[-1].outputs[0]
    return nodes


def _name(
    nodes: Sequence[ir.Node], node: ir.Node, free_node: Callable[[str], str], free_value: Callable[[str], str]
) -> None:
    """Name the nodes and module scopes after the replaced node, with a number appended."""
    for index, new in enumerate(nodes):
        new.name = free_node(f"{node.name}.{index}") if node.name else ""
        if new is not nodes[-1]:
            new.outputs[0].name = free_value(f"{node.outputs[0].name}.{index}")
        for key, value in node.metadata_props.items():
            new.metadata_props[key] = _scoped(value, index) if key in SCOPES[:1] else value


def _scoped(scopes: str, index: int) -> str:
    """Return ['', 'head', 'linear'] as ['', 'head.0', 'linear']: the chain looks like a sequence of modules."""
    try:
        parts = ast.literal_eval(scopes)
    except (ValueError, SyntaxError):
        return scopes
    if not isinstance(parts, list) or len(parts) < 2:
        return scopes
    parts[-2] = f"{parts[-2]}.{index}"
    return repr(parts)


def _int(node: ir.Node, name: str, default: int = 0) -> int:
    attribute = node.attributes.get(name)
    return int(np.asarray(attribute.value)) if attribute is not None else default
