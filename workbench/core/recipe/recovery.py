"""Training that recovers quality lost by compression: the stages of a recipe's `recover` list, and their results.

A stage trains the compressed model under the constraints of its steps: zeros stay zero, factors stay factors, indices
into a codebook stay, quantised weights stay on a grid of the same size. So the file keeps its size.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.core.base.errors import UserError
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.base.quantities import MetricInfo, duration, metric_text
from workbench.core.recipe.gain import Gain
from workbench.core.recipe.params import Field, fields_of, parse
from workbench.core.recipe.stages import Distill, Finetune, Reconstruct, Statistics, Training


@dataclass(frozen=True)
class Stage:
    """A kind of training stage with its parameters as plain values (only those that were given)."""

    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.kind, tuple(sorted(self.params.items()))))

    def __str__(self) -> str:
        inner = ", ".join(
            f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in self.params.items()
        )
        return f"{self.kind}({inner})"


@dataclass(frozen=True)
class StageInfo:
    """A kind of stage as the window, the recipe and the command line see it; the counterpart of MethodInfo."""

    id: str
    title: str
    summary: str
    formula: str
    citation: str
    fields: tuple[Field, ...]


Parameters = Training | Statistics | Reconstruct
PARAMS: dict[str, type[Training] | type[Statistics] | type[Reconstruct]] = {
    "finetune": Finetune,
    "distill": Distill,
    "statistics": Statistics,
    "reconstruct": Reconstruct,
}
_WORDS = {
    "finetune": (
        "Fine-tune",
        "Trains the compressed model on labelled samples; zeros, ranks and quantisation levels are kept.",
        "min over w:  mean cross-entropy(y, f(x; w)) + λ·Σ|w|",
        "Han et al. 2015, NeurIPS",
    ),
    "distill": (
        "Distil",
        "Knowledge distillation: trains the compressed model on the outputs of a teacher, "
        "and on labels if the data has them.",
        "α·T²·KL(softmax(zₜ/T) ‖ softmax(z/T)) + (1 − α)·cross-entropy(y, z)",
        "Hinton et al. 2015; features: Romero et al. 2015; attention: Zagoruyko and Komodakis 2017",
    ),
    "statistics": (
        "Re-estimate statistics",
        "Restores the mean and standard deviation that each layer's output has in the "
        "original model, by adjusting its weight and bias. Takes seconds, without labels or "
        "training. For networks with BatchNorm, folded or not.",
        "w ← w·σ₀/σ,  b ← (b − μ)·σ₀/σ + μ₀",
        "Ioffe and Szegedy 2015; after pruning: Li et al. 2020, EagleEye, ECCV, section 3.3",
    ),
    "reconstruct": (
        "Reconstruct blocks",
        "Block by block, learns for each quantised weight whether to round it up or down, and the biases, so that the "
        "block's output matches the original's. Takes minutes, without labels. For layers with evenly spaced levels, "
        "of 4 bits or fewer above all.",
        "min over V, b, s:  ‖ f(x) − f(x̂; s·(floor(w/s) + h(V)), b) ‖² + λ Σ (1 − |2h(V) − 1|^β)",
        "Li et al. 2021, BRECQ, ICLR; drop: Wei et al. 2022, QDrop, ICLR; rounding: Nagel et al. 2020, ICML",
    ),
}
STAGES = tuple(StageInfo(kind, *_WORDS[kind], fields_of(params)) for kind, params in PARAMS.items())
INFOS = {info.id: info for info in STAGES}


def parameters(stage: Stage) -> Parameters:
    """Return validated parameters. Raises UserError for an unknown stage or parameter."""
    if stage.kind not in PARAMS:
        raise UserError(
            "There is no recovery stage '{kind}'.", "The stages are: {params}.", kind=stage.kind, params=[*PARAMS]
        )
    return parse(PARAMS[stage.kind], stage.params, owner=stage.kind)


@dataclass(frozen=True)
class TrainingPoint:
    """A point of the learning curve, reported while a stage runs and kept in its result.

    stage     number of the stage, from 0
    step      optimiser steps done; `epoch`: the same as passes over the training samples
    loss      mean training loss since the last point; None at the start
    metric    metric on the held-out samples, None between epochs; low, high: its 95 % interval
    rate      the learning rate
    sparsity  fraction of the trained weights that are zero
    """

    stage: int
    step: int
    epoch: float
    loss: float | None
    metric: float | None
    rate: float
    sparsity: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ClassChange:
    """Change of accuracy on the evaluation samples of one class."""

    name: str
    samples: int
    before: float  # of the original model
    after: float


@dataclass(frozen=True)
class StageResult:
    """Result of a stage. Metrics are measured on samples held out from training, and determine the best state.

    epochs    passes done; `best`: the number of passes at the best state, which was kept; 0: the start
    stopped   why the stage ended early; "" if it did not
    gain      paired difference `after` - `before`; None for a metric that is not a mean over samples
    rate      the highest learning rate, as given or as found
    """

    stage: Stage
    metric: MetricInfo
    before: float
    after: float
    epochs: float
    best: float
    seconds: float
    trained: int  # samples
    held: int
    points: tuple[TrainingPoint, ...]
    stopped: str = ""
    notes: tuple[str, ...] = ()
    gain: Gain | None = None
    rate: float | None = None

    @property
    def words(self) -> Message:
        """The stage's result in a sentence for the report."""
        ended = (self.stopped, self.gain.words(self.metric) if self.gain else "")
        if not self.epochs:
            told = Message(
                "{stage}: {metric} {before} → {after} on {held:,} held-out samples, {duration}",
                **vars(self)
                | {name: metric_text(getattr(self, name), self.metric) for name in ("before", "after")}
                | {"duration": duration(self.seconds)},
            )
            return Joined((told, *ended), CLAUSE)
        told = Message(
            "{stage} on {trained:,} samples: {metric} {before} → {after} on {held:,} held-out "
            "samples, best after {best:.1f} of {epochs:.1f} epochs, {duration}",
            **vars(self)
            | {name: metric_text(getattr(self, name), self.metric) for name in ("before", "after")}
            | {"duration": duration(self.seconds)},
        )
        return Joined((told, *ended), CLAUSE)


@dataclass(frozen=True)
class Recovery:
    """Result of all stages of a recipe. `unrecovered`: the metric on the evaluation data before them; `recovered`:
    after them; `gain`: the paired difference."""

    stages: tuple[StageResult, ...]
    unrecovered: float | None = None
    classes: tuple[ClassChange, ...] = ()
    notes: tuple[str, ...] = ()
    recovered: float | None = None
    gain: Gain | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the value of `recovery` in `compress --json`."""
        return {
            "unrecovered": self.unrecovered,
            "recovered": self.recovered,
            "gain": vars(self.gain) if self.gain else None,
            "stages": [
                {
                    "stage": {result.stage.kind: dict(result.stage.params)},
                    **result.metric.to_json(),
                    "before": result.before,
                    "after": result.after,
                    "epochs": result.epochs,
                    "best": result.best,
                    "seconds": result.seconds,
                    "samples": result.trained,
                    "held_out": result.held,
                    "stopped": result.stopped,
                    "gain": vars(result.gain) if result.gain else None,
                    "rate": result.rate,
                    "curve": [vars(point) for point in result.points],
                }
                for result in self.stages
            ],
            "classes": [vars(change) for change in self.classes],
        }
