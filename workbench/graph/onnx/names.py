"""Names: module paths of layers, unique names of nodes, short names."""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import count
from string import ascii_letters

import onnx_ir as ir

SCOPES = "pkg.torch.onnx.name_scopes"
LONGEST = 120
COUNTED = 100  # numbers after a name that are tried one by one
# Suffixes that name the tensors of a layer: torch, Keras, Caffe2, PaddlePaddle, TensorFlow.
_PARAMETER = re.compile(
    r"([./_](weights?|kernel|w|W|R|w_0|bias|b|b_0|embeddings?|beta|gamma|scale)(_quantized)?"
    r"|/ReadVariableOp(_\d+)?)?(:\d+)?$"
)
# What torch keeps a weight in while it is normalised, pruned or parametrised: torch.nn.utils.
_STORED = re.compile(r"(?:\.weight_(?:orig|mask|[gv])|\.parametrizations\.weight\.original[01]?)$")
_RECURRENT = re.compile(r"\.weight_[ih]h(?:_(l\d+))?(_reverse)?$")  # torch.nn.LSTM and LSTMCell
# Names that exporters and optimisers generate.
_ANONYMOUS = re.compile(r"(val|onnx::\w+?|const\w*|constant\w*|tensor|initializer|t|v|p|w|W|B)?_?\d*", re.IGNORECASE)


def module_path(node: ir.Node, weight: str, bias: str = "") -> str:
    """Return the path of a layer in the user's module tree, with dots between modules.

    The name of the weight in the state dict is the best source (blocks.0.conv1.weight), because optimisers move scopes
    from one node to another. Without one: the name of the bias, then the scope that torch's exporter records on the
    node (whose last entry is the operator itself), then the name of the node.
    """
    for name in (weight, bias):
        if name and not anonymous(name):
            plain = _STORED.sub(".weight", name)
            return clean(_PARAMETER.sub("", _RECURRENT.sub(_layer, plain))) or clean(name)
    return scope(node) or clean(_without_operator(node)) or clean(weight) or node.op_type.lower()


def _layer(found: re.Match[str]) -> str:
    return f".{found[1]}" if found[1] else ""


def anonymous(name: str) -> bool:
    """Return whether a name does not say where the weight belongs: val_34, onnx::Conv_123."""
    return _ANONYMOUS.fullmatch(name) is not None


def scope(node: ir.Node) -> str:
    """Return the module that torch's exporter noted on a node; "" if it noted none."""
    return scope_of(node.metadata_props.get(SCOPES, ""))


def scope_of(text: str) -> str:
    """Return the module that an exporter's note on a node names; "" if it names none."""
    try:
        scopes = ast.literal_eval(text) if text else []
    except (ValueError, SyntaxError):
        return ""
    return clean(str(scopes[-2])) if isinstance(scopes, list) and len(scopes) >= 2 else ""


def _without_operator(node: ir.Node) -> str:
    """Return /blocks/blocks.0/conv1/Conv as blocks.0.conv1: TorchScript's exporter repeats each parent in its child."""
    parts = [part for part in (node.name or "").split("/") if part]
    if len(parts) > 1 and parts[-1].startswith(node.op_type):
        parts = parts[:-1]
    path: list[str] = []
    for part in parts:
        joined = ".".join(path)
        path = part.split(".") if joined and part.startswith(joined + ".") else path + part.split(".")
    return ".".join(path)


def clean(name: str) -> str:
    """Return a printable name on one line, with dots between modules and none at the ends; long names keep both
    ends."""
    text = "".join(char if char.isprintable() else "_" for char in name).replace("/", ".")
    text = re.sub(r"\.{2,}", ".", text).strip(". ")
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}…{text[1 - LONGEST // 2 :]}"


def unique(name: str, taken: set[str]) -> str:
    """Return `name`, or `name_2`, `name_3`…; the result is added to `taken`. Beyond 100 the number is found by
    bisection, as a file may repeat a name thousands of times."""
    chosen, number = name, 1
    while chosen in taken and number < COUNTED:
        number += 1
        chosen = f"{name}_{number}"
    if chosen in taken:
        used, number = number, 2 * number
        while f"{name}_{number}" in taken:
            used, number = number, 2 * number
        while number - used > 1:
            middle = (used + number) // 2
            used, number = (middle, number) if f"{name}_{middle}" in taken else (used, middle)
        chosen = f"{name}_{number}"
    taken.add(chosen)
    return chosen


def free(name: str, graph: ir.Graph) -> str:
    """Return `name`, with a number appended if a value of the graph or its subgraphs has that name."""
    return unique(name, value_names(graph))


def free_node(name: str, graph: ir.Graph) -> str:
    """Return `name`, with a number appended if a node has that name: ONNX Runtime requires unique names."""
    return unique(name, {node.name for node in ir.traversal.RecursiveGraphIterator(graph) if node.name})


def name_nodes(nodes: Iterable[ir.Node]) -> None:
    """Give every node a unique name, in place; existing unique names are kept."""
    taken: set[str] = set()
    for node in nodes:
        node.name = unique(node.name or node.op_type.lower(), taken)


def value_names(graph: ir.Graph) -> set[str]:
    """Return the names of all values of the graph and its subgraphs."""
    taken = {value.name for value in (*graph.inputs, *graph.initializers.values()) if value.name}
    for node in ir.traversal.RecursiveGraphIterator(graph):
        taken |= {value.name for value in node.outputs if value.name}
        for attribute in node.attributes.values():
            for inner in subgraphs(attribute):
                taken |= {value.name for value in (*inner.inputs, *inner.initializers.values()) if value.name}
    return taken


def subgraphs(attribute: ir.Attr) -> list[ir.Graph]:
    """Return the graphs that an attribute holds: the branches of an If, the body of a Loop or Scan."""
    if attribute.is_ref():
        return []
    if attribute.type == ir.AttributeType.GRAPH:
        return [attribute.as_graph()]
    return list(attribute.as_graphs()) if attribute.type == ir.AttributeType.GRAPHS else []


def letters() -> Iterator[str]:
    """Yield a, b, ..., aa, ab, ..."""
    for length in count(1):
        yield from _of_length(length)


def _of_length(length: int) -> Iterator[str]:
    if length == 0:
        yield ""
        return
    for start in _of_length(length - 1):
        for letter in ascii_letters:
            yield start + letter
