"""Weights that stay packed in memory, for ONNX Runtime kernels that multiply by, or look up, quantised weights.

A product becomes MatMulNBits, or DequantizeLinear and MatMul, which the runtime fuses to it. A lookup becomes
GatherBlockQuantized. An embedding that is also the head becomes both, with shared tensors. Which of them the runtime
supports: graph.rewrite.kernel_choice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import onnx_ir as ir

from workbench.graph.encodings.affine import AFFINE
from workbench.graph.encodings.encoding import Encoding, Planned
from workbench.graph.encodings.grid import Grid
from workbench.graph.layouts.packing import pack
from workbench.graph.model.readers import Reader, readers
from workbench.graph.rewrite.builder import NodeBuilder, replace_node
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Blockwise, Packed

RUNTIME = "com.microsoft"  # the domain of ONNX Runtime's own operators
IR_VERSION = 10  # the first with 4-bit integers
INTEGERS = 4  # accuracy level of MatMulNBits: activations are rounded to 8 bits, block by block


class Parts(NamedTuple):
    """Data of a packed weight: q uint8 [outputs, inputs], scale float32 and zero uint8 [outputs, blocks].

    w = (q - zero) * scale; without `zero`, the zero point is half of the range.
    """

    q: Callable[[], np.ndarray]
    scale: Callable[[], np.ndarray]
    zero: Callable[[], np.ndarray] | None = None


@dataclass(frozen=True)
class PackedWeight:
    """A weight in the form that a kernel reads, possibly still without data.

    name      prefix of the names of its initialisers
    shape     outputs, inputs; for an embedding its own shape
    block     inputs that share a scale; the last block may be padded
    """

    name: str
    bits: int
    block: int
    shape: tuple[int, int]
    parts: Parts

    @property
    def zero(self) -> Callable[[], np.ndarray] | None:
        """The zero points, if there are any."""
        return self.parts.zero

    @property
    def blocks(self) -> int:
        return -(-self.shape[1] // self.block)

    def tensor(
        self, part: str, dtype: ir.DataType, shape: tuple[int, ...], make: Callable[[], np.ndarray]
    ) -> ir.LazyTensor:
        """Return an initialiser whose data is created whenever it is read; keeping it would take as much memory as the
        weights."""
        name = f"{self.name}.{part}"

        def made() -> ir.TensorProtocol:
            data = make()
            if dtype in (ir.DataType.INT4, ir.DataType.UINT4):
                return ir.PackedTensor(data, dtype, shape=shape, name=name)
            return ir.Tensor(np.ascontiguousarray(data), name=name)

        return ir.LazyTensor(made, dtype, ir.Shape(shape), name=name)


def of(encoding: Encoding, name: str, transposed: bool, bits: int, block: int) -> PackedWeight:
    """Return the weight of a quantised encoding whose groups, if any, are whole blocks along the inputs.

    transposed   whether it is stored [outputs, inputs], as for a Gemm with transB or an embedding
    block        0 for all inputs
    """
    shape = encoding.shape if transposed else encoding.shape[::-1]
    block = block or shape[1]
    if isinstance(encoding, Planned):
        parts = Parts(_unknown, _unknown, _unknown if encoding.spec.kind == AFFINE else None)
    else:
        parts = _parts(_grid(encoding), transposed, bits, block)
    return PackedWeight(name, bits, block, (shape[0], shape[1]), parts)


def _unknown() -> np.ndarray:
    raise TypeError("a planned weight has no values")


def _grid(encoding: Encoding) -> Grid:
    grid = encoding.grid
    if grid is None:
        raise TypeError("the runtime's kernels take levels")
    return grid


def _parts(grid: Grid, transposed: bool, bits: int, block: int) -> Parts:
    """Return the levels of a grid, outputs first; computed in bytes, because weights are large."""

    def of_weights(values: np.ndarray) -> np.ndarray:
        """Return one value per weight, without a copy if there is no padding."""
        whole = np.broadcast_to(values, grid.q.shape)
        if grid.q.shape != grid.shape:
            length = grid.shape[1 - grid.axis]
            if grid.axis == 0:
                whole = whole.reshape(grid.shape[0], -1)[:, :length]
            else:
                whole = whole.reshape(-1, grid.shape[1])[: grid.shape[0]]
        return whole if transposed else whole.T

    def of_blocks(values: np.ndarray) -> np.ndarray:
        if grid.q.shape == grid.shape:
            return of_weights(values)[:, ::block]
        groups = values.reshape(values.shape[0], -1) if grid.axis == 0 else values.reshape(values.shape[0], -1).T
        group = grid.q.shape[2 if grid.axis == 0 else 1]
        blocks = -(-of_weights(grid.q).shape[1] // block)
        return np.repeat(groups, group // block, axis=1)[:, :blocks]

    def q() -> np.ndarray:
        found = of_weights(grid.q)
        return found if grid.zero_point is not None else found.view(np.uint8) + np.uint8(1 << (bits - 1))

    def scale() -> np.ndarray:
        return np.ascontiguousarray(of_blocks(grid.scale), np.float32)

    zero = grid.zero_point
    return Parts(q, scale, None if zero is None else lambda: of_blocks(zero).astype(np.uint8))


def put(builder: NodeBuilder, weight: ir.Value, name: str, encoding: Encoding, compute: Packed | Blockwise) -> None:
    """Replace the nodes that read a weight by kernels. Raises TypeError for an encoding that is not quantised."""
    found = readers(weight)
    node, transposed = found[0].node, found[0].inputs_axis == 1
    if isinstance(compute, Blockwise):
        grid = encoding.grid
        if not isinstance(encoding, Planned) and (grid is None or grid.zero_point is not None):
            raise TypeError("the 4-bit kernel takes symmetric levels in groups")
        levels = of(encoding, name, transposed, 4, compute.block)
        put_nbits(builder, node, levels, INTEGERS if compute.accuracy == "int8" else 0)
        return
    levels = of(encoding, name, transposed, compute.bits, compute.block)
    if len(found) > 1:
        _put_shared(builder, found, levels)
    elif found[0].looks_up:
        put_rows(builder, node, levels)
    elif compute.standard:
        put_standard(builder, node, levels)
    else:
        put_nbits(builder, node, levels, INTEGERS)


def replaced_nodes(weight: ir.Value) -> list[ir.Node]:
    """Return the nodes that `put` replaces or removes."""
    return list(dict.fromkeys(node for reader in readers(weight) for node in reader.nodes))


def _put_shared(builder: NodeBuilder, found: list[Reader], weight: PackedWeight) -> None:
    """Insert kernels for all readers of one weight: products read the tensors as stored, lookups the same bytes as
    rows. Blocks are whole if rows are looked up, so both see the same weights."""
    stored = [builder.constant(str(tensor.name), tensor) for tensor in _nbits_tensors(weight)]
    rows: list[ir.Value] = []
    if any(reader.looks_up for reader in found):
        for value, tensor in zip(stored, _rows_tensors(weight), strict=True):
            shape = builder.constant(f"{value.name}.shape", np.array(tensor.shape.numpy(), np.int64))
            rows.append(builder.node("Reshape", [value, shape], f"{value.name}.rows"))
    for reader in found:
        if reader.looks_up:
            _look_up(builder, reader.node, weight, rows)
        else:
            _multiply(builder, reader.node, weight, stored, INTEGERS)
    for transpose in dict.fromkeys(reader.transpose for reader in found if reader.transpose is not None):
        builder.graph.remove(transpose, safe=True)


def put_nbits(builder: NodeBuilder, node: ir.Node, weight: PackedWeight, accuracy: int) -> None:
    """Replace the node by MatMulNBits."""
    stored = [builder.constant(str(tensor.name), tensor) for tensor in _nbits_tensors(weight)]
    _multiply(builder, node, weight, stored, accuracy)


def _multiply(builder: NodeBuilder, node: ir.Node, weight: PackedWeight, stored: list[ir.Value], accuracy: int) -> None:
    outputs, inputs = weight.shape
    attributes = [
        ir.AttrInt64("K", inputs),
        ir.AttrInt64("N", outputs),
        ir.AttrInt64("bits", weight.bits),
        ir.AttrInt64("block_size", weight.block),
    ]
    if accuracy:
        attributes.append(ir.AttrInt64("accuracy_level", accuracy))
    source = node.inputs[0]
    assert source is not None
    replace_node(builder, node, "MatMulNBits", [source, *stored], RUNTIME, attributes)


def _nbits_tensors(weight: PackedWeight) -> list[ir.LazyTensor]:
    """Return levels [outputs, blocks, bytes], scales and zero points, in the layout of MatMulNBits."""
    outputs, inputs = weight.shape
    bits, block, blocks = weight.bits, weight.block, weight.blocks

    def filled() -> np.ndarray:
        q = np.pad(weight.parts.q(), ((0, 0), (0, blocks * block - inputs)), constant_values=1 << (bits - 1))
        return pack(q.ravel(), bits).reshape(outputs, blocks, -1)

    tensors = [
        weight.tensor("q", ir.DataType.UINT8, (outputs, blocks, block * bits // 8), filled),
        weight.tensor("scale", ir.DataType.FLOAT, (outputs * blocks,), lambda: weight.parts.scale().ravel()),
    ]
    if weight.zero is not None:
        zero = weight.zero
        shape = (outputs * -(-blocks * bits // 8),)
        tensors.append(weight.tensor("zero", ir.DataType.UINT8, shape, lambda: _rows_packed(zero(), bits).ravel()))
    return tensors


def put_standard(builder: NodeBuilder, node: ir.Node, weight: PackedWeight) -> None:
    """Replace the node by DequantizeLinear and MatMul: int4 and blocks of opset 21, int8 per channel of opset 13."""
    outputs, inputs = weight.shape
    channel = weight.blocks == 1
    symmetric, bits = weight.zero is None, weight.bits
    kind = {
        (4, True): ir.DataType.INT4,
        (4, False): ir.DataType.UINT4,
        (8, True): ir.DataType.INT8,
        (8, False): ir.DataType.UINT8,
    }[bits, symmetric]

    def stored() -> np.ndarray:
        q = weight.parts.q().T
        return packed(np.ascontiguousarray(q ^ np.uint8(1 << (bits - 1)) if symmetric else q))  # two's complement

    def packed(values: np.ndarray) -> np.ndarray:
        return pack(values.ravel(), 4) if bits == 4 else values.view(kind.numpy())

    def sides(values: np.ndarray) -> np.ndarray:
        return values.ravel() if channel else np.ascontiguousarray(values.T)

    shape = (outputs,) if channel else (weight.blocks, outputs)
    tensors = [
        weight.tensor("q", kind, (inputs, outputs), stored),
        weight.tensor("scale", ir.DataType.FLOAT, shape, lambda: sides(weight.parts.scale())),
    ]
    if weight.zero is not None:
        zero = weight.zero
        tensors.append(weight.tensor("zero", kind, shape, lambda: packed(sides(zero()))))
    # 1 is ONNX's default axis
    attributes = [] if channel else [ir.AttrInt64("axis", 0), ir.AttrInt64("block_size", weight.block)]
    decoded = builder.node(
        "DequantizeLinear",
        [builder.constant(str(tensor.name), tensor) for tensor in tensors],
        f"{weight.name}.dq",
        before=node,
        attributes=attributes,
    )
    source = node.inputs[0]
    assert source is not None
    replace_node(builder, node, "MatMul", [source, decoded])


def put_rows(builder: NodeBuilder, node: ir.Node, weight: PackedWeight) -> None:
    """Replace a lookup of rows by GatherBlockQuantized, which decodes only the rows that are read."""
    stored = [builder.constant(str(tensor.name), tensor) for tensor in _rows_tensors(weight)]
    _look_up(builder, node, weight, stored)


def _look_up(builder: NodeBuilder, node: ir.Node, weight: PackedWeight, stored: list[ir.Value]) -> None:
    attributes = [
        ir.AttrInt64("bits", weight.bits),
        ir.AttrInt64("block_size", weight.block),
        ir.AttrInt64("gather_axis", 0),
        ir.AttrInt64("quantize_axis", 1),
    ]
    chosen = node.inputs[1]
    assert chosen is not None
    q, *others = stored
    replace_node(builder, node, "GatherBlockQuantized", [q, chosen, *others], RUNTIME, attributes, bias=False)


def _rows_tensors(weight: PackedWeight) -> list[ir.LazyTensor]:
    """Return levels [rows, bytes], scales and zero points, in the layout of GatherBlockQuantized."""
    rows, columns = weight.shape
    bits, per_byte = weight.bits, 8 // weight.bits
    tensors = [
        weight.tensor(
            "q", ir.DataType.UINT8, (rows, columns // per_byte), lambda: _rows_packed(weight.parts.q(), bits)
        ),
        weight.tensor("scale", ir.DataType.FLOAT, (rows, weight.blocks), weight.parts.scale),
    ]
    if weight.zero is not None:
        zero, shape = weight.zero, (rows, -(-weight.blocks // per_byte))
        tensors.append(weight.tensor("zero", ir.DataType.UINT8, shape, lambda: _rows_packed(zero(), bits)))
    return tensors


def _rows_packed(values: np.ndarray, bits: int) -> np.ndarray:
    """Return rows of symbols, each padded to whole bytes: uint8 [rows, ceil(n bits / 8)]."""
    filled = np.pad(values, ((0, 0), (0, -values.shape[1] % (8 // bits))))
    return pack(filled.ravel(), bits).reshape(len(values), -1)


def needs_runtime(edits: Mapping[str, Edit]) -> bool:
    """Return whether operators of ONNX Runtime's own domain are used."""
    computes = [edit.compute for edit in edits.values()]
    return any(isinstance(how, Blockwise) or (isinstance(how, Packed) and not how.standard) for how in computes)


def declare(model: ir.Model, edits: Mapping[str, Edit]) -> None:
    """Raise the IR version and import the runtime's own operators, if the edits need these."""
    if any(isinstance(edit.compute, Packed) for edit in edits.values()):
        model.ir_version = max(model.ir_version, IR_VERSION)
    if needs_runtime(edits):
        model.opset_imports[RUNTIME] = 1
