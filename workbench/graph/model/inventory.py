"""Inventory of a graph's layers, each with the reason if it cannot be edited."""

import hashlib
import logging
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.graph.model import cost
from workbench.graph.model.hidden_weights import Hidden, constant_values, hidden_weights, norm_tensors
from workbench.graph.model.operators import Weight, number, weights_of, window
from workbench.graph.onnx import names
from workbench.graph.onnx.mapped import MappedTensor
from workbench.graph.storage import chain

log = logging.getLogger(__name__)
SUBGRAPH = Message("It is inside an If, Loop or Scan; such layers are not edited.")
CONSTANT = Message("It is a constant operand of {op}, not a layer's weight, so it is not edited.")
FUSED = Message(
    "{op} is an operator of ONNX Runtime alone, which fuses several into it: give the model as it was before the "
    "runtime's optimiser."
)
VECTORS = Message("It has only vectors, which are not edited.")
# Constants that belong to no layer are listed from this many elements on: position embeddings, masks. So are those that
# multiply other constants: smaller ones decode weights.
SHOWN = 1024
# Larger tensors in external files are not read at opening, as there may be gigabytes of them.
READ = 1 << 20
# Weights that are all smaller are near the smallest float32: the scale of their levels has few digits, or none.
SUBNORMAL = 1e-35
_DTYPES = {"float": "float32", "double": "float64"}


@dataclass(frozen=True)
class Site:
    """Location of a layer's weight in the graph.

    node          name of the first node that reads it; weight_input is the index of that input
    initializer   name of the weight
    bias          name of the bias, read by `bias_input` of the node, or by `bias_node`, an Add after a MatMul
    uses          every (node, input) that reads the weight
    side          for a MatMul: whether the constant is on the right or on the left
    """

    node: str
    weight_input: int
    initializer: str
    bias_input: int | None = None
    bias: str | None = None
    bias_node: str | None = None
    uses: tuple[tuple[str, int], ...] = ()
    side: Literal["right", "left"] = "right"


def find_layers(model: ir.Model) -> tuple[tuple[Layer, ...], dict[str, Site]]:
    """Return every weight in the order of execution, and the sites of those that can be edited. Expects a prepared
    graph.

    out_axis, the axis of the stored weight that counts output channels: 0 of Conv [out, in / groups, k...], of Gemm
    with transB [out, in] and of a constant left of a MatMul [out, in]; 1 of ConvTranspose [in, out / groups, k...], of
    other Gemm and a constant right of a MatMul [in, out], of an Embedding [tokens, out], and of recurrent weights
    [directions, gates, in]. Locked layers without such a weight have 0.
    """
    return _Inventory(model).find()


class _Inventory:
    """Collects layers in one traversal of the graph."""

    def __init__(self, model: ir.Model) -> None:
        self._graph = model.graph
        self._known = cost.sample_shapes(model)
        self._samples = cost.fixed_batch(model)
        self._hidden: dict[ir.Node, list[Hidden]] = {}
        for hidden in (found for graph in model.graphs() for found in hidden_weights(graph)):
            self._hidden.setdefault(hidden.node, []).append(hidden)
        self._constant = {value for graph in model.graphs() for value in constant_values(graph)}
        self._owned: dict[ir.Value, str] = {}  # weights, biases and vectors, and the path of the layer they belong to
        self._taken: set[str] = set()
        self._layers: list[Layer] = []
        self._sites: dict[str, Site] = {}

    def find(self) -> tuple[tuple[Layer, ...], dict[str, Site]]:
        for node in self._graph:
            self._visit(node, "")
            for attribute in node.attributes.values():
                for inner in names.subgraphs(attribute):
                    for part in ir.traversal.RecursiveGraphIterator(inner):
                        self._visit(part, SUBGRAPH)
        self._add_constants()
        return tuple(self._layers), self._sites

    def _visit(self, node: ir.Node, locked: str) -> None:
        computed = any(value in self._constant for value in node.outputs)
        for weight in weights_of(node):
            if weight.value not in self._owned and not (computed and _size(weight.value) < SHOWN):
                self._add_weight(weight, weight.locked or locked)
        for hidden in self._hidden.get(node, ()):
            self._add_hidden(hidden, locked)
        vectors = norm_tensors(node)
        if vectors and vectors[0] not in self._owned:
            path = names.module_path(node, vectors[0].name or "")
            self._add_locked(path, node.op_type, vectors, locked or VECTORS, 0)

    def _add_weight(self, weight: Weight, locked: str) -> None:
        node, value = weight.node, weight.value
        tensor = value.const_value
        assert tensor is not None
        locked = locked or self._refuse(value) or _useless(tensor)
        bias, adds = weight.bias()
        vectors = [value] if bias is None or bias in self._owned else [value, bias]
        path = names.module_path(node, value.name or "", (bias.name if bias is not None else "") or "")
        path = names.unique(f"{path}.{weight.part}" if weight.part else path, self._taken)
        self._owned |= dict.fromkeys(vectors, path)
        shape = _unpacked(node, tensor)
        self._layers.append(
            Layer(
                path=path,
                op=weight.op,
                shape=shape,
                dtype=_dtype(tensor),
                out_axis=weight.out_axis,
                parameters=_sizes(vectors)[0] - tensor.size + prod(shape),
                macs=self._macs_of_uses(weight, shape, locked),
                bytes=_sizes(vectors)[1],
                fingerprint=fingerprint(tensor),
                groups=number(node, "group", 1),
                uses=len(value.uses()),
                sizes=self._sizes_of_uses(weight),
                also=_otherwise(weight, shape),
                uneven=_uneven(weight),
                locked=locked,
                attributes=weight.attributes(),
                input_axis=weight.input_axis,
            )
        )
        if locked:
            return
        self._sites[path] = Site(
            node.name or "",
            weight.index,
            value.name or "",
            next((index for index, read in enumerate(node.inputs) if read is bias), None) if adds is node else None,
            bias.name if bias is not None else None,
            adds.name if adds is not None and adds is not node else None,
            tuple((reader.name or "", index) for reader, index in _in_order(self._graph, value)),
            weight.side,
        )

    def _refuse(self, value: ir.Value) -> str:
        if value.is_graph_output():
            return Message("Its weight is also an output of the model.")
        if any(use.node.graph is not self._graph for use in value.uses()):
            return Message("Its weight is also read inside an If, Loop or Scan, so it is not edited.")
        return ""

    def _add_hidden(self, hidden: Hidden, locked: str) -> None:
        """Add a layer whose weight is computed from tensors of the file."""
        if locked and hidden.stored and hidden.stored[0] in self._owned:
            return  # another branch of the same If runs it, too
        known = self._known.get(hidden.weight.name or "") if not locked else None
        shape = tuple(known.shape or ()) if known is not None else ()
        if (not shape or None in shape) and hidden.stored:  # no inference in subgraphs: the recorded shape
            shape = tuple(hidden.stored[0].const_value.shape.numpy()) if hidden.stored[0].const_value else ()
        sizes = tuple(size for size in shape if size is not None)
        if len(sizes) < 2 and prod(sizes) < SHOWN:
            return
        fresh = [value for value in hidden.stored if value not in self._owned]
        owner = self._owned[hidden.stored[0]] if hidden.stored and not fresh else ""
        path = (names.scope(hidden.node) if owner else "") or names.module_path(hidden.node, hidden.name)
        path = names.unique(f"{path}.{hidden.part}" if hidden.part else path, self._taken)
        reason = Message("It shares the weight of {owned}: edit that layer.", owned=owner) if owner else hidden.reason
        self._owned |= dict.fromkeys(fresh, path)
        self._layers.append(
            Layer(
                path=path,
                op=hidden.node.op_type,
                shape=sizes,
                dtype=hidden.dtype,
                out_axis=0,
                parameters=prod(sizes) if fresh else 0,
                macs=self._macs(hidden.node, hidden.index, sizes, locked),
                bytes=_sizes(fresh)[1],
                fingerprint=_fingerprint(hidden.stored, sizes),
                locked=locked or reason,
                groups=number(hidden.node, "group", 1),
                shares=owner,
            )
        )

    def _add_locked(self, path: str, op: str, values: list[ir.Value], locked: str, macs: int | None) -> None:
        """Add tensors that are listed and kept unchanged; the first gives the shape."""
        tensor = values[0].const_value
        assert tensor is not None
        path = names.unique(path, self._taken)
        self._owned |= dict.fromkeys(values, path)
        self._layers.append(
            Layer(
                path,
                op,
                tuple(tensor.shape.numpy()),
                _dtype(tensor),
                0,
                _sizes(values)[0],
                macs,
                _sizes(values)[1],
                fingerprint(tensor),
                uses=len(values[0].uses()),
                locked=locked,
            )
        )

    def _add_constants(self) -> None:
        """Add large constants that belong to no layer, so that the tree accounts for the bytes of the file, and the
        weights of operators into which the runtime fused some."""
        for value in self._graph.initializers.values():
            tensor = value.const_value
            uses = _in_order(self._graph, value)
            if value in self._owned or tensor is None or not uses:
                continue
            node = uses[0][0]
            fused = _is_fused(node) and len(tensor.shape) > 1
            if tensor.size >= SHOWN or fused:
                reason = FUSED if fused else CONSTANT
                path = names.module_path(node, value.name or "")
                self._add_locked(path, node.op_type, [value], Message(reason, op=node.op_type), 0)

    def _macs_of_uses(self, weight: Weight, shape: tuple[int, ...], locked: str) -> int | None:
        """Return the MACs of all nodes that read the weight and multiply by it."""
        readers = [
            (use.node, use.idx)
            for use in weight.value.uses()
            if any(other.index == use.idx for other in weights_of(use.node))
        ]
        counts = [self._macs(reader, index, shape, locked) for reader, index in readers]
        known = [count for count in counts if count is not None]
        return sum(known) if len(known) == len(counts) else None

    def _sizes_of_uses(self, weight: Weight) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
        if weight.op != "Conv":
            return ()
        found = [cost.sizes(use.node, self._known) for use in weight.value.uses() if use.node.op_type == "Conv"]
        return tuple(pair for pair in found if pair is not None) if None not in found else ()

    def _macs(self, node: ir.Node, index: int, shape: tuple[int, ...], locked: str) -> int | None:
        if locked == SUBGRAPH:
            return None
        try:
            counted = cost.macs(node, index, shape, self._known)
        except Exception as error:  # an unknown count must not prevent opening a model
            log.warning("multiply-accumulates of %s: %s: %s", node.name, type(error).__name__, error)
            return None
        return None if counted is None else counted // self._samples


def _useless(tensor: ir.TensorProtocol) -> str:
    """Return the reason why no method can use these values, or ""; large external tensors are not read."""
    if not tensor.size:
        return Message("It has no weights: one of its dimensions is zero.")
    if isinstance(tensor, MappedTensor) and tensor.nbytes > READ:
        return ""
    with np.errstate(invalid="ignore"):  # infinities of both signs
        finite = np.isfinite(tensor.numpy().sum(dtype=np.float64))
    if not finite:
        return Message("Some of its weights are NaN or infinite.")
    if 0 < max(tensor.numpy().max(), -tensor.numpy().min()) < SUBNORMAL:
        return Message("All its weights are below 1e-35, where 32-bit floats lose digits: scale them up.")
    return ""


def _is_fused(node: ir.Node) -> bool:
    """Return whether an operator of the runtime's own multiplies by weights."""
    return node.domain == "com.microsoft" and node.op_type in (*cost.COUNTED, "EmbedLayerNormalization")


def _otherwise(weight: Weight, shape: tuple[int, ...]) -> str:
    """Return the operator of a node that reads the weight in another way than the layer; "" if there is none."""
    return next(
        (
            use.node.op_type
            for use in weight.value.uses()
            if use.node is not weight.node
            and (
                chain.refusal(use.node, use.idx, shape, weight.out_axis)
                or number(use.node, "group", 1) != number(weight.node, "group", 1)
            )
        ),
        "",
    )


def _uneven(weight: Weight) -> bool:
    """Return whether another convolution with this weight has different strides, pads or dilations."""
    others = (use.node for use in weight.value.uses() if use.node is not weight.node)
    return weight.op == "Conv" and any(window(node) != window(weight.node) for node in others)


def _in_order(graph: ir.Graph, value: ir.Value) -> list[tuple[ir.Node, int]]:
    """Return the nodes that read a value, in the order of execution, each with the index of that input."""
    uses = [(use.node, use.idx) for use in value.uses()]
    if len(uses) < 2:
        return uses
    position = {node: index for index, node in enumerate(graph)}
    return sorted(uses, key=lambda use: (position.get(use[0], len(position)), use[1]))


def _unpacked(node: ir.Node, tensor: ir.TensorProtocol) -> tuple[int, ...]:
    """Return the shape of a weight; of one with several values in a byte, [outputs, inputs]."""
    if node.op_type == "MatMulNBits" and number(node, "N", 0) and number(node, "K", 0):
        return number(node, "N", 0), number(node, "K", 0)
    return tuple(tensor.shape.numpy())


def _size(value: ir.Value) -> int:
    return 0 if value.const_value is None else value.const_value.size


def _sizes(values: list[ir.Value]) -> tuple[int, int]:
    """Return the number of elements and of bytes."""
    tensors = [value.const_value for value in values if value.const_value is not None]
    return sum(tensor.size for tensor in tensors), sum(tensor.nbytes for tensor in tensors)


def _dtype(tensor: ir.TensorProtocol) -> str:
    return _DTYPES.get(name := str(tensor.dtype).lower(), name)


def fingerprint(tensor: ir.TensorProtocol) -> str:
    """Return a hash of shape, type and values; for a large external tensor, of its file, position and modification
    time."""
    digest = hashlib.sha256(f"{tuple(tensor.shape.numpy())} {tensor.dtype}".encode())
    if isinstance(tensor, MappedTensor) and tensor.nbytes > READ:
        digest.update(tensor.origin.encode())
    else:
        digest.update(tensor.tobytes())
    return digest.hexdigest()[:32]


def _fingerprint(values: tuple[ir.Value, ...], shape: tuple[int, ...]) -> str:
    digest = hashlib.sha256(repr(shape).encode())
    for value in values:
        if value.const_value is not None:
            digest.update(fingerprint(value.const_value).encode())
    return digest.hexdigest()[:32]
