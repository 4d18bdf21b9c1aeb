"""Packing of symbols of less than 8 bits into bytes, and their positions among zeros."""

from abc import abstractmethod

import numpy as np

from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import DOMAIN, Kind, unpacked
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.layouts.layout import (
    FLOAT,
    PLACING_OPSET,
    Layout,
    Load,
    Part,
    intermediate_bytes,
    symbols_of,
    symbols_part,
)

WHOLE = "Whole"
SPARE = 8  # slots after the last weight, for padding symbols


def packed(count: int, bits: int) -> int:
    """Return the bytes of `count` symbols of `bits`."""
    return -(-count * bits // 8)


def padded(symbols: int, bits: int) -> int:
    """Return the number of symbols, at least one, including those that fill up the last byte."""
    per_byte = max(1, 8 // bits)
    return max(-(-symbols // per_byte), 1) * per_byte


def pack(symbols: np.ndarray, bits: int) -> np.ndarray:
    """Return integers 0..2^bits-1 packed in bytes, the first in the lowest bits; uint8 [ceil(n bits / 8)]."""
    symbols = symbols.astype(np.uint8)
    if bits == 8:
        return symbols
    per_byte = 8 // bits
    filled = np.pad(symbols, (0, -len(symbols) % per_byte)).reshape(-1, per_byte)
    return np.bitwise_or.reduce(filled << (np.arange(per_byte, dtype=np.uint8) * bits), axis=1)


def looked_up(kind: Kind, bits: int, placed: bool) -> list[str]:
    """Return lines that unpack bytes `q` to the integers `found`, int8 [bytes, symbols per byte], by looking them up in
    a table of all 256 bytes."""
    table = f"{DOMAIN}.Digits{bits} ()"
    digits = unpacked(bits).partition("= ")[2]
    return [
        *(line.replace(digits, table) for line in kind.symbols(bits, placed)),
        "small = Cast <to: int = 3> (v)",
        "places = Cast <to: int = 6> (q)",
        "found = Gather (small, places)",
    ]


def spread(spec: StorageSpec) -> int:
    """Return the bytes per weight at loading of sides that are repeated over the weights of groups."""
    return 4 * FLOAT * len(spec.kind.sides) if spec.group else 0


def table(bits: int) -> int:
    """Return the bytes at loading of the table of symbols per byte value, including its intermediates."""
    return 256 * (2 + 5 * 8 // bits) * FLOAT if bits < 8 else 0


class Placed(Layout):
    """Base class of layouts that write the symbols of the non-zeros together with their positions.

    place    name of the tensor that holds the positions
    placing  name of the function that inserts values at them: (where, values) => (y), with the weight's shape as
             attribute; that for integers in bytes ends with WHOLE
    """

    place: str
    placing: str

    @abstractmethod
    def putting(self, dtype: str) -> str:
        """Return the body of `placing`, for values of a type of ONNX's textual syntax."""

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
        """Return the number of symbols written, with fillers, padded so that both positions and symbols fill whole
        bytes."""

    @abstractmethod
    def places(self, spec: StorageSpec, name: str) -> Part:
        """Return the initialiser that holds the positions."""

    @abstractmethod
    def located(self, mask: np.ndarray, spec: StorageSpec) -> tuple[np.ndarray, np.ndarray]:
        """Return the data of `places`, and the positions of the symbols, some possibly after the last weight: int64
        [stored].

        mask   of the non-zeros, bool [n]
        """

    def parts(self, spec: StorageSpec, name: str) -> list[Part]:
        symbols = self.stored(spec)
        shape = (packed(symbols, spec.bits) if spec.bits < 8 else symbols,)
        return [symbols_part(spec, name, shape), self.places(spec, name)]

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        places, taken = self.located(encoding.nonzero(), spec)
        # Fillers and padding point at weights that are zero, or after the last one.
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
        """Return the bytes of the tensors computed from `places`, without those of values."""

    def load(self, spec: StorageSpec) -> Load:
        kind, bits, symbols = spec.kind, spec.bits, self.stored(spec)
        whole = kind.whole(bits)
        item = 1 if whole else FLOAT
        if whole:
            each = FLOAT * bits / 8 + 2
        elif bits < 8:
            each = FLOAT * (bits / 8 + 2) + FLOAT + intermediate_bytes(kind.symbols(bits, True), "q")
        else:
            each = FLOAT + intermediate_bytes(kind.symbols(bits, True), "q")
        weights = (FLOAT if whole else 0) + intermediate_bytes(kind.weights(True), "r") + spread(spec)
        return Load(
            bytes=symbols * each + spec.count * (self.copies * item + weights) + self.places_held(spec) + table(bits)
        )

    copies = 4  # tensors of all weights, zeros included, in `placing`: zeros, with values, cropped, reshaped


def scatter(index: str, dtype: str) -> str:
    """Return the body of a function that puts `values` of a type at `index`, integers that the given lines compute, and
    zero elsewhere."""
    return f"""
        {index}
        dims = Constant <value: tensor = @shape> ()
        weights = ReduceProd (dims)
        spare = Constant <value = int64 {{{SPARE}}}> ()
        slots = Add (weights, spare)
        zeros = ConstantOfShape <value = {dtype}[1] {{0}}> (slots)
        x = ScatterElements (zeros, index, values)
        y = {DOMAIN}.Fit <shape: tensor = @shape> (x)"""
