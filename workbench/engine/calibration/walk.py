"""A run over calibration samples that continues where the previous one ended.

Layers are calibrated in the order of the graph, a few at a time. The values that cross the graph after them are kept
batch by batch, in memory and then on disk, and later layers are computed from them: all layers together cost about one
pass through the model instead of one per group, and only the nodes in between are loaded.
"""

import threading
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from workbench.engine.calibration.activation_cache import Crossings, Disk, Values
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.subgraph import cut

MEMORY = 256 << 20  # bytes of kept values
DISK = 2 << 30  # bytes of values that do not fit in memory; those in neither are computed from the start again
Batches = Iterable[Mapping[str, np.ndarray]]


class Front:
    """Place up to which a model is computed, for each batch. The model may be another one each time, if the values at
    this place are the same."""

    def __init__(self, disk: Disk | None = None) -> None:
        self._crossings = Crossings(MEMORY, disk or Disk(DISK))
        self.at: tuple[str, ...] = ()

    def move(self, model: Model, ahead: tuple[str, ...], names: Sequence[str], batches: Batches) -> Iterator[Values]:
        """Yield values of these names, batch by batch; the batches are the same in each run. The values `ahead` are
        kept: the next run starts there."""
        part = _Part(model, (*names, *ahead), self.at)
        for number, feeds in enumerate(batches):
            found = part.run(feeds, self._known(model, part, number, feeds))
            if ahead != self.at:
                self._crossings.drop(self.at, number)
            self._crossings.get(ahead, number, partial(_chosen, found, ahead))
            yield _chosen(found, names)
        self.at = ahead
        self._crossings.keep(ahead)

    def clear(self) -> None:
        """Go back to the inputs, and keep nothing."""
        self.at = ()
        self._crossings.keep(None)

    def _known(self, model: Model, part: "_Part", number: int, feeds: Mapping[str, np.ndarray]) -> Values:
        """Return the values that the last run kept for a batch, computed again if neither memory nor disk had room."""
        if not part.known:
            return {}
        again = partial(next, from_start(model, self.at, [feeds]))
        return self._crossings.get(self.at, number, again)


class Walk:
    """Place where the last run of a model ended. One run at a time continues from there; others start at the inputs."""

    def __init__(self, model: Model, disk: Disk | None = None) -> None:
        self.model = model
        self._front = Front(disk)
        self._going = threading.Lock()
        self._over = False  # nothing is to be kept

    def values(self, names: Sequence[str], batches: Batches) -> Iterator[Values]:
        """Yield values of these names, batch by batch; the batches are the same in each run. The values that cross
        after the last of them are kept for the next run."""
        if not self._going.acquire(blocking=False):
            yield from from_start(self.model, names, batches)
            return
        try:
            self._clear_if_over()
            yield from self._front.move(self.model, cut.crossing_behind(self.model, names), names, batches)
        finally:
            self._clear_if_over()
            self._going.release()

    def forget(self) -> None:
        """Drop everything; the next run starts at the inputs. Does not wait for a run in progress, which may itself be
        waiting for the caller's job; that run does it at its end."""
        self._over = True
        if self._going.acquire(blocking=False):
            self._clear_if_over()
            self._going.release()

    def _clear_if_over(self) -> None:
        if self._over:
            self._over = False
            self._front.clear()


class _Part:
    """The nodes between known values, or inputs, and requested ones."""

    def __init__(self, model: Model, wanted: Sequence[str], known: tuple[str, ...]) -> None:
        given = {spec.name for spec in model.inputs}
        self._wanted = tuple(dict.fromkeys(wanted))
        inner = tuple(name for name in self._wanted if name not in given and name not in known)
        self._session = runtime.session(cut.between(model, known, inner)) if inner else None
        self._inner = inner
        self._reads = [] if self._session is None else [value.name for value in self._session.get_inputs()]
        self.known = [name for name in known if name in self._reads or name in self._wanted]

    def run(self, feeds: Mapping[str, np.ndarray], known: Values) -> Values:
        values = ChainMap(dict(known), feeds)  # type: ignore[arg-type]  # inputs may be read from files on demand
        if self._session is not None:
            read = {name: values[name] for name in self._reads}
            values.update(zip(self._inner, runtime.run(self._session, read, list(self._inner)), strict=True))
        return _chosen(values, self._wanted)


def _chosen(values: Mapping[str, np.ndarray], names: Sequence[str]) -> Values:
    return {name: values[name] for name in names}


def from_start(model: Model, names: Sequence[str], batches: Batches) -> Iterator[Values]:
    """Yield values of these names, batch by batch, without a walk."""
    part = _Part(model, names, ())
    for feeds in batches:
        yield part.run(feeds, {})
