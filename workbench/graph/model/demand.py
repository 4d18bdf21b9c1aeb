"""How much memory a graph takes for one sample, told from shapes before anything is computed.

A small file may ask for any amount: constants of any size, tiles, pads, ranges. What a model needs grows with its
weights and its inputs; a graph that needs many times both is refused, and so is never run.
"""

from collections.abc import Mapping

import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.graph.onnx import saving, shapes
from workbench.graph.onnx.runtime import LIMIT

# Activations take up to about sixty times the input in networks that keep its resolution with many channels.
TIMES = 256


def check(model: ir.Model, name: str) -> int:
    """How many bytes one sample may take. Raises UserError, naming the file, when it takes more."""
    known = shapes.infer(model, batch=1)
    given = saving.tensor_bytes(model) + sum(_bytes(known.get(value.name or "")) for value in model.graph.inputs)
    needed, allowed = peak(model, known), max(LIMIT, TIMES * given)
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


def peak(model: ir.Model, known: Mapping[str, shapes.Known]) -> int:
    """Bytes of the values that are there at once, at most; weights do not count, and sizes that cannot be told are 1.

    Constants stay: the runtime computes what depends on nothing when it loads the graph, and keeps it.
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


def whole(model: ir.Model, known: Mapping[str, shapes.Known]) -> int:
    """Bytes of all values of the graph, which a gradient through it needs; sizes that cannot be told are 1."""
    return sum(_bytes(known.get(value.name or "")) for node in model.graph for value in node.outputs)


def _bytes(value: shapes.Known | None) -> int:
    if value is None or value.shape is None:
        return 0
    count = 1
    for size in value.shape:
        count *= 1 if size is None else size
    try:
        return count * (value.dtype.bitwidth if value.dtype is not None else 32) // 8
    except TypeError:  # text, whose length nobody knows
        return 8 * count
