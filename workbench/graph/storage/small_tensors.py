"""Storage of small tensors in 16 or 8 bits: how they are rounded, and how exact values are written.

Tensors of the same shape are written together, so that the nodes and tensors around them count once: [k, n] integers
and [k, 1] scales, or [k n] half floats, a Cast, a Mul, and a Split into the single tensors. The runtime folds all of it
when it loads the file.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import onnx_ir as ir

from workbench.core.recipe.storing import Sides
from workbench.graph.onnx.names import unique, value_names

LEAST = 32  # values; for fewer, the Cast takes more than it saves
LEAST_INTEGERS = 64  # the same for Cast and Mul
CLOSE = 2.0**-10  # the largest relative error allowed for 16 bits: half floats have 11 binary digits
CLOSE_TOGETHER = 0.01  # the largest relative error of a whole tensor allowed for 8 bits: 40 dB
MOST_LEVEL = 127
LEAST_TOGETHER = 3  # tensors of a shape; for fewer, Split and Reshape take more than they save
COUNTED_SPLIT = 18  # from this opset on Split needs the number of its parts
# Operators that accept constants, whether these are tensors of the file or computed from some.
TAKING = {"Add", "BatchNormalization", "Conv", "ConvTranspose", "Div", "Gemm", "GroupNormalization"}
TAKING |= {"InstanceNormalization", "LayerNormalization", "Mul", "PRelu", "Sub"}


def halves(values: np.ndarray) -> np.ndarray:
    """Return float32 values rounded to half floats, in float32; unchanged if one is too large or too small for that."""
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float16).astype(np.float32)
    far = np.abs(rounded - values) > CLOSE * np.abs(values)
    return values if far.any() or not np.isfinite(rounded).all() else rounded


def integers(values: np.ndarray) -> np.ndarray:
    """Return float32 values rounded to integers up to 127 times a scale, in float32; half floats if that is not close
    enough. The scale has few digits, so that products are exact and `levels_of` recovers it."""
    largest = np.abs(values).max(initial=0)
    if values.size < LEAST_INTEGERS or not np.isfinite(largest) or not largest:
        return halves(values)
    mantissa, exponent = np.frexp(largest / MOST_LEVEL)
    scale = np.float32(np.ldexp(np.ceil(mantissa * 256) / 256, exponent))
    rounded = (np.rint(values / scale) * scale).astype(np.float32)
    far = np.square(rounded - values).sum() > CLOSE_TOGETHER**2 * np.square(values).sum()
    return halves(values) if far else rounded


ROUNDED: Mapping[Sides, Callable[[np.ndarray], np.ndarray]] = {"float16": halves, "int8": integers}


def levels_of(values: np.ndarray) -> tuple[np.ndarray, np.float32] | None:
    """Return int8 levels and the scale of values that `integers` computed; None for others."""
    largest = np.abs(values).max(initial=0)
    for most in (MOST_LEVEL, MOST_LEVEL - 1):
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


def store_short(graph: ir.Graph, sides: Sides, opset: int) -> None:
    """Write tensors that are exact in 16 or 8 bits as such; in place."""
    writer, groups = _Writer(graph, opset), dict[tuple[object, ...], list[_Short]]()
    for name, value in list(graph.initializers.items()):
        short = None if value in graph.inputs or value.is_graph_output() else _short(name, value, sides)
        if short is not None:
            groups.setdefault((short.scale is None, *short.values.shape), []).append(short)
    for group in groups.values():
        if len(group) >= LEAST_TOGETHER and group[0].values.ndim:
            writer.together(group)
        else:
            for each in group:
                if each.values.size >= LEAST:
                    writer.alone(each)


def _short(name: str, value: ir.Value, sides: Sides) -> _Short | None:
    """Return a tensor in 16 or 8 bits; None if it is not exact in these, or small and not a constant of a layer."""
    taken = all(use.node.op_type in TAKING or use.node.domain for use in value.uses())
    values = floats(value, 1 if taken else LEAST)
    if values is None:
        return None
    found = levels_of(values) if sides == "int8" and values.size >= LEAST_INTEGERS else None
    if found is not None:
        return _Short(name, *found)
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return _Short(name, half, None) if np.array_equal(half.astype(np.float32), values) else None


class _Writer:
    """Replaces initialisers by nodes and constants."""

    def __init__(self, graph: ir.Graph, opset: int) -> None:
        self._graph, self._first, self._opset = graph, graph[0], opset
        self._names = value_names(graph)

    def alone(self, short: _Short) -> None:
        made = self._node("Cast", [self._constant(short.name, short.values)], _FLOAT)
        if short.scale is not None:
            made = self._node("Mul", [*made, self._constant(short.name, np.array(short.scale))])
        self._put([short.name], made)

    def together(self, group: Sequence[_Short]) -> None:
        """Write tensors of one shape, all in half floats or all in integers."""
        names, shape = [each.name for each in group], group[0].values.shape
        scales = [each.scale for each in group if each.scale is not None]
        join = np.stack if scales else np.concatenate
        made = self._node("Cast", [self._constant(names[0], join([each.values for each in group]))], _FLOAT)
        if scales:
            column = np.array(scales, np.float32).reshape(-1, *(1 for _ in shape))
            made = self._node("Mul", [*made, self._constant(names[0], column)])
            whole = self._constant(names[0], np.array([-1, *shape[1:]], np.int64))
            made = self._node("Reshape", [*made, whole])
        count = [ir.AttrInt64("num_outputs", len(group))] if self._opset >= COUNTED_SPLIT else []
        self._put(names, self._node("Split", made, count, len(group)))

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
