"""Sentences that several methods say of a step (see core.recipe.effect)."""

from workbench.core.recipe.effect import Effect

# Of `sparsity`, within the layer; and over all layers with the step where there is a `scope`.
ZEROS = (
    Effect(
        "{count} of {total} weights become zero.",
        "sparsity != None and scope != 'global'",
        {"count": "round(sparsity * weights)", "total": "weights"},
    ),
    Effect(
        "{share} of the weights of all layers with this step become zero, wherever they are.",
        "sparsity != None and scope == 'global'",
        {"share": "share(sparsity)"},
    ),
)
_BITS = "1 << (min(bits, 7) if reduced_range else bits)"  # a reduced range has 7 bits
# Of `bits`, and `granularity` and `group_size` where there are any.
LEVELS = (
    Effect("{levels} levels, one scale for all weights.", "granularity == 'tensor'", {"levels": _BITS}),
    Effect(
        "{levels} levels, a scale for every {size} weights: {count} scales.",
        "granularity == 'group'",
        {"levels": _BITS, "size": "group_size", "count": "outputs * ceil(columns / group_size)"},
    ),
    Effect(
        "{levels} levels, a scale for each of {count} output channels.",
        "granularity not in ('tensor', 'group')",
        {"levels": _BITS, "count": "outputs"},
    ),
)
INTEGERS = (*LEVELS, Effect("The runtime computes in 8-bit integers."))
