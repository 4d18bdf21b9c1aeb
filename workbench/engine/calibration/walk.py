"""A run over calibration samples that goes on where the one before it ended.

Layers are calibrated in the order of the graph, a few at a time. What crosses the graph behind them is kept batch by
batch, in memory and then on the disk, and the next ones are computed from that: all layers together cost about one pass
through the model, not one from its start for each few, and only the nodes on the way are loaded.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from workbench.engine.calibration.activation_cache import Crossings, Disk, Values
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.subgraph import cut

MEMORY = 256 << 20  # bytes of kept values
DISK = 2 << 30  # bytes of those that memory has no room for; what neither has is computed from the start again
Batches = Iterable[Mapping[str, np.ndarray]]


class Walk:
    """Where the last run of a model ended. One run at a time goes on from there; others start at the inputs."""

    def __init__(self, model: Model, disk: Disk | None = None) -> None:
        self.model = model
        self._crossings = Crossings(MEMORY, disk or Disk(DISK))
        self._at: tuple[str, ...] = ()
        self._going = threading.Lock()
        self._over = False  # nothing is to be kept

    def values(self, names: Sequence[str], batches: Batches) -> Iterator[Values]:
        """Values of these names, batch by batch; the batches are the same in each run. What crosses behind the last of
        them is kept for the next run."""
        if not self._going.acquire(blocking=False):
            yield from from_start(self.model, names, batches)
            return
        try:
            self._clear_if_over()
            ahead = cut.crossing_behind(self.model, names)
            part = _Part(self.model, (*names, *ahead), self._at)
            for number, feeds in enumerate(batches):
                found = part.run(feeds, self._known(part, number, feeds))
                if ahead != self._at:
                    self._crossings.drop(self._at, number)
                self._crossings.get(ahead, number, partial(_chosen, found, ahead))
                yield _chosen(found, names)
            self._at = ahead
            self._crossings.keep(ahead)
        finally:
            self._clear_if_over()
            self._going.release()

    def forget(self) -> None:
        """Keep nothing; the next run starts at the inputs. A run under way is not waited for, as it may itself be
        waiting for the caller's job; it does this at its end."""
        self._over = True
        if self._going.acquire(blocking=False):
            self._clear_if_over()
            self._going.release()

    def _clear_if_over(self) -> None:
        if self._over:
            self._over, self._at = False, ()
            self._crossings.keep(None)

    def _known(self, part: "_Part", number: int, feeds: Mapping[str, np.ndarray]) -> Values:
        """Values that the last run kept for a batch; computed again where neither memory nor disk had room."""
        if not part.known:
            return {}
        again = partial(next, from_start(self.model, self._at, [feeds]))
        return self._crossings.get(self._at, number, again)


class _Part:
    """The nodes between known values, or inputs, and wanted ones."""

    def __init__(self, model: Model, wanted: Sequence[str], known: tuple[str, ...]) -> None:
        given = {spec.name for spec in model.inputs}
        self._wanted = tuple(dict.fromkeys(wanted))
        inner = tuple(name for name in self._wanted if name not in given and name not in known)
        self._session = runtime.session(cut.between(model, known, inner)) if inner else None
        self._inner = inner
        self._reads = [] if self._session is None else [value.name for value in self._session.get_inputs()]
        self.known = [name for name in known if name in self._reads or name in self._wanted]

    def run(self, feeds: Mapping[str, np.ndarray], known: Values) -> Values:
        values = {**feeds, **known}
        if self._session is not None:
            read = {name: values[name] for name in self._reads}
            values |= zip(self._inner, runtime.run(self._session, read, list(self._inner)), strict=True)
        return _chosen(values, self._wanted)


def _chosen(values: Values, names: Sequence[str]) -> Values:
    return {name: values[name] for name in names}


def from_start(model: Model, names: Sequence[str], batches: Batches) -> Iterator[Values]:
    """Values of these names, batch by batch, by themselves."""
    part = _Part(model, names, ())
    for feeds in batches:
        yield part.run(feeds, {})
