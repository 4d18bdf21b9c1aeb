"""Layout with the position of each non-zero in 16 or 32 bits, followed by the symbols: coordinate format."""

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.layouts.layout import FLOAT, Part
from workbench.graph.layouts.packing import SPARE, Placed, padded, scatter


class Positions(Placed):
    """Non-zeros with their positions."""

    name = "index"
    words = Message("non-zeros with their positions")
    place = "index"
    placing = "PlaceByIndex"

    def stored(self, spec: StorageSpec) -> int:
        return padded(spec.nonzeros, spec.bits)

    def places(self, spec: StorageSpec, name: str) -> Part:
        """Return the initialiser; 16 bits if they reach all weights and the spare slots after them."""
        dtype = ir.DataType.UINT16 if spec.count + SPARE <= 1 << 16 else ir.DataType.INT32
        return Part(f"{name}.index", dtype, (self.stored(spec),))

    def located(self, mask: np.ndarray, spec: StorageSpec) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions of the non-zeros, followed by the spare slots after the last weight."""
        positions = np.flatnonzero(mask)
        spare = spec.count + np.arange(padded(len(positions), spec.bits) - len(positions))
        taken = np.concatenate([positions, spare])
        return taken.astype(self.places(spec, "").dtype.numpy()), taken

    def putting(self, dtype: str) -> str:
        return scatter("index = Cast <to: int = 7> (where)", dtype)

    def places_held(self, spec: StorageSpec) -> float:
        return 2 * FLOAT * self.stored(spec)
