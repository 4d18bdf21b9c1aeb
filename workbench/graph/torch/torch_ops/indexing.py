"""Operators that read or write at indices held by a tensor."""

import torch
from torch import Tensor

from workbench.graph.torch.torch_ops.operator import Attributes, Inputs, op

REDUCTIONS = {"add": "sum", "mul": "prod", "max": "amax", "min": "amin"}


def wrapped(index: Tensor, size: int) -> Tensor:
    """Return indices with negative ones counted from the end."""
    return torch.where(index < 0, index + size, index).long()


@op("Gather", "axis", inputs=2)
def gather(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Return [..., indices, ...]: the axis is replaced by the axes of the index, of which a scalar has none."""
    axis = a["axis"] % x[0].dim()
    index = wrapped(x[1], x[0].shape[axis])
    flat = x[0].index_select(axis, index.reshape(-1))
    return flat.reshape([*x[0].shape[:axis], *index.shape, *x[0].shape[axis + 1 :]])


@op("GatherElements", "axis", inputs=2)
def _gather_elements(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0].gather(a["axis"], wrapped(x[1], x[0].shape[a["axis"]]))


@op("GatherND", "batch_dims", inputs=2)
def _gather_nd(a: Attributes, x: Inputs, v: int) -> Tensor:
    data, batch = x[0], a.get("batch_dims", 0)
    depth = x[1].shape[-1]
    index = [wrapped(x[1][..., place], data.shape[batch + place]) for place in range(depth)]
    rows = [
        torch.arange(size, device=data.device).reshape([-1 if axis == place else 1 for place in range(x[1].dim() - 1)])
        for axis, size in enumerate(data.shape[:batch])
    ]
    return data[(*rows, *index)]


@op("Scatter", "axis", inputs=3)
def _scatter(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0].scatter(a["axis"], wrapped(x[1], x[0].shape[a["axis"]]), x[2])


@op("ScatterElements", "axis reduction", inputs=3)
def _scatter_elements(a: Attributes, x: Inputs, v: int) -> Tensor:
    index = wrapped(x[1], x[0].shape[a["axis"]])
    reduction = a.get("reduction", "none")
    if reduction == "none":
        return x[0].scatter(a["axis"], index, x[2])
    return x[0].scatter_reduce(a["axis"], index, x[2], REDUCTIONS[reduction])


@op("ScatterND", "reduction", inputs=3)
def _scatter_nd(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Write slices at indices: each row of the index is a position, and its slice has the shape of the remaining
    axes."""
    data, depth = x[0], x[1].shape[-1]
    flat = torch.zeros(x[1].shape[:-1], dtype=torch.int64, device=data.device)
    for place in range(depth):
        flat = flat * data.shape[place] + wrapped(x[1][..., place], data.shape[place])
    inner = data.shape[depth:]
    rows = data.reshape(-1, inner.numel())
    index = flat.reshape(-1, 1).expand(-1, rows.shape[1])
    updates, reduction = x[2].reshape(-1, rows.shape[1]), a.get("reduction", "none")
    made = (
        rows.scatter(0, index, updates)
        if reduction == "none"
        else rows.scatter_reduce(0, index, updates, REDUCTIONS[reduction])
    )
    return made.reshape(data.shape)


@op("OneHot", "axis", inputs=3)
def _one_hot(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Return one-hot vectors; an index out of range has no hot value."""
    depth = int(x[1].reshape(-1)[0])
    index = wrapped(x[0], depth)
    axis = a["axis"] % (index.dim() + 1)
    places = torch.arange(depth, device=index.device).reshape(
        [-1 if place == axis else 1 for place in range(index.dim() + 1)]
    )
    return torch.where(index.unsqueeze(axis) == places, x[2][1], x[2][0])


@op("NonZero")
def _non_zero(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0].nonzero().T
