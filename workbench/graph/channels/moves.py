"""Channel tracing through operators that only move channels, such as Concat, Slice, Reshape and Expand (see units)."""

from collections.abc import Iterator, Sequence
from math import prod

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.channels.tracer import Tracer, named, rule
from workbench.graph.channels.units import Units
from workbench.graph.model.operators import constant, number
from workbench.graph.model.settings import setting

TAKING = ("Gather", "Split", "Slice")  # operators that read some positions along an axis


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
            parts.append(t.new(size or 0, Message("Its channels are concatenated with constants.")))
            t.read(node, index, axis, parts[-1])
        elif (units := t.units(value, axis)) is not None:
            parts.append(units)
        else:
            t.fix_inputs(node, Message("Its channels are concatenated with an unknown number of others."))
            return
    t.put(node.outputs[0], axis, np.concatenate(parts))


def _followed(t: Tracer, node: ir.Node) -> dict[int, Units]:
    """Return the units along the axes of the first input. A constant, such as the class token of a transformer or a
    table that is looked up as well, brings new channels."""
    value = node.inputs[0]
    if not t.constant(value):
        return t.followed(value)
    sizes = {axis: size for axis, size in enumerate(t.shape(value) or ()) if size is not None and size > 1}
    return {axis: t.channels_of_weight(node, 0, axis, size) for axis, size in sizes.items()}


@rule("Transpose")
def _transpose(t: Tracer, node: ir.Node) -> None:
    rank = len(t.shape(node.inputs[0]) or ())
    order = list(node.attributes["perm"].as_ints()) if "perm" in node.attributes else list(reversed(range(rank)))
    for axis, units in _followed(t, node).items():
        t.put(node.outputs[0], order.index(axis), units)


@rule("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def _reshape(t: Tracer, node: ir.Node) -> None:
    """Trace a Reshape. If it splits an axis, as attention does into heads, the outer axis is traced: whole heads are
    removed."""
    value, out = node.inputs[0], node.outputs[0]
    if value is None or not t.followed(value):
        return
    before, after = t.shape(value), t.shape(out)
    blocks = _blocks(before, after) if before is not None and after is not None else None
    if blocks is None or before is None or after is None:
        t.fix_value(
            value, Message("{named} reshapes its channels in a way that is known only at run time.", named=named(node))
        )
        return
    for old, new in blocks:
        found = {axis: t.followed(value)[axis] for axis in old if axis in t.followed(value)}
        if len(found) > 1:
            t.fix_value(value, Message("{named} merges its channels with another axis.", named=named(node)))
        elif found:
            ((axis, units),) = found.items()
            whole = [len(units) if i == axis else before[i] or 0 for i in old], [after[j] or 0 for j in new]
            if len(old) == len(new) == 1:
                t.put(out, new[0], units)
                _count_target(t, node, new[0], units)
            elif 0 in whole[0] or 0 in whole[1] or prod(whole[0]) != prod(whole[1]):
                t.fix(
                    units,
                    Message(
                        "{named} reshapes its channels in a way that is known only at run time.", named=named(node)
                    ),
                )
            else:
                _regroup(t, node, units, old.index(axis), whole[0], new, whole[1])


def _blocks(before: Sequence[int | None], after: Sequence[int | None]) -> list[tuple[list[int], list[int]]] | None:
    """Return the axes of both shapes that hold the same elements, in the shortest possible runs; None if sizes are not
    known."""
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


def _regroup(
    t: Tracer, node: ir.Node, units: Units, place: int, before: list[int], axes: list[int], after: list[int]
) -> None:
    """Assign the units of one axis of a block to the axes that the block becomes."""
    view = units.reshape([len(units) if index == place else 1 for index in range(len(before))])
    every = np.broadcast_to(view, before).reshape(after)
    chosen = _single(every)
    if chosen is None:
        wide = [k for k, size in enumerate(after) if size > 1] or [0]
        chosen = next((k for k in wide if not _taken_apart(node.outputs[0], axes[k])), wide[0])
    rows = np.moveaxis(every, chosen, 0).reshape(after[chosen], -1)
    for row in rows:
        for unit in set(row.tolist()) - {int(row[0])}:
            t.merge(int(row[0]), unit)
    t.put(node.outputs[0], axes[chosen], rows[:, 0].copy())
    _count_target(t, node, axes[chosen], rows[:, 0].copy())


def _taken_apart(value: ir.Value, axis: int) -> bool:
    """Return whether positions along an axis are read one by one, such as queries, keys and values of a layer that
    makes all three: what is removed must then be in each of them."""
    queue = [(value, axis)]
    while queue:
        value, axis = queue.pop()
        for node, index in value.uses():
            if index == 0 and node.op_type == "Transpose" and "perm" in node.attributes:
                queue.append((node.outputs[0], list(node.attributes["perm"].as_ints()).index(axis)))
            elif (
                index == 0
                and node.op_type in TAKING
                and axis in (setting(node, "axes").integers or [number(node, "axis")])
            ):
                return True
    return False


def _single(every: np.ndarray) -> int | None:
    """Return the only axis along which the units differ, or None."""
    for axis in range(every.ndim):
        rows = np.moveaxis(every, axis, 0).reshape(every.shape[axis], -1)
        if every.shape[axis] > 1 and (rows == rows[:, :1]).all():
            return axis
    return None


def _count_target(t: Tracer, node: ir.Node, axis: int, units: Units) -> None:
    """Record the constant target shape of a Reshape, which contains the number of channels and must be updated with
    it."""
    if node.op_type != "Reshape":
        return
    for position, place in enumerate(_elements(t, node, 1)):
        if position == axis and place is not None:
            holder, index, inner = place
            told = constant(holder, index)
            if told is not None and int(told.numpy().reshape(-1)[inner]) > 0:
                t.count(holder, index, inner, units)


def _elements(t: Tracer, node: ir.Node, index: int) -> Iterator[tuple[ir.Node, int, int] | None]:
    """Yield the position of each entry of a list of sizes as (node, input, index in that constant); None for a computed
    one.

    The list may be a Concat of parts, some of them constant. Entries after a part of unknown length are not yielded.
    """
    value = node.inputs[index]
    maker = value.producer() if value is not None else None
    if value is not None and t.constant(value):
        yield from ((node, index, position) for position in range(prod(size or 0 for size in t.shape(value) or ())))
    elif maker is not None and maker.op_type in ("Identity", "Cast"):
        yield from _elements(t, maker, 0)
    elif maker is not None and maker.op_type == "Concat":
        for part, read in enumerate(maker.inputs):
            size = t.shape(read)
            if size is None or len(size) != 1 or size[0] is None:
                return
            found = list(_elements(t, maker, part))
            yield from found if len(found) == size[0] else [None] * size[0]


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
    told = setting(node, "split")
    parts = told.integers
    if told.computed:
        t.fix(units, Message("It is split at positions computed at run time."))
        return
    if parts is None:
        step = -(-len(units) // len(node.outputs))
        parts = [min(step, len(units) - start) for start in range(0, len(units), step)]
    place = told.place if told.place is not None else 1 if t.opset >= 13 else "split"
    for index, (out, start, size) in enumerate(zip(node.outputs, np.cumsum([0, *parts]).tolist(), parts, strict=False)):
        t.put(out, axis, units[start : start + size])
        t.count(node, place, index, units[start : start + size])


@rule("Slice")
def _slice(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    if value is None or not t.followed(value):
        return
    rank = len(t.shape(value) or ())
    first, last, along, step = (setting(node, name) for name in ("starts", "ends", "axes", "steps"))
    starts, ends, axes, steps = first.integers, last.integers, along.integers, step.integers
    if starts is None or ends is None or first.place is None or last.place is None or along.computed:
        t.fix_inputs(node, Message("It is sliced at positions computed at run time."))
        return
    chosen = [axis % rank for axis in axes] if axes is not None else list(range(len(starts)))
    for axis, units in t.followed(value).items():
        if axis not in chosen:
            t.put(node.outputs[0], axis, units)
            continue
        k = chosen.index(axis)
        if step.computed or (steps is not None and steps[k] != 1):
            t.fix(units, Message("It is sliced with a step other than 1."))
            continue
        start, end, _ = slice(starts[k], ends[k]).indices(len(units))
        t.put(node.outputs[0], axis, units[start:end])
        if start > 0:
            t.count(node, first.place, k, units[:start])
        if end < len(units):
            t.count(node, last.place, k, units[:end])


@rule("Pad")
def _pad(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    amounts, along = setting(node, "pads").integers, setting(node, "axes")
    rank = len(t.shape(value) or ())
    axes = [axis % max(rank, 1) for axis in along.integers or range(rank)]
    known = amounts is not None and not along.computed and len(amounts) == 2 * len(axes)
    padded = (
        {axis for axis, low, high in zip(axes, amounts[: len(axes)], amounts[len(axes) :], strict=True) if low or high}
        if known and amounts is not None
        else set(range(rank))
    )
    for axis, units in t.followed(value).items():
        if axis in padded:
            t.fix(units, Message("It is padded along its channels."))
        else:
            t.put(node.outputs[0], axis, units)


@rule("Resize", "Upsample")
def _resize(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    before, after = t.shape(value), t.shape(node.outputs[0])
    for axis, units in t.followed(value).items():
        if before is None or after is None or before[axis] != after[axis]:
            t.fix(units, Message("It is resized along its channels."))
            continue
        sizes = setting(node, "sizes")
        if sizes.values is not None and sizes.place is not None and "axes" not in node.attributes:
            t.count(node, sizes.place, axis, units)
        t.put(node.outputs[0], axis, units)


@rule("Gather")
def _gather(t: Tracer, node: ir.Node) -> None:
    data, index = node.inputs[0], node.inputs[1]
    sizes, chosen = t.shape(data), t.shape(index)
    axis = number(node, "axis")
    if data is None or sizes is None or chosen is None:
        t.fix_inputs(node, Message("A Gather reads its channels, and the shape is unknown."))
    elif t.constant(data):
        if axis == 0 and len(sizes) == 2:
            t.put(node.outputs[0], len(chosen), t.channels_of_weight(node, 0, 1, sizes[1]))
    else:
        axis %= len(sizes)
        t.fix_except(node, data, [place for place in range(len(sizes)) if place != axis])
        for place, units in t.followed(data).items():
            if place != axis:
                t.put(node.outputs[0], place if place < axis else place - 1 + len(chosen), units)


@rule("ScatterElements", "Scatter")
def _scatter(t: Tracer, node: ir.Node) -> None:
    """Trace values that are put or added at positions along one axis: along the others, all three inputs have the same
    channels, such as those of the messages between the nodes of a graph."""
    data, index, updates = node.inputs
    rank = len(t.shape(data) or t.shape(updates) or ())
    along = number(node, "axis") % max(rank, 1)
    for axis in range(rank):
        units = next((found for value in (data, updates) if (found := t.followed(value).get(axis)) is not None), None)
        if units is None:
            continue
        if axis == along or not _grows_with(t, node, index, axis, units):
            t.fix(units, Message("{op} operates along the channel axis.", op=node.op_type))
        for place in (0, 2):
            t.read(node, place, axis, units)
        t.put(node.outputs[0], axis, units)


def _grows_with(t: Tracer, node: ir.Node, index: ir.Value | None, axis: int, units: Units) -> bool:
    """Record that indices are as many along an axis as these channels; return whether they are stored, or repeated to
    that number."""
    if t.constant(index):
        t.read(node, 1, axis, units)
        return True
    maker = index.producer() if index is not None else None
    if maker is None or maker.op_type != "Expand" or (t.shape(maker.inputs[0]) or ())[axis : axis + 1] != (1,):
        return False
    for position, place in enumerate(_elements(t, maker, 1)):
        if position == axis and place is not None:
            t.count(*place, units)
    return True


@rule("Expand")
def _expand(t: Tracer, node: ir.Node) -> None:
    before, after = t.shape(node.inputs[0]), t.shape(node.outputs[0])
    for axis, units in _followed(t, node).items():
        if before is None or after is None:
            t.fix(units, Message("It is repeated to a shape known only at run time."))
            continue
        place = axis + len(after) - len(before)
        t.put(node.outputs[0], place, units)
        target = constant(node, 1)
        position = place - len(after) + (target.size if target is not None else 0)
        if target is not None and position >= 0 and int(target.numpy().reshape(-1)[position]) > 1:
            t.count(node, 1, position, units)


@rule("Tile")
def _tile(t: Tracer, node: ir.Node) -> None:
    repeats = setting(node, "repeats")
    if repeats.integers is None or repeats.computed:
        t.fix_inputs(node, Message("It is repeated to a shape known only at run time."))
        return
    for axis, units in t.followed(node.inputs[0]).items():
        t.put(node.outputs[0], axis, np.tile(units, repeats.integers[axis]))


@rule("DepthToSpace", "SpaceToDepth")
def _blocks_of_pixels(t: Tracer, node: ir.Node) -> None:
    """Trace channels that become blocks of pixels, which go together, or are made of them."""
    value = node.inputs[0]
    assert value is not None
    t.fix_except(node, value, (0, 1))
    t.put(node.outputs[0], 0, t.followed(value).get(0))
    units, places = t.followed(value).get(1), number(node, "blocksize") ** 2
    if units is None:
        return
    if node.op_type == "SpaceToDepth":
        t.put(node.outputs[0], 1, np.tile(units, places))
        return
    by_channel = "mode" in node.attributes and node.attributes["mode"].as_string() == "CRD"
    rows = units.reshape(-1, places).T if by_channel else units.reshape(places, -1)
    for row in rows[1:]:
        t.join(rows[0], row)
    t.put(node.outputs[0], 1, rows[0])
