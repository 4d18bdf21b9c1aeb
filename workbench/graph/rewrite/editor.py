"""Applies edits to a graph one by one: stored weights, new biases, chains of layers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.core.base.message import Joined, Message
from workbench.core.recipe import storing as ways
from workbench.core.recipe.storing import Storing
from workbench.graph.encodings.encoding import Encoding, Factors
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.layouts.listing import PLAIN
from workbench.graph.model.inventory import Site
from workbench.graph.model.readers import readers
from workbench.graph.onnx import names
from workbench.graph.onnx.proto_size import file_bytes, graph_bytes, initializer_bytes, nodes_bytes
from workbench.graph.rewrite import bias_scale, float_layers, joined_values, packed, qdq, slim
from workbench.graph.rewrite.builder import NodeBuilder
from workbench.graph.storage import chain, decoders, loading, pooling, storage
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.forms import Form, forms
from workbench.graph.storage.kernels import WORDS, Blockwise, Compute, Dynamic, Packed, Static
from workbench.graph.storage.storage import Stored


@dataclass(frozen=True)
class Change:
    """Storage of an edit, and the bytes by which the file grows (negative: shrinks), without decoders.

    levels   description of the levels, for a weight that a kernel reads packed
    """

    stored: tuple[Stored, ...]
    growth: int
    compute: Compute | None = None
    levels: str = ""

    @property
    def words(self) -> str:
        """Description of how the layer is stored, for each factor if they differ, and how it is computed."""
        words = [part.words for part in self.stored] or ([self.levels] if self.levels else [])
        if len(words) > 1:
            return Message(
                "{n} layers: {words}", n=len(words), words=words[0] if len(set(words)) == 1 else Joined(words, " · ")
            )
        if isinstance(self.compute, Blockwise):
            words.append(Message("int4 per group of {block}", block=self.compute.block))
        return Joined([*words, *([WORDS[type(self.compute)]] if self.compute is not None else [])])


def rewrite(model: ir.Model, sites: Mapping[str, Site], edits: Mapping[str, Edit], storing: Storing) -> ir.Model:
    """Return a copy of the graph with the edits applied (see graph.rewrite.rewrite), in its smallest variant."""
    first, *others = variants(model, sites, edits, storing)
    return min((first, *others), key=file_bytes) if others else first


def variants(
    model: ir.Model, sites: Mapping[str, Site], edits: Mapping[str, Edit], storing: Storing, pooled: bool = True
) -> tuple[ir.Model, ...]:
    """Return the ways of writing it: every weight separately; and, if small tensors are shrunk, with weights that share
    codes."""
    opset, storing = model.opset_imports[""], loading.supported(storing)
    edits = bias_scale.with_room(model.graph, sites, edits)
    stored, _ = _store(model.graph, edits, sites, opset, storing)
    written = _written(model, sites, edits, storing, stored, {})
    if not (storing.shares and pooled):
        return (written,)
    named = {
        path: chain.tensors(edit.encoding, sites[path].initializer) for path, edit in edits.items() if not edit.compute
    }
    shared = pooling.shared({name: encoding for pairs in named.values() for name, encoding in pairs}, opset)
    if not shared:
        return (written,)
    floats = {path: tuple(pooling.as_floats(part, shared) for part in parts) for path, parts in stored.items()}
    return written, _written(model, sites, edits, storing, floats, shared)


def _written(
    model: ir.Model,
    sites: Mapping[str, Site],
    edits: Mapping[str, Edit],
    storing: Storing,
    stored: Mapping[str, tuple[Stored, ...]],
    shared: Mapping[str, Encoding],
) -> ir.Model:
    """Return a copy with the weights stored as given; those in `shared`, which are stored as floats, are replaced by
    pools."""
    opset = model.opset_imports[""]
    copy = model.clone()
    values = _Shared.of(model.graph, sites, edits)
    editor = _Editor(copy.graph, model.graph, values)
    editor.keep_apart(float_layers.between_levels(model.graph, sites, edits, values.names))
    changes = [editor.put(path, sites[path], edit, stored[path]) for path, edit in edits.items()]
    functions = functions_of(changes) | pooling.put(copy.graph, slim.with_small(copy, storing, shared))
    for name in sorted(functions):
        function = decoders.function(name, opset)
        copy.functions[function.identifier()] = function
    if functions:
        copy.opset_imports[decoders.DOMAIN] = 1
        copy.ir_version = max(copy.ir_version, decoders.IR_VERSION)
    packed.declare(copy, edits)
    slim.slim(copy, storing)
    return copy


def account(
    model: ir.Model, sites: Mapping[str, Site], edits: Mapping[str, Edit], storing: Storing
) -> tuple[dict[str, Change], int, int]:
    """Predict the changes that `rewrite` would make to each layer, the bytes by which the graph would grow, and how
    many weights are not entropy-coded so that the file loads fast.

    Determined on copies of the few nodes that read edited weights and biases.
    """
    edits = bias_scale.with_room(model.graph, sites, edits)
    stored, uncoded = _store(model.graph, edits, sites, model.opset_imports[""], loading.supported(storing))
    shared = _Shared.of(model.graph, sites, edits)
    floats = float_layers.between_levels(model.graph, sites, edits, shared.names)
    graph = _excerpt(model.graph, [sites[path] for path in edits], shared.names, floats)
    before = graph_bytes(graph)
    editor = _Editor(graph, model.graph, shared)
    editor.keep_apart(floats)
    changes = {path: editor.put(path, sites[path], edit, stored[path]) for path, edit in edits.items()}
    return changes, graph_bytes(graph) - before, uncoded


def _excerpt(graph: ir.Graph, sites: Iterable[Site], handed: Collection[str], others: Collection[str]) -> ir.Graph:
    """Return a graph with copies of the nodes that read or produce the weights, biases and outputs of these layers, and
    of other named nodes."""
    read = [graph.initializers[name] for site in sites for name in (site.initializer, site.bias) if name is not None]
    touched = {node for value in read for node in [*(use.node for use in value.uses()), *packed.replaced_nodes(value)]}
    nodes = [
        node
        for node in graph
        if node in touched or node.name in others or any(value.name in handed for value in node.outputs)
    ]
    inputs = dict.fromkeys(value for node in nodes for value in node.inputs if value is not None)
    made = {value for node in nodes for value in node.outputs}
    constants = [value for value in inputs if value.is_initializer()]
    free = [value for value in inputs if value not in made and not value.is_initializer()]
    turned = {reader.transpose for value in read for reader in readers(value)}  # their readers are copied, too
    given = [value for node in nodes if node not in turned for value in node.outputs]
    return ir.GraphView(free, given, nodes=nodes, initializers=constants).clone()


def functions_of(changes: Iterable[Change]) -> frozenset[str]:
    """Return the decoders that the edits share, with their building blocks."""
    return frozenset().union(*(part.form.functions for change in changes for part in change.stored))


@dataclass(frozen=True)
class _Shared:
    """Names of values quantised for all their readers, by the path of the layer whose levels these are: `handed`,
    outputs of layers; `joined`, inputs of layers."""

    handed: Mapping[str, str]
    joined: Mapping[str, str]

    @classmethod
    def of(cls, graph: ir.Graph, sites: Mapping[str, Site], edits: Mapping[str, Edit]) -> "_Shared":
        handed = _handed(graph, sites, edits)
        return cls(handed, joined_values.joined(graph, sites, edits, handed.values()))

    @property
    def names(self) -> frozenset[str]:
        return frozenset((*self.handed.values(), *self.joined.values()))


def joins(graph: ir.Graph, sites: Mapping[str, Site], edits: Mapping[str, Edit]) -> Mapping[str, str]:
    """Return path of a layer -> name of its input that all readers receive in the layer's levels, with these edits."""
    return _Shared.of(graph, sites, edits).joined


def _handed(graph: ir.Graph, sites: Mapping[str, Site], edits: Mapping[str, Edit]) -> dict[str, str]:
    """Return the names of the quantised output values of layers, without those that a subgraph reads."""
    nodes = _by_name(graph)
    values = {
        path: qdq.delivered(nodes, sites[path])
        for path, edit in edits.items()
        if isinstance(edit.compute, Static) and edit.compute.delivered is not None
    }
    return {path: str(value.name) for path, value in values.items() if not float_layers.read_inside(value, graph)}


def _by_name(graph: ir.Graph) -> dict[str, ir.Node]:
    return {node.name or "": node for node in graph}


def _store(
    graph: ir.Graph, edits: Mapping[str, Edit], sites: Mapping[str, Site], opset: int, storing: Storing
) -> tuple[dict[str, tuple[Stored, ...]], int]:
    """Return how every edited weight is stored, choosing for all at once which decoders are worth their bytes; and how
    many weights are not entropy-coded because of the limit on loading."""
    named = [
        (path, name, encoding)
        for path, edit in edits.items()
        if not isinstance(edit.compute, Blockwise | Packed)
        for name, encoding in chain.tensors(edit.encoding, sites[path].initializer)
    ]
    options = [
        _forms(spec_of(encoding, storing), name, opset, storing, edits[path].compute) for path, name, encoding in named
    ]
    opened = sum(value.const_value.nbytes for value in graph.initializers.values() if value.const_value is not None)
    chosen = storage.choose(options, opset, loading.limit(storing, opened))
    uncoded = storage.excluded_count(options, chosen, opset)
    stored: dict[str, tuple[Stored, ...]] = dict.fromkeys(edits, ())
    for (path, _, encoding), form in zip(named, chosen, strict=True):
        stored[path] += (storage.pack(encoding, form, opset),)
    return stored, uncoded


def _forms(spec: StorageSpec, name: str, opset: int, storing: Storing, compute: Compute | None) -> list[Form]:
    """Return the ways of storing a weight; kernels that read integers need no decoder for those of 8 bits."""
    found = forms(spec, name, opset, storing, raw_sides=compute is not None)
    if compute is None or not spec.kind.symmetric:
        return found
    signed = [form.layout is PLAIN and form.parts[0].dtype == ir.DataType.INT8 for form in found]
    return [replace(form, calls=()) if bare else form for form, bare in zip(found, signed, strict=True)]


class _Editor:
    """Applies edits to a graph that it may change: a copy of `whole`, or of a part of it, whose names are reserved."""

    def __init__(self, graph: ir.Graph, whole: ir.Graph, shared: _Shared) -> None:
        self._graph, self._shared = graph, shared
        self._nodes = _by_name(graph)
        self._made: dict[str, ir.Value] = {}
        self._names = names.value_names(whole)
        self._node_names = {node.name for node in ir.traversal.RecursiveGraphIterator(whole) if node.name}

    def keep_apart(self, names: Iterable[str]) -> None:
        """Keep these nodes in floats although they are between quantised values."""
        for name in names:
            float_layers.keep_float(NodeBuilder(self._graph, self._unique), self._nodes[name])

    def put(self, path: str, site: Site, edit: Edit, stored: tuple[Stored, ...]) -> Change:
        """Apply one edit. Raises UserError if the layer cannot become the chain of layers that it asks for."""
        old = self._take(site.initializer)
        growth = sum(part.bytes for part in stored) - initializer_bytes(old)
        if edit.bias is not None:
            growth += self._put_bias(site, edit.bias)
        if edit.compute is not None:
            growth += self._put_computed(path, site, edit, edit.compute, stored)
            levels = spec_of(edit.encoding.tensor, ways.PLAIN).words if isinstance(edit.compute, Packed) else ""
            return Change(stored, growth, edit.compute, levels)
        weights = [self._add(part)[0] for part in stored]
        if edit.encoding.factors is not None:
            growth += self._put_chain(path, site, edit.encoding.factors, weights)
        else:
            builder = NodeBuilder(self._graph, self._unique)
            scaled = edit.encoding.scaled
            if scaled is not None:
                weights = [qdq.put_scaled(builder, self._nodes[site.node], site.initializer, weights[0], scaled)]
            old.replace_all_uses_with(weights[0])
            growth += builder.bytes
        return Change(stored, growth)

    def _put_computed(self, path: str, site: Site, edit: Edit, compute: Compute, stored: tuple[Stored, ...]) -> int:
        """Add integer arithmetic around the layer or in its place; return the bytes by which nodes and constants
        grow."""
        node, encoding = self._nodes[site.node], edit.encoding
        packs = isinstance(compute, Packed)  # chosen for the node: kernel_choice
        reason = None if packs else qdq.refusal(node, site, type(compute), encoding)
        if reason:
            raise UserError("{path}: {reason}", "Choose another method.", path=path, reason=reason)
        handed, whole = (self._value(of.get(path)) for of in (self._shared.handed, self._shared.joined))
        makers = [value.producer() for value in (handed, whole) if value is not None]
        read = node.inputs[site.weight_input]
        assert read is not None
        replaced = packed.replaced_nodes(read) if isinstance(compute, Blockwise | Packed) else [node]
        touched = list(dict.fromkeys([*replaced, *(maker for maker in makers if maker is not None)]))
        before = nodes_bytes(touched)
        builder = NodeBuilder(self._graph, self._unique)
        if whole is not None and isinstance(compute, Static):
            qdq.deliver(builder, whole, compute.received)
        if encoding.scaled is not None:
            qdq.put_smooth(builder, node, encoding.scaled)
            encoding = encoding.tensor
        if isinstance(compute, Blockwise | Packed):
            packed.put(builder, read, site.initializer, encoding, compute)
            return builder.bytes - before
        weight, initializers = self._add(stored[0])
        scale = next((value for part, value in initializers.items() if part.endswith(".scale")), None)
        if scale is None:  # stored in floats: so few weights that a decoder would be larger
            scale = builder.constant(f"{site.initializer}.scale", qdq.scale_of(encoding))
        if isinstance(compute, Dynamic):
            qdq.put_dynamic(builder, node, weight, scale)
            return builder.bytes - before
        qdq.put_static(builder, node, site.weight_input, weight, scale, compute, handed)
        return builder.bytes + nodes_bytes(touched) - before

    def _value(self, name: str | None) -> ir.Value | None:
        """Return the value of the graph with this name; names may move from one value to another."""
        if name is None:
            return None
        if name not in self._made or self._made[name].name != name:
            self._made = {str(value.name): value for node in self._graph for value in node.outputs}
        return self._made[name]

    def _take(self, name: str) -> ir.Value:
        """Remove an initialiser from the graph, also if it is listed as an input with a default."""
        value = self._graph.initializers.pop(name)
        if value in self._graph.inputs:
            self._graph.inputs.remove(value)
        self._names.discard(name)
        return value

    def _add(self, stored: Stored) -> tuple[ir.Value, dict[str, ir.Value]]:
        """Insert initialisers and decoders; return the value that the layer reads, and the initialisers by planned
        name."""
        nodes, initializers = stored.build()
        named = {str(value.name): value for value in initializers}
        for value in [*initializers, *(node.outputs[0] for node in nodes)]:
            value.name = self._unique(str(value.name))
        for value in initializers:
            self._graph.initializers.add(value)
        self._graph.insert_before(self._graph[0], nodes)
        return nodes[-1].outputs[0] if nodes else initializers[0], named

    def _unique(self, name: str) -> str:
        """Return a name that no value has."""
        return names.unique(name, self._names)

    def _free_node(self, name: str) -> str:
        """Return a name that no node has: ONNX Runtime requires unique names."""
        return names.unique(name, self._node_names)

    def _put_chain(self, path: str, site: Site, factors: Factors, weights: list[ir.Value]) -> int:
        """Replace every node that reads the weight by a chain; return the bytes by which the graph grows."""
        growth = 0
        for name, weight_input in site.uses:
            node = self._nodes[name]
            reason = chain.refusal(node, weight_input, factors.shape, factors.out_axis)
            if reason:
                raise UserError("{path}: {reason}", "Choose another method.", path=path, reason=reason)
            growth -= nodes_bytes([node])
            growth += nodes_bytes(
                chain.replace(self._graph, node, weight_input, weights, factors.pieces, self._free_node, self._unique)
            )
        return growth

    def _put_bias(self, site: Site, bias: np.ndarray) -> int:
        """Set the layer's bias, replacing or adding it; return the bytes by which the graph grows."""
        node = self._nodes[site.node]
        if site.bias is not None:
            old = self._graph.initializers[site.bias]
            reader = self._nodes[site.bias_node] if site.bias_node else node
            position = next(index for index, value in enumerate(reader.inputs) if value is old)
            growth = 0
            if len(old.uses()) == 1:
                growth = -initializer_bytes(self._take(site.bias))
            value = self._initializer(site.bias, bias.reshape(shape_of(old)))
            reader.replace_input_with(position, value)
            return growth + initializer_bytes(value)
        module, dot, _ = site.initializer.rpartition(".")
        name = f"{module}.bias" if dot else f"{site.initializer}.bias"
        occupied = len(node.inputs) > 2 and node.inputs[2] is not None  # bytes of anything added beside a bias
        if node.op_type == "MatMul" or occupied:
            behind = 1 if site.side == "left" else _spatial(node, site)
            value = self._initializer(name, bias.reshape(-1, *(1 for _ in range(behind))))
            growth = initializer_bytes(value) - nodes_bytes([node])
            return growth + nodes_bytes([self._add_after(node, value), node])
        value = self._initializer(name, bias)
        growth = initializer_bytes(value) - nodes_bytes([node])
        node.resize_inputs(max(3, len(node.inputs)))
        node.replace_input_with(2, value)
        return growth + nodes_bytes([node])

    def _initializer(self, name: str, values: np.ndarray) -> ir.Value:
        name = self._unique(name)
        value = ir.Value(name=name, const_value=ir.Tensor(np.ascontiguousarray(values, np.float32), name=name))
        self._graph.initializers.add(value)
        return value

    def _add_after(self, node: ir.Node, bias: ir.Value) -> ir.Node:
        """Return a new Add after a node; its output takes over the name of the node's output, which gets another."""
        product = node.outputs[0]
        new = ir.Node("", "Add", [product, bias], name=self._free_node(f"{node.name}.bias") if node.name else "")
        total = new.outputs[0]
        total.name, total.type, total.shape = product.name, product.type, product.shape
        product.replace_all_uses_with(total, replace_graph_outputs=True)
        new.replace_input_with(0, product)
        product.name = self._unique(f"{product.name}.product")
        self._graph.insert_after(node, new)
        return new


def _spatial(node: ir.Node, site: Site) -> int:
    """Return how many axes of a layer's output follow its channels."""
    weight = node.inputs[site.weight_input]
    return len(shape_of(weight)) - 2 if node.op_type in ("Conv", "ConvTranspose") and weight is not None else 0


def shape_of(initializer: ir.Value) -> tuple[int, ...]:
    """Return the shape of an initialiser's tensor."""
    assert initializer.const_value is not None
    return tuple(int(size) for size in initializer.const_value.shape.numpy())
