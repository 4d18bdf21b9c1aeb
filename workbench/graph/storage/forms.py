"""Forms: every way to store a weight in an ONNX graph, each with the exact bytes that it adds to the file."""

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import onnx
import onnx_ir as ir

from workbench.core.base.message import Joined
from workbench.core.recipe.storing import DEFAULT, Storing
from workbench.graph.encodings.kind import FLOAT32
from workbench.graph.encodings.spec import StorageSpec, product
from workbench.graph.layouts.layout import Layout, Load, Part
from workbench.graph.layouts.listing import FLAT, LAYOUTS, PLAIN, SHAPED
from workbench.graph.onnx.proto_size import field_bytes
from workbench.graph.storage import decoders


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
        """Return the node, which reads from `values`, and add its output to them."""
        output = ir.Value(name=self.output)
        attributes = [ir.serde.deserialize_attribute(_attribute(name, value)) for name, value in self.attributes]
        node = ir.Node(
            self.domain, self.op, [values[name] for name in self.inputs], attributes, outputs=[output], name=""
        )
        values[self.output] = output
        return node

    @property
    def bytes(self) -> int:
        """Bytes added to the file."""
        return _call_bytes(self)


@dataclass(frozen=True)
class Form:
    """One way to store a weight: initialisers, calls that decode them, and the functions that these need."""

    name: str
    spec: StorageSpec
    layout: Layout
    parts: tuple[Part, ...]
    calls: tuple[Call, ...] = ()

    @cached_property
    def bytes(self) -> int:
        """Bytes that initialisers and nodes add to the file; functions, which layers share, are counted separately."""
        return sum(part.bytes for part in self.parts) + sum(call.bytes for call in self.calls)

    @cached_property
    def load(self) -> Load:
        """Cost of decoding at loading."""
        return self.layout.load(self.spec)

    @cached_property
    def decoders(self) -> frozenset[str]:
        """Functions called directly."""
        return frozenset(call.op for call in self.calls if call.domain)

    @cached_property
    def functions(self) -> frozenset[str]:
        """Functions called, with their building blocks."""
        return frozenset().union(*(decoders.closure(decoder) for decoder in self.decoders))

    @property
    def words(self) -> str:
        words = self.spec.words
        return Joined((words, self.layout.words)) if self.layout.words else words


def forms(
    spec: StorageSpec, name: str, opset: int, storing: Storing = DEFAULT, *, raw_sides: bool = False
) -> list[Form]:
    """Return every way to store the spec as a value called `name`; plain float32 is always one of them.

    raw_sides   whether scales must have the shape in which they broadcast to the weight, for kernels that read them.
                Those of `flat` do
    """
    floats = replace(spec, kind=FLOAT32, bits=32, side=None, group=0)
    found = [_form(floats, PLAIN, name)]
    kept = _offered(spec, opset)
    if kept is None:
        kept = floats
    suitable = [layout for layout in LAYOUTS if _wanted(layout, storing) and layout.suits(kept, opset)]
    if raw_sides and SHAPED in suitable:
        suitable.remove(SHAPED)
    elif SHAPED in suitable or FLAT in suitable:  # slightly larger than plain, but a third of the memory at loading
        suitable.remove(PLAIN)
    return [*found, *(_form(kept, layout, name) for layout in suitable if (layout, kept.kind) != (PLAIN, FLOAT32))]


def _wanted(layout: Layout, storing: Storing) -> bool:
    """Return whether a recipe allows this layout."""
    return (storing.sparse == "auto" or not layout.leaves_zeros_out) and (
        storing.codes != "off" or not layout.needs_statistics
    )


def plain_bytes(shape: tuple[int, ...], name: str) -> int:
    """Return the bytes of a float32 initialiser in the file."""
    return Part(name, ir.DataType.FLOAT, shape).bytes


def _form(spec: StorageSpec, layout: Layout, name: str) -> Form:
    """Return the initialisers and calls of one layout."""
    if spec.kind == FLOAT32 and layout is PLAIN:
        return Form(name, spec, layout, (Part(name, ir.DataType.FLOAT, spec.shape),))
    parts = layout.parts(spec, name)
    reads = [part.name for part in parts]
    calls = []
    for side in spec.kind.sides:
        parts.append(Part(f"{name}.{side.name}", side.dtype, layout.side(spec)))
        reads.append(parts[-1].name)
        if spec.group and layout.spreads:
            group = (spec.group,) if spec.axis == 0 else (spec.group, 1)
            reads[-1] = f"{name}.{side.name}s"
            calls.append(
                Call(f"PerGroup{spec.axis}", (parts[-1].name,), reads[-1], (("group", group), ("shape", spec.shape)))
            )
    calls.append(_decode(spec, layout, tuple(reads), name))
    return Form(name, spec, layout, tuple(parts), tuple(calls))


def _decode(spec: StorageSpec, layout: Layout, reads: tuple[str, ...], name: str) -> Call:
    """Return the call that computes the weight; 16-bit floats need only a Cast."""
    if layout is PLAIN and spec.kind.standard:
        return Call("Cast", reads, name, (("to", ir.DataType.FLOAT.value),))
    return Call(decoders.name_of(layout, spec.kind, spec.bits), reads, name, layout.attributes(spec))


def _offered(spec: StorageSpec, opset: int) -> StorageSpec | None:
    """Return the spec as it can be stored at an opset, or None: types have a first opset, and Slice by inputs came with
    10."""
    if opset < spec.kind.opset:
        return None
    if opset >= 10:
        return spec
    if spec.group and spec.group * product(spec.side or ()) != spec.count:
        return None  # the last group extends past the end
    return replace(spec, bits=8) if spec.bits < 8 and spec.count * spec.bits % 8 else spec


@lru_cache(1 << 14)
def _call_bytes(call: Call) -> int:
    attributes = [_attribute(name, value) for name, value in call.attributes]
    return field_bytes(
        onnx.NodeProto(
            op_type=call.op, domain=call.domain or None, input=call.inputs, output=[call.output], attribute=attributes
        ).ByteSize()
    )


def _attribute(name: str, value: tuple[int, ...] | int) -> onnx.AttributeProto:
    if isinstance(value, int):
        return onnx.AttributeProto(name=name, i=value, type=onnx.AttributeProto.INT)
    # A tensor because opset 9 has no other constants; packed varints because raw dimensions take 8 bytes each.
    tensor = onnx.TensorProto(data_type=onnx.TensorProto.INT64, dims=[len(value)], int64_data=value)
    return onnx.AttributeProto(name=name, t=tensor, type=onnx.AttributeProto.TENSOR)
