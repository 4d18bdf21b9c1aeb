"""A data set: samples for the model's inputs, with or without labels, in memory or read batch by batch."""

import hashlib
import itertools
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np

from workbench.core.layer_data.layer import InputSpec
from workbench.data import columns
from workbench.data.answer import Answer
from workbench.data.columns import Column, Lazy
from workbench.data.matching import ALONE, DTYPES, refuse_odd_values
from workbench.data.sampling import stratified


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples, with labels if there are any.

    `inputs` name -> [samples, ...] in the stored type, as arrays or columns that are read on demand; `labels`
    [samples, ...] or None.

    classes     names in the order of the class numbers, if the data has any
    constants   inputs that are the same for all samples, in the type of the input
    axes        see matching.Matched
    answer      the measured output of the model, which is also the one trained
    whole       number of samples of the whole set, if these are a part of it; 0: these are all
    together    number of consecutive samples that the model reads together, as their order counts or they point to each
                other (frames of a clip, nodes of a graph); 1: each by itself
    notes       sentences: how the samples were changed
    """

    path: str
    inputs: Mapping[str, Column]
    specs: tuple[InputSpec, ...]
    labels: np.ndarray | None
    classes: tuple[str, ...] = ()
    constants: Mapping[str, np.ndarray] = field(default_factory=dict)
    axes: Mapping[str, int] = field(default_factory=dict)
    answer: Answer = Answer()  # noqa: RUF009  (it is a value)
    whole: int = 0
    together: int = 1
    notes: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        return len(next(iter(self.inputs.values())))

    @property
    def fixed_batch(self) -> int | None:
        """Batch size that the model fixes, or the samples that it reads together; None if it takes any."""
        if self.alone:
            return 1
        sizes = (spec.shape[self.axes.get(spec.name, 0)] for spec in self.specs if spec.name in self.inputs)
        return next((size for size in sizes if size is not None), self.together if self.together > 1 else None)

    @property
    def alone(self) -> bool:
        """Whether an input has no axis of samples, so that each sample is a run by itself."""
        return ALONE in self.axes.values()

    def at_once(self, size: int) -> int:
        """Return this batch size, or the model's if that is fixed."""
        return self.fixed_batch or size

    def feeds(self, chosen: slice | np.ndarray) -> dict[str, np.ndarray]:
        """Return the chosen samples, cast to the types of the model's inputs."""
        return dict(Feeds(self, chosen))

    def count(self, feeds: Mapping[str, np.ndarray]) -> int:
        """Return the number of samples in these feeds."""
        if self.alone:
            return 1
        name = next(iter(self.inputs))
        return feeds[name].shape[self.axes.get(name, 0)]

    def first(self, limit: int) -> int:
        """Return how many samples to use if `limit` are enough: whole batches if the model fixes their size."""
        size, count = self.at_once(1), min(self.samples, limit)
        return min(self.samples, max(size, count // size * size))

    def order(self, seed: int) -> np.ndarray:
        """Return a seeded permutation of the samples in which every prefix has the classes in proportion."""
        return stratified(self.labels, self.samples, seed, self.together)

    def read_as(self, other: "Dataset") -> "Dataset":
        """Return these samples, read together as those of another data set: all of them, or that number at a time."""
        whole = 1 < other.together == other.samples
        return replace(self, together=self.samples if whole else other.together)

    def least(self) -> dict[str, np.ndarray]:
        """Return the first sample, or as many as the model fixes."""
        return self.feeds(slice(0, self.at_once(1)))

    def sizes(self) -> dict[str, tuple[int, ...]]:
        """Return the shape of each input for the first sample, or for as many as the model fixes."""
        return {name: array.shape for name, array in self.least().items()}

    def batches(self, size: int, limit: int | None = None) -> Iterator[dict[str, np.ndarray]]:
        """Yield feeds for the first `limit` samples, `size` at a time or as many as the model fixes, in order."""
        size, end = self.at_once(size), self.first(limit or self.samples)
        for start in range(0, end, size):
            yield self.feeds(slice(start, min(start + size, end)))

    def subset(self, chosen: np.ndarray) -> "Dataset":
        """Return the chosen samples as a data set."""
        labels = None if self.labels is None else self.labels[chosen]
        return replace(self, inputs={k: columns.take(v, chosen) for k, v in self.inputs.items()}, labels=labels)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of samples and labels: equal data has equal fingerprints, whatever the class names."""
        digest = hashlib.sha256()
        for array in (
            *self.inputs.values(),
            *(() if self.labels is None else (self.labels,)),
            *self.constants.values(),
        ):
            digest.update(str((array.shape, array.dtype)).encode())
            for part in columns.content(array):
                digest.update(part)
        return digest.hexdigest()[:16]

    def ahead(self, parts: Sequence[slice | np.ndarray]) -> Iterator["Feeds"]:
        """Yield feeds for each part in turn. If reading is slow, the next part is read while the current one is in
        use."""
        feeds = [Feeds(self, part) for part in parts]
        if any(getattr(column, "slow", False) for column in self.inputs.values()):
            for this, following in itertools.pairwise(feeds):
                this.following = following
        while feeds:
            yield feeds.pop(0)


class Feeds(Mapping[str, np.ndarray]):
    """Samples of a data set by input name; copied when they are read.

    `key` identifies the data set and the samples, without reading them.
    """

    def __init__(self, data: Dataset, chosen: slice | np.ndarray) -> None:
        self._kinds = {spec.name: spec.dtype for spec in data.specs}
        self._types = {name: DTYPES[kind] for name, kind in self._kinds.items()}
        self._data, self._chosen = data, chosen
        self._read: dict[str, np.ndarray] = {}
        self._coming: dict[str, Ahead] = {}
        self.following: Feeds | None = None  # is read as soon as this is

    @property
    def key(self) -> Hashable:
        chosen = self._chosen
        return self._data, (chosen.start, chosen.stop, chosen.step) if isinstance(chosen, slice) else chosen.tobytes()

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._read:
            coming = self._coming.pop(name, None)
            self._read[name] = self._copied(name) if coming is None else coming.result()
            if self.following is not None:
                self.following.start(name)
        return self._read[name]

    def start(self, name: str) -> None:
        """Start to read this input in another thread."""
        if name not in self._read and name not in self._coming:
            self._coming[name] = Ahead(partial(self._copied, name))

    def _copied(self, name: str) -> np.ndarray:
        data, axis = self._data, self._data.axes.get(name)
        if name in data.inputs:
            values = data.inputs[name][self._chosen]
            if isinstance(data.inputs[name], Lazy):  # what is in memory was looked at before
                refuse_odd_values(data.path, name, self._kinds[name], values)
            values = values.astype(self._types[name])
            if axis == ALONE:  # several are only looked at
                return np.asarray(values[0] if len(values) == 1 else values)
            return values if axis is None else np.ascontiguousarray(np.moveaxis(values, 0, axis))
        return data.constants[name] if axis is None else np.repeat(data.constants[name], self._count, axis)

    @property
    def _count(self) -> int:
        chosen = self._chosen
        return len(range(*chosen.indices(self._data.samples))) if isinstance(chosen, slice) else len(chosen)

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


class Ahead(threading.Thread):
    """Reader of one input of a batch, in a thread that ends with it."""

    def __init__(self, read: Callable[[], np.ndarray]) -> None:
        super().__init__(name="ahead", daemon=True)
        self._read, self._values = read, np.empty(0)
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._values = self._read()
        except BaseException as error:  # raised where the values are wanted
            self._error = error

    def result(self) -> np.ndarray:
        """Return the values. Raises whatever reading raised."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._values
