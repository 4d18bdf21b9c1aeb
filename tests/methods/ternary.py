"""An encoding of weights that the program does not have, and the method that makes it: all that both need is here.

Li, Zhang, Liu 2016, Ternary weight networks, arXiv:1605.04711, section 2.
"""

from dataclasses import dataclass, replace

import numpy as np

from workbench.extending import (
    Counts,
    Edit,
    Encodes,
    Encoding,
    Grid,
    Kind,
    Levels,
    Method,
    Side,
    StorageSpec,
    each_tensor,
    register_kind,
    unpacked,
)


@dataclass(frozen=True)
class Signs(Kind):
    """Symbols 0, 1, 2 in two bits: -scale, 0, scale."""

    def words(self, bits: int, sharing: str) -> str:
        return "ternary"

    def symbols(self, bits: int, placed: bool) -> list[str]:
        return [unpacked(bits), "one = Constant <value = float {1}> ()", "v = Sub (x, one)"]

    def weights(self, placed: bool) -> list[str]:
        return ["w = Mul (r, scale)"]


TERNARY = register_kind(Signs("Ternary", (Side("scale"),), symmetric=True))


def channels(shape: tuple[int, ...], out_axis: int) -> tuple[int, ...]:
    return tuple(size if axis == out_axis else 1 for axis, size in enumerate(shape))


@dataclass(frozen=True, eq=False)
class Ternary(Encoding):
    """w = scale * signs; int8 in the weight's shape, and float32 that broadcasts to it."""

    signs: np.ndarray
    scale: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        return self.signs.shape

    @property
    def grid(self) -> Grid:
        return Grid(self.signs, 2, self.scale, None, self.shape)

    def decode(self) -> np.ndarray:
        return self.signs.astype(np.float32) * self.scale

    def as_spec(self, counts: Counts) -> StorageSpec:
        return StorageSpec(self.shape, TERNARY, 2, *counts, side=self.scale.shape)

    def symbols(self, spec: StorageSpec) -> np.ndarray:
        return (self.signs.ravel() + 1).astype(np.uint8)

    def sides(self, spec: StorageSpec) -> list[np.ndarray]:
        return [self.scale]

    def levels(self, original: np.ndarray, out_axis: int, channel: int | None = None) -> Levels:
        number = int(self.scale.argmax()) if channel is None else channel
        return Levels(np.array([-1.0, 0.0, 1.0]) * float(self.scale.ravel()[number]), number)

    def project(self, values: np.ndarray) -> "Ternary":
        return replace(self, signs=np.clip(np.rint(values / self.scale), -1, 1).astype(np.int8))


class Ternarizing(Method):
    title = "Ternary"
    summary = "Leaves of each weight its sign, or zero, and a scale for each output channel."
    formula = "w ≈ s · t,   t in {−1, 0, 1}"
    citation = "Li, Zhang, Liu 2016, Ternary weight networks, arXiv:1605.04711"
    encodes = Encodes("2")

    @dataclass(frozen=True)
    class Params:
        pass

    def accepts(self, layer):
        return layer.locked or None

    def forecast(self, layer, plan, params):
        axis = plan.out_axis if not plan.chain else 0 if plan.conv else 1
        return plan.each(lambda spec: replace(spec, kind=TERNARY, bits=2, side=channels(spec.shape, axis), group=0))

    def forecasts_exactly(self, params):
        return False  # how many zeros there will be, the weights decide

    def apply(self, context, edit, params, job):
        def ternary(values: np.ndarray, out_axis: int) -> Encoding:
            job.check()
            axes = tuple(axis for axis in range(values.ndim) if axis != out_axis)
            size = np.abs(values)
            large = size > 0.7 * size.mean(axis=axes, keepdims=True)
            scale = (size * large).sum(axis=axes, keepdims=True) / np.maximum(large.sum(axis=axes, keepdims=True), 1)
            return Ternary((np.sign(values) * large).astype(np.int8), np.maximum(scale, 1e-8).astype(np.float32))

        return Edit(each_tensor(edit.encoding, context.layer.out_axis, ternary), edit.bias, edit.note)
