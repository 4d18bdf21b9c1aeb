"""How two models bear corrupted inputs, strength by strength, as values."""

from dataclasses import dataclass
from typing import Any

from workbench.core.base.quantities import MetricInfo


@dataclass(frozen=True)
class Corrupted:
    """Both models on the same samples, corrupted alike.

    kind, strength   such as "noise", and 1 to 5; ("clean", 0): the samples as they are
    first, second    the metric of both
    drop             what the second loses against the first (positive: worse)
    lost             robustness lost: that drop less the one on clean samples; `low` and `high` are its paired 95 %
                     interval for data like these
    """

    kind: str
    strength: int
    first: float
    second: float
    drop: float
    lost: float
    low: float
    high: float


@dataclass(frozen=True)
class Robustness:
    """`rows`: the clean one first, then kind by kind from weak to strong."""

    metric: MetricInfo
    samples: int
    rows: tuple[Corrupted, ...]

    @property
    def lost(self) -> float:
        """Mean over all kinds and strengths."""
        corrupted = [row.lost for row in self.rows if row.strength]
        return sum(corrupted) / len(corrupted)

    def to_json(self) -> dict[str, Any]:
        """Under `corruptions` in `compare --corruptions --json`."""
        return {"samples": self.samples, "robustness_lost": self.lost, "rows": [{**vars(row)} for row in self.rows]}
