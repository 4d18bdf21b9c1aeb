"""Layers that the runtime computes in integers, as nodes: QDQ and dynamic.

ONNX Runtime's optimiser folds constants and fuses the rest into integer kernels; the tests check the optimised graph.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import onnx
import onnx.helper
import onnx.numpy_helper
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.encodings.encoding import Encoding, Planned, Scaled
from workbench.graph.model.inventory import Site
from workbench.graph.model.operators import transposes_input, transposes_weight
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.builder import NodeBuilder, replace_node
from workbench.graph.storage.kernels import Blockwise, Compute, Dynamic, Levels, Static

ACTIVATIONS = ("Relu", "Clip")  # an integer kernel fuses them, through the levels after them


def received(nodes: Mapping[str, ir.Node], site: Site) -> ir.Value:
    """Return the input value of a layer; `nodes` of the graph, by name."""
    node = nodes[site.node]
    value = node.inputs[1 - site.weight_input if node.op_type in ("MatMul", "Gather") else 0]
    assert value is not None
    return value


def delivered(nodes: Mapping[str, ir.Node], site: Site) -> ir.Value:
    """Return the output value of a layer: after its bias, and after the activation if nothing else reads the value
    before it."""
    node = nodes[site.bias_node or site.node]
    value, uses = node.outputs[0], node.outputs[0].uses()
    if len(uses) == 1 and not value.is_graph_output():
        reader = next(iter(uses)).node
        if reader.op_type in ACTIVATIONS and reader.graph is node.graph:
            return reader.outputs[0]
    return value


def refusal(node: ir.Node, site: Site, compute: type[Compute], encoding: Encoding) -> str | None:
    """Return the reason why this layer cannot be computed this way, or None."""
    if encoding.factors is not None:
        return Message("It is factorised; activation quantisation is for whole layers.")
    shape = encoding.shape
    return layer_refusal(node.op_type, shape, len(site.uses), site.side == "left" or transposes_input(node), compute)


def layer_refusal(op: str, shape: Sequence[int], uses: int, left: bool, compute: type[Compute]) -> str | None:
    """Return the same from what is known of a layer. `left`: the weight is on the left of the product."""
    if uses > 1:
        return Message("Its weight has several readers, which would need different quantisation levels.")
    if left:
        return Message("Its weight is the left operand, for which ONNX Runtime has no integer kernel.")
    if compute is Blockwise and (op not in ("MatMul", "Gemm") or len(shape) != 2):
        return Message("ONNX Runtime's 4-bit kernel is for MatMul only.")
    if op not in ("Conv", "MatMul", "Gemm") or (op != "Conv" and len(shape) != 2):
        return Message("ONNX Runtime has no integer kernel for {op} with a weight of this shape.", op=op)
    if compute is Dynamic and op == "Conv" and len(shape) != 4:
        return Message("ONNX Runtime's dynamically quantised convolution supports two dimensions only.")
    return None


@cache
def saturates() -> bool:
    """Return whether sums of 8-bit products saturate on this machine, tested in ONNX Runtime with the largest
    values."""
    given = [
        onnx.helper.make_tensor_value_info(name, kind, [1, 64] if name == "a" else [64, 16])
        for name, kind in (("a", onnx.TensorProto.UINT8), ("b", onnx.TensorProto.INT8))
    ]
    made = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.INT32, None)
    node = onnx.helper.make_node("MatMulInteger", ["a", "b"], ["y"])
    weight = onnx.numpy_helper.from_array(np.full((64, 16), 127, np.int8), "b")
    graph = onnx.helper.make_graph([node], "product", given[:1], [made], [weight])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 11)], ir_version=8)
    found = runtime.session(model.SerializeToString()).run(None, {"a": np.full((1, 64), 255, np.uint8)})[0]
    return bool((found != 255 * 127 * 64).any())


def scale_of(encoding: Encoding) -> np.ndarray:
    """Return the scale of a weight's levels, float32. Raises TypeError for a weight that is not on symmetric levels."""
    if isinstance(encoding, Planned):
        return np.ones(encoding.spec.side or (), np.float32)
    grid = encoding.grid
    if grid is None or grid.zero_point is not None or grid.q.shape != grid.shape:
        raise TypeError("integer kernels take symmetric levels per tensor or per channel")
    return grid.scale if grid.scale.size > 1 else grid.scale.reshape(())


def put_static(
    builder: NodeBuilder,
    node: ir.Node,
    position: int,
    weight: ir.Value,
    scale: ir.Value,
    compute: Static,
    handed: ir.Value | None,
) -> None:
    """Put QDQ around a layer that reads its weight at `position`. `weight`: floats on the grid of `scale`, or
    levels."""
    source = node.inputs[0]
    assert source is not None
    node.replace_input_with(0, _on_levels(builder, source, compute.received))
    levels = _levels_of(builder, node, weight, scale)
    flat, attributes = scale, []
    if _rank(scale) > 0:
        flat = builder.node("Squeeze", [scale], f"{scale.name}.flat", before=node)
        axis = max(range(_rank(scale)), key=lambda index: _shape(scale)[index])
        attributes = [ir.AttrInt64("axis", axis)] if axis != 1 else []  # 1 is ONNX's default
    reads = [levels, flat]
    if node.op_type == "Gemm":  # which the runtime fuses only with a zero point
        reads.append(builder.constant(f"{levels.name}.zero", np.zeros(_count(scale) if _rank(scale) else (), np.int8)))
    node.replace_input_with(
        position, builder.node("DequantizeLinear", reads, f"{levels.name}.dq", before=node, attributes=attributes)
    )
    if handed is not None and compute.delivered is not None:
        deliver(builder, handed, compute.delivered)


def deliver(builder: NodeBuilder, value: ir.Value, levels: Levels) -> None:
    """Put QDQ after a value; its readers still find it under its name."""
    producer = value.producer()
    assert producer is not None
    name = str(value.name)
    value.name = builder.unique(f"{name}.raw")
    scale, zero = _constants(builder, name, levels)
    q = builder.node("QuantizeLinear", [value, scale, zero], f"{name}.q", after=producer)
    dq = builder.node("DequantizeLinear", [q, scale, zero], f"{name}.dq", after=q.producer())
    dq.name, dq.type, dq.shape = name, value.type, value.shape
    quantizer = q.producer()
    value.replace_all_uses_with(dq, replace_graph_outputs=True)
    assert quantizer is not None
    quantizer.replace_input_with(0, value)


def put_dynamic(builder: NodeBuilder, node: ir.Node, weight: ir.Value, scale: ir.Value) -> None:
    """Replace the node by an integer product whose input is quantised at run time; the float32 output keeps its
    name."""
    source, output = node.inputs[0], node.outputs[0]
    assert source is not None
    stem = str(output.name)
    quantized = ir.Node(
        "",
        "DynamicQuantizeLinear",
        [source],
        name="",
        outputs=[ir.Value(name=builder.unique(f"{stem}.{part}")) for part in ("q", "scale", "zero")],
    )
    builder.graph.insert_before(node, quantized)
    builder.nodes.append(quantized)
    q, found, zero = quantized.outputs
    levels = _levels_of(builder, node, weight, scale)
    if transposes_weight(node):
        levels = builder.node("Transpose", [levels], f"{weight.name}.t", before=node)
    conv = node.op_type == "Conv"
    product = builder.node(
        "ConvInteger" if conv else "MatMulInteger",
        [q, levels, zero],
        f"{stem}.i32",
        before=node,
        attributes=list(node.attributes.values()) if conv else [],
    )
    number_of = builder.node(
        "Cast", [product], f"{stem}.f32", before=node, attributes=[ir.AttrInt64("to", ir.DataType.FLOAT.value)]
    )
    scales = builder.node("Mul", [found, _along_channels(builder, node, scale)], f"{stem}.scales", before=node)
    replace_node(builder, node, "Mul", [number_of, scales])


def put_scaled(builder: NodeBuilder, before: ir.Node, name: str, value: ir.Value, scaled: Scaled) -> ir.Value:
    """Return a weight stored with scaled input channels at its original scale; folded when the file is loaded."""
    inverse = builder.constant(f"{name}.columns", (1 / scaled.columns).astype(np.float32))
    return builder.node("Mul", [value, inverse], name, before=before)


def put_smooth(builder: NodeBuilder, node: ir.Node, scaled: Scaled) -> None:
    """Divide a layer's input by the factors by which the weight's input channels were multiplied. Xiao et al. 2023,
    SmoothQuant."""
    source = node.inputs[0]
    assert source is not None
    inverse = (1 / scaled.columns).astype(np.float32).reshape(-1)
    if node.op_type == "Conv":
        inverse = inverse.reshape(1, -1, *(1 for _ in scaled.shape[2:]))
    factor = builder.constant(f"{source.name}.smooth", inverse)
    node.replace_input_with(0, builder.node("Mul", [source, factor], f"{source.name}.smoothed", before=node))


def _on_levels(builder: NodeBuilder, value: ir.Value, levels: Levels) -> ir.Value:
    """Return the value in these levels: itself if it was just quantised to them, else through QDQ that other readers
    share."""
    producer = value.producer()
    if producer is not None and producer.op_type == "DequantizeLinear" and _same(producer, levels):
        return value
    for use in value.uses():
        if use.node.op_type == "QuantizeLinear" and use.idx == 0 and _same(use.node, levels):
            return next(iter(use.node.outputs[0].uses())).node.outputs[0]
    scale, zero = _constants(builder, str(value.name), levels)
    q = builder.node("QuantizeLinear", [value, scale, zero], f"{value.name}.q", after=producer)
    return builder.node("DequantizeLinear", [q, scale, zero], f"{value.name}.dq", after=q.producer())


def _constants(builder: NodeBuilder, name: str, levels: Levels) -> tuple[ir.Value, ir.Value]:
    return (
        builder.constant(f"{name}.scale", np.array(levels.scale, np.float32)),
        builder.constant(f"{name}.zero", np.array(levels.zero_point, np.int8 if levels.signed else np.uint8)),
    )


def _same(node: ir.Node, levels: Levels) -> bool:
    """Return whether a QuantizeLinear or DequantizeLinear has these levels."""
    scale, zero = (value.const_value if value is not None else None for value in node.inputs[1:3])
    if scale is None or zero is None or scale.size != 1:
        return False
    signed = zero.dtype == ir.DataType.INT8
    found = Levels(scale.numpy().item(), zero.numpy().item(), signed)
    return found == Levels(float(np.float32(levels.scale)), levels.zero_point, levels.signed)


def _levels_of(builder: NodeBuilder, node: ir.Node, weight: ir.Value, scale: ir.Value) -> ir.Value:
    """Return the int8 levels of a weight that is decoded to floats on a grid; stored levels as they are."""
    tensor = weight.const_value
    if tensor is not None and tensor.dtype == ir.DataType.INT8:
        return weight
    steps = builder.node("Div", [weight, scale], f"{weight.name}.steps", before=node)
    rounded = builder.node("Round", [steps], f"{weight.name}.round", before=node)
    return builder.node(
        "Cast", [rounded], f"{weight.name}.i8", before=node, attributes=[ir.AttrInt64("to", ir.DataType.INT8.value)]
    )


def _along_channels(builder: NodeBuilder, node: ir.Node, scale: ir.Value) -> ir.Value:
    """Return the scale of a weight in a shape that broadcasts to the node's output."""
    if _rank(scale) == 0:
        return scale
    shape = [1, -1] + [1] * (_rank(scale) - 2) if node.op_type == "Conv" else [-1]
    return builder.node(
        "Reshape",
        [scale, builder.constant(f"{scale.name}.shape", np.array(shape, np.int64))],
        f"{scale.name}.flat",
        before=node,
    )


def _count(value: ir.Value) -> int:
    return math.prod(_shape(value))


def _rank(value: ir.Value) -> int:
    return len(_shape(value))


def _shape(value: ir.Value) -> tuple[int, ...]:
    return () if value.const_value is None else tuple(value.const_value.shape.numpy())
