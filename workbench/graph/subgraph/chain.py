"""A model as a chain of parts, each of which affects the following ones through a single value: the blocks of a
decoder.

Blocks are numbered modules in a row. A block ends at the last value on every path from its layers to the outputs (see
span) before the next layer outside it, so that a sum with its input is part of it; anything else that is read after
that value, such as a mask, does not depend on earlier blocks.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import onnx_ir as ir

from workbench.graph.model.model import Model
from workbench.graph.subgraph import cut
from workbench.graph.subgraph.span import Flow, flow_of, readers

LEAST = 2  # fewest layers of a block, on average


@dataclass(frozen=True)
class Part:
    """One part of a chain.

    received  name of the value from the previous part; "" for the first
    sides     names of the other computed values that it reads
    given     name of its output value; for the last part the model's output
    layers    paths of its layers, in the model's order
    """

    received: str
    sides: tuple[str, ...]
    given: str
    layers: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Chain:
    """A model as a chain of parts. `model` has one output, computed through all `parts`. `blocks`: module -> layers,
    for modules within one part. `others`: layers in no part, such as an embedding that is also the head."""

    model: Model
    parts: tuple[Part, ...]
    blocks: Mapping[str, tuple[str, ...]]
    others: tuple[str, ...]

    def model_of(self, part: Part) -> Model:
        """Return the graph that computes a part's output from the values it reads, and from inputs of the model."""
        known = (*((part.received,) if part.received else ()), *part.sides)
        return holding(self.model, cut.between(self.model, known, (part.given,)))


def chain_of(model: Model, output: str) -> Chain | None:
    """Return the chain that computes an output; None for a model without blocks in a row."""
    whole = cut.with_single_output(model, output)
    modules = numbered(tuple(whole.sites))
    flow = flow_of(whole)
    ends = _in_a_row(flow, [_end_of_block(flow, whole, layers) for layers in modules.values()])
    if not ends:
        return None
    places = {path: _place(flow, whole, path, ends) for path in whole.sites}
    parts = []
    for place, given in enumerate([*(flow.only_output(end) for end in ends), output]):
        received = flow.only_output(ends[place - 1]) if place else ""
        read = cut.crossing_behind(whole, (received,)) if received else ()
        part = Part(received or "", tuple(name for name in read if name != received), given or "", ())
        inside = Chain(whole, (), {}, ()).model_of(part).sites
        parts.append(replace(part, layers=tuple(path for path in inside if places[path] == place)))
    of_part = {path: place for place, part in enumerate(parts) for path in part.layers}
    blocks = {
        module: layers
        for module, layers in modules.items()
        if len({of_part.get(path) for path in layers}) == 1 and layers[0] in of_part
    }
    return Chain(whole, tuple(parts), blocks, tuple(path for path in whole.sites if path not in of_part))


def numbered(paths: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the layers of each module of the row that holds most layers: modules whose names differ only by a number.
    Empty if these are less than half of all layers, or the modules are hardly more than layers."""
    rows: dict[tuple[int, str], dict[int, list[tuple[str, str]]]] = {}
    for path in paths:
        names = path.split(".")
        for depth, name in enumerate(names):
            if found := re.fullmatch(r"(.*?)(\d+)", name):
                module = ".".join(names[: depth + 1])
                row = rows.setdefault((depth, ".".join([*names[:depth], found[1]])), {})
                row.setdefault(int(found[2]), []).append((module, path))
    held = {key: sum(map(len, row.values())) for key, row in rows.items() if len(row) > 1}
    best = max(held, key=lambda key: (held[key], -key[0]), default=None)
    if best is None or held[best] < max(len(paths) / 2, LEAST * len(rows[best])):
        return {}
    return {each[0][0]: tuple(path for _, path in each) for _, each in sorted(rows[best].items())}


def _end(flow: Flow, model: Model, layers: Sequence[str]) -> int:
    own = {flow.number(name) for path in layers for name in readers(model.sites[path])}
    return flow.common_end(own - {0}) if own - {0} else 0


def _end_of_block(flow: Flow, model: Model, layers: Sequence[str]) -> int:
    first = _end(flow, model, layers)
    others = (flow.number(name) for path, site in model.sites.items() if path not in layers for name in readers(site))
    next_layer = min((number for number in others if number > first), default=None)
    behind = flow.ends_behind(first) if first else []
    before = [end for end in behind if next_layer is None or end < next_layer]
    known = {end: model.known.get(flow.only_output(end) or "") for end in before}
    sizes = {end: None if found is None else found.shape for end, found in known.items()}
    fitting = [end for end in before if flow.only_output(end) and sizes[end] == sizes[first]]  # no head without a layer
    return fitting[-1] if fitting else 0


def _in_a_row(flow: Flow, ends: Sequence[int]) -> list[int]:
    """Return the ends that lie on one path, on which all earlier blocks affect the output, in order."""
    ways = [[end for end in flow.ends_behind(start) if end in ends] for start in ends if start]
    return max(ways, key=len, default=[])


def _place(flow: Flow, model: Model, path: str, ends: Sequence[int]) -> int:
    """Return the number of the part that contains a layer: the first whose end is on every path from it."""
    end = _end(flow, model, (path,))
    passed = set(flow.ends_behind(end)) if end else set()
    return next((place for place, each in enumerate(ends) if each in passed), len(ends))


def holding(model: Model, graph: ir.Model) -> Model:
    """Return the model with part of its graph, and with the layers whose nodes are all in it."""
    left = {node.name for node in graph.graph}
    sites = {path: site for path, site in model.sites.items() if left.issuperset(readers(site))}
    return replace(model, ir=graph, sites=sites, layers=tuple(layer for layer in model.layers if layer.path in sites))
