"""Penalties added to the loss of every step: distance from the start, and bits of the quantised weights."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from workbench.core.base.job import Job
from workbench.core.recipe.stages import Training
from workbench.data.dataset import Dataset
from workbench.engine.calibration.gradients import gradients
from workbench.engine.students.student import Student
from workbench.engine.supervision import losses


def penalty(student: Student, params: Training, data: Dataset, job: Job) -> Callable[[], Tensor] | None:
    """Return the sum of the penalties that the stage requests, or None. `data`: the training samples."""
    asked = [_anchor(student, params, data, job)] if params.anchor != "none" else []
    if params.entropy:
        asked.append(lambda: params.entropy * student.bits())
    if not asked:
        return None
    return lambda: sum((each() for each in asked[1:]), start=asked[0]())


def _anchor(student: Student, params: Training, data: Dataset, job: Job) -> Callable[[], Tensor]:
    start = {path: student.weight(path).detach().clone() for path in student.trained}
    importance: Mapping[str, Tensor] = {}
    if params.anchor == "ewc":
        found = gradients(student.compiled.model, data, job.silent())
        importance = {path: torch.from_numpy(found[path].square).to(weight.device) for path, weight in start.items()}
    return lambda: losses.anchor(
        {path: student.weight(path) for path in start}, start, importance, params.anchor_strength
    )
