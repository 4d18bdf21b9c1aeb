"""How many channels a step removes where a multiple of some number must be left: known from sizes alone, so that the
window says the number that the engine then removes."""

from math import gcd

# Channels of a layer -> the multiple that is left. Convolutions in blocks of 8 or 16 channels fill up the last block.
KERNELS = ((64, 8), (32, 4))


def units_removed(wanted: int, free: int, stay: int, width: int, round_to: int) -> int:
    """Return the number of units closest to `wanted` that leaves a multiple of `round_to` channels, and at least one
    unit.

    free, stay   units that may be removed, and those that may not
    width        channels in a unit
    round_to     0: a multiple that depends on the number of channels, unless nothing could be removed then
    """
    total = free + stay
    if not round_to:
        multiple = next((multiple for least, multiple in KERNELS if width * total >= least), 1)
        return units_removed(wanted, free, stay, width, multiple) or units_removed(wanted, free, stay, width, 1)
    step = round_to // gcd(round_to, width)
    keep = max(step, (2 * (total - wanted) + step) // (2 * step) * step)
    return 0 if keep >= total else total - max(keep, stay, 1)


def units_wanted(ratio: float, free: int, stay: int) -> int:
    """Return the number of units for a ratio of all, of which some must stay."""
    return min(round(ratio * (free + stay)), free)


def channels_removed(ratio: float, free: int, stay: int, width: int, round_to: int) -> int:
    """Return the number of channels for a ratio, as `removed` in the sentences of core.recipe.effect."""
    return width * units_removed(units_wanted(ratio, free, stay), free, stay, width, round_to)
