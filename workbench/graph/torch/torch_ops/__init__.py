"""ONNX operators as torch functions, for the torch view (graph/torch/torch_view).

The semantics are those of the ONNX operator reference if ONNX Runtime agrees with it, else those of ONNX Runtime; a
test compares every operator with each value of its attributes. An operator that is missing here is named to the user,
and only gradients are unavailable.
"""

from workbench.graph.torch.torch_ops import (
    arithmetic,
    attention,
    indexing,
    norms,
    recurrent,
    reductions,
    resize,
    shaping,
    windows,
)
from workbench.graph.torch.torch_ops.operator import OPS, Operator, Unsupported, attributes, key, refusal

__all__ = [
    "OPS",
    "Operator",
    "Unsupported",
    "arithmetic",
    "attention",
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
