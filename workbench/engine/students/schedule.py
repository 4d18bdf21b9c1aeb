"""Schedules of the learning rate and of the sparsity during a stage; time runs from 0 to 1."""

import math
from collections.abc import Sequence

import torch

from workbench.core.recipe.stages import Training
from workbench.engine.compile.compiler import Compiled
from workbench.engine.students.student import Student
from workbench.graph.encodings.learning import Floats

RAMP = 2 / 3  # of the stage; then the mask rests, so that what is left can settle (Zhu and Gupta 2017)
PRUNINGS = 40  # times at which the mask grows
WARM = 0.005  # of the stage: the first step has a rate, too
PATTERNED = ("prune.nm", "prune.block")  # zeros in a pattern, which magnitudes alone would not keep


def rate(params: Training, highest: float, time: float) -> float:
    """Return the learning rate: linear warm-up to the highest (Goyal et al. 2017, section 2.2), then as scheduled."""
    if time < params.warmup:
        return highest * (time + WARM) / (params.warmup + WARM)
    match params.schedule:
        case "cosine":
            time = (time - params.warmup) / (1 - params.warmup)
            return highest * 0.5 * (1 + math.cos(math.pi * min(time, 1.0)))
        case "step":
            return highest * (1.0 if time < 0.5 else 0.1 if time < 0.75 else 0.01)
    return highest


def sparsity(kind: str, target: float, time: float) -> float:
    """Return the sparsity at a time of the ramp.

    linear s·t; cubic s·(1 − (1 − t)³) (Zhu and Gupta 2017, equation 1); exponential: the density falls by the same
    factor in equal times (Tanaka et al. 2020, section 6).
    """
    time = min(max(time, 0.0), 1.0)
    match kind:
        case "linear":
            return target * time
        case "cubic":
            return target * (1 - (1 - time) ** 3)
        case "exponential":
            return target if time == 1.0 else 1 - (1 - min(target, 1 - 1e-6)) ** time
    return target


class Ramp:
    """Gradual pruning of float layers by magnitude, up to the number of zeros of the recipe's own step."""

    def __init__(self, kind: str, tensors: Sequence[tuple[Floats, int]]) -> None:
        self.kind, self.tensors = kind, tensors
        self.event = -1

    @staticmethod
    def of(student: Student, kind: str) -> "Ramp":
        """Create the ramp, restoring the pruned weights of the layers that can be pruned again; for one-shot pruning,
        of none."""
        if kind == "one-shot":
            return Ramp(kind, ())
        tensors = []
        for path, tensor in student.floats():
            if _anew(student.compiled, path):
                tensors.append((tensor, int((~tensor.mask).sum())))
                with torch.no_grad():
                    tensor.values.copy_(torch.tensor(student.compiled.model.weight(path)))
                    tensor.mask.fill_(True)
        return Ramp(kind, tensors)

    def move(self, time: float) -> None:
        """Prune to the sparsity of this time of the stage; has an effect PRUNINGS times only."""
        event = min(int(time / RAMP * PRUNINGS), PRUNINGS)
        if event <= self.event:
            return
        self.event = event
        for tensor, zeros in self.tensors:
            target = zeros / tensor.mask.numel()
            count = round(sparsity(self.kind, target, event / PRUNINGS) * tensor.mask.numel())
            prune(tensor, count if event < PRUNINGS else zeros)

    @property
    def done(self) -> bool:
        """Whether the final sparsity is reached: only such a state may be kept."""
        return not self.tensors or self.event >= PRUNINGS


def _anew(compiled: Compiled, path: str) -> bool:
    edit = compiled.edits.get(path)
    steps = [action.method for action in compiled.chosen.get(path, ()) if action.family == "prune"]
    return edit is not None and edit.encoding.free and bool(steps) and not any(step in PATTERNED for step in steps)


@torch.no_grad()
def prune(tensor: Floats, count: int) -> None:
    """Keep all but the `count` smallest; weights that were pruned before are pruned first."""
    size = (tensor.values * tensor.mask).abs().reshape(-1)
    order = torch.argsort(size, stable=True)
    mask = torch.ones(size.numel(), dtype=torch.bool)
    mask[order[:count]] = False
    tensor.mask.copy_(mask.reshape(tensor.mask.shape))
