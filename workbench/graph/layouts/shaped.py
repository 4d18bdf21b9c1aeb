"""Layouts with every symbol, packed, in a shape that keeps the weight's axes: decoding has few and small intermediates.

The runtime keeps every intermediate tensor of a decoder until it has folded the whole graph, so they determine load
time and peak memory. Here the 256 possible bytes are decoded to a table [256, symbols per byte]; one Gather looks up
all weights, one operator scales them, one Reshape gives the shape: 2.5 to 3.5 times the bytes of the floats, where flat
bytes that are cropped take about 10 times (`plain`).
"""

import re

import numpy as np

from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import DOMAIN, Kind, unpacked
from workbench.graph.encodings.spec import StorageSpec, product
from workbench.graph.layouts.layout import FLOAT, Layout, Load, Part, intermediate_bytes, symbols_of, symbols_part
from workbench.graph.layouts.packing import looked_up, pack, table


class Shaped(Layout):
    """Bytes [..., bytes of a row], for rows that fill whole bytes."""

    name = "shaped"

    def suits(self, spec: StorageSpec, opset: int) -> bool:
        if spec.kind.clusters and product(spec.side or ()) < 1 << spec.bits:
            return False  # a table of all symbols would look up more values than there are
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
        scaled = intermediate_bytes(spec.kind.weights(False), "r")
        return Load(bytes=spec.count * (FLOAT * spec.bits / 8 + FLOAT + FLOAT + scaled) + table(spec.bits))


class Flat(Layout):
    """Integers without groups, in the order of the weights, with scales in the shape in which they broadcast to the
    weight. They stay in bytes until they are scaled: 8 bytes for each weight of 4 bits (2 of indices into a table,
    twice 1 of integers, 4 of floats) instead of 10 if they were floats from the start."""

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
            bytes=spec.count * (FLOAT * spec.bits / 8 + 2 + FLOAT + intermediate_bytes(spec.kind.weights(False), "r"))
            + table(spec.bits)
        )


def _shapes(spec: StorageSpec) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return the shapes of the bytes and of the sides; None if a row does not fill its last byte.

    The looked-up weights are [*bytes, symbols per byte], and the sides broadcast to them.
    """
    side, per_byte = spec.side or (), 8 // spec.bits
    if not spec.group:
        alone = not spec.kind.spreads or product(side) == 1
        return ((spec.count // per_byte,), side) if alone and spec.count % per_byte == 0 else None
    if spec.group * product(side) != spec.count:
        return None  # the last group extends past the end
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
