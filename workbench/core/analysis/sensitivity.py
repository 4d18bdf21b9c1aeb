"""Sensitivity scan: candidate steps tried on one layer at a time, as values."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from workbench.core.base.quantities import Z95, MetricInfo
from workbench.core.recipe.action import Action

Stack = tuple[Action, ...]

_CHANNELS = Action("prune.channels", {"ratio": 0.25})
CANDIDATES: tuple[Stack, ...] = (
    (Action("quantize.affine", {"bits": 8}),),
    (Action("quantize.affine", {"bits": 4}),),
    (Action("quantize.affine", {"bits": 3}),),
    (Action("quantize.affine", {"bits": 2}),),
    (Action("prune.magnitude", {"sparsity": 0.5}),),
    (Action("prune.magnitude", {"sparsity": 0.8}),),
    (Action("lowrank.svd", {"energy": 0.9}),),
    (Action("lowrank.svd", {"energy": 0.7}),),
    (_CHANNELS,),
    (_CHANNELS, Action("quantize.affine", {"bits": 8})),
    (_CHANNELS, Action("quantize.affine", {"bits": 4})),
)
# What else is worth a look, where somebody asks for it.
OTHERS: tuple[Stack, ...] = (
    (Action("lowrank.svd", {"ratio": 0.5}),),
    (Action("prune.nm", {"n": 2, "m": 4}),),
    (Action("prune.magnitude", {"sparsity": 0.5}), Action("quantize.affine", {"bits": 4})),
)

FEWEST = 6  # candidates, without which no drop is told from a predicted loss
NEAREST = 8  # of them, whose distance from a scale without them is its error
CHECKED = 40  # of them, evenly, for which that is computed
LEAST = 1e-9  # added to a predicted loss before its logarithm


@dataclass(frozen=True)
class Wanted:
    """Settings of a scan: `layers` are paths; empty: all editable layers.

    blocks  whether a row is a block of the model, whose layers all get the candidate, and each layer outside of blocks
    share   fraction of the single-layer candidates to measure, those with the smallest predicted cost; the others keep
            their prediction only. None: all, or a few where candidates are estimated in one pass over the blocks: for
            rows of blocks, and where the full scan of a model with blocks would take long
    race    whether candidates run on growing subsets of the samples until their cost is clear, or until another
            candidate of the same layer that is no larger is clearly better; None: only where the full scan would take
            long
    seconds time limit, without pauses, after which the scan ends with what it has; 0: none
    """

    candidates: tuple[Stack, ...] = CANDIDATES
    layers: tuple[str, ...] = ()
    share: float | None = None
    race: bool | None = None
    blocks: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Trial:
    """One candidate on one layer, or on all coupled layers.

    path        path of the layer; the first of several
    stacks      steps for each layer: those of the candidate that it can have
    bytes       size of these layers and of all others that change with them
    predicted   increase in loss, or error of the layer's output (see curvature); None without a prediction
    value       the metric; `drop` is its loss (positive: worse). None: only predicted
    low, high   95 % confidence interval of the drop, paired with the original sample by sample
    samples     number of samples measured, the first in the evaluation's order; 0: all
    divergence  mean distance of the outputs from the original's on these samples; None if not computed
    beaten      whether the race ended early because another candidate that is no larger was clearly better
    following   layers that change with these without having steps -> remaining fraction of their bytes
    block       module whose layers these are, where a row of the scan is a block; else ""
    """

    path: str
    candidate: Stack
    stacks: Mapping[str, Stack]
    bytes: int
    predicted: float | None
    value: float | None = None
    drop: float | None = None
    low: float | None = None
    high: float | None = None
    following: Mapping[str, float] = field(default_factory=dict)
    samples: int = 0
    divergence: float | None = None
    beaten: bool = False
    block: str = ""

    @property
    def row(self) -> str:
        """The block, or the path."""
        return self.block or self.path

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of a scan that this is shown in."""
        return (self.block,) if self.block else tuple(self.stacks)

    @property
    def actions(self) -> Stack:
        return self.stacks[self.path]

    @property
    def changed(self) -> tuple[str, ...]:
        return (*self.stacks, *self.following)

    def to_json(self) -> dict[str, Any]:
        """Return the document that the command line prints, with steps as in a recipe; `layers` for more than one
        layer."""
        row = {
            "action": [action.step() for action in self.actions],
            "bytes": self.bytes,
            "value": self.value,
            "drop": self.drop,
            "predicted_drop": self.predicted,
        }
        if self.samples:
            row |= {"samples": self.samples, "divergence": self.divergence, "beaten": self.beaten}
        return row if len(self.changed) == 1 else row | {"layers": list(self.changed)}


@dataclass(frozen=True)
class Scan:
    """Results of a sensitivity scan so far.

    baseline      the original's metric on all `samples`; measured trials use the same samples, unless raced
    raced         whether trials stopped early (see Wanted.race)
    layers        rows: paths of the scanned layers, or blocks, in the model's order
    blocks        block -> paths of its layers, where rows are blocks
    estimated     whether costs are estimated in one pass over the blocks (see engine.preview.one_pass)
    refused       (row, candidate) -> why the layer cannot have the candidate
    evaluations   passes over the whole data set, of the graph or of the part after a layer
    kind          what is predicted: increase in "loss", or "output error"; "" for nothing
    obstacle      why the loss cannot be predicted, in a sentence; "" if it can
    correlation   Spearman correlation of predicted and measured cost; None with too few pairs
    notes         what there was no time for, and why other processes did not compute
    """

    metric: MetricInfo
    baseline: float
    samples: int
    trials: tuple[Trial, ...]
    evaluations: int
    correlation: float | None = None
    candidates: tuple[Stack, ...] = ()
    layers: tuple[str, ...] = ()
    refused: Mapping[tuple[str, Stack], str] = field(default_factory=dict)
    kind: Literal["loss", "output error", ""] = ""
    obstacle: str = ""
    raced: bool = False
    complete: bool = False
    blocks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    estimated: bool = False
    notes: tuple[str, ...] = ()

    @cached_property
    def scale(self) -> "DropScale | None":
        """The scale from predicted cost to drop of the metric, fitted to the measured trials; None with too few of
        them."""
        return DropScale.of(
            (trial.predicted, trial.drop or 0.0, trial.samples or self.samples)
            for trial in self.measured
            if trial.predicted is not None
        )

    @property
    def measured(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.drop is not None)

    def of(self, row: str) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.row == row)

    def cells(self) -> dict[tuple[str, Stack], Trial]:
        """Return trials by row and candidate; a trial on coupled layers is listed for each of them."""
        return {(row, trial.candidate): trial for trial in self.trials for row in trial.rows}

    @property
    def paths(self) -> tuple[str, ...]:
        """The layers to which some trial gives steps."""
        return tuple(dict.fromkeys(path for trial in self.trials for path in trial.stacks))

    def to_json(self) -> dict[str, Any]:
        """Return the keys of `sensitivity --json` without the seconds."""
        rows = dict.fromkeys(trial.row for trial in self.trials)
        return {
            "baseline": self.baseline,
            **self.metric.to_json(),
            "samples": self.samples,
            "evaluations": self.evaluations,
            "raced": self.raced,
            "predicted_only": len(self.trials) - len(self.measured),
            "rank_correlation": self.correlation,
            "predicted": self.kind,
            "obstacle": self.obstacle,
            "estimated": self.estimated,
            "notes": list(self.notes),
            "layers": [{"path": row, "candidates": [trial.to_json() for trial in self.of(row)]} for row in rows],
        }


def cheapest(predicted: Sequence[Trial], share: float) -> set[tuple[str, Stack]]:
    """Return the candidates to measure: all, or the fraction with the smallest predicted cost and all without a
    prediction."""
    known = sorted(
        (trial for trial in predicted if trial.predicted is not None), key=lambda trial: trial.predicted or 0
    )
    left = known[: math.ceil(share * len(known))]
    return {(trial.row, trial.candidate) for trial in left + [t for t in predicted if t.predicted is None]}


def spread(predicted: Sequence[Trial], count: int) -> set[tuple[str, Stack]]:
    """Return this number of candidates, evenly among all by their predicted cost."""
    known = sorted(
        (trial for trial in predicted if trial.predicted is not None), key=lambda trial: trial.predicted or 0
    )
    places = {len(known) * (2 * place + 1) // (2 * count) for place in range(count)} if known else ()
    return {(known[place].row, known[place].candidate) for place in places}


# -- from a predicted loss to a drop of the metric ---------------------------------------------------------------------


@dataclass(frozen=True)
class LikelyDrop:
    """Likely drop of the metric (positive: worse), from a predicted loss.

    error   95 % of similar candidates are within it; `beyond`: the predicted loss exceeds that of all measured
            candidates, so the drop is at least `drop`
    trials  number of measured candidates
    """

    drop: float
    error: float
    beyond: bool
    trials: int


@dataclass(frozen=True)
class DropScale:
    """Predicted losses in ascending order, each with the drop of the metric, fitted to measured candidates of the same
    model: monotone, and zero at zero (isotonic regression, Barlow et al. 1972). `errors`: (predicted loss, measured
    drop less the fit to all other candidates)."""

    rises: tuple[float, ...]
    fitted: tuple[float, ...]
    errors: tuple[tuple[float, float], ...]

    @staticmethod
    def of(measured: Iterable[tuple[float, float, int]]) -> "DropScale | None":
        """Fit the scale to (predicted loss, measured drop, samples) of each candidate; None with too few of them."""
        known = sorted(row for row in measured if all(map(math.isfinite, row)) and row[0] >= 0 and row[2] > 0)
        if len(known) < FEWEST:
            return None
        errors = []
        for place in range(0, len(known), -(-len(known) // CHECKED)):
            rise, drop, _ = known[place]
            errors.append((rise, drop - _at(rise, *_fit([*known[:place], *known[place + 1 :]]))))
        return DropScale(*_fit(known), tuple(errors))

    def at(self, rise: float) -> LikelyDrop:
        """Return the drop at a predicted loss, with the error for a single candidate."""
        place = math.log(max(rise, 0.0) + LEAST)
        near = sorted(self.errors, key=lambda each: abs(math.log(each[0] + LEAST) - place))[:NEAREST]
        error = Z95 * math.sqrt(sum(gap * gap for _, gap in near) / len(near))
        return LikelyDrop(_at(rise, self.rises, self.fitted), error, rise > self.rises[-1], len(self.rises))


def _fit(known: Sequence[tuple[float, float, int]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return predicted losses and the closest drops that are monotone and nowhere negative: neighbours in the wrong
    order are replaced by their mean (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, count
    for _, drop, samples in known:
        blocks.append((drop, float(samples), 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (one, light, few), (other, heavy, more) = blocks.pop(), blocks.pop()
            blocks.append(((one * light + other * heavy) / (light + heavy), light + heavy, few + more))
    fitted = tuple(max(mean, 0.0) for mean, _, count in blocks for _ in range(count))
    return tuple(row[0] for row in known), fitted


def _at(rise: float, rises: Sequence[float], fitted: Sequence[float]) -> float:
    """Return the fitted drop, interpolated linearly from zero at zero to the last point."""
    if rise >= rises[-1]:
        return fitted[-1]
    above = bisect_left(rises, rise)
    low, drop = (0.0, 0.0) if above == 0 else (rises[above - 1], fitted[above - 1])
    wide = rises[above] - low
    return drop if wide <= 0 else drop + (fitted[above] - drop) * max(rise - low, 0.0) / wide
