"""Span of a graph that corresponds to a module: one value enters, one leaves, and nothing else in it is read outside.

Its ends follow from dominators (Cooper, Harvey, Kennedy 2001, A simple, fast dominance algorithm): the last value on
every path to its layers, and the first on every path from them. A sum with the span's input belongs to it, as in a
residual block; an activation that follows does not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import onnx_ir as ir

from workbench.core.base.arguments import weak_cache
from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.graph.model.inventory import Site
from workbench.graph.model.model import Model
from workbench.graph.onnx.names import subgraphs
from workbench.graph.subgraph.cut import read_by

OTHER = Message("Choose another module, or another method.")


@dataclass(frozen=True)
class Span:
    """The nodes of a module, by name.

    layers           its editable layers, in the model's order
    received, given  names of its input value and of its output value
    before, after    their shapes for one sample
    """

    module: str
    layers: tuple[str, ...]
    nodes: tuple[str, ...]
    received: str
    given: str
    before: tuple[int, ...]
    after: tuple[int, ...]


def inside(module: str, path: str) -> bool:
    """Return whether a layer is the module, or in it."""
    return path == module or path.startswith(f"{module}.")


def span_of(model: Model, module: str) -> Span:
    """Return the span of a module. Raises UserError if it has no layers, or not exactly one input value and one output
    value."""
    members = tuple(path for path in model.sites if inside(module, path))
    if not members:
        raise UserError(
            "There is no module '{module}' with editable layers.", "Choose a module from the layer list.", module=module
        )
    flow = flow_of(model)
    own = {flow.number(name) for path in members for name in readers(model.sites[path])}
    start, last = flow.common_start(own), flow.common_end(own)
    region = flow.between(start, last)
    outsiders = flow.outsiders(region, members)
    if outsiders or not own <= region:
        more = (
            f"{', '.join(outsiders[:3])}{' …' if len(outsiders) > 3 else ''}" if outsiders else Message("the outputs")
        )
        raise UserError(
            "{module} cannot be replaced on its own: between its input and its output there is also {more}.",
            OTHER,
            module=module,
            more=more,
        )
    region = flow.with_sums(region, start, last, members)
    received, given = flow.received(region), flow.given(region)
    if len(received) != 1 or len(given) != 1:
        raise UserError(
            "{module} has {n} inputs ({received}) and {given} outputs ({inputs}); a student has "
            "one input and one output.",
            OTHER,
            module=module,
            n=len(received),
            received=[*received],
            given=len(given),
            inputs=[*given],
        )
    return Span(
        module,
        members,
        tuple(flow.name(number) for number in sorted(region)),
        received[0],
        given[0],
        *_shapes(model, module, received[0], given[0]),
    )


@weak_cache
def flow_of(model: Model) -> "Flow":
    """Return the flow of a model, which is built once."""
    return Flow(model)


def readers(site: Site) -> tuple[str, ...]:
    """Return the nodes that compute a layer."""
    return tuple(name for name, _ in site.uses) + ((site.bias_node,) if site.bias_node else ())


def _shapes(model: Model, module: str, *names: str) -> list[tuple[int, ...]]:
    known = model.known_of_one_sample
    found = []
    for name in names:
        shape = known[name].shape if name in known else None
        if shape is None or any(size is None for size in shape):
            raise UserError("The input and output sizes of {module} are known only at run time.", OTHER, module=module)
        found.append(tuple(size for size in shape if size is not None))
    return found


class Flow:
    """Nodes of the main graph that depend on its inputs, numbered from 1 in order of execution.

    0 stands for the inputs, the number after the last node for the outputs. Built once per model; for each module only
    the nodes near it are visited, not all.
    """

    def __init__(self, model: Model) -> None:
        graph = model.ir.graph
        inputs = {value for value in graph.inputs if not value.is_initializer()}
        self._made: dict[ir.Value, int] = dict.fromkeys(inputs, 0)
        self._nodes: list[ir.Node] = []
        self._reads: list[list[ir.Value]] = [[]]
        for node in graph:
            read = [value for value in read_by(node) if value in self._made]
            if read:
                self._nodes.append(node)
                self._reads.append(read)
                self._made |= dict.fromkeys(node.outputs, len(self._nodes))
        self._end = len(self._nodes) + 1
        self._outputs = set(graph.outputs)
        self._numbers = {node.name: number for number, node in enumerate(self._nodes, 1)}
        self._sources = [{self._made[value] for value in read} for read in self._reads]
        self._readers: list[set[int]] = [set() for _ in range(self._end + 1)]
        for number, sources in enumerate(self._sources):
            for source in sources:
                self._readers[source].add(number)
        for value in self._outputs & self._made.keys():
            self._readers[self._made[value]].add(self._end)
        self._before = _dominators(range(1, self._end), self._sources, 0)
        self._after = _dominators(range(self._end - 1, -1, -1), self._readers, self._end)
        self._owners: dict[int, list[str]] = {}
        for path, site in model.sites.items():
            for number in map(self.number, readers(site)):
                self._owners.setdefault(number, []).append(path)
        # Nodes with graphs inside, If, Loop and Scan, are kept as they are.
        self._branching = {
            number: node.op_type
            for number, node in enumerate(self._nodes, 1)
            if any(subgraphs(attribute) for attribute in node.attributes.values())
        }

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return self._end - 1

    def number(self, name: str) -> int:
        """Return the number of a node; 0 if it depends on no input."""
        return self._numbers.get(name, 0)

    def outsiders(self, region: Iterable[int], members: Sequence[str]) -> list[str]:
        """Return the layers in a region that are not among the members, and operators with subgraphs."""
        found: dict[str, None] = {}
        for number in sorted(region):
            found |= dict.fromkeys(path for path in self._owners.get(number, ()) if path not in members)
            if number in self._branching:
                found[self._branching[number]] = None
        return list(found)

    def name(self, number: int) -> str:
        return self._nodes[number - 1].name or ""

    def common_start(self, numbers: Iterable[int]) -> int:
        """Return the last node, not among these, that is on every path to all of them."""
        return _meet([self._before[number] for number in numbers if number], self._before)

    def common_end(self, numbers: Iterable[int]) -> int:
        """Return the first node that is on every path from all of them; it may be one of them."""
        return _meet(list(numbers), self._after, rising=True)

    def ends_behind(self, number: int) -> list[int]:
        """Return the nodes on every path from this one to the outputs, in order, itself first."""
        found = []
        while number != self._end:
            found.append(number)
            number = self._after[number]
        return found

    def only_output(self, number: int) -> str | None:
        """Return the name of the one value of a node that is read or is an output; None if there is not exactly one."""
        found = [value for value in self._nodes[number - 1].outputs if value.uses() or value in self._outputs]
        return found[0].name if len(found) == 1 else None

    def between(self, start: int, last: int) -> set[int]:
        """Return the nodes after `start` up to and including `last`."""
        if last == self._end:
            return set()
        behind = self._reached(start, self._readers, range(start, last + 1))
        return {
            number for number in self._reached(last, self._sources, range(start, last)) | {last} if number in behind
        }

    def from_layers(self, own: set[int], last: int) -> set[int]:
        """Return these nodes, and all behind one of them that lead to `last`, itself included."""
        behind: set[int] = set()
        for number in own:
            behind |= self._reached(number, self._readers, range(number, last + 1))
        return own | (behind & (self._reached(last, self._sources, range(min(own), last)) | {last}))

    def node(self, number: int) -> ir.Node:
        return self._nodes[number - 1]

    def with_sums(self, region: set[int], start: int, last: int, members: Sequence[str]) -> set[int]:
        """Return the region including the node that joins the span's output with its input, if that needs nothing
        else."""
        found = region
        after = self._after[last]
        while after != self._end:
            wider = self.between(start, after)
            if self.outsiders(wider, members) or len(self.received(wider)) != 1 or len(self.given(wider)) != 1:
                break
            behind = self._reached(last, self._readers, range(last, after)) | {last}
            if any(source not in behind for source in self._sources[after]):
                found = wider
            after = self._after[after]
        return found

    def received(self, region: set[int]) -> list[str]:
        read = dict.fromkeys(
            value for number in sorted(region) for value in self._reads[number] if self._made[value] not in region
        )
        return [value.name or "" for value in read]

    def given(self, region: set[int]) -> list[str]:
        return [
            value.name or ""
            for number in sorted(region)
            for value in self._nodes[number - 1].outputs
            if value in self._outputs
            or any(
                value in self._reads[reader]
                for reader in self._readers[number]
                if reader not in region and reader != self._end
            )
        ]

    def _reached(self, start: int, ways: Sequence[set[int]], within: range) -> set[int]:
        seen: set[int] = set()
        left = [start]
        while left:
            new = {number for number in ways[left.pop()] if number in within} - seen
            seen |= new
            left += new
        return seen


def _dominators(order: Iterable[int], sources: Sequence[set[int]], root: int) -> dict[int, int]:
    """Return immediate dominators: for every vertex the nearest one on every path from the root. The graph is acyclic,
    so one pass is exact."""
    found = {root: root}
    for number in order:
        ways = [source for source in sources[number] if source in found]
        found[number] = _meet(ways, found, rising=root != 0) if ways else root
    return found


def _meet(numbers: Sequence[int], above: dict[int, int], rising: bool = False) -> int:
    """Return the nearest vertex above all of these; numbers decrease towards the root, or increase (`rising`)."""
    first, *rest = numbers
    for other in rest:
        while first != other:
            if (first > other) != rising:
                first = above[first]
            else:
                other = above[other]
    return first
