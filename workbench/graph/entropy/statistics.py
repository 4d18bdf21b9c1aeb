"""Statistics of a weight for entropy coding: frequencies of symbols, of tuples of neighbours, and of gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from workbench.graph.entropy.prefix_code import MOST_SYMBOLS, Tally

WIDTHS = (1, 2, 3, 4)  # weights in one symbol
GAPS = (15, 31, 63, 127, 255)  # the longest gap in one symbol
PAIR_GAPS = (15, 31, 63, 127)  # an int8 holds them
FEW_ZEROS = 0.3  # below this share of zeros, gaps are not looked at
BLOCK = 1 << 20  # rows at a time
TUPLES = 1 << 16  # possible tuples beyond which they are not counted


@dataclass(frozen=True, eq=False)
class Statistics:
    """Counts of one weight's symbols for each way of coding them.

    tuples   number of neighbours -> counts of such tuples, in the weight's order, if the weights divide evenly
    gaps     longest gap -> counts of the gaps before non-zeros (longer ones bridged by fillers), and of the symbols
    pairs    longest gap -> counts of (gap, symbol) pairs
    """

    tuples: Mapping[int, Tally] = field(default_factory=dict)
    gaps: Mapping[int, tuple[Tally, Tally]] = field(default_factory=dict)
    pairs: Mapping[int, Tally] = field(default_factory=dict)


def count(symbols: np.ndarray, nonzero: np.ndarray | None) -> Statistics:
    """Count a weight's symbols, uint8 [n]; `nonzero`, bool [n], marks those that gaps do not omit."""
    levels = len(np.unique(symbols))
    found = {
        width: rows(symbols.reshape(-1, width))
        for width in WIDTHS
        if levels**width <= TUPLES and len(symbols) % width == 0
    }
    tuples = {width: tally for width, tally in found.items() if tally is not None}
    if nonzero is None or nonzero.mean() > 1 - FEW_ZEROS or not nonzero.any():
        return Statistics(tuples)
    gaps, pairs = {}, {}
    for longest in GAPS:
        before, at = gaps_with_fillers(nonzero, longest)
        coded = symbols[at]
        gap_tally, symbol_tally = rows(before[:, None]), rows(coded[:, None])
        assert gap_tally is not None and symbol_tally is not None  # at most 256 of each
        gaps[longest] = gap_tally, symbol_tally
        pair = rows(np.stack([before, coded], axis=1)) if longest in PAIR_GAPS else None
        if pair is not None:
            pairs[longest] = pair
    return Statistics(tuples, gaps, pairs)


def expected(shares: np.ndarray, weights: int, zero: int | None) -> Statistics:
    """Return the expected counts of a weight of independent levels with these shares, [A] summing to 1.

    zero   index of the level that gaps omit, or None. Gaps between random positions are geometrically distributed.
    """
    tuples = {}
    chance: np.ndarray = np.ones(1)
    for width in WIDTHS:
        chance = np.outer(chance, shares).ravel()
        if len(chance) > MOST_SYMBOLS:
            break
        if weights % width == 0:
            tuples[width] = _expected(chance * (weights // width), width)
    if zero is None or not FEW_ZEROS <= shares[zero] < 1:
        return Statistics(tuples)
    empty, kept = float(shares[zero]), np.delete(shares, zero) * weights
    gaps, pairs = {}, {}
    for longest in GAPS:
        filler = empty ** (longest + 1)  # a run of one more than the longest gap
        fillers = kept.sum() * filler / (1 - filler)
        chance = (1 - empty) * empty ** np.arange(longest + 1) / (1 - filler)
        before = chance * kept.sum()
        before[longest] += fillers
        gaps[longest] = _expected(before, 1), _expected(np.append(kept, fillers), 1)
        if longest in PAIR_GAPS and len(chance) * len(kept) < MOST_SYMBOLS:
            pairs[longest] = _expected(np.append(np.outer(chance, kept).ravel(), fillers), 2)
    return Statistics(tuples, gaps, pairs)


def _expected(counts: np.ndarray, width: int) -> Tally:
    """Return the tally without symbols that are expected less than once; which symbols they are does not matter."""
    likely = counts[counts >= 0.5]
    likely = likely if len(likely) else counts[[counts.argmax()]]
    return Tally(np.zeros((len(likely), width), np.uint8), likely)


def gaps_with_fillers(nonzero: np.ndarray, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return gaps of at most `longest` zeros, uint8 [k] (int64 beyond 255), and the position after each, int64 [k].

    Longer runs of zeros are bridged by fillers: a gap of `longest`, then a weight that is zero (Han et al. 2016, Deep
    Compression, section 2).
    """
    places = np.flatnonzero(nonzero)
    before = np.diff(places, prepend=-1) - 1
    bridges = before // (longest + 1)
    ends = np.cumsum(bridges + 1) - 1
    gaps = np.full(int(ends[-1]) + 1, longest, np.int64)
    gaps[ends] = before - bridges * (longest + 1)
    return gaps.astype(np.uint8) if longest < 256 else gaps, np.cumsum(gaps + 1) - 1


def rows(found: np.ndarray) -> Tally | None:
    """Return the distinct rows of uint8 [k, width] with their counts, ordered by `_numbers`; None if there are too
    many."""
    counted = _few(found) if found.shape[1] <= 2 else _many(found)
    if counted is None or len(counted[0]) > MOST_SYMBOLS:
        return None
    different, counts = counted
    table = np.stack([different >> 8 * column & 255 for column in range(found.shape[1])], axis=1)
    return Tally(table.astype(np.uint8), counts)


def _few(found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct numbers of two bytes, and their counts."""
    counts = np.zeros(1 << 16, np.int64)
    for start in range(0, len(found), BLOCK):
        counts += np.bincount(_numbers(found[start : start + BLOCK]), minlength=len(counts))
    different = np.flatnonzero(counts)
    return different, counts[different]


def _many(found: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the distinct numbers of more bytes, and their counts; None if there are too many."""
    different, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    for start in range(0, len(found), BLOCK):
        more, times = np.unique(_numbers(found[start : start + BLOCK]), return_counts=True)
        different, place = np.unique(np.concatenate([different, more]), return_inverse=True)
        counts = np.bincount(place, np.concatenate([counts, times])).astype(np.int64)
        if len(different) > MOST_SYMBOLS:
            return None
    return different, counts


def indices(tally: Tally, found: np.ndarray) -> np.ndarray:
    """Return the row of the tally that equals each row of uint8 [k, width], int64 [k]."""
    return np.searchsorted(_numbers(tally.symbols), _numbers(found))


def _numbers(found: np.ndarray) -> np.ndarray:
    """Return each row as one integer."""
    columns: Sequence[np.ndarray] = [
        found[:, column].astype(np.int64) << 8 * column for column in range(found.shape[1])
    ]
    return np.bitwise_or.reduce(columns)
