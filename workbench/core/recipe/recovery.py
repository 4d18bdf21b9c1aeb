"""Training that recovers quality lost by compression: the stages of a recipe's `recover` list, and their results.

A stage trains the compressed model under the constraints of its steps: zeros stay zero, factors stay factors, indices
into a codebook stay, quantised weights stay on a grid of the same size. So the file keeps its size.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from workbench.core.base.errors import UserError
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.base.quantities import MetricInfo, duration, metric_text
from workbench.core.recipe.gain import Gain
from workbench.core.recipe.params import Expert, Field, Help, OneOf, Range, Unit, When, fields_of, parse


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


Before = Literal["export", "quantize", "prune"]
ORDER: tuple[Before, ...] = ("prune", "quantize", "export")  # in which stages are run


@dataclass(frozen=True)
class Training:
    """Settings common to all stages that train."""

    steps: Annotated[
        int | None,
        Range(1, 1_000_000, 1, log=True),
        OneOf("budget"),
        Help("Optimiser steps, at least; whole passes over the training samples are made, three or more."),
    ] = 500
    epochs: Annotated[
        int | None, Range(1, 1000, 1, log=True), OneOf("budget"), Help("Passes over the training samples.")
    ] = None
    minutes: Annotated[
        float | None,
        Range(0.01, 10000, log=True),
        Unit("minutes"),
        OneOf("budget"),
        Help(
            "Training time, in place of epochs. The number of steps then depends on the machine, "
            "so results are not reproducible to the byte."
        ),
    ] = None
    batch: Annotated[int, Range(1, 4096, 1, log=True), Help("Samples per training step.")] = 64
    optimiser: Annotated[
        Literal["adam", "sgd"], Expert(), Help("Adam (Kingma and Ba 2015), or SGD with momentum 0.9.")
    ] = "adam"
    rate_factor: Annotated[
        float | None,
        Range(0.01, 10, log=True),
        OneOf("rate"),
        Help("The highest learning rate, as a multiple of what a short range test proposes (Smith 2017)."),
    ] = 1.0
    rate: Annotated[float | None, Range(1e-6, 1, log=True), OneOf("rate"), Help("The highest learning rate.")] = None
    warmup: Annotated[
        float,
        Range(0, 0.5, 0.01),
        Expert(),
        Help("Share of the steps in which the learning rate rises to its highest value."),
    ] = 0.05
    schedule: Annotated[
        Literal["cosine", "constant", "step"],
        Expert(),
        Help(
            "Learning rate schedule: cosine decay to zero, constant, or divided by ten after 50 "
            "% and 75 % of the steps."
        ),
    ] = "cosine"
    ema: Annotated[
        float,
        Range(0, 0.9999),
        Expert(),
        Help(
            "Measure and keep a moving average of the weights with this decay; 0: the weights themselves. It helps "
            "where the rate stays high (Izmailov et al. 2018)."
        ),
    ] = 0.0
    batchnorm: Annotated[
        Literal["train", "folded"],
        Expert(),
        Help(
            "train: BatchNorm that was folded into a layer takes part in training with the statistics of each batch, "
            "and is folded again at the end (Ioffe and Szegedy 2015). folded: it stays folded."
        ),
    ] = "train"
    trainable: Annotated[
        str,
        Expert(),
        Help("Layers to train: all (including norms), edited, or a comma-separated list of paths and globs."),
    ] = "all"
    frozen: Annotated[str, Expert(), Help("Layers to keep fixed: a comma-separated list of paths and globs.")] = ""
    before: Annotated[
        Before,
        Help(
            "export: train the model as it will be exported (quantisation included). quantize: "
            "train before the quantisation steps, which then start from the trained weights. prune: train the "
            "original first, so that all steps choose by the trained weights (sparse training)."
        ),
    ] = "export"
    step: Annotated[
        Literal["learned", "fixed"],
        Expert(),
        Help("Whether the quantisation step size is learned (LSQ, Esser et al. 2020) or stays fixed."),
    ] = "learned"
    sparsify: Annotated[
        Literal["one-shot", "linear", "cubic", "exponential"],
        Help(
            "Pruned float layers: set all zeros at the start, or increase sparsity gradually "
            "over the first two thirds of the stage (cubic: Zhu and Gupta 2017)."
        ),
    ] = "one-shot"
    l1: Annotated[
        float, Range(0, 1), Expert(), Help("L1 penalty λ·Σ|w| on float weights, for sparsity: the value of λ.")
    ] = 0.0
    group_lasso: Annotated[
        float,
        Range(0, 10),
        Expert(),
        Help(
            "Penalty λ·Σ√n·‖w_c‖ on the n weights of each output channel of float weights, which makes whole channels "
            "zero: the value of λ (Wen et al. 2016)."
        ),
    ] = 0.0
    entropy: Annotated[
        float,
        Range(0, 100),
        Expert(),
        Help(
            "Weight λ of the entropy penalty λ·(mean bits per weight), estimated from how often "
            "each level occurs, on layers with evenly spaced levels. Shortens Huffman codes "
            "(Oktay et al. 2020)."
        ),
    ] = 0.0
    anchor: Annotated[
        Literal["none", "l2sp", "ewc"],
        Expert(),
        Help(
            "Penalise distance from the starting weights: equally for all weights (L2-SP, Li et "
            "al. 2018), or weighted by Fisher information (EWC, Kirkpatrick et al. 2017)."
        ),
    ] = "none"
    anchor_strength: Annotated[
        float,
        Range(0, 1e6, log=True),
        When("anchor", ("l2sp", "ewc")),
        Expert(),
        Help("Weight β of the penalty β/2·Σ(w − w₀)²."),
    ] = 0.01
    shift: Annotated[
        int, Range(0, 64, 1), Unit("pixel"), Expert(), Help("Augmentation: random shift by up to this many pixels.")
    ] = 0
    flip: Annotated[bool, Expert(), Help("Image augmentation: horizontal flip with probability 0.5.")] = False
    patience: Annotated[
        int, Range(0, 1000, 1), Expert(), Help("Early stopping after this many epochs without improvement; 0: never.")
    ] = 0
    forget: Annotated[
        float,
        Range(0, 100),
        Unit("point"),
        Expert(),
        Help("Warn when the accuracy of a class drops by more than this, beyond the sampling error; 0: never."),
    ] = 0.0


@dataclass(frozen=True)
class Finetune(Training):
    """Training on labels. Han et al. 2015, Learning both weights and connections, NeurIPS."""


@dataclass(frozen=True)
class Distill(Training):
    """Training on a teacher's outputs. Hinton, Vinyals, Dean 2015, Distilling the knowledge in a neural network."""

    temperature: Annotated[float, Range(1, 20, 0.5), Help("T: softens the softmax of teacher and student.")] = 4.0
    alpha: Annotated[
        float, Range(0, 1, 0.05), Help("Weight of the distillation loss; the label loss gets the rest.")
    ] = 0.9
    teacher: Annotated[str, Expert(), Help("Model files with commas between, averaged; empty: the original.")] = ""
    features: Annotated[
        str,
        Expert(),
        Help(
            "Layers whose outputs also learn from the teacher's (FitNets): comma-separated "
            "paths, student=teacher if they differ."
        ),
    ] = ""
    attention: Annotated[
        bool, Expert(), Help("Match attention maps instead of the features themselves (attention transfer).")
    ] = False
    feature_weight: Annotated[float, Range(0, 1e4, log=True), Expert(), Help("Weight of the feature loss.")] = 1.0


@dataclass(frozen=True)
class Statistics:
    """Correction of the mean and deviation of each layer's output to the original's. Li et al. 2020, EagleEye, section
    3.3."""

    before: Annotated[
        Literal["export", "quantize"],
        Help("export: of the model as it will be exported. quantize: before the quantisation steps."),
    ] = "export"


@dataclass(frozen=True)
class StageInfo:
    """A kind of stage as the window, the recipe and the command line see it; the counterpart of MethodInfo."""

    id: str
    title: str
    summary: str
    formula: str
    citation: str
    fields: tuple[Field, ...]


PARAMS: dict[str, type[Training] | type[Statistics]] = {
    "finetune": Finetune,
    "distill": Distill,
    "statistics": Statistics,
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
}
STAGES = tuple(StageInfo(kind, *_WORDS[kind], fields_of(params)) for kind, params in PARAMS.items())
INFOS = {info.id: info for info in STAGES}


def parameters(stage: Stage) -> Training | Statistics:
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
