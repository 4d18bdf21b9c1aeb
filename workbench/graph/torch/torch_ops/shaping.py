"""Operators that move values, or create them from shapes alone."""

import math
from typing import Any

import torch
from torch import Tensor

from workbench.core.base.message import Message
from workbench.graph.torch.torch_ops.operator import MANY, Attributes, Inputs, Unsupported, as_integers, axes_of, op


@op("Shape", "start end")
def _shape(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.tensor(list(x[0].shape)[a.get("start", 0) : a.get("end")], dtype=torch.int64, device=x[0].device)


@op("Size")
def _size(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.tensor(x[0].numel(), dtype=torch.int64, device=x[0].device)


@op("Reshape", "allowzero", inputs=2)
def _reshape(a: Attributes, x: Inputs, v: int) -> Tensor:
    shape = as_integers(x[1])
    if not a.get("allowzero", 0):
        shape = [x[0].shape[index] if size == 0 else size for index, size in enumerate(shape)]
    return x[0].reshape(shape)


@op("Flatten", "axis")
def _flatten(a: Attributes, x: Inputs, v: int) -> Tensor:
    axis = a["axis"] + x[0].dim() if a["axis"] < 0 else a["axis"]
    return x[0].reshape(math.prod(x[0].shape[:axis]), math.prod(x[0].shape[axis:]))


@op("Transpose", "perm")
def _transpose(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0].permute(a.get("perm") or list(reversed(range(x[0].dim()))))


@op("Squeeze", "axes", inputs=2)
def _squeeze(a: Attributes, x: Inputs, v: int) -> Tensor:
    axes = axes_of(a, x[1])
    return x[0].squeeze() if axes is None else x[0].squeeze(tuple(axes))


@op("Unsqueeze", "axes", inputs=2)
def _unsqueeze(a: Attributes, x: Inputs, v: int) -> Tensor:
    result, axes = x[0], axes_of(a, x[1]) or []
    rank = result.dim() + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        result = result.unsqueeze(axis)
    return result


@op("Concat", "axis", inputs=MANY)
def _concat(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.cat(list(x), a["axis"])


@op("Split", "axis split num_outputs", inputs=2, outputs=MANY)
def _split(a: Attributes, x: Inputs, v: int) -> tuple[Tensor, ...]:
    """Split, into equal parts if no sizes are given; the last one may be smaller."""
    sizes: Any = as_integers(x[1]) if x[1] is not None else a.get("split")
    if sizes is None:
        sizes = -(-x[0].shape[a["axis"]] // (a.get("num_outputs") or a["outputs"]))
    return torch.split(x[0], sizes, a["axis"])


@op("Slice", "starts ends axes", inputs=5)
def _slice(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Slice; bounds past either end are clamped as in Python, for negative steps, too."""
    if v < 10:
        starts, ends, axes, steps = a["starts"], a["ends"], a.get("axes"), None
    else:
        starts, ends, axes, steps = (None if each is None else as_integers(each) for each in x[1:])
    result = x[0]
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        axis = (place if axes is None else axes[place]) % result.dim()
        if steps is None or steps[place] == 1:
            result = result[(slice(None),) * axis + (slice(start, end),)]
        else:
            chosen = range(result.shape[axis])[start : end : steps[place]]
            result = result.index_select(axis, torch.tensor(list(chosen), dtype=torch.int64, device=result.device))
    return result


@op("Expand", inputs=2)
def _expand(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Broadcast both shapes: a size of 1 keeps that of the input."""
    return x[0].expand(torch.broadcast_shapes(x[0].shape, as_integers(x[1])))


@op("Tile", inputs=2)
def _tile(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0].repeat(as_integers(x[1]))


@op("Constant", "value value_float value_floats value_int value_ints")
def _constant(a: Attributes, x: Inputs, v: int) -> Tensor:
    name = next(name for name in a if name.startswith("value"))
    kind = torch.float32 if "float" in name else torch.int64
    return a[name] if name == "value" else torch.tensor(a[name], dtype=kind)


@op("ConstantOfShape", "value")
def _constant_of_shape(a: Attributes, x: Inputs, v: int) -> Tensor:
    value = a.get("value", torch.zeros(1))
    return torch.full(as_integers(x[0]), value.reshape(()).item(), dtype=value.dtype, device=x[0].device)


@op("Range", inputs=3)
def _range(a: Attributes, x: Inputs, v: int) -> Tensor:
    start, limit, delta = (part.reshape(()) for part in x)
    count = max(math.ceil((limit.item() - start.item()) / delta.item()), 0)
    return start + delta * torch.arange(count, dtype=start.dtype, device=start.device)


@op("Trilu", "upper", inputs=2)
def _trilu(a: Attributes, x: Inputs, v: int) -> Tensor:
    diagonal = 0 if x[1] is None else int(x[1].reshape(()))
    return torch.triu(x[0], diagonal) if a["upper"] else torch.tril(x[0], diagonal)


@op("DepthToSpace", "blocksize mode")
def _depth_to_space(a: Attributes, x: Inputs, v: int) -> Tensor:
    (n, c, h, w), b = x[0].shape, a["blocksize"]
    if a.get("mode", "DCR") == "DCR":
        parts = x[0].reshape(n, b, b, c // (b * b), h, w).permute(0, 3, 4, 1, 5, 2)
    else:
        parts = x[0].reshape(n, c // (b * b), b, b, h, w).permute(0, 1, 4, 2, 5, 3)
    return parts.reshape(n, c // (b * b), h * b, w * b)


@op("SpaceToDepth", "blocksize")
def _space_to_depth(a: Attributes, x: Inputs, v: int) -> Tensor:
    (n, c, h, w), b = x[0].shape, a["blocksize"]
    return x[0].reshape(n, c, h // b, b, w // b, b).permute(0, 3, 5, 1, 2, 4).reshape(n, c * b * b, h // b, w // b)


@op("EyeLike", "dtype k")
def _eye_like(a: Attributes, x: Inputs, v: int) -> Tensor:
    if a.get("dtype", 1) != 1:
        raise Unsupported(Message("with {name}={value}", name="dtype", value=a["dtype"]))
    dtype = torch.float32 if "dtype" in a else x[0].dtype
    return torch.ones(x[0].shape, dtype=dtype, device=x[0].device).tril(a["k"]).triu(a["k"])
