"""What each operator without weights computes, in torch: the ops of the models that people compress.

One function an operator: (attributes, inputs, opset) -> output or outputs. Semantics are those of the ONNX operator
reference; an operator that is not here is named, and only gradients are unavailable then.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Attributes = Mapping[str, Any]
Inputs = Sequence[Any]
Op = Callable[[Attributes, Inputs, int], Any]
OPS: dict[str, Op] = {}


def op(*names: str) -> Callable[[Op], Op]:
    def register(function: Op) -> Op:
        OPS.update(dict.fromkeys(names, function))
        return function
    return register


def _simple(**functions: Callable[..., Any]) -> None:
    """Operators that are one torch function of their inputs."""
    for name, function in functions.items():
        OPS[name] = _spread(function)


def _spread(function: Callable[..., Any]) -> Op:
    return lambda a, x, v: function(*x)


_simple(
    Add=torch.add, Sub=torch.sub, Mul=torch.mul, Pow=torch.pow, Sqrt=torch.sqrt, Exp=torch.exp, Log=torch.log,
    Neg=torch.neg, Abs=torch.abs, Erf=torch.erf, Tanh=torch.tanh, Sigmoid=torch.sigmoid, Relu=torch.relu,
    Floor=torch.floor, Ceil=torch.ceil, Sin=torch.sin, Cos=torch.cos, Reciprocal=torch.reciprocal,
    Softplus=functional.softplus, Identity=lambda x: x, MatMul=torch.matmul, Where=torch.where, Not=torch.logical_not,
    And=torch.logical_and, Or=torch.logical_or, Equal=torch.eq, Greater=torch.gt, Less=torch.lt,
    GreaterOrEqual=torch.ge, LessOrEqual=torch.le, HardSwish=functional.hardswish, Dropout=lambda x, *rest: x,
    Shape=lambda x: torch.tensor(x.shape, dtype=torch.int64), Mish=functional.mish,
)


@op("Gemm")
def _gemm(a: Attributes, x: Inputs, v: int) -> Tensor:
    left, right = (part.T if a.get(f"trans{name}") else part for name, part in zip("AB", x, strict=False))
    product = a.get("alpha", 1.0) * (left @ right)
    return product if len(x) < 3 or x[2] is None else product + a.get("beta", 1.0) * x[2]


@op("Div")
def _div(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.div(x[0], x[1]) if x[0].is_floating_point() else torch.div(x[0], x[1], rounding_mode="trunc")


@op("Min", "Max")
def _extreme(a: Attributes, x: Inputs, v: int) -> Tensor:
    choose = torch.minimum if a["op_type"] == "Min" else torch.maximum
    result = x[0]
    for other in x[1:]:
        result = choose(result, other)
    return result


@op("Sum", "Mean")
def _sum(a: Attributes, x: Inputs, v: int) -> Tensor:
    total = x[0]
    for other in x[1:]:
        total = total + other
    return total / len(x) if a["op_type"] == "Mean" else total


@op("LeakyRelu")
def _leaky(a: Attributes, x: Inputs, v: int) -> Tensor:
    return functional.leaky_relu(x[0], a.get("alpha", 0.01))


@op("Elu")
def _elu(a: Attributes, x: Inputs, v: int) -> Tensor:
    return functional.elu(x[0], a.get("alpha", 1.0))


@op("PRelu")
def _prelu(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.where(x[0] >= 0, x[0], x[0] * x[1])


@op("Gelu")
def _gelu(a: Attributes, x: Inputs, v: int) -> Tensor:
    return functional.gelu(x[0], approximate=a.get("approximate", "none"))


@op("HardSigmoid")
def _hard_sigmoid(a: Attributes, x: Inputs, v: int) -> Tensor:
    return (a.get("alpha", 0.2) * x[0] + a.get("beta", 0.5)).clamp(0, 1)


@op("Clip")
def _clip(a: Attributes, x: Inputs, v: int) -> Tensor:
    low = a.get("min") if v < 11 else (x[1] if len(x) > 1 else None)
    high = a.get("max") if v < 11 else (x[2] if len(x) > 2 else None)
    result = x[0]
    if low is not None:
        result = torch.maximum(result, torch.as_tensor(low, dtype=result.dtype))
    return result if high is None else torch.minimum(result, torch.as_tensor(high, dtype=result.dtype))


@op("Softmax", "LogSoftmax")
def _softmax(a: Attributes, x: Inputs, v: int) -> Tensor:
    function = torch.softmax if a["op_type"] == "Softmax" else torch.log_softmax
    if v >= 13:
        return function(x[0], a.get("axis", -1))
    axis = a.get("axis", 1) % x[0].dim()        # before opset 13 all axes from this one on are one
    return function(x[0].flatten(axis), -1).reshape(x[0].shape)


@op("LayerNormalization")
def _layer_norm(a: Attributes, x: Inputs, v: int) -> Tensor:
    shape = x[0].shape[a.get("axis", -1) % x[0].dim():]
    return functional.layer_norm(x[0], shape, x[1], x[2] if len(x) > 2 else None, a.get("epsilon", 1e-5))


@op("BatchNormalization")
def _batch_norm(a: Attributes, x: Inputs, v: int) -> Tensor:
    return functional.batch_norm(x[0], x[3], x[4], x[1], x[2], False, 0.0, a.get("epsilon", 1e-5))


@op("InstanceNormalization")
def _instance_norm(a: Attributes, x: Inputs, v: int) -> Tensor:
    return functional.instance_norm(x[0], weight=x[1], bias=x[2], eps=a.get("epsilon", 1e-5))


@op("Reshape")
def _reshape(a: Attributes, x: Inputs, v: int) -> Tensor:
    shape = [int(size) for size in (a["shape"] if v < 5 else x[1].tolist())]
    if not a.get("allowzero", 0):
        shape = [x[0].shape[index] if size == 0 else size for index, size in enumerate(shape)]
    return x[0].reshape(shape)


@op("Flatten")
def _flatten(a: Attributes, x: Inputs, v: int) -> Tensor:
    axis = a.get("axis", 1)
    axis = axis + x[0].dim() if axis < 0 else axis
    return x[0].reshape(math.prod(x[0].shape[:axis]), -1)


@op("Transpose")
def _transpose(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0].permute(a.get("perm") or list(reversed(range(x[0].dim()))))


@op("Squeeze")
def _squeeze(a: Attributes, x: Inputs, v: int) -> Tensor:
    axes = _axes(a, x, v)
    return x[0].squeeze() if axes is None else x[0].squeeze(tuple(axes))


@op("Unsqueeze")
def _unsqueeze(a: Attributes, x: Inputs, v: int) -> Tensor:
    result = x[0]
    axes = _axes(a, x, v) or []
    rank = result.dim() + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        result = result.unsqueeze(axis)
    return result


def _axes(a: Attributes, x: Inputs, v: int, since: int = 13) -> list[int] | None:
    """Axes are an attribute in old opsets and an input since `since`."""
    if v < since or "axes" in a:
        return a.get("axes")
    return [int(axis) for axis in x[1].tolist()] if len(x) > 1 and x[1] is not None else None


@op("Concat")
def _concat(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.cat(list(x), a["axis"])


@op("Split")
def _split(a: Attributes, x: Inputs, v: int) -> tuple[Tensor, ...]:
    axis = a.get("axis", 0)
    sizes = a.get("split") if v < 13 else (x[1].tolist() if len(x) > 1 and x[1] is not None else None)
    if sizes is None:
        sizes = -(-x[0].shape[axis] // a["outputs"])
    return torch.split(x[0], sizes, axis)


@op("Slice")
def _slice(a: Attributes, x: Inputs, v: int) -> Tensor:
    if v < 10:
        starts, ends, axes, steps = a["starts"], a["ends"], a.get("axes"), None
    else:
        starts, ends, axes, steps = ([int(i) for i in x[index].tolist()] if len(x) > index and x[index] is not None
                                     else None for index in (1, 2, 3, 4))
    result = x[0]
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        axis = (axes[place] if axes else place) % result.dim()
        step = steps[place] if steps else 1
        size = result.shape[axis]
        index = torch.arange(size)[slice(start, max(end, -size - 1) if end >= -size else None, step)] if step > 0 \
            else torch.arange(size - 1, -1, -1)[slice(size - 1 - min(start % size if start < 0 else start, size - 1),
                                                      None if end < -size else size - 1 - (end % size), -step)]
        if len(index) != size or step < 0:
            result = result.index_select(axis, index) if step < 0 or step > 1 else \
                result.narrow(axis, int(index[0]) if len(index) else 0, len(index))
    return result


@op("Gather")
def _gather(a: Attributes, x: Inputs, v: int) -> Tensor:
    axis = a.get("axis", 0) % x[0].dim()
    index = torch.where(x[1] < 0, x[1] + x[0].shape[axis], x[1]).long()
    flat = x[0].index_select(axis, index.reshape(-1))
    return flat.reshape(*x[0].shape[:axis], *index.shape, *x[0].shape[axis + 1:])


@op("Expand")
def _expand(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0] * torch.ones([int(size) for size in x[1].tolist()], dtype=x[0].dtype)


@op("Cast")
def _cast(a: Attributes, x: Inputs, v: int) -> Tensor:
    kinds = {1: torch.float32, 6: torch.int32, 7: torch.int64, 9: torch.bool, 10: torch.float16, 11: torch.float64,
             2: torch.uint8, 3: torch.int8}
    return x[0].to(kinds[a["to"]])


@op("Constant")
def _constant(a: Attributes, x: Inputs, v: int) -> Tensor:
    return a["value"]


@op("ConstantOfShape")
def _constant_of_shape(a: Attributes, x: Inputs, v: int) -> Tensor:
    value = a.get("value", torch.zeros(1))
    return torch.full([int(size) for size in x[0].tolist()], value.reshape(()).item(), dtype=value.dtype)


@op("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL2")
def _reduce(a: Attributes, x: Inputs, v: int) -> Tensor:
    kind = a["op_type"]
    axes = _axes(a, x, v, 13 if kind == "ReduceSum" else 18)
    if axes is None and a.get("noop_with_empty_axes", 0):
        return x[0]
    dims = list(range(x[0].dim())) if not axes else list(axes)
    keep = bool(a.get("keepdims", 1))
    match kind:
        case "ReduceMean":
            return x[0].mean(dims, keepdim=keep)
        case "ReduceSum":
            return x[0].sum(dims, keepdim=keep)
        case "ReduceMax":
            return x[0].amax(dims, keepdim=keep)
        case "ReduceMin":
            return x[0].amin(dims, keepdim=keep)
    return x[0].square().sum(dims, keepdim=keep).sqrt()


@op("GlobalAveragePool", "GlobalMaxPool")
def _global_pool(a: Attributes, x: Inputs, v: int) -> Tensor:
    dims = list(range(2, x[0].dim()))
    return x[0].mean(dims, keepdim=True) if a["op_type"] == "GlobalAveragePool" else x[0].amax(dims, keepdim=True)


@op("MaxPool", "AveragePool")
def _pool(a: Attributes, x: Inputs, v: int) -> Tensor:
    kernel = a["kernel_shape"]
    dims = len(kernel)
    strides = a.get("strides") or [1] * dims
    pads = window_pads(a, x[0].shape[2:], kernel, strides, a.get("dilations") or [1] * dims)
    largest = a["op_type"] == "MaxPool"
    value = torch.finfo(x[0].dtype).min if largest else 0.0
    padded = pad(x[0], pads, value)
    ceil = bool(a.get("ceil_mode", 0))
    if largest:
        pool = (functional.max_pool1d, functional.max_pool2d, functional.max_pool3d)[dims - 1]
        return pool(padded, kernel, strides, 0, a.get("dilations") or 1, ceil)
    average = (functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d)[dims - 1]
    result = average(padded, kernel, strides, 0, ceil)
    if any(sum(pair) for pair in pads) and not a.get("count_include_pad", 0):
        inside = average(pad(torch.ones_like(x[0][:1, :1]), pads, 0.0), kernel, strides, 0, ceil)
        result = result / inside
    return result


@op("Pad")
def _pad(a: Attributes, x: Inputs, v: int) -> Tensor:
    amounts = [int(size) for size in (a["pads"] if v < 11 else x[1].tolist())]
    half = len(amounts) // 2
    pairs = list(zip(amounts[:half], amounts[half:], strict=True))
    if a.get("mode", "constant") != "constant":
        flat = [size for pair in reversed(pairs[2:]) for size in pair]
        return functional.pad(x[0], flat, {"reflect": "reflect", "edge": "replicate"}[a["mode"]])
    value = a.get("value", 0.0) if v < 11 else (float(x[2]) if len(x) > 2 and x[2] is not None else 0.0)
    return functional.pad(x[0], [size for pair in reversed(pairs) for size in pair], value=value)


@op("Resize", "Upsample")
def _resize(a: Attributes, x: Inputs, v: int) -> Tensor:
    mode = a.get("mode", "nearest")
    sizes = x[3] if len(x) > 3 and x[3] is not None else None
    if sizes is None:
        sizes = (torch.tensor(x[0].shape) * x[1 if a["op_type"] == "Upsample" or v < 11 else 2]).floor()
    target = [int(size) for size in sizes.tolist()][2:]
    if mode == "nearest":
        return functional.interpolate(x[0], target, mode="nearest")
    aligned = a.get("coordinate_transformation_mode") == "align_corners"
    return functional.interpolate(x[0], target, mode="bilinear", align_corners=aligned)


def window_pads(a: Attributes, sizes: Sequence[int], kernel: Sequence[int], strides: Sequence[int],
                dilations: Sequence[int]) -> list[tuple[int, int]]:
    """Padding before and after each spatial axis, from pads or auto_pad."""
    auto = a.get("auto_pad", "NOTSET")
    dims = len(kernel)
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        pairs = []
        for size, span, stride, dilation in zip(sizes, kernel, strides, dilations, strict=True):
            total = max((-(-size // stride) - 1) * stride + dilation * (span - 1) + 1 - size, 0)
            small, large = total // 2, total - total // 2
            pairs.append((small, large) if auto == "SAME_UPPER" else (large, small))
        return pairs
    amounts = a.get("pads") or [0] * (2 * dims)
    return [(0, 0)] * dims if auto == "VALID" else list(zip(amounts[:dims], amounts[dims:], strict=True))


def pad(x: Tensor, pairs: Sequence[tuple[int, int]], value: float) -> Tensor:
    """Pad the spatial axes."""
    if not any(before or after for before, after in pairs):
        return x
    return functional.pad(x, [size for pair in reversed(pairs) for size in pair], value=value)
