"""Prediction changes caused by a recipe: which samples flipped, in which classes, and which layer's steps did it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.action import Action

FlipKind = Literal["lost", "won", "moved"]  # right -> wrong, wrong -> right, from one wrong class to another


@dataclass(frozen=True)
class Flip:
    """A sample that the compressed model decides otherwise than the original.

    sample        its number in the data set
    truth         its class; where there are no labels, the original's decision
    before, after the classes decided for, and how sure the model is of each (0..1)
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
    """The metric of one sample before and after, for models that do not decide between classes."""

    sample: int
    before: float
    after: float
    picture: np.ndarray | None = None


@dataclass(frozen=True)
class Changes:
    """The current recipe compared with the original on the same samples.

    samples     number of samples that were run
    metric      what a sample's score is, where there are no classes
    labelled    against labels; else against the original's own decisions
    classes     names, in the model's order; empty where the model does not decide between classes
    before      int32 [truth, decision] counts; `after` the same
    flips       the surest first, at most as many as are worth looking at; `lost`, `won`, `moved` count all of them
    errors      the samples that became worst, for models without classes; `worse`, `better` count all
    trained     whether the recipe's training stages are in it; None: it has none
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
    """A layer whose steps were taken back, all others kept.

    restored   samples that are again decided as by the original
    margin     how much the score of the original's decision rises over the best other one, on average; for models
               without classes, how much of the error goes away
    together   `restored`, when this layer and all suspects before it are taken back
    also       layers that lost channels with it, and were taken back with it
    note       what it did not get back, and why
    """

    path: str
    actions: tuple[Action, ...]
    restored: int
    margin: float
    together: int | None = None
    also: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Blame:
    """Attribution of flipped samples to the steps of layers, largest contribution first.

    samples    the numbers of those that were run
    tried      layers that were taken back so far, of `layers`
    """

    samples: tuple[int, ...]
    suspects: tuple[Suspect, ...]
    tried: int
    layers: int


@dataclass(frozen=True)
class Guess:
    """A class, and how sure a model is of it (0..1)."""

    name: str
    sure: float


@dataclass(frozen=True)
class SampleAnswer:
    """Answers of the original and the compressed model to one sample of the user's own.

    before, after   the most probable classes of each; empty where the model does not decide between classes
    error           |now - was| / |was| of the measured output, Euclidean
    most            the largest change of one of its `size` values
    first, first_after   its first values
    picture         uint8 [height, width] or [height, width, 3]; None where the input is no image
    notes           how the sample was read and preprocessed, and what speaks against that
    trained         whether the recipe's training stages are in it; None: it has none
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
