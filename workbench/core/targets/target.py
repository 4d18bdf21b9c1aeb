"""What a device takes, operator by operator, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

NUMBERS = ("integer", "float", "codebook")
GRANULARITIES = ("tensor", "channel", "group")


@dataclass(frozen=True)
class Scheme:
    """One kind of numbers that a device computes with.

    numbers        integer, float, or codebook (indices into a table)
    bits           the widths that are allowed
    granularity    what has a scale of its own; empty: any
    symmetric      True: without a zero point; False: with one; None: either
    block          sizes of a group along the inputs; empty: any
    """

    bits: tuple[int, ...]
    numbers: str = "integer"
    granularity: tuple[str, ...] = ()
    symmetric: bool | None = None
    block: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What one operator may have. `inputs` and `outputs`: multiples that numbers of channels have to be; 1: any."""

    weights: tuple[Scheme, ...] = ()
    activations: tuple[Scheme, ...] = ()
    inputs: int = 1
    outputs: int = 1
    note: str = ""


@dataclass(frozen=True)
class Target:
    """A device. `rules`: operator of ONNX -> what it may have; an operator without a rule stays in float.

    source   where the rules were read: a document with its version, or how they were measured
    """

    id: str
    title: str
    source: str
    rules: Mapping[str, Rule] = field(default_factory=dict)
