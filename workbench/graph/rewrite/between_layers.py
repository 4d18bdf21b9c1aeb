"""Operators between layers: those that process a layer's output before the next layers read it."""

from collections.abc import Iterable

import onnx_ir as ir

from workbench.graph.model.model import Model
from workbench.graph.model.operators import MULTIPLY
from workbench.graph.rewrite import float_layers, qdq

MANY = 64  # limit on the nodes visited after a layer


def operators(model: Model, paths: Iterable[str]) -> list[str]:
    """Return the names of the operators after these layers, up to the next ones that multiply by weights."""
    found: dict[str, None] = {}
    for path in paths:
        waiting: list[ir.Value] = [qdq.delivered(model.nodes, model.sites[path])]
        seen: set[ir.Node] = set()
        while waiting and len(seen) < MANY:
            for use in waiting.pop().uses():
                if use.node not in seen and use.node.op_type not in MULTIPLY:
                    seen.add(use.node)
                    found[use.node.op_type] = None
                    waiting += use.node.outputs
    return list(found)


def read_inside(model: Model, paths: Iterable[str]) -> list[str]:
    """Return the layers whose output is read in the body of an If, Loop or Scan."""
    return [
        path
        for path in paths
        if float_layers.read_inside(qdq.delivered(model.nodes, model.sites[path]), model.ir.graph)
    ]
