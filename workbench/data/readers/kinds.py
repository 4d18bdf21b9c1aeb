"""The kinds of data sets, in order of precedence: built-in ones, with those of extensions between them."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.files import exists, file_and_function
from workbench.core.base.job import Job
from workbench.core.layer_data.layer import InputSpec
from workbench.data.columns import Column
from workbench.data.extensions import Reader, all_readers
from workbench.data.preprocessing import Rules
from workbench.data.readers import function, npy_file, npz_file, tables, texts

LABELS, NAMES = "y", "class_names"
# Preprocessing rules that only readers of such files can apply.
OF_IMAGES, OF_TEXT = ("size", "crop", "class_names"), ("tokenizer", "length")


@dataclass(frozen=True)
class Asked:
    """Request to read data for a model with these inputs, by these rules. `own`: inputs with given values; `near`:
    further folders that may hold files belonging to the data."""

    path: str
    specs: tuple[InputSpec, ...]
    rules: Rules
    trusted: bool
    job: Job
    own: tuple[str, ...] = ()
    near: tuple[Path, ...] = ()

    @property
    def taken(self) -> tuple[InputSpec, ...]:
        """Inputs that the data has to supply."""
        return tuple(spec for spec in self.specs if spec.name not in self.own and spec.default is None)


@dataclass(frozen=True)
class Found:
    """Arrays [samples, ...] by name, with labels y and names of classes class_names.

    held   names of all arrays in the data
    classes  names of the classes, if not among the arrays
    images  whether these are the pixels of images in files
    notes   sentences for the user
    applied  preprocessing rules that the reader itself has applied
    """

    arrays: Mapping[str, Column]
    held: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    images: bool = False
    notes: tuple[str, ...] = ()
    applied: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of data set: whether an existing path is of this kind, and how to read it."""

    claims: Callable[[str], bool]
    read: Callable[[Asked], Found]


def read(asked: Asked) -> Found:
    """Read the path as the first kind that claims it. Raises UserError naming the path and what to do."""
    if not file_and_function(asked.path)[1] and not exists(asked.path):
        raise UserError("There is no file {path}.", "Check the name.", path=asked.path)
    kind = next((kind for kind in (*FIRST, *map(_of, all_readers()), *LAST) if kind.claims(asked.path)), None)
    if kind is None:
        raise UserError(
            "{path} is not a data set.",
            "Give an .npz, .npy, .csv, .jsonl, .txt or .parquet file, a folder of class folders, or file.py:function.",
            path=asked.path,
        )
    return kind.read(asked)


def _ends(*suffixes: str) -> Callable[[str], bool]:
    return lambda path: Path(path).suffix.lower() in suffixes and not os.path.isdir(path)


def _archive(asked: Asked) -> Found:
    return Found(*npz_file.read(Path(asked.path), {spec.name for spec in asked.specs} | {"x", LABELS, NAMES}))


def _images(asked: Asked) -> Found:
    from workbench.data.readers.images import open_folder

    images, labels, classes, notes = open_folder(Path(asked.path), asked.taken, asked.rules, asked.job)
    return Found({**images, LABELS: labels}, classes=classes, images=True, notes=notes, applied=OF_IMAGES)


def _of_text(asked: Asked, read: Callable[..., dict[str, np.ndarray]]) -> Found:
    return Found(read(asked.path, asked.taken, asked.rules, asked.near), applied=OF_TEXT)


def _of(reader: Reader) -> Kind:
    """Return the kind of an extension's reader, whose output is checked."""

    def read(asked: Asked) -> Found:
        given = reader.read(asked.path, asked.trusted, asked.job)
        arrays = {str(name): np.asarray(values) for name, values in dict(given).items()}
        if odd := [name for name, array in arrays.items() if array.dtype.kind not in "fiubU"]:
            raise UserError(
                "{path}: the reader {reader} returns {odd} with neither numbers nor strings.",
                "Report it to its author, or save the data as .npz.",
                path=asked.path,
                reader=reader.name,
                odd=[*odd],
            )
        return Found(arrays)

    return Kind(reader.claims, read)


def _is_folder_of_arrays(path: str) -> bool:
    return os.path.isdir(path) and any(Path(path).glob("*.npy"))


FIRST = (
    Kind(lambda path: bool(file_and_function(path)[1]), lambda asked: Found(function.read(asked.path, asked.trusted))),
    Kind(_ends(".npz"), _archive),
)
LAST = (
    Kind(_ends(".npy"), lambda asked: Found(npy_file.read(Path(asked.path)))),
    Kind(_is_folder_of_arrays, lambda asked: Found(npy_file.read(Path(asked.path)))),
    Kind(lambda path: os.path.isdir(path), _images),
    Kind(_ends(".csv"), lambda asked: Found(tables.read_csv(asked.path, asked.taken))),
    Kind(_ends(".parquet"), lambda asked: Found(tables.read_parquet(asked.path, asked.taken))),
    Kind(_ends(".jsonl"), lambda asked: _of_text(asked, texts.read_records)),
    Kind(_ends(".txt"), lambda asked: _of_text(asked, texts.read_text)),
)
