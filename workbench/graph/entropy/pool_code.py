"""Weights of several layers in codes that they share: one table, one sequence.

Small layers do not earn a table and a call each. Layers are pooled by how many of their weights are zero, as
this decides how gaps are distributed; where few are, zeros are among the values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations
from typing import Literal

import numpy as np

from workbench.graph.entropy import statistics
from workbench.graph.entropy.class_code import best_in_order
from workbench.graph.entropy.prefix_code import Tally

MOST_SIZE = 5  # bits of a class's number
MOST_OFFSET = 11  # bits of an offset, and bits behind the last
LONGEST = (31, 127, 511, 2047)  # gaps; after a longer one comes a filler
LONGEST_PAIRED = (15, 63)  # an int8 holds them
HEADER = 60  # bytes of the tensors and the call around a sequence, about
PRICES = (0, 150)  # what a table may take; it is known when codes are made
WIDTHS = (4, 3, 2, 1)
TRIED = 2  # of these, for which codes are made
Form = Literal["Pool", "Sparse", "Pairs"]
# What decodes each form (graph.layouts.pool_decoder), and the bytes of these functions, about.
FUNCTIONS: Mapping[Form, tuple[str, ...]] = {"Pool": ("Pool",), "Sparse": ("Sparse", "Pool"), "Pairs": ("Pairs",)}
BYTES = {"Pool": 180, "Sparse": 290, "Pairs": 420}


@dataclass(frozen=True, eq=False)
class Words:
    """One sequence of numbers from 0 in classes and offsets; small numbers are to be frequent.

    counts   how often each number occurs, int64 [A]
    numbers  gives the sequence, int64 [k]; asked when it is written
    """

    counts: np.ndarray
    numbers: Callable[[], np.ndarray]

    @cached_property
    def _classes(self) -> tuple[int, np.ndarray]:
        return best_in_order(np.pad(self.counts, (0, max(0, 2 - len(self.counts)))), MOST_SIZE)

    @property
    def size(self) -> int:
        """Bits of a class number."""
        return self._classes[0]

    @property
    def extra(self) -> np.ndarray:
        """Bits of the offset in each class, uint8 [C]."""
        return self._classes[1].astype(np.uint8)

    @cached_property
    def _first(self) -> np.ndarray:
        kinds = self._classes[1]
        return np.cumsum(1 << kinds) - (1 << kinds)

    def _class(self, numbers: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.searchsorted(self._first, numbers, side="right") - 1
        return found

    @cached_property
    def split(self) -> tuple[int, int]:
        """How many bits are class numbers, and how many follow."""
        fields = self.size * int(self.counts.sum())
        offsets = int((self.counts * self._classes[1][self._class(np.arange(len(self.counts)))]).sum())
        return fields, -(-(fields + offsets + MOST_OFFSET) // 8) * 8 - fields

    @property
    def bytes(self) -> int:
        return sum(self.split) // 8 + len(self._classes[1])

    @cached_property
    def data(self) -> np.ndarray:
        """Class numbers, then offsets, then zeros behind them, uint8 [n, 1]."""
        numbers, (size, kinds) = self.numbers(), self._classes
        number = self._class(numbers)
        every = np.arange(MOST_OFFSET)
        fields = (number[:, None] >> np.arange(size) & 1).astype(bool).ravel()
        offsets = ((numbers - self._first[number])[:, None] >> every & 1).astype(bool)[every < kinds[number][:, None]]
        data = np.packbits(np.concatenate([fields, offsets, np.zeros(MOST_OFFSET, bool)]), bitorder="little")
        return data[:, None]


def words(numbers: np.ndarray) -> Words:
    """Numbers from 0, int64 [k], in the classes that make the fewest bits."""
    return Words(np.bincount(numbers), lambda: numbers)


@dataclass(frozen=True, eq=False)
class Values:
    """Levels, one to four neighbours as one symbol. `table`: uint8 [A, width], frequent symbols first."""

    words: Words
    table: np.ndarray

    @property
    def bytes(self) -> int:
        return self.words.bytes + self.table.size


def _values(levels: np.ndarray) -> Values | None:
    """As many neighbours as make the fewest bytes, zeros behind the last; None where too many are different."""
    found = []
    for width in WIDTHS:
        rows = np.pad(levels, (0, -len(levels) % width)).reshape(-1, width)
        if (tally := statistics.rows(rows)) is not None:
            found.append((tally.promised_bytes, rows, tally))
    promising = sorted(found, key=lambda each: each[0])[:TRIED]
    return min((_symbols(rows, tally) for _, rows, tally in promising), key=lambda made: made.bytes, default=None)


def _symbols(rows: np.ndarray, tally: Tally) -> Values:
    """Rows of uint8 [k, width] as symbols."""
    order = np.argsort(-tally.counts, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    made = Words(tally.counts[order], lambda: place[statistics.indices(tally, rows)])
    return Values(made, tally.symbols[order])


@dataclass(frozen=True, eq=False)
class Pool:
    """Weights one after the other.

    members  which of the weights given to `pools`
    count    of their levels
    form     Pool: zeros are among the values. Sparse: `gaps` are the zeros before each value. Pairs: each symbol of
             `values` is a gap and a level
    """

    members: tuple[int, ...]
    count: int
    form: Form
    values: Values
    gaps: Words | None = None

    @property
    def bytes(self) -> int:
        return self.values.bytes + HEADER + (0 if self.gaps is None else self.gaps.bytes + HEADER)


def pools(levels: Sequence[np.ndarray]) -> list[Pool] | None:
    """Weights, int8 each, flat, in pools that together are small; None where one has too many levels."""
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
    """One for each, so that pools and the functions that they need together are small; and these bytes."""
    found = []
    for forms in chain.from_iterable(combinations(FUNCTIONS, count) for count in range(1, len(FUNCTIONS) + 1)):
        allowed = [[pool for form, pool in each.items() if form in forms] for each in options]
        if all(allowed):
            made = [min(pools, key=lambda pool: pool.bytes) for pools in allowed]
            needed = set().union(*(FUNCTIONS[form] for form in forms))
            found.append((sum(pool.bytes for pool in made) + sum(BYTES[name] for name in needed), made))
    return min(found, key=lambda each: each[0], default=None)


class _Costs:
    """About the bytes of neighbouring weights in one pool, from sums of their histograms."""

    def __init__(self, levels: Sequence[np.ndarray]) -> None:
        self._levels = _sums([each.view(np.uint8) for each in levels], 256)
        some = [statistics.skipping(each != 0, LONGEST[-1])[0] if each.any() else each[:0] for each in levels]
        self._gaps = _sums(some, LONGEST[-1] + 1)

    def cut(self, price: float) -> list[tuple[int, int]]:
        """The best neighbours to pool, as starts and ends, where a pool takes `price` bytes more than its header."""
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
        return min(dense, _entropy(levels) + _entropy(gaps) + 2 * HEADER)


def _sums(sequences: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Counts of each number in the first none, one, two, ... sequences, float64 [sequences + 1, size]."""
    counts = [np.zeros(size), *(np.bincount(each, minlength=size) for each in sequences)]
    return np.cumsum(counts, axis=0)


def _entropy(counts: np.ndarray) -> float:
    return Tally(np.zeros((0, 1), np.uint8), counts).entropy_bytes


def _options(members: tuple[int, ...], levels: np.ndarray) -> dict[Form, Pool]:
    """The smallest pool of each form."""
    symbols, found = levels.view(np.uint8), dict[Form, Pool]()

    def offer(form: Form, values: Values | None, gaps: Words | None = None) -> None:
        if values is not None:
            pool = Pool(members, len(levels), form, values, gaps)
            if form not in found or pool.bytes < found[form].bytes:
                found[form] = pool

    offer("Pool", _values(symbols))
    if (levels == 0).mean() > statistics.FEW_ZEROS and (levels != 0).sum() > 1:  # decoders take two words or more
        for longest in LONGEST:
            before, at = statistics.skipping(levels != 0, longest)
            if (values := _values(symbols[at])) is not None:
                filled = np.pad(before, (0, -len(before) % values.table.shape[1]))
                offer("Sparse", values, words(filled))
        for longest in LONGEST_PAIRED:
            before, at = statistics.skipping(levels != 0, longest)
            pairs = np.stack([before, symbols[at]], axis=1)
            tally = statistics.rows(pairs)
            offer("Pairs", None if tally is None else _symbols(pairs, tally))
    return found
