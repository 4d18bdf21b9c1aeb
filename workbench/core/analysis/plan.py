"""Search for a recipe: the goal, whole recipes as points of a trade-off, and the trade-off found so far."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Literal, NamedTuple

from workbench.core.base.arguments import as_names
from workbench.core.base.errors import UserError
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.action import Action, Family
from workbench.core.recipe.recipe import Recipe

Kind = Literal["original", "search", "uniform", "greedy", "current", "snapshot"]
Told = Literal["measured", "by rule", ""]  # of a figure
BY_RULE: Told = "by rule"
Phase = Literal["predicting", "racing", "measuring", "retraining", "checking", "done"]
LIMITS = ("max_bytes", "max_ratio", "max_drop", "max_macs", "max_memory", "max_latency", "max_energy")
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
    """Limits that a recipe must keep, and bounds of the search itself. Without any limit the search maps the whole
    trade-off.

    max_bytes    bytes of the file; `max_ratio` is a fraction of the original's bytes
    max_drop     largest drop of the metric, in its own unit: 0.01 of top-1 is one point
    max_macs     multiply-accumulates for one sample
    max_memory   bytes in memory for the loaded weights and one run
    max_latency  milliseconds for one sample: on this machine, or by the roofline of a target that has one
    max_energy   millijoules of one sample: by the processor's counter, or by the figures of a target that has them
    families     families of methods that may be used; `layers`: paths or globs of the layers that may be edited, empty
                 for all
    samples      most samples that the search uses, including those held out; 0: all
    seconds      time limit of all steps, without pauses, after which the search ends with the best so far; 0: none
    retrain      whether the best few recipes are also trained
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

    def checked(self) -> "Goal":
        """Return itself. Raises UserError for a limit that is no number from 0, and for families that are unknown."""
        for name in (*LIMITS, "samples", "seconds", "seed"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < inf:
                raise UserError("{name} is {value}.", "Give a number from 0.", name=name, value=value)
        if not self.families or set(as_names(self.families)) - set(FAMILIES):
            raise UserError(
                "The families of a search are not {given}.",
                "Give some of {known}.",
                given=[*self.families],
                known=[*FAMILIES],
            )
        as_names(self.layers)
        return self

    @property
    def whole(self) -> bool:
        """Whether the goal has no limit, so that the whole trade-off is wanted."""
        limits = (self.max_bytes, self.max_ratio, self.max_drop, self.max_macs)
        return all(limit is None for limit in limits) and not self.limits_runs

    @property
    def limits_runs(self) -> bool:
        """Whether memory, latency or energy is limited, which only a whole recipe determines."""
        return any(limit is not None for limit in (self.max_memory, self.max_latency, self.max_energy))

    def bytes_of(self, original: int) -> int | None:
        """Return the largest allowed file size, given the original's bytes; None where the size is not limited."""
        limits = [] if self.max_bytes is None else [self.max_bytes]
        limits += [] if self.max_ratio is None else [int(self.max_ratio * original)]
        return min(limits, default=None)


@dataclass(frozen=True)
class Measured:
    """Figures of a recipe on some samples, paired with the original sample by sample.

    drop        drop of the metric (positive: worse), with its 95 % confidence interval
    divergence  mean distance of the outputs from the original's: KL divergence in nats for a classifier's scores, else
                the mean squared difference
    """

    value: float
    drop: float
    low: float
    high: float
    divergence: float
    samples: int


class Guess(NamedTuple):
    """A predicted drop of the metric; `beyond`: of a larger divergence than any that was measured, so that it is at
    least this."""

    drop: float
    beyond: bool = False


@dataclass(frozen=True)
class Point:
    """A whole recipe in the trade-off.

    name       short label: "4 bit", "search 3"
    bytes      size of the exported file; exact except for points of `Front.predicted`
    energy     millijoules of one sample; `Front.energy` says how it was obtained
    predicted  drop of the metric that the search predicted before measuring
    measured   figures on the selection samples; None: predicted only
    held_out   figures on the held-out samples; for the chosen recipe and those it is compared with
    left       layers that match the recipe's globs but cannot have the steps
    beyond     whether more is predicted to change than in any measured recipe: the drop is at least `predicted`

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
    beyond: bool = False

    @property
    def retrained(self) -> bool:
        return bool(self.recipe.recover)

    @property
    def key(self) -> int:
        """The key of the recipe; it differs before and after training."""
        return hash((self.recipe.key, self.recipe.recover)) if self.retrained else self.recipe.key

    @property
    def best(self) -> Measured | None:
        """The figures to show: on the held-out samples if known, else on the selection samples."""
        return self.held_out or self.measured

    @property
    def drop(self) -> float | None:
        """The measured drop if known, else the predicted one."""
        return self.predicted if self.best is None else self.best.drop

    @property
    def value(self) -> float | None:
        return None if self.best is None else self.best.value

    @property
    def how(self) -> Literal["predicted", "measured", "held out"]:
        """How `drop` was obtained."""
        return "held out" if self.held_out else "measured" if self.measured else "predicted"

    def to_json(self) -> dict[str, Any]:
        """Return the document that `workbench search --json` prints, with the recipe as its document."""
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
            "predicted_beyond": self.beyond,
            "recipe": self.recipe.to_dict(),
        }
        for name, figure in (("measured", self.measured), ("held_out", self.held_out)):
            row[name] = None if figure is None else {**vars(figure)}
        return row


@dataclass(frozen=True)
class Front:
    """The trade-off between size and quality that the search has found so far.

    original   the model as opened; its drop is zero
    points     measured recipes, in the order of measuring
    predicted  the predicted front: (bytes, drop), smallest file first
    chosen     the point that meets the goal; None if there is none, or none yet
    done, total  progress in steps of this phase
    selection, held_out  numbers of samples for choosing and for the final figure: disjoint sets
    trials, known  recipes run by this search, and recipes known from an earlier search on the same model and data
    energy     how the energy of all points was obtained: "measured", "by rule"; "" without energy
    notes      remarks for the user: what was left out, which limit no recipe keeps
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
        """The measured points that no other beats in both bytes and divergence, smallest file first, and trained points
        whose drop is less than that of all of these that are no larger."""
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
        """Return the front with a point added, or replacing the one with the same recipe and kind."""
        same = [
            place
            for place, other in enumerate(self.points)
            if (other.kind, other.recipe.in_effect) == (point.kind, point.recipe.in_effect)
        ]
        if not same:
            return replace(self, points=(*self.points, point))
        return replace(self, points=(*self.points[: same[0]], point, *self.points[same[0] + 1 :]))

    def to_json(self) -> dict[str, Any]:
        """Return the document that `workbench search --json` prints."""
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
    """Yield the measured points that no smaller or equal file beats in divergence, smallest first."""
    reached = float("inf")
    measured = [point for point in points if point.measured is not None]
    for point in sorted(measured, key=lambda each: (each.bytes, each.measured.divergence if each.measured else 0.0)):
        assert point.measured is not None
        if point.measured.divergence < reached:
            reached = point.measured.divergence
            yield point
