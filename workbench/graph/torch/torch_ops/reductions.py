"""Operators that reduce or sort an axis: sums, extremes, softmax, cumulative sums."""

from typing import Any

import torch
from torch import Tensor

from workbench.core.base.message import Message
from workbench.graph.torch.torch_ops.operator import Attributes, Inputs, Unsupported, axes_of, op


@op(
    "ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp "
    "ReduceSumSquare",
    "axes keepdims noop_with_empty_axes",
    inputs=2,
)
def _reduce(a: Attributes, x: Inputs, v: int) -> Tensor:
    axes = axes_of(a, x[1])
    kind, keep, values = a["op_type"].removeprefix("Reduce"), bool(a["keepdims"]), x[0]
    if not axes and a.get("noop_with_empty_axes", 0):  # each value is reduced alone
        return {"L1": torch.abs, "L2": torch.abs, "LogSum": torch.log, "SumSquare": torch.square}.get(
            kind, torch.clone
        )(values)
    dims = sorted(axis % values.dim() for axis in axes) if axes else list(range(values.dim()))
    match kind:
        case _ if not dims:
            raise Unsupported(Message("of a scalar"))
        case "Mean" if not values.is_floating_point():
            return values.double().mean(dims, keepdim=keep).trunc().to(values.dtype)
        case "Mean":
            return values.mean(dims, keepdim=keep)
        case "Sum":
            return values.sum(dims, keepdim=keep, dtype=values.dtype)
        case "Max":
            return values.amax(dims, keepdim=keep)
        case "Min":
            return values.amin(dims, keepdim=keep)
        case "Prod":
            for dim in reversed(dims):
                values = values.prod(dim, keepdim=keep, dtype=values.dtype)
            return values
        case "L1":
            return values.abs().sum(dims, keepdim=keep, dtype=values.dtype)
        case "L2":
            return values.square().sum(dims, keepdim=keep).sqrt()
        case "LogSum":
            return values.sum(dims, keepdim=keep).log()
        case "LogSumExp":
            return values.logsumexp(dims, keepdim=keep)
    return values.square().sum(dims, keepdim=keep, dtype=values.dtype)


@op("Softmax LogSoftmax Hardmax", "axis")
def _softmax(a: Attributes, x: Inputs, v: int) -> Tensor:
    function: Any = {"Softmax": torch.softmax, "LogSoftmax": torch.log_softmax, "Hardmax": _hardmax}[a["op_type"]]
    if v >= 13:
        return function(x[0], a["axis"])
    axis = a["axis"] % x[0].dim()  # before opset 13 all axes from this one on are one
    return function(x[0].flatten(axis), -1).reshape(x[0].shape)


def _hardmax(values: Tensor, axis: int) -> Tensor:
    return torch.zeros_like(values).scatter(axis, values.argmax(axis, keepdim=True), 1)


@op("ArgMax ArgMin", "axis keepdims select_last_index")
def _arg(a: Attributes, x: Inputs, v: int) -> Tensor:
    values, axis, keep = x[0], a["axis"], bool(a["keepdims"])
    find = torch.argmax if a["op_type"] == "ArgMax" else torch.argmin
    if a.get("select_last_index", 0):
        return values.shape[axis] - 1 - find(values.flip(axis), axis, keep)
    return find(values, axis, keep)


@op("TopK", "axis largest k", inputs=2, outputs=2, sorted=(1,))
def _top_k(a: Attributes, x: Inputs, v: int) -> tuple[Tensor, Tensor]:
    """Return the largest or smallest values and their indices; among equal values the first come first."""
    count = int(a["k"]) if v < 10 else int(x[1].reshape(-1)[0])
    axis = a["axis"] % x[0].dim()
    order = torch.argsort(x[0], dim=axis, descending=bool(a.get("largest", 1)), stable=True)
    order = order.narrow(axis, 0, count)
    return x[0].gather(axis, order), order


@op("CumSum", "exclusive reverse", inputs=2)
def _cumsum(a: Attributes, x: Inputs, v: int) -> Tensor:
    axis = int(x[1].reshape(-1)[0])
    values = x[0].flip(axis) if a["reverse"] else x[0]
    total = values.cumsum(axis, dtype=values.dtype)
    if a["exclusive"]:
        total = total - values
    return total.flip(axis) if a["reverse"] else total
