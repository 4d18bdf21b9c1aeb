"""A graph to draw: ONNX without the values of its large tensors, and the layer of each node."""

from collections.abc import Collection, Iterator, Mapping

import onnx
import onnx_ir as ir

from workbench.core.layer_data.views import GraphView
from workbench.core.recipe.storing import DEFAULT, Storing
from workbench.engine.compile.compiler import Compiled
from workbench.graph.model.model import Model
from workbench.graph.onnx import names
from workbench.graph.rewrite.rewrite import with_edits

KEPT = 1024  # bytes; smaller tensors keep their values: targets of reshapes, scales, axes


def of_model(model: Model) -> GraphView:
    """Return the model as opened and prepared."""
    return GraphView(outline(model.ir), _by_layer(_owners(model, model.ir.graph)))


def of_compiled(compiled: Compiled, storing: Storing = DEFAULT) -> GraphView:
    """Return the model as an export would write it. Raises UserError if a layer cannot be written as its edit
    requires."""
    model = compiled.model
    written = model.ir
    if compiled.edits:
        written = with_edits(model, compiled.edits, storing).ir
        names.name_nodes(written.graph)  # decoders have no names in a file
    owners = _owners(model, written.graph)
    _adopt(written.graph, owners, {node.name for node in model.ir.graph})
    return GraphView(outline(written), _by_layer(owners))


def outline(model: ir.Model) -> bytes:
    """Serialise the model, tensors of more than `KEPT` bytes as name, type and shape alone; inner values have
    shapes."""
    copy = model.clone()
    for graph in copy.graphs():
        for value in graph.initializers.values():
            if value.const_value is not None:
                value.const_value = _hollow(value.const_value)
        for node in graph:
            for name, attribute in list(node.attributes.items()):
                if attribute.type == ir.AttributeType.TENSOR:
                    node.attributes[name] = ir.AttrTensor(name, _hollow(attribute.as_tensor()))
    return _with_shapes(ir.serde.serialize_model(copy)).SerializeToString()


def _with_shapes(proto: onnx.ModelProto) -> onnx.ModelProto:
    """Add inferred shapes of inner values, with the names of dynamic dimensions; recorded ones where inference finds
    none."""
    bare = onnx.ModelProto()
    bare.CopyFrom(proto)
    bare.graph.ClearField("value_info")
    try:
        bare = onnx.shape_inference.infer_shapes(bare)
    except Exception:  # best effort: a graph that the runtime takes may still confuse the inference
        return proto
    found = {value.name for value in bare.graph.value_info}
    bare.graph.value_info.extend(value for value in proto.graph.value_info if value.name not in found)
    return bare


def _hollow(tensor: ir.TensorProtocol) -> ir.TensorProtocol:
    if tensor.nbytes <= KEPT or tensor.dtype == ir.DataType.STRING:
        return tensor
    return ir.serde.TensorProtoTensor(
        onnx.TensorProto(name=tensor.name or "", data_type=tensor.dtype.value, dims=tensor.shape.numpy())
    )


def _owners(model: Model, graph: ir.Graph) -> dict[str, str]:
    """Map node names to layer paths, for every node that reads a weight or bias, in whatever form it is stored.

    A node that holds a layer in a subgraph (If, Loop) stands for that layer.
    """
    sites = model.sites.items()
    owners = {
        name: path
        for path, site in sites
        for name in (*(name for name, _ in site.uses), site.node, site.bias_node)
        if name
    }
    weights = {site.initializer: path for path, site in sites}
    pieces = {site.node: path for path, site in sites}
    locked = {layer.path for layer in model.layers if layer.locked}
    for node in graph:
        name = node.name or ""
        path = owners.get(name) or pieces.get(name.rpartition(".")[0]) or _reads(node, weights)
        path = path or next((each for each in _paths(node) if each in locked), None)
        if path:
            owners[name] = path
    return {node.name: owners[node.name] for node in graph if node.name in owners}


def _reads(node: ir.Node, weights: Mapping[str, str]) -> str | None:
    """Return the layer whose weight a node reads, packed or in parts: conv.weight, conv.weight.packed,
    conv.weight.scale."""
    for value in node.inputs:
        name = value.name if value is not None and value.is_initializer() else None
        while name:
            if name in weights:
                return weights[name]
            name = name.rpartition(".")[0]
    return None


def _paths(node: ir.Node) -> Iterator[str]:
    """Yield the paths under which the inventory would list the values that a node, or one in its subgraphs, reads."""
    for attribute in node.attributes.values():
        for inner in names.subgraphs(attribute):
            for part in ir.traversal.RecursiveGraphIterator(inner):
                yield from _paths(part)
    for value in node.inputs:
        if value is not None and (value.const_value is not None or value.is_initializer()):
            yield names.module_path(node, value.name or "")


def _adopt(graph: ir.Graph, owners: dict[str, str], old: Collection[str | None]) -> None:
    """Assign nodes that an edit added to the layer that they feed, else to the one that feeds them."""
    added = [node for node in graph if node.name not in old]
    for node in reversed(added):
        if node.name and node.name not in owners:
            readers = (use.node.name for value in node.outputs for use in value.uses())
            if path := next((owners[name] for name in readers if name in owners), None):
                owners[node.name] = path
    for node in added:
        if node.name and node.name not in owners:
            makers = (maker.name for value in node.inputs if value is not None and (maker := value.producer()))
            if path := next((owners[name] for name in makers if name in owners), None):
                owners[node.name] = path


def _by_layer(owners: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, path in owners.items():
        found[path] = (*found.get(path, ()), name)
    return found
