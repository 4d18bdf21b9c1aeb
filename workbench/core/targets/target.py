"""Operators and number formats that a target device supports, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from workbench.core.recipe.encodes import Kind, Numbers

Fallback = Literal["", "float", "cpu", "refused"]
NUMBERS: tuple[str, ...] = get_args(Kind)
FALLBACKS: tuple[str, ...] = get_args(Fallback)[1:]
FORMATS = {"float16": 16, "bfloat16": 16, "float8e4m3": 8, "float8e5m2": 8}  # bits
GRANULARITIES = ("tensor", "channel", "group")


@dataclass(frozen=True)
class Scheme:
    """A number format that a device computes with.

    numbers        integer, float, or codebook (indices into a table)
    bits           the widths that are allowed
    granularity    values that share a scale; empty: any
    symmetric      True: without a zero point; False: with one; None: either
    block          group sizes along the inputs; empty: any
    formats        types of floats, by name; empty: any
    """

    bits: tuple[int, ...]
    numbers: str = "integer"
    granularity: tuple[str, ...] = ()
    symmetric: bool | None = None
    block: tuple[int, ...] = ()
    formats: tuple[str, ...] = ()

    @property
    def allows_nothing(self) -> bool:
        """Whether no number format can be in this scheme."""
        if self.numbers != "float":
            return bool(self.formats)
        return not set(self.bits) & ({FORMATS[name] for name in self.formats} or {32, *FORMATS.values()})

    def allows(self, given: Numbers) -> bool:
        return (
            given.kind == self.numbers
            and given.bits in self.bits
            and (not given.granularity or not self.granularity or given.granularity in self.granularity)
            and (given.kind != "integer" or self.symmetric in (None, given.symmetric))
            and (not given.block or not self.block or given.block in self.block)
            and (not self.formats or given.format in self.formats)
        )


@dataclass(frozen=True)
class Rule:
    """Constraints of one operator.

    inputs, outputs   channel counts must be multiples of these for full use of the device; 1: any
    weight_only       whether weights may be quantised where activations are not
    levels            most bits of the weight's range where activations are integers too; 0: any
    unified           whether all inputs have to share one scale
    source            where this rule is documented; "": the target's source
    """

    weights: tuple[Scheme, ...] | None = None
    activations: tuple[Scheme, ...] | None = None
    inputs: int = 1
    outputs: int = 1
    note: str = ""
    weight_only: bool = True
    levels: int = 0
    unified: bool = False
    source: str = ""


@dataclass(frozen=True)
class Speed:
    """Peak figures of a roofline. Williams, Waterman, Patterson 2009, Roofline, CACM 52(4).

    macs    type ("int8", "float32") -> multiply-accumulates a second
    bytes   bytes of memory traffic a second; 0: unknown
    """

    macs: Mapping[str, float]
    bytes: float
    source: str

    def seconds(self, macs: float, moved: float, numbers: str) -> float | None:
        """Return the least time in seconds for these multiply-accumulates and bytes; None if neither limit is known."""
        peak = self.macs.get(numbers, 0.0)
        limits = [macs / peak] if peak else []
        return max([*limits, *([moved / self.bytes] if self.bytes else [])], default=None)


@dataclass(frozen=True)
class Energy:
    """Energy in picojoules of one multiply-accumulate by type, and of one byte of memory traffic; 0: unknown."""

    macs: Mapping[str, float]
    byte: float
    source: str

    def joules(self, macs: float, moved: float, numbers: str) -> float | None:
        """Return the energy in joules; None if that of such numbers, or of a byte, is unknown."""
        each = self.macs.get(numbers, 0.0)
        return (macs * each + moved * self.byte) * 1e-12 if each and self.byte else None


@dataclass(frozen=True)
class Target:
    """A target device. `rules`: ONNX operator -> its constraints.

    source     where the rules are documented: a document with its version, or how they were measured
    fallback   what happens to number formats that no rule allows, and to operators without a rule: computed in floating
               point, moved to the CPU, or the model is refused. "": unknown, so that operators without a rule are not
               judged
    notes      further remarks, a sentence each
    """

    id: str
    title: str
    source: str
    rules: Mapping[str, Rule] = field(default_factory=dict)
    fallback: Fallback = ""
    notes: tuple[str, ...] = ()
    speed: Speed | None = None
    energy: Energy | None = None

    def source_of(self, rule: Rule | None) -> str:
        return (rule.source if rule is not None else "") or self.source
