"""Repeated groups of nodes as functions: the layers of a repeated block are written once and called for each block.

A node and its only reader become one symbol if such a pair is repeated, until no pair is (Re-Pair, Larsson and Moffat
1999, "Offline dictionary-based compression"); then symbols that do not pay off are written out. The runtime inlines the
functions when it loads the file, before it optimises anything.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import onnx_ir as ir

from workbench.graph.onnx.names import letters, subgraphs
from workbench.graph.onnx.proto_size import field_bytes

IR_VERSION = 8  # the first that has functions
MOST_NODES = 1 << 13  # beyond this the search takes longer than a file gains
MOST_ROUNDS = 100  # of merging pairs; a group that grows by one node a round gains little beyond this
DROPPED = 100  # of rules that do not pay off, one in this number is written out at a time, at least one
NAME = 3  # bytes of a name of one letter in a message
LONGER = 1  # that names in the graph take more, about
OUTLINED = "outlined"  # mark of a function in memory that was created here
HEAD = 19  # approximate bytes of a function besides its nodes, inputs and outputs


@dataclass(eq=False)
class _Item:
    """A node of the graph, or several as one. `parts`: the two items that it consists of; `node`: the last node."""

    symbol: int
    reads: list[ir.Value]
    makes: list[ir.Value]
    node: ir.Node
    parts: tuple["_Item", ...] = ()

    def nodes(self) -> Iterator[ir.Node]:
        stack = [self]
        while stack:
            item = stack.pop()
            stack += item.parts[::-1]
            if not item.parts:
                yield item.node


@dataclass(frozen=True)
class _Step:
    """A symbol inside a function, with the numbers of the values that it reads and computes there."""

    symbol: int
    reads: tuple[int, ...]
    makes: tuple[int, ...]


@dataclass(frozen=True)
class _Rule:
    """Two symbols as one. Values are numbered: inputs, then those of the first symbol, then those of the second, which
    are the result.

    inputs, first, second   number of these values
    """

    inputs: int
    first: int
    second: int
    steps: tuple[_Step, _Step]

    @property
    def values(self) -> int:
        return self.inputs + self.first + self.second


@dataclass
class _Symbols:
    """Symbols by number: equal nodes, represented by the first, and rules.

    bare   bytes of such a node without the names of its values; of a rule's call
    """

    made: list[ir.Node | _Rule] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)
    numbers: dict[object, int] = field(default_factory=dict)

    def node(self, node: ir.Node) -> int:
        attributes = tuple(
            (name, ir.serde.serialize_attribute(attribute).SerializeToString(deterministic=True))
            for name, attribute in sorted(node.attributes.items())
        )
        given = tuple(value is not None for value in node.inputs)
        key = (node.domain, node.op_type, node.overload, attributes, given, len(node.outputs))
        if key not in self.numbers:
            size = ir.serde.serialize_node(node).ByteSize()
            size -= sum(field_bytes(len(str(value.name).encode())) for value in _values(node.inputs))
            size -= sum(field_bytes(len(str(value.name).encode())) for value in node.outputs)
            self._add(key, node, size + 2)
        return self.numbers[key]

    def rule(self, key: object, rule: _Rule) -> int:
        self._add(key, rule, 2 + 2 * NAME)
        return self.numbers[key]

    def _add(self, key: object, made: ir.Node | _Rule, bare: int) -> None:
        self.numbers[key] = len(self.made)
        self.made.append(made)
        self.bare.append(bare)


def outline(model: ir.Model, domain: str) -> None:
    """Replace repeated groups of nodes by calls of functions of this domain, if that makes the file smaller; in place.
    Values in subgraphs stay."""
    nodes = [node for node in model.graph if _movable(node)]
    if not 2 <= len(nodes) <= MOST_NODES:
        return
    symbols = _Symbols()
    items = [_Item(symbols.node(node), _values(node.inputs), list(node.outputs), node) for node in nodes]
    for _ in range(MOST_ROUNDS):
        merged = _merged(items, symbols)
        if merged is None:
            break
        items = merged
    kept = _worthwhile(items, symbols)
    if not kept:
        return
    taken = {name for _, name, _ in model.functions}
    free = (name for name in map("Nodes{}".format, range(len(kept) + len(taken))) if name not in taken)
    called = {symbol: next(free) for symbol in sorted(kept)}
    for symbol, name in called.items():
        function = _function(symbol, symbols, called, domain, name, model.opset_imports)
        function.meta[OUTLINED] = True
        model.functions[function.identifier()] = function
    now: dict[ir.Value, ir.Value] = {}
    for item in items:
        _put(model.graph, item, called, domain, now)
    model.opset_imports[domain] = 1
    model.ir_version = max(model.ir_version, IR_VERSION)


def _values(values: Iterable[ir.Value | None]) -> list[ir.Value]:
    return [value for value in values if value is not None]


def _movable(node: ir.Node) -> bool:
    """Return whether a node may be in a function: it has no subgraphs, and all its outputs have names, as the name of
    one left out would be lost there."""
    inner = any(True for value in node.attributes.values() for _ in subgraphs(value))
    return not inner and all(value.name for value in node.outputs)


def _merged(items: list[_Item], symbols: _Symbols) -> list[_Item] | None:
    """Return the items with repeated pairs merged, most frequent first, each item in at most one pair; None if no pair
    is repeated."""
    readers: dict[ir.Value, list[_Item]] = defaultdict(list)
    for item in items:
        for value in item.reads:
            readers[value].append(item)
    owners = {node: item for item in items for node in item.nodes()}
    pairs: dict[object, list[tuple[_Item, _Item]]] = defaultdict(list)
    for item in items:
        reader = _only_reader(item, readers, owners)
        if reader is not None:
            pairs[_key(item, reader)].append((item, reader))
    gone, made = set[_Item](), dict[_Item, _Item]()
    for key, found in sorted(pairs.items(), key=lambda pair: -len(pair[1])):
        apart, seen = [], set[_Item]()
        for first, second in found:
            if not {first, second} & (seen | gone):
                seen |= {first, second}
                apart.append((first, second))
        if len(apart) > 1:
            symbol = symbols.numbers.get(key)
            if symbol is None:
                symbol = symbols.rule(key, _rule(*apart[0]))
            gone |= seen
            made |= {second: _joined(symbol, first, second) for first, second in apart}
    if not made:
        return None
    return [made.get(item, item) for item in items if item in made or item not in gone]


def _only_reader(item: _Item, readers: dict[ir.Value, list[_Item]], owners: dict[ir.Node, _Item]) -> _Item | None:
    """Return the item that alone reads the result of this one; None if another, a subgraph or the caller reads it.
    `owners`: the item that contains each node."""
    found = {reader for value in item.makes for reader in readers[value]}
    if len(found) != 1 or any(value.is_graph_output() for value in item.makes):
        return None
    (reader,) = found
    return reader if all(owners.get(use.node) is reader for value in item.makes for use in value.uses()) else None


def _inputs(first: _Item, second: _Item) -> list[ir.Value]:
    made = set(first.makes)
    return list(dict.fromkeys([*first.reads, *(value for value in second.reads if value not in made)]))


def _key(first: _Item, second: _Item) -> object:
    """Return the two symbols, and which values go where."""
    place = {value: number for number, value in enumerate([*_inputs(first, second), *first.makes])}
    reads = (tuple(place[value] for value in item.reads) for item in (first, second))
    return first.symbol, second.symbol, *reads, len(first.makes), len(second.makes)


def _rule(first: _Item, second: _Item) -> _Rule:
    every = [*_inputs(first, second), *first.makes, *second.makes]
    place = {value: number for number, value in enumerate(every)}

    def step(item: _Item) -> _Step:
        return _Step(
            item.symbol, tuple(place[value] for value in item.reads), tuple(place[value] for value in item.makes)
        )

    inputs = len(every) - len(first.makes) - len(second.makes)
    return _Rule(inputs, len(first.makes), len(second.makes), (step(first), step(second)))


def _joined(symbol: int, first: _Item, second: _Item) -> _Item:
    return _Item(symbol, _inputs(first, second), second.makes, second.node, (first, second))


def _worthwhile(items: list[_Item], symbols: _Symbols) -> set[int]:
    """Return the rules that make the file smaller as functions, writing out the least useful ones until all do."""
    kept = {number for number, made in enumerate(symbols.made) if isinstance(made, _Rule)}
    while kept:
        savings = _savings(items, symbols, kept)
        poor = sorted((savings[number], number) for number in kept if savings[number] <= 0)
        if not poor:
            break
        kept -= {number for _, number in poor[: max(1, len(poor) // DROPPED)]}
    return kept


def _savings(items: list[_Item], symbols: _Symbols, kept: set[int]) -> dict[int, int]:
    """Return the bytes that each kept rule saves as a function."""
    body: dict[int, tuple[int, int]] = {}  # bytes written out and names in these
    for number, made in enumerate(symbols.made):
        if isinstance(made, _Rule):
            parts = [_written(step, symbols, body, kept) for step in made.steps]
            body[number] = sum(size for size, _ in parts), sum(names for _, names in parts)
    inside, outside = Counter[int](), Counter(item.symbol for item in items)
    for number in sorted(body, reverse=True):  # a rule follows those that it consists of
        for step in _rule_of(symbols, number).steps:
            outside[step.symbol] += 0 if number in kept else outside[number]
            inside[step.symbol] += 1 if number in kept else inside[number]
    found = {}
    for number in kept:
        rule, (size, names) = _rule_of(symbols, number), body[number]
        ends = rule.inputs + rule.second
        more, longer = size - symbols.bare[number], names - ends  # of the nodes than of a call
        here = outside[number] * (more + (NAME + LONGER) * longer)
        found[number] = here + inside[number] * (more + NAME * longer) - (HEAD + size + NAME * (names + ends))
    return found


def _rule_of(symbols: _Symbols, number: int) -> _Rule:
    rule = symbols.made[number]
    assert isinstance(rule, _Rule)
    return rule


def _written(step: _Step, symbols: _Symbols, body: dict[int, tuple[int, int]], kept: set[int]) -> tuple[int, int]:
    """Return the bytes of a step without names, and its number of names."""
    if step.symbol in body and step.symbol not in kept:
        return body[step.symbol]
    return symbols.bare[step.symbol], len(step.reads) + len(step.makes)


def _function(
    symbol: int, symbols: _Symbols, called: dict[int, str], domain: str, name: str, imports: dict[str, int]
) -> ir.Function:
    rule = _rule_of(symbols, symbol)
    names = letters()
    values: list[ir.Value] = [ir.Value(name=next(names)) for _ in range(rule.inputs)]
    nodes: list[ir.Node] = []
    outputs = _write(rule, values, symbols, called, domain, nodes)
    for node in nodes:
        for value in node.outputs:
            value.name = next(names)
    used = {node.domain: imports.get(node.domain, 1) for node in nodes}
    return ir.Function(domain, name, graph=ir.Graph(values, outputs, nodes=nodes, opset_imports=used), attributes=[])


def _write(
    rule: _Rule, inputs: list[ir.Value], symbols: _Symbols, called: dict[int, str], domain: str, nodes: list[ir.Node]
) -> list[ir.Value]:
    """Append the nodes of a rule with these inputs; return its results."""
    known: dict[int, ir.Value] = dict(enumerate(inputs))
    for step in rule.steps:
        reads, made = [known[number] for number in step.reads], symbols.made[step.symbol]
        if isinstance(made, _Rule) and step.symbol not in called:
            outputs: Iterable[ir.Value] = _write(made, reads, symbols, called, domain, nodes)
        elif isinstance(made, _Rule):
            nodes.append(_node(domain, called[step.symbol], reads, len(step.makes)))
            outputs = nodes[-1].outputs
        else:
            given = iter(reads)
            every = [None if value is None else next(given) for value in made.inputs]
            attributes = list(made.attributes.values())
            count = len(step.makes)
            nodes.append(
                ir.Node(
                    made.domain, made.op_type, every, attributes, overload=made.overload, num_outputs=count, name=""
                )
            )
            outputs = nodes[-1].outputs
        known.update(zip(step.makes, outputs, strict=True))
    return [known[number] for number in range(rule.inputs + rule.first, rule.values)]


def _node(domain: str, name: str, reads: list[ir.Value], outputs: int) -> ir.Node:
    return ir.Node(domain, name, reads, num_outputs=outputs, name="")


def _put(graph: ir.Graph, item: _Item, called: dict[int, str], domain: str, now: dict[ir.Value, ir.Value]) -> None:
    """Replace an item's nodes by a call, or by calls of its parts if it is not a function. `now`: values of calls that
    replace those of nodes."""
    if item.symbol not in called:
        for part in item.parts:
            _put(graph, part, called, domain, now)
        return
    old = list(item.nodes())
    call = _node(domain, called[item.symbol], [now.get(value, value) for value in item.reads], len(item.makes))
    graph.insert_before(item.node, call)
    for before, after in zip(item.makes, call.outputs, strict=True):
        after.name, after.type, after.shape = before.name, before.type, before.shape
        before.replace_all_uses_with(after, replace_graph_outputs=True)
        now[before] = after
    graph.remove(old, safe=True)
