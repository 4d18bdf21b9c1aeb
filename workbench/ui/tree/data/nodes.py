"""Rows of the layer tree: layers below their modules, or below other groups, which sum their children."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.core.analysis.report import LayerChange
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action
from workbench.ui.tree.data.grouping import Grouping, order, trail

if TYPE_CHECKING:
    from workbench.core.layer_data.views import LayerFacts


@dataclass(eq=False)
class Node:
    """A module or another group, a layer, or both: a path may be the prefix of another.

    parameters, macs, bytes    of the layer and everything below; macs is None if none are known
    after                      bytes after the steps; `settled` is false while they are forecast or outdated
    edited                     number of layers, this one and those below, that have steps
    alone                      whether the recipe leaves this layer alone
    facts, loss, time          of this layer alone; None while they are not known; time is its share of a run
    """

    id: int
    name: str
    path: str
    row: int
    parent: Node | None
    layer: Layer | None = None
    children: list[Node] = field(default_factory=list)
    parameters: int = 0
    macs: int | None = None
    bytes: int = 0
    after: int = 0
    settled: bool = True
    edited: int = 0
    actions: tuple[Action, ...] = ()
    alone: bool = False
    change: LayerChange | None = None
    facts: LayerFacts | None = None
    loss: float | None = None
    time: float | None = None

    def ancestors(self) -> Iterator[Node]:
        """Yield the ancestors, from the parent up to the root."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def layers(self) -> Iterator[Layer]:
        """Yield the layer of this node and all below, in the order of the model."""
        if self.layer is not None:
            yield self.layer
        for child in self.children:
            yield from child.layers()

    def set_own(self, actions: tuple[Action, ...], change: LayerChange | None, alone: bool) -> bool:
        """Set the steps of this layer and their result; return whether anything shown differs."""
        before = (self.actions, self.change, self.alone)
        self.actions, self.change, self.alone = actions, change if actions else None, alone
        return before != (self.actions, self.change, self.alone)

    def sum_up(self) -> None:
        """Recompute what depends on the recipe from this layer and its children."""
        self.after = sum(child.after for child in self.children)
        self.settled = all(child.settled for child in self.children)
        self.edited = sum(child.edited for child in self.children)
        if self.layer is not None:
            self.after += self.change.bytes_after if self.change else self.layer.bytes
            self.edited += bool(self.actions)
            if self.actions:
                self.settled &= self.change is not None and self.change.exact and self.change.actions == self.actions


def build(layers: Iterable[Layer], grouping: Grouping = Grouping.MODULES) -> list[Node]:
    """Return all nodes, by id; the first is the invisible root. Children keep the order of the model."""
    nodes = [Node(0, "", "", 0, None)]
    known: dict[str, Node] = {}
    for layer in sorted(layers, key=order(grouping)):
        parent = nodes[0]
        for key, name in trail(layer, grouping):
            if key not in known:
                node = Node(len(nodes), name, key.lstrip(), len(parent.children), parent)
                parent.children.append(node)
                nodes.append(node)
                known[key] = node
            parent = known[key]
        parent.layer = layer
    for node in reversed(nodes):  # children come after their parents
        _sum_constant(node)
        node.sum_up()
    return nodes


def take_over(nodes: list[Node], former: Mapping[str, Node]) -> None:
    """Copy what is known of each layer from the previous nodes, by path."""
    for node in reversed(nodes):
        before = former.get(node.path) if node.layer is not None else None
        if before is not None:
            node.actions, node.change, node.facts, node.loss = before.actions, before.change, before.facts, before.loss
            node.alone = before.alone
        node.sum_up()


def _sum_constant(node: Node) -> None:
    parts = [(n.parameters, n.macs, n.bytes) for n in node.children]
    if node.layer is not None:
        parts.append((node.layer.parameters, node.layer.macs, node.layer.bytes))
    known = [macs for _, macs, _ in parts if macs is not None]
    node.parameters = sum(parameters for parameters, _, _ in parts)
    node.macs = sum(known) if known else None
    node.bytes = sum(size for _, _, size in parts)
