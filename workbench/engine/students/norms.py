"""BatchNorm during training: attached after a layer, with the statistics of each batch, and folded at the end.

It starts as the identity on the observed samples, and ends as a factor and a shift of each output channel, which are
folded into weight and bias. So the structure of the previewed and written model does not change. Ioffe and Szegedy
2015, Batch normalization, ICML, algorithms 1 and 2.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.engine.compile.statistics import Moments

MOMENTUM = 0.1  # of the running statistics
EPSILON = 1e-5  # of the mean variance of the layer's channels


class Norm(nn.Module):
    """Normalisation of [samples, channels, ...]: by the batch while `batch` is set, else by the running statistics.

    Gain and shift are trained relative to the deviation at the start, so that one learning rate fits every layer.
    """

    mean: Tensor
    variance: Tensor
    centre: Tensor
    spread: Tensor

    def __init__(self, start: Moments) -> None:
        super().__init__()
        mean, spread = (torch.tensor(part, dtype=torch.float32) for part in (start.mean, start.std))
        self.epsilon = EPSILON * float(spread.square().mean()) or 1e-12
        for name, value in (("mean", mean), ("variance", spread.square()), ("centre", mean), ("spread", spread)):
            self.register_buffer(name, value.clone())
        self.gain, self.shift = nn.Parameter(torch.zeros_like(mean)), nn.Parameter(torch.zeros_like(mean))
        self.batch = False

    def forward(self, x: Tensor) -> Tensor:
        if self.batch:
            weight, bias = self._affine()
            return functional.batch_norm(
                x, self.mean, self.variance, weight, bias, training=True, momentum=MOMENTUM, eps=self.epsilon
            )
        factor, shift = self.folded()
        shape = (1, -1, *(1 for _ in range(2, x.dim())))
        return x * factor.reshape(shape) + shift.reshape(shape)

    def _affine(self) -> tuple[Tensor, Tensor]:
        weight = (self.spread.square() + self.epsilon).sqrt() * self.gain.exp()
        return weight, self.centre + self.spread * self.shift

    def folded(self) -> tuple[Tensor, Tensor]:
        """Return factor and shift of each channel, by the running statistics."""
        weight, bias = self._affine()
        factor = weight / (self.variance + self.epsilon).sqrt()
        return factor, bias - self.mean * factor


@contextmanager
def by_batch(norms: nn.ModuleDict) -> Iterator[None]:
    """Normalise by the batch inside this context."""
    for norm in norms.values():
        norm.batch = True  # type: ignore[assignment]
    try:
        yield
    finally:
        for norm in norms.values():
            norm.batch = False  # type: ignore[assignment]
