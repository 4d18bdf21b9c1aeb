"""A tensor whose values are in a file and are read when they are needed."""

from typing import Any

import numpy as np
import onnx_ir as ir


class MappedTensor(ir.Tensor):
    """`origin` says which bytes of which file they are, and when it was written: as long as two tensors have the same
    origin they have the same values, which need not be read to know that."""

    __slots__ = ("origin",)

    def __init__(self, array: np.ndarray, origin: str, **known: Any) -> None:
        super().__init__(array, **known)
        self.origin = origin
