"""Removal of nodes that no output needs."""

import onnx_ir as ir
from onnx_ir.passes import common

from workbench.graph.onnx import names


def remove(model: ir.Model) -> bool:
    """Remove unused nodes and initialisers in place, and return whether there were any.

    The pass of onnx-ir leaves what only the body of a removed If, Loop or Scan reads: the body goes on reading it.
    """
    removed = False
    while True:
        holders = [node for node in model.graph.all_nodes() if _bodies(node)]
        removed |= bool(common.RemoveUnusedNodesPass()(model).modified)
        gone = [body for node in holders if node.graph is None for body in _bodies(node)]
        if not gone:
            return removed
        for body in gone:
            for node in ir.traversal.RecursiveGraphIterator(body):
                for index in range(len(node.inputs)):
                    node.replace_input_with(index, None)


def _bodies(node: ir.Node) -> list[ir.Graph]:
    return [graph for attribute in node.attributes.values() for graph in names.subgraphs(attribute)]
