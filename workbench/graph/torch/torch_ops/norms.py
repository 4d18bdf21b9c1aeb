"""Normalisation operators."""

import torch
from torch import Tensor
from torch.nn import functional

from workbench.core.base.message import Message
from workbench.graph.torch.torch_ops.operator import Attributes, Inputs, Unsupported, op


@op("LayerNormalization", "axis epsilon", inputs=3, outputs=3, stash_type=(1,))
def _layer_norm(a: Attributes, x: Inputs, v: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the normalised tensor, with scale and shift broadcast to the normalised axes; mean; and 1 / standard
    deviation."""
    values, scale, shift = x
    dims = list(range(a["axis"] % values.dim(), values.dim()))
    mean = values.mean(dims, keepdim=True)
    inverse = (values.var(dims, correction=0, keepdim=True) + a["epsilon"]).rsqrt()
    shape = values.shape[dims[0] :]
    if scale.shape == shape and (shift is None or shift.shape == shape):
        return functional.layer_norm(values, shape, scale, shift, a["epsilon"]), mean, inverse
    result = functional.layer_norm(values, shape, None, None, a["epsilon"]) * scale
    return result if shift is None else result + shift, mean, inverse


@op("RMSNormalization SimplifiedLayerNormalization", "axis epsilon", inputs=2, stash_type=(1,))
def _rms_norm(a: Attributes, x: Inputs, v: int) -> Tensor:
    dims = list(range(a.get("axis", -1) % x[0].dim(), x[0].dim()))
    return x[0] * (x[0].square().mean(dims, keepdim=True) + a.get("epsilon", 1e-5)).rsqrt() * x[1]


@op("com.microsoft.SkipLayerNormalization", "epsilon", inputs=5, outputs=4)
def _skip_layer_norm(a: Attributes, x: Inputs, v: int) -> tuple[Tensor, None, None, Tensor]:
    values, skip, scale, shift, bias = x
    total = values + skip if bias is None else values + skip + bias
    return functional.layer_norm(total, scale.shape, scale, shift, a.get("epsilon", 1e-12)), None, None, total


@op("BatchNormalization", "epsilon momentum", inputs=5, spatial=(1,), training_mode=(0,))
def _batch_norm(a: Attributes, x: Inputs, v: int) -> Tensor:
    values, scale, shift, mean, variance = x
    if mean.requires_grad or variance.requires_grad:  # they are computed, of the batch; torch takes them as constants
        shape = [1, -1, *[1] * (values.dim() - 2)]
        spread = (variance + a["epsilon"]).rsqrt().reshape(shape)
        return _per_channel((values - mean.reshape(shape)) * spread, scale, shift)
    return functional.batch_norm(values, mean, variance, scale, shift, False, 0.0, a["epsilon"])


@op("InstanceNormalization", "epsilon", inputs=3)
def _instance_norm(a: Attributes, x: Inputs, v: int) -> Tensor:
    dims = list(range(2, x[0].dim()))
    return _per_channel(_standardised(x[0], dims, a["epsilon"]), x[1], x[2])


@op("GroupNormalization", "epsilon num_groups", inputs=3, stash_type=(1,))
def _group_norm(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Return the normalised tensor. Before opset 21, scale and shift are one value per group."""
    values, groups = x[0], a["num_groups"]
    grouped = values.reshape(values.shape[0], groups, -1)
    normal = _standardised(grouped, [2], a["epsilon"]).reshape(values.shape)
    scale, shift = (part if v >= 21 else part.repeat_interleave(values.shape[1] // groups) for part in x[1:3])
    return _per_channel(normal, scale, shift)


@op("MeanVarianceNormalization", "axes")
def _mean_variance(a: Attributes, x: Inputs, v: int) -> Tensor:
    mean = x[0].mean(a["axes"], keepdim=True)
    deviation = (x[0].square().mean(a["axes"], keepdim=True) - mean.square()).sqrt()
    return (x[0] - mean) / (deviation + 1e-9)


@op("LpNormalization", "axis", p=(1, 2))
def _lp_normalisation(a: Attributes, x: Inputs, v: int) -> Tensor:
    length = x[0].norm(a["p"], a["axis"], keepdim=True)
    return torch.where(length == 0, torch.zeros_like(x[0]), x[0] / torch.where(length == 0, 1, length))


@op("LRN", "alpha beta bias size")
def _lrn(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Return the normalised tensor. The window over channels extends (size - 1) / 2 to both sides, one more upwards if
    even."""
    size = a["size"]
    if x[0].dim() < 3:
        raise Unsupported(Message("with fewer than three axes"))
    square = x[0].square().flatten(2)
    padded = functional.pad(square, (0, 0, (size - 1) // 2, size // 2))
    total = padded.unfold(1, size, 1).sum(-1).reshape(x[0].shape)
    return x[0] / (a["bias"] + a["alpha"] / size * total) ** a["beta"]


def _standardised(x: Tensor, dims: list[int], epsilon: float) -> Tensor:
    """Return x with mean 0 and variance 1 over these axes."""
    centred = x - x.mean(dims, keepdim=True)
    return centred * (centred.square().mean(dims, keepdim=True) + epsilon).rsqrt()


def _per_channel(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    shape = [1, -1, *(1 for _ in range(x.dim() - 2))]
    return x * scale.reshape(shape) + shift.reshape(shape)
