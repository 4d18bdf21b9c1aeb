"""What crosses the cuts of the layers edited lately: computed once a batch, kept for several under one budget."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np

from workbench.engine.cache import weigh

BUDGET = 2 << 30        # bytes
Values = dict[str, np.ndarray]


class Crossings:
    """Batches by the cut that they cross. When room is needed, the cut that was used longest ago loses all of its.

    Within one cut what came first stays: the batches come in the same order each time, so forgetting the oldest of them
    would forget each just before it is wanted. Not thread-safe.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self.used = 0
        self._cuts: OrderedDict[Hashable, dict[Hashable, Values]] = OrderedDict()

    def get(self, cut: Hashable, batch: Hashable, make: Callable[[], Values]) -> Values:
        """The values, made now if they are not there, kept if there is room."""
        kept = self._cuts.setdefault(cut, {})
        self._cuts.move_to_end(cut)
        if batch in kept:
            return kept[batch]
        values = make()
        size = weigh(values)
        while self.used + size > self.budget and len(self._cuts) > 1:
            _, forgotten = self._cuts.popitem(last=False)
            self.used -= weigh(forgotten)
        if self.used + size <= self.budget:
            kept[batch] = values
            self.used += size
        return values
