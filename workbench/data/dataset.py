"""A data set: arrays for the model's inputs and perhaps labels. Opened by suffix; nothing is ever unpickled."""

import hashlib
import os
import runpy
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.files import exists, file_and_function
from workbench.core.base.job import Job
from workbench.core.base.trust import HOW
from workbench.core.layer_data.layer import InputSpec
from workbench.data import npz_file
from workbench.data.answer import Answer
from workbench.data.class_names import read_names
from workbench.data.extensions import Reader, all_readers
from workbench.data.matching import DTYPES, Given, match

LABELS, NAMES = "y", "class_names"


@dataclass(frozen=True, eq=False)
class Dataset:
    """`inputs` name -> [samples, ...] in the type they are stored in; `labels` [samples, ...] or None.

    classes     names in the order of the class numbers, where the data has any
    constants   inputs that are the same for all samples, in the type of the input
    axes        see matching.Matched
    answer      which of the model's outputs is measured, and what learning learns to give
    """

    path: str
    inputs: Mapping[str, np.ndarray]
    specs: tuple[InputSpec, ...]
    labels: np.ndarray | None
    classes: tuple[str, ...] = ()
    constants: Mapping[str, np.ndarray] = field(default_factory=dict)
    axes: Mapping[str, int] = field(default_factory=dict)
    answer: Answer = Answer()  # noqa: RUF009  (it is a value)

    @property
    def samples(self) -> int:
        return len(next(iter(self.inputs.values())))

    @property
    def fixed_batch(self) -> int | None:
        """How many samples the model takes at a time, neither more nor less; None where it takes any number."""
        sizes = (spec.shape[self.axes.get(spec.name, 0)] for spec in self.specs if spec.name in self.inputs)
        return next((size for size in sizes if size is not None), None)

    def at_once(self, size: int) -> int:
        """This batch size, or the model's if it is fixed."""
        return self.fixed_batch or size

    def feeds(self, chosen: slice | np.ndarray) -> dict[str, np.ndarray]:
        """The chosen samples, cast to the types of the model's inputs."""
        return dict(Feeds(self, chosen))

    def count(self, feeds: Mapping[str, np.ndarray]) -> int:
        """How many samples these feeds hold."""
        name = next(iter(self.inputs))
        return feeds[name].shape[self.axes.get(name, 0)]

    def first(self, limit: int) -> int:
        """How many samples are looked at where `limit` are enough: whole batches where the model fixes them."""
        size, count = self.at_once(1), min(self.samples, limit)
        return min(self.samples, max(size, count // size * size))

    def least(self) -> dict[str, np.ndarray]:
        """The first sample, or as many as the model fixes."""
        return self.feeds(slice(0, self.at_once(1)))

    def batches(self, size: int, limit: int | None = None) -> Iterator[dict[str, np.ndarray]]:
        """Feeds for the first `limit` samples, `size` at a time or as many as the model fixes, in order."""
        size, end = self.at_once(size), self.first(limit or self.samples)
        for start in range(0, end, size):
            yield self.feeds(slice(start, min(start + size, end)))

    def subset(self, chosen: np.ndarray) -> "Dataset":
        """The chosen samples as a data set."""
        labels = None if self.labels is None else self.labels[chosen]
        return replace(self, inputs={k: v[chosen] for k, v in self.inputs.items()}, labels=labels)

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
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()[:16]


class Feeds(Mapping[str, np.ndarray]):
    """Samples of a data set by the name of the input that takes them; copied out of it when they are read.

    `key` tells which samples of which data set they are, without reading them.
    """

    def __init__(self, data: Dataset, chosen: slice | np.ndarray) -> None:
        self._types = {spec.name: DTYPES[spec.dtype] for spec in data.specs}
        self._data, self._chosen = data, chosen
        self._read: dict[str, np.ndarray] = {}

    @property
    def key(self) -> Hashable:
        chosen = self._chosen
        return self._data, (chosen.start, chosen.stop, chosen.step) if isinstance(chosen, slice) else chosen.tobytes()

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._read:
            self._read[name] = self._copied(name)
        return self._read[name]

    def _copied(self, name: str) -> np.ndarray:
        data, axis = self._data, self._data.axes.get(name)
        if name in data.inputs:
            values = data.inputs[name][self._chosen].astype(self._types[name])
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


def open_dataset(
    path: str, specs: tuple[InputSpec, ...], trusted: bool = False, job: Job | None = None, given: Given | None = None
) -> Dataset:
    """Open `path` for a model with these inputs; `job` hears how far the reading of pictures is. `given` are values of
    inputs that are the same for all samples.

    An .npz, a folder of images in class folders, or `file.py:function` (which runs code, so it needs `trusted`).
    Raises UserError naming the file and what to do.
    """
    if file_and_function(path)[1]:
        return _from_function(path, specs, trusted, given or {})
    file = Path(path)
    if not exists(path):
        raise UserError("There is no file {path}.", "Check the name.", path=path)
    given = given or {}
    if file.suffix != ".npz" and (reader := next((each for each in all_readers() if each.claims(path)), None)):
        return _from_arrays(path, _read(reader, path, trusted, job or Job()), specs, given)
    if file.is_dir():
        from workbench.data.images import open_folder

        taken = tuple(spec for spec in specs if spec.name not in given)
        inputs, numbers, classes = open_folder(file, taken, job or Job())
        return _checked(path, inputs, numbers, specs, given, classes)
    if file.suffix == ".npz":
        arrays, held = npz_file.read(file, {spec.name for spec in specs} | {"x", LABELS, NAMES})
        return _from_arrays(path, arrays, specs, given, held)
    raise UserError(
        "{path} is not a data set.", "Give an .npz, a folder of class folders, or file.py:function.", path=path
    )


def _read(reader: Reader, path: str, trusted: bool, job: Job) -> dict[str, np.ndarray]:
    """Output of a plug-in's reader, as arrays of numbers or texts. Raises UserError for anything else."""
    given = reader.read(path, trusted, job)
    arrays = {str(name): np.asarray(values) for name, values in dict(given).items()}
    if odd := [name for name, array in arrays.items() if array.dtype.kind not in "fiubU"]:
        raise UserError(
            "{path}: the reader {reader} returns {odd} with neither numbers nor strings.",
            "Report it to its author, or save the data as .npz.",
            path=path,
            reader=reader.name,
            odd=", ".join(odd),
        )
    return arrays


def _from_arrays(
    path: str, arrays: dict[str, np.ndarray], specs: tuple[InputSpec, ...], given: Given, held: tuple[str, ...] = ()
) -> Dataset:
    """Labels are called y and names of classes class_names, where no input of the model is."""
    own = {spec.name for spec in specs}
    labels, names = (arrays.pop(name, None) if name not in own else None for name in (LABELS, NAMES))
    classes = () if names is None else read_names(path, names, labels)
    return _checked(path, arrays, labels, specs, given, classes, held)


def _from_function(path: str, specs: tuple[InputSpec, ...], trusted: bool, given: Given) -> Dataset:
    file, name = file_and_function(path)
    if not os.path.isfile(file):
        raise UserError("There is no file {file}.", "Check the name.", file=file)
    if not trusted:
        raise UserError("{path} runs code when it is loaded.", HOW, path=path)
    function = runpy.run_path(file).get(name)
    if not callable(function):
        raise UserError("{file} has no function {name}.", "Give a function that yields batches.", file=file, name=name)
    parts: list[dict[str, np.ndarray]] = []
    for batch in function():
        batch = batch if isinstance(batch, Mapping) else dict(zip(("x", "y"), batch, strict=False))
        parts.append({key: np.asarray(value) for key, value in batch.items()})
    if not parts:
        raise UserError("{path} yielded no batches.", "Yield tuples (x, y) or mappings of arrays.", path=path)
    names = {key: parts[0][key] for key in parts[0] if key == NAMES}  # of all batches, not of samples
    try:  # what has no axis is the same for all samples
        arrays = {
            key: np.concatenate([part[key] for part in parts]) if first.ndim else first
            for key, first in parts[0].items()
            if key not in names
        }
    except (KeyError, ValueError) as error:
        raise UserError(
            "{path} yields batches with different arrays or shapes.",
            "Give all batches the same arrays, with equal shapes except for the batch axis.",
            path=path,
        ) from error
    return _from_arrays(path, {**arrays, **names}, specs, given)


def _checked(
    path: str,
    arrays: dict[str, np.ndarray],
    labels: np.ndarray | None,
    specs: tuple[InputSpec, ...],
    given: Given,
    classes: tuple[str, ...] = (),
    held: tuple[str, ...] = (),
) -> Dataset:
    if labels is not None and labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise UserError("Some labels in {path} are NaN or infinite.", "Remove these samples.", path=path)
    matched = match(path, arrays, specs, given, labels, held)
    counts = {len(np.atleast_1d(array)) for array in (*matched.inputs.values(), labels) if array is not None}
    if len(counts) != 1 or counts == {0}:
        raise UserError(
            "{path} has no arrays, or arrays of different lengths: {counts}.",
            "Every array needs one entry per sample.",
            path=path,
            counts=sorted(counts),
        )
    data = Dataset(path, matched.inputs, specs, labels, classes, matched.constants, matched.axes)
    return _in_whole_batches(data)


def _in_whole_batches(data: Dataset) -> Dataset:
    """Without the last samples, where the model takes a fixed number at a time and these are fewer."""
    whole = data.samples // data.at_once(1) * data.at_once(1)
    if not whole:
        raise UserError(
            "{path} has {samples} samples, but the model's batch size is fixed at {at_once}.",
            "Give more samples, or export the model with a dynamic batch size.",
            path=data.path,
            samples=data.samples,
            at_once=data.at_once(1),
        )
    return data if whole == data.samples else data.subset(np.arange(whole))
