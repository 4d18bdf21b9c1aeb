"""Operators of ONNX as functions of torch: what the torch view computes (graph/torch/torch_view).

Semantics are those of the ONNX operator reference where ONNX Runtime agrees with it, else those of ONNX Runtime; a
test compares every operator with each value of its attributes. What is not here is named, and only gradients are
unavailable then.
"""

from workbench.graph.torch.torch_ops import arithmetic, indexing, norms, recurrent, reductions, resize, shaping, windows
from workbench.graph.torch.torch_ops.operator import OPS, Operator, Unsupported, attributes, key, refusal

__all__ = [
    "OPS",
    "Operator",
    "Unsupported",
    "arithmetic",
    "attributes",
    "indexing",
    "key",
    "norms",
    "recurrent",
    "reductions",
    "refusal",
    "resize",
    "shaping",
    "windows",
]
