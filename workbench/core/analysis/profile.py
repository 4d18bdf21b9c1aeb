"""Where the time of a run goes, layer by layer; loading; energy: the original beside what a recipe makes of it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Spread:
    """The median of several measurements, and their middle half."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class LayerTime:
    """Milliseconds a run that the operators of a layer take; None where the runtime has none of them by itself: it put
    them into others, or the layer is gone. The path of operators that belong to no layer is empty."""

    path: str
    before: Spread | None
    after: Spread | None


@dataclass(frozen=True)
class Load:
    """Measured of a file in a fresh process that does nothing else.

    seconds   until it can run
    memory    bytes that it keeps from then on; None where the system does not tell, as `peak`
    peak      the most bytes at any time, loading and running
    run       milliseconds of a warm run of `batch` samples; None where it was not run
    """

    seconds: Spread
    memory: Spread | None
    peak: Spread | None = None
    run: Spread | None = None
    batch: int = 1

    def to_json(self) -> dict[str, Any]:
        """Medians, as reports have them; the keys are stable."""
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
    """Joules of one run. `how`: measured (the processor's own counter, of all that ran meanwhile), or by rule (a
    target's figures for multiply-accumulates and bytes)."""

    before: float
    after: float
    how: Literal["measured", "by rule"]
    source: str


@dataclass(frozen=True)
class Profile:
    """Times are of `runs` runs of each, with `batch` samples, warm, in turns. `energy_note`: why there is no energy."""

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
        """Share of a run's time, 0..1, that a layer takes after the recipe; None where the layer is gone."""
        found = next((layer.after for layer in self.layers if layer.path == path), None)
        return None if found is None or self.after.median <= 0 else found.median / self.after.median

    def to_json(self) -> dict[str, Any]:
        """As `workbench profile --json` prints it; the keys are stable."""
        return asdict(self)
