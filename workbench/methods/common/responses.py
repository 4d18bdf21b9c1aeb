"""Training of a layer's stored tensors to reproduce its outputs on calibration samples, by backpropagation.

The pieces of a chain of factors are applied to sampled input patches as the runtime applies them to the whole input, so
the same trainer handles a weight, a pair of factors, and chains of convolutions. Zeros stay zero.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.layer_curve import LayerCurve
from workbench.core.recipe.params import Expert, Help, Range
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.methods.base.method import Context
from workbench.methods.common.factors import by_output

ROWS = 16384  # sampled input rows; more did not lower the error on the demo models
BATCH = 1024
LOOK = 25  # steps from one look at the rows held out to the next
KEPT = 4  # looks that are kept, from which training that is stopped is not run again

if TYPE_CHECKING:
    import torch

    Apply = Callable[[torch.Tensor, list[torch.Tensor]], torch.Tensor]


# Parameters that every method with such a training has.
Steps = Annotated[int, Range(0, 5000, 50), Help("Training steps of 1,024 input rows.")]
Rate = Annotated[
    float, Range(1e-5, 0.1, log=True), Expert(), Help("Learning rate of Adam, falling to zero as a cosine.")
]
Stop = Annotated[
    int,
    Range(0, 5000, 25),
    Expert(),
    Help("Ends training after this many of the steps, with the best weights so far; 0 is after all of them."),
]


@dataclass(frozen=True)
class Run:
    """Training schedule: `steps` of Adam whose `rate` decays to zero as a cosine, stopped after `stop` of them if that
    is not 0. `method` is the id of the step that requests it."""

    method: str
    steps: int
    rate: float
    stop: int = 0

    @property
    def end(self) -> int:
        return min(self.stop or self.steps, self.steps)


@dataclass(frozen=True, eq=False)
class Trained:
    """The trained weight, the correction of the bias, and the relative response error on held-out rows."""

    encoding: Encoding
    shift: np.ndarray
    before: float
    after: float
    run: Run

    @property
    def words(self) -> str:
        before, after = 100 * self.before, 100 * self.after
        if self.run.end < self.run.steps:
            return Message(
                "response error {before:.1f} % → {after:.1f} % by training, stopped after {end:,} of {steps:,} steps",
                end=self.run.end,
                steps=self.run.steps,
                before=before,
                after=after,
            )
        return Message("response error {before:.1f} % → {after:.1f} % by training", before=before, after=after)


@dataclass(frozen=True, eq=False)
class _Look:
    """The best state so far at a step: tensors, with the shift last, and errors on held-out rows."""

    step: int
    before: float
    best: float
    tensors: tuple[np.ndarray, ...]

    @property
    def nbytes(self) -> int:
        return sum(tensor.nbytes for tensor in self.tensors)


def train(context: Context, encoding: Encoding, run: Run, job: Job) -> Trained:
    """Train with Adam on the mean squared error of the outputs. Deterministic for the seed: training that is stopped
    early equals the state of a longer one at that step, and is not repeated if that is still cached.

    Raises UserError if there are too few samples.
    """
    start = _tensors(encoding)
    digest = hashlib.blake2b(b"".join(np.ascontiguousarray(part).data for part in start), digest_size=16).digest()
    key = "training", digest, run.steps, run.rate
    known: tuple[_Look, ...] = context.kept(key) or ()
    look = next((each for each in known if each.step == run.end), None) or _trained(context, encoding, run, key, job)
    *tensors, shift = look.tensors
    return Trained(_rebuilt(encoding, tensors), shift, look.before, look.best, run)


def _trained(context: Context, encoding: Encoding, run: Run, key: Hashable, job: Job) -> _Look:
    import torch

    layer = context.layer
    rows = torch.from_numpy(context.rows(ROWS, job.part(0.0, 0.3)))  # [groups, rows, columns]
    if rows.shape[1] < 8:
        raise UserError("There are too few calibration samples to train the layer.", "Give a larger data set.")
    teacher = torch.from_numpy(by_output(context.weight, layer.out_axis).copy())
    targets = (rows @ teacher.reshape(len(rows), -1, rows.shape[2]).transpose(1, 2)).transpose(0, 1).flatten(1)
    tensors = [torch.from_numpy(part.copy()) for part in _tensors(encoding)]
    looks = _descend(
        _patches(rows, layer),
        targets,
        [*tensors, torch.zeros(targets.shape[1])],
        _student(encoding, layer),
        run,
        torch.Generator().manual_seed(context.seed),
    )
    curve, part = LayerCurve(layer.path, run.method, run.end), job.part(0.3, 1.0)
    text = Message("training on the layer's outputs")
    recent: tuple[_Look, ...] = ()
    for step, look in looks:
        if look is not None:
            curve, recent = curve.with_look(step, look.best), (*recent, look)[-KEPT:]
            context.keep(key, recent)
        part.report(text, step / max(run.end, 1), curve)
    return recent[-1]


def _descend(
    inputs: torch.Tensor,
    targets: torch.Tensor,
    learnt: list[torch.Tensor],
    student: Apply,
    run: Run,
    generator: torch.Generator,
) -> Iterator[tuple[int, _Look | None]]:
    """Yield after each step its number, and every few steps, including the first and last, the best state on the
    held-out rows. The last tensor is the shift."""
    import torch

    held = max(1, len(inputs) // 8)
    power = targets.var(dim=0, unbiased=False).sum().clamp_min(1e-12)
    masks = [tensor != 0 for tensor in learnt[:-1]]
    current = [tensor.clone().requires_grad_() for tensor in learnt]

    def loss(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (student(x, current[:-1]) + current[-1] - y).square().sum(dim=1).mean() / power

    def look(step: int, best: _Look | None) -> _Look:
        with torch.no_grad():
            found = float(loss(inputs[:held], targets[:held]))
        if best is not None and not found < best.best:
            return replace(best, step=step)
        kept = tuple(tensor.detach().clone().numpy() for tensor in current)
        return _Look(step, best.before if best is not None else found, found, kept)

    best = look(0, None)
    yield 0, best
    optimizer = torch.optim.Adam(current, lr=run.rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(run.steps, 1))
    for step in range(1, run.end + 1):
        chosen = torch.randint(held, len(inputs), (BATCH,), generator=generator)
        optimizer.zero_grad()
        loss(inputs[chosen], targets[chosen]).backward()
        for tensor, mask in zip(current, masks, strict=False):
            if tensor.grad is not None:
                tensor.grad.mul_(mask)
        optimizer.step()
        schedule.step()
        looked = step % LOOK == 0 or step == run.end
        if looked:
            best = look(step, best)
        yield step, best if looked else None


def _patches(rows: torch.Tensor, layer: Layer) -> torch.Tensor:
    """Reshape rows: [rows, channels, *kernel] for a convolution, [rows, inputs] for anything else."""
    if layer.op != "Conv":
        return rows[0]
    return rows.transpose(0, 1).reshape(rows.shape[1], layer.shape[1] * layer.groups, *layer.shape[2:])


def _student(encoding: Encoding, layer: Layer) -> Apply:
    """Return the function from inputs to the outputs of the student's weights, [rows, outputs]."""
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
    """Return the same encoding with other values."""
    if encoding.factors is None:
        return Dense(tensors[0])
    return encoding.factors.with_encodings([Dense(tensor) for tensor in tensors])
