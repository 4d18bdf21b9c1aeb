"""Input of a stage's loop: settings, and the progress that goes into a checkpoint."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import Tensor

from workbench.core.recipe.recovery import Stage
from workbench.core.recipe.stages import Training
from workbench.data.metrics.metric import Metric
from workbench.engine.supervision.samples import Batch, Samples
from workbench.engine.training.checkpoint import Checkpoint

Loss = Callable[[Tensor, Batch], Tensor]  # the student's outputs, and what they are outputs for


@dataclass(frozen=True, eq=False)
class Task:
    """Settings of one stage.

    target    reference of the metric for held-out samples
    penalty   added to the loss of every step
    keep      called on cancellation: whether to keep the best state so far; otherwise Cancelled is raised
    kept      load the result from the checkpoint, without training
    """

    number: int
    stage: Stage
    params: Training
    samples: Samples
    metric: Metric
    target: Callable[[Batch], np.ndarray]
    loss: Loss
    penalty: Callable[[], Tensor] | None
    seed: int
    checkpoint: Checkpoint
    keep: Callable[[], bool] = lambda: False
    kept: bool = False


@dataclass
class Progress:
    """Progress of the stage; all of it goes into a checkpoint."""

    step: int = 0
    seconds: float = 0.0
    before: float = math.nan
    best: float = math.nan
    best_epoch: float = 0.0
    waited: int = 0  # epochs since the best state
    event: int = -1  # of the pruning schedule
    rate: float = 0.0  # the highest learning rate
    points: list[dict[str, Any]] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)  # of the steps since the last point
    finished: str | None = None  # why it ended, "" for the regular end
