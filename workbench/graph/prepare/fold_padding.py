"""Folding of a Pad with zeros into the convolutions after it, whose own padding grows: exact.

The runtime does the same for floats when it loads a file, but not between quantised values.
"""

import onnx_ir as ir

from workbench.graph.model.operators import constant, shape
from workbench.graph.model.settings import setting


def fold(model: ir.Model) -> int:
    """Fold in place; return the number of folded Pad nodes."""
    return sum(_fold(model.graph, node) for node in list(model.graph) if node.op_type == "Pad")


def _fold(graph: ir.Graph, pad: ir.Node) -> bool:
    uses = list(pad.outputs[0].uses())
    readers = [use.node for use in uses]
    if pad.outputs[0].is_graph_output() or not readers or pad.inputs[0] is None:
        return False
    if any(use.idx or use.node.graph is not graph or not _pads_itself(use.node) for use in uses):
        return False
    rank = len(shape(readers[0], 1))
    added = _spatial(pad, rank)
    if added is None or any(len(shape(reader, 1)) != rank for reader in readers):
        return False
    for reader in readers:
        own = _own(reader, rank)
        reader.attributes["pads"] = ir.AttrInt64s("pads", [a + b for a, b in zip(own, added, strict=True)])
        reader.attributes.pop("auto_pad", None)
        reader.replace_input_with(0, pad.inputs[0])
    graph.remove(pad, safe=True)
    return True


def _pads_itself(node: ir.Node) -> bool:
    """Return whether a node is a convolution with a weight of known shape and explicit padding."""
    given = node.attributes["auto_pad"].as_string() if "auto_pad" in node.attributes else "NOTSET"
    return node.op_type == "Conv" and constant(node, 1) is not None and given in ("NOTSET", "VALID")


def _own(conv: ir.Node, rank: int) -> tuple[int, ...]:
    automatic = "auto_pad" in conv.attributes and conv.attributes["auto_pad"].as_string() == "VALID"
    if automatic or "pads" not in conv.attributes:
        return (0,) * (2 * (rank - 2))
    return tuple(conv.attributes["pads"].as_ints())


def _spatial(pad: ir.Node, rank: int) -> list[int] | None:
    """Return the padding before and after each spatial axis, in the order of Conv; None if it is not known, if another
    axis is padded, or with other values than zero."""
    mode = pad.attributes["mode"].as_string() if "mode" in pad.attributes else "constant"
    pads, axes, value = (setting(pad, name) for name in ("pads", "axes", "value"))
    if mode != "constant" or axes.computed or value.computed or any(value.values or ()) or pads.integers is None:
        return None
    places = [axis % rank for axis in axes.integers] if axes.integers is not None and rank else list(range(rank))
    if len(pads.integers) != 2 * len(places) or min(pads.integers, default=0) < 0:
        return None
    ends = [[0] * rank, [0] * rank]
    for index, place in enumerate(places):
        ends[0][place], ends[1][place] = pads.integers[index], pads.integers[index + len(places)]
    if rank < 3 or any(end[axis] for end in ends for axis in (0, 1)):
        return None
    return [*ends[0][2:], *ends[1][2:]]
