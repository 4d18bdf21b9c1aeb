"""Removal of channels from a graph: tensors that hold them shrink, constants that count them are updated."""

from collections.abc import Set
from dataclasses import replace

import numpy as np
import onnx_ir as ir

from workbench.graph.channels.units import Channels, Count, Units
from workbench.graph.model.inventory import find_layers
from workbench.graph.model.model import Model
from workbench.graph.onnx import names


def without_channels(model: Model, channels: Channels, removed: Set[int]) -> Model:
    """Return the model without these units: the same nodes and layers with smaller tensors. Unchanged tensors are
    shared."""
    copy = model.ir.clone()
    for (name, axis), units in channels.axes.items():
        keep = ~removal_mask(units, removed)
        if not keep.all():
            value = copy.graph.initializers[name]
            _set(value, np.compress(keep, _numbers(value), axis))
    _shrink_records(copy.graph, channels, removed)
    _follow(copy, channels.counts, removed)
    layers, sites = find_layers(copy)
    return replace(model, ir=copy, layers=layers, sites=sites)


def silenced(model: Model, channels: Channels, removed: Set[int]) -> Model:
    """Return the model in its original shape, with these units set to zero wherever they are computed, changed or read.

    The model without them must give the same outputs; comparing both proves that the right positions were removed.
    """
    copy = model.ir.clone()
    for (name, axis), units in channels.axes.items():
        gone = removal_mask(units, removed)
        if gone.any() and name not in channels.divisors:
            value = copy.graph.initializers[name]
            values = _numbers(value).copy()
            values[(slice(None),) * axis + (gone,)] = 0
            _set(value, values)
    return replace(model, ir=copy)


def removal_mask(units: Units, removed: Set[int]) -> np.ndarray:
    """Return [positions] bool: which units are removed. Costs as much as these units, not as all that are removed."""
    return np.fromiter((unit in removed for unit in units.tolist()), bool, len(units))


def remaining_count(units: Units, removed: Set[int]) -> int:
    """Return the number of positions that remain."""
    return int(len(units) - removal_mask(units, removed).sum())


def _numbers(value: ir.Value) -> np.ndarray:
    assert value.const_value is not None
    return value.const_value.numpy()


def _set(value: ir.Value, values: np.ndarray) -> None:
    value.const_value = ir.Tensor(np.ascontiguousarray(values), name=value.name)
    if value.type is not None:
        value.shape = ir.Shape(values.shape)


def _shrink_records(graph: ir.Graph, channels: Channels, removed: Set[int]) -> None:
    """Update the shapes of computed values that are recorded in the file."""
    for node in graph:
        for value in node.outputs:
            found = channels.values.get(value.name or "", {})
            if value.shape is None or all(remaining_count(units, removed) == len(units) for units in found.values()):
                continue
            sizes = list(value.shape)
            for axis, units in found.items():
                sizes[axis] = remaining_count(units, removed)
            value.shape = ir.Shape(sizes)


def _follow(model: ir.Model, counts: tuple[Count, ...], removed: Set[int]) -> None:
    """Update constants that depend on the number of channels: groups, target shapes of Reshape, split positions."""
    nodes = {node.name: node for node in model.graph}
    taken = names.value_names(model.graph)
    by_place: dict[tuple[str, int | str], list[Count]] = {}
    for count in counts:
        by_place.setdefault((count.node, count.place), []).append(count)
    for (name, place), wanted in by_place.items():
        numbers = {count.position: remaining_count(count.units, removed) for count in wanted}
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
    """Replace a constant by a copy of the node's own: other nodes may read the old one and count something else."""
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
