"""Operator settings: attributes of old opsets that became inputs in newer ones.

Clip has taken its bounds from inputs since opset 11, Squeeze its axes since 13; reading a setting here hides the
difference.
"""

from dataclasses import dataclass

import onnx_ir as ir

from workbench.graph.model.operators import constant

REDUCTIONS = (
    "ReduceMean",
    "ReduceSum",
    "ReduceMax",
    "ReduceMin",
    "ReduceL1",
    "ReduceL2",
    "ReduceProd",
    "ReduceSumSquare",
    "ReduceLogSum",
    "ReduceLogSumExp",
)
# Operator -> name of the setting -> the input that holds it in newer opsets.
INPUTS: dict[str, dict[str, int]] = {
    "Clip": {"min": 1, "max": 2},
    "Dropout": {"ratio": 1},
    "Expand": {"shape": 1},
    "Pad": {"pads": 1, "value": 2, "axes": 3},
    "Reshape": {"shape": 1},
    "Resize": {"scales": 2, "sizes": 3},
    "Slice": {"starts": 1, "ends": 2, "axes": 3, "steps": 4},
    "Split": {"split": 1},
    "Squeeze": {"axes": 1},
    "Tile": {"repeats": 1},
    "TopK": {"k": 1},
    "Unsqueeze": {"axes": 1},
    "Upsample": {"scales": 1},
} | {name: {"axes": 1} for name in REDUCTIONS}


@dataclass(frozen=True)
class Setting:
    """One setting of a node.

    place    name of its attribute or index of its input; None if it is not set
    values   its numbers, as a tuple; None if they are computed when the model runs, or not set
    """

    place: str | int | None = None
    values: tuple[float, ...] | None = None

    @property
    def computed(self) -> bool:
        return self.place is not None and self.values is None

    @property
    def integers(self) -> list[int] | None:
        return None if self.values is None else [int(value) for value in self.values]


def setting(node: ir.Node, name: str) -> Setting:
    """Return a setting of a node by its name in `INPUTS`, whether its opset has it as attribute or input."""
    if name in node.attributes:
        value = node.attributes[name].value
        return Setting(name, tuple(value) if isinstance(value, list | tuple) else (value,))
    index = INPUTS.get(node.op_type, {}).get(name)
    if node.op_type == "Resize" and name == "scales" and len(node.inputs) == 2:
        index = 1  # opset 10 has no region of interest before it
    if index is None or index >= len(node.inputs) or node.inputs[index] is None:
        return Setting()
    tensor = constant(node, index)
    return Setting(index, None if tensor is None else tuple(tensor.numpy().reshape(-1).tolist()))
