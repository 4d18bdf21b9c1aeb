"""Every symbol, packed: ceil(n b / 8) bytes."""

import numpy as np

from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import DOMAIN, Kind
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.layouts.layout import Layout, Part, symbols_of, symbols_part
from workbench.graph.layouts.packing import pack, packed


class Plain(Layout):
    """Stores every symbol, in the weight's order."""

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
        """Whole bytes keep the weight's shape."""
        fit = f"{DOMAIN}.Fit <shape: tensor = @shape> (v)" if bits < 8 else "Identity (v)"
        return [*kind.symbols(bits, False), f"r = {fit}"]

    def told(self, bits: int) -> tuple[str, ...]:
        return ("shape",) if bits < 8 else ()

    @property
    def leaves_zeros_out(self) -> bool:
        return False
