"""Weights that are not stored as tensors of the file: found so that they are listed, with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass

import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.model.operators import ALREADY, MULTIPLY, NORMS, RECURRENT
from workbench.graph.storage.decoders import DOMAIN as DECODERS

RANDOM = ("RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial", "Bernoulli")


COMPRESSED = Message("Its weights are already stored compressed.")
NOT_STORED = Message("Its weights are not stored in the file: a ConstantOfShape generates them.")


def random_operators(model: ir.Model) -> list[str]:
    """Return the names of operators whose results differ at each run, including Dropout if it may be in training
    mode."""
    found = set()
    for node in ir.traversal.RecursiveGraphIterator(model.graph):
        mode = node.inputs[2] if node.op_type == "Dropout" and len(node.inputs) > 2 else None
        known = None if mode is None or mode.const_value is None else bool(mode.const_value.numpy().any())
        if node.op_type in RANDOM or (mode is not None and known is not False):
            found.add(node.op_type)
    return sorted(found)


@dataclass(frozen=True)
class Hidden:
    """A node whose weight is computed from constants, which are `stored`."""

    node: ir.Node
    index: int
    weight: ir.Value
    stored: tuple[ir.Value, ...]
    reason: str
    dtype: str

    @property
    def part(self) -> str:
        """Name of the weight among those of a recurrent layer: W or R; "" elsewhere."""
        return "WR"[self.index - 1] if self.node.op_type in RECURRENT else ""

    @property
    def name(self) -> str:
        """Name of what is stored; of the weight, if only a shape is stored or the name is one of this program's own."""
        made = self.reason in (NOT_STORED, COMPRESSED) or not self.stored
        return (self.weight.name if made else self.stored[0].name) or ""


def norm_tensors(node: ir.Node) -> list[ir.Value]:
    """Return the constant vectors of a normalisation, scale first."""
    if node.op_type not in NORMS:
        return []
    return [
        value
        for value in node.inputs[1:]
        if value is not None and value.is_initializer() and value.const_value is not None
    ]


def hidden_weights(graph: ir.Graph) -> Iterator[Hidden]:
    """Yield the weights that other nodes compute from constants before a node multiplies by them."""
    sources = constant_values(graph)
    for node in graph:
        if node.domain not in ("", "ai.onnx") or any(output in sources for output in node.outputs):
            continue
        for index in MULTIPLY.get(node.op_type, ()):
            weight = node.inputs[index] if index < len(node.inputs) else None
            if weight is None or weight not in sources:
                continue
            stored, ops = sources[weight]
            largest = stored[0].const_value if stored else None
            reason = _reason(stored, ops)
            if node.op_type == "Gather" and reason != ALREADY and not any(map(_is_float, stored)):
                continue  # it selects from a shape
            name = str(largest.dtype).lower() if largest is not None and reason != NOT_STORED else "float"
            yield Hidden(node, index, weight, stored, reason, {"float": "float32"}.get(name, name))


def _is_float(value: ir.Value) -> bool:
    return value.const_value is not None and value.const_value.dtype.is_floating_point()


def constant_values(graph: ir.Graph) -> dict[ir.Value, tuple[tuple[ir.Value, ...], tuple[str, ...]]]:
    """Return the values computed from constants alone -> the constants, largest first, and the operators on the way."""
    sources: dict[ir.Value, tuple[tuple[ir.Value, ...], tuple[str, ...]]] = {}
    for node in graph:
        if node.op_type in RANDOM or any(
            attribute.type in (ir.AttributeType.GRAPH, ir.AttributeType.GRAPHS)
            for attribute in node.attributes.values()
        ):
            continue
        inputs = [value for value in node.inputs if value is not None]
        if any(not value.is_initializer() and value not in sources for value in inputs):
            continue
        stored: dict[ir.Value, None] = {}
        ops: dict[str, None] = {}
        for value in inputs:
            if value in sources:
                stored |= dict.fromkeys(sources[value][0])
                ops |= dict.fromkeys(sources[value][1])
            else:
                stored[value] = None
        ops[f"{DECODERS}.{node.op_type}" if node.domain == DECODERS else node.op_type] = None
        ordered = tuple(sorted(stored, key=lambda value: -value.const_value.nbytes if value.const_value else 0))
        for value in node.outputs:
            sources[value] = ordered, tuple(ops)
    return sources


def _reason(stored: tuple[ir.Value, ...], ops: tuple[str, ...]) -> str:
    if any(op.startswith(f"{DECODERS}.") for op in ops):
        return COMPRESSED
    largest = stored[0].const_value if stored else None
    if any(op == "DequantizeLinear" for op in ops):
        return ALREADY
    if set(ops) <= {"ConstantOfShape", "Constant"}:
        return NOT_STORED
    if largest is not None and not largest.dtype.is_floating_point() and "ConstantOfShape" not in ops:
        return ALREADY
    return Message("Its weights are computed from stored values by {ops}; they are not edited.", ops=[*ops[:4]])
