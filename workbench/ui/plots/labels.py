"""Placement of labels without overlap."""

from collections.abc import Sequence


def spread(centres: Sequence[float], widths: Sequence[float], low: float, high: float, gap: float) -> list[float]:
    """Return left edges for labels with these desired centres (ascending), inside low..high and at least `gap` apart.

    If they do not all fit, the gaps shrink and then the labels overlap evenly, but none leaves the range.
    """
    if not widths:
        return []
    room = high - low - sum(widths)
    if len(widths) > 1:
        gap = min(gap, room / (len(widths) - 1))
    lefts: list[float] = []
    edge = low
    for centre, width in zip(centres, widths, strict=True):
        lefts.append(max(centre - width / 2, edge))
        edge = lefts[-1] + width + gap
    edge = high
    for index in reversed(range(len(lefts))):
        lefts[index] = max(min(lefts[index], edge - widths[index]), low)
        edge = lefts[index] - gap
    return lefts
