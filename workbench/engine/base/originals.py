"""Outputs of the original model for comparisons: kept if they fit into memory, else computed again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

ROOM = 256 << 20  # bytes that are kept
Outputs = Mapping[tuple[int, int], list[np.ndarray]]  # start and stop of a slice of the samples -> outputs of the graph


@dataclass(frozen=True, eq=False)
class Originals:
    """Outputs [samples, ...], or what a metric keeps of them (see Metric.keep).

    values  those of all samples, or None: then `again(chosen)` runs the original on some
    """

    values: np.ndarray | None
    again: Callable[[np.ndarray], np.ndarray]

    def __getitem__(self, chosen: np.ndarray) -> np.ndarray:
        return self.again(chosen) if self.values is None else self.values[chosen]

    @property
    def nbytes(self) -> int:
        return 0 if self.values is None else self.values.nbytes

    def subset(self, chosen: np.ndarray) -> "Originals":
        """Return the originals of some of the samples, renumbered from 0."""
        return Originals(None if self.values is None else self.values[chosen], lambda few: self.again(chosen[few]))


class Gathered:
    """Parts of outputs in the order of the samples, dropped if they need more than ROOM."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] | None = []
        self._left = ROOM

    def add(self, part: np.ndarray) -> None:
        if self._parts is not None:
            self._left -= part.nbytes
            self._parts = None if self._left < 0 else [*self._parts, part]

    @property
    def full(self) -> bool:
        """Whether they need more than ROOM."""
        return self._parts is None

    @property
    def values(self) -> np.ndarray | None:
        return None if self._parts is None else np.concatenate(self._parts)
