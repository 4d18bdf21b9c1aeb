"""Layout with one bit per weight, then the symbols of the non-zeros: ceil(n / 8) + ceil(k b / 8) bytes."""

import numpy as np
import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.graph.encodings.kind import DOMAIN
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.layouts.layout import FLOAT, Part
from workbench.graph.layouts.packing import Placed, packed, table

# The n-th set bit selects the n-th value; clear bits select the zero put before the values.
BODY = f"""
        digits = {DOMAIN}.Digits1 ()
        table1 = Cast <to: int = 6> (digits)
        bytes = Cast <to: int = 6> (where)
        rows = Gather (table1, bytes)
        flat = Constant <value = int64[1] {{-1}}> ()
        set = Reshape (rows, flat)
        axis = Constant <value = int32 {{0}}> ()
        rank = CumSum (set, axis)
        index = Mul (rank, set)
        zero = Constant <value = TYPE[1] {{0}}> ()
        table = Concat <axis: int = 0> (zero, values)
        x = Gather (table, index)
        y = {DOMAIN}.Fit <shape: tensor = @shape> (x)"""


class Mask(Placed):
    """Zeros as a bit mask."""

    name = "mask"
    words = Message("zeros as a bit mask")
    place = "mask"
    placing = "PlaceByMask"

    def stored(self, spec: StorageSpec) -> int:
        return max(spec.nonzeros, 1)  # the runtime cannot gather from an empty table

    def places(self, spec: StorageSpec, name: str) -> Part:
        return Part(f"{name}.mask", ir.DataType.UINT8, (packed(spec.count, 1),))

    def located(self, mask: np.ndarray, spec: StorageSpec) -> tuple[np.ndarray, np.ndarray]:
        taken = np.flatnonzero(mask)
        return np.packbits(mask, bitorder="little"), taken if len(taken) else np.zeros(1, np.int64)

    copies = 3  # looked up, cut to size, in shape

    def putting(self, dtype: str) -> str:
        return BODY.replace("TYPE", dtype)

    def places_held(self, spec: StorageSpec) -> float:
        item = 1 if spec.kind.whole(spec.bits) else FLOAT
        return FLOAT * (4 + 1 / 8) * spec.count + item * spec.nonzeros + table(1)
