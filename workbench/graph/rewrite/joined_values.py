"""Values joined from the outputs of several layers and quantised for all their readers: residual sums, gates, Concats.

The runtime adds, multiplies and concatenates in integers only between quantised values. A sum that an integer layer
reads is quantised for this layer. If all summands are quantised too, the other readers of the sum, above all the next
sum, read the quantised value as well.
"""

from collections.abc import Collection, Mapping

import onnx_ir as ir

from workbench.graph.model.inventory import Site
from workbench.graph.rewrite import float_layers, qdq
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Static

# Operators for which the runtime has an integer kernel if all their inputs and outputs are quantised.
JOINING = ("Add", "Mul", "Concat", "AveragePool", "GlobalAveragePool")


def joined(
    graph: ir.Graph, sites: Mapping[str, Site], edits: Mapping[str, Edit], handed: Collection[str]
) -> dict[str, str]:
    """Return path of a layer -> name of its input, if all readers of this value are to read it in the layer's levels.
    `handed`: names of the output values that layers quantise."""
    if not handed:
        return {}
    nodes = {node.name or "": node for node in graph}
    readers = {
        str(qdq.received(nodes, sites[path]).name): path
        for path, edit in reversed(list(edits.items()))
        if isinstance(edit.compute, Static) and edit.encoding.scaled is None
    }
    found: dict[str, str] = {}
    on_levels = set(handed)
    for node in graph:
        for value in node.outputs:
            name = str(value.name)
            path = readers.get(name)
            if path is None or name in on_levels or value.is_graph_output() or float_layers.read_inside(value, graph):
                continue
            maker = _maker(node)
            if maker.op_type in JOINING and all(float_layers.source(read) in on_levels for read in maker.inputs):
                found[path] = name
                on_levels.add(name)
    return found


def _maker(node: ir.Node) -> ir.Node:
    """Return the operator before an activation that an integer kernel fuses; any other operator itself."""
    read = node.inputs[0] if node.op_type in qdq.ACTIVATIONS else None
    maker = None if read is None or len(read.uses()) > 1 or read.is_graph_output() else read.producer()
    return node if maker is None else maker
