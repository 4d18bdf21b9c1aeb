"""Learning of the rounding in one block, so that its output is that of the original's block.

Li et al. 2021, BRECQ, ICLR, equation 10 without the Fisher information, as in QDrop: Wei et al. 2022, ICLR. The
rounding is softened and pushed to one of two levels as in AdaRound: Nagel et al. 2020, ICML, equations 20 to 24.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from workbench.core.base.job import Job
from workbench.core.recipe.stages import Reconstruct
from workbench.engine.students.block_student import BlockStudent

BETA = (20.0, 2.0)  # of the regulariser, from the first step that has it to the last
WARM_UP = 0.2  # share of the steps without the regulariser
# How far Adam may move a value over all steps at most: v of AdaRound; the logarithm of a scale; a bias, in deviations
# of its layer's output. The rate follows from the number of steps.
TRAVEL, STRETCH, SHIFT = 15.0, 0.3, 0.5


@dataclass(frozen=True, eq=False)
class Part:
    """A batch of values around a block: what it reads in the quantised model and in the original, and its output in the
    original."""

    received: dict[str, Tensor]
    exact: dict[str, Tensor]
    target: Tensor

    @property
    def nbytes(self) -> int:
        return sum(x.nbytes for x in (*self.received.values(), *self.exact.values(), self.target))


class BlockLearning:
    """Learning of one block; afterwards the student is hard, and at its start if nothing better was found."""

    def __init__(
        self, student: BlockStudent, parts: Sequence[Part], params: Reconstruct, seed: tuple[int, ...]
    ) -> None:
        self.student, self.parts, self.params = student, parts, params
        self.order = np.random.default_rng(seed)
        self.start = student.state()
        self.before = self.after = self.error()

    def run(self, words: str, job: Job) -> None:
        """Take all steps, pausing on request. Raises Cancelled between two of them."""
        optimiser, unit = self._optimiser(), max(self.before, 1e-20)
        self.student.harden(False)
        left: list[int] = []
        for step in range(self.params.steps):
            if job.held:
                job.rest()
            left = left or list(self.order.permutation(len(self.parts)))
            time = step / self.params.steps
            for group in optimiser.param_groups:
                group["lr"] = group["highest"] * (1.0 if group["rounding"] else 0.5 * (1 + math.cos(math.pi * time)))
            optimiser.zero_grad(set_to_none=True)
            loss = self._missed(self.parts[left.pop()]) / unit + self.params.regularization * self._undecided(time)
            loss.backward()
            optimiser.step()
            job.report(words, (step + 1) / self.params.steps)
        self._keep_better()

    def _optimiser(self) -> torch.optim.Optimizer:
        steps = self.params.steps
        rounding = [part.v for part in self.student.roundings()]
        scales = [part.stretch for part in self.student.roundings() if part.stretch.requires_grad]
        groups = [
            {"params": rounding, "highest": TRAVEL / steps, "rounding": True},
            {"params": scales, "highest": STRETCH / steps, "rounding": False},
        ]
        spreads = self._spreads()
        groups += [
            {"params": [bias], "highest": SHIFT * spread / steps, "rounding": False}
            for (_, bias), spread in zip(self.student.biases(), spreads, strict=True)
        ]
        return torch.optim.Adam([group for group in groups if group["params"]], lr=0.0)

    @torch.no_grad()
    def _spreads(self) -> list[float]:
        """Return the deviation of the output of each layer that learns its bias."""
        found: dict[torch.nn.Module, float] = {}
        modules = [module for module, _ in self.student.biases()]
        hooks = [
            module.register_forward_hook(lambda module, _given, output: found.update({module: float(output.std())}))
            for module in modules
        ]
        self.student(self.parts[0].received)
        for hook in hooks:
            hook.remove()
        return [found.get(module, 0.0) for module in modules]

    def _missed(self, part: Part) -> Tensor:
        """Return the mean squared error of the block's output."""
        given = {
            name: self.student.dropping.mixed(value, part.exact[name]) if value.is_floating_point() else value
            for name, value in part.received.items()
        }
        made = self.student(given)
        return (made - part.target.to(made.device)).square().mean()

    def _undecided(self, time: float) -> Tensor | float:
        progress = (time - WARM_UP) / (1 - WARM_UP)
        if progress < 0:
            return 0.0
        beta = BETA[1] + (BETA[0] - BETA[1]) * 0.5 * (1 + math.cos(math.pi * progress))
        found = [part.undecided(beta) for part in self.student.roundings()]
        return torch.stack([part for part, _ in found]).sum() / sum(count for _, count in found)

    @torch.no_grad()
    def error(self) -> float:
        """Return the mean squared error of the block's output with the levels that are stored."""
        self.student.harden(True)
        return float(np.mean([float(self._missed(part)) for part in self.parts]))

    def _keep_better(self) -> None:
        self.after = self.error()
        if not self.after < self.before or not self.student.is_finite():
            self.student.load(self.start)
            self.after = self.before
