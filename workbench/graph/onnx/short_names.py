"""Removal of everything in a graph that only people read: names become a letter or two, metadata and defaults are
dropped."""

from collections.abc import Iterator

import onnx
import onnx_ir as ir

from workbench.graph.onnx.names import letters, subgraphs
from workbench.graph.onnx.repeats import outline
from workbench.graph.onnx.small_constants import share

SHORT = "w"  # domain of the decoders with short names
GRAPH = "g"  # a graph must have a name
# Defaults of attributes for which the operator's schema names none.
WINDOWS = {"Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool"}
SILENT = {"strides": 1, "dilations": 1, "pads": 0}
KNOWN_BY_WEIGHT = {"Conv", "ConvTranspose"}  # windows of the kernel's size


def shorten(model: ir.Model, domain: str) -> None:
    """Shorten names and drop metadata, in place. Inputs and outputs keep their names; nodes have none.

    domain   of functions whose names are shortened too
    """
    graph, free = model.graph, letters()
    kept = {value.name for value in (*graph.inputs, *graph.outputs)}
    model.metadata_props.clear()
    model.doc_string = graph.doc_string = model.producer_name = model.producer_version = None
    graph.name = GRAPH
    for inner in model.graphs():
        inner.metadata_props.clear()
    for node in ir.traversal.RecursiveGraphIterator(graph):
        node.name = node.doc_string = None
        node.metadata_props.clear()
        _drop_defaults(node, model.opset_imports.get(node.domain, 0))
    share(graph)
    if all(function.domain == domain for function in model.functions.values()):
        outline(model, domain)
    values = [value for value in _values(graph) if value.name]
    renamed = [value for value in values if value.name not in kept]
    for number, value in enumerate(renamed):  # renamed first, as the model may use such names
        value.name = f"{graph.name}/{number}/{value.name}"
    for value in renamed:
        value.name = next(name for name in free if name not in kept)
    for value in values:
        value.metadata_props.clear()
    for initializer in list(graph.initializers.values()):
        if initializer.const_value is not None and initializer.name not in kept:
            initializer.const_value.name = initializer.name
    _shorten_functions(model, domain)


def _drop_defaults(node: ir.Node, opset: int) -> None:
    """Remove attributes that have their default value."""
    if node.domain or not onnx.defs.has(node.op_type, opset):
        return
    known = onnx.defs.get_schema(node.op_type, opset).attributes
    for name, attribute in list(node.attributes.items()):
        if attribute.is_ref():
            continue
        default = known[name].default_value if name in known else None
        same = default is not None and default.name and default == ir.serde.serialize_attribute(attribute)
        if same or _is_silent(node, attribute):
            del node.attributes[name]


def _is_silent(node: ir.Node, attribute: ir.Attr) -> bool:
    if node.op_type == "Transpose" and attribute.name == "perm":
        order = list(attribute.as_ints())
        return order == list(range(len(order)))[::-1]
    if node.op_type == "Reshape" and attribute.name == "allowzero":
        shape = node.inputs[1].const_value if node.inputs[1] is not None else None
        return shape is not None and bool(shape.numpy().all())
    if node.op_type not in WINDOWS:
        return False
    if attribute.name == "kernel_shape":
        return node.op_type in KNOWN_BY_WEIGHT
    return attribute.name in SILENT and set(attribute.as_ints()) == {SILENT[attribute.name]}


def _values(graph: ir.Graph) -> Iterator[ir.Value]:
    """Yield the initialisers and node outputs of the graph and its subgraphs, most used first."""
    found = list(graph.initializers.values())
    for node in ir.traversal.RecursiveGraphIterator(graph):
        found += node.outputs
        for attribute in node.attributes.values():
            for inner in subgraphs(attribute):
                found += [*inner.inputs, *inner.initializers.values()]
    yield from sorted(found, key=lambda value: -len(value.uses()))


def _shorten_functions(model: ir.Model, domain: str) -> None:
    """Rename this program's decoders and their domain to a letter or two."""
    ours = [function for function in model.functions.values() if function.domain == domain]
    if len(ours) != len(model.functions):
        return  # the model's own functions may use these names
    short = dict(zip((function.name for function in ours), letters(), strict=False))
    places: list[ir.Node] = list(ir.traversal.RecursiveGraphIterator(model.graph))
    for function in ours:
        places += function
    for node in places:
        if node.domain == domain:
            node.domain, node.op_type = SHORT, short[node.op_type]
    model.functions.clear()
    for function in ours:
        function.name, function.domain = short[function.name], SHORT
        version = function.opset_imports.pop(domain, None)
        if version is not None and any(node.domain == SHORT for node in function):
            function.opset_imports[SHORT] = version
        model.functions[function.identifier()] = function
    if ours:
        model.opset_imports[SHORT] = model.opset_imports.pop(domain)
