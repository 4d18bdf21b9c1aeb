"""Parts of a graph: what a layer receives, and everything behind it."""

from dataclasses import dataclass

import onnx_ir as ir
from onnx_ir.passes import common

from workbench.core.errors import UserError
from workbench.graph.model import Model


@dataclass(frozen=True)
class Cut:
    """A model cut before a layer, as ONNX bytes.

    prefix        computes `crossing` from the model's inputs; None when nothing needs computing
    suffix        computes the model's outputs from `crossing`, model inputs, and the layer's weight and bias
    crossing      names of the values that cross the cut
    weight_input  the suffix's input that takes the layer's weight, float32 in the stored layout
    bias_input    the one that takes its bias, in `bias_shape`, or None
    """

    prefix: bytes | None
    suffix: bytes
    crossing: tuple[str, ...]
    weight_input: str
    bias_input: str | None
    bias_shape: tuple[int, ...] = ()


def cut(model: Model, path: str) -> Cut:
    """Cut before the first node that reads the layer's weight. Other layers keep their weights.

    Raises UserError for a layer whose weight the graph does not read by itself (inside a subgraph).
    """
    site = _site(model, path)
    behind = _behind(model.ir.graph, {site.initializer, *([site.bias] if site.bias else [])})
    crossing = _crossing(model.ir.graph, behind)
    prefix = _ending_in(model, crossing) if crossing else None
    suffix = model.ir.clone()
    graph = suffix.graph
    values = {value.name: value for node in graph for value in node.outputs}
    for name in crossing:
        old = values[name]
        new = ir.Value(name=name, type=old.type, shape=old.shape)
        old.name = f"{name}__before"
        old.replace_all_uses_with(new)
        graph.inputs.append(new)
    weight = _as_input(graph, site.initializer)
    bias = _as_input(graph, site.bias) if site.bias else None
    _prune(suffix)
    shape = tuple(bias.shape.numpy()) if bias is not None and bias.shape is not None else ()
    return Cut(prefix, ir.serde.serialize_model(suffix).SerializeToString(), crossing, weight.name or "",
               bias.name if bias is not None else None, shape)


def tap(model: Model, path: str) -> tuple[bytes | None, str]:
    """ONNX bytes of the graph that ends in what the layer receives, and that value's name.

    (None, name) when the layer reads a model input. Raises UserError for layers inside subgraphs.
    """
    site = _site(model, path)
    node = next(node for node in model.ir.graph if node.name == site.node)
    received = node.inputs[1 - site.weight_input if node.op_type in ("MatMul", "Gather") else 0]
    assert received is not None and received.name is not None
    if received.producer() is None:
        return None, received.name
    return _ending_in(model, (received.name,)), received.name


def _site(model: Model, path: str):
    if path not in model.sites:
        raise UserError(f"{path}: {model.layer(path).locked}", "Choose another layer.")
    return model.sites[path]


def _behind(graph: ir.Graph, changed: set[str]) -> set[ir.Node]:
    """Every node that depends on a changed initialiser."""
    reached: set[ir.Node] = set()
    names = set(changed)
    for node in graph:                  # nodes are in topological order
        if any(value.name in names for value in _read(node)):
            reached.add(node)
            names.update(value.name or "" for value in node.outputs)
    return reached


def _read(node: ir.Node) -> list[ir.Value]:
    """All values that a node reads, those of its subgraphs too."""
    values = [value for value in node.inputs if value is not None]
    for attribute in node.attributes.values():
        if attribute.type == ir.AttributeType.GRAPH:
            inner = [attribute.as_graph()]
        elif attribute.type == ir.AttributeType.GRAPHS:
            inner = list(attribute.as_graphs())
        else:
            continue
        for graph in inner:
            values += [value for part in ir.traversal.RecursiveGraphIterator(graph) for value in part.inputs
                       if value is not None]
    return values


def _crossing(graph: ir.Graph, behind: set[ir.Node]) -> tuple[str, ...]:
    """Values computed before the cut and read behind it, or put out by the model as they are."""
    before = {value for node in graph if node not in behind for value in node.outputs}
    read = [value for node in graph if node in behind for value in _read(node) if value in before]
    read += [value for value in graph.outputs if value in before]
    return tuple(dict.fromkeys(value.name or "" for value in read))


def _ending_in(model: Model, outputs: tuple[str, ...]) -> bytes:
    """The part of the graph that computes these values."""
    part = model.ir.clone()
    values = {value.name: value for node in part.graph for value in node.outputs}
    part.graph.outputs.clear()
    for name in outputs:
        part.graph.outputs.append(values[name])
    _prune(part)
    return ir.serde.serialize_model(part).SerializeToString()


def _as_input(graph: ir.Graph, name: str) -> ir.Value:
    value = graph.initializers.pop(name)
    tensor = value.const_value
    assert tensor is not None
    value.const_value = None
    value.type, value.shape = ir.TensorType(tensor.dtype), ir.Shape(tensor.shape.numpy())
    graph.inputs.append(value)
    return value


def _prune(model: ir.Model) -> None:
    """Remove what the outputs do not need, inputs too."""
    common.RemoveUnusedNodesPass()(model)
    graph = model.graph
    for name, value in list(graph.initializers.items()):
        if not value.uses() and not value.is_graph_output():
            del graph.initializers[name]
    for value in [value for value in graph.inputs if not value.uses() and not value.is_graph_output()]:
        graph.inputs.remove(value)
