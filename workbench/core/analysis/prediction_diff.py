"""Prediction changes caused by a recipe: which samples flipped, in which classes, and which layer's steps did it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.action import Action

FlipKind = Literal["lost", "won", "moved"]  # right -> wrong, wrong -> right, from one wrong class to another


@dataclass(frozen=True)
class Flip:
    """A sample for which the compressed model predicts another class than the original.

    sample        index in the data set
    truth         true class; without labels, the original's prediction
    before, after predicted classes, each with its confidence (0..1)
    picture       uint8 [height, width] or [height, width, 3]; None where inputs are not images
    """

    sample: int
    kind: FlipKind
    truth: int
    before: int
    after: int
    sure_before: float
    sure_after: float
    picture: np.ndarray | None = None


@dataclass(frozen=True)
class ClassChange:
    """Correct predictions among the `samples` of a class; `lost` and `won` count the flips in each direction."""

    name: str
    samples: int
    right_before: int
    right_after: int
    lost: int
    won: int


@dataclass(frozen=True)
class SampleError:
    """The metric of one sample before and after, for models that are not classifiers."""

    sample: int
    before: float
    after: float
    picture: np.ndarray | None = None


@dataclass(frozen=True)
class Changes:
    """The current recipe compared with the original on the same samples.

    samples     number of samples run
    metric      the per-sample score, for models without classes
    labelled    compared with labels; else with the original's own predictions
    classes     names, in the model's order; empty for models that are not classifiers
    before      int32 [true class, predicted class] counts; `after` the same
    flips       most confident first, capped in number; `lost`, `won`, `moved` count all flips
    errors      samples with the largest increase in error, for models without classes; `worse`, `better` count all
                samples
    trained     whether the recipe's training stages are included; None: it has none
    """

    samples: int
    metric: MetricInfo
    labelled: bool
    classes: tuple[str, ...] = ()
    before: np.ndarray | None = None
    after: np.ndarray | None = None
    per_class: tuple[ClassChange, ...] = ()
    flips: tuple[Flip, ...] = ()
    lost: int = 0
    won: int = 0
    moved: int = 0
    errors: tuple[SampleError, ...] = ()
    worse: int = 0
    better: int = 0
    trained: bool | None = None


@dataclass(frozen=True)
class Suspect:
    """A layer whose steps were reverted while all others were kept.

    restored   number of samples with the original's prediction again
    margin     mean gain in margin of the original's prediction over the best other class; for models without classes,
               the reduction of the error
    together   `restored` when this layer and all suspects before it are reverted
    also       coupled layers, which were reverted with it
    note       what could not be reverted, and why
    """

    path: str
    actions: tuple[Action, ...]
    restored: int
    margin: float
    together: int | None = None
    also: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Attribution:
    """Attribution of flipped samples to the steps of layers, largest contribution first.

    samples    indices of the samples run
    tried      number of layers reverted so far, of `layers`
    """

    samples: tuple[int, ...]
    suspects: tuple[Suspect, ...]
    tried: int
    layers: int


@dataclass(frozen=True)
class Guess:
    """A class with the model's confidence in it (0..1)."""

    name: str
    sure: float


@dataclass(frozen=True)
class SampleAnswer:
    """Answers of the original and the compressed model to one sample that the user supplies.

    before, after   the most probable classes of each; empty for models that are not classifiers
    error           |after - before| / |before| of the measured output, Euclidean
    most            largest change of a single value of the output, which has `size` values
    first, first_after   the first values of the output
    picture         uint8 [height, width] or [height, width, 3]; None unless the input is an image
    notes           how the sample was read and preprocessed, and doubts about that
    trained         whether the recipe's training stages are included; None: it has none
    """

    path: str
    before: tuple[Guess, ...]
    after: tuple[Guess, ...]
    error: float
    most: float
    size: int
    first: tuple[float, ...] = ()
    first_after: tuple[float, ...] = ()
    picture: np.ndarray | None = None
    notes: tuple[str, ...] = ()
    trained: bool | None = None
