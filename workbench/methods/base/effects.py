"""Sentences on the effect of a step (core.recipe.effect) and number formats (core.recipe.encodes) that several methods
share."""

from workbench.core.recipe.effect import Effect
from workbench.core.recipe.encodes import STORED, Encodes

GONE = "{count} of {total} weights become zero."
# Of `sparsity`, within the layer; and over all layers with the step where there is a `scope`.
ZEROS = (
    Effect(GONE, "sparsity != None and scope != 'global'", {"count": "round(sparsity * weights)", "total": "weights"}),
    Effect(
        "{share} of the weights become zero, counted over all layers with this step.",
        "sparsity != None and scope == 'global'",
        {"share": "share(sparsity)"},
    ),
)
_BITS = "1 << (min(bits, 7) if reduced_range else bits)"  # a reduced range has 7 bits
# Of `bits`, and `granularity` and `group_size` where there are any.
LEVELS = (
    Effect("{levels} levels, one scale for the whole tensor.", "granularity == 'tensor'", {"levels": _BITS}),
    Effect(
        "{levels} levels, one scale per {size} weights: {count} scales.",
        "granularity == 'group'",
        {"levels": _BITS, "size": "group_size", "count": "outputs * ceil(columns / group_size)"},
    ),
    Effect(
        "{levels} levels, one scale for each of {count} output channels.",
        "granularity not in ('tensor', 'group')",
        {"levels": _BITS, "count": "outputs"},
    ),
)
INTEGERS = (*LEVELS, Effect("The runtime computes in 8-bit integers."))
# Affine levels of `bits`: a scale for each channel; by `granularity`; and that with 8-bit activations.
ON_CHANNELS = Encodes(STORED, symmetric="symmetric")
ON_GRIDS = Encodes(STORED, granularity="granularity", symmetric="symmetric", block="group_size")
ON_INTEGERS = Encodes(
    STORED, granularity="granularity", levels="min(bits, 7) if reduced_range else bits", activations=8
)
