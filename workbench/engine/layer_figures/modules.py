"""Modules of a drawn graph as one box each: their nodes are replaced by one whose operator is the module's name.

A module can be a box if no path between two of its nodes leaves it, so that no cycle arises.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import onnx

from workbench.core.layer_data.views import GraphView
from workbench.graph.onnx import names

DOMAIN = "module"


def collapsed(view: GraphView, modules: Iterable[str]) -> GraphView:
    """Return the view with these modules as boxes, where possible; none of them is inside another."""
    proto = onnx.load_from_string(view.onnx)
    owners = {node: path for path, nodes in view.nodes.items() for node in nodes}
    drawn = _Drawn(proto.graph, {node.name: owners.get(node.name) or _place(node) for node in proto.graph.node})
    boxes = {}
    for module in modules:
        if name := drawn.collapse(module, frozenset(owners)):
            boxes[name] = module
    if not boxes:
        return view
    del proto.graph.node[:]
    proto.graph.node.extend(drawn.nodes)
    inside = {path: name for name, module in boxes.items() for path in view.nodes if _inside(module, path)}
    nodes = {path: (inside[path],) if path in inside else found for path, found in view.nodes.items()}
    return replace(view, onnx=proto.SerializeToString(), nodes=nodes, boxes=boxes)


def _inside(module: str, path: str | None) -> bool:
    return path is not None and (path == module or path.startswith(f"{module}."))


def _place(node: onnx.NodeProto) -> str | None:
    """Return the module of a node without a layer's weight, "" for the whole model; None if the exporter did not record
    it."""
    text = next((entry.value for entry in node.metadata_props if entry.key == names.SCOPES), "")
    return names.scope_of(text) if text else None


@dataclass
class _Drawn:
    """The nodes in an order of execution, with their places by name: paths of layers or modules, None if unknown."""

    graph: onnx.GraphProto
    places: Mapping[str, str | None]

    def __post_init__(self) -> None:
        self.nodes = list(self.graph.node)
        self._constants = {tensor.name for tensor in self.graph.initializer}
        self._outputs = {value.name for value in self.graph.output}

    def collapse(self, module: str, owned: frozenset[str]) -> str | None:
        """Replace the module's nodes by a box, and return its name; None if it cannot be one."""
        reads = [tuple(name for name in _read(node) if name not in self._constants) for node in self.nodes]
        made = {name: index for index, node in enumerate(self.nodes) for name in node.output if name}
        own = {index for index, node in enumerate(self.nodes) if _inside(module, self.places.get(node.name))}
        if not any(self.nodes[index].name in owned for index in own):
            return None
        behind = self._behind(own, reads, made)
        region = own | (behind & self._before(own, reads, made))
        self._absorb(region, behind, reads, made)
        foreign = any(
            node.domain == DOMAIN or (node.name in owned and not _inside(module, self.places.get(node.name)))
            for node in (self.nodes[index] for index in region)
        )
        if foreign or len(region) < 2:
            return None
        self._replace(module, region, self._behind(region, reads, made), reads)
        return _name(module)

    def _behind(self, start: set[int], reads: list[tuple[str, ...]], made: Mapping[str, int]) -> set[int]:
        """Return the nodes that depend on these, excluding these unless they depend on one another."""
        found: set[int] = set()
        for index, read in enumerate(reads):
            if any(made.get(name) in start or made.get(name) in found for name in read):
                found.add(index)
        return found

    def _before(self, start: set[int], reads: list[tuple[str, ...]], made: Mapping[str, int]) -> set[int]:
        """Return the nodes that these depend on."""
        found: set[int] = set()
        for index in reversed(range(len(reads))):
            if index in start or index in found:
                found.update(made[name] for name in reads[index] if name in made)
        return found

    def _absorb(
        self, region: set[int], behind: set[int], reads: list[tuple[str, ...]], made: Mapping[str, int]
    ) -> None:
        """Absorb nodes of unknown place that read only values that the module makes or receives, such as a sum or an
        activation, and those that make constants for it alone."""
        received = {name for index in region for name in reads[index]}
        for index in sorted(behind - region):
            known = all(made.get(name) in region or name in received for name in reads[index])
            if known and self.places.get(self.nodes[index].name) is None and self.nodes[index].domain != DOMAIN:
                region.add(index)
        users: dict[str, set[int]] = {}
        for index, read in enumerate(reads):
            for name in read:
                users.setdefault(name, set()).add(index)
        for index in reversed(range(len(self.nodes))):
            outputs = [name for name in self.nodes[index].output if name]
            used = set().union(*(users.get(name, set()) for name in outputs)) if outputs else set()
            if not reads[index] and used and used <= region and not self._outputs & set(outputs):
                region.add(index)

    def _replace(self, module: str, region: set[int], behind: set[int], reads: list[tuple[str, ...]]) -> None:
        inside = [self.nodes[index] for index in sorted(region)]
        outside = [(index, node) for index, node in enumerate(self.nodes) if index not in region]
        wanted = self._outputs.union(*(reads[index] for index, _ in outside))
        given = [name for node in inside for name in node.output if name in wanted]
        makes = {name for node in inside for name in node.output}
        received = dict.fromkeys(name for index in sorted(region) for name in reads[index] if name not in makes)
        box = onnx.helper.make_node(module, list(received), given, name=_name(module), domain=DOMAIN, nodes=len(inside))
        first = [node for index, node in outside if index not in behind]
        self.nodes = [*first, box, *(node for index, node in outside if index in behind)]


def _name(module: str) -> str:
    return f"{DOMAIN} {module}"


def _read(node: onnx.NodeProto) -> Iterator[str]:
    """Yield the names of the values that a node reads, including those that its subgraphs read from outside."""
    yield from filter(None, node.input)
    for attribute in node.attribute:
        for graph in (*attribute.graphs, *((attribute.g,) if attribute.HasField("g") else ())):
            known = {name for inner in graph.node for name in inner.output}
            known |= {value.name for value in (*graph.input, *graph.initializer)}
            yield from (name for inner in graph.node for name in _read(inner) if name not in known)
