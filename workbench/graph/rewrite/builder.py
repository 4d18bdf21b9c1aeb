"""Insertion of nodes and initialisers into a graph, with their bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import onnx_ir as ir

from workbench.graph.onnx.proto_size import initializer_bytes, nodes_bytes


@dataclass
class NodeBuilder:
    """Inserts nodes and initialisers into a graph and keeps a list of them, to count their bytes."""

    graph: ir.Graph
    unique: Callable[[str], str]
    nodes: list[ir.Node] = field(default_factory=list)
    initializers: list[ir.Value] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """Bytes of the inserted nodes and constants in a graph."""
        return nodes_bytes(self.nodes) + sum(initializer_bytes(value) for value in self.initializers)

    def constant(self, name: str, tensor: np.ndarray | ir.TensorProtocol) -> ir.Value:
        name = self.unique(name)
        value = ir.Value(
            name=name,
            const_value=tensor if isinstance(tensor, ir.TensorProtocol) else ir.Tensor(np.asarray(tensor), name=name),
        )
        self.graph.initializers.add(value)
        self.initializers.append(value)
        return value

    def node(
        self,
        op: str,
        inputs: Sequence[ir.Value],
        output: str,
        *,
        before: ir.Node | None = None,
        after: ir.Node | None = None,
        domain: str = "",
        attributes: Sequence[ir.Attr] = (),
    ) -> ir.Value:
        """Insert a node with one output next to another node, or at the beginning; returns its output."""
        made = ir.Node(domain, op, inputs, attributes, outputs=[ir.Value(name=self.unique(output))], name="")
        if after is not None:
            self.graph.insert_after(after, made)
        else:
            self.graph.insert_before(before or self.graph[0], made)
        self.nodes.append(made)
        return made.outputs[0]


def replace_node(
    builder: NodeBuilder,
    node: ir.Node,
    op: str,
    reads: list[ir.Value],
    domain: str = "",
    attributes: Sequence[ir.Attr] = (),
    *,
    bias: bool = True,
) -> None:
    """Replace a node by another operator. The new node takes over the output's name, or leaves it to the Add of the
    bias that has it."""
    output = node.outputs[0]
    name = str(output.name)
    new = builder.node(op, reads, f"{name}.product", before=node, domain=domain, attributes=attributes)
    added = node.inputs[2] if bias and len(node.inputs) > 2 else None
    if added is not None:
        if node.op_type == "Conv":
            shape = builder.constant(f"{added.name}.shape", np.array([1, -1, 1, 1], np.int64))
            added = builder.node("Reshape", [added, shape], f"{added.name}.flat", before=node)
        new = builder.node("Add", [new, added], f"{name}.sum", before=node)
    new.name, new.type, new.shape = name, output.type, output.shape
    output.replace_all_uses_with(new, replace_graph_outputs=True)
    builder.graph.remove(node, safe=True)
