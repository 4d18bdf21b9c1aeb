"""Sensitivity scan: candidate steps tried on one layer at a time, as values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.core.base.quantities import MetricInfo
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


@dataclass(frozen=True)
class Wanted:
    """Settings of a scan: `layers` are paths; none means all editable layers.

    share   of the candidates on single layers is measured, those that are predicted to cost least; the others have what
            is predicted alone
    race    whether candidates run on growing parts of the samples until their cost is clear, or another one of the same
            layer that takes no more bytes is clearly better; None: where all of them on all samples take long
    """

    candidates: tuple[Stack, ...] = CANDIDATES
    layers: tuple[str, ...] = ()
    share: float = 1.0
    race: bool | None = None


@dataclass(frozen=True)
class Trial:
    """One candidate on one layer, or on all layers that lose channels together.

    path        of the layer; the first of several
    stacks      what each of the layers gets: of the candidate what it can have
    bytes       of these layers, and of all others that change with them
    predicted   rise of the loss, or error of the layer's output (see curvature); None where it is not predicted
    value       of the metric; `drop` is what it loses (positive: worse). None: it was only predicted
    low, high   95 % interval of the loss on all data like these, paired with the original sample by sample
    samples     that it was measured on, the first of the evaluation's order; 0: all
    divergence  mean distance of the outputs from the original's on these; None where it was not computed
    beaten      whether another candidate that takes no more bytes was clearly better, which ended the race for this one
    following   layers that change with these without getting actions -> the share of their bytes that stays
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

    @property
    def actions(self) -> Stack:
        return self.stacks[self.path]

    @property
    def changed(self) -> tuple[str, ...]:
        return (*self.stacks, *self.following)

    def to_json(self) -> dict[str, Any]:
        """The document that the command line prints, steps as in a recipe; `layers` if it changes more than one."""
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
    """A sensitivity scan, as far as it has come.

    baseline      the original's metric on all `samples`; every measured trial is on the same, unless they were raced
    raced         whether trials stopped early (see Wanted.race)
    layers        the paths that are tried, in the order of the model
    refused       (path, candidate) -> why the layer cannot have it
    evaluations   runs over the whole data set, of the graph or of the part behind a layer
    kind          what is predicted: the rise of the "loss", or the "output error"; "" where nothing is
    obstacle      why it is not the loss, in a sentence; "" where it is
    correlation   of what was predicted with what was measured (Spearman's); None with too few of both
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

    @property
    def measured(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.drop is not None)

    def of(self, path: str) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.path == path)

    def cells(self) -> dict[tuple[str, Stack], Trial]:
        """Trials by layer and candidate; a trial on coupled layers is in the row of each of them."""
        return {(path, trial.candidate): trial for trial in self.trials for path in trial.stacks}

    @property
    def paths(self) -> tuple[str, ...]:
        """The layers that some trial gives actions to."""
        return tuple(dict.fromkeys(path for trial in self.trials for path in trial.stacks))

    def to_json(self) -> dict[str, Any]:
        """The keys of the command line's `sensitivity --json`, without the seconds."""
        paths = dict.fromkeys(trial.path for trial in self.trials)
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
            "layers": [{"path": path, "candidates": [trial.to_json() for trial in self.of(path)]} for path in paths],
        }


def cheapest(predicted: Sequence[Trial], share: float) -> set[tuple[str, Stack]]:
    """The candidates to measure: all, or the share with the smallest predicted cost, and those without a prediction."""
    known = sorted(
        (trial for trial in predicted if trial.predicted is not None), key=lambda trial: trial.predicted or 0
    )
    left = known[: math.ceil(share * len(known))]
    return {(trial.path, trial.candidate) for trial in left + [t for t in predicted if t.predicted is None]}
