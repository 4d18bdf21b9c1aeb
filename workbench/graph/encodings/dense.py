"""Weights stored as floating-point numbers."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from workbench.core.layer_data.views import Levels
from workbench.graph.encodings.encoding import Counts, Encoding, Learning
from workbench.graph.encodings.kind import FLOAT32, FLOATS, Float8, Kind
from workbench.graph.encodings.kind import Floats as FloatName
from workbench.graph.encodings.spec import StorageSpec

if TYPE_CHECKING:
    from workbench.graph.encodings.learning import Trainable


def planned(spec: StorageSpec, name: FloatName) -> StorageSpec:
    """Return the spec in a floating-point type."""
    kind = next(kind for kind in FLOATS.values() if kind.name == name)
    return replace(spec, kind=kind, bits=kind.bits, side=None, group=0)


@dataclass(frozen=True, eq=False)
class Dense(Encoding):
    """Floating-point weights; `values` may be float32, float16, bfloat16 or float8 (ml_dtypes)."""

    values: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.values.shape

    @property
    def free(self) -> bool:
        return True

    def decode(self) -> np.ndarray:
        return self.values.astype(np.float32)

    def as_spec(self, counts: Counts) -> StorageSpec:
        kind = self._kind()
        return StorageSpec(self.shape, kind, kind.bits, *counts)

    def symbols(self, spec: StorageSpec) -> np.ndarray:
        if isinstance(spec.kind, Float8):
            return np.ascontiguousarray(self.values).view(np.uint8).ravel()
        return self.values.ravel()

    def rescaled(self, rows: np.ndarray, out_axis: int) -> "Dense":
        shape = [-1 if axis == out_axis else 1 for axis in range(self.values.ndim)]
        return Dense((self.decode() * rows.reshape(shape)).astype(self.values.dtype))

    def levels(self, original: np.ndarray, out_axis: int, channel: int | None = None) -> Levels | None:
        """Return the levels of 8-bit floats; None for other types."""
        return Levels(np.unique(self.values.astype(np.float64))) if self.values.dtype.itemsize == 1 else None

    def trainable(self, original: np.ndarray | None, learning: Learning) -> "Trainable[Dense]":
        """Return a trainable form in which zeros stay zero."""
        from workbench.graph.encodings.learning import Floats

        return Floats(self.values, Dense)

    def _kind(self) -> Kind:
        """Return the kind of the type; float32 if it has none, or if a float8 weight holds infinity or not-a-number."""
        kind = FLOATS.get(self.values.dtype, FLOAT32)
        return FLOAT32 if isinstance(kind, Float8) and not np.isfinite(self.decode()).all() else kind
