"""Symbols of less than 8 bits in bytes, and where among zeros they go."""

from abc import abstractmethod

import numpy as np

from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import DOMAIN, Kind, unpacked
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.layouts.layout import FLOAT, PLACING_OPSET, Layout, Load, Part, held, symbols_of, symbols_part

WHOLE = "Whole"
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


def looked_up(kind: Kind, bits: int, placed: bool) -> list[str]:
    """Lines that make of bytes `q` the whole numbers in them, `found`: int8 [bytes, symbols a byte]. They are looked up
    in a table of all 256 bytes."""
    table = f"{DOMAIN}.Digits{bits} ()"
    digits = unpacked(bits).partition("= ")[2]
    return [
        *(line.replace(digits, table) for line in kind.symbols(bits, placed)),
        "small = Cast <to: int = 3> (v)",
        "places = Cast <to: int = 6> (q)",
        "found = Gather (small, places)",
    ]


def spread(spec: StorageSpec) -> int:
    """Bytes a weight at loading of sides that are spread over the weights of groups."""
    return 4 * FLOAT * len(spec.kind.sides) if spec.group else 0


def table(bits: int) -> int:
    """Bytes at loading of the table that says which symbols a byte holds, and of what it is made of."""
    return 256 * (2 + 5 * 8 // bits) * FLOAT if bits < 8 else 0


class Placed(Layout):
    """A layout that writes the symbols of the non-zeros, and beside them where they go.

    place    name of the tensor that says where
    placing  name of the function that puts them there: (where, values) => (y), told the weight's shape; that of whole
             numbers in bytes ends with WHOLE
    """

    place: str
    placing: str

    @abstractmethod
    def putting(self, dtype: str) -> str:
        """Body of `placing`, for values of a type of ONNX's textual syntax."""

    def blocks(self) -> dict[str, tuple[str, str]]:
        signature = "<shape>(where, values) => (y)"
        return {
            self.placing: (signature, self.putting("float")),
            f"{self.placing}{WHOLE}": (signature, self.putting("int8")),
        }

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
        told = f"<shape: tensor = @shape> ({self.place},"
        if not kind.whole(bits):
            return [*kind.symbols(bits, True), f"r = {DOMAIN}.{self.placing} {told} v)"]
        return [
            *looked_up(kind, bits, True),
            "flat = Constant <value = int64[1] {-1}> ()",
            "values = Reshape (found, flat)",
            f"inside = {DOMAIN}.{self.placing}{WHOLE} {told} values)",
            "r = Cast <to: int = 1> (inside)",
        ]

    @abstractmethod
    def places_held(self, spec: StorageSpec) -> float:
        """Bytes of the tensors that are made of `places`, without those of values."""

    def load(self, spec: StorageSpec) -> Load:
        kind, bits, symbols = spec.kind, spec.bits, self.stored(spec)
        whole = kind.whole(bits)
        item = 1 if whole else FLOAT
        if whole:
            each = FLOAT * bits / 8 + 2
        elif bits < 8:
            each = FLOAT * (bits / 8 + 2) + FLOAT + held(kind.symbols(bits, True), "q")
        else:
            each = FLOAT + held(kind.symbols(bits, True), "q")
        weights = (FLOAT if whole else 0) + held(kind.weights(True), "r") + spread(spec)
        return Load(
            bytes=symbols * each + spec.count * (self.copies * item + weights) + self.places_held(spec) + table(bits)
        )

    copies = 4  # of all weights, zeros too, that `placing` makes: zeros, with the values, cut to size, in shape


def scatter(index: str, dtype: str) -> str:
    """Body of a function that puts `values` of a type at `index`, whole numbers that the given lines make, and zero
    elsewhere."""
    return f"""
        {index}
        dims = Constant <value: tensor = @shape> ()
        weights = ReduceProd (dims)
        spare = Constant <value = int64 {{{SPARE}}}> ()
        slots = Add (weights, spare)
        zeros = ConstantOfShape <value = {dtype}[1] {{0}}> (slots)
        x = ScatterElements (zeros, index, values)
        y = {DOMAIN}.Fit <shape: tensor = @shape> (x)"""
