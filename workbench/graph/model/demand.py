"""Memory that a graph needs for one sample, estimated from shapes before anything is computed.

A small file can ask for any amount: huge constants, Tile, Pad, Range. The memory of a real model grows with its weights
and inputs; a graph that needs many times both is refused and never run.
"""

from collections.abc import Mapping

import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.graph.onnx import saving, shapes
from workbench.graph.onnx.runtime import LIMIT

# Activations take up to about sixty times the input in networks that keep its resolution with many channels.
TIMES = 256


def check(model: ir.Model, name: str) -> int:
    """Return the bytes of one sample. Raises UserError, naming the file, if they exceed the limit."""
    known = shapes.infer(model, batch=1)
    given = saving.tensor_bytes(model) + sum(_bytes(known.get(value.name or "")) for value in model.graph.inputs)
    needed, allowed = peak_bytes(model, known), max(LIMIT, TIMES * given)
    if needed > allowed:
        raise UserError(
            "{name} would need {needed:,.1f} GB of memory for one sample, many times its weights "
            "and inputs ({given:,.1f} MB), so it was not run.",
            "Export it with smaller sizes.",
            name=name,
            needed=needed / 1000000000.0,
            given=given / 1000000.0,
        )
    return allowed


def peak_bytes(model: ir.Model, known: Mapping[str, shapes.Known]) -> int:
    """Return the largest number of bytes of values alive at the same time, without weights; unknown sizes count as 1.

    Constants stay alive: the runtime computes at loading what depends on no input, and keeps it.
    """
    left = {value: len(value.uses()) for node in model.graph for value in node.outputs}
    constant = set(model.graph.initializers.values())
    live = kept = most = 0
    for node in model.graph:
        fixed = all(value is None or value in constant for value in node.inputs) and bool(node.outputs)
        made = sum(_bytes(known.get(value.name or "")) for value in node.outputs)
        if fixed:
            constant.update(node.outputs)
            kept += made
        else:
            live += made
        most = max(most, live + kept)
        for value in {value for value in node.inputs if value in left and value not in constant}:
            left[value] -= sum(read is value for read in node.inputs)
            if left[value] <= 0 and not value.is_graph_output():
                live -= _bytes(known.get(value.name or ""))
    return most


def total_bytes(model: ir.Model, known: Mapping[str, shapes.Known]) -> int:
    """Return the bytes of all values of the graph, which backpropagation needs; unknown sizes count as 1."""
    return sum(_bytes(known.get(value.name or "")) for node in model.graph for value in node.outputs)


def _bytes(value: shapes.Known | None) -> int:
    if value is None or value.shape is None:
        return 0
    count = 1
    for size in value.shape:
        count *= 1 if size is None else size
    try:
        return count * (value.dtype.bitwidth if value.dtype is not None else 32) // 8
    except TypeError:  # strings, of unknown length
        return 8 * count
