"""Weights of several layers that share codes: one table and one sequence per pool.

A small layer is not worth a separate table and decoder call. Layers are pooled by their share of zeros, which
determines the distribution of gaps; with few zeros, zeros are coded among the values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Literal, NamedTuple

import numpy as np

from workbench.graph.entropy import statistics
from workbench.graph.entropy.nested_words import Words, words
from workbench.graph.entropy.prefix_code import Tally

LONGEST = (31, 127, 511, 2047)  # gaps; after a longer one comes a filler
LONGEST_PAIRED = (7, 11, 15, 23)  # if one byte holds them with a level; the longest that it holds is tried as well
BYTE = 256
HEADER = 60  # bytes of the tensors around a sequence, about
CALL = 80  # bytes of the call and the Split of a pool, about
PRICES = (0, 80, 200)  # estimates of a table's bytes; known exactly once codes are made
WIDTHS = (4, 3, 2, 1)
TRIED = 2  # of these, codes are made for
Form = Literal["Pool", "Sparse", "Pairs"]
# Functions that decode each form (graph.layouts.pool_decoder), and their approximate bytes.
FUNCTIONS: Mapping[Form, tuple[str, ...]] = {"Pool": ("Pool",), "Sparse": ("Sparse", "Pool"), "Pairs": ("Pairs",)}
BYTES = {"Pool": 180, "Sparse": 290, "Pairs": 370}


@dataclass(frozen=True, eq=False)
class Values:
    """Levels; a symbol is one to four neighbouring levels, or a pair of gap and level. `table`: frequent symbols first,
    uint8 [A, width]; for pairs [A]."""

    words: Words
    table: np.ndarray

    @property
    def bytes(self) -> int:
        return self.words.bytes + self.table.nbytes


class Pairing(NamedTuple):
    """Gap and level in one byte, gap * levels + (level + lowest).

    levels   number of levels from the lowest to the highest
    lowest   distance of the lowest level below zero
    """

    levels: int
    lowest: int


def _values(levels: np.ndarray) -> Values | None:
    """Return levels with the number of neighbours per symbol that takes the fewest bytes, zero-padded; None if too many
    symbols are distinct."""
    found = []
    for width in WIDTHS:
        rows = np.pad(levels, (0, -len(levels) % width)).reshape(-1, width)
        if (tally := statistics.rows(rows)) is not None:
            found.append((tally.promised_bytes, rows, tally))
    promising = sorted(found, key=lambda each: each[0])[:TRIED]
    return min((_symbols(rows, tally) for _, rows, tally in promising), key=lambda made: made.bytes, default=None)


def _symbols(rows: np.ndarray, tally: Tally) -> Values:
    """Return rows of uint8 [k, width] as symbols."""
    order = np.argsort(-tally.counts, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    made = Words(tally.counts[order], lambda: place[statistics.indices(tally, rows)])
    return Values(made, tally.symbols[order])


@dataclass(frozen=True, eq=False)
class Pool:
    """Concatenated weights.

    members  indices of these weights among those given to `pools`
    count    number of their levels
    form     Pool: zeros are among the values. Sparse: `gaps` are the zeros before each value. Pairs: each symbol of
             `values` is a gap and a level, as `pairing` says
    """

    members: tuple[int, ...]
    count: int
    form: Form
    values: Values
    gaps: Words | None = None
    pairing: Pairing | None = None

    @property
    def bytes(self) -> int:
        return self.values.bytes + CALL + HEADER + (0 if self.gaps is None else self.gaps.bytes + HEADER)


def pools(levels: Sequence[np.ndarray]) -> list[Pool] | None:
    """Return weights, flat int8 each, in pools whose total size is small; None if one has too many levels."""
    order = sorted(range(len(levels)), key=lambda index: float((levels[index] == 0).mean()))
    costs = _Costs([levels[index] for index in order])
    known: dict[tuple[int, ...], dict[Form, Pool]] = {}
    found = []
    for price in PRICES:
        parts = [tuple(order[start:end]) for start, end in costs.cut(price)]
        for members in parts:
            if members not in known:
                known[members] = _options(members, np.concatenate([levels[index] for index in members]))
        if (chosen := _chosen([known[members] for members in parts])) is not None:
            found.append(chosen)
    return min(found, key=lambda each: each[0])[1] if found else None


def _chosen(options: Sequence[Mapping[Form, Pool]]) -> tuple[int, list[Pool]] | None:
    """Return one form for each pool, minimising pools and the decoder functions that they need; and their bytes."""
    found = []
    for forms in chain.from_iterable(combinations(FUNCTIONS, count) for count in range(1, len(FUNCTIONS) + 1)):
        allowed = [[pool for form, pool in each.items() if form in forms] for each in options]
        if all(allowed):
            made = [min(pools, key=lambda pool: pool.bytes) for pools in allowed]
            needed = set().union(*(FUNCTIONS[form] for form in forms))
            found.append((sum(pool.bytes for pool in made) + sum(BYTES[name] for name in needed), made))
    return min(found, key=lambda each: each[0], default=None)


class _Costs:
    """Approximate bytes of neighbouring weights in one pool, from cumulative histograms."""

    def __init__(self, levels: Sequence[np.ndarray]) -> None:
        self._levels = _sums([each.view(np.uint8) for each in levels], 256)
        some = [statistics.gaps_with_fillers(each != 0, LONGEST[-1])[0] if each.any() else each[:0] for each in levels]
        self._gaps = _sums(some, LONGEST[-1] + 1)

    def cut(self, price: float) -> list[tuple[int, int]]:
        """Return the best division into pools, as (start, end), if a pool costs `price` bytes beyond its header."""
        least, cuts = [0.0], [0]
        for end in range(1, len(self._levels)):
            offers = [least[start] + self.of(start, end) + price for start in range(end)]
            least.append(min(offers))
            cuts.append(int(np.argmin(offers)))
        found, end = [], len(cuts) - 1
        while end:
            found.append((cuts[end], end))
            end = cuts[end]
        return found

    def of(self, start: int, end: int) -> float:
        levels, gaps = (sums[end] - sums[start] for sums in (self._levels, self._gaps))
        dense = _entropy(levels) + HEADER
        levels[0] = 0
        return CALL + min(dense, _entropy(levels) + _entropy(gaps) + 2 * HEADER)


def _sums(sequences: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Return cumulative counts of each number in the first 0, 1, 2, ... sequences, float64 [sequences + 1, size]."""
    counts = [np.zeros(size), *(np.bincount(each, minlength=size) for each in sequences)]
    return np.cumsum(counts, axis=0)


def _entropy(counts: np.ndarray) -> float:
    return Tally(np.zeros((0, 1), np.uint8), counts).entropy_bytes


def _options(members: tuple[int, ...], levels: np.ndarray) -> dict[Form, Pool]:
    """Return the smallest pool of each form."""
    symbols, found = levels.view(np.uint8), dict[Form, Pool]()

    def offer(form: Form, values: Values | None, gaps: Words | None = None, pairing: Pairing | None = None) -> None:
        if values is not None:
            pool = Pool(members, len(levels), form, values, gaps, pairing)
            if form not in found or pool.bytes < found[form].bytes:
                found[form] = pool

    offer("Pool", _values(symbols))
    if (levels == 0).mean() > statistics.FEW_ZEROS and (levels != 0).sum() > 1:  # decoders need at least two words
        for longest in LONGEST:
            before, at = statistics.gaps_with_fillers(levels != 0, longest)
            if (values := _values(symbols[at])) is not None:
                filled = np.pad(before, (0, -len(before) % values.table.shape[1]))
                offer("Sparse", values, words(filled))
        pairing = Pairing(int(levels.max()) - int(levels.min()) + 1, -int(levels.min()))
        most = BYTE // pairing.levels - 1
        for longest in {most, *(longest for longest in LONGEST_PAIRED if longest < most)}:
            offer("Pairs", _paired(levels, longest, pairing), pairing=pairing)
    return found


def _paired(levels: np.ndarray, longest: int, pairing: Pairing) -> Values | None:
    """Return gaps of at most `longest` zeros with the levels after them; None if there are too many different ones."""
    before, at = statistics.gaps_with_fillers(levels != 0, longest)
    pairs = np.stack([before, levels.view(np.uint8)[at]], axis=1)
    tally = statistics.rows(pairs)
    if tally is None:
        return None
    made = _symbols(pairs, tally)
    gap, level = made.table[:, 0].astype(np.int64), made.table[:, 1].view(np.int8).astype(np.int64)
    return Values(made.words, (gap * pairing.levels + level + pairing.lowest).astype(np.uint8))
