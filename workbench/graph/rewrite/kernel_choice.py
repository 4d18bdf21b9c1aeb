"""Choice of the ONNX Runtime kernel that reads a weight without decoding it, by testing the installed runtime.

For DequantizeLinear and MatMul, the optimised graph shows whether they became one MatMulNBits; the runtime's own
operators are run on an example. Each test runs once per process.
"""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.graph.encodings.affine import AFFINE, SYMMETRIC
from workbench.graph.encodings.spec import StorageSpec, product
from workbench.graph.model.inventory import Site
from workbench.graph.model.operators import number, transposes_input
from workbench.graph.model.readers import Reader, readers
from workbench.graph.onnx import names, runtime
from workbench.graph.rewrite import packed
from workbench.graph.rewrite.builder import NodeBuilder
from workbench.graph.rewrite.packed import RUNTIME, PackedWeight, Parts
from workbench.graph.storage.kernels import Packed

# Block sizes for which the kernels compute in integers, largest first, as fewer scales take fewer bytes.
BLOCKS = {2: (128, 64, 32), 4: (256, 128, 64, 32, 16), 8: (256, 128, 64, 32, 16)}
CLOSE = 0.05  # relative distance of outputs with 8-bit activations


def kernel_for(node: ir.Node, site: Site, spec: StorageSpec, opset: int) -> Packed | None:
    """Return the kernel that reads a weight stored as `spec` without decoding it; None if there is none, or if one of
    several nodes that read the weight has none for the same levels."""
    if spec.kind not in (SYMMETRIC, AFFINE) or spec.bits not in BLOCKS or len(spec.shape) != 2:
        return None
    found = readers(_weight_of(node, site))
    along = found[0].inputs_axis
    if not all(reader.inputs_axis == along and _reads_levels(reader, spec.bits) for reader in found):
        return None
    rows = {reader.looks_up for reader in found}
    length, zero = spec.shape[along], spec.kind == AFFINE
    block = _block(spec, along)
    if block is None or (True in rows and length % block):
        return None
    per_channel = not spec.group and product(spec.side or ()) > 1
    alone = len(found) == 1 and True not in rows
    if alone and _standard(spec, per_channel, opset, length % block == 0):
        shared = 0 if per_channel else block
        if fuses(spec.bits, shared, zero, opset):
            return Packed(spec.bits, shared, True)
    return Packed(spec.bits, block) if all(runs(spec.bits, block, zero, each) for each in rows) else None


def payload(compute: Packed, spec: StorageSpec, node: ir.Node, site: Site) -> int:
    """Return the bytes of levels, scales and zero points in the file, without protobuf overhead."""
    along = readers(_weight_of(node, site))[0].inputs_axis
    inputs, outputs = spec.shape[along], spec.shape[1 - along]
    block = compute.block or inputs
    blocks = -(-inputs // block)
    zero = -(-blocks * compute.bits // 8) if spec.kind == AFFINE else 0
    return outputs * (blocks * block * compute.bits // 8 + 4 * blocks + zero)


def _weight_of(node: ir.Node, site: Site) -> ir.Value:
    weight = node.inputs[site.weight_input]
    assert weight is not None
    return weight


def _reads_levels(reader: Reader, bits: int) -> bool:
    """Return whether a kernel may replace this node."""
    node = reader.node
    if reader.looks_up:
        return reader.transpose is None and reader.index == 0 and not number(node, "axis") and bits != 2
    if reader.index != 1 or node.op_type not in ("MatMul", "Gemm"):
        return False
    given = [node.attributes[name].as_float() for name in ("alpha", "beta") if name in node.attributes]
    plain = all(factor == 1 for factor in given)
    return node.op_type == "MatMul" or (plain and not transposes_input(node))


def _block(spec: StorageSpec, along: int) -> int | None:
    """Return the largest block along the inputs in which weights share a scale."""
    if spec.group:
        if spec.axis != 1 - along:
            return None  # groups run the other way
        return next((block for block in BLOCKS[spec.bits] if spec.group % block == 0), None)
    side = (1, 1, *(spec.side or ()))[-2:]
    if side[along] > 1:
        return None  # a scale for each input
    length = spec.shape[along]
    return next((block for block in BLOCKS[spec.bits] if length % block == 0), 32 if length >= 32 else None)


def _standard(spec: StorageSpec, per_channel: bool, opset: int, whole: bool) -> bool:
    """Return whether ONNX has operators for it: int8 per channel at opset 13, 4 bits and blocks at opset 21."""
    if spec.bits == 2 or not (spec.group or per_channel):
        return False
    return opset >= 13 if per_channel and spec.bits == 8 else opset >= 21 and (whole or per_channel)


@cache
def fuses(bits: int, block: int, zero: bool, opset: int) -> bool:
    """Return whether the runtime fuses DequantizeLinear and MatMul to MatMulNBits. `block` 0: one scale per channel."""
    weight = _weight(bits, block or 128, 1 if not block else 2, zero)
    graph = _graph(weight, opset, False, packed.put_standard)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "optimised.onnx"
        try:
            runtime.session(_content(graph), fused_to=path)
        except UserError:
            return False
        return "MatMulNBits" in {node.op_type for node in ir.load(path).graph}


@cache
def runs(bits: int, block: int, zero: bool, rows: bool) -> bool:
    """Return whether the runtime has the kernel of a product, or of a lookup, and its result is right."""
    weight = _weight(bits, block, 2, zero)
    middle = np.float32(1 << (bits - 1))
    zeros = middle if weight.zero is None else np.repeat(weight.zero().astype(np.float32), block, 1)
    whole = (weight.parts.q() - zeros) * np.repeat(weight.parts.scale(), block, 1)
    graph = _graph(weight, 13, rows, packed.put_rows if rows else _integers)
    given = np.arange(3) if rows else np.random.default_rng(1).standard_normal((3, weight.shape[1])).astype(np.float32)
    expected = whole[given] if rows else given @ whole.T
    try:
        found = runtime.run(runtime.session(_content(graph)), {"x": given})[0]
    except UserError:
        return False
    return bool(np.linalg.norm(found - expected) < CLOSE * np.linalg.norm(expected))


def _integers(builder: NodeBuilder, node: ir.Node, weight: PackedWeight) -> None:
    packed.put_nbits(builder, node, weight, packed.INTEGERS)


def _weight(bits: int, block: int, blocks: int, zero: bool) -> PackedWeight:
    """Return a small random weight."""
    drawn, outputs = np.random.default_rng(0), 32
    q = drawn.integers(0, 1 << bits, (outputs, block * blocks)).astype(np.uint8)
    scale = drawn.uniform(0.5, 1.0, (outputs, blocks)).astype(np.float32)
    zeros = drawn.integers(0, 1 << bits, scale.shape).astype(np.uint8)
    return PackedWeight("w", bits, block, q.shape, Parts(lambda: q, lambda: scale, (lambda: zeros) if zero else None))


def _graph(
    weight: PackedWeight, opset: int, rows: bool, put: Callable[[NodeBuilder, ir.Node, PackedWeight], None]
) -> ir.Graph:
    """Return a graph with one product, or one lookup, into which a kernel was inserted."""
    outputs, inputs = weight.shape
    kinds = (ir.DataType.INT64 if rows else ir.DataType.FLOAT, ir.DataType.FLOAT)
    shapes: list[list[int | None]] = [[None], [None, inputs]] if rows else [[None, inputs], [None, outputs]]
    x, y = (
        ir.Value(name=name, shape=ir.Shape(shape), type=ir.TensorType(kind))
        for name, shape, kind in zip("xy", shapes, kinds, strict=True)
    )
    before = ir.Value(name="before")
    reads = [before, x] if rows else [x, before]
    node = ir.Node("", "Gather" if rows else "MatMul", reads, outputs=[y], name="node")
    graph = ir.Graph([x], [y], nodes=[node], name="example", opset_imports={"": opset, RUNTIME: 1})
    taken: set[str] = {"x", "y"}
    put(NodeBuilder(graph, lambda name: names.unique(name, taken)), node, weight)
    return graph


def _content(graph: ir.Graph) -> bytes:
    return ir.to_proto(ir.Model(graph, ir_version=10)).SerializeToString()
