"""Every symbol, packed, in a shape that keeps the weight's axes: decoded with few and small intermediate tensors.

The runtime keeps every intermediate tensor of a decoder until it has folded all of the graph, so they decide load time
and peak memory. Here the 256 bytes that there are get decoded into a table [256, symbols a byte]; one Gather looks all
weights up, one operator scales them, one Reshape gives the shape: 2.5 to 3.5 times the bytes of the floats, where flat
bytes that are cut to size take about 10 (`plain`).
"""

import re

import numpy as np

from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import DOMAIN, Kind, unpacked
from workbench.graph.encodings.spec import StorageSpec, product
from workbench.graph.layouts.layout import FLOAT, Layout, Load, Part, held, symbols_of, symbols_part
from workbench.graph.layouts.packing import looked_up, pack, table


class Shaped(Layout):
    """Bytes [..., bytes of a row], where rows fill whole bytes."""

    name = "shaped"

    def suits(self, spec: StorageSpec, opset: int) -> bool:
        if spec.kind.clusters and product(spec.side or ()) < 1 << spec.bits:
            return False  # the table of all symbols looks up more values than there are
        if not spec.group and spec.kind.whole(spec.bits):
            return False  # `flat`
        return spec.bits < 8 and _shapes(spec) is not None

    def parts(self, spec: StorageSpec, name: str) -> list[Part]:
        shapes = _shapes(spec)
        assert shapes is not None
        return [symbols_part(spec, name, shapes[0])]

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        return [pack(symbols_of(encoding, spec), spec.bits).reshape(self.parts(spec, "")[0].shape)]

    def side(self, spec: StorageSpec) -> tuple[int, ...]:
        shapes = _shapes(spec)
        assert shapes is not None
        return shapes[1]

    def lines(self, kind: Kind, bits: int) -> list[str]:
        digits = unpacked(bits).replace("x =", "").strip()
        table = [line.replace(digits, f"{DOMAIN}.Digits{bits} ()") for line in kind.symbols(bits, False)]
        return [*table, "places = Cast <to: int = 6> (q)", "r = Gather (v, places)"]

    def body(self, kind: Kind, bits: int) -> list[str]:
        scaled = [re.sub(r"^w =", "whole =", line) for line in kind.weights(False)]
        return [
            *self.lines(kind, bits),
            *scaled,
            "shape = Constant <value: tensor = @shape> ()",
            "w = Reshape (whole, shape)",
        ]

    @property
    def leaves_zeros_out(self) -> bool:
        return False

    @property
    def spreads(self) -> bool:
        return False

    def load(self, spec: StorageSpec) -> Load:
        scaled = held(spec.kind.weights(False), "r")
        return Load(bytes=spec.count * (FLOAT * spec.bits / 8 + FLOAT + FLOAT + scaled) + table(spec.bits))


class Flat(Layout):
    """Whole numbers without groups, in the order of the weights; scales in the shape in which they broadcast over the
    weight. They stay in bytes until they are scaled: 8 bytes for each weight of 4 bits, 2 of places in a table, twice 1
    of whole numbers, 4 of floats; where each is a float from the start, 10."""

    name = "flat"

    def suits(self, spec: StorageSpec, opset: int) -> bool:
        return spec.kind.whole(spec.bits) and not spec.group and spec.count * spec.bits % 8 == 0

    def parts(self, spec: StorageSpec, name: str) -> list[Part]:
        return [symbols_part(spec, name, (spec.count * spec.bits // 8,))]

    def arrays(self, encoding: Encoding, spec: StorageSpec) -> list[np.ndarray]:
        return [pack(symbols_of(encoding, spec), spec.bits)]

    def lines(self, kind: Kind, bits: int) -> list[str]:
        return [
            *looked_up(kind, bits, False),
            "shape = Constant <value: tensor = @shape> ()",
            "inside = Reshape (found, shape)",
            "r = Cast <to: int = 1> (inside)",
        ]

    @property
    def leaves_zeros_out(self) -> bool:
        return False

    def load(self, spec: StorageSpec) -> Load:
        return Load(
            bytes=spec.count * (FLOAT * spec.bits / 8 + 2 + FLOAT + held(spec.kind.weights(False), "r"))
            + table(spec.bits)
        )


def _shapes(spec: StorageSpec) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Shapes of the bytes and of the sides, or None where a row does not fill its last byte.

    The looked-up weights are [*bytes, symbols a byte], and the sides broadcast to them.
    """
    side, per_byte = spec.side or (), 8 // spec.bits
    if not spec.group:
        alone = not spec.kind.spreads or product(side) == 1
        return ((spec.count // per_byte,), side) if alone and spec.count % per_byte == 0 else None
    if spec.group * product(side) != spec.count:
        return None  # the last group reaches over the end
    if spec.axis == 1:
        columns = side[2]
        return (
            None
            if columns % per_byte
            else ((side[0], spec.group, columns // per_byte), (*side[:2], columns // per_byte, per_byte))
        )
    if spec.group % per_byte:
        return None
    return (*side[:2], spec.group // per_byte), (*side[:2], 1, 1)
