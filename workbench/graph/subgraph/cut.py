"""Parts of a graph: the input of a layer, and everything after it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import onnx_ir as ir

from workbench.core.base.arguments import as_names, weak_cache
from workbench.core.base.errors import UserError
from workbench.graph.model import unused
from workbench.graph.model.inventory import Site
from workbench.graph.model.model import Model
from workbench.graph.model.operators import number
from workbench.graph.model.readers import readers
from workbench.graph.onnx import names, runtime
from workbench.graph.onnx.shapes import Known
from workbench.graph.rewrite import qdq


@dataclass(frozen=True)
class Cut:
    """A model cut before a layer, as graphs that graph.onnx.runtime.session loads.

    prefix        computes `crossing` from the model's inputs; None if nothing needs computing
    suffix        computes the model's outputs from `crossing`, model inputs, and the layer's weight and bias
    crossing      names of the values that cross the cut
    weight_input  input of the suffix for the layer's weight, float32 in the stored layout; "" if it stays a constant
    bias_input    input for its bias, in `bias_shape`, or None
    extra         names of further values after the cut that the suffix returns after the model's outputs
    """

    prefix: ir.Model | None
    suffix: ir.Model
    crossing: tuple[str, ...]
    weight_input: str
    bias_input: str | None
    bias_shape: tuple[int, ...] = ()
    extra: tuple[str, ...] = ()


def cut(model: Model, path: str, extra_outputs: Sequence[str] = (), keep_weight: bool = False) -> Cut:
    """Cut before the first node that reads the layer's weight. Other layers keep their weights as constants.

    `extra_outputs` names further values that the suffix returns; with `keep_weight` the layer's weight and bias stay
    constants, so that the layer can be edited in it. Raises UserError for a layer that cannot be edited, such as one in
    a subgraph, and KeyError for an unknown path.
    """
    site, extra_outputs = _site(model, path), as_names(extra_outputs)
    graph = model.ir.graph
    behind = _behind(graph, {site.initializer, *([site.bias] if site.bias else [])})
    extra = [value for value in _values(graph) if value.name in set(extra_outputs)]
    crossing = _crossing(graph, behind, extra)
    suffix = model.ir.clone()
    _end_in(suffix.graph, [*(value.name or "" for value in suffix.graph.outputs), *extra_outputs], model.known)
    weight = None if keep_weight else _as_input(suffix.graph, site.initializer)
    bias = _as_input(suffix.graph, site.bias) if site.bias and not keep_weight else None
    prefix = None
    if crossing:
        prefix = ending_in(model, crossing)
        _start_from(suffix.graph, crossing, _types(model, crossing, prefix))
    _prune(suffix)
    shape = tuple(bias.shape.numpy()) if bias is not None and bias.shape is not None else ()
    return Cut(
        prefix,
        suffix,
        crossing,
        str(weight.name) if weight is not None else "",
        bias.name if bias is not None else None,
        shape,
        tuple(extra_outputs),
    )


def layers_before(model: Model, path: str, others: Iterable[str]) -> frozenset[str]:
    """Return the layers among `others` whose outputs influence the values that cross the cut before a layer."""
    site = _site(model, path)
    behind = {node.name for node in _behind(model.ir.graph, {site.initializer, *([site.bias] if site.bias else [])})}
    return frozenset(other for other in others if not behind.issuperset(name for name, _ in model.sites[other].uses))


def value_name(model: Model, path: str, behind: bool = False) -> str:
    """Return the name of a layer's input value, or of its output (`behind`). Raises UserError for a layer that cannot
    be edited."""
    value = (qdq.delivered if behind else qdq.received)(model.nodes, _site(model, path))
    return str(value.name)


def multiplied(model: Model, path: str) -> str:
    """Return the name of the input value of a head whose weights are a table that is looked up, too. Raises UserError
    if there is no such product."""
    value = model.ir.graph.initializers[_site(model, path).initializer]
    for reader in readers(value):
        product = reader.node.op_type in ("MatMul", "Gemm") and reader.index == 1 and reader.inputs_axis == 1
        given = reader.node.inputs[0]
        if product and given is not None and not number(reader.node, "transA"):
            return str(given.name)
    raise UserError(
        "{path}: no product takes the rows of this table as the weights of its outputs.",
        "Use quantize.affine.",
        path=path,
    )


def crossing_behind(model: Model, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the computed values that later nodes read after the last of these values, in the order of the
    graph: with the model's inputs, all that is needed to continue from there."""
    graph = model.ir.graph
    place = {value.name: index for index, node in enumerate(graph) for value in node.outputs}
    last = max(names, key=lambda name: place.get(name, -1))
    behind = _behind(graph, {last})
    before = {value for node in graph if node not in behind for value in node.outputs}
    read = (value for node in graph if node in behind for value in read_by(node) if value in before)
    return tuple(dict.fromkeys(value.name or "" for value in read))


def crossing_before(model: Model, layers: Iterable[str], wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the names of the computed values that depend on none of these layers, and are read by nodes that do, or
    are `wanted`: with the model's inputs, all that is needed to continue with other weights of the layers."""
    sites = [model.sites[path] for path in layers]
    behind = _behind(model.ir.graph, {name for site in sites for name in (site.initializer, site.bias) if name})
    extra = [value for value in _values(model.ir.graph) if value.name in set(wanted)]
    return _crossing(model.ir.graph, behind, extra)


def _site(model: Model, path: str) -> Site:
    if path not in model.sites:
        raise UserError("{path}: {locked}", "Choose another layer.", path=path, locked=model.layer(path).locked)
    return model.sites[path]


def _values(graph: ir.Graph) -> list[ir.Value]:
    return [value for node in graph for value in node.outputs]


def unaffected(model: Model) -> frozenset[str]:
    """Return the outputs that depend on no layer's weight, and so are the same whatever is done to the layers."""
    weights = {site.initializer for site in model.sites.values()}
    behind = _behind(model.ir.graph, weights | {site.bias for site in model.sites.values() if site.bias})
    reached = {value for node in behind for value in node.outputs}
    return frozenset(str(value.name) for value in model.ir.graph.outputs if value not in reached)


def layers_of_outputs(model: Model) -> dict[str, frozenset[str]]:
    """Return for each output the layers whose weights it depends on."""
    paths = list(model.sites)
    reached: dict[ir.Value, int] = {}  # value -> the layers that it depends on, a bit each
    known = model.ir.graph.initializers
    for place, site in enumerate(model.sites.values()):
        for name in (site.initializer, site.bias):
            if name and name in known:
                reached[known[name]] = reached.get(known[name], 0) | 1 << place
    for node in model.ir.graph:  # a prepared graph is in topological order
        found = 0
        for value in read_by(node):
            found |= reached.get(value, 0)
        reached.update(dict.fromkeys(node.outputs, found))
    return {
        str(value.name): frozenset(path for place, path in enumerate(paths) if reached.get(value, 0) >> place & 1)
        for value in model.ir.graph.outputs
    }


def _behind(graph: ir.Graph, changed: set[str]) -> set[ir.Node]:
    """Return every node that depends on a changed initialiser."""
    reached: set[ir.Node] = set()
    dependent = set(changed)
    for node in graph:  # a prepared graph is in topological order
        if any(value.name in dependent for value in read_by(node)):
            reached.add(node)
            dependent.update(value.name for value in node.outputs if value.name)
    return reached | _inseparable(graph, reached)


def _inseparable(graph: ir.Graph, reached: set[ir.Node]) -> set[ir.Node]:
    """Return nodes that belong to their readers: decoders of their constants, and the second half of QDQ.

    The runtime fuses these with their readers; if they were separated, it would compute the layer in another way.
    """
    constant: set[ir.Value] = set(graph.initializers.values())
    fixed: set[ir.Node] = set()
    for node in graph:
        if node.inputs and all(value is None or value in constant for value in read_by(node)):
            fixed.add(node)
            constant.update(node.outputs)
    read = {value for node in reached for value in read_by(node)}
    found: set[ir.Node] = set()
    for node in reversed(graph):
        if node not in reached and (node in fixed or node.op_type == "DequantizeLinear") and read & set(node.outputs):
            found.add(node)
            read.update(read_by(node))
    return found


def read_by(node: ir.Node) -> list[ir.Value]:
    """Return the values that a node reads, including those of its subgraphs."""
    values = [value for value in node.inputs if value is not None]
    for attribute in node.attributes.values():
        for graph in names.subgraphs(attribute):
            values.extend(graph.outputs)
            values.extend(
                value
                for part in ir.traversal.RecursiveGraphIterator(graph)
                for value in part.inputs
                if value is not None
            )
    return values


def _crossing(graph: ir.Graph, behind: set[ir.Node], extra: list[ir.Value]) -> tuple[str, ...]:
    """Return the names of values computed before the cut and read after it, or returned by the model unchanged."""
    before = {value for node in graph if node not in behind for value in node.outputs}
    read = [value for node in graph if node in behind for value in read_by(node) if value in before]
    read += [value for value in (*graph.outputs, *extra) if value in before]
    return tuple(dict.fromkeys(value.name or "" for value in read))


def _types(model: Model, crossing: tuple[str, ...], prefix: ir.Model) -> dict[str, Known]:
    """Return the types of the crossing values; from the runtime, if ONNX's inference does not know them."""
    found = {name: model.known.get(name, Known(None, None)) for name in crossing}
    if any(known.dtype is None for known in found.values()):
        for spec in runtime.specs(runtime.session(prefix, optimize=False).get_outputs()):
            dtype = {"float32": "FLOAT", "float64": "DOUBLE"}.get(spec.dtype, spec.dtype.upper())
            if found[spec.name].dtype is None:
                found[spec.name] = Known(ir.DataType[dtype], None)
    return found


def ending_in(model: Model, outputs: tuple[str, ...]) -> ir.Model:
    """Return the part of the graph that computes these values, which must not be inputs."""
    part = model.ir.clone()
    _end_in(part.graph, outputs, model.known)
    _prune(part)
    return part


def with_single_output(model: Model, output: str) -> Model:
    """Return the model with a single output, without nodes that only other outputs need; itself if it has no other, or
    not this one."""
    outputs = [value.name for value in model.ir.graph.outputs]
    if len(outputs) < 2 or output not in outputs:
        return model
    return _part(model, output)


@weak_cache  # what is known of the part stays known, too
def _part(model: Model, output: str) -> Model:
    part = ending_in(model, (output,))
    left = {node.name for node in part.graph}
    sites = {path: site for path, site in model.sites.items() if any(name in left for name, _ in site.uses)}
    return replace(
        model,
        ir=part,
        sites=sites,
        layers=tuple(layer for layer in model.layers if layer.path in sites or layer.locked),
    )


def between(model: Model, known: tuple[str, ...], wanted: tuple[str, ...]) -> ir.Model:
    """Return the part of the graph that computes some values from others; `known` may contain more than that needs."""
    part = ending_in(model, wanted)
    inner = {value.name for value in _values(part.graph)}
    known = tuple(name for name in known if name in inner)
    _start_from(part.graph, known, _types(model, known, ending_in(model, known)) if known else {})
    _prune(part)
    return part


def _end_in(graph: ir.Graph, outputs: Iterable[str], known: Mapping[str, Known]) -> None:
    """Make these values the graph's outputs. Types are set if known; the runtime infers the others."""
    values = {value.name: value for value in (*graph.inputs, *graph.initializers.values(), *_values(graph))}
    chosen = [values[name] for name in dict.fromkeys(as_names(outputs))]
    graph.outputs.clear()
    for value in chosen:
        inferred = known.get(value.name or "")
        if value.type is None and inferred is not None and inferred.dtype is not None:
            value.type = ir.TensorType(inferred.dtype)
        graph.outputs.append(value)


def _start_from(graph: ir.Graph, crossing: tuple[str, ...], known: dict[str, Known]) -> None:
    """Make these values inputs of the graph."""
    values = {value.name: value for value in _values(graph)}
    for name in crossing:
        old, found = values[name], known[name]
        new = ir.Value(
            name=name,
            type=ir.TensorType(found.dtype) if found.dtype is not None else old.type,
            shape=ir.Shape(found.shape) if found.shape is not None else None,
        )
        old.name = names.free(f"{name}__before", graph)
        old.replace_all_uses_with(new, replace_graph_outputs=True)
        graph.inputs.append(new)


def _as_input(graph: ir.Graph, name: str) -> ir.Value:
    value = graph.initializers.pop(name)
    tensor = value.const_value
    assert tensor is not None
    value.const_value = None
    value.type, value.shape = ir.TensorType(tensor.dtype), ir.Shape(tensor.shape.numpy())
    graph.inputs.append(value)
    return value


def _prune(model: ir.Model) -> None:
    """Remove everything that the outputs do not need, including inputs."""
    unused.remove(model)
    graph = model.graph
    for name, value in list(graph.initializers.items()):
        if not value.uses() and not value.is_graph_output():
            del graph.initializers[name]
    for value in [value for value in graph.inputs if not value.uses() and not value.is_graph_output()]:
        graph.inputs.remove(value)
