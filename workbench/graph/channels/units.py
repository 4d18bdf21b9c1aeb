"""Coupled channels: everything that must be removed together with a channel.

The graph is walked once (graph/channels/tracer). Each operator with weights makes new channels; every other one says
what its output's channels are: those of its input (ReLU), those of both inputs, which become one (a residual Add), one
after the other (Concat). What was joined is a *unit*: it stays or goes as a whole, in every tensor that holds it. The
rules of the operators are in graph/channels/rules and channel_moves; an operator without one fixes the channels that it
reads.

Dependency groups as in Fang et al. 2023, DepGraph: Towards any structural pruning, CVPR; there of torch modules,
here of single channels, with every constant of the graph among them.
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
    """A constant of a node that says how many channels there are, and of which units.

    place      index of the node's input, or the name of its attribute
    position   in that constant, when it is a list
    """

    node: str
    place: int | str
    position: int
    units: Units


@dataclass(frozen=True, eq=False)
class Channels:
    """The units of a graph.

    axes       (initialiser, axis) -> units; every tensor that gets smaller
    values     name of a computed value -> axis -> units
    layers     path -> units of the layer's output channels
    counts     constants that must say the new number
    fixed      unit -> why it must stay, a sentence
    normed     units over which a LayerNormalization takes its mean: without them it answers otherwise
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
        """The units of a layer's output channels that may go, each once, ascending."""
        return np.array([unit for unit in np.unique(self.layers[path]) if int(unit) not in self.fixed], dtype=int)

    def refusal(self, path: str) -> str | None:
        """Why no output channel of a layer can be removed, or None."""
        if path not in self.layers:
            return NOT_FOLLOWED
        units = np.unique(self.layers[path])
        reasons = [self.fixed[int(unit)] for unit in units if int(unit) in self.fixed]
        if len(reasons) == len(units):
            return max(reasons, key=reasons.count)
        return TOGETHER if len(units) == 1 else None

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """For each layer that can lose channels, all layers coupled with it, including itself."""
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
