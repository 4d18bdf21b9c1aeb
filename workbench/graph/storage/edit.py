"""The result of a stack of steps on a layer."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.kernels import Compute


@dataclass(frozen=True, eq=False)
class Edit:
    """An edited weight. `bias` replaces the layer's bias where it is given; `note` is for the user.

    `compute` says how the runtime computes the layer where that is not in floating point (see graph.storage.kernels).
    """

    encoding: Encoding
    bias: np.ndarray | None = None
    note: str = ""
    compute: Compute | None = None

    def __post_init__(self) -> None:
        """Raises TypeError for a bare array: how it is stored is part of an edit."""
        if not isinstance(self.encoding, Encoding):
            raise TypeError(
                "an Edit holds an encoding (Dense, Affine, Codebook, Factors or Scaled), not a "
                f"{type(self.encoding).__name__}"
            )

    @cached_property
    def weight(self) -> np.ndarray:
        """The effective weight, float32, in the stored layout: what the preview computes with."""
        return self.encoding.decode()


def sqnr_db(original: np.ndarray, edited: np.ndarray) -> float | None:
    """Signal to quantisation-noise ratio, 10 log10(|W|^2 / |W - W'|^2) in decibel; None when nothing changed."""
    noise = float(np.square(original.astype(np.float64) - edited).sum())
    signal = float(np.square(original, dtype=np.float64).sum())
    if noise == 0.0 or signal == 0.0:
        return None
    return float(10 * np.log10(signal / noise))
