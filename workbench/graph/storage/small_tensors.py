"""Storage of small tensors in 16 bits or fewer: how they are rounded, and how exact values are written.

Tensors of the same shape are written together, so that the nodes and tensors around them count once: [k, n] integers
and [k, 1] scales, or [k n] half floats, a Cast, a Mul, and a Split into the single tensors. If weights share codes,
integers are coded as well where this is smaller. The runtime folds all of it when it loads the file.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import onnx_ir as ir

from workbench.core.recipe.storing import Sides
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.entropy import pool_code
from workbench.graph.onnx.names import unique, value_names

LEAST = 32  # values; for fewer, the Cast takes more than it saves
LEAST_INTEGERS = 64  # the same for Cast and Mul, compared with half floats
CLOSE = 2.0**-10  # the largest relative error allowed for 16 bits: half floats have 11 binary digits
SMALL = 2.0**-6  # share of the largest value below which errors are measured against that share
# The largest level -> the largest relative error of a whole tensor allowed for it: 40, 28 and 16 dB.
CLOSE_TOGETHER = {127: 0.01, 31: 0.04, 7: 0.16}
LEAST_TOGETHER = 3  # tensors of a shape; for fewer, Split and Reshape take more than they save
COUNTED_SPLIT = 18  # from this opset on Split needs the number of its parts
# Operators that accept constants, whether these are tensors of the file or computed from some.
TAKING = {"Add", "BatchNormalization", "Conv", "ConvTranspose", "Div", "Gemm", "GroupNormalization"}
TAKING |= {"InstanceNormalization", "LayerNormalization", "Mul", "PRelu", "Sub"}


def halves(values: np.ndarray) -> np.ndarray:
    """Return float32 values rounded to half floats, in float32; unchanged if one is too large or too small for that."""
    sizes = np.abs(values)
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = values.astype(np.float16).astype(np.float32)
        far = np.abs(rounded - values) > CLOSE * np.maximum(sizes, SMALL * sizes.max(initial=0))
    lost = (rounded == 0) & (values != 0)
    return values if (far | lost).any() or not np.isfinite(rounded).all() else rounded


def integers(values: np.ndarray, most: int = 127) -> np.ndarray:
    """Return float32 values rounded to integers up to `most` (127, 31 or 7) times a scale, in float32; up to more if
    that is not close enough; half floats if none is. The scale has few digits, so that products are exact and
    `levels_of` recovers it."""
    largest = np.abs(values).max(initial=0)
    least = LEAST_INTEGERS if most == max(CLOSE_TOGETHER) else LEAST
    if values.size < least or not np.isfinite(largest) or not largest:
        return halves(values)
    for levels, close in reversed(CLOSE_TOGETHER.items()):
        mantissa, exponent = np.frexp(largest / levels)
        scale = np.float32(np.ldexp(np.ceil(mantissa * 256) / 256, exponent))
        rounded = (np.rint(values / scale) * scale).astype(np.float32)
        if levels >= most and np.square(rounded - values).sum() <= close**2 * np.square(values).sum():
            return rounded
    return halves(values)


ROUNDED: Mapping[Sides, Callable[[np.ndarray], np.ndarray]] = {
    "float16": halves,
    "int8": integers,
    "int6": partial(integers, most=31),
    "int4": partial(integers, most=7),
}


def levels_of(values: np.ndarray) -> tuple[np.ndarray, np.float32] | None:
    """Return int8 levels and the scale of values that `integers` computed; None for others."""
    largest = np.abs(values).max(initial=0)
    for most in (7, 31, 127, 126):
        scale = np.float32(largest / most)
        if not scale or not np.isfinite(scale):
            return None
        levels = np.rint(values / scale).astype(np.int8)
        if np.array_equal(levels.astype(np.float32) * scale, values):
            return levels, scale
    return None


def floats(value: ir.Value, least: int = LEAST) -> np.ndarray | None:
    """Return the values of a float32 tensor of at least `least` values, else None."""
    tensor = value.const_value
    if tensor is None or tensor.dtype != ir.DataType.FLOAT or tensor.size < least:
        return None
    return tensor.numpy()


class _Short(NamedTuple):
    """A tensor as written: half floats, or integers if there is a scale."""

    name: str
    values: np.ndarray
    scale: np.float32 | None


def store_short(
    graph: ir.Graph,
    sides: Sides,
    opset: int,
    coded: dict[ir.Value, Encoding] | None = None,
    without: Collection[str] = (),
) -> None:
    """Write tensors that are exact in 16 bits or fewer as such; in place.

    coded     if given, receives integers that are smaller when coded, by the initialisers that stand for them
    without   names of tensors that stay unchanged
    """
    groups = dict[tuple[object, ...], list[_Short]]()
    for name, value in list(graph.initializers.items()):
        kept = name in without or value in graph.inputs or value.is_graph_output()
        short = None if kept else _short(name, value, sides)
        if short is not None:
            groups.setdefault((short.scale is None, *short.values.shape), []).append(short)
    every = [short.values.ravel() for group in groups.values() for short in group if short.scale is not None]
    writer = _Writer(graph, opset, coded if coded is not None and _codes_pay(every) else None)
    for group in groups.values():
        if len(group) >= LEAST_TOGETHER and group[0].values.ndim:
            writer.together(group)
        else:
            for each in group:
                if each.values.size >= LEAST:
                    writer.alone(each)


def _codes_pay(levels: Sequence[np.ndarray]) -> bool:
    """Return whether integers are smaller when coded, apart from the weights."""
    found = pool_code.pools(levels) if levels else None
    return found is not None and sum(pool.bytes for pool in found) < sum(each.size for each in levels)


def _short(name: str, value: ir.Value, sides: Sides) -> _Short | None:
    """Return a tensor in 16 bits or fewer; None if it is not exact in these, or small and not a constant of a layer."""
    taken = all(use.node.op_type in TAKING or use.node.domain for use in value.uses())
    values = floats(value, 1 if taken else LEAST)
    if values is None:
        return None
    found = levels_of(values) if sides != "float16" and values.size >= LEAST else None
    if found is not None:
        return _Short(name, *found)
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return _Short(name, half, None) if np.array_equal(half.astype(np.float32), values) else None


class _Writer:
    """Replaces initialisers by nodes and constants."""

    def __init__(self, graph: ir.Graph, opset: int, coded: dict[ir.Value, Encoding] | None) -> None:
        self._graph, self._first, self._opset, self._coded = graph, graph[0], opset, coded
        self._names = value_names(graph)

    def alone(self, short: _Short) -> None:
        if short.scale is None:
            self._put([short.name], self._node("Cast", [self._constant(short.name, short.values)], _FLOAT))
        else:
            scale = np.full((1,) * short.values.ndim if self._coded is not None else (), short.scale)
            self._put([short.name], self._integers(short.name, short.values, scale))

    def together(self, group: Sequence[_Short]) -> None:
        """Write tensors of one shape, all in half floats or all in integers."""
        names, shape = [each.name for each in group], group[0].values.shape
        scales = [each.scale for each in group if each.scale is not None]
        if scales:
            column = np.array(scales, np.float32).reshape(-1, *(1 for _ in shape))
            made = self._integers(names[0], np.stack([each.values for each in group]), column)
            whole = self._constant(names[0], np.array([-1, *shape[1:]], np.int64))
            made = self._node("Reshape", [*made, whole])
        else:
            flat = self._constant(names[0], np.concatenate([each.values for each in group]))
            made = self._node("Cast", [flat], _FLOAT)
        count = [ir.AttrInt64("num_outputs", len(group))] if self._opset >= COUNTED_SPLIT else []
        self._put(names, self._node("Split", made, count, len(group)))

    def _integers(self, name: str, levels: np.ndarray, scales: np.ndarray) -> list[ir.Value]:
        """Write integers times their scales; if they are to be coded, a constant that stands for them."""
        if self._coded is None:
            made = self._node("Cast", [self._constant(name, levels)], _FLOAT)
            return self._node("Mul", [*made, self._constant(name, scales)])
        value = self._constant(name, np.zeros(levels.shape, np.float32))
        self._coded[value] = Affine(levels, 8, scales, None, levels.shape)
        return [value]

    def _node(
        self, op: str, inputs: Sequence[ir.Value], attributes: Sequence[ir.Attr] = (), outputs: int = 1
    ) -> list[ir.Value]:
        made = [ir.Value(name=unique(f"short.{op.lower()}", self._names)) for _ in range(outputs)]
        self._graph.insert_before(self._first, ir.Node("", op, inputs, attributes, outputs=made, name=""))
        return made

    def _constant(self, name: str, array: np.ndarray) -> ir.Value:
        name = unique(f"{name}.short", self._names)
        value = ir.Value(name=name, const_value=ir.Tensor(np.ascontiguousarray(array), name=name))
        self._graph.initializers.add(value)
        return value

    def _put(self, names: Sequence[str], made: Sequence[ir.Value]) -> None:
        """Give these values the names of initialisers, which they replace."""
        for name, value in zip(names, made, strict=True):
            self._graph.initializers.pop(name).replace_all_uses_with(value)
            value.name = name


_FLOAT = [ir.AttrInt64("to", ir.DataType.FLOAT.value)]
