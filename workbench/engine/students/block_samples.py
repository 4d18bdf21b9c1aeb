"""Samples from which a block learns: batches of values around it, and those of each step."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

FEWEST = 4  # samples of a step
POSITIONS = 8192  # pixels or tokens of a step: more would not tell much more about its gradient


@dataclass(frozen=True, eq=False)
class Part:
    """A batch of values around a block: what it reads in the quantised model and in the original, and its output in the
    original."""

    received: dict[str, Tensor]
    exact: dict[str, Tensor]
    target: Tensor

    @property
    def nbytes(self) -> int:
        return sum(x.nbytes for x in self._all())

    def has_rows(self, count: int) -> bool:
        """Return whether the first axis of all values has this many entries."""
        return all(x.dim() > 0 and len(x) == count for x in self._all())

    def _all(self) -> tuple[Tensor, ...]:
        return *self.received.values(), *self.exact.values(), self.target


class Draws:
    """Samples of one step after the other, each seen equally often.

    size    samples of a part
    splits  whether the samples of a part can be taken one by one; else a step takes whole parts
    wanted  samples of a step, at least
    """

    def __init__(self, parts: Sequence[Part], size: int, splits: bool, wanted: int, order: np.random.Generator) -> None:
        self.parts, self.order = parts, order
        self.units = [(part, row) for part in range(len(parts)) for row in range(size)] if splits else None
        self.count = wanted if splits else math.ceil(wanted / size)
        self._left: list[int] = []

    def take(self) -> list[Part]:
        """Return the parts of the next step."""
        chosen = [self._next() for _ in range(self.count)]
        if self.units is None:
            return [self.parts[index] for index in chosen]
        rows = [(self.parts[part], row) for part, row in (self.units[index] for index in chosen)]
        first = rows[0][0]
        return [
            Part(
                {name: torch.stack([part.received[name][row] for part, row in rows]) for name in first.received},
                {name: torch.stack([part.exact[name][row] for part, row in rows]) for name in first.exact},
                torch.stack([part.target[row] for part, row in rows]),
            )
        ]

    def _next(self) -> int:
        count = len(self.parts if self.units is None else self.units)
        self._left = self._left or list(self.order.permutation(count))
        return self._left.pop()


def per_step(batch: int, size: int, target: Tensor, outputs: int) -> int:
    """Return the samples of a step: as many as `batch`, fewer where each has many positions.

    target   output of the block for `size` samples, with this number of channels
    """
    positions = max(1.0, target.numel() / size / outputs)
    return min(batch, max(FEWEST, math.ceil(POSITIONS / positions)))
