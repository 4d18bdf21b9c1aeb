"""Layout with every symbol, packed: ceil(n b / 8) bytes."""

import numpy as np

from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import DOMAIN, FLOAT32, Kind
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.layouts.layout import (
    FLOAT,
    NOTHING,
    Layout,
    Load,
    Part,
    intermediate_bytes,
    symbols_of,
    symbols_part,
)
from workbench.graph.layouts.packing import looked_up, pack, packed, spread, table


class Plain(Layout):
    """Every symbol, in the weight's order."""

    name = "plain"

    def suits(self, spec: StorageSpec, opset: int) -> bool:
        return True

    def parts(self, spec: StorageSpec, name: str) -> list[Part]:
        return [symbols_part(spec, name, spec.shape if spec.bits >= 8 else (packed(spec.count, spec.bits),))]

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        symbols = symbols_of(encoding, spec)
        return [symbols.reshape(spec.shape) if spec.bits >= 8 else pack(symbols, spec.bits)]

    def prefix(self) -> str:
        return ""

    def lines(self, kind: Kind, bits: int) -> list[str]:
        """Return the lines; symbols of whole bytes keep the weight's shape."""
        fit = f"{DOMAIN}.Fit <shape: tensor = @shape>"
        if not kind.whole(bits):
            return [*kind.symbols(bits, False), f"r = {fit} (v)" if bits < 8 else "r = Identity (v)"]
        return [
            *looked_up(kind, bits, False),
            "flat = Constant <value = int64[1] {-1}> ()",
            "row = Reshape (found, flat)",
            f"inside = {fit} (row)",
            "r = Cast <to: int = 1> (inside)",
        ]

    def told(self, bits: int) -> tuple[str, ...]:
        return ("shape",) if bits < 8 else ()

    @property
    def leaves_zeros_out(self) -> bool:
        return False

    def load(self, spec: StorageSpec) -> Load:
        kind, bits = spec.kind, spec.bits
        if kind == FLOAT32 or kind.standard:
            return NOTHING
        whole, weights = kind.whole(bits), intermediate_bytes(kind.weights(False), "r")
        if whole:  # tensors: positions, looked up, flat, cropped, reshaped, as floats
            each = FLOAT * bits / 8 + 4 + FLOAT + weights
        elif bits < 8:
            each = FLOAT * (bits / 8 + 4) + intermediate_bytes(kind.symbols(bits, False), "q") + weights
        else:
            each = intermediate_bytes([*kind.symbols(bits, False), "r = Identity (v)", *kind.weights(False)], "q")
        return Load(bytes=spec.count * (each + spread(spec)) + table(bits))
