"""Fusion of hard swish and hard sigmoid that an exporter wrote as several operators.

Howard et al. 2019, Searching for MobileNetV3, section 5.2: hard swish is x relu6(x + 3) / 6, the product of x and its
hard sigmoid. The runtime fuses these operators with the convolution before them, but not their parts. Outputs differ by
float rounding.
"""

import math
from collections.abc import Iterator

import onnx_ir as ir

from workbench.graph.model.operators import constant
from workbench.graph.model.settings import setting
from workbench.graph.onnx import names

SWISH_SINCE = 14  # the opset that has HardSwish
SIXTH = (ir.AttrFloat32("alpha", 1 / 6), ir.AttrFloat32("beta", 0.5))


def fuse(model: ir.Model) -> int:
    """Fuse in place; return how many there were."""
    graph, count = model.graph, 0
    taken = names.value_names(graph)
    swish = model.opset_imports.get("", 1) >= SWISH_SINCE
    for node in list(graph):
        x, product = _match(node)
        if x is None:
            continue
        count += 1
        if product and swish:
            _replace(graph, node, ir.Node("", "HardSwish", [x], name=""))
            continue
        sigmoid = ir.Node("", "HardSigmoid", [x], SIXTH, name="")
        if not product:
            _replace(graph, node, sigmoid)
            continue
        sigmoid.outputs[0].name = names.unique(f"{x.name}_gate", taken)
        graph.insert_before(node, sigmoid)
        _replace(graph, node, ir.Node("", "Mul", [x, sigmoid.outputs[0]], name=""))
    return count


def _match(node: ir.Node) -> tuple[ir.Value | None, bool]:
    """Return x of the hard sigmoid or hard swish that ends in a node, and whether it is the latter; None if there is
    none."""
    scaled = _sixth(node)
    if scaled is not None:  # (x relu6(x + 3)) / 6, or relu6(x + 3) / 6 that is not multiplied by x
        factors = [x for gate, x in _factors(scaled.producer()) if _relu6(gate) is x]
        if factors:
            return factors[0], True
        x = _relu6(scaled)
        uses = node.outputs[0].uses()
        product = len(uses) == 1 and not node.outputs[0].is_graph_output() and _match(next(iter(uses)).node)[1]
        return (None, False) if product else (x, False)
    for gate, x in _factors(node):  # x (relu6(x + 3) / 6)
        maker = gate.producer()
        inner = None if maker is None else _sixth(maker)
        if inner is not None and _relu6(inner) is x:
            return x, True
    return None, False


def _factors(node: ir.Node | None) -> Iterator[tuple[ir.Value, ir.Value]]:
    """Yield both factors of a product, in both orders."""
    if node is not None and node.op_type == "Mul":
        a, b = node.inputs[:2]
        if a is not None and b is not None:
            yield from ((a, b), (b, a))


def _sixth(node: ir.Node) -> ir.Value | None:
    """Return the value that a node divides by six, or None."""
    if node.op_type == "Div" and _is(node, 1, 6.0):
        return node.inputs[0]
    if node.op_type == "Mul":
        return next((node.inputs[1 - index] for index in (0, 1) if _is(node, index, 1 / 6)), None)
    return None


def _relu6(value: ir.Value | None) -> ir.Value | None:
    """Return x if a value is relu6(x + 3), else None."""
    node = None if value is None else value.producer()
    if node is None or node.op_type != "Clip":
        return None
    bounds = [setting(node, name).values for name in ("min", "max")]
    added = node.inputs[0].producer() if node.inputs[0] is not None else None
    if bounds != [(0.0,), (6.0,)] or added is None or added.op_type != "Add":
        return None
    return next((added.inputs[1 - index] for index in (0, 1) if _is(added, index, 3.0)), None)


def _is(node: ir.Node, index: int, number: float) -> bool:
    """Return whether an input of a node is this constant, in float32 and without axes that would broadcast the other
    input."""
    tensor = constant(node, index)
    if tensor is None or tensor.size != 1 or len(tensor.shape) > 1 or tensor.dtype != ir.DataType.FLOAT:
        return False
    return math.isclose(tensor.numpy().item(), number, rel_tol=1e-6)


def _replace(graph: ir.Graph, node: ir.Node, new: ir.Node) -> None:
    """Replace a node by `new`, and remove the nodes that only it read."""
    old, made = node.outputs[0], new.outputs[0]
    made.name, made.type, made.shape = old.name, old.type, old.shape
    new.metadata_props.update(node.metadata_props)
    graph.insert_before(node, new)
    old.replace_all_uses_with(made, replace_graph_outputs=True)
    waiting = [node]
    while waiting:
        part = waiting.pop()
        makers = [maker for value in part.inputs if value is not None and (maker := value.producer()) is not None]
        graph.remove(part, safe=True)
        waiting += [
            maker
            for maker in dict.fromkeys(makers)
            if maker.graph is graph and not any(value.uses() or value.is_graph_output() for value in maker.outputs)
        ]
