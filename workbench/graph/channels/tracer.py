"""Traversal of a graph that finds coupled channels (see graph/channels/units)."""

import logging
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.channels.units import Channels, Count, Units
from workbench.graph.model.model import Model
from workbench.graph.onnx import names

OUTPUT = Message("Its channels are an output of the model.")
UNKNOWN = Message("Its channels are combined with an unknown number of others.")
FAILED = Message("Unknown: tracing its channels through {op} '{name}' failed.")

log = logging.getLogger(__name__)


RULES: "dict[str, Callable[[Tracer, ir.Node], None]]" = {}


class Tracer:
    """One traversal of the graph. The rules (graph.channels.rules and graph.channels.moves) call its methods."""

    rules = RULES
    removing = True  # whether channels are traced that go; else those that get other scales
    unknown = Message("{op} '{name}' reads its channels; tracing through this operator is not supported.")

    def __init__(self, model: Model) -> None:
        self.model = model
        self.opset = model.opset
        self._graph = model.ir.graph
        self._known = model.known_of_one_sample
        self._parents: list[int] = []
        self._fixed: dict[int, str] = {}
        self._values: dict[ir.Value, dict[int, Units]] = {}
        self._axes: dict[tuple[ir.Value, int], Units] = {}
        self._read: set[tuple[ir.Node, int]] = set()
        self._counts: list[Count] = []
        self.normed: list[Units] = []
        self.divisors: set[str] = set()
        self.scales: list[str] = []

    def run(self) -> Channels:
        self.walk()
        return self._result()

    def walk(self) -> None:
        """Visit every node once, applying the rule of its operator."""
        for node in self._graph:
            self._visit(node)
            for attribute in node.attributes.values():
                for graph in names.subgraphs(attribute):
                    for part in ir.traversal.RecursiveGraphIterator(graph):
                        self.fix_inputs(
                            part, Message("{op} reads its channels in a conditional branch.", op=node.op_type)
                        )
        for value in self._graph.outputs:
            self.fix_value(value, OUTPUT)
        self._fix_read_otherwise()

    def _visit(self, node: ir.Node) -> None:
        """Apply the rule of the operator. If the rule fails, the channels around the node are fixed and tracing
        continues."""
        standard = node.domain in ("", "ai.onnx")
        rule = self.rules.get(node.op_type if standard else f"{node.domain}.{node.op_type}")
        if rule is None:
            self.fix_inputs(node, self.unknown.format(op=node.op_type, name=node.name))
            return
        try:
            rule(self, node)
        except Exception as error:  # an untrusted graph may contain cases that no rule expects
            log.warning("channels are not followed through %s: %s: %s", named(node), type(error).__name__, error)
            reason = FAILED.format(op=node.op_type, name=node.name)
            self.fix_inputs(node, reason)
            for value in node.outputs:
                self.fix_value(value, reason)

    # Called by rules.

    def shape(self, value: ir.Value | None) -> tuple[int | None, ...] | None:
        """Return the shape for one sample; None if not even the rank is known."""
        found = self._known.get(value.name or "") if value is not None else None
        return None if found is None else found.shape

    def constant(self, value: ir.Value | None) -> bool:
        return value is not None and value.is_initializer()

    def followed(self, value: ir.Value | None) -> dict[int, Units]:
        """Return the units along those axes of a value that hold channels, by axis."""
        return self._values.get(value, {}) if value is not None else {}

    def units(self, value: ir.Value, axis: int) -> Units | None:
        """Return the units along any axis of a computed value: fixed ones where none are traced, None if the size is
        unknown."""
        shape = self.shape(value)
        if shape is None:
            return None
        axis %= len(shape)
        size = shape[axis]
        if axis not in self.followed(value) and size is not None:
            reason = Message("Its channels are combined with those of '{value}', which must be kept.", value=value.name)
            self._values.setdefault(value, {})[axis] = self.new(size, reason)
        return self.followed(value).get(axis)

    def put(self, value: ir.Value, axis: int, units: Units | None) -> None:
        """Assign units to an axis of a computed value. They are fixed if the axis is known to have another size."""
        if units is None:
            return
        shape = self.shape(value)
        if shape is not None and (axis >= len(shape) or shape[axis] not in (None, len(units))):
            self.fix(units, UNKNOWN)
        else:
            self._values.setdefault(value, {})[axis] = units

    def new(self, count: int, reason: str = "") -> Units:
        """Return new units that no other tensor holds."""
        units = np.arange(len(self._parents), len(self._parents) + count)
        self._parents.extend(units.tolist())
        if reason:
            self._fixed |= dict.fromkeys(units.tolist(), reason)
        return units

    def join(self, first: Units | None, second: Units | None) -> None:
        """Join units position by position. If their numbers differ, both are fixed."""
        if first is None or second is None or len(first) != len(second):
            for units in (first, second):
                self.fix(units, UNKNOWN)
            return
        if first is not second:
            for a, b in set(zip(first.tolist(), second.tolist(), strict=True)):
                self.merge(a, b)

    def merge(self, a: int, b: int) -> None:
        """Join two units. The result has the smaller number, so that it does not depend on the order."""
        low, high = sorted((self._root(a), self._root(b)))
        if low == high:
            return
        self._parents[high] = low
        if high in self._fixed:
            self._fixed.setdefault(low, self._fixed.pop(high))

    def fix(self, units: Units | None, reason: str) -> None:
        for unit in set(() if units is None else units.tolist()):
            self._fixed.setdefault(self._root(unit), reason)

    def fix_value(self, value: ir.Value, reason: str) -> None:
        for units in self.followed(value).values():
            self.fix(units, reason)

    def fix_inputs(self, node: ir.Node, reason: str) -> None:
        for value in node.inputs:
            if value is not None:
                self.fix_value(value, reason)

    def same(self, node: ir.Node) -> None:
        """Pass the channels of the first input on to the first output."""
        for axis, units in self.followed(node.inputs[0]).items():
            self.put(node.outputs[0], axis, units)

    def channels_of_weight(self, node: ir.Node, index: int, axis: int, size: int | None) -> Units:
        """Return the units of new channels, computed by a weight."""
        units = self.new(size or 0)
        self.read(node, index, axis, units)
        return units

    def fix_except(self, node: ir.Node, value: ir.Value, axes: Sequence[int]) -> None:
        """Fix the channels of a value along all axes but these."""
        for axis, units in self.followed(value).items():
            if axis not in axes:
                self.fix(units, Message("{op} operates along the channel axis.", op=node.op_type))

    def read(self, node: ir.Node, index: int, axis: int, units: Units | None) -> None:
        """Record that the positions of a constant along an axis are these units. If the input is computed, the units
        are fixed."""
        value = node.inputs[index] if index < len(node.inputs) else None
        if value is None or units is None:
            self.fix(units, UNKNOWN)
            return
        if not self.constant(value):
            self.join(units, self.units(value, axis))
            return
        self._read.add((node, index))
        self.join(self._axes.setdefault((value, axis), units), units)

    def count(self, node: ir.Node, place: int | str, position: int, units: Units) -> None:
        """Record that a constant input or attribute of a node holds the number of these units at a position."""
        self._counts.append(Count(node.name or "", place, position, units))

    # Building the result.

    def _fix_read_otherwise(self) -> None:
        """Fix the units of a tensor that some node reads without a rule having said how."""
        for (value, _), units in self._axes.items():
            others = [use.node.op_type for use in value.uses() if (use.node, use.idx) not in self._read]
            if others or value.is_graph_output():
                self.fix(
                    units,
                    Message(
                        "{others} reads '{value}' too.", others=others[0] if others else "An output", value=value.name
                    ),
                )

    def _root(self, unit: int) -> int:
        while self._parents[unit] != unit:
            self._parents[unit] = self._parents[self._parents[unit]]
            unit = self._parents[unit]
        return unit

    def _roots(self, units: Units) -> Units:
        return np.array([self._root(unit) for unit in units.tolist()], dtype=int)

    def _result(self) -> Channels:
        axes = {(value.name or "", axis): self._roots(units) for (value, axis), units in self._axes.items()}
        values = {
            value.name or "": {axis: self._roots(units) for axis, units in found.items()}
            for value, found in self._values.items()
        }
        layers = {
            path: axes[key]
            for path, site in self.model.sites.items()
            if (key := (site.initializer, self.model.layer(path).out_axis)) in axes
        }
        layers |= {path: units for path, units in self._of_grouped(axes).items() if path not in layers}
        counts = tuple(Count(c.node, c.place, c.position, self._roots(c.units)) for c in self._counts)
        normed = frozenset(unit for units in self.normed for unit in self._roots(units).tolist())
        fixed = {self._root(unit): reason for unit, reason in self._fixed.items()}
        return Channels(axes, values, layers, counts, fixed, normed, frozenset(self.divisors), tuple(self.scales))

    def _of_grouped(self, axes: Mapping[tuple[str, int], Units]) -> dict[str, Units]:
        """Return the units of layers by path; a grouped ConvTranspose stores [in, out / groups], so its units are its
        output's."""
        nodes = {node.name: node for node in self._graph}
        found = {}
        for path, site in self.model.sites.items():
            layer = self.model.layer(path)
            if layer.op == "ConvTranspose" and layer.groups > 1 and (site.initializer, 0) in axes:
                units = self.followed(nodes[site.node].outputs[0]).get(1)
                if units is not None:
                    found[path] = self._roots(units)
        return found


def named(node: ir.Node) -> str:
    """Return how a sentence refers to an operator that is in the way."""
    return f"{node.op_type} '{node.name}'"


Rule = Callable[[Tracer, ir.Node], None]


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Return a decorator that registers a rule: the effect of these operators on channels."""

    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, function))
        return function

    return register
