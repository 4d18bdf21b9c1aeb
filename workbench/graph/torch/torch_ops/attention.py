"""Attention as one operator, and rotary position embeddings (opset 23)."""

import torch
from torch import Tensor

from workbench.graph.torch.torch_ops.operator import Attributes, Inputs, op


@op(
    "Attention",
    "is_causal q_num_heads kv_num_heads scale qk_matmul_output_mode",
    inputs=4,
    softcap=(0.0,),
    softmax_precision=(1,),
)
def _attention(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Return softmax(q kᵀ scale + mask) v for each head. Heads of keys and values may be fewer than those of queries:
    each is read by as many, in order."""
    joined = x[0].dim() == 3
    query = _heads(x[0], a.get("q_num_heads"))
    key, value = (_heads(each, a.get("kv_num_heads")) for each in x[1:3])
    repeats = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(repeats, 1), value.repeat_interleave(repeats, 1)
    scale = a.get("scale") or query.shape[-1] ** -0.5
    scores = query @ key.transpose(-1, -2) * scale
    if len(x) > 3 and x[3] is not None:
        scores = scores.masked_fill(~x[3], -torch.inf) if x[3].dtype == torch.bool else scores + x[3]
    if a.get("is_causal"):
        seen = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
        scores = scores.masked_fill(~seen, -torch.inf)
    result = scores.softmax(-1) @ value
    return result.transpose(1, 2).flatten(2) if joined else result


def _heads(x: Tensor, count: int | None) -> Tensor:
    """Return [batch, heads, places, values] of that or of [batch, places, heads · values]."""
    return x.unflatten(2, (count or 1, -1)).transpose(1, 2) if x.dim() == 3 else x


@op("RotaryEmbedding", "interleaved num_heads rotary_embedding_dim", inputs=4)
def _rotary(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Return the values with each pair turned by the angle of its place; tables are looked up by position, or given
    for each sample."""
    values, cos, sin = x[:3]
    split = _heads(values, a.get("num_heads"))
    if len(x) > 3 and x[3] is not None:
        cos, sin = cos[x[3]], sin[x[3]]
    cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)  # the same for all heads
    turned, rest = split.tensor_split([a.get("rotary_embedding_dim") or split.shape[-1]], -1)
    if a.get("interleaved"):
        first, second = turned[..., 0::2], turned[..., 1::2]
        pair = torch.stack((cos * first - sin * second, sin * first + cos * second), -1).flatten(-2)
    else:
        first, second = turned.chunk(2, -1)
        pair = torch.cat((cos * first - sin * second, sin * first + cos * second), -1)
    result = torch.cat((pair, rest), -1)
    return result.transpose(1, 2).flatten(2) if values.dim() == 3 else result
