"""Cross-layer equalisation: give all channels of a tensor the same range, so that one scale suits all of them.

Nagel, van Baalen, Blankevoort, Welling: Data-free quantization through weight equalization and bias correction.
ICCV 2019, section 4.1. The channels' readers come from graph/channels/scaling.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.graph.channels.scaling import Scaling
from workbench.methods.base.method import RescalingMethod, method

OPS = ("Conv", "ConvTranspose", "Gemm", "MatMul", "Embedding")
ROUNDS = 50
SETTLED = 1e-3  # largest change of a factor in a round, relative


@method("quantize.equalize")
class CrossLayerEqualization(RescalingMethod):
    title = "Cross-layer equalisation"
    summary = (
        "Rescales the layer's output channels, and the layers that read them inversely, so "
        "that weight ranges are equal. Outputs and size stay the same; per-tensor "
        "quantisation then loses less. Needs no data."
    )
    formula = "W₁[c] ← W₁[c] / s, b₁[c] ← b₁[c] / s, W₂[·, c] ← s W₂[·, c], s = √(r₁ r₂) / r₂, r = max |w|"
    citation = "Nagel et al. 2019, Data-free quantization, ICCV, section 4.1"
    effects = (
        Effect(
            "Output channels are rescaled to equal ranges, compensated in the layers that read "
            "them; the size stays the same.",
            "channels == None",
        ),
        Effect(
            "{count} of {total} output channels are rescaled to equal ranges, compensated in "
            "{layers}; at present the widest range is {times} times the narrowest.",
            "channels != None",
            {"count": "channels", "total": "outputs", "layers": "readers", "times": "spread"},
        ),
    )

    @dataclass(frozen=True)
    class Params:
        pass

    def accepts(self, layer: Layer) -> str | None:
        rescaled = Message("Rescaling output channels of {op} layers is not supported.", op=layer.op)
        return layer.locked or (None if layer.op in OPS else rescaled)

    def factors(
        self,
        scaling: Scaling,
        weights: Mapping[str, np.ndarray],
        chosen: tuple[np.ndarray, ...],
        params: Params,
        job: Job,
    ) -> np.ndarray:
        """Return the factors, layer after layer until they converge, since each layer's change affects the next
        (equations 7 to 11)."""
        factors = np.ones(scaling.count)
        ranges = _Ranges(scaling, weights)
        for _ in job.each(range(ROUNDS), Message("equalising")):
            before = factors.copy()
            for units in chosen:
                made, read = ranges.of(units, factors)
                both = (made > 0) & (read > 0)
                # Where one weight makes and reads the channels, a whole step for all of them at once would swing.
                factors[units[both]] *= (read[both] / made[both]) ** (0.25 if ranges.turns(units) else 0.5)
            if np.abs(factors / before - 1).max() < SETTLED:
                break
        return factors


class _Ranges:
    """Largest |w| of channels in the layers that produce them and in those that read them, under factors."""

    def __init__(self, scaling: Scaling, weights: Mapping[str, np.ndarray]) -> None:
        self.count = scaling.count
        self.held = [scaling.held[name] for name in weights]
        self.units = [tuple(np.unique(side) for side in held.sides) for held in self.held]
        self.largest = []
        for held, values in zip(self.held, weights.values(), strict=True):
            alike = tuple(axis for axis in range(values.ndim) if all(side.shape[axis] == 1 for side in held.sides))
            self.largest.append(np.abs(values).max(axis=alike, keepdims=True).astype(np.float64))

    def turns(self, units: np.ndarray) -> bool:
        """Return whether a weight both produces and reads some of these units."""
        return any(len(inside) == 2 and all(np.isin(units, side).any() for side in inside) for inside in self.units)

    def of(self, units: np.ndarray, factors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the largest |w| where the units are produced and where they are read, [units] each; 0 where they are
        not."""
        made, read = np.zeros(self.count), np.zeros(self.count)
        for held, inside, largest in zip(self.held, self.units, self.largest, strict=True):
            if not any(np.isin(units, side).any() for side in inside):
                continue
            values = largest if held.made is None else largest * factors[held.made]
            values = values if held.read is None else values / factors[held.read]
            for total, side in ((made, held.made), (read, held.read)):
                if side is not None:
                    np.maximum.at(total, np.broadcast_to(side, values.shape), values)
        return made[units], read[units]
