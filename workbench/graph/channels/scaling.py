"""Channels that can be rescaled without changing the model's outputs, with every tensor that must change with them.

Multiplying an output channel of a layer by s and dividing by s all weights that read it cancels out if everything
between them is positively homogeneous: f(s x) = s f(x) for s > 0. That holds for ReLU, for pooling, for operators that
move channels, and for sums if all summands have the same factor; not for Sigmoid, Clip or Softmax. Nagel, van Baalen,
Blankevoort, Welling 2019, Data-Free Quantization Through Weight Equalization and Bias Correction, ICCV, section 4.1.

The traversal is that of graph.channels.tracer with other rules: a depthwise convolution, whose input channel is pruned
with its output channel, may have one factor for the input and another for the output.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.channels import rules as rules  # imported because it registers its rules
from workbench.graph.channels.tracer import RULES as MOVES
from workbench.graph.channels.tracer import Tracer
from workbench.graph.channels.units import NOT_FOLLOWED, Units
from workbench.graph.model.inventory import find_layers
from workbench.graph.model.model import Model
from workbench.graph.model.operators import number, transposes_input, transposes_weight
from workbench.graph.model.settings import setting

SEVERAL = Message("'{name}' has several readers.")


@dataclass(frozen=True)
class Held:
    """A tensor that changes with the factors: its values are multiplied by those of `made` and divided by those of
    `read`.

    made, read   units, broadcastable to the tensor; None if there are none
    weight       whether it is the weight of a layer, whose range counts, rather than a bias or another added constant
    """

    made: np.ndarray | None = None
    read: np.ndarray | None = None
    weight: bool = True

    @property
    def sides(self) -> tuple[np.ndarray, ...]:
        return tuple(units for units in (self.made, self.read) if units is not None)


@dataclass(frozen=True, eq=False)
class Scaling:
    """The units of a graph; all channels of a unit have the same factor.

    count    number of units
    held     initialiser -> how it depends on the factors
    layers   path -> units of the layer's output channels
    fixed    unit -> reason why its factor is 1, a sentence
    """

    count: int
    held: Mapping[str, Held]
    layers: Mapping[str, Units]
    fixed: Mapping[int, str]

    def free(self, path: str) -> Units:
        """Return the units of a layer's output channels whose factor may differ from 1: distinct, ascending."""
        return np.array([unit for unit in np.unique(self.layers[path]) if int(unit) not in self.fixed], dtype=int)

    def refusal(self, path: str) -> str | None:
        """Return the reason why no output channel of a layer can be rescaled, or None."""
        if path not in self.layers:
            return NOT_FOLLOWED
        units = np.unique(self.layers[path]).tolist()
        reasons = [self.fixed[unit] for unit in units if unit in self.fixed]
        if len(reasons) == len(units):
            return max(reasons, key=reasons.count)
        return None if np.isin(self._read, units).any() else Message("No layer reads its channels.")

    @cached_property
    def _read(self) -> Units:
        return np.unique(
            np.concatenate(
                [np.unique(held.read) for held in self.held.values() if held.read is not None] or [np.zeros(0, int)]
            )
        )


def rescaled(model: Model, scaling: Scaling, factors: np.ndarray) -> Model:
    """Return the model with the factors [count] applied to all tensors. Tensors that none of them changes are
    shared."""
    copy = model.ir.clone()
    for name, held in scaling.held.items():
        if any((factors[units] != 1).any() for units in held.sides):
            value = copy.graph.initializers[name]
            assert value.const_value is not None
            values = value.const_value.numpy().astype(np.float64)
            values = values if held.made is None else values * factors[held.made]
            values = values if held.read is None else values / factors[held.read]
            value.const_value = ir.Tensor(np.ascontiguousarray(values, np.float32), name=name)
    layers, sites = find_layers(copy)
    return replace(model, ir=copy, layers=layers, sites=sites)


def scaling_of(model: Model) -> Scaling:
    """Return the units of a model and which of them may be rescaled."""
    tracer = ScaleTracer(model)
    tracer.walk()
    return tracer.result()


SCALED: "dict[str, Callable[[ScaleTracer, ir.Node], None]]" = {}


class ScaleTracer(Tracer):
    """Traversal of a graph with the scaling rules of this file."""

    rules = SCALED  # type: ignore[assignment]
    removing = False
    unknown = Message("{op} reads its channels and is not scale-equivariant.")

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self._held: dict[ir.Value, Held] = {}
        self._nodes: dict[str, Units] = {}

    def hold(
        self, node: ir.Node, index: int, weight: bool, made: Units | None = None, read: Units | None = None
    ) -> None:
        """Record that a node multiplies by a constant, or adds one, that depends on these units (broadcastable to
        it)."""
        value = node.inputs[index]
        assert value is not None
        is_float = value.const_value is not None and value.const_value.dtype == ir.DataType.FLOAT
        if value in self._held or not is_float:
            reason = SEVERAL if is_float else Message("'{name}' is not stored as float32.")
            for units in (made, read):
                self.fix(None if units is None else units.ravel(), Message(reason, name=value.name))
            return
        self._held[value] = Held(made, read, weight)

    def makes(self, node: ir.Node, units: Units) -> None:
        """Record the units of a node's output channels, along the output axis of its layer."""
        self._nodes[node.name or ""] = units

    def read(self, node: ir.Node, index: int, axis: int, units: Units | None) -> None:
        """Record that a node concatenates these units with a constant or adds them to it: the constant gets their
        factors, too."""
        value = node.inputs[index] if index < len(node.inputs) else None
        if units is not None and value is not None and self.constant(value):
            rank = len(self.shape(value) or ())
            self.hold(node, index, False, made=along(units, axis % max(rank, 1), rank))
        else:
            super().read(node, index, axis, units)

    def fix_all(self, node: ir.Node) -> None:
        """Fix the channels around an operator that has no rule."""
        self.fix_inputs(node, self.unknown.format(op=node.op_type))

    def result(self) -> Scaling:
        held = {
            value.name or "": replace(each, made=self._roots_of(each.made), read=self._roots_of(each.read))
            for value, each in self._held.items()
        }
        layers = {
            path: self._roots(self._nodes[site.node])
            for path, site in self.model.sites.items()
            if site.node in self._nodes and held.get(site.initializer, Held()).made is not None
        }
        fixed = {self._root(unit): reason for unit, reason in self._fixed.items()}
        return Scaling(len(self._parents), held, layers, fixed)

    def _roots_of(self, units: np.ndarray | None) -> np.ndarray | None:
        return None if units is None else self._roots(units.ravel()).reshape(units.shape)

    def _fix_read_otherwise(self) -> None:
        """Fix the units of a tensor that several nodes read: its values cannot change."""
        for value, held in self._held.items():
            if len(value.uses()) > 1 or value.is_graph_output():
                for units in held.sides:
                    self.fix(units.ravel(), Message(SEVERAL, name=value.name))


def along(units: Units, axis: int, rank: int) -> np.ndarray:
    """Return the units reshaped to lie along one axis of a tensor of this rank."""
    return units.reshape([-1 if place == axis else 1 for place in range(rank)])


Rule = Callable[[ScaleTracer, ir.Node], None]


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Return a decorator that registers a rule: the effect of these operators on the scale of channels."""

    def register(function: Rule) -> Rule:
        SCALED.update(dict.fromkeys(names, function))
        return function

    return register


# Operators that move channels, or reduce other axes by mean or maximum, keep their scale.
SCALED.update(
    {
        name: MOVES[name]
        for name in (
            "Concat",
            "Transpose",
            "Reshape",
            "Flatten",
            "Squeeze",
            "Unsqueeze",
            "Split",
            "Slice",
            "Resize",
            "Upsample",
            "Expand",
            "MaxPool",
            "AveragePool",
            "LpPool",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "GlobalLpPool",
            "ReduceMean",
            "ReduceSum",
            "ReduceMax",
            "ReduceMin",
            "ReduceL1",
            "ReduceL2",
            "Shape",
            "Size",
        )
    }
)


@rule("Relu", "LeakyRelu", "Neg", "Abs", "Identity", "Dropout")
def _homogeneous(t: ScaleTracer, node: ir.Node) -> None:
    t.same(node)


@rule("PRelu")
def _prelu(t: ScaleTracer, node: ir.Node) -> None:
    if t.constant(node.inputs[1]):
        t.same(node)
    else:
        t.fix_all(node)


@rule("Pad")
def _pad(t: ScaleTracer, node: ir.Node) -> None:
    """Pass the channels on if a Pad fills with zeros or copies of what is there; fix them otherwise."""
    filled = setting(node, "value")
    if filled.computed or any(filled.values or ()):
        t.fix_all(node)
    else:
        MOVES["Pad"](t, node)


@rule("Add", "Sub", "Sum")
def _add(t: ScaleTracer, node: ir.Node) -> None:
    """Give all summands the same factors. An operand that is repeated along the channels fixes them."""
    inputs = {index: value for index, value in enumerate(node.inputs) if value is not None}
    shape = t.shape(node.outputs[0])
    if shape is None or any(t.shape(value) is None for value in inputs.values()):
        t.fix_all(node)
        return
    for axis in range(len(shape)):
        places = {index: axis - len(shape) + len(t.shape(value) or ()) for index, value in inputs.items()}
        found = [
            t.followed(value)[places[index]] for index, value in inputs.items() if places[index] in t.followed(value)
        ]
        whole = all(
            place >= 0 and (t.shape(inputs[index]) or ())[place] == shape[axis] for index, place in places.items()
        )
        if not found:
            continue
        if not whole or shape[axis] is None:
            for units in found:
                t.fix(units, Message("{op} adds the same value to all its channels.", op=node.op_type))
            continue
        for index, place in places.items():
            t.read(node, index, place, found[0])
        t.put(node.outputs[0], axis, found[0])


@rule("Mul", "Div")
def _times(t: ScaleTracer, node: ir.Node) -> None:
    """Trace a product with something that has no factor: a constant, or the gate of a squeeze-and-excitation block."""
    scaled, other = node.inputs
    if node.op_type == "Mul" and not t.followed(scaled):
        scaled, other = other, scaled
    before, after = t.shape(scaled), t.shape(node.outputs[0])
    if before is None or after is None or t.followed(other):
        t.fix_all(node)
        return
    for axis, units in t.followed(scaled).items():
        place = axis + len(after) - len(before)
        if after[place] == len(units):
            t.put(node.outputs[0], place, units)
        else:
            t.fix(units, Message("{op} broadcasts its channels.", op=node.op_type))


@rule("Conv", "ConvTranspose")
def _conv(t: ScaleTracer, node: ir.Node) -> None:
    """Trace a convolution. The weight of a group reads that group's inputs: [groups, outputs, inputs], or
    transposed."""
    x, weight = node.inputs[0], node.inputs[1]
    sizes, group = t.shape(weight), number(node, "group", 1)
    given = t.units(x, 1) if x is not None else None
    if x is None or not t.constant(weight) or not sizes or given is None or len(given) % group:
        t.fix_all(node)
        return
    t.fix_except(node, x, (1,))
    first, second = int(sizes[0] or 0), int(sizes[1] or 0)
    read = given.reshape(group, 1, -1)
    out = t.new(first if node.op_type == "Conv" else second * group)
    made = out.reshape(group, -1, 1)
    if node.op_type == "ConvTranspose":
        made, read = made.transpose(0, 2, 1), read.transpose(0, 2, 1)
    whole = (group, first // group, second)
    made, read = (
        np.broadcast_to(units, whole).reshape(first, second, *(1,) * (len(sizes) - 2)) for units in (made, read)
    )
    t.hold(node, 1, True, made, read)
    t.makes(node, out)
    if len(node.inputs) > 2 and node.inputs[2] is not None:
        t.read(node, 2, 0, out)
    t.put(node.outputs[0], 1, out)


@rule("Gemm")
def _gemm(t: ScaleTracer, node: ir.Node) -> None:
    x, weight = node.inputs[0], node.inputs[1]
    if x is None or not t.constant(weight):
        t.fix_all(node)
        return
    axis = 0 if transposes_input(node) else 1
    given = t.units(x, axis)
    t.fix_except(node, x, (axis,))
    out = _matrix(t, node, 1, given, 0 if transposes_weight(node) else 1)
    bias = t.shape(node.inputs[2]) if len(node.inputs) > 2 and node.inputs[2] is not None else None
    if bias is not None and out is not None:
        if bias and bias[-1] == len(out):
            t.read(node, 2, len(bias) - 1, out)
        else:
            t.fix(out, Message("All its channels share one bias value."))
    t.put(node.outputs[0], 1, out)


@rule("MatMul")
def _matmul(t: ScaleTracer, node: ir.Node) -> None:
    left, right = node.inputs
    a, b = t.shape(left), t.shape(right)
    if (
        left is None
        or right is None
        or a is None
        or b is None
        or min(len(a), len(b)) < 2
        or t.constant(left) == t.constant(right)
    ):
        t.fix_all(node)
    elif t.constant(right) and len(b) == 2:
        t.fix_except(node, left, (len(a) - 1,))
        t.put(node.outputs[0], len(a) - 1, _matrix(t, node, 1, t.units(left, -1), 1))
    elif t.constant(left) and len(a) == 2:
        t.fix_except(node, right, (len(b) - 2,))
        t.put(node.outputs[0], len(b) - 2, _matrix(t, node, 0, t.units(right, -2), 0))
    else:
        t.fix_all(node)


def _matrix(t: ScaleTracer, node: ir.Node, index: int, given: Units | None, out_axis: int) -> Units | None:
    """Return the units of the channels that a constant matrix computes from the given ones."""
    sizes = t.shape(node.inputs[index])
    if given is None or sizes is None or sizes[1 - out_axis] != len(given):
        t.fix(given, Message("Its number of channels is unknown."))
        return None
    out = t.new(sizes[out_axis] or 0)
    t.hold(node, index, True, along(out, out_axis, 2), along(given, 1 - out_axis, 2))
    t.makes(node, out)
    return out


@rule("Gather")
def _gather(t: ScaleTracer, node: ir.Node) -> None:
    """Trace an embedding: its columns are new channels."""
    sizes, chosen = t.shape(node.inputs[0]), t.shape(node.inputs[1])
    if not t.constant(node.inputs[0]) or sizes is None or chosen is None or len(sizes) != 2 or number(node, "axis"):
        t.fix_all(node)
        return
    out = t.new(sizes[1] or 0)
    t.hold(node, 0, True, made=along(out, 1, 2))
    t.makes(node, out)
    t.put(node.outputs[0], len(chosen), out)
