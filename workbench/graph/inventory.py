"""Find the layers of a graph by what they are, and say of each that cannot be edited why."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import onnx_ir as ir

from workbench.core.layer import Layer
from workbench.graph import cost, names

RECURRENT = ("LSTM", "GRU", "RNN")
NORMS = ("BatchNormalization", "LayerNormalization", "InstanceNormalization", "GroupNormalization",
         "SimplifiedLayerNormalization", "RMSNormalization")
# Operators whose weights are integers already, and the inputs that hold them.
QUANTIZED = {"MatMulInteger": (1,), "ConvInteger": (1,), "QLinearConv": (3,), "QLinearMatMul": (3,),
             "DynamicQuantizeLSTM": (1, 2), "DynamicQuantizeMatMul": (1,), "MatMulNBits": (1,), "QAttention": (1,),
             "MatMulIntegerToFloat": (1,)}
SUBGRAPH = "It is inside an If, Loop or Scan, which runs it under a condition; it is kept as it is."


@dataclass(frozen=True)
class Site:
    """Where a layer's weight is in the graph.

    node          the first node that reads it; weight_input its input there
    initializer   the weight's name
    bias          the bias's name, read by `bias_input` of the node, or by `bias_node`, an Add right behind a MatMul
    uses          every (node, input) that reads the weight
    side          of a MatMul: whether the constant is on the right or on the left
    """

    node: str
    weight_input: int
    initializer: str
    bias_input: int | None = None
    bias: str | None = None
    bias_node: str | None = None
    uses: tuple[tuple[str, int], ...] = ()
    side: Literal["right", "left"] = "right"


@dataclass
class _Found:
    """One weight before it has a path."""

    node: ir.Node
    index: int
    op: str
    out_axis: int
    locked: str = ""


def find_layers(model: ir.Model) -> tuple[tuple[Layer, ...], dict[str, Site]]:
    """Every weight in the order of execution; sites only of those that can be edited.

    out_axis: 0 for Conv, Gemm with transB and a constant left of MatMul; 1 for ConvTranspose, Gemm, a constant right of
    MatMul, Embedding (whose rows are tokens) and recurrent weights [directions, gates, inputs].
    """
    known = cost.shapes(model)
    taken: set[str] = set()
    layers: list[Layer] = []
    sites: dict[str, Site] = {}
    seen: dict[str, int] = {}
    for found in _weights(model.graph):
        value = found.node.inputs[found.index]
        assert value is not None and value.const_value is not None
        name = value.name or ""
        if name in seen:
            _count_use(layers, sites, seen[name], found)
            continue
        seen[name] = len(layers)
        path = _path(found, name, taken)
        site = _site(model.graph, found, name)
        layers.append(_layer(path, found, value.const_value, site, model.graph, known))
        if not found.locked:
            sites[path] = site
    for path, layer in _norms(model.graph, taken):
        layers.append(layer)
        taken.add(path)
    return tuple(layers), sites


def _weights(graph: ir.Graph) -> Iterator[_Found]:
    for node in graph:
        yield from _of_node(node)
        for attribute in node.attributes.values():
            for inner in _subgraphs(attribute):
                for part in ir.traversal.RecursiveGraphIterator(inner):
                    for found in _of_node(part):
                        yield _Found(part, found.index, found.op, found.out_axis, SUBGRAPH)


def _subgraphs(attribute: ir.Attr) -> list[ir.Graph]:
    if attribute.type == ir.AttributeType.GRAPH:
        return [attribute.as_graph()]
    return list(attribute.as_graphs()) if attribute.type == ir.AttributeType.GRAPHS else []


def _of_node(node: ir.Node) -> Iterator[_Found]:
    """The weights that a node reads, each with the reason why it cannot be edited, if there is one."""
    op = node.op_type
    if op in QUANTIZED:
        for index in QUANTIZED[op]:
            if _constant(node, index) is not None:
                yield _Found(node, index, op, 0, "Its weights are quantised already.")
    elif op == "Conv" and _constant(node, 1) is not None:
        yield _Found(node, 1, op, 0, _float_only(node, 1))
    elif op == "ConvTranspose" and _constant(node, 1) is not None:
        yield _Found(node, 1, op, 1, _float_only(node, 1))
    elif op == "Gemm" and _constant(node, 1) is not None:
        yield _Found(node, 1, op, 0 if _int(node, "transB") else 1, _float_only(node, 1) or _plain_gemm(node))
    elif op == "MatMul":
        yield from _product(node)
    elif op == "Gather" and not _int(node, "axis") and len(_shape(node, 0)) == 2 and _is_float(node, 0):
        yield _Found(node, 0, "Embedding", 1, _float_only(node, 0))
    elif op in RECURRENT:
        for index in (1, 2):
            if _constant(node, index) is not None:
                yield _Found(node, index, op, 1, _float_only(node, index))


def _product(node: ir.Node) -> Iterator[_Found]:
    sides = [index for index in (1, 0) if len(_shape(node, index)) >= 2]
    if not sides:
        return
    index = sides[0]
    locked = _float_only(node, index)
    if len(sides) == 2:
        locked = locked or "Both of its sides are constants."
    elif len(_shape(node, index)) > 2:
        locked = locked or "Its constant is a stack of matrices, which is kept as it is."
    yield _Found(node, index, "MatMul", 1 if index == 1 else 0, locked)


def _constant(node: ir.Node, index: int) -> ir.TensorProtocol | None:
    value = node.inputs[index] if index < len(node.inputs) else None
    return value.const_value if value is not None and value.is_initializer() else None


def _shape(node: ir.Node, index: int) -> tuple[int, ...]:
    tensor = _constant(node, index)
    return () if tensor is None else tuple(tensor.shape.numpy())


def _is_float(node: ir.Node, index: int) -> bool:
    tensor = _constant(node, index)
    return tensor is not None and tensor.dtype.is_floating_point()


def _float_only(node: ir.Node, index: int) -> str:
    tensor = _constant(node, index)
    if tensor is None or tensor.dtype == ir.DataType.FLOAT:
        value = node.inputs[index]
        return "" if value is None or not value.is_graph_output() else "Its weight is an output of the model."
    if tensor.dtype.is_floating_point():
        return f"Its weights are {str(tensor.dtype).lower()}; only float32 weights are edited."
    return "Its weights are quantised already."


def _plain_gemm(node: ir.Node) -> str:
    scaled = any(node.attributes[name].as_float() != 1.0 for name in ("alpha", "beta") if name in node.attributes)
    return "It scales its weights by alpha or beta." if scaled else ""


def _int(node: ir.Node, name: str) -> int:
    return node.attributes[name].as_int() if name in node.attributes else 0


def _count_use(layers: list[Layer], sites: dict[str, Site], index: int, found: _Found) -> None:
    """A weight that another node reads too."""
    import dataclasses
    layer = layers[index]
    site = sites.get(layer.path)
    same = site is not None and site.weight_input == found.index and layer.op == found.op
    locked = layer.locked or found.locked or ("" if same else "Different operators read its weight.")
    if locked:
        sites.pop(layer.path, None)
    elif site is not None:
        use = (found.node.name or "", found.index)
        sites[layer.path] = dataclasses.replace(site, uses=(*site.uses, use))
    layers[index] = dataclasses.replace(layer, uses=layer.uses + 1, locked=locked)


def _path(found: _Found, weight: str, taken: set[str]) -> str:
    path = names.module_path(found.node, weight)
    if found.node.op_type in (*RECURRENT, "DynamicQuantizeLSTM"):
        path = f"{path}.{'W' if found.index == 1 else 'R'}"
    return names.unique(path, taken)


def _site(graph: ir.Graph, found: _Found, weight: str) -> Site:
    node, name = found.node, found.node.name or ""
    side: Literal["right", "left"] = "left" if node.op_type == "MatMul" and found.index == 0 else "right"
    uses = ((name, found.index),)
    if node.op_type in ("Conv", "ConvTranspose", "Gemm"):
        bias = node.inputs[2] if len(node.inputs) > 2 else None
        if bias is not None and bias.is_initializer() and _vector(bias):
            return Site(name, found.index, weight, 2, bias.name, None, uses, side)
    if node.op_type == "MatMul":
        add, bias = _added(node)
        if add is not None and bias is not None:
            return Site(name, found.index, weight, None, bias.name, add.name, uses, side)
    return Site(name, found.index, weight, None, None, None, uses, side)


def _vector(value: ir.Value) -> bool:
    shape = value.const_value.shape.numpy() if value.const_value is not None else ()
    return sum(size != 1 for size in shape) <= 1


def _added(node: ir.Node) -> tuple[ir.Node | None, ir.Value | None]:
    """The Add that is all that reads a MatMul, and the constant vector that it adds."""
    product = node.outputs[0]
    readers = list(product.uses())
    if len(readers) != 1 or product.is_graph_output() or readers[0].node.op_type != "Add":
        return None, None
    add = readers[0].node
    other = next((value for value in add.inputs if value is not product), None)
    if other is None or not other.is_initializer() or other.const_value is None:
        return None, None
    weight = _shape(node, 1)
    fits = len(weight) == 2 and tuple(other.const_value.shape.numpy()) == (weight[1],)
    return (add, other) if fits else (None, None)


def _layer(path: str, found: _Found, tensor: ir.TensorProtocol, site: Site, graph: ir.Graph,
           known: cost.Shapes) -> Layer:
    shape = tuple(tensor.shape.numpy())
    bias = graph.initializers[site.bias].const_value if site.bias in graph.initializers else None
    macs = None if found.locked == SUBGRAPH else cost.macs(found.node, found.index, shape, known)
    return Layer(
        path=path, op=found.op, shape=shape, dtype=_dtype(tensor), out_axis=found.out_axis,
        parameters=tensor.size + (bias.size if bias is not None else 0), macs=macs,
        bytes=tensor.nbytes + (bias.nbytes if bias is not None else 0), fingerprint=fingerprint(tensor),
        groups=_int(found.node, "group") or 1, locked=found.locked, attributes=_attributes(found),
    )


def _dtype(tensor: ir.TensorProtocol) -> str:
    return {"float": "float32", "double": "float64"}.get(name := str(tensor.dtype).lower(), name)


def _attributes(found: _Found) -> dict[str, tuple[int, ...] | str]:
    kept: dict[str, tuple[int, ...] | str] = {}
    for name in ("strides", "pads", "dilations"):
        if name in found.node.attributes:
            kept[name] = tuple(found.node.attributes[name].as_ints())
    if "auto_pad" in found.node.attributes:
        kept["auto_pad"] = found.node.attributes["auto_pad"].as_string()
    if _int(found.node, "transA"):
        kept["transA"] = (1,)
    if found.node.op_type == "MatMul" and found.index == 0:
        kept["side"] = "left"
    return kept


def fingerprint(tensor: ir.TensorProtocol) -> str:
    """Of shape, type and values."""
    digest = hashlib.sha256(f"{tuple(tensor.shape.numpy())} {tensor.dtype}".encode())
    digest.update(np.ascontiguousarray(tensor.numpy()).data if tensor.dtype != ir.DataType.STRING else b"")
    return digest.hexdigest()[:32]


def _norms(graph: ir.Graph, taken: set[str]) -> Iterator[tuple[str, Layer]]:
    """Normalisations: shown, and kept as they are."""
    for node in graph:
        if node.op_type not in NORMS:
            continue
        tensors = [tensor for index in range(1, len(node.inputs)) if (tensor := _constant(node, index)) is not None]
        if not tensors:
            continue
        scale = node.inputs[1]
        path = names.unique(names.module_path(node, (scale.name if scale is not None else "") or ""), taken)
        yield path, Layer(path, node.op_type, tuple(tensors[0].shape.numpy()), _dtype(tensors[0]), 0,
                          sum(tensor.size for tensor in tensors), 0, sum(tensor.nbytes for tensor in tensors),
                          fingerprint(tensors[0]), locked="Its vectors are kept as they are.")
