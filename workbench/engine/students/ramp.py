"""Gradual pruning of float layers while they train, up to the number of zeros of the recipe's own steps.

By magnitude (Zhu and Gupta 2017), or by what the loss is predicted to lose, half the squared weight times the mean
square of its gradient, where the recipe's step ranks so: LeCun et al. 1989, Optimal brain damage; Theis et al. 2018,
Faster gaze prediction with dense networks and Fisher pruning, who prune while training, too.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.core.recipe.action import Action
from workbench.engine.compile.compiler import Compiled
from workbench.engine.compile.structure import structural
from workbench.engine.students import schedule
from workbench.engine.students.student import Student
from workbench.graph.encodings.learning import Floats
from workbench.methods.base.method import find

PRUNINGS = 40  # times at which the mask grows
PATTERNED = ("prune.nm", "prune.block")  # zeros in a pattern, which scores alone would not keep
SHARE = 1e-3  # of a step in the mean of squared gradients
LEAST = 1e-20  # such a mean at the start: without gradients, magnitudes rank


@dataclass(frozen=True, eq=False)
class Ranked:
    """Tensors whose weights are ranked together; `zeros`: how many of them are pruned in the end. `squares`: mean
    squared gradients of each tensor's weights; empty: magnitudes rank."""

    tensors: tuple[Floats, ...]
    zeros: int
    squares: tuple[Tensor, ...]

    @staticmethod
    def of(tensors: Sequence[tuple[Floats, int]], by_loss: bool) -> "Ranked":
        floats = tuple(tensor for tensor, _ in tensors)
        squares = tuple(torch.full_like(tensor.values, LEAST).detach() for tensor in floats) if by_loss else ()
        return Ranked(floats, sum(zeros for _, zeros in tensors), squares)

    @property
    def size(self) -> int:
        return sum(tensor.mask.numel() for tensor in self.tensors)

    @torch.no_grad()
    def prune(self, count: int) -> None:
        """Keep all but the `count` lowest; weights that were pruned before are pruned first."""
        order = torch.argsort(torch.cat([score.reshape(-1) for score in self._scores()]), stable=True)
        kept = torch.ones(order.numel(), dtype=torch.bool, device=order.device)
        kept[order[:count]] = False
        parts = kept.split([tensor.mask.numel() for tensor in self.tensors])
        for tensor, part in zip(self.tensors, parts, strict=True):
            tensor.mask.copy_(part.reshape(tensor.mask.shape))

    def _scores(self) -> list[Tensor]:
        values = [tensor.values * tensor.mask for tensor in self.tensors]
        if not self.squares:
            return [value.abs() for value in values]
        return [value.double().square() * square for value, square in zip(values, self.squares, strict=True)]

    @torch.no_grad()
    def follow(self) -> None:
        """Take the gradients of a step into the means."""
        for tensor, square in zip(self.tensors, self.squares, strict=False):
            if tensor.values.grad is not None:
                square.lerp_(tensor.values.grad.square(), SHARE)


class Ramp:
    """The schedule of a stage, and the tensors that it prunes."""

    def __init__(self, kind: str, ranked: Sequence[Ranked]) -> None:
        self.kind, self.ranked = kind, ranked
        self.event = -1

    @staticmethod
    def of(student: Student, kind: str) -> "Ramp":
        """Create the ramp, restoring the pruned weights of the layers that can be pruned again; for one-shot pruning,
        of none."""
        together: dict[Hashable, list[tuple[Floats, int]]] = {}
        by_loss: set[Hashable] = set()
        for path, tensor in student.floats() if kind != "one-shot" else ():
            step = _step(student.compiled, path)
            if step is None:
                continue
            method, params = find(step)
            key: Hashable = step if method.by_loss and method.shared(params) else (path, len(together))
            by_loss |= {key} if method.by_loss else set()
            together.setdefault(key, []).append((tensor, int((~tensor.mask).sum())))
            with torch.no_grad():
                tensor.values.copy_(torch.tensor(student.compiled.model.weight(path)))
                tensor.mask.fill_(True)
        return Ramp(kind, [Ranked.of(tensors, key in by_loss) for key, tensors in together.items()])

    def move(self, time: float) -> None:
        """Prune to the sparsity of this time of the stage; has an effect PRUNINGS times only."""
        event = min(int(time / schedule.RAMP * PRUNINGS), PRUNINGS)
        if event <= self.event:
            return
        self.event = event
        for each in self.ranked:
            share = schedule.sparsity(self.kind, each.zeros / each.size, event / PRUNINGS)
            each.prune(round(share * each.size) if event < PRUNINGS else each.zeros)

    def follow(self) -> None:
        """Look at the gradients of a step, as long as the mask grows."""
        if not self.done:
            for each in self.ranked:
                each.follow()

    @property
    def done(self) -> bool:
        """Whether the final sparsity is reached: only such a state may be kept."""
        return not self.ranked or self.event >= PRUNINGS

    @property
    def squares(self) -> list[Tensor]:
        """Means of squared gradients, for a checkpoint."""
        return [square for each in self.ranked for square in each.squares]

    def resume(self, event: int, squares: Sequence[Tensor]) -> None:
        """Resume from a checkpoint."""
        self.event = event
        for own, saved in zip(self.squares, squares, strict=True):
            own.copy_(saved)


def _step(compiled: Compiled, path: str) -> Action | None:
    """Return the step whose zeros come gradually; None for a layer that scores could not prune again."""
    edit = compiled.edits.get(path)
    steps = [action for action in compiled.chosen.get(path, ()) if action.family == "prune" and not structural(action)]
    if edit is None or not edit.encoding.free or not steps or any(step.method in PATTERNED for step in steps):
        return None
    return steps[-1]
