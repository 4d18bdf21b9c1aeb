"""Operators between layers: those that a layer's output goes through before the next layers read it."""

from collections.abc import Iterable

import onnx_ir as ir

from workbench.graph.model.model import Model
from workbench.graph.model.operators import MULTIPLY
from workbench.graph.rewrite import apart, qdq

MANY = 64  # nodes that are looked at behind a layer


def operators(model: Model, paths: Iterable[str]) -> list[str]:
    """Names of the operators behind these layers, up to the next ones that multiply with weights."""
    nodes = {node.name or "": node for node in model.ir.graph}
    found: dict[str, None] = {}
    for path in paths:
        waiting: list[ir.Value] = [qdq.delivered(nodes, model.sites[path])]
        seen: set[ir.Node] = set()
        while waiting and len(seen) < MANY:
            for use in waiting.pop().uses():
                if use.node not in seen and use.node.op_type not in MULTIPLY:
                    seen.add(use.node)
                    found[use.node.op_type] = None
                    waiting += use.node.outputs
    return list(found)


def read_inside(model: Model, paths: Iterable[str]) -> list[str]:
    """The layers whose output an If, Loop or Scan reads in its body."""
    nodes = {node.name or "": node for node in model.ir.graph}
    return [path for path in paths if apart.read_inside(qdq.delivered(nodes, model.sites[path]), model.ir.graph)]
