"""Codebook: indices into a table of values. Palettisation: Han et al. 2016, Deep Compression, section 3."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from workbench.core.base.message import Message
from workbench.core.layer_data.views import Levels
from workbench.graph.encodings.encoding import Counts, Encoding, Learning
from workbench.graph.encodings.kind import Kind, Side, register_kind, unpacked
from workbench.graph.encodings.spec import StorageSpec, container

if TYPE_CHECKING:
    from workbench.graph.encodings.learning import Trainable


@dataclass(frozen=True)
class Indices(Kind):
    """Symbols are indices into a table, which is stored beside them."""

    @property
    def clusters(self) -> bool:
        return True

    def words(self, bits: int, sharing: str) -> str:
        return Message("{bits}-bit codebook", bits=bits)

    def symbols(self, bits: int, placed: bool) -> list[str]:
        return [unpacked(bits), "i = Cast <to: int = 6> (x)", "v = Gather (codebook, i)"]


CODEBOOK = register_kind(Indices("Codebook", (Side("codebook"),)))


def planned(spec: StorageSpec, bits: int) -> StorageSpec:
    """Return the spec as indices of `bits` 1..8 into a table of 2^bits floats."""
    return replace(spec, kind=CODEBOOK, bits=container(bits, 1), side=(2**bits,), group=0, precision=bits)


@dataclass(frozen=True, eq=False)
class Codebook(Encoding):
    """w = centroids[indices].

    indices    uint8, in the weight's shape; centroids float32 [at most 2^bits]
    """

    indices: np.ndarray
    centroids: np.ndarray
    bits: int

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.indices.shape

    def decode(self) -> np.ndarray:
        return self.centroids.astype(np.float32)[self.indices]

    def nonzero(self) -> np.ndarray:
        return (self.centroids != 0)[self.indices.ravel()]

    def as_spec(self, counts: Counts) -> StorageSpec:
        return StorageSpec(self.shape, CODEBOOK, container(self.bits, 1), *counts, side=self.centroids.shape)

    def symbols(self, spec: StorageSpec) -> np.ndarray:
        return self.indices.ravel()

    def sides(self, spec: StorageSpec) -> list[np.ndarray]:
        return [self.centroids.astype(np.float32)]

    def with_sides(self, change: Callable[[np.ndarray], np.ndarray]) -> "Codebook":
        return replace(self, centroids=change(self.centroids.astype(np.float32)))

    def levels(self, original: np.ndarray, out_axis: int, channel: int | None = None) -> Levels | None:
        return Levels(np.unique(self.centroids.astype(np.float64)))

    def trainable(self, original: np.ndarray | None, learning: Learning) -> "Trainable[Codebook]":
        """Return a trainable form in which the indices are fixed and the centroids are trained."""
        from workbench.graph.encodings.learning import Shared

        return Shared(
            self.indices, self.centroids, learning.keep_zeros, lambda centroids: replace(self, centroids=centroids)
        )
