"""Folding of operators that only move or widen a constant, so that methods find the weight itself.

Only exact operators: Identity, Transpose, Reshape, Flatten, Squeeze, Unsqueeze, Cast from float16, bfloat16 or double
to float32, and Slice and Concat if they only reorder a weight (the gates of an LSTM from torch). A weight that is read
in several forms (a tied embedding: gathered as it is, multiplied transposed) stays one tensor.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np
import onnx_ir as ir

from workbench.graph.model.settings import INPUTS, setting
from workbench.graph.onnx import names
from workbench.graph.prepare.origin import Origin, note, permuted, put_together

# A constant up to this size may be stored twice if it is read in two forms: shapes, axes, scalars.
SMALL = 64
# Types whose cast to float32 is the same in every runtime: widened, or rounded to nearest.
CAST = (ir.DataType.FLOAT16, ir.DataType.BFLOAT16, ir.DataType.DOUBLE)


def compute(model: ir.Model) -> tuple[int, int, int]:
    """Fold in place. Returns the number of folded operators, of weights not folded because they are used in several
    forms, and of added bytes."""
    graph = model.graph
    taken = names.value_names(graph)
    computed, left, grown = _reorder(graph), set(), 0
    queue = list(graph.initializers.values())
    while queue:
        value = queue.pop()
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
            array = np.ascontiguousarray(MOVES[nodes[0].op_type](nodes[0], _arrays(nodes[0])))
            name = value.name if alone else names.unique(f"{value.name}_{nodes[0].op_type.lower()}", taken)
            if alone and nodes[0].op_type != "Cast":
                before = tuple(tensor.shape.numpy())
                note(graph, str(name), _way_back(nodes[0], array, before), before)
            queue.append(_replace(graph, nodes, str(name), array, value if alone else None))
            grown += max(0, array.nbytes - tensor.nbytes) if nodes[0].op_type == "Cast" else 0
            computed += len(nodes)
    return computed, len(left), grown


def _reorder(graph: ir.Graph) -> int:
    """Fold each Concat of parts of constants that nothing else reads; return how many operators that removed."""
    count = 0
    for node in list(graph):
        inside = _expression(node) if node.op_type == "Concat" else None
        if inside is None or node.outputs[0].is_graph_output():
            continue
        read = {
            value
            for part in inside
            for value in part.inputs
            if value is not None and value.is_initializer() and value.const_value is not None
        }
        large = [value for value in read if value.const_value is not None and value.const_value.size > SMALL]
        closed = all(use.node in inside for value in large for use in value.uses())
        if not large or not closed or any(value.is_graph_output() for value in large):
            continue
        array = np.ascontiguousarray(_evaluate(node.outputs[0]))
        name = max(large, key=lambda value: value.const_value.size if value.const_value else 0).name or "weight"
        origin = _origin(node.outputs[0], array, large) if len(large) == len(_floats(read)) else None
        if origin is not None:
            note(graph, name, origin, array.shape)
        for value in large:
            del graph.initializers[value.name or ""]
            value.name = names.free(f"{value.name}__before", graph)
        _replace(graph, [node], name, array, None)
        for part in reversed([part for part in inside if part is not node]):
            graph.remove(part, safe=True)
        count += len(inside)
    return count


def _expression(node: ir.Node) -> list[ir.Node] | None:
    """Return a Concat and the moves before it, inputs first; None if they read more than constants or have other
    readers."""
    found: list[ir.Node] = []
    for value in node.inputs:
        made = value.producer() if value is not None else None
        if value is None or (made is None and not value.is_initializer()):
            return None
        if made is None:
            continue
        if made.op_type not in (*MOVES, "Slice", "Identity") or made.op_type == "Cast" or len(value.uses()) > 1:
            return None
        if any(setting(made, name).computed for name in INPUTS.get(made.op_type, ())):
            return None
        before = _expression(made)
        if before is None:
            return None
        found += [part for part in before if part not in found]
    return [*found, node]


def _way_back(node: ir.Node, array: np.ndarray, before: tuple[int, ...]) -> Origin:
    if node.op_type != "Transpose":
        return Origin(before)
    axes = node.attributes["perm"].as_ints() if "perm" in node.attributes else range(array.ndim)[::-1]
    return permuted(array, tuple(axes))


def _floats(read: Iterable[ir.Value]) -> list[ir.Value]:
    return [value for value in read if value.const_value is not None and value.const_value.dtype.is_floating_point()]


def _origin(made: ir.Value | None, array: np.ndarray, sources: list[ir.Value]) -> Origin | None:
    """Return the way back from rows of weights that were put together, such as the gates of an LSTM: the same moves
    are applied to the numbers of the rows."""
    held = {str(value.name): value.const_value.numpy() for value in sources if value.const_value is not None}
    numbers, start = {}, 0
    for value in sources:
        source = held[str(value.name)]
        numbers[value] = np.arange(start, start + len(source)).reshape(-1, *(1 for _ in source.shape[1:]))
        start += len(source)
    try:
        return put_together(array, _evaluate(made, numbers), held)
    except (ValueError, IndexError):  # moves that take columns apart
        return None


def _evaluate(value: ir.Value | None, given: Mapping[ir.Value, np.ndarray] = MappingProxyType({})) -> np.ndarray:
    """Return a constant, or the result of moves applied to constants; `given` replaces some."""
    assert value is not None
    node = value.producer()
    if value in given:
        return given[value]
    if node is None:
        assert value.const_value is not None
        return value.const_value.numpy()
    arrays = [_evaluate(read, given) for read in node.inputs if read is not None]
    match node.op_type:
        case "Concat":
            return np.concatenate(arrays, axis=node.attributes["axis"].as_int())
        case "Slice":
            return _sliced(node, arrays[0])
        case "Identity":
            return arrays[0]
    return MOVES[node.op_type](node, arrays)


def _sliced(node: ir.Node, array: np.ndarray) -> np.ndarray:
    starts, ends, axes, steps = (setting(node, name).integers for name in ("starts", "ends", "axes", "steps"))
    starts, ends = starts or [], ends or []
    chosen = [slice(None)] * array.ndim
    for start, end, axis, step in zip(
        starts, ends, axes or range(len(starts)), steps or [1] * len(starts), strict=True
    ):
        chosen[axis] = slice(start, end if step > 0 or end >= -array.shape[axis] else None, step)
    return array[tuple(chosen)]


def _drop_identities(value: ir.Value) -> int:
    """Let the readers of Identities of the value, and of Identities of these, read the value; return how many were
    removed."""
    count = 0
    while found := [
        use.node
        for use in value.uses()
        if use.node.op_type == "Identity" and not use.node.outputs[0].is_graph_output() and use.node.graph is not None
    ]:
        for node in found:
            node.outputs[0].replace_all_uses_with(value)
            assert node.graph is not None
            node.graph.remove(node, safe=True)
        count += len(found)
    return count


def _forms(value: ir.Value) -> dict[object, list[ir.Node]]:
    """Return the operators that move or widen the value, grouped by their effect."""
    forms: dict[object, list[ir.Node]] = {}
    for node, index in value.uses():
        if index == 0 and (key := _key(node)) is not None:
            forms.setdefault(key, []).append(node)
    return forms


def _key(node: ir.Node) -> object:
    """Return the effect of an operator on its constant, as a key; None if it is not in MOVES or not exact."""
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
        if not (data.const_value.dtype in CAST and to == ir.DataType.FLOAT) and data.const_value.dtype != to:
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
    """Replace the output of the nodes by a new initialiser, which takes the name of the old one."""
    if old is not None:
        del graph.initializers[name]
        old.name = names.free(f"{name}__before", graph)
    new = ir.Value(name=name, const_value=ir.Tensor(array, name=name))
    graph.initializers.add(new)
    for node in nodes:
        node.outputs[0].replace_all_uses_with(new)
        assert node.graph is not None
        node.graph.remove(node, safe=True)
    return new


def _axes(node: ir.Node) -> tuple[int, ...] | None:
    axes = setting(node, "axes").integers
    return None if axes is None else tuple(axes)


def _reshape(node: ir.Node, arrays: list[np.ndarray]) -> np.ndarray:
    literal = "allowzero" in node.attributes and node.attributes["allowzero"].as_int()
    return arrays[0].reshape(
        [arrays[0].shape[index] if size == 0 and not literal else int(size) for index, size in enumerate(arrays[1])]
    )


def _flatten(node: ir.Node, arrays: list[np.ndarray]) -> np.ndarray:
    axis = node.attributes["axis"].as_int() if "axis" in node.attributes else 1
    shape = arrays[0].shape
    axis = axis if axis >= 0 else axis + len(shape)
    return arrays[0].reshape(int(np.prod(shape[:axis])), -1)


MOVES: dict[str, Callable[[ir.Node, list[np.ndarray]], np.ndarray]] = {
    "Transpose": lambda node, arrays: arrays[0].transpose(
        node.attributes["perm"].as_ints() if "perm" in node.attributes else None
    ),
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Squeeze": lambda node, arrays: arrays[0].squeeze(_axes(node)),
    "Unsqueeze": lambda node, arrays: np.expand_dims(arrays[0], _axes(node) or ()),
    "Cast": lambda node, arrays: arrays[0].astype(ir.DataType(node.attributes["to"].as_int()).numpy()),
}
