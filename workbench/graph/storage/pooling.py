"""Quantised weights that share codes: written next to each other, decoded by one call, then split.

The writer tries it if the recipe shrinks everything else, too (`codes: on` with `sides: float16` or `names: short`),
and keeps it if the file becomes smaller.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import onnx
import onnx_ir as ir

from workbench.core.recipe.storing import PLAIN
from workbench.graph.encodings.affine import SYMMETRIC
from workbench.graph.encodings.codebook import CODEBOOK
from workbench.graph.encodings.encoding import Encoding, Planned
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.entropy.nested_words import Words
from workbench.graph.entropy.pool_code import Pool, pools
from workbench.graph.layouts.codes import MOST
from workbench.graph.layouts.pool_decoder import OPSET
from workbench.graph.storage import decoders, storage
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.forms import forms
from workbench.graph.storage.storage import Stored

MOST_VALUES = 128  # entries of a table: indices on both sides of zero fit an int8


def suits(encoding: Encoding, opset: int) -> bool:
    """Return whether the weight is integers times scales that broadcast to it, or indices into a small table."""
    if opset < OPSET:
        return False
    spec = spec_of(encoding)
    on_levels = spec.kind == SYMMETRIC or (spec.kind == CODEBOOK and len(encoding.sides(spec)[0]) <= MOST_VALUES)
    return on_levels and not spec.group and spec.count <= MOST


def shared(weights: Mapping[str, Encoding], opset: int) -> dict[str, Encoding]:
    """Return the weights that may share codes, by the names of their values."""
    return {name: encoding for name, encoding in weights.items() if suits(encoding, opset)}


def as_floats(part: Stored, among: Collection[str]) -> Stored:
    """Return the form in which a weight is first written if its name is in `among`: floats, which `put` replaces."""
    if part.form.name not in among:
        return part
    spec = StorageSpec.dense(part.form.spec.shape)
    return storage.pack(Planned(spec), forms(spec, part.form.name, part.opset, PLAIN)[0], part.opset)


def put(graph: ir.Graph, weights: Mapping[str, Encoding]) -> frozenset[str]:
    """Replace initialisers by what is decoded from pools; the functions that the file needs for it."""
    if not weights:
        return frozenset()
    specs = {name: spec_of(encoding) for name, encoding in weights.items()}
    levels = [_levels(encoding, specs[name]) for name, encoding in weights.items()]
    found = pools(levels) or []
    writer = _Writer(graph)
    for pool in found:
        names = [list(weights)[index] for index in pool.members]
        for name, flat in zip(names, writer.pool(pool, [specs[name].count for name in names]), strict=True):
            (side,) = weights[name].sides(specs[name])
            if specs[name].kind == CODEBOOK:
                writer.looked_up(name, flat, specs[name].shape, np.roll(side, -_middle(side)))
            else:
                writer.scaled(name, flat, specs[name].shape, side)
    return frozenset().union(*(decoders.closure(name) for name in (*(pool.form for pool in found), *writer.called)))


def _levels(encoding: Encoding, spec: StorageSpec) -> np.ndarray:
    """Return integers around zero, int8 [n]; for a table, indices relative to that of zero."""
    symbols = encoding.symbols(spec)
    if spec.kind == CODEBOOK:
        return (symbols.astype(np.int16) - _middle(encoding.sides(spec)[0])).astype(np.int8)
    if spec.bits == 8:
        return symbols.view(np.int8)
    return (symbols.astype(np.int16) - (1 << spec.bits - 1)).astype(np.int8)


def _middle(table: np.ndarray) -> int:
    """Return the index of zero; the first index if there is none."""
    return int((table == 0).argmax())


class _Writer:
    """Writes nodes before all others, in the order of the calls."""

    def __init__(self, graph: ir.Graph) -> None:
        self._graph, self._first = graph, graph[0]
        self._known: dict[tuple[object, ...], ir.Value] = {}
        self.called: set[str] = set()  # functions besides those of pools
        self._taken = {value.name for value in graph.inputs} | set(graph.initializers)
        self._taken |= {value.name for node in ir.traversal.RecursiveGraphIterator(graph) for value in node.outputs}

    def pool(self, pool: Pool, counts: Sequence[int]) -> list[ir.Value]:
        """Return the decoded levels of each weight, flat."""
        table = pool.values.table if pool.pairing else pool.values.table.view(np.int8)
        reads = [*self._words(pool.values.words), self._constant(table, "table")]
        width = 1 if pool.pairing else table.shape[1]
        held = -(-pool.count // width) * width
        if pool.gaps is not None:
            reads += self._words(pool.gaps)
        if pool.form != "Pool":
            held = pool.count + width - 1  # values that fill the last symbol may follow the last weight
            reads.append(self._numbers([held]))
        if pool.pairing:
            reads += [self._numbers([number], onnx.TensorProto.INT32) for number in pool.pairing]
        (whole,) = self._nodes(pool.form, reads, domain=decoders.DOMAIN)
        sizes = [*counts, held - pool.count] if held > pool.count else counts
        if len(sizes) == 1:
            return [whole]
        return self._nodes("Split", [whole, self._numbers(sizes)], len(sizes))[: len(counts)]

    def scaled(self, name: str, flat: ir.Value, shape: Sequence[int], scale: np.ndarray) -> None:
        """Replace an initialiser by levels in their shape times scales."""
        scale = scale.reshape(1) if scale.size == 1 else scale  # stored together by small_tensors
        reads = [flat, self._numbers(shape), self._constant(scale, "scale")]
        self._put(name, self._nodes("Scaled", reads, domain=decoders.DOMAIN))
        self.called.add("Scaled")

    def looked_up(self, name: str, flat: ir.Value, shape: Sequence[int], table: np.ndarray) -> None:
        """Replace an initialiser by entries of a table; negative levels count from its end."""
        (levels,) = self._nodes("Reshape", [flat, self._numbers(shape)])
        (places,) = self._nodes("Cast", [levels], attributes=[ir.AttrInt64("to", ir.DataType.INT32.value)])
        self._put(name, self._nodes("Gather", [self._constant(table, "table"), places]))

    def _put(self, name: str, made: Sequence[ir.Value]) -> None:
        self._graph.initializers.pop(name).replace_all_uses_with(made[0])

    def _words(self, words: Words) -> list[ir.Value]:
        return [
            self._constant(words.data, "words"),
            self._numbers(words.split),
            self._numbers([-1, words.size]),
            self._numbers(1 << np.arange(words.size), onnx.TensorProto.INT32, 1),
            *(self._constant(extra, "classes") for extra in words.extras),
        ]

    def _constant(self, array: np.ndarray, name: str) -> ir.Value:
        name = self._unique(name)
        return self._held(ir.Tensor(np.ascontiguousarray(array), name=name), name)

    def _numbers(self, numbers: Iterable[int], kind: int = onnx.TensorProto.INT64, *behind: int) -> ir.Value:
        """Return a vector of integers as packed varints, as raw ones take 4 or 8 bytes each. `behind`: further axes."""
        every = [int(number) for number in numbers]
        key = (kind, *behind, *every)
        if key in self._known:
            return self._known[key]
        proto = onnx.TensorProto(data_type=kind, dims=[len(every), *behind], name=self._unique("sizes"))
        (proto.int64_data if kind == onnx.TensorProto.INT64 else proto.int32_data).extend(every)
        self._known[key] = self._held(ir.serde.deserialize_tensor(proto), proto.name)
        return self._known[key]

    def _held(self, tensor: ir.TensorProtocol, name: str) -> ir.Value:
        value = ir.Value(name=name, const_value=tensor)
        self._graph.initializers.add(value)
        return value

    def _nodes(
        self,
        op: str,
        inputs: Sequence[ir.Value],
        outputs: int = 1,
        domain: str = "",
        attributes: Sequence[ir.Attr] = (),
    ) -> list[ir.Value]:
        made = [ir.Value(name=self._unique("pooled")) for _ in range(outputs)]
        self._graph.insert_before(self._first, ir.Node(domain, op, inputs, attributes, outputs=made, name=""))
        return made

    def _unique(self, name: str) -> str:
        number = 0
        while f"{name}.{number}" in self._taken:
            number += 1
        self._taken.add(f"{name}.{number}")
        return f"{name}.{number}"
