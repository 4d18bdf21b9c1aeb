"""What operators that only move channels do to them: put together, cut, reshaped, repeated (see graph/channels)."""

from collections.abc import Sequence

import numpy as np
import onnx_ir as ir

from workbench.graph.channel_tracer import Tracer, integers, rule
from workbench.graph.channels import Units
from workbench.graph.operators import constant, number


@rule("Concat")
def _concat(t: Tracer, node: ir.Node) -> None:
    inputs = [value for value in node.inputs if value is not None]
    rank = max(len(t.shape(value) or ()) for value in inputs)
    axis = number(node, "axis") % max(rank, 1)
    for other in range(rank):
        if other != axis:
            units = next((t.followed(value)[other] for value in inputs if other in t.followed(value)), None)
            if units is not None:
                for index in range(len(node.inputs)):
                    t.read(node, index, other, units)
                t.put(node.outputs[0], other, units)
    if not any(axis in t.followed(value) for value in inputs):
        return
    parts: list[Units] = []
    for index, value in enumerate(inputs):
        size = (t.shape(value) or (None,) * rank)[axis]
        if t.constant(value):
            parts.append(t.new(size or 0, "Its channels stand beside constants."))
            t.read(node, index, axis, parts[-1])
        elif (units := t.units(value, axis)) is not None:
            parts.append(units)
        else:
            t.fix_inputs(node, "Its channels stand beside an unknown number of others.")
            return
    t.put(node.outputs[0], axis, np.concatenate(parts))


@rule("Transpose")
def _transpose(t: Tracer, node: ir.Node) -> None:
    rank = len(t.shape(node.inputs[0]) or ())
    order = list(node.attributes["perm"].as_ints()) if "perm" in node.attributes else list(reversed(range(rank)))
    for axis, units in t.followed(node.inputs[0]).items():
        t.put(node.outputs[0], order.index(axis), units)


@rule("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def _reshape(t: Tracer, node: ir.Node) -> None:
    """Where an axis is split, as attention does into heads, the outer axis counts: whole heads go."""
    value, out = node.inputs[0], node.outputs[0]
    if value is None or not t.followed(value):
        return
    before, after = t.shape(value), t.shape(out)
    blocks = _blocks(before, after) if before is not None and after is not None else None
    if blocks is None or before is None or after is None:
        t.fix_value(value, f"{node.op_type} reads its channels in a shape that is not known before running.")
        return
    for old, new in blocks:
        found = {axis: t.followed(value)[axis] for axis in old if axis in t.followed(value)}
        if len(found) > 1:
            t.fix_value(value, f"{node.op_type} merges its channels with others.")
        elif found:
            (axis, units), = found.items()
            _regroup(t, node, units, old.index(axis), [before[i] or 1 for i in old], new, [after[i] or 1 for i in new])


def _blocks(before: Sequence[int | None], after: Sequence[int | None]) -> list[tuple[list[int], list[int]]] | None:
    """Axes of the two shapes that hold the same elements, smallest runs first; None where sizes are not known."""
    blocks: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(before) and j < len(after):
        old, new = [i], [j]
        a, b = before[i], after[j]
        i, j = i + 1, j + 1
        while a != b:
            if a is None or b is None:
                return None
            if a < b and i < len(before) and before[i] is not None:
                a, i = a * (before[i] or 1), i + 1
                old.append(i - 1)
            elif b < a and j < len(after) and after[j] is not None:
                b, j = b * (after[j] or 1), j + 1
                new.append(j - 1)
            else:
                return None
        blocks.append((old, new))
    rest = [*(before[k] for k in range(i, len(before))), *(after[k] for k in range(j, len(after)))]
    if not blocks or any(size != 1 for size in rest):
        return None
    blocks[-1][0].extend(range(i, len(before)))
    blocks[-1][1].extend(range(j, len(after)))
    return blocks


def _regroup(t: Tracer, node: ir.Node, units: Units, place: int, before: list[int], axes: list[int],
             after: list[int]) -> None:
    """The units of one axis of a block, along the axes that the block becomes."""
    view = units.reshape([len(units) if index == place else 1 for index in range(len(before))])
    every = np.broadcast_to(view, before).reshape(after)
    chosen = _single(every)
    if chosen is None:
        chosen = next((k for k, size in enumerate(after) if size > 1), 0)
    rows = np.moveaxis(every, chosen, 0).reshape(after[chosen], -1)
    for row in rows:
        for unit in set(row.tolist()) - {int(row[0])}:
            t.one(int(row[0]), unit)
    t.put(node.outputs[0], axes[chosen], rows[:, 0].copy())
    _count_target(t, node, axes[chosen], rows[:, 0].copy())


def _single(every: np.ndarray) -> int | None:
    """The axis along which alone the units differ."""
    for axis in range(every.ndim):
        rows = np.moveaxis(every, axis, 0).reshape(every.shape[axis], -1)
        if every.shape[axis] > 1 and (rows == rows[:, :1]).all():
            return axis
    return None


def _count_target(t: Tracer, node: ir.Node, axis: int, units: Units) -> None:
    """Where the target of a Reshape names the number of channels, it must follow."""
    target = node.inputs[1] if node.op_type == "Reshape" else None
    if target is None:
        return
    named, maker = constant(node, 1), target.producer()
    if named is not None and int(named.numpy().reshape(-1)[axis]) > 0:
        t.count(node, 1, axis, units)
    if maker is not None and maker.op_type == "Concat" and all(t.shape(part) == (1,) for part in maker.inputs):
        named = constant(maker, axis)
        if named is not None and int(named.numpy()[0]) > 0:
            t.count(maker, axis, 0, units)


@rule("Split")
def _split(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    sizes = t.shape(value)
    if value is None or sizes is None or not t.followed(value):
        return
    axis = number(node, "axis") % len(sizes)
    for other, units in t.followed(value).items():
        for out in node.outputs if other != axis else ():
            t.put(out, other, units)
    if axis not in t.followed(value):
        return
    units = t.followed(value)[axis]
    parts = integers(node, "split", 1)
    if parts is None:
        if len(node.inputs) > 1 and node.inputs[1] is not None:
            t.fix(units, "It is split at places that are computed.")
            return
        step = -(-len(units) // len(node.outputs))
        parts = [min(step, len(units) - start) for start in range(0, len(units), step)]
    place: int | str = 1 if t.opset >= 13 else "split"
    for index, (out, start, size) in enumerate(zip(node.outputs, np.cumsum([0, *parts]).tolist(), parts, strict=False)):
        t.put(out, axis, units[start:start + size])
        t.count(node, place, index, units[start:start + size])


@rule("Slice")
def _slice(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    if value is None or not t.followed(value):
        return
    rank = len(t.shape(value) or ())
    starts, ends = (integers(node, name, index) for index, name in ((1, "starts"), (2, "ends")))
    axes = integers(node, "axes", 3)
    steps = integers(node, "steps", 4)
    told = len(node.inputs) < 4 or node.inputs[3] is None or axes is not None
    if starts is None or ends is None or not told:
        t.fix_inputs(node, "It is cut at places that are computed.")
        return
    chosen = [axis % rank for axis in axes] if axes is not None else list(range(len(starts)))
    for axis, units in t.followed(value).items():
        if axis not in chosen:
            t.put(node.outputs[0], axis, units)
            continue
        k = chosen.index(axis)
        if (steps is None and len(node.inputs) > 4) or (steps is not None and steps[k] != 1):
            t.fix(units, "It is cut with a step.")
            continue
        start, end, _ = slice(starts[k], ends[k]).indices(len(units))
        t.put(node.outputs[0], axis, units[start:end])
        if start > 0:
            t.count(node, 1 if t.opset >= 10 else "starts", k, units[:start])
        if end < len(units):
            t.count(node, 2 if t.opset >= 10 else "ends", k, units[:end])


@rule("Pad")
def _pad(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    amounts = integers(node, "pads", 1)
    rank = len(t.shape(value) or ())
    for axis, units in t.followed(value).items():
        plain = amounts is not None and len(amounts) == 2 * rank and not amounts[axis] and not amounts[axis + rank]
        if not plain:
            t.fix(units, "It is padded along its channels.")
    t.same(node)


@rule("Resize", "Upsample")
def _resize(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    before, after = t.shape(value), t.shape(node.outputs[0])
    for axis, units in t.followed(value).items():
        if before is None or after is None or before[axis] != after[axis]:
            t.fix(units, "It is resized along its channels.")
        elif len(node.inputs) > 3 and constant(node, 3) is not None and "axes" not in node.attributes:
            t.count(node, 3, axis, units)
    t.same(node)


@rule("Gather")
def _gather(t: Tracer, node: ir.Node) -> None:
    data, index = node.inputs[0], node.inputs[1]
    sizes, chosen = t.shape(data), t.shape(index)
    axis = number(node, "axis")
    if data is None or sizes is None or chosen is None:
        t.fix_inputs(node, "Gather reads its channels in an unknown shape.")
    elif t.constant(data):
        if axis == 0 and len(sizes) == 2 and not t.constant(index):
            t.put(node.outputs[0], len(chosen), t.made(node, 0, 1, sizes[1]))
    else:
        axis %= len(sizes)
        t.only(node, data, [place for place in range(len(sizes)) if place != axis])
        for place, units in t.followed(data).items():
            if place != axis:
                t.put(node.outputs[0], place if place < axis else place - 1 + len(chosen), units)


@rule("Expand")
def _expand(t: Tracer, node: ir.Node) -> None:
    before, after = t.shape(node.inputs[0]), t.shape(node.outputs[0])
    for axis, units in t.followed(node.inputs[0]).items():
        if before is None or after is None:
            t.fix(units, "It is repeated to a shape that is not known before running.")
            continue
        place = axis + len(after) - len(before)
        t.put(node.outputs[0], place, units)
        target = constant(node, 1)
        position = place - len(after) + (target.size if target is not None else 0)
        if target is not None and position >= 0 and int(target.numpy().reshape(-1)[position]) > 1:
            t.count(node, 1, position, units)
