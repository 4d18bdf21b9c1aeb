"""The result of a stack of steps on a layer."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from weakref import ref

import numpy as np

from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.kernels import Compute

KEPT = 1 << 28  # bytes of decoded weights
BLOCK = 1 << 20  # weights in memory at once


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

    @property
    def nbytes(self) -> int:
        """Bytes in memory, for caches with a budget. Decoded weights have another budget."""
        return self.encoding.nbytes + (0 if self.bias is None else self.bias.nbytes)

    @property
    def weight(self) -> np.ndarray:
        """The effective weight, float32, in the stored layout: what the preview computes with. Not to be changed: of
        weights that were asked for lately the decoded floats are kept."""
        return decoded.of(self)


class Decoded:
    """Decoded weights, the last used of them up to `KEPT` bytes: a large model's together are as large as itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[ref[Edit], np.ndarray] = OrderedDict()
        self.bytes = 0

    def of(self, edit: Edit) -> np.ndarray:
        key = ref(edit, self._forget)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        weight = edit.encoding.decode()
        with self._lock:
            if key not in self._known:
                self._known[key] = weight
                self.bytes += weight.nbytes
            while self.bytes > KEPT and self._known:
                self.bytes -= self._known.popitem(last=False)[1].nbytes
        return weight

    def _forget(self, key: "ref[Edit]") -> None:
        weight = self._known.pop(key, None)
        self.bytes -= 0 if weight is None else weight.nbytes


decoded = Decoded()


def sqnr_db(original: np.ndarray, edited: np.ndarray) -> float | None:
    """Signal to quantisation-noise ratio, 10 log10(|W|^2 / |W - W'|^2) in decibel; None when nothing changed."""
    noise = signal = 0.0
    before, after = np.atleast_1d(original), np.atleast_1d(edited)
    rows = max(1, BLOCK * len(before) // max(before.size, 1))
    for start in range(0, len(before), rows):  # in double precision, which a large weight has no room for at once
        part = before[start : start + rows].astype(np.float64)
        noise += float(np.square(part - after[start : start + rows]).sum())
        signal += float(np.square(part).sum())
    if noise == 0.0 or signal == 0.0:
        return None
    return float(10 * np.log10(signal / noise))
