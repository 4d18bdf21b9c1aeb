"""Number formats in which a step stores weights and computes, declared by a method beside its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench.core.recipe.effect import evaluated, names_in

Kind = Literal["integer", "float", "codebook"]
# Affine levels of 3, 5, 6 and 7 bits are stored as the next of 2, 4 and 8 (graph.storage).
STORED = "2 if bits <= 2 else 4 if bits <= 4 else 8"


@dataclass(frozen=True)
class Numbers:
    """A number format.

    bits           bits of a stored number
    granularity    values that share a scale: tensor, channel, group; "" for floats
    block          weights of a group along the inputs; 0 where there are no groups
    levels         bits of the levels in use: 7 for a reduced range of 8; 0 for floats
    format         type of floats: float16, bfloat16, float8e4m3, float8e5m2
    """

    bits: int
    kind: Kind = "integer"
    granularity: str = ""
    symmetric: bool = True
    block: int = 0
    levels: int = 0
    format: str = ""


@dataclass(frozen=True)
class Encodes:
    """Numeric formats that a method stores: each text is an expression over its parameters (core.recipe.effect).

        Encodes(bits="bits", granularity="granularity", symmetric="symmetric")

    activations            bits of the layer's inputs if they are integers, too; 0: floating point
    activations_symmetric  whether these have no zero point; one scale for the tensor
    """

    bits: str
    kind: Kind = "integer"
    granularity: str = "'channel'"
    symmetric: str = "True"
    block: str = "0"
    levels: str = "bits"
    format: str = "''"
    activations: int = 0
    activations_symmetric: str = "False"

    def weights(self, params: Mapping[str, Any]) -> Numbers:
        """Return the weight's number format, given all parameters of the step. Raises whatever their arithmetic
        raises."""

        def of(expression: str) -> Any:
            return evaluated(expression, params)

        if self.kind == "float":
            return Numbers(of(self.bits), "float", format=of(self.format))
        granularity = of(self.granularity)
        return Numbers(
            of(self.bits),
            self.kind,
            granularity,
            of(self.symmetric),
            of(self.block) if granularity == "group" else 0,
            of(self.levels),
        )

    @property
    def names(self) -> frozenset[str]:
        """The parameters that the number formats depend on."""
        weights = (self.bits, self.granularity, self.symmetric, self.block, self.levels, self.format)
        expressions = (*weights, self.activations_symmetric)
        return frozenset(name for expression in expressions for name in names_in(expression))

    def inputs(self, params: Mapping[str, Any]) -> Numbers | None:
        """Return the number format of the layer's inputs; None if they stay in floating point."""
        if not self.activations:
            return None
        symmetric = bool(evaluated(self.activations_symmetric, params))
        return Numbers(self.activations, "integer", "tensor", symmetric, levels=self.activations)
