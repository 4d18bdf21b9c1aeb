"""Layers in floating point between layers on levels, and how they stay so.

Where the input of a Conv, ConvTranspose or Gemm is dequantised and its output quantised, ONNX Runtime puts its float
weight and bias on 8-bit levels, one scale for the whole weight, when it loads the file: also of a layer that was left
in floats because it cannot bear that. A Sum of one value before it, which the optimiser keeps, prevents it.
"""

from collections.abc import Collection, Mapping

import onnx_ir as ir

from workbench.graph.model.inventory import Site
from workbench.graph.rewrite.builder import NodeBuilder
from workbench.graph.rewrite.qdq import ACTIVATIONS
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Static

REWRITTEN = ("Conv", "ConvTranspose", "Gemm")
# Operators that only move values: the optimiser moves DequantizeLinear behind them and QuantizeLinear before them.
MOVING = ("Dropout", "Flatten", "Identity", "MaxPool", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze")


def between_levels(
    graph: ir.Graph, sites: Mapping[str, Site], edits: Mapping[str, Edit], handed: Collection[str]
) -> list[str]:
    """Names of the nodes that stay in floats between values on levels. `handed`: names of the values that layers put on
    levels behind them."""
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
    """Hide from the optimiser that the node's input is dequantised."""
    read = node.inputs[0]
    assert read is not None
    node.replace_input_with(0, builder.node("Sum", [read], f"{read.name}.float", before=node))


def read_inside(value: ir.Value, graph: ir.Graph) -> bool:
    """Whether an If, Loop or Scan reads a value from inside, perhaps behind what only moves values. ONNX Runtime's
    optimiser ends the process on levels there."""
    return any(
        use.node.graph is not graph or (use.node.op_type in MOVING and read_inside(use.node.outputs[0], graph))
        for use in value.uses()
    )


def source(value: ir.Value | None) -> str | None:
    """The name of the value that operators which only move values have brought here."""
    while value is not None and (maker := value.producer()) is not None and maker.op_type in MOVING:
        value = maker.inputs[0]
    return None if value is None else value.name


def _quantized(value: ir.Value, readers: Collection[str]) -> bool:
    """Whether all that reads a value puts it on levels, perhaps behind an activation or what only moves values."""
    uses = value.uses()
    if value.is_graph_output() or not uses:
        return False
    if all(use.node.name in readers and use.idx == 0 for use in uses):
        return True
    reader = next(iter(uses)).node
    return len(uses) == 1 and reader.op_type in (*MOVING, *ACTIVATIONS) and _quantized(reader.outputs[0], readers)
