"""Shared suite of data readers: arrays of equal length for the model's inputs, damaged files refused in a
sentence, no code without trust. `check_reader` runs all checks."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.data.extensions import Reader
from workbench.testing.audit import nothing_run
from workbench.testing.formats import damaged
from workbench.testing.saying import sentence


@dataclass(frozen=True)
class ReaderCase:
    """A reader with files or folders that it reads."""

    reader: Reader
    paths: tuple[Path, ...]

    def __str__(self) -> str:
        return self.reader.name

    def read(self, path: Path) -> dict[str, np.ndarray]:
        return {name: np.asarray(values) for name, values in self.reader.read(str(path), False, Job()).items()}


def check_reader(reader: Reader, *paths: Path | str) -> None:
    """Run all checks below for data of this kind. Raises AssertionError naming the violation."""
    assert paths, "a reader is tried on data of its kind"
    case = ReaderCase(reader, tuple(map(Path, paths)))
    for check in CHECKS:
        check(case)


def claims_its_own_only(case: ReaderCase) -> None:
    """Check that it claims files by name; but not .npz archives, which are read before readers are asked."""
    for path in case.paths:
        assert case.reader.claims(str(path)), f"{case} does not claim {path.name}"
    assert not case.reader.claims("rows.npz"), f"{case} claims .npz"
    assert not case.reader.claims("rows.nothing"), f"{case} claims any name"


def gives_samples(case: ReaderCase) -> None:
    """Check for arrays of numbers or texts, one entry per sample in each; the same whenever they are read."""
    for path in case.paths:
        first, second = case.read(path), case.read(path)
        samples = {name: array for name, array in first.items() if name != "class_names"}
        assert samples.keys() - {"y"}, f"{path.name}: there is no input, only labels"
        odd = [name for name, array in first.items() if array.dtype.kind not in "fiubU"]
        assert not odd, f"{path.name}: {', '.join(odd)} is neither numbers nor texts"
        lengths = {name: len(array) if array.ndim else 0 for name, array in samples.items()}
        assert len(set(lengths.values())) == 1 and 0 not in lengths.values(), f"{path.name}: samples are {lengths}"
        for name, array in first.items():
            np.testing.assert_array_equal(array, second[name], f"{path.name} differs from one reading to the next")


def refuses_damaged_files(case: ReaderCase) -> None:
    """Check that a file with missing or changed bytes is read, or refused in a sentence that names it."""
    for path in (path for path in case.paths if path.is_file()):
        for name, data in damaged(path.read_bytes()):
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / path.name
                copy.write_bytes(data)
                try:
                    case.read(copy)
                except UserError as error:
                    assert sentence(error.what) and str(copy) in error.what, f"{name}: {error.what!r}"


def runs_nothing(case: ReaderCase) -> None:
    """Check that without trust nothing is unpickled, started or written."""
    for path in case.paths:
        case.read(path)  # libraries are loaded now
        with nothing_run():
            case.read(path)


CHECKS: tuple[Callable[[ReaderCase], None], ...] = (
    claims_its_own_only,
    gives_samples,
    refuses_damaged_files,
    runs_nothing,
)
