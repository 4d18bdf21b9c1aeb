"""Profile of the original beside a recipe's model: run time layer by layer, loading, energy."""

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Spread:
    """The median and the interquartile range of several measurements."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class LayerTime:
    """Run time of a layer's operators in milliseconds; None where the runtime does not report them separately: they
    were fused into others, or the layer was removed. The path is empty for operators that belong to no layer."""

    path: str
    before: Spread | None
    after: Spread | None


@dataclass(frozen=True)
class Load:
    """Loading of a file, measured in a fresh process that does nothing else.

    seconds   time until the model can run
    memory    bytes in use from then on; None where the system does not report them, as for `peak`
    peak      the most bytes at any time, loading and running
    run       milliseconds of a warm run of `batch` samples; None where it was not run
    """

    seconds: Spread
    memory: Spread | None
    peak: Spread | None = None
    run: Spread | None = None
    batch: int = 1

    def to_json(self) -> dict[str, Any]:
        """Return medians, as in reports; the keys are stable."""
        return {
            "seconds": self.seconds.median,
            "kept_bytes": _median(self.memory),
            "peak_bytes": _median(self.peak),
            "run_ms": _median(self.run),
            "batch": self.batch,
            "how": "measured in a fresh process",
        }


def _median(spread: Spread | None) -> float | None:
    return None if spread is None else spread.median


@dataclass(frozen=True)
class Energy:
    """Joules of one run. `how`: measured (the processor's own counter, which includes everything that ran meanwhile),
    or by rule (a target's figures for multiply-accumulates and bytes)."""

    before: float
    after: float
    how: Literal["measured", "by rule"]
    source: str


@dataclass(frozen=True)
class Profile:
    """Times of both models, warm and in turns: `runs` runs of each with `batch` samples. `energy_note`: why energy is
    missing."""

    batch: int
    runs: int
    made_up: bool
    before: Spread
    after: Spread
    layers: tuple[LayerTime, ...]
    load_before: Load
    load_after: Load
    energy: Energy | None = None
    energy_note: str = ""

    def share(self, path: str) -> float | None:
        """Return a layer's share of the run time, 0..1, after the recipe; None where the layer was removed."""
        found = next((layer.after for layer in self.layers if layer.path == path), None)
        return None if found is None or self.after.median <= 0 else found.median / self.after.median

    def to_json(self) -> dict[str, Any]:
        """Return the profile as `workbench profile --json` prints it; the keys are stable."""
        return asdict(self)
