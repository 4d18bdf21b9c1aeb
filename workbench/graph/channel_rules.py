"""What each operator does to channels (see graph/channels): one rule an operator."""

from collections.abc import Callable, Sequence
from weakref import WeakKeyDictionary

import numpy as np
import onnx_ir as ir

from workbench.graph.channel_tracer import Tracer
from workbench.graph.channels import Channels, Units
from workbench.graph.model import Model
from workbench.graph.operators import constant, number

Rule = Callable[[Tracer, ir.Node], None]
RULES: dict[str, Rule] = {}
_known: WeakKeyDictionary[Model, Channels] = WeakKeyDictionary()     # a model never changes


def channels_of(model: Model) -> Channels:
    """Which channels of a model hang together; found out once a model."""
    if model not in _known:
        _known[model] = Tracer(model).run(RULES)
    return _known[model]


def rule(*names: str) -> Callable[[Rule], Rule]:
    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        return function
    return register


@rule("Relu", "LeakyRelu", "Elu", "Selu", "Celu", "ThresholdedRelu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh",
      "Softplus", "Softsign", "Mish", "Gelu", "Swish", "Erf", "Exp", "Log", "Sqrt", "Neg", "Abs", "Reciprocal", "Floor",
      "Ceil", "Round", "Sign", "Sin", "Cos", "Not", "Cast", "Identity", "Dropout", "Clip", "IsNaN")
def _same(t: Tracer, node: ir.Node) -> None:
    """Channels pass as they are."""
    for axis, units in t.followed(node.inputs[0]).items():
        t.put(node.outputs[0], axis, units)


@rule("Shape", "Size", "Constant", "ConstantOfShape", "Range", "RandomNormalLike", "RandomUniformLike")
def _nothing(t: Tracer, node: ir.Node) -> None:
    """Only sizes are read, when the model runs: they follow by themselves."""


@rule("Add", "Sub", "Mul", "Div", "Pow", "Mod", "Min", "Max", "Sum", "Mean", "Where", "PRelu", "Equal", "Greater",
      "Less", "GreaterOrEqual", "LessOrEqual", "And", "Or", "Xor")
def _elementwise(t: Tracer, node: ir.Node) -> None:
    """What is combined element by element is one; sizes of 1 are repeated and have no part in it."""
    if node.op_type in ("Div", "Mod", "Pow") and t.constant(node.inputs[1]):
        t.divisors.add(node.inputs[1].name or "")       # type: ignore[union-attr]
    _broadcast(t, node, 0)


def _broadcast(t: Tracer, node: ir.Node, leave: int) -> None:
    """Join all inputs along all axes but the last `leave`."""
    inputs = {index: value for index, value in enumerate(node.inputs) if value is not None}
    sizes = {index: t.shape(value) for index, value in inputs.items()}
    if any(shape is None for shape in sizes.values()):
        t.fix_inputs(node, f"{node.op_type} combines its channels with something of unknown shape.")
        return
    rank = max(len(shape or ()) for shape in sizes.values())
    for axis in range(rank - leave):
        places = {index: axis - rank + len(shape) for index, shape in sizes.items() if shape is not None}
        places = {index: place for index, place in places.items() if place >= 0 and sizes[index][place] != 1}  # type: ignore[index]
        units = next((found for index, place in places.items()
                      if (found := t.followed(inputs[index]).get(place)) is not None), None)
        if units is None:
            continue
        for index, place in places.items():
            t.read(node, index, place, units)
        t.put(node.outputs[0], axis, units)


@rule("MatMul")
def _matmul(t: Tracer, node: ir.Node) -> None:
    left, right = node.inputs
    a, b = t.shape(left), t.shape(right)
    if left is None or right is None or a is None or b is None or min(len(a), len(b)) < 2:
        t.fix_inputs(node, "A product reads its channels as a vector, or in an unknown shape.")
        return
    if t.constant(left) and t.constant(right):
        return
    rank, out = max(len(a), len(b)), node.outputs[0]
    rows, columns = t.followed(left).get(len(a) - 2), t.followed(right).get(len(b) - 1)
    if t.constant(right):
        t.read(node, 1, len(b) - 2, t.units(left, -1))
        columns = _made(t, node, 1, len(b) - 1, b[-1])
    elif t.constant(left):
        t.read(node, 0, len(a) - 1, t.units(right, -2))
        rows = _made(t, node, 0, len(a) - 2, a[-2])
    elif t.followed(left).get(len(a) - 1) is not None or t.followed(right).get(len(b) - 2) is not None:
        t.join(t.units(left, -1), t.units(right, -2))
    t.put(out, rank - 2, rows)
    t.put(out, rank - 1, columns)
    _broadcast(t, node, 2)


def _made(t: Tracer, node: ir.Node, index: int, axis: int, size: int | None) -> Units:
    """New channels, made by a weight."""
    units = t.new(size or 0)
    t.read(node, index, axis, units)
    return units


@rule("Gemm")
def _gemm(t: Tracer, node: ir.Node) -> None:
    x, weight = node.inputs[0], node.inputs[1]
    if x is None or weight is None or t.constant(x):
        t.fix_inputs(node, "A Gemm with a constant on its left reads its channels.")
        return
    inner, outer = (1, 0) if number(node, "transB") else (0, 1)
    rows, columns = (1, 0) if number(node, "transA") else (0, 1)
    t.read(node, 1, inner, t.units(x, columns))
    sizes = t.shape(weight)
    made = t.constant(weight) and sizes is not None
    out = _made(t, node, 1, outer, sizes[outer]) if made and sizes else t.followed(weight).get(outer)
    t.put(node.outputs[0], 0, t.followed(x).get(rows))
    t.put(node.outputs[0], 1, out)
    bias = t.shape(node.inputs[2]) if len(node.inputs) > 2 and node.inputs[2] is not None else ()
    if bias and bias[-1] != 1 and out is not None:
        t.read(node, 2, len(bias) - 1, out)


@rule("Conv", "ConvTranspose")
def _conv(t: Tracer, node: ir.Node) -> None:
    """A grouped convolution loses whole groups, with all their inputs and outputs; depthwise is one channel each."""
    x, weight = node.inputs[0], node.inputs[1]
    sizes = t.shape(weight)
    if x is None or not t.constant(weight) or not sizes:
        t.fix_inputs(node, f"The weight of a {node.op_type} that reads its channels is computed.")
        return
    _only(t, node, x, (0, 1))
    group = number(node, "group", 1)
    forward = node.op_type == "Conv"
    given = t.units(x, 1)
    if group == 1:
        t.read(node, 1, 1 if forward else 0, given)
        out = _made(t, node, 1, 0 if forward else 1, sizes[0 if forward else 1])
    else:
        out = t.new((sizes[0] if forward else (sizes[1] or 0) * group) or 0)
        _join_groups(t, given, out, group)
        t.read(node, 1, 0, out if forward else given)
        t.count(node, "group", 0, out.reshape(group, -1)[:, 0])
    if len(node.inputs) > 2 and node.inputs[2] is not None:
        t.read(node, 2, 0, out)
    t.put(node.outputs[0], 0, t.followed(x).get(0))
    t.put(node.outputs[0], 1, out)


def _join_groups(t: Tracer, given: Units | None, out: Units, group: int) -> None:
    if given is None or len(given) % group:
        t.fix(given, "A grouped convolution reads its channels.")
        t.fix(out, "It reads an unknown number of channels.")
        return
    for members in np.concatenate([given.reshape(group, -1), out.reshape(group, -1)], axis=1).tolist():
        for member in members[1:]:
            t.one(members[0], member)


def _only(t: Tracer, node: ir.Node, value: ir.Value, axes: Sequence[int]) -> None:
    """Channels along other axes stay."""
    for axis, units in t.followed(value).items():
        if axis not in axes:
            t.fix(units, f"{node.op_type} works along its channels.")


@rule("MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")
def _pool(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    assert value is not None
    _only(t, node, value, (0, 1))
    for axis in (0, 1):
        t.put(node.outputs[0], axis, t.followed(value).get(axis))


@rule("BatchNormalization", "InstanceNormalization")
def _channel_norm(t: Tracer, node: ir.Node) -> None:
    units = t.followed(node.inputs[0]).get(1)
    if units is not None:
        for index in range(1, len(node.inputs)):
            t.read(node, index, 0, units)
        if node.op_type == "BatchNormalization" and t.constant(node.inputs[1]):
            t.scales.append(node.inputs[1].name or "")      # type: ignore[union-attr]
    if node.op_type == "InstanceNormalization":
        _only(t, node, node.inputs[0], (0, 1))              # type: ignore[arg-type]
    _same(t, node)


@rule("LayerNormalization", "RMSNormalization")
def _layer_norm(t: Tracer, node: ir.Node) -> None:
    rank = len(t.shape(node.inputs[0]) or ())
    first = number(node, "axis", -1) % max(rank, 1)
    for axis, units in t.followed(node.inputs[0]).items():
        if axis >= first:
            t.normed.append(units)
            for index in range(1, len(node.inputs)):
                t.read(node, index, axis - first, units)
    _same(t, node)


@rule("Softmax", "LogSoftmax", "Hardmax")
def _softmax(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    rank = len(t.shape(value) or ())
    axis = number(node, "axis", -1 if t.opset >= 13 else 1) % max(rank, 1)
    taken = [axis] if t.opset >= 13 else range(axis, rank)
    assert value is not None
    _only(t, node, value, [place for place in range(rank) if place not in taken])
    _same(t, node)


@rule("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceProd", "ReduceSumSquare",
      "ReduceLogSumExp")
def _reduce(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    sizes = t.shape(value)
    if value is None or not t.followed(value):
        return
    axes = _integers(node, "axes", 1)
    given = axes is not None or ("axes" not in node.attributes and len(node.inputs) < 2)
    if sizes is None or not given:
        t.fix_inputs(node, f"{node.op_type} reads its channels along axes that are computed.")
        return
    if not axes and number(node, "noop_with_empty_axes"):
        _same(t, node)
        return
    gone = {axis % len(sizes) for axis in axes or range(len(sizes))}
    kept = [axis for axis in range(len(sizes)) if axis not in gone]
    _only(t, node, value, kept)
    for axis in kept:
        place = axis if number(node, "keepdims", 1) else kept.index(axis)
        t.put(node.outputs[0], place, t.followed(value).get(axis))


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
    parts = _integers(node, "split", 1)
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
    starts, ends = (_integers(node, name, index) for index, name in ((1, "starts"), (2, "ends")))
    axes = _integers(node, "axes", 3)
    steps = _integers(node, "steps", 4)
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
    amounts = _integers(node, "pads", 1)
    rank = len(t.shape(value) or ())
    for axis, units in t.followed(value).items():
        plain = amounts is not None and len(amounts) == 2 * rank and not amounts[axis] and not amounts[axis + rank]
        if not plain:
            t.fix(units, "It is padded along its channels.")
    _same(t, node)


@rule("Resize", "Upsample")
def _resize(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    before, after = t.shape(value), t.shape(node.outputs[0])
    for axis, units in t.followed(value).items():
        if before is None or after is None or before[axis] != after[axis]:
            t.fix(units, "It is resized along its channels.")
        elif len(node.inputs) > 3 and constant(node, 3) is not None and "axes" not in node.attributes:
            t.count(node, 3, axis, units)
    _same(t, node)


@rule("Gather")
def _gather(t: Tracer, node: ir.Node) -> None:
    data, index = node.inputs[0], node.inputs[1]
    sizes, chosen = t.shape(data), t.shape(index)
    axis = number(node, "axis")
    if data is None or sizes is None or chosen is None:
        t.fix_inputs(node, "Gather reads its channels in an unknown shape.")
    elif t.constant(data):
        if axis == 0 and len(sizes) == 2 and not t.constant(index):
            t.put(node.outputs[0], len(chosen), _made(t, node, 0, 1, sizes[1]))
    else:
        axis %= len(sizes)
        _only(t, node, data, [place for place in range(len(sizes)) if place != axis])
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


def _integers(node: ir.Node, name: str, index: int) -> list[int] | None:
    """An attribute of old opsets that became an input; None where it is absent or computed."""
    if name in node.attributes:
        return list(node.attributes[name].as_ints())
    tensor = constant(node, index)
    return None if tensor is None else [int(value) for value in tensor.numpy().reshape(-1)]
