"""A data set: arrays for the model's inputs and perhaps labels. Opened by suffix; nothing is ever unpickled."""

import hashlib
import runpy
import zipfile
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from workbench.core.errors import UserError
from workbench.core.files import file_and_function
from workbench.core.job import Job
from workbench.core.layer import InputSpec, fixed_batch
from workbench.data.class_names import read_names

# An ONNX element type of an input -> the numpy type its samples are cast to (integers are not rescaled).
DTYPES = {"float32": np.float32, "float16": np.float16, "float64": np.float64, "int64": np.int64, "int32": np.int32,
          "uint8": np.uint8, "int8": np.int8, "bool": np.bool_}


@dataclass(frozen=True, eq=False)
class Dataset:
    """`inputs` name -> [samples, ...] in the type they are stored in; `labels` [samples, ...] or None.

    classes     names in the order of the class numbers, where the data has any
    """

    path: str
    inputs: Mapping[str, np.ndarray]
    specs: tuple[InputSpec, ...]
    labels: np.ndarray | None
    classes: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        return len(next(iter(self.inputs.values())))

    @property
    def fixed_batch(self) -> int | None:
        """How many samples the model takes at a time, neither more nor less; None where it takes any number."""
        return fixed_batch(self.specs)

    def at_once(self, size: int) -> int:
        """So many samples at a time, or as many as the model fixes."""
        return self.fixed_batch or size

    def feeds(self, chosen: slice | np.ndarray) -> dict[str, np.ndarray]:
        """The chosen samples, cast to the types of the model's inputs."""
        return dict(Feeds(self, chosen))

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
        """The chosen samples as a data set of their own."""
        labels = None if self.labels is None else self.labels[chosen]
        return Dataset(self.path, {k: v[chosen] for k, v in self.inputs.items()}, self.specs, labels, self.classes)

    @cached_property
    def fingerprint(self) -> str:
        """Of the samples and labels: equal data has equal fingerprints, whatever its classes are called."""
        digest = hashlib.sha256()
        for array in (*self.inputs.values(), *(() if self.labels is None else (self.labels,))):
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
            self._read[name] = self._data.inputs[name][self._chosen].astype(self._types[name])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)


def open_dataset(path: str, specs: tuple[InputSpec, ...], trusted: bool = False,
                 job: Job | None = None) -> Dataset:
    """Open `path` for a model with these inputs; `job` hears how far the reading of pictures is.

    An .npz, a folder of images in class folders, or `file.py:function` (which runs code, so it needs `trusted`).
    Raises UserError naming the file and what to do.
    """
    if file_and_function(path)[1]:
        return _from_function(path, specs, trusted)
    file = Path(path)
    if not file.exists():
        raise UserError(f"There is no file {path}.", "Check the name.")
    if file.is_dir():
        from workbench.data.images import open_folder
        inputs, numbers, classes = open_folder(file, specs, job or Job())
        return _checked(path, inputs, numbers, specs, classes)
    if file.suffix == ".npz":
        return _from_arrays(path, _read_npz(file), specs)
    raise UserError(f"{path} is not a data set.", "Give an .npz, a folder of class folders, or file.py:function.")


def _from_arrays(path: str, arrays: dict[str, np.ndarray], specs: tuple[InputSpec, ...]) -> Dataset:
    """Labels are called y and names of classes class_names, where no input of the model is."""
    own = {spec.name for spec in specs}
    labels, names = (arrays.pop(name, None) if name not in own else None for name in ("y", "class_names"))
    return _checked(path, arrays, labels, specs, () if names is None else read_names(path, names, labels))


def _read_npz(file: Path) -> dict[str, np.ndarray]:
    mend = "Save it with numpy.savez: arrays named after the model's inputs, or x, and labels y."
    try:
        # Opened here, because numpy leaves a broken archive's file open.
        with file.open("rb") as handle:
            archive = np.load(handle, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise UserError(f"{file} is not an .npz archive.", mend)
            return {name: archive[name] for name in archive.files}
    except UserError:
        raise
    except ValueError as error:
        pickled = "allow_pickle" in str(error) or "pickle" in str(error)
        what = "holds pickled objects, which are not loaded" if pickled else "is not a readable .npz archive"
        raise UserError(f"{file} {what}.", mend) from error
    except (OSError, EOFError, KeyError, zipfile.BadZipFile, MemoryError) as error:
        raise UserError(f"{file} is not a readable .npz archive.", mend) from error


def _from_function(path: str, specs: tuple[InputSpec, ...], trusted: bool) -> Dataset:
    file, name = file_and_function(path)
    if not Path(file).is_file():
        raise UserError(f"There is no file {file}.", "Check the name.")
    if not trusted:
        raise UserError(f"{path} would run code.", "Confirm that you trust it (--trust on the command line).")
    function = runpy.run_path(file).get(name)
    if not callable(function):
        raise UserError(f"{file} has no function {name}.", "Name a function that yields batches.")
    parts: list[dict[str, np.ndarray]] = []
    for batch in function():
        batch = batch if isinstance(batch, Mapping) else dict(zip(("x", "y"), batch, strict=False))
        parts.append({key: np.asarray(value) for key, value in batch.items()})
    if not parts:
        raise UserError(f"{path} yields no batches.", "It should yield (x, y) or a mapping of arrays.")
    names = {key: parts[0][key] for key in parts[0] if key == "class_names"}    # of all batches, not of samples
    arrays = {key: np.concatenate([part[key] for part in parts]) for key in parts[0] if key not in names}
    return _from_arrays(path, {**arrays, **names}, specs)


def _checked(path: str, arrays: dict[str, np.ndarray], labels: np.ndarray | None, specs: tuple[InputSpec, ...],
             classes: tuple[str, ...] = ()) -> Dataset:
    """Match arrays to inputs by name; a single unnamed input takes `x`."""
    if len(specs) == 1 and specs[0].name not in arrays and "x" in arrays:
        arrays = {specs[0].name: arrays["x"]}
    for spec in specs:
        if spec.name not in arrays:
            held = ", ".join(arrays) or "nothing"
            raise UserError(f"{path} has no array '{spec.name}' (it holds {held}).",
                            "Name the arrays after the model's inputs, or the only one x.")
        _check_shape(path, spec, arrays[spec.name])
    counts = {len(np.atleast_1d(array)) for array in (*(arrays[spec.name] for spec in specs), labels)
              if array is not None}
    if len(counts) != 1 or counts == {0}:
        raise UserError(f"{path} has arrays of different lengths or none: {sorted(counts)}.",
                        "Every array needs one entry a sample.")
    data = Dataset(path, {spec.name: arrays[spec.name] for spec in specs}, specs, labels, classes)
    return _in_whole_batches(data)


def _in_whole_batches(data: Dataset) -> Dataset:
    """Without the last samples, where the model takes a fixed number at a time and these are fewer."""
    whole = data.samples // data.at_once(1) * data.at_once(1)
    if not whole:
        raise UserError(f"{data.path} has {data.samples} samples, and the model takes exactly {data.at_once(1)} at a "
                        "time.", "Give more samples, or export the model with a free batch size.")
    return data if whole == data.samples else data.subset(np.arange(whole))


def _check_shape(path: str, spec: InputSpec, array: np.ndarray) -> None:
    if not spec.shape:
        raise UserError(f"The model's input '{spec.name}' is one value for all samples, which no data set has.",
                        "Make it a constant of the model.")
    wanted = spec.shape[1:]
    fits = array.ndim == len(spec.shape) and all(w is None or w == a for w, a in zip(wanted, array.shape[1:],
                                                                                     strict=False))
    numeric = array.dtype.kind in "fiub" and spec.dtype in DTYPES
    if fits and numeric:
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise UserError(f"{path}: the array '{spec.name}' has values that are not finite.", "Remove them.")
        return
    shown = " x ".join("any" if size is None else str(size) for size in wanted)
    raise UserError(f"{path}: the array '{spec.name}' is {array.dtype} of shape {array.shape}, "
                    f"the model takes {spec.dtype} of {shown or 'scalars'} a sample.", "Reshape or convert it.")
