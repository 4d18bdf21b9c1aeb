"""Channels taken out of a graph: every tensor that holds them gets smaller, every constant that counts them follows."""

from collections.abc import Set
from dataclasses import replace

import numpy as np
import onnx_ir as ir

from workbench.graph.channels.units import Channels, Count, Units
from workbench.graph.model.inventory import find_layers
from workbench.graph.model.model import Model
from workbench.graph.onnx import names


def without(model: Model, channels: Channels, removed: Set[int]) -> Model:
    """The model without these units: the same nodes and layers, smaller tensors; untouched ones are shared."""
    copy = model.ir.clone()
    for (name, axis), units in channels.axes.items():
        keep = ~among(units, removed)
        if not keep.all():
            value = copy.graph.initializers[name]
            _set(value, np.compress(keep, _numbers(value), axis))
    _shrink_records(copy.graph, channels, removed)
    _follow(copy, channels.counts, removed)
    layers, sites = find_layers(copy)
    return replace(model, ir=copy, layers=layers, sites=sites)


def silenced(model: Model, channels: Channels, removed: Set[int]) -> Model:
    """The model in its old shape with these units at zero wherever they are made, changed or read.

    What is left without them must answer the same: the proof that they were taken out of the right places.
    """
    copy = model.ir.clone()
    for (name, axis), units in channels.axes.items():
        gone = among(units, removed)
        if gone.any() and name not in channels.divisors:
            value = copy.graph.initializers[name]
            values = _numbers(value).copy()
            values[(slice(None),) * axis + (gone,)] = 0
            _set(value, values)
    return replace(model, ir=copy)


def among(units: Units, removed: Set[int]) -> np.ndarray:
    """[positions] bool: those that go. Many tensors are asked, each for its own units, not for all that go."""
    return np.fromiter((unit in removed for unit in units.tolist()), bool, len(units))


def left(units: Units, removed: Set[int]) -> int:
    """How many positions stay."""
    return int(len(units) - among(units, removed).sum())


def _numbers(value: ir.Value) -> np.ndarray:
    assert value.const_value is not None
    return value.const_value.numpy()


def _set(value: ir.Value, values: np.ndarray) -> None:
    value.const_value = ir.Tensor(np.ascontiguousarray(values), name=value.name)
    if value.type is not None:
        value.shape = ir.Shape(values.shape)


def _shrink_records(graph: ir.Graph, channels: Channels, removed: Set[int]) -> None:
    """The shapes that the file records of its computed values."""
    for node in graph:
        for value in node.outputs:
            found = channels.values.get(value.name or "", {})
            if value.shape is None or all(left(units, removed) == len(units) for units in found.values()):
                continue
            sizes = list(value.shape)
            for axis, units in found.items():
                sizes[axis] = left(units, removed)
            value.shape = ir.Shape(sizes)


def _follow(model: ir.Model, counts: tuple[Count, ...], removed: Set[int]) -> None:
    """Constants that say how many channels there are: groups, targets of reshapes, places of cuts."""
    nodes = {node.name: node for node in model.graph}
    taken = names.value_names(model.graph)
    by_place: dict[tuple[str, int | str], list[Count]] = {}
    for count in counts:
        by_place.setdefault((count.node, count.place), []).append(count)
    for (name, place), wanted in by_place.items():
        numbers = {count.position: left(count.units, removed) for count in wanted}
        if all(numbers[count.position] == len(count.units) for count in wanted):
            continue
        node = nodes[name]
        if isinstance(place, str):
            _follow_attribute(node, place, numbers)
        else:
            _follow_input(model.graph, node, place, numbers, taken)


def _follow_attribute(node: ir.Node, name: str, numbers: dict[int, int]) -> None:
    if name == "group":
        node.attributes[name] = ir.AttrInt64(name, numbers[0])
        return
    values = list(node.attributes[name].as_ints()) if name in node.attributes else [0] * len(numbers)
    for position, number in numbers.items():
        values[position] = number
    node.attributes[name] = ir.AttrInt64s(name, values)


def _follow_input(graph: ir.Graph, node: ir.Node, index: int, numbers: dict[int, int], taken: set[str]) -> None:
    """A constant of the node's own, for others may read the old one and count something else."""
    old = node.inputs[index] if index < len(node.inputs) else None
    values = np.zeros(len(numbers), np.int64) if old is None else _numbers(old).reshape(-1).copy()
    for position, number in numbers.items():
        values[position] = number
    alone = old is not None and len(old.uses()) == 1
    name = old.name if old is not None and alone else names.unique(f"{node.name}.sizes", taken)
    if old is not None and alone:
        del graph.initializers[old.name or ""]
    new = ir.Value(name=name, const_value=ir.Tensor(values, name=name))
    graph.initializers.add(new)
    node.resize_inputs(max(len(node.inputs), index + 1))
    node.replace_input_with(index, new)
    if node.op_type == "Split":
        node.attributes.pop("num_outputs", None)
