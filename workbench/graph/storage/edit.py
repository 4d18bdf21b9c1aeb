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
    """An edited weight.

    bias      replaces the layer's bias, if given
    compute   how the runtime computes the layer, if not in floating point (see graph.storage.kernels)
    note      sentence for the user
    """

    encoding: Encoding
    bias: np.ndarray | None = None
    note: str = ""
    compute: Compute | None = None

    def __post_init__(self) -> None:
        """Raise TypeError for a bare array, because an edit includes how the weight is stored."""
        if not isinstance(self.encoding, Encoding):
            raise TypeError(
                "an Edit holds an encoding (Dense, Affine, Codebook, Factors or Scaled), not a "
                f"{type(self.encoding).__name__}"
            )

    @property
    def nbytes(self) -> int:
        """Bytes in memory, for caches with a limit. Decoded weights have a separate limit."""
        return self.encoding.nbytes + (0 if self.bias is None else self.bias.nbytes)

    @property
    def weight(self) -> np.ndarray:
        """The effective weight, float32, in the stored layout, with which the preview computes. Read-only: the floats
        of recently used weights are cached."""
        return decoded.of(self)


class Decoded:
    """Cache of decoded weights, most recently used up to `KEPT` bytes: those of a large model are as large as the
    model."""

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
    """Return the signal to quantisation-noise ratio, 10 log10(|W|^2 / |W - W'|^2) in decibel; None if nothing
    changed."""
    noise = signal = 0.0
    before, after = np.atleast_1d(original), np.atleast_1d(edited)
    rows = max(1, BLOCK * len(before) // max(before.size, 1))
    for start in range(0, len(before), rows):  # in double precision, in parts: a whole large weight may not fit
        part = before[start : start + rows].astype(np.float64)
        noise += float(np.square(part - after[start : start + rows]).sum())
        signal += float(np.square(part).sum())
    if noise == 0.0 or signal == 0.0:
        return None
    return float(10 * np.log10(signal / noise))
