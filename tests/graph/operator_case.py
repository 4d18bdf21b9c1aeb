"""A case of a single operator, as data.

A case says what ONNX Runtime is asked; `refused` is what the torch view says where it does not compute it.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Case:
    """inputs: arrays, or None where absent; the first `fed` are inputs of the graph, the others constants of it."""

    op: str
    inputs: tuple[Any, ...]
    opset: int = 17
    outputs: int = 1
    fed: int = 1
    attributes: dict[str, Any] = field(default_factory=dict)
    refused: str = ""

    def __str__(self) -> str:
        shapes = ",".join("-" if each is None else "x".join(map(str, each.shape)) or "1" for each in self.inputs)
        set_to = " ".join(f"{name}={value}" for name, value in self.attributes.items())
        return f"{self.op}-{self.opset} {shapes} {set_to}".replace("[", "(").replace("]", ")")


def f(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed + sum(shape)).standard_normal(shape).astype(np.float32)


def positive(*shape: int) -> np.ndarray:
    return np.abs(f(*shape)) + np.float32(0.3)


def i(*values: Any) -> np.ndarray:
    return np.array(values, np.int64)


def case(op: str, *inputs: Any, opset: int = 17, outputs: int = 1, fed: int = 1, refused: str = "", **attributes: Any):
    return Case(
        op,
        tuple(None if each is None else np.asarray(each) for each in inputs),
        opset,
        outputs,
        fed,
        attributes,
        refused,
    )
