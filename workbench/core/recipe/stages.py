"""Parameters of the stages of a recipe's `recover` list; their titles and results are in `recovery`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from workbench.core.recipe.params import Expert, Help, OneOf, Range, Unit, When

Before = Literal["export", "quantize", "prune"]
Regularization = Annotated[  # of AdaRound, as a step and as a stage
    float,
    Range(0.01, 100, log=True),
    Expert(),
    Help("Weight of the rounding regulariser, which pushes each weight to one of its two nearest levels."),
]
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
class Reconstruct:
    """Rounding learned block by block. Li et al. 2021, BRECQ, ICLR; with dropped quantisation: Wei et al. 2022, QDrop,
    ICLR."""

    before: ClassVar[Literal["export"]] = "export"

    steps: Annotated[int, Range(1, 100_000, 1, log=True), Help("Optimiser steps for each block.")] = 500
    batch: Annotated[int, Range(1, 4096, 1, log=True), Help("Samples per step.")] = 32
    samples: Annotated[
        int, Range(1, 100_000, 1, log=True), Help("Training samples used, at most; no labels are needed.")
    ] = 512
    drop: Annotated[
        float,
        Range(0, 1, 0.05),
        Help(
            "Probability with which an element of the block's input is the original's, and an 8-bit activation in it "
            "stays unrounded, during learning (QDrop)."
        ),
    ] = 0.5
    step: Annotated[
        Literal["learned", "fixed"],
        Expert(),
        Help("Whether the scales of the weights are learned together with the rounding, or stay fixed."),
    ] = "learned"
    regularization: Regularization = 3.0
