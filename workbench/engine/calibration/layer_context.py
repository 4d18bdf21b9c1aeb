"""Context of a layer for methods: its weight, and its calibration activations from running the prefix of the graph."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.calibration import im2col, input_moments
from workbench.engine.calibration.input_moments import Moments
from workbench.engine.calibration.taps import SHARE, forget_walk, observed, refuse_what_is_not_finite, runs
from workbench.engine.calibration.upstream import Upstream
from workbench.engine.calibration.walk import Walk
from workbench.graph.model.model import Model
from workbench.graph.subgraph import cut
from workbench.methods.base.observer import Observed

if TYPE_CHECKING:
    from workbench.engine.calibration.gradients import Gradients

SAMPLES = 512  # calibration samples used; more did not change the metric of the demo models
BATCH = 32


@dataclass(frozen=True, eq=False)
class LayerContext:
    """Implements methods.base.method.Context. `data` is None without calibration data.

    upstream   model that computes the layer's inputs, if not the original; otherwise the cache's walk is used
    """

    model: Model
    path: str
    data: Dataset | None
    seed: int
    cache: Cache
    sharing: tuple[str, ...] = ()  # paths of the layers that have the same step
    beside: tuple[str, ...] = ()  # paths of layers that will ask for the same statistics: measured in one run
    batch: int = BATCH
    upstream: Upstream | None = None

    @cached_property
    def layer(self) -> Layer:
        return self.model.layer(self.path)

    @cached_property
    def product(self) -> Layer:
        """The layer as what its inputs are multiplied with."""
        return input_moments.as_product(self.layer)

    @cached_property
    def weight(self) -> np.ndarray:
        return self.model.weight(self.path)

    @cached_property
    def bias(self) -> np.ndarray | None:
        return self.model.bias(self.path)

    @property
    def calibrated(self) -> bool:
        return self.data is not None

    @property
    def peers(self) -> tuple[LayerContext, ...]:
        paths = self.sharing or (self.path,)
        return tuple(self if path == self.path else replace(self, path=path) for path in paths)

    def gradients(self, job: Job) -> tuple[np.ndarray, np.ndarray]:
        found = self._gradients(job)
        return found.mean, found.square

    def gates(self, job: Job) -> np.ndarray:
        return self._gradients(job).gates

    def _gradients(self, job: Job) -> Gradients:
        """Return the gradients, computed for all layers at once the first time a layer asks."""
        from workbench.engine.calibration.gradients import gradients

        data = self.samples()
        found = self.cache.get(("gradients", data.fingerprint), lambda: gradients(self.model, data, job))
        if self.path not in found:
            raise UserError(
                "{path}: no gradients reach this layer.", "Choose a method that needs none.", path=self.path
            )
        if not np.isfinite(found[self.path].square.max(initial=0.0)):
            raise UserError(
                "{path}: the gradients of its weights are NaN or infinite.",
                "Check the data, or choose a method that needs no gradients.",
                path=self.path,
            )
        return found[self.path]

    def synaptic_flow(self, masks: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        from workbench.engine.calibration.gradients import synaptic_flow

        return synaptic_flow(self.model, masks, self.samples())

    def samples(self) -> Dataset:
        """Return the calibration samples. Raises UserError if there are none."""
        if self.data is None:
            raise UserError(
                "{path}: this method needs data, but none was given.",
                "Give data, or use methods that need none.",
                path=self.path,
            )
        return self.data

    def inputs(self, job: Job) -> Iterator[np.ndarray]:
        """Yield inputs of the operator, batch by batch; at most one batch in memory."""
        name = input_moments.received_value(self.model, self.product)
        model, walk = self._run
        for values in runs(model, [name], self.samples(), SAMPLES, self.batch, job, self.cache, walk):
            yield values[name]

    @property
    def _run(self) -> tuple[Model, Walk | None]:
        """Return the model that computes the inputs, and the walk over it; None for the walk of the cache."""
        return (self.model, None) if self.upstream is None else (self.upstream.model, self.upstream.walk)

    def observed(self, job: Job, behind: bool = False, counting: bool = True) -> Observed:
        """Return statistics by the value's name, so that an output of one layer and the input of the next get the same
        levels."""
        name = cut.value_name(self.model, self.path, behind)
        return observed(self.model, name, self.samples(), SAMPLES, self.batch, self.cache, job, counting)

    def rows(self, count: int, job: Job) -> np.ndarray:
        """Return [groups, about `count`, columns]: equally many random positions from each sample."""
        return self.cache.get(self._key("rows", count, self.seed), lambda: self._rows(count, job))

    def _rows(self, count: int, job: Job) -> np.ndarray:
        rng = np.random.default_rng(self.seed)
        samples, batch = self.samples().first(SAMPLES), self.samples().at_once(-(-self.batch // SHARE))
        parts = []
        for x in self.inputs(job):
            available = im2col.count(self.product, x)
            quota = min(available, -(-count * batch // samples))
            parts.append(im2col.unfold(self.product, x, np.sort(rng.choice(available, quota, replace=False))))
        sample = np.concatenate(parts, axis=1)
        refuse_what_is_not_finite(self.path, sample)
        return sample[:, rng.permutation(sample.shape[1])]

    def gram(self, job: Job) -> np.ndarray:
        """Return [groups, columns, columns] float64: mean of x x^T over the rows (see input_moments)."""
        return self._moments(job)[0]

    def mean(self, job: Job) -> np.ndarray:
        """Return [groups, columns] float64: mean of x over the same rows."""
        return self._moments(job)[1]

    @property
    def known_moments(self) -> Moments | None:
        """Return the moments behind `gram` and `mean` if they are cached, else None."""
        return self.cache.peek(self._key("moments"))

    def keep_moments(self, known: Moments) -> None:
        self.cache.get(self._key("moments"), lambda: known)

    def _moments(self, job: Job) -> Moments:
        return self.cache.get(self._key("moments"), lambda: self._measure_moments(job))

    def _measure_moments(self, job: Job) -> Moments:
        """Return the moments, measured together with those of later layers that will ask, too; a layer's do not depend
        on the others."""
        beside = self.beside[self._place :] if self.upstream is None else ()
        contexts = [self, *(replace(self, path=path) for path in beside)]
        missing = [each for each in contexts if each is self or self.cache.peek(each._key("moments")) is None]
        layers = input_moments.together(self.model, [each.product for each in missing])
        model, walk = self._run
        sums = input_moments.of_layers(model, layers, self.samples(), SAMPLES, self.batch, job, self.cache, walk)
        for each in missing[1 : len(layers)]:
            with suppress(UserError):  # reported by that layer itself
                self.cache.offer(each._key("moments"), sums[each.path].moments(each.path))
        return sums[self.path].moments(self.path)

    def keep(self, what: Hashable, value: Any) -> None:
        self.cache.keep(self._key("kept", what, self.seed), value)

    def kept(self, what: Hashable) -> Any | None:
        return self.cache.peek(self._key("kept", what, self.seed))

    @property
    def _place(self) -> int:
        """Return the index in `beside` of the first layer after this one."""
        return self.beside.index(self.path) + 1 if self.path in self.beside else len(self.beside)

    def _key(self, *what: object) -> tuple[object, ...]:
        fingerprint = self.data.fingerprint if self.data else ""
        made_by = () if self.upstream is None else (self.upstream.key,)
        return ("calibration", self.layer.fingerprint, self.path, fingerprint, *what, *made_by)


def prepare_moments(model: Model, paths: Iterable[str], data: Dataset, cache: Cache, job: Job) -> None:
    """Put the input moments of these layers into the cache, measuring many layers in one run."""
    contexts = [LayerContext(model, path, data, 0, cache) for path in paths]
    missing = [each for each in contexts if each.known_moments is None]
    paths = tuple(each.path for each in missing)
    for each in missing:
        with suppress(UserError):  # reported by the method that asks for them
            replace(each, beside=paths)._moments(job)


def release(data: Dataset, cache: Cache) -> None:
    """Free what calibration keeps to continue from one layer to the next."""
    forget_walk(data, SAMPLES, BATCH, cache)
