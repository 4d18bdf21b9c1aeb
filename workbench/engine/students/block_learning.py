"""Learning of the rounding in one block, so that its output is that of the original's block.

Li et al. 2021, BRECQ, ICLR, equation 10 without the Fisher information, as in QDrop: Wei et al. 2022, ICLR. The
rounding is softened and pushed to one of two levels as in AdaRound: Nagel et al. 2020, ICML, equations 20 to 24.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from workbench.core.base.job import Job
from workbench.core.recipe.stages import Reconstruct
from workbench.engine.students.block_fit import fit
from workbench.engine.students.block_samples import Draws, Part, per_step
from workbench.engine.students.block_student import BlockStudent
from workbench.graph.encodings.soft_rounding import exponent
from workbench.graph.torch.torch_view import TorchView

# Samples by which states are compared, and scales and biases fitted: at least, and as a multiple of those of a step.
LOOKED, STEPS_LOOKED = 64, 8
SOFT = 0.8  # share of the steps in which rounding is learned; then scales and biases are fitted to what was decided
# How far Adam may move a value in a phase at most: v of AdaRound; the logarithm of a scale; a bias, in deviations of
# its layer's output. The rate follows from the number of steps.
TRAVEL, STRETCH, SHIFT = 10.0, 0.06, 0.1


class BlockLearning:
    """Learning of one block; afterwards the student is hard, and at its start if nothing better was found. `size`:
    samples of each part."""

    def __init__(
        self,
        student: BlockStudent,
        original: TorchView,
        parts: Sequence[Part],
        size: int,
        params: Reconstruct,
        seed: tuple[int, ...],
    ) -> None:
        self.student, self.original, self.parts, self.params = student, original, parts, params
        wanted = per_step(params.batch, size, parts[0].target, student.outputs)
        self.looked = parts[: math.ceil(max(LOOKED, STEPS_LOOKED * wanted) / size)]
        self.best = student.state()
        self.before = self.after = self.error()
        self.draws = Draws(parts, size, self._splits(size), wanted, np.random.default_rng(seed))

    def run(self, words: str, job: Job) -> None:
        """Take all steps, pausing on request. Raises Cancelled between two of them."""
        fit(self.student, self.original, self.looked)
        self._keep_better()
        self.unit = max(self.after, 1e-20)
        soft = round(SOFT * self.params.steps)
        self._phase(soft, False, words, job.part(0.0, SOFT))
        self._phase(self.params.steps - soft, True, words, job.part(SOFT, 1.0))
        self._keep_better()

    def _phase(self, steps: int, hard: bool, words: str, job: Job) -> None:
        """Take the steps in which rounding is soft, or decided, with nothing dropped any more."""
        self.student.harden(hard)
        groups = self._groups(max(steps, 1), hard)
        if not groups:
            return
        optimiser = torch.optim.Adam(groups, lr=0.0)
        for step in job.each(range(steps), words):
            if job.held:
                job.rest()
            self._step(optimiser, step / steps, hard)

    def _step(self, optimiser: torch.optim.Optimizer, time: float, hard: bool) -> None:
        """Take a step at a time from 0 to 1 of the phase."""
        for group in optimiser.param_groups:
            group["lr"] = group["highest"] * (1.0 if group["rounding"] else 0.5 * (1 + math.cos(math.pi * time)))
        optimiser.zero_grad(set_to_none=True)
        drawn = self.draws.take()
        for part in drawn:
            (self._missed(part) / (self.unit * len(drawn))).backward()
        if not hard:
            self._push(time)
        optimiser.step()

    def _groups(self, steps: int, hard: bool) -> list[dict[str, Any]]:
        """Return what learns, with the highest rate of each."""
        rounding = [] if hard else [part.v for part in self.student.roundings()]
        scales = [part.stretch for part in self.student.roundings() if part.stretch.requires_grad]
        groups: list[dict[str, Any]] = [
            {"params": rounding, "highest": TRAVEL / steps, "rounding": True},
            {"params": scales, "highest": STRETCH / steps, "rounding": False},
        ]
        spreads = self._spreads()
        groups += [
            {"params": [bias], "highest": SHIFT * spread / steps, "rounding": False}
            for bias, spread in zip(map(self.student.bias, self.student.biased), spreads, strict=True)
        ]
        return [group for group in groups if group["params"]]

    @torch.no_grad()
    def _spreads(self) -> list[float]:
        """Return the deviation of the output of each layer that learns its bias."""
        found: dict[torch.nn.Module, float] = {}
        modules = [self.student.view.layers[path] for path in self.student.biased]
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

    def _push(self, time: float) -> None:
        """Add the gradient of the regulariser, which pushes weights to one of their two levels."""
        beta = exponent(time)
        if beta is None:
            return
        found = [part.undecided(beta) for part in self.student.roundings()]
        undecided = torch.stack([part for part, _ in found]).sum() / sum(count for _, count in found)
        (self.params.regularization * undecided).backward()

    @torch.no_grad()
    def _splits(self, size: int) -> bool:
        """Return whether the block computes each of the `size` samples of a part by itself, along the first axis."""
        part = self.parts[0]
        if size < 2 or not part.has_rows(size):
            return False
        try:
            some = self.student({name: x[:1] for name, x in part.exact.items()})
        except RuntimeError:  # shapes that are fixed in the graph
            return False
        right = self.student(part.exact)
        near = 1e-3 * float(right.abs().max())
        return some.shape == right[:1].shape and bool(((some - right[:1]).abs() <= near).all())

    @torch.no_grad()
    def error(self) -> float:
        """Return the mean squared error of the block's output with the levels that are stored."""
        self.student.harden(True)
        return float(np.mean([float(self._missed(part)) for part in self.looked]))

    def _keep_better(self) -> None:
        """Keep the state if it is better than the best so far; else go back to that."""
        error = self.error()
        if error < self.after and self.student.is_finite():
            self.after, self.best = error, self.student.state()
        else:
            self.student.load(self.best)
