"""Operators that only move or widen a constant are computed once, so that methods find the weight itself.

Only what is exact: Identity, Transpose, Reshape, Flatten, Squeeze, Unsqueeze, and Cast from float16 or bfloat16 to
float32. A weight that is read in several forms (a tied embedding: gathered as it is, multiplied transposed)
stays one tensor.
"""

from collections.abc import Callable

import numpy as np
import onnx_ir as ir

from workbench.graph import names

# A constant this small may be stored twice when it is read in two forms: shapes, axes, scalars.
SMALL = 64
WIDENED = (ir.DataType.FLOAT16, ir.DataType.BFLOAT16)


def compute(model: ir.Model) -> tuple[int, int, int]:
    """In place: operators computed, weights left because they are read in several forms, bytes that widening added."""
    graph = model.graph
    taken = names.value_names(graph)
    computed, left, grown = 0, set(), 0
    queue = list(graph.initializers.values())
    while queue:
        value = queue.pop()
        before = computed
        computed += _drop_identities(value)
        forms = _forms(value)
        tensor = value.const_value
        if not forms or tensor is None or value.is_graph_output():
            continue
        readers = sum(len(nodes) for nodes in forms.values())
        alone = len(forms) == 1 and readers == len(value.uses())
        if not alone and tensor.size > SMALL:
            left.add(value.name)
            continue
        for nodes in forms.values():
            array = MOVES[nodes[0].op_type](nodes[0], _arrays(nodes[0]))
            name = value.name if alone else names.unique(f"{value.name}_{nodes[0].op_type.lower()}", taken)
            new = _replace(graph, nodes, str(name), np.ascontiguousarray(array), value if alone else None)
            grown += array.nbytes - tensor.nbytes if nodes[0].op_type == "Cast" else 0
            computed += len(nodes)
            queue.append(new)
        assert computed > before
    return computed, len(left), grown


def _drop_identities(value: ir.Value) -> int:
    """Readers of an Identity of the value read the value."""
    count = 0
    for node in {use.node for use in value.uses()}:
        if node.op_type == "Identity" and not node.outputs[0].is_graph_output() and node.graph is not None:
            node.outputs[0].replace_all_uses_with(value)
            node.graph.remove(node, safe=True)
            count += 1
    return count


def _forms(value: ir.Value) -> dict[object, list[ir.Node]]:
    """The operators that move or widen the value, those that do the same together."""
    forms: dict[object, list[ir.Node]] = {}
    for node, index in value.uses():
        if index == 0 and (key := _key(node)) is not None:
            forms.setdefault(key, []).append(node)
    return forms


def _key(node: ir.Node) -> object:
    """What an operator does to its constant; None when it is not one of MOVES, or not exact."""
    if node.op_type not in MOVES or node.domain not in ("", "ai.onnx") or node.outputs[0].is_graph_output():
        return None
    if any(value is None or not value.is_initializer() or value.const_value is None for value in node.inputs):
        return None
    data = node.inputs[0]
    assert data is not None and data.const_value is not None
    if data.const_value.dtype == ir.DataType.STRING:
        return None
    if node.op_type == "Cast":
        to = ir.DataType(node.attributes["to"].as_int())
        if not (data.const_value.dtype in WIDENED and to == ir.DataType.FLOAT) and data.const_value.dtype != to:
            return None
    try:
        MOVES[node.op_type](node, _arrays(node))
    except (ValueError, TypeError, KeyError, IndexError, np.exceptions.AxisError):
        return None
    attributes = tuple(sorted((name, repr(attribute.value)) for name, attribute in node.attributes.items()))
    return node.op_type, attributes, tuple(array.tobytes() for array in _arrays(node)[1:])


def _arrays(node: ir.Node) -> list[np.ndarray]:
    return [value.const_value.numpy() for value in node.inputs if value is not None and value.const_value is not None]


def _replace(graph: ir.Graph, nodes: list[ir.Node], name: str, array: np.ndarray, old: ir.Value | None) -> ir.Value:
    """A new initialiser in place of what the nodes yield; it takes the name of the one that it replaces."""
    if old is not None:
        del graph.initializers[name]
        old.name = f"{name}__before"
    new = ir.Value(name=name, const_value=ir.Tensor(array, name=name))
    graph.initializers.add(new)
    for node in nodes:
        node.outputs[0].replace_all_uses_with(new)
        assert node.graph is not None
        node.graph.remove(node, safe=True)
    return new


def _axes(node: ir.Node, arrays: list[np.ndarray]) -> tuple[int, ...] | None:
    if len(arrays) > 1:
        return tuple(int(axis) for axis in arrays[1])
    return tuple(node.attributes["axes"].as_ints()) if "axes" in node.attributes else None


def _reshape(node: ir.Node, arrays: list[np.ndarray]) -> np.ndarray:
    literal = "allowzero" in node.attributes and node.attributes["allowzero"].as_int()
    return arrays[0].reshape([arrays[0].shape[index] if size == 0 and not literal else int(size)
                              for index, size in enumerate(arrays[1])])


def _flatten(node: ir.Node, arrays: list[np.ndarray]) -> np.ndarray:
    axis = node.attributes["axis"].as_int() if "axis" in node.attributes else 1
    shape = arrays[0].shape
    axis = axis if axis >= 0 else axis + len(shape)
    return arrays[0].reshape(int(np.prod(shape[:axis])), -1)


MOVES: dict[str, Callable[[ir.Node, list[np.ndarray]], np.ndarray]] = {
    "Transpose": lambda node, arrays: arrays[0].transpose(
        node.attributes["perm"].as_ints() if "perm" in node.attributes else None),
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Squeeze": lambda node, arrays: arrays[0].squeeze(_axes(node, arrays)),
    "Unsqueeze": lambda node, arrays: np.expand_dims(arrays[0], _axes(node, arrays) or ()),
    "Cast": lambda node, arrays: arrays[0].astype(ir.DataType(node.attributes["to"].as_int()).numpy()),
}
