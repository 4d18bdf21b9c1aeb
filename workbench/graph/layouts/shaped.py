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
from workbench.graph.layouts.layout import Layout, Part, symbols_of, symbols_part
from workbench.graph.layouts.packing import pack


class Shaped(Layout):
    """Bytes [..., bytes of a row], where rows fill whole bytes."""

    name = "shaped"

    def suits(self, spec: StorageSpec, opset: int) -> bool:
        if spec.kind.clusters and product(spec.side or ()) < 1 << spec.bits:
            return False  # the table of all symbols looks up more values than there are
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


def _shapes(spec: StorageSpec) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Shapes of the bytes and of the sides, or None where a row does not fill its last byte.

    The looked-up weights are [*bytes, symbols a byte], and the sides broadcast to them.
    """
    shape, side = spec.shape, spec.side or ()
    if spec.group:
        if spec.group * product(side) != spec.count:
            return None  # the last group reaches over the end
        shape = (*side[:2], spec.group) if spec.axis == 0 else (side[0], spec.group, side[2])
    per_byte = 8 // spec.bits
    if not spec.kind.spreads or product(side) == 1:
        return ((spec.count // per_byte,), side) if spec.count % per_byte == 0 else None
    side = (1,) * (len(shape) - len(side)) + side
    if side[-1] > 1:
        if shape[-1] % per_byte:
            return None
        return (*shape[:-1], shape[-1] // per_byte), (*side[:-1], shape[-1] // per_byte, per_byte)
    kept = max(index for index, size in enumerate(side) if size > 1) + 1
    row = product(shape[kept:])
    return ((*shape[:kept], row // per_byte), (*side[:kept], 1, 1)) if row % per_byte == 0 else None
