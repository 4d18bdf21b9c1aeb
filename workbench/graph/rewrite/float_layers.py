"""Float layers between quantised activations, and how they are kept in floats.

If the input of a Conv, ConvTranspose or Gemm is dequantised and its output quantised, ONNX Runtime quantises its float
weight and bias to 8 bits when it loads the file, with one scale for the whole weight; also in a layer that was left in
floats because it is too sensitive. A Sum with a single operand before the layer, which the optimiser keeps, prevents
that.
"""

from collections.abc import Collection, Mapping

import onnx_ir as ir

from workbench.graph.model.inventory import Site
from workbench.graph.rewrite.builder import NodeBuilder
from workbench.graph.rewrite.qdq import ACTIVATIONS
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Static

REWRITTEN = ("Conv", "ConvTranspose", "Gemm")
# Operators that only move values: the optimiser moves DequantizeLinear after them and QuantizeLinear before them.
MOVING = ("Dropout", "Flatten", "Identity", "MaxPool", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze")


def between_levels(
    graph: ir.Graph, sites: Mapping[str, Site], edits: Mapping[str, Edit], handed: Collection[str]
) -> list[str]:
    """Return the names of the float nodes between quantised values. `handed`: names of the output values that layers
    quantise."""
    if not handed:
        return []
    own = {
        sites[path].node
        for path, edit in edits.items()
        if edit.compute is not None or edit.encoding.factors is not None
    }
    readers = {
        sites[path].node
        for path, edit in edits.items()
        if isinstance(edit.compute, Static) and edit.encoding.scaled is None
    }
    return [
        node.name or ""
        for node in graph
        if node.op_type in REWRITTEN
        and node.name not in own
        and source(node.inputs[0]) in handed
        and _quantized(node.outputs[0], readers)
    ]


def keep_float(builder: NodeBuilder, node: ir.Node) -> None:
    """Hide from the optimiser that the input of the node is dequantised."""
    read = node.inputs[0]
    assert read is not None
    node.replace_input_with(0, builder.node("Sum", [read], f"{read.name}.float", before=node))


def read_inside(value: ir.Value, graph: ir.Graph) -> bool:
    """Return whether an If, Loop or Scan reads a value in its subgraph, possibly through operators that only move
    values. ONNX Runtime's optimiser crashes on quantised values there."""
    return any(
        use.node.graph is not graph or (use.node.op_type in MOVING and read_inside(use.node.outputs[0], graph))
        for use in value.uses()
    )


def source(value: ir.Value | None) -> str | None:
    """Return the name of the value before the operators that only move it."""
    while value is not None and (maker := value.producer()) is not None and maker.op_type in MOVING:
        value = maker.inputs[0]
    return None if value is None else value.name


def _quantized(value: ir.Value, readers: Collection[str]) -> bool:
    """Return whether all readers of a value quantise it, possibly after an activation or operators that only move
    it."""
    uses = value.uses()
    if value.is_graph_output() or not uses:
        return False
    if all(use.node.name in readers and use.idx == 0 for use in uses):
        return True
    reader = next(iter(uses)).node
    return len(uses) == 1 and reader.op_type in (*MOVING, *ACTIVATIONS) and _quantized(reader.outputs[0], readers)
