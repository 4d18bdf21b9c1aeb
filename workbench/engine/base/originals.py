"""Outputs of the original model that others are compared with: kept where they fit into memory, else run again."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ROOM = 256 << 20  # bytes of them that are kept


@dataclass(frozen=True, eq=False)
class Originals:
    """[samples, ...] outputs, or what a metric keeps of them (see Metric.keep).

    values  of all samples, or None: then `again(chosen)` runs the original on some
    """

    values: np.ndarray | None
    again: Callable[[np.ndarray], np.ndarray]

    def __getitem__(self, chosen: np.ndarray) -> np.ndarray:
        return self.again(chosen) if self.values is None else self.values[chosen]

    @property
    def nbytes(self) -> int:
        return 0 if self.values is None else self.values.nbytes

    def subset(self, chosen: np.ndarray) -> "Originals":
        """Originals of some of the samples, which count from 0 there."""
        return Originals(None if self.values is None else self.values[chosen], lambda few: self.again(chosen[few]))


class Gathered:
    """Parts of outputs in the order of the samples, given up when they need more than ROOM."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] | None = []
        self._left = ROOM

    def add(self, part: np.ndarray) -> None:
        if self._parts is not None:
            self._left -= part.nbytes
            self._parts = None if self._left < 0 else [*self._parts, part]

    @property
    def full(self) -> bool:
        """Whether they need more than that."""
        return self._parts is None

    @property
    def values(self) -> np.ndarray | None:
        return None if self._parts is None else np.concatenate(self._parts)
