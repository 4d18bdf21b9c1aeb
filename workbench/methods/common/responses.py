"""Train what a layer is stored as to give the layer's outputs on calibration samples, by backpropagation.

The pieces of a chain of factors are applied to sampled input patches as the runtime applies them to the whole input, so
one trainer serves a weight, a pair of factors, and chains of convolutions. Zeros stay zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.methods.base.method import Context
from workbench.methods.common.factors import by_output

ROWS = 16384  # sampled input rows; more did not lower the error on the demo models
BATCH = 1024
LOOK = 25  # steps from one look at the rows held out to the next

if TYPE_CHECKING:
    import torch

    Apply = Callable[[torch.Tensor, list[torch.Tensor]], torch.Tensor]


@dataclass(frozen=True, eq=False)
class Trained:
    """The trained weight, what is added to the bias, and the relative response error on rows held out."""

    encoding: Encoding
    shift: np.ndarray
    before: float
    after: float

    @property
    def words(self) -> str:
        return Message(
            "response error {before:.1f} % → {after:.1f} % by training",
            before=100 * self.before,
            after=100 * self.after,
        )


def train(context: Context, encoding: Encoding, steps: int, rate: float, job: Job) -> Trained:
    """Adam with a rate that falls as a cosine, on the least mean square of the outputs. Deterministic for the seed.

    Raises UserError where there are too few samples.
    """
    import torch

    layer = context.layer
    rows = torch.from_numpy(context.rows(ROWS, job.part(0.0, 0.3)))  # [groups, rows, columns]
    if rows.shape[1] < 8:
        raise UserError("There are too few calibration samples to train the layer.", "Give a larger data set.")
    teacher = torch.from_numpy(by_output(context.weight, layer.out_axis).copy())
    targets = (rows @ teacher.reshape(len(rows), -1, rows.shape[2]).transpose(1, 2)).transpose(0, 1).flatten(1)
    tensors = [torch.from_numpy(part.copy()) for part in _tensors(encoding)]
    shift = torch.zeros(targets.shape[1])
    errors = _descend(
        _patches(rows, layer),
        targets,
        [*tensors, shift],
        _student(encoding, layer),
        steps,
        rate,
        torch.Generator().manual_seed(context.seed),
        job.part(0.3, 1.0),
    )
    return Trained(_rebuilt(encoding, [tensor.numpy() for tensor in tensors]), shift.numpy(), *errors)


def _descend(
    inputs: torch.Tensor,
    targets: torch.Tensor,
    learnt: list[torch.Tensor],
    student: Apply,
    steps: int,
    rate: float,
    generator: torch.Generator,
    job: Job,
) -> tuple[float, float]:
    """Train the tensors, the shift last, in place; those are kept that did best on the rows held out."""
    import torch

    held = max(1, len(inputs) // 8)
    power = targets.var(dim=0, unbiased=False).sum().clamp_min(1e-12)
    masks = [tensor != 0 for tensor in learnt[:-1]]
    current = [tensor.clone().requires_grad_() for tensor in learnt]

    def loss(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (student(x, current[:-1]) + current[-1] - y).square().sum(dim=1).mean() / power

    def held_out() -> float:
        with torch.no_grad():
            return float(loss(inputs[:held], targets[:held]))

    before = best = held_out()
    optimizer = torch.optim.Adam(current, lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(steps, 1))
    for step in job.each(range(steps), Message("training on the layer's outputs")):
        chosen = torch.randint(held, len(inputs), (BATCH,), generator=generator)
        optimizer.zero_grad()
        loss(inputs[chosen], targets[chosen]).backward()
        for tensor, mask in zip(current, masks, strict=False):
            if tensor.grad is not None:
                tensor.grad.mul_(mask)
        optimizer.step()
        schedule.step()
        if step % LOOK == LOOK - 1 or step == steps - 1:
            found = held_out()
            if found < best:
                best = found
                for kept, tensor in zip(learnt, current, strict=True):
                    kept.copy_(tensor.detach())
    return before, best


def _patches(rows: torch.Tensor, layer: Layer) -> torch.Tensor:
    """[rows, channels, *kernel] of a convolution, [rows, inputs] of anything else."""
    if layer.op != "Conv":
        return rows[0]
    return rows.transpose(0, 1).reshape(rows.shape[1], layer.shape[1] * layer.groups, *layer.shape[2:])


def _student(encoding: Encoding, layer: Layer) -> Apply:
    """Outputs of the student's weights for these inputs: [rows, outputs]."""
    from torch.nn import functional

    if layer.op == "Conv":
        convolve = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}[len(layer.shape) - 2]
        groups = [layer.groups]
        if encoding.factors is not None:
            groups = [piece.groups for piece in encoding.factors.pieces]

        def convolved(x: torch.Tensor, weights: list[torch.Tensor]) -> torch.Tensor:
            for weight, group in zip(weights, groups, strict=True):
                x = convolve(x, weight, groups=group)
            return x.flatten(1)

        return convolved
    turned = encoding.factors is None and layer.out_axis == 0

    def multiplied(x: torch.Tensor, weights: list[torch.Tensor]) -> torch.Tensor:
        for weight in weights:
            x = x @ (weight.T if turned else weight)
        return x

    return multiplied


def _tensors(encoding: Encoding) -> list[np.ndarray]:
    if encoding.factors is not None:
        return [piece.encoding.decode() for piece in encoding.factors.pieces]
    return [encoding.decode()]


def _rebuilt(encoding: Encoding, tensors: list[np.ndarray]) -> Encoding:
    """The same encoding with other values."""
    if encoding.factors is None:
        return Dense(tensors[0])
    return encoding.factors.with_encodings([Dense(tensor) for tensor in tensors])
