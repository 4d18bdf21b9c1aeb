"""Trainable form of a weight on evenly spaced levels in which each weight chooses between two neighbouring levels.

Nagel, Amjad, van Baalen, Louizos, Blankevoort 2020, Up or down? Adaptive rounding for post-training quantization, ICML,
equations 20 to 24. While it is soft, a weight lies between the two levels, and starts where the original weight is.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from workbench.graph.encodings import soft_rounding
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.encoding import Encoding, Learning, Scaled
from workbench.graph.encodings.grid import Grid
from workbench.graph.encodings.learning import INSIDE, Made, OfColumns, Trainable, cropped, grouped


class Rounding(Trainable[Made]):
    """Weight on a grid: round down to `floor` and up by h(v), 0..1; `hard` for the levels that are stored.

    The start rounds to the levels of the encoding, whatever chose them: a weight starts at its original value if that
    is nearest to its level, else at the border of the level's cell. The logarithm of the scales may learn, too.
    """

    zero: Tensor
    floor: Tensor
    kept: Tensor
    start: Tensor

    def __init__(
        self,
        affine: Grid,
        original: np.ndarray,
        keep_zeros: bool,
        steps: bool,
        make: Callable[[np.ndarray, np.ndarray], Made],
    ) -> None:
        super().__init__()
        self.affine, self._make = affine, make
        self.hard = False
        zero = np.zeros((), np.float32) if affine.zero_point is None else affine.zero_point.astype(np.float32)
        level = affine.q.astype(np.float32) - zero
        position = level + np.clip(grouped(original, affine) / affine.scale - level, -INSIDE, INSIDE)
        floor = np.floor(position)
        low, high = affine.limits
        self.v = nn.Parameter(soft_rounding.start(torch.tensor((position - floor).astype(np.float32))))
        self.stretch = nn.Parameter(torch.zeros(affine.scale.shape), requires_grad=steps)
        self.register_buffer("floor", torch.tensor(floor.astype(np.float32)))
        self.register_buffer("start", torch.tensor(affine.scale.astype(np.float32)))
        self.register_buffer("zero", torch.tensor(zero))
        self.register_buffer("low", torch.tensor((low - zero).astype(np.float32)))
        self.register_buffer("high", torch.tensor((high - zero).astype(np.float32)))
        self.register_buffer("kept", torch.tensor((level != 0) | (not keep_zeros)))

    def upward(self) -> Tensor:
        """Return h(v), equation 23: 0 for rounding down, 1 for rounding up."""
        if self.hard:
            return (self.v >= 0).float()
        return soft_rounding.upward(self.v)

    def undecided(self, beta: float) -> tuple[Tensor, int]:
        """Return the sum of 1 - |2h - 1|^beta over the weights, equation 24, and the number of weights."""
        return (soft_rounding.undecided(self.upward(), beta) * self.kept).sum(), self.v.numel()

    def forward(self) -> Tensor:
        return cropped(self._levels() * self._scale(), self.affine)

    def encoding(self) -> Made:
        with torch.no_grad():
            hard, self.hard = self.hard, True
            q = (self._levels() + self.zero).cpu().numpy()
            self.hard = hard
            return self._make(q.astype(self.affine.q.dtype), self._scale().cpu().numpy().copy())

    def _scale(self) -> Tensor:
        return self.start * self.stretch.exp()

    def _levels(self) -> Tensor:
        levels = self.floor + self.upward()
        return torch.minimum(torch.maximum(levels, self.get_buffer("low")), self.get_buffer("high")) * self.kept


def rounds(encoding: Encoding) -> bool:
    """Return whether the weights of an encoding are on evenly spaced levels, between which they can choose."""
    return isinstance(encoding.tensor, Affine) and encoding.factors is None


def rounding_of(encoding: Encoding, original: np.ndarray, learning: Learning) -> Trainable[Any]:
    """Return the trainable form of an encoding that `rounds`; scaled input channels keep their factors.

    original   the weight before quantisation
    """
    if isinstance(encoding, Scaled):
        inner = rounding_of(encoding.inner, original * encoding.columns, learning)
        return OfColumns(encoding.columns, inner, lambda made: replace(encoding, inner=made))
    assert isinstance(encoding, Affine)
    return Rounding(encoding, original, learning.keep_zeros, learning.steps, partial(with_levels, encoding))


def roundings(form: nn.Module) -> list[Rounding[Any]]:
    """Return the parts of a trainable form that round."""
    return [part for part in form.modules() if isinstance(part, Rounding)]


def with_levels(encoding: Encoding, q: np.ndarray, scale: np.ndarray) -> Encoding:
    """Return an encoding that `rounds` with other integers and scales."""
    if isinstance(encoding, Scaled):
        return replace(encoding, inner=with_levels(encoding.inner, q, scale))
    assert isinstance(encoding, Affine)
    return replace(encoding, q=q, scale=scale)
