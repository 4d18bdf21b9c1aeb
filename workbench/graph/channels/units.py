"""Coupled channels: everything that must be removed together with a channel.

The graph is traversed once (graph.channels.tracer). Each operator with weights creates new channels. Every other one
determines the channels of its output: those of its input (ReLU), those of both inputs, which are joined (a residual
Add), or one after the other (Concat). Joined channels form a *unit*, which is kept or removed as a whole, in every
tensor that holds it. The rules of the operators are in graph.channels.rules and graph.channels.moves; an operator
without a rule fixes the channels that it reads.

Dependency groups as in Fang et al. 2023, DepGraph: Towards any structural pruning, CVPR. There they are found between
torch modules; here between single channels, including every constant of the graph.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.core.base.message import Message

NOT_FOLLOWED = Message("Its output channels cannot be traced through the graph.")
TOGETHER = Message("All its channels are coupled: none can be pruned without the others.")
Units = np.ndarray  # [size] int: the unit that each position along an axis belongs to


@dataclass(frozen=True, eq=False)
class Count:
    """A constant of a node that holds the number of channels, and the units that it counts.

    place      index of the node's input, or name of its attribute
    position   index in that constant, if it is a list
    """

    node: str
    place: int | str
    position: int
    units: Units


@dataclass(frozen=True, eq=False)
class Channels:
    """The units of a graph.

    axes       (initialiser, axis) -> units; every tensor that shrinks
    values     name of a computed value -> axis -> units
    layers     path -> units of the layer's output channels
    counts     constants that hold a number of channels
    fixed      unit -> reason why it cannot be removed, a sentence
    normed     units over which a LayerNormalization takes its mean: removing them changes its output
    divisors   initialisers that something is divided by
    scales     scales of BatchNormalizations
    """

    axes: Mapping[tuple[str, int], Units]
    values: Mapping[str, Mapping[int, Units]]
    layers: Mapping[str, Units]
    counts: tuple[Count, ...]
    fixed: Mapping[int, str]
    normed: frozenset[int]
    divisors: frozenset[str]
    scales: tuple[str, ...]

    def free(self, path: str) -> Units:
        """Return the units of a layer's output channels that may be removed: distinct, ascending."""
        return np.array([unit for unit in np.unique(self.layers[path]) if int(unit) not in self.fixed], dtype=int)

    def width(self, path: str) -> int:
        """Return the number of a layer's output channels in a unit."""
        return max(1, len(self.layers[path]) // len(np.unique(self.layers[path])))

    def refusal(self, path: str) -> str | None:
        """Return the reason why no output channel of a layer can be removed, or None."""
        if path not in self.layers:
            return NOT_FOLLOWED
        units = np.unique(self.layers[path])
        reasons = [self.fixed[int(unit)] for unit in units if int(unit) in self.fixed]
        if len(reasons) == len(units):
            return max(reasons, key=reasons.count)
        return TOGETHER if len(units) == 1 else None

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Coupled layers by path, for each layer that can lose channels: all layers coupled with it, itself
        included."""
        members: dict[int, list[str]] = {}
        for path in self.layers:
            for unit in self.free(path).tolist():
                members.setdefault(unit, []).append(path)
        group = {path: {path} for path in self.layers}
        for paths in {tuple(paths) for paths in members.values()}:
            joined = set().union(*(group[path] for path in paths))
            group |= dict.fromkeys(joined, joined)
        place = {path: index for index, path in enumerate(self.layers)}
        ordered = {id(joined): tuple(sorted(joined, key=place.__getitem__)) for joined in group.values()}
        return {path: ordered[id(joined)] for path, joined in group.items()}
