"""Nodes in the place of one that a pass writes in another way."""

import numpy as np
import onnx_ir as ir

from workbench.graph.onnx import names


class Replacement:
    """Adds nodes before an old one, which the last of them replaces. `taken` holds the names of values."""

    def __init__(self, graph: ir.Graph, node: ir.Node, taken: set[str]) -> None:
        self.graph, self.node, self.taken = graph, node, taken

    def add(self, op: str, inputs: list[ir.Value | None], name: str | None = "", *attributes: ir.Attr) -> ir.Value:
        """Add a standard operator with the metadata of the old node, and return its output."""
        made = ir.Node("", op, inputs, attributes, name=name or "")
        made.metadata_props.update(self.node.metadata_props)
        made.outputs[0].name = names.unique(f"{self.node.outputs[0].name}_{op.lower()}", self.taken)
        self.graph.insert_before(self.node, made)
        return made.outputs[0]

    def constant(self, array: np.ndarray, what: str) -> ir.Value:
        name = names.unique(f"{self.node.outputs[0].name}_{what}", self.taken)
        value = ir.Value(name=name, const_value=ir.Tensor(array, name=name))
        self.graph.initializers.add(value)
        return value

    def finish(self, value: ir.Value) -> None:
        """Let the last value take the place, the name and the recorded shape of the old output."""
        old = self.node.outputs[0]
        name, value.shape, value.type = old.name, old.shape, old.type
        old.replace_all_uses_with(value, replace_graph_outputs=True)
        self.graph.remove(self.node, safe=True)
        value.name = name
