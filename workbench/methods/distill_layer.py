"""Replace a layer by a smaller student that is trained to answer as the layer does.

The student is a pair of factors, started from the truncated SVD and trained by backpropagation on the layer's own
calibration inputs. FitNets (Romero et al. 2015, ICLR) trains on hidden responses; Zhang et al. 2016 (IEEE TPAMI 38:10)
minimises the response error of factored layers.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch

from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.layer import Layer
from workbench.core.params import Drag, Help, Range
from workbench.graph.edit import Edit
from workbench.graph.plan import Plan
from workbench.methods import factors
from workbench.methods.method import Context, Method, method

ROWS = 16384        # sampled input rows; more did not lower the error on the demo models
BATCH = 1024


@method("distill.layer")
class LayerDistillation(Method):
    title = "Distil the layer"
    summary = ("Replaces the layer by a smaller student, two factors of the given rank, trained by backpropagation to "
               "give the layer's outputs on the calibration samples.")
    formula = "min over A, B:  mean ‖ (W x + b) − (A B x + c) ‖²"
    citation = "Romero et al. 2015, FitNets, ICLR; Zhang et al. 2016, IEEE TPAMI 38:10"
    needs_data = True

    @dataclass(frozen=True)
    class Params:
        rank: Annotated[int, Range(1, None, 1, log=True), Drag("spectrum"), Help("Width of the student.")] = 16
        steps: Annotated[int, Range(0, 5000, 50), Help("Training steps of 1,024 input rows.")] = 200
        rate: Annotated[float, Range(1e-5, 0.1, log=True), Help("Learning rate of Adam, falling to zero as a cosine."
                                                                )] = 0.003

    def accepts(self, layer: Layer) -> str | None:
        if layer.op == "Embedding":
            return "An embedding has no inputs to train on, only indices."
        return factors.refuse(layer)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.factored(*factors.pair_shapes(layer, min(params.rank, *layer.matrix)))

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        layer = context.layer
        rank = max(1, min(params.rank, *layer.matrix))
        rows = context.rows(ROWS, job.part(0.0, 0.3))[0]
        teacher = factors.unfold(context.weight, layer)
        start = factors.split(factors.unfold(edit.weight, layer), rank)
        bias = context.bias if edit.bias is None else edit.bias
        left, right, shift, error = _train(rows, teacher, start, params, context.seed, job.part(0.3, 1.0))
        trained = (np.zeros(len(left), np.float32) if bias is None else bias) + shift
        remarks = [f"response error {error[0]:.1%} → {error[1]:.1%} by training".replace("%", " %"),
                   factors.note(layer, rank)]
        return Edit(factors.pair(left, right, layer), trained.astype(np.float32), "; ".join(filter(None, remarks)))


def _train(rows: np.ndarray, teacher: np.ndarray, start: tuple[np.ndarray, np.ndarray],
           params: LayerDistillation.Params, seed: int, job: Job,
           ) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[float, float]]:
    """Left factor, right factor, bias shift, and the relative response error before and after, on rows held back."""
    if len(rows) < 8:
        raise UserError("There are too few calibration samples to train on.", "Give a larger data set.")
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.from_numpy(rows)
    targets = inputs @ torch.tensor(teacher.T, dtype=torch.float32)
    held = max(1, len(inputs) // 8)
    power = targets.var(dim=0, unbiased=False).sum().clamp_min(1e-12)
    left, right = (torch.from_numpy(part.astype(np.float32)).requires_grad_() for part in start)
    shift = torch.zeros(len(left), requires_grad=True)

    def loss(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (x @ right.T @ left.T + shift - y).square().sum(dim=1).mean() / power

    def held_back() -> float:
        with torch.no_grad():
            return float(loss(inputs[:held], targets[:held]))

    before = best = held_back()
    kept = [part.detach().clone() for part in (left, right, shift)]
    optimizer = torch.optim.Adam([left, right, shift], lr=params.rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(params.steps, 1))
    for step in job.each(range(params.steps), "training the student"):
        chosen = torch.randint(held, len(inputs), (BATCH,), generator=generator)
        optimizer.zero_grad()
        loss(inputs[chosen], targets[chosen]).backward()
        optimizer.step()
        schedule.step()
        if step % 25 == 24 or step == params.steps - 1:
            current = held_back()
            if current < best:
                best, kept = current, [part.detach().clone() for part in (left, right, shift)]
    return kept[0].numpy(), kept[1].numpy(), kept[2].numpy(), (before, best)
