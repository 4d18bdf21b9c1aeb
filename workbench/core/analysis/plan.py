"""Search for a recipe: the goal, whole recipes as points of a trade-off, and the trade-off found so far."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.action import Action, Family
from workbench.core.recipe.recipe import Recipe

Kind = Literal["original", "search", "uniform", "greedy", "current", "snapshot"]
Told = Literal["measured", "by rule", ""]  # of a figure
BY_RULE: Told = "by rule"
Phase = Literal["predicting", "racing", "measuring", "retraining", "checking", "done"]
FAMILIES: tuple[Family, ...] = ("prune", "lowrank", "quantize")
BUDGETS = 8  # sizes of a whole trade-off

# Whole recipes that need no search: each is one step, or one stack, on every layer that can have it.
PRESETS: dict[str, tuple[Action, ...]] = {
    "8 bit": (Action("quantize.affine", {"bits": 8}),),
    "8 bit, activations too": (Action("quantize.static", {"bits": 8}),),
    "4 bit": (Action("quantize.affine", {"bits": 4}),),
    "FP16": (Action("quantize.float", {"format": "float16"}),),
    "2:4 zeros": (Action("prune.nm", {"n": 2, "m": 4}),),
    "half the channels": (Action("prune.channels", {"ratio": 0.5}),),
}


@dataclass(frozen=True)
class Goal:
    """The limits that a recipe must keep, and what the search may use. Without any limit: the whole trade-off.

    max_bytes    of the file; `max_ratio` is a fraction of the original's bytes
    max_drop     of the metric, in its own unit: 0.01 of top-1 is one point
    max_macs     for one sample
    max_memory   bytes that the weights take once the model is loaded, and one run beside them
    max_latency  milliseconds for one sample: on this machine, or by the roofline of a target that has one
    max_energy   millijoules of one sample: by the processor's counter, or by the figures of a target that has them
    families     that may be used; `layers` are paths or globs of those that may be touched, none for all
    samples      that the search uses at most, those held out among them; 0: all
    seconds      after which it ends with what it has; 0: no limit
    retrain      whether the best few recipes are trained, too
    target       name of the hardware that the recipe is for; "" for none
    """

    max_bytes: int | None = None
    max_ratio: float | None = None
    max_drop: float | None = None
    max_macs: int | None = None
    max_memory: int | None = None
    max_latency: float | None = None
    max_energy: float | None = None
    families: tuple[Family, ...] = FAMILIES
    layers: tuple[str, ...] = ()
    samples: int = 0
    seconds: float = 0.0
    seed: int = 0
    retrain: bool = False
    target: str = ""

    @property
    def whole(self) -> bool:
        """Whether the whole trade-off is asked for."""
        limits = (self.max_bytes, self.max_ratio, self.max_drop, self.max_macs)
        return all(limit is None for limit in limits) and not self.limits_runs

    @property
    def limits_runs(self) -> bool:
        """Whether something is limited that only a whole recipe tells: memory, latency or energy."""
        return any(limit is not None for limit in (self.max_memory, self.max_latency, self.max_energy))

    def bytes_of(self, original: int) -> int | None:
        """The largest file, given the original's bytes; None where the size is not limited."""
        limits = [] if self.max_bytes is None else [self.max_bytes]
        limits += [] if self.max_ratio is None else [int(self.max_ratio * original)]
        return min(limits, default=None)


@dataclass(frozen=True)
class Measured:
    """Figures of a recipe on some samples, paired with the original sample by sample.

    drop        of the metric (positive: worse), with its 95 % interval on all data like these
    divergence  mean distance of the outputs from the original's: KL divergence in nats where the model gives scores of
                classes, else the mean squared difference
    """

    value: float
    drop: float
    low: float
    high: float
    divergence: float
    samples: int


@dataclass(frozen=True)
class Point:
    """A whole recipe in the trade-off.

    name       short: "4 bit", "search 3"
    bytes      of the file that an export writes; exact but for a point of `Front.predicted`
    energy     millijoules of one sample; `Front.energy` says how it was obtained
    predicted  drop of the metric by the model of the search, before it was measured
    measured   on the samples that the search chooses by; None: predicted alone
    held_out  on the samples that had no part in the choice; of the chosen recipe, and those it is compared with
    left       layers that cannot have the steps that the recipe's globs ask for

    A recipe with training stages was measured after them.
    """

    name: str
    kind: Kind
    recipe: Recipe
    bytes: int
    macs: int | None = None
    memory: int | None = None
    latency: float | None = None
    energy: float | None = None
    predicted: float | None = None
    measured: Measured | None = None
    held_out: Measured | None = None
    left: tuple[str, ...] = ()

    @property
    def retrained(self) -> bool:
        return bool(self.recipe.recover)

    @property
    def key(self) -> int:
        """Key of the recipe; before and after training there are two."""
        return hash((self.recipe.key, self.recipe.recover)) if self.retrained else self.recipe.key

    @property
    def best(self) -> Measured | None:
        """The figure to show: of the samples held out where there is one."""
        return self.held_out or self.measured

    @property
    def drop(self) -> float | None:
        """Measured where it was, else predicted."""
        return self.predicted if self.best is None else self.best.drop

    @property
    def value(self) -> float | None:
        return None if self.best is None else self.best.value

    @property
    def how(self) -> Literal["predicted", "measured", "held out"]:
        """How `drop` was obtained."""
        return "held out" if self.held_out else "measured" if self.measured else "predicted"

    def to_json(self) -> dict[str, Any]:
        """The document that `workbench search --json` prints; the recipe as its document."""
        row: dict[str, Any] = {
            "name": self.name,
            "kind": self.kind,
            "retrained": self.retrained,
            "bytes": self.bytes,
            "macs": self.macs,
            "memory": self.memory,
            "latency_ms": self.latency,
            "energy_mj": self.energy,
            "predicted_drop": self.predicted,
            "recipe": self.recipe.to_dict(),
        }
        for name, figure in (("measured", self.measured), ("held_out", self.held_out)):
            row[name] = None if figure is None else {**vars(figure)}
        return row


@dataclass(frozen=True)
class Front:
    """The trade-off between size and quality, as far as the search has come.

    original   the model as opened; its drop is zero
    points     whole recipes that were measured, in the order in which that happened
    predicted  the front by the model of the search: (bytes, drop), smallest file first
    chosen     the point for the goal; None where none keeps its limits, or as yet
    done, total  steps of this phase
    selection, held_out  samples that the search chooses by, and samples for the final figure: never the same ones
    trials, known  that were run for this search, and that an earlier one had run on the same model and data
    energy     how the energy of all points was obtained: "measured", "by rule"; "" where there is none
    notes      what the user should know: what was left out, what limit no recipe keeps
    """

    goal: Goal
    metric: MetricInfo
    higher_is_better: bool
    original: Point
    points: tuple[Point, ...] = ()
    predicted: tuple[tuple[int, float], ...] = ()
    chosen: Point | None = None
    phase: Phase = "predicting"
    done: int = 0
    total: int = 0
    selection: int = 0
    held_out: int = 0
    trials: int = 0
    known: int = 0
    energy: Told = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def complete(self) -> bool:
        return self.phase == "done"

    @property
    def best(self) -> tuple[Point, ...]:
        """The measured points that no other beats in both bytes and divergence, smallest file first; and those that
        lose less after training than all of these that are no larger."""
        found = list(undominated(tuple(point for point in self.points if not point.retrained)))
        for point in self.points:
            if point.retrained and point.measured is not None:
                rivals = [each.measured.drop for each in found if each.measured and each.bytes <= point.bytes]
                if point.measured.drop < min(rivals, default=float("inf")):
                    found.append(point)
        return tuple(sorted(found, key=lambda point: point.bytes))

    def of(self, kind: Kind) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.kind == kind)

    def with_point(self, point: Point) -> "Front":
        """The same with a point added, or replaced where its recipe and kind are there."""
        same = [
            place
            for place, other in enumerate(self.points)
            if (other.kind, other.recipe.in_effect) == (point.kind, point.recipe.in_effect)
        ]
        if not same:
            return replace(self, points=(*self.points, point))
        return replace(self, points=(*self.points[: same[0]], point, *self.points[same[0] + 1 :]))

    def to_json(self) -> dict[str, Any]:
        """The document that `workbench search --json` prints."""
        return {
            "metric": str(self.metric),
            "original": self.original.to_json(),
            "chosen": None if self.chosen is None else self.chosen.to_json(),
            "points": [point.to_json() for point in self.points],
            "predicted": [{"bytes": size, "drop": drop} for size, drop in self.predicted],
            "samples": {"selection": self.selection, "held_out": self.held_out},
            "trials": {"run": self.trials, "known": self.known},
            "energy": self.energy,
            "notes": list(self.notes),
        }


def undominated(points: tuple[Point, ...]) -> Iterator[Point]:
    """The measured points that no smaller or equal file beats in divergence, smallest first."""
    reached = float("inf")
    measured = [point for point in points if point.measured is not None]
    for point in sorted(measured, key=lambda each: (each.bytes, each.measured.divergence if each.measured else 0.0)):
        assert point.measured is not None
        if point.measured.divergence < reached:
            reached = point.measured.divergence
            yield point
