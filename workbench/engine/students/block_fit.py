"""Scales and biases of a block's layers in closed form, from which learning starts.

For each output channel y of a layer, with y' that of the original: the factor cov(y, y') / var(y), and the shift, with
the least squared error. A factor needs a scale for each channel. Layer after layer, as each reads what those before it
give by then.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from workbench.engine.students.block_samples import Part
from workbench.engine.students.block_student import BlockStudent
from workbench.graph.torch.torch_view import TorchView

NARROWEST, WIDEST = 0.5, 2.0  # factors
LEAST = 1e-6  # of the mean variance of channels: below it a channel is constant


@torch.no_grad()
def fit(student: BlockStudent, original: TorchView, parts: Sequence[Part]) -> None:
    """Fit the layers that learn a bias to those of the original block, over these samples."""
    device = next(student.parameters()).device
    for path in student.biased:
        sums: list[Tensor] = []
        count = 0
        for part in parts:
            exact = {name: x.to(device) for name, x in part.exact.items()}
            made = _output(student.view.layers[path], student, part.received)
            right = _output(original.layers[path], original.values, exact)
            new = [made.sum(0), right.sum(0), made.square().sum(0), (made * right).sum(0)]
            sums = [a + b for a, b in zip(sums, new, strict=True)] if sums else new
            count += len(made)
        mean, goal, square, product = (part / count for part in sums)
        factor = _factor(square - mean.square(), product - mean * goal)
        if student.compiled.model.sites[path].bias_node is not None:  # another node adds the bias
            bias = torch.tensor(original.model.bias(path)).to(goal)
            mean, goal = mean + student.bias(path), goal + bias
        student.correct(path, factor, mean, goal)


def _factor(variance: Tensor, covariance: Tensor) -> Tensor:
    """Return the factor of each channel; 1 for a channel that is constant."""
    alive = variance > LEAST * variance.mean()
    return torch.where(alive, covariance / variance.clamp_min(1e-30), 1.0).clamp(NARROWEST, WIDEST)


def _output(module: nn.Module, run: Callable[[Any], object], feeds: Any) -> Tensor:
    """Return what a module gives while something runs, [positions, channels] in double precision."""
    found: list[Tensor] = []
    hook = module.register_forward_hook(lambda _module, _given, output: found.append(output))
    try:
        run(feeds)
    finally:
        hook.remove()
    axis = -1 if isinstance(module, nn.Linear) else 1
    return torch.cat([output.double().movedim(axis, -1).flatten(0, -2) for output in found])
