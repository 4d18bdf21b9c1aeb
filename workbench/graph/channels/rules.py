"""Channel tracing through operators that compute (see units). Operators that only move channels:
graph.channels.moves."""

from collections.abc import Callable, Sequence

import numpy as np
import onnx_ir as ir

from workbench.core.base.arguments import weak_cache
from workbench.core.base.message import Message
from workbench.graph.channels import moves as moves  # imported because it registers its rules
from workbench.graph.channels.tracer import Tracer, rule
from workbench.graph.channels.units import Channels, Units
from workbench.graph.model.model import Model
from workbench.graph.model.operators import constant, number, transposes_input, transposes_weight
from workbench.graph.model.settings import REDUCTIONS, setting

SUMS = ("ReduceSum", "ReduceSumSquare", "ReduceL1", "ReduceL2")  # what channels of zeros leave as it is


@weak_cache
def channels_of(model: Model) -> Channels:
    """Return the coupled channels of a model, computed once per model."""
    return Tracer(model).run()


@rule(
    "Relu",
    "LeakyRelu",
    "Elu",
    "Selu",
    "Celu",
    "ThresholdedRelu",
    "Sigmoid",
    "HardSigmoid",
    "HardSwish",
    "Tanh",
    "Softplus",
    "Softsign",
    "Mish",
    "Gelu",
    "Swish",
    "Erf",
    "Exp",
    "Log",
    "Sqrt",
    "Neg",
    "Abs",
    "Reciprocal",
    "Floor",
    "Ceil",
    "Round",
    "Sign",
    "Sin",
    "Cos",
    "Tan",
    "Asin",
    "Acos",
    "Atan",
    "Sinh",
    "Cosh",
    "Asinh",
    "Acosh",
    "Atanh",
    "Shrink",
    "Not",
    "Cast",
    "CastLike",
    "Identity",
    "Dropout",
    "Clip",
    "IsNaN",
    "IsInf",
    "com.microsoft.Gelu",
    "com.microsoft.QuickGelu",
)
def _same(t: Tracer, node: ir.Node) -> None:
    """Pass the channels on unchanged."""
    t.same(node)


@rule("Shape", "Size", "Constant", "ConstantOfShape", "Range", "RandomNormalLike", "RandomUniformLike")
def _nothing(t: Tracer, node: ir.Node) -> None:
    """Ignore an operator that reads only sizes: they are computed when the model runs and follow by themselves."""


@rule(
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Pow",
    "Mod",
    "Min",
    "Max",
    "Sum",
    "Mean",
    "Where",
    "PRelu",
    "Equal",
    "Greater",
    "Less",
    "GreaterOrEqual",
    "LessOrEqual",
    "And",
    "Or",
    "Xor",
    "com.microsoft.BiasGelu",
    "com.microsoft.FastGelu",
)
def _elementwise(t: Tracer, node: ir.Node) -> None:
    """Couple the operands of an element-wise operator. Axes of size 1 are broadcast and not coupled."""
    if node.op_type in ("Div", "Mod", "Pow") and t.constant(node.inputs[1]):
        t.divisors.add(node.inputs[1].name or "")  # type: ignore[union-attr]
    _broadcast(t, node, 0)


def _broadcast(t: Tracer, node: ir.Node, leave: int) -> None:
    """Join all inputs along all axes except the last `leave`."""
    inputs = {index: value for index, value in enumerate(node.inputs) if value is not None}
    sizes = {index: t.shape(value) for index, value in inputs.items()}
    if any(shape is None for shape in sizes.values()):
        t.fix_inputs(node, Message("{op} combines its channels with a value of unknown shape.", op=node.op_type))
        return
    rank = max(len(shape or ()) for shape in sizes.values())
    for axis in range(rank - leave):
        places = {index: axis - rank + len(shape) for index, shape in sizes.items() if shape is not None}
        places = {index: place for index, place in places.items() if place >= 0 and sizes[index][place] != 1}  # type: ignore[index]
        units = next(
            (found for index, place in places.items() if (found := t.followed(inputs[index]).get(place)) is not None),
            None,
        )
        if units is None:
            continue
        for index, place in places.items():
            t.read(node, index, place, units)
        t.put(node.outputs[0], axis, units)


WITHIN: dict[str, Callable[[ir.Node, int], Sequence[int]]] = {  # the axes along which an operator works; rank
    "CumSum": lambda node, rank: (
        range(rank) if (told := constant(node, 1)) is None else told.numpy().reshape(-1).tolist()
    ),
    "LpNormalization": lambda node, rank: [number(node, "axis", -1)],
    "MeanVarianceNormalization": lambda node, rank: setting(node, "axes").integers or [0, 2, 3],
    "CenterCropPad": lambda node, rank: setting(node, "axes").integers or range(rank),
    "ReverseSequence": lambda node, rank: [number(node, "batch_axis", 1), number(node, "time_axis")],
    "TopK": lambda node, rank: [number(node, "axis", -1)],
    "Trilu": lambda node, rank: [-2, -1],
}


@rule(*WITHIN)
def _within(t: Tracer, node: ir.Node) -> None:
    """Pass the channels of all axes on but those along which the operator works."""
    value = node.inputs[0]
    assert value is not None
    rank = len(t.shape(value) or ())
    gone = {axis % max(rank, 1) for axis in WITHIN[node.op_type](node, rank)}
    kept = [axis for axis in range(rank) if axis not in gone]
    t.fix_except(node, value, kept)
    for axis, out in ((axis, out) for axis in kept for out in node.outputs):
        t.put(out, axis, t.followed(value).get(axis))


@rule("MatMul")
def _matmul(t: Tracer, node: ir.Node) -> None:
    left, right = node.inputs
    a, b = t.shape(left), t.shape(right)
    if left is None or right is None or a is None or b is None or min(len(a), len(b)) < 2:
        t.fix_inputs(node, Message("A MatMul reads its channels as a vector, or in an unknown shape."))
        return
    if t.constant(left) and t.constant(right):
        return
    rank, out = max(len(a), len(b)), node.outputs[0]
    rows, columns = t.followed(left).get(len(a) - 2), t.followed(right).get(len(b) - 1)
    if t.constant(right):
        t.read(node, 1, len(b) - 2, t.units(left, -1))
        columns = t.channels_of_weight(node, 1, len(b) - 1, b[-1])
    elif t.constant(left):
        t.read(node, 0, len(a) - 1, t.units(right, -2))
        rows = t.channels_of_weight(node, 0, len(a) - 2, a[-2])
    elif t.followed(left).get(len(a) - 1) is not None or t.followed(right).get(len(b) - 2) is not None:
        t.join(t.units(left, -1), t.units(right, -2))
    t.put(out, rank - 2, rows)
    t.put(out, rank - 1, columns)
    _broadcast(t, node, 2)


@rule("Gemm")
def _gemm(t: Tracer, node: ir.Node) -> None:
    x, weight = node.inputs[0], node.inputs[1]
    if x is None or weight is None or t.constant(x):
        t.fix_inputs(node, Message("A Gemm with a constant left operand reads its channels."))
        return
    inner, outer = (1, 0) if transposes_weight(node) else (0, 1)
    rows, columns = (1, 0) if transposes_input(node) else (0, 1)
    t.read(node, 1, inner, t.units(x, columns))
    sizes = t.shape(weight)
    made = t.constant(weight) and sizes is not None
    out = t.channels_of_weight(node, 1, outer, sizes[outer]) if made and sizes else t.followed(weight).get(outer)
    t.put(node.outputs[0], 0, t.followed(x).get(rows))
    t.put(node.outputs[0], 1, out)
    bias = t.shape(node.inputs[2]) if len(node.inputs) > 2 and node.inputs[2] is not None else ()
    if bias and bias[-1] != 1 and out is not None:
        t.read(node, 2, len(bias) - 1, out)


@rule("Conv", "ConvTranspose")
def _conv(t: Tracer, node: ir.Node) -> None:
    """Trace a convolution. A grouped one loses whole groups, inputs and outputs; a depthwise group is one channel."""
    x, weight = node.inputs[0], node.inputs[1]
    sizes = t.shape(weight)
    if x is None or not t.constant(weight) or not sizes:
        t.fix_inputs(node, Message("A {op} with a computed (non-constant) weight reads its channels.", op=node.op_type))
        return
    t.fix_except(node, x, (0, 1))
    group = number(node, "group", 1)
    forward = node.op_type == "Conv"
    given = t.units(x, 1)
    if group == 1:
        t.read(node, 1, 1 if forward else 0, given)
        out = t.channels_of_weight(node, 1, 0 if forward else 1, sizes[0 if forward else 1])
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
        t.fix(given, Message("A grouped convolution reads its channels."))
        t.fix(out, Message("Its number of input channels is unknown."))
        return
    for members in np.concatenate([given.reshape(group, -1), out.reshape(group, -1)], axis=1).tolist():
        for member in members[1:]:
            t.merge(members[0], member)


@rule("GridSample", "RoiAlign", "MaxRoiPool")
def _sampled(t: Tracer, node: ir.Node) -> None:
    """Trace an operator that takes values of each channel at positions that other inputs name."""
    value = node.inputs[0]
    assert value is not None
    kept = (0, 1) if node.op_type == "GridSample" else (1,)
    t.fix_except(node, value, kept)
    for other in node.inputs[1:]:
        if other is not None:
            t.fix_value(other, Message("{op} reads positions from it.", op=node.op_type))
    for axis in kept:
        t.put(node.outputs[0], axis, t.followed(value).get(axis))


@rule("MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")
def _pool(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    assert value is not None
    t.fix_except(node, value, (0, 1))
    for axis in (0, 1):
        t.put(node.outputs[0], axis, t.followed(value).get(axis))


@rule("BatchNormalization", "InstanceNormalization")
def _channel_norm(t: Tracer, node: ir.Node) -> None:
    units = t.followed(node.inputs[0]).get(1)
    if units is not None:
        for index in range(1, len(node.inputs)):
            t.read(node, index, 0, units)
        if node.op_type == "BatchNormalization" and t.constant(node.inputs[1]):
            t.scales.append(node.inputs[1].name or "")  # type: ignore[union-attr]
    if node.op_type == "InstanceNormalization":
        t.fix_except(node, node.inputs[0], (0, 1))  # type: ignore[arg-type]
    t.same(node)


@rule("com.microsoft.SkipLayerNormalization", "com.microsoft.SkipSimplifiedLayerNormalization")
def _skip_norm(t: Tracer, node: ir.Node) -> None:
    """Trace a normalisation over the last axis of a sum, which is the fourth output."""
    value, out = node.inputs[0], node.outputs[0]
    last = len(t.shape(value) or ()) - 1
    _broadcast(t, node, 0)
    units = t.followed(out).get(last)
    if units is not None:
        t.normed.append(units)
    for axis, found in t.followed(out).items() if len(node.outputs) > 3 else ():
        t.put(node.outputs[3], axis, found)


@rule("LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization")
def _layer_norm(t: Tracer, node: ir.Node) -> None:
    rank = len(t.shape(node.inputs[0]) or ())
    first = number(node, "axis", -1) % max(rank, 1)
    for axis, units in t.followed(node.inputs[0]).items():
        if axis >= first:
            t.normed.append(units)
            for index in range(1, len(node.inputs)):
                t.read(node, index, axis - first, units)
    t.same(node)


@rule("Softmax", "LogSoftmax", "Hardmax")
def _softmax(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    rank = len(t.shape(value) or ())
    axis = number(node, "axis", -1 if t.opset >= 13 else 1) % max(rank, 1)
    taken = [axis] if t.opset >= 13 else range(axis, rank)
    assert value is not None
    t.fix_except(node, value, [place for place in range(rank) if place not in taken])
    t.same(node)


def _is_mean_of_norm(node: ir.Node) -> bool:
    """Return whether a mean is part of a normalisation that is written out: it is subtracted from its own input, or it
    is that of squares, whose root is taken."""
    if node.op_type != "ReduceMean":
        return False
    value, readers = node.inputs[0], [use.node for use in node.outputs[0].uses()]
    squares = value is not None and (made := value.producer()) is not None and made.op_type in ("Pow", "Mul")
    rooted = [reader if reader.op_type == "Sqrt" else _only_reader(reader) for reader in readers]
    if squares and readers and all(reader is not None and reader.op_type == "Sqrt" for reader in rooted):
        return True
    return bool(readers) and all(reader.op_type == "Sub" and reader.inputs[0] is value for reader in readers)


def _answers_zero(value: ir.Value) -> bool:
    """Return whether a value is not zero where that which it is made of is: a channel of zeros then counts in a sum."""
    made = value.producer()
    return made is not None and made.op_type in ("Sigmoid", "HardSigmoid", "Exp", "Softplus", "Cos", "Softmax", "Not")


def _only_reader(node: ir.Node) -> ir.Node | None:
    """Return the node that reads an Add of a small number, if there is one alone."""
    uses = list(node.outputs[0].uses())
    return uses[0].node if node.op_type == "Add" and len(uses) == 1 else None


@rule(*REDUCTIONS)
def _reduce(t: Tracer, node: ir.Node) -> None:
    value = node.inputs[0]
    sizes = t.shape(value)
    if value is None or not t.followed(value):
        return
    told = setting(node, "axes")
    axes = told.integers
    if sizes is None or told.computed:
        t.fix_inputs(node, Message("{op} reads its channels along axes computed at run time.", op=node.op_type))
        return
    if not axes and number(node, "noop_with_empty_axes"):
        t.same(node)
        return
    gone = {axis % len(sizes) for axis in axes or range(len(sizes))}
    kept = [axis for axis in range(len(sizes)) if axis not in gone]
    if t.removing and _is_mean_of_norm(node):
        t.normed.extend(units for axis, units in t.followed(value).items() if axis in gone)
    elif not (t.removing and node.op_type in SUMS and not _answers_zero(value)):
        t.fix_except(node, value, kept)
    for axis in kept:
        place = axis if number(node, "keepdims", 1) else kept.index(axis)
        t.put(node.outputs[0], place, t.followed(value).get(axis))
