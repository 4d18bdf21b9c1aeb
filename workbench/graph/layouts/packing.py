"""Symbols of less than 8 bits in bytes, and where among zeros they go."""

from abc import abstractmethod

import numpy as np

from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import DOMAIN, Kind
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.layouts.layout import PLACING_OPSET, Layout, Part, symbols_of, symbols_part

SPARE = 8  # slots behind the last weight into which padding symbols may point


def packed(count: int, bits: int) -> int:
    """Bytes of `count` symbols of `bits`."""
    return -(-count * bits // 8)


def padded(symbols: int, bits: int) -> int:
    """Symbols, one at least, with those that fill up the last byte."""
    per_byte = max(1, 8 // bits)
    return max(-(-symbols // per_byte), 1) * per_byte


def pack(symbols: np.ndarray, bits: int) -> np.ndarray:
    """Integers 0..2^bits-1 in bytes, the first in the lowest bits; uint8 [ceil(n bits / 8)]."""
    symbols = symbols.astype(np.uint8)
    if bits == 8:
        return symbols
    per_byte = 8 // bits
    filled = np.pad(symbols, (0, -len(symbols) % per_byte)).reshape(-1, per_byte)
    return np.bitwise_or.reduce(filled << (np.arange(per_byte, dtype=np.uint8) * bits), axis=1)


class Placed(Layout):
    """A layout that writes the symbols of the non-zeros, and beside them where they go.

    place    name of the tensor that says where
    placing  name of the function that puts them there: (where, values) => (y), told the weight's shape
    """

    place: str
    placing: str

    def suits(self, spec: StorageSpec, opset: int) -> bool:
        return opset >= PLACING_OPSET and spec.nonzeros < spec.count

    @abstractmethod
    def stored(self, spec: StorageSpec) -> int:
        """How many symbols are written: with fillers, and padded so that places and symbols both fill whole bytes."""

    @abstractmethod
    def places(self, spec: StorageSpec, name: str) -> Part:
        """The initialiser that says where the symbols go."""

    @abstractmethod
    def located(self, mask: np.ndarray, spec: StorageSpec) -> tuple[np.ndarray, np.ndarray]:
        """Data of `places`, and the positions of the symbols, some perhaps behind the last weight: int64 [stored].

        mask   of the non-zeros, bool [n]
        """

    def parts(self, spec: StorageSpec, name: str) -> list[Part]:
        symbols = self.stored(spec)
        shape = (packed(symbols, spec.bits) if spec.bits < 8 else symbols,)
        return [symbols_part(spec, name, shape), self.places(spec, name)]

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        places, taken = self.located(encoding.nonzero(), spec)
        # Fillers and padding point at weights that are zero, or behind the last one.
        values = symbols_of(encoding, spec)[np.minimum(taken, spec.count - 1)]
        return [pack(values, spec.bits) if spec.bits < 8 else values, places]

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.place,)

    def lines(self, kind: Kind, bits: int) -> list[str]:
        return [*kind.symbols(bits, True), f"r = {DOMAIN}.{self.placing} <shape: tensor = @shape> ({self.place}, v)"]


def scatter(index: str) -> str:
    """Body of a function that puts `values` at `index`, whole numbers that the given lines make, and zero elsewhere."""
    return f"""
        {index}
        dims = Constant <value: tensor = @shape> ()
        weights = ReduceProd (dims)
        spare = Constant <value = int64 {{{SPARE}}}> ()
        slots = Add (weights, spare)
        zeros = ConstantOfShape (slots)
        x = ScatterElements (zeros, index, values)
        y = {DOMAIN}.Fit <shape: tensor = @shape> (x)"""
