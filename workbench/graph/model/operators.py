"""Operators that hold weights, and the inputs that hold them; this table alone defines what a layer is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import onnx_ir as ir

from workbench.core.base.message import Message

# Includes ONNX Runtime's own operators, which its optimiser leaves in files.
NORMS = (
    "BatchNormalization",
    "LayerNormalization",
    "InstanceNormalization",
    "GroupNormalization",
    "RMSNormalization",
    "SimplifiedLayerNormalization",
    "SkipLayerNormalization",
    "SkipSimplifiedLayerNormalization",
)
RECURRENT = ("LSTM", "GRU", "RNN")
# Operators whose weights are integers already, and the inputs that hold them.
QUANTIZED = {
    "MatMulInteger": (1,),
    "ConvInteger": (1,),
    "QLinearConv": (3,),
    "QLinearMatMul": (3,),
    "DynamicQuantizeLSTM": (1, 2),
    "DynamicQuantizeMatMul": (1,),
    "MatMulIntegerToFloat": (1,),
    "MatMulNBits": (1,),
    "QAttention": (1,),
    "QGemm": (3,),
    "GatherBlockQuantized": (0,),
}
ALREADY = Message("Its weights are already quantised.")
# Operators that multiply with weights, and the inputs that may be weights: also looked at where these are computed.
MULTIPLY = {
    "Conv": (1,),
    "ConvTranspose": (1,),
    "Gemm": (1,),
    "MatMul": (1, 0),
    "LSTM": (1, 2),
    "GRU": (1, 2),
    "RNN": (1, 2),
    "Gather": (0,),
}
# Number of axes of an operator's weights. The runtime also accepts some others, such as scalars.
AXES = {"Conv": range(3, 9), "ConvTranspose": range(3, 9), "Gemm": range(2, 3), **dict.fromkeys(RECURRENT, range(3, 4))}


@dataclass(frozen=True)
class Weight:
    """A constant that a node multiplies by. `part` distinguishes several weights of one node."""

    node: ir.Node
    index: int
    op: str
    out_axis: int
    locked: str = ""
    part: str = ""

    @property
    def value(self) -> ir.Value:
        value = self.node.inputs[self.index]
        assert value is not None
        return value

    @property
    def side(self) -> Literal["right", "left"]:
        return "left" if self.op == "MatMul" and self.index == 0 else "right"

    @property
    def outputs(self) -> int:
        """Number of output channels; for a ConvTranspose, of all groups."""
        return shape(self.node, self.index)[self.out_axis] * (
            number(self.node, "group", 1) if self.op == "ConvTranspose" else 1
        )

    def bias(self) -> tuple[ir.Value | None, ir.Node | None]:
        """Return the constant vector added to the output channels, and the node that adds it; or None for both."""
        if self.op in ("Conv", "ConvTranspose", "Gemm"):
            bias = self.node.inputs[2] if len(self.node.inputs) > 2 else None
            return (bias, self.node) if bias is not None and _is_vector(bias, self.outputs) else (None, None)
        return _added(self.node) if self.op == "MatMul" and self.index == 1 else (None, None)

    def attributes(self) -> dict[str, tuple[int, ...] | str]:
        """Attributes of the operator that determine its result."""
        kept = window(self.node)
        if self.op in ("Conv", "ConvTranspose"):
            kept["kernel"] = shape(self.node, self.index)[2:]
        return kept

    @property
    def input_axis(self) -> int:
        """Axis of the input channels (see Layer)."""
        return -2 if self.side == "left" else 0 if transposes_input(self.node) else -1


def window(node: ir.Node) -> dict[str, tuple[int, ...] | str]:
    """Return how a convolution moves over its data: strides, pads, dilations and auto_pad, as far as they are set."""
    kept: dict[str, tuple[int, ...] | str] = {}
    for name in ("strides", "pads", "dilations", "output_padding"):
        if name in node.attributes:
            kept[name] = tuple(node.attributes[name].as_ints())
    if "auto_pad" in node.attributes:
        kept["auto_pad"] = node.attributes["auto_pad"].as_string()
    return kept


def weights_of(node: ir.Node) -> Iterator[Weight]:
    """Yield the constants that a node multiplies by, each with the reason if it cannot be edited. A constant without
    the axes that the operator defines is omitted: its output channels are unknown."""
    yield from (
        weight
        for weight in _multiplied(node)
        if weight.op not in AXES or len(shape(node, weight.index)) in AXES[weight.op]
    )


def _multiplied(node: ir.Node) -> Iterator[Weight]:
    op = node.op_type
    if op in QUANTIZED:
        several = len(QUANTIZED[op]) > 1
        yield from (
            Weight(node, index, op, 0, ALREADY, "WR"[position] if several else "")
            for position, index in enumerate(QUANTIZED[op])
            if constant(node, index) is not None
        )
    elif node.domain not in ("", "ai.onnx"):
        return
    elif op in ("Conv", "ConvTranspose") and constant(node, 1) is not None:
        yield Weight(node, 1, op, 0 if op == "Conv" else 1, _not_float(node, 1))
    elif op == "Gemm":
        yield from _gemm(node)
    elif op == "MatMul":
        yield from _product(node)
    elif op == "Gather":
        yield from _embedding(node)
    elif op in RECURRENT:
        yield from (
            Weight(node, index, op, 1, _not_float(node, index), part)
            for index, part in ((1, "W"), (2, "R"))
            if constant(node, index) is not None
        )


def _gemm(node: ir.Node) -> Iterator[Weight]:
    if constant(node, 1) is not None:
        scaled = any(node.attributes[name].as_float() != 1.0 for name in ("alpha", "beta") if name in node.attributes)
        locked = _not_float(node, 1) or (Message("It is a Gemm with alpha or beta other than 1.") if scaled else "")
        yield Weight(node, 1, "Gemm", 0 if transposes_weight(node) else 1, locked)
    elif constant(node, 0) is not None:
        yield Weight(node, 0, "Gemm", 0, Message("Its weight is the left operand of a Gemm, which is not supported."))


def _product(node: ir.Node) -> Iterator[Weight]:
    sides = [index for index in (1, 0) if len(shape(node, index)) >= 2]
    if not sides:
        return
    index = sides[0]
    locked = _not_float(node, index)
    if constant(node, 1 - index) is not None:
        locked = locked or Message("Both of its operands are constants.")
    elif len(shape(node, index)) > 2:
        locked = locked or Message("Its weight is a batch of matrices, which is not supported.")
    yield Weight(node, index, "MatMul", 1 if index == 1 else 0, locked)


def _embedding(node: ir.Node) -> Iterator[Weight]:
    """Yield a table from which inputs select rows; not one from which constants select."""
    table = constant(node, 0)
    if table is None or number(node, "axis") or len(shape(node, 0)) < 2 or constant(node, 1) is not None:
        return
    integers = not table.dtype.is_floating_point()
    if integers and table.size < 1024:
        return
    stacked = Message("Its entries are not vectors, so it is not edited.") if len(shape(node, 0)) > 2 else ""
    whole = Message("It is an integer table, not a weight.") if integers else ""
    yield Weight(node, 0, "Embedding", 1, whole or _not_float(node, 0) or stacked)


def constant(node: ir.Node, index: int) -> ir.TensorProtocol | None:
    """Return the constant that is this input of a node, or None."""
    value = node.inputs[index] if index < len(node.inputs) else None
    return value.const_value if value is not None and value.is_initializer() else None


def shape(node: ir.Node, index: int) -> tuple[int, ...]:
    """Return the shape of a constant input; () for others."""
    tensor = constant(node, index)
    return () if tensor is None else tuple(int(size) for size in tensor.shape.numpy())


def number(node: ir.Node, name: str, default: int = 0) -> int:
    """Return an integer attribute."""
    return node.attributes[name].as_int() if name in node.attributes else default


def transposes_input(node: ir.Node) -> bool:
    """Return whether a product (Gemm, FusedMatMul) transposes its first input, whose channels are then not its last
    axis."""
    return bool(number(node, "transA"))


def transposes_weight(node: ir.Node) -> bool:
    """Return whether a node is a Gemm that transposes its second input: a weight is then stored [out, in]."""
    return node.op_type == "Gemm" and bool(number(node, "transB"))


def _not_float(node: ir.Node, index: int) -> str:
    tensor = constant(node, index)
    if tensor is None or tensor.dtype == ir.DataType.FLOAT:
        return ""
    if tensor.dtype.is_floating_point():
        return Message(
            "Its weights are {dtype}; only float32 weights can be edited: export it in float32.",
            dtype=str(tensor.dtype).lower(),
        )
    return ALREADY


def _is_vector(value: ir.Value, outputs: int) -> bool:
    """Return whether a value is a float32 constant with one element per output channel, which is the last axis."""
    tensor = value.const_value if value.is_initializer() else None
    if tensor is None or tensor.dtype != ir.DataType.FLOAT:
        return False
    sizes = tuple(tensor.shape.numpy())
    return tensor.size == outputs and bool(sizes) and sizes[-1] == outputs


def _added(node: ir.Node) -> tuple[ir.Value | None, ir.Node | None]:
    """Return the constant vector that the only reader of a MatMul adds, and that Add."""
    product = node.outputs[0]
    uses = product.uses()
    if len(uses) != 1 or product.is_graph_output():
        return None, None
    add = next(iter(uses)).node
    if add.op_type != "Add" or add.graph is not node.graph:
        return None, None
    other = next((value for value in add.inputs if value is not None and value is not product), None)
    weight = shape(node, 1)
    if other is None or len(weight) != 2 or not _is_vector(other, weight[1]) or other.const_value is None:
        return None, None
    return (other, add) if tuple(other.const_value.shape.numpy()) == weight[1:] else (None, None)
