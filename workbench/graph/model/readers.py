"""Nodes that compute with a weight, including those after a Transpose of it: a tied embedding is looked up and, as the
head of a language model, multiplied by."""

from collections.abc import Iterator
from dataclasses import dataclass

import onnx_ir as ir

from workbench.graph.model.operators import transposes_weight


@dataclass(frozen=True, eq=False)
class Reader:
    """A node, and which of its inputs is the weight or its Transpose."""

    node: ir.Node
    index: int
    transpose: ir.Node | None = None

    @property
    def looks_up(self) -> bool:
        return self.node.op_type == "Gather"

    @property
    def inputs_axis(self) -> int:
        """Axis of the stored weight [rows, columns] along which the weights of one output lie."""
        turned = transposes_weight(self.node)
        return 1 if self.looks_up else int(turned != (self.transpose is not None))

    @property
    def nodes(self) -> list[ir.Node]:
        return [self.node] if self.transpose is None else [self.transpose, self.node]


def readers(weight: ir.Value) -> list[Reader]:
    """Return the readers of a constant matrix; a Transpose counts as one if its result is also an output of the
    graph."""
    return [reader for use in weight.uses() for reader in _behind(use.node, use.idx)]


def _behind(node: ir.Node, index: int) -> Iterator[Reader]:
    turned = node.outputs[0]
    uses = list(turned.uses())
    inside = all(use.node.graph is node.graph for use in uses)
    if node.op_type == "Transpose" and uses and inside and not turned.is_graph_output():
        yield from (Reader(use.node, use.idx, node) for use in uses)
    else:
        yield Reader(node, index)
