"""The smallest way to keep exactly these values in an ONNX file.

A weight's `Content` says what must be kept; `forms` lists every way to keep it, each with the exact bytes that it adds
to the file; `choose` picks. A forecast goes the same way with counts in place of values (graph/plan), so it cannot
drift from the writer.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache, partial
from typing import Literal
from weakref import WeakKeyDictionary

import ml_dtypes
import numpy as np
import onnx
import onnx_ir as ir

from workbench.core.recipe import Sparse
from workbench.graph import decoders, layouts, packing
from workbench.graph.encoding import Affine, Codebook, Dense, Encoding
from workbench.graph.filesize import field_bytes, tensor_bytes
from workbench.graph.layouts import Layout

Kind = Literal["Float32", "Float16", "BFloat16", "Float8E4M3", "Float8E5M2", "Codebook", "Symmetric", "Affine"]
SIDES = {"Codebook": ("codebook",), "Symmetric": ("scale",), "Affine": ("scale", "zero")}
PLACE = {"mask": "mask", "gaps4": "gaps", "gaps8": "gaps", "index": "index"}
_FLOATS: dict[np.dtype, Kind] = {
    np.dtype(np.float32): "Float32", np.dtype(np.float16): "Float16", np.dtype(ml_dtypes.bfloat16): "BFloat16",
    np.dtype(ml_dtypes.float8_e4m3fn): "Float8E4M3", np.dtype(ml_dtypes.float8_e5m2): "Float8E5M2",
}
FLOAT_BITS: dict[Kind, int] = {"Float32": 32, "Float16": 16, "BFloat16": 16, "Float8E4M3": 8, "Float8E5M2": 8}


@dataclass(frozen=True)
class Content:
    """What must be kept of a weight, whatever the layout.

    shape       of the weight
    bits        of a stored symbol: 1, 2, 4, 8, 16 or 32
    side        shape of the scale (and zero point), or of the codebook; None for floats
    group       weights that share a scale along the input, 0 when the scale broadcasts over the weight by itself
    axis        of the groups, as in graph.encoding.Affine
    nonzeros    symbols that are not zero; fillers4 and fillers8: see graph.layouts
    """

    shape: tuple[int, ...]
    kind: Kind
    bits: int
    nonzeros: int
    fillers4: int = 0
    fillers8: int = 0
    side: tuple[int, ...] | None = None
    group: int = 0
    axis: int = 0

    @cached_property
    def count(self) -> int:
        return product(self.shape)

    @property
    def words(self) -> str:
        """How the values are stored, in words: 'int4 per channel'."""
        if self.kind == "Codebook":
            return f"{self.bits}-bit codebook"
        if self.kind not in SIDES:
            return self.kind.lower()
        sharing = f"group of {self.group}" if self.group else "channel" if product(self.side or ()) > 1 else "tensor"
        return f"{'int' if self.kind == 'Symmetric' else 'uint'}{self.bits} per {sharing}"


@dataclass(frozen=True, eq=False)
class Planned(Encoding):
    """A weight of which only the content is known: it goes through the writer like any other, but has no values."""

    content: Content

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.content.shape

    def decode(self) -> np.ndarray:
        raise TypeError("a planned weight has no values")


@dataclass(frozen=True)
class Part:
    """An initialiser, as yet without data."""

    name: str
    dtype: ir.DataType
    shape: tuple[int, ...]

    @cached_property
    def bytes(self) -> int:
        """What it adds to the file."""
        return field_bytes(self.size)

    @cached_property
    def size(self) -> int:
        return tensor_bytes(self.name, self.dtype, self.shape, round(product(self.shape) * self.dtype.itemsize))


@dataclass(frozen=True)
class Call:
    """A node that decodes. `attributes` are shapes, or the target type of a Cast."""

    op: str
    inputs: tuple[str, ...]
    output: str
    attributes: tuple[tuple[str, tuple[int, ...] | int], ...] = ()

    @property
    def domain(self) -> str:
        return "" if self.op == "Cast" else decoders.DOMAIN

    def node(self, values: dict[str, ir.Value]) -> ir.Node:
        """The node, reading from `values` and adding its output to them."""
        output = ir.Value(name=self.output)
        attributes = [ir.serde.deserialize_attribute(_attribute(name, value)) for name, value in self.attributes]
        node = ir.Node(self.domain, self.op, [values[name] for name in self.inputs], attributes, outputs=[output],
                       name="")
        values[self.output] = output
        return node

    @property
    def bytes(self) -> int:
        """What it adds to the file."""
        return _call_bytes(self)


@dataclass(frozen=True)
class Form:
    """One way to store a weight: initialisers, calls that decode them, and the functions these need."""

    name: str
    content: Content
    layout: Layout
    parts: tuple[Part, ...]
    calls: tuple[Call, ...] = ()

    @cached_property
    def bytes(self) -> int:
        """What initialisers and nodes add to the file; functions, which layers share, are counted apart."""
        return sum(part.bytes for part in self.parts) + sum(call.bytes for call in self.calls)

    @cached_property
    def functions(self) -> frozenset[str]:
        return frozenset().union(*(decoders.closure(call.op) for call in self.calls if call.domain))

    @property
    def words(self) -> str:
        words = self.content.words
        return f"{words}, {layouts.WORDS[self.layout]}" if self.layout in layouts.WORDS else words


@dataclass(frozen=True, eq=False)
class Stored:
    """A form with its data: what the writer puts into a graph."""

    form: Form
    tensors: tuple[ir.TensorProtocol, ...]
    opset: int

    @property
    def bytes(self) -> int:
        return self.form.bytes

    @property
    def words(self) -> str:
        return self.form.words

    @property
    def function_names(self) -> frozenset[str]:
        return self.form.functions

    @property
    def function_bytes(self) -> int:
        """What the functions add to the file, once however many weights share them."""
        return functions_bytes(self.form.functions, self.opset)

    def functions(self) -> tuple[ir.Function, ...]:
        """Fresh copies, for one model to own."""
        return tuple(decoders.function(name, self.opset) for name in sorted(self.form.functions))

    def build(self) -> tuple[list[ir.Node], list[ir.Value]]:
        """Fresh nodes, the last of which yields the value called `form.name`, and the initialisers that they read.

        Without nodes the single initialiser bears that name itself.
        """
        initializers = [ir.Value(name=part.name, const_value=tensor)
                        for part, tensor in zip(self.form.parts, self.tensors, strict=True)]
        values = {value.name: value for value in initializers if value.name}
        return [call.node(values) for call in self.form.calls], initializers


def store(encoding: Encoding, name: str, opset: int, sparse: Sparse = "auto") -> Stored:
    """Store a weight under `name` in the smallest way that keeps its values exactly, decoders not counted.

    Raises TypeError for Factors, which are several weights (see graph/rewrite).
    """
    options = forms(content_of(encoding, sparse), name, opset, sparse)
    return pack(encoding, min(options, key=lambda form: form.bytes), opset)


def content_of(encoding: Encoding, sparse: Sparse = "auto") -> Content:
    """Count what the layouts need to know; zeros only where they are to be left out."""
    if isinstance(encoding, Planned):
        return encoding.content
    counts = (product(encoding.shape), 0, 0) if sparse == "off" else _counts(encoding)
    match encoding:
        case Codebook(_, centroids, bits):
            return Content(encoding.shape, "Codebook", layouts.container(bits), *counts, side=centroids.shape)
        case Affine(q, bits, scale, zero, shape, axis):
            shared = sharing(shape, q.shape, scale.shape, axis)
            if shared is not None:
                kind: Kind = "Symmetric" if zero is None else "Affine"
                return Content(shape, kind, affine_container(bits), *counts, *shared, axis)
    kind = _float_kind(encoding.values) if isinstance(encoding, Dense) else "Float32"
    return Content(encoding.shape, kind, FLOAT_BITS[kind], *counts)


def _counts(encoding: Encoding) -> tuple[int, int, int]:
    """Non-zeros and fillers; remembered for as long as the encoding lives, because sliders ask again and again."""
    if encoding not in _counted:
        before = layouts.gaps(packing.nonzero(encoding))
        _counted[encoding] = len(before), layouts.fillers(before, 4), layouts.fillers(before, 8)
    return _counted[encoding]


def affine_container(bits: int) -> int:
    """The width in which levels of `bits` are stored: 2, 4 or 8."""
    return max(layouts.container(bits), 2)


def sharing(shape: tuple[int, ...], grid: tuple[int, ...], scale: tuple[int, ...],
            axis: int) -> tuple[tuple[int, ...], int] | None:
    """How a scale of a grid (see graph.encoding.Affine) is stored: its shape, and the group size.

    0 where it broadcasts over the weight by itself, as with one group a channel; None for any other grid.
    """
    if product(scale) == 1:
        return (), 0
    if grid == shape:
        return scale, 0
    if len(grid) != 3:
        return None
    if axis == 0 and grid[0] == shape[0] and scale == (*grid[:2], 1):
        return (scale, grid[2]) if grid[1] > 1 else ((grid[0], *(1 for _ in shape[1:])), 0)
    if axis == 1 and len(shape) == 2 and grid[2] == shape[1] and scale == (grid[0], 1, grid[2]):
        return (scale, grid[1]) if grid[0] > 1 else ((1, grid[2]), 0)
    return None


def forms(content: Content, name: str, opset: int, sparse: Sparse = "auto") -> list[Form]:
    """Every way to store the content as a value called `name`; plain float32 is always one of them."""
    floats = replace(content, kind="Float32", bits=32, side=None, group=0)
    found = [_form(floats, "plain", name, opset)]
    kept = _offered(content, opset)
    if kept is None:
        kept = floats
    elif kept.kind != "Float32":
        found.append(_form(kept, "plain", name, opset))
    if sparse == "auto" and opset >= decoders.SPARSE_OPSET and content.nonzeros < content.count:
        found += [_form(kept, layout, name, opset) for layout in layouts.SPARSE]
    return found


def choose(options: Sequence[Sequence[Form]], opset: int) -> list[Form]:
    """For each weight one of its forms, so that all together with the functions they share are small.

    Starts from the smallest form of each weight and gives up a decoder as long as the file gets smaller by it: a
    decoder takes a few hundred bytes, which one tiny layer does not earn.
    """
    banned: frozenset[str] = frozenset()
    best = _pick(options, banned)
    size = _total(best, opset)
    improved = True
    while improved:
        improved = False
        for decoder in sorted({call.op for form in best for call in form.calls if call.domain}):
            trial = _pick(options, banned | {decoder})
            total = _total(trial, opset)
            if total < size:
                best, size, banned, improved = trial, total, banned | {decoder}, True
                break
    return best


def functions_bytes(functions: Iterable[str], opset: int) -> int:
    """What these functions, and the import of their domain, add to the file."""
    names = set(functions)
    return sum(decoders.function_bytes(name, opset) for name in names) + (decoders.IMPORT_BYTES if names else 0)


def pack(encoding: Encoding, form: Form, opset: int) -> Stored:
    """The encoding's values laid out as the form says; the work is done when a tensor is first read."""
    arrays = cache(lambda: packing.arrays(encoding, form.content, form.layout))

    def tensor(index: int) -> ir.TensorProtocol:
        return ir.Tensor(arrays()[index])

    tensors = tuple(ir.LazyTensor(partial(tensor, index), part.dtype, ir.Shape(part.shape), name=part.name)
                    for index, part in enumerate(form.parts))
    return Stored(form, tensors, opset)


def plain_bytes(shape: tuple[int, ...], name: str) -> int:
    """What a float32 initialiser takes in the file."""
    return Part(name, ir.DataType.FLOAT, shape).bytes


def product(shape: Sequence[int]) -> int:
    """Number of elements of a shape."""
    return math.prod(shape)


_counted: WeakKeyDictionary[Encoding, tuple[int, int, int]] = WeakKeyDictionary()


def _form(content: Content, layout: Layout, name: str, opset: int) -> Form:
    """The initialisers and calls of one layout."""
    if content.kind == "Float32" and layout == "plain":
        return Form(name, content, layout, (Part(name, ir.DataType.FLOAT, content.shape),))
    symbols = layouts.stored_symbols(layout, content.count, content.nonzeros, _fillers(content, layout), content.bits)
    shape: tuple[int, ...] = (layouts.packed(symbols, content.bits) if content.bits < 8 else symbols,)
    if layout == "plain" and content.bits >= 8:
        shape = content.shape
    suffix = "values" if content.side is None else "q"
    parts = [Part(f"{name}.{suffix}", _symbol_type(content), shape)]
    if layout != "plain":
        parts.append(_places(content, layout, symbols, name))
    reads = [part.name for part in parts]
    calls = []
    for side in SIDES.get(content.kind, ()):
        dtype = ir.DataType.UINT8 if side == "zero" else ir.DataType.FLOAT
        parts.append(Part(f"{name}.{side}", dtype, content.side or ()))
        reads.append(parts[-1].name)
        if content.group:
            group = (content.group,) if content.axis == 0 else (content.group, 1)
            reads[-1] = f"{name}.{side}s"
            calls.append(Call(f"PerGroup{content.axis}", (parts[-1].name,), reads[-1],
                              (("group", group), ("shape", content.shape))))
    calls.append(_decode(content, layout, tuple(reads), name))
    return Form(name, content, layout, tuple(parts), tuple(calls))


def _places(content: Content, layout: Layout, symbols: int, name: str) -> Part:
    if layout == "index":
        dtype = ir.DataType.UINT16 if layouts.index_bits(content.count) == 16 else ir.DataType.INT32
        return Part(f"{name}.index", dtype, (symbols,))
    return Part(f"{name}.{PLACE[layout]}", ir.DataType.UINT8, (layouts.place_bytes(layout, content.count, symbols),))


def _decode(content: Content, layout: Layout, reads: tuple[str, ...], name: str) -> Call:
    """The call that yields the weight; half-width floats need no more than a Cast."""
    if layout == "plain" and content.kind in ("Float16", "BFloat16"):
        return Call("Cast", reads, name, (("to", ir.DataType.FLOAT.value),))
    kind = {"BFloat16": "Float16"}.get(content.kind, content.kind)
    bits = str(content.bits) if content.side is not None else ""
    placement = "" if layout == "plain" else layout.capitalize()
    shape = (("shape", content.shape),) if layout != "plain" or content.bits < 8 else ()
    return Call(f"{placement}{kind}{bits}", reads, name, shape)


def _offered(content: Content, opset: int) -> Content | None:
    """The content as it can be stored at an opset, or None: bfloat16 came with 13, and Slice by inputs with 10."""
    if content.kind == "BFloat16" and opset < 13:
        return None
    if opset >= 10:
        return content
    if content.group and content.group * product(content.side or ()) != content.count:
        return None         # the last group reaches over the end
    return replace(content, bits=8) if content.bits < 8 and content.count * content.bits % 8 else content


def _fillers(content: Content, layout: Layout) -> int:
    return {"gaps4": content.fillers4, "gaps8": content.fillers8}.get(layout, 0)


def _symbol_type(content: Content) -> ir.DataType:
    match content.kind:
        case "Float32":
            return ir.DataType.FLOAT
        case "Float16":
            return ir.DataType.FLOAT16
        case "BFloat16":
            return ir.DataType.BFLOAT16
        case "Symmetric" if content.bits == 8:
            return ir.DataType.INT8
    return ir.DataType.UINT8


def _float_kind(values: np.ndarray) -> Kind:
    kind = _FLOATS.get(values.dtype, "Float32")
    if kind.startswith("Float8") and not np.isfinite(values.astype(np.float32)).all():
        return "Float32"
    return kind


@lru_cache(1 << 14)
def _call_bytes(call: Call) -> int:
    attributes = [_attribute(name, value) for name, value in call.attributes]
    return field_bytes(onnx.NodeProto(op_type=call.op, domain=call.domain or None, input=call.inputs,
                                      output=[call.output], attribute=attributes).ByteSize())


def _attribute(name: str, value: tuple[int, ...] | int) -> onnx.AttributeProto:
    if isinstance(value, int):
        return onnx.AttributeProto(name=name, i=value, type=onnx.AttributeProto.INT)
    # A tensor because opset 9 has no other constants; packed varints because 8 raw bytes a dimension weigh too much.
    tensor = onnx.TensorProto(data_type=onnx.TensorProto.INT64, dims=[len(value)], int64_data=value)
    return onnx.AttributeProto(name=name, t=tensor, type=onnx.AttributeProto.TENSOR)


def _pick(options: Sequence[Sequence[Form]], banned: frozenset[str]) -> list[Form]:
    return [min((form for form in forms if not banned.intersection(call.op for call in form.calls)),
                key=lambda form: form.bytes) for forms in options]


def _total(chosen: Sequence[Form], opset: int) -> int:
    functions = frozenset().union(*(form.functions for form in chosen))
    return sum(form.bytes for form in chosen) + functions_bytes(functions, opset)
