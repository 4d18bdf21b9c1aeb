"""Tables of features: .csv, and .parquet where pyarrow is installed."""

import csv
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.system import free_memory
from workbench.core.layer_data.layer import InputSpec
from workbench.data.columns import refuse_large
from workbench.data.readers.lines import lines

LABELS = ("label", "labels", "class", "target", "y")  # what a column of labels is called; y may be a coordinate, too
MOST_COLUMNS = 1 << 16
QUOTED = re.compile(r'"[^"]*"')
CHECKED = 1 << 14  # rows between two looks at the memory
AGAIN = Message(
    "Give numbers in all columns but that of the labels, with commas, semicolons or tabs between them; the first line "
    "may name them."
)
Table = dict[str, np.ndarray]


def read_csv(path: str, specs: tuple[InputSpec, ...]) -> Table:
    """Read columns of numbers. Without a header line the last column is the labels if the model takes one column less.
    Where semicolons divide columns, numbers may have decimal commas. Raises UserError naming the line that cannot be
    read."""
    rows = _rows(path)
    first = next((row for row in rows if row), None)
    if first is None:
        raise UserError("{path} is empty.", AGAIN, path=path)
    named = not all(_is_number(cell) for cell in first)
    width = len(first)
    if width > MOST_COLUMNS:
        raise UserError("{path} has {n:,} columns, more than are supported.", AGAIN, path=path, n=width)
    names = [name.strip() for name in first] if named else [str(number) for number in range(width)]
    if not named and any(spec.shape[1:] == (width - 1,) for spec in specs):
        names[-1] = LABELS[0]
    texts: list[str] = []
    label = labels_among(path, names)
    if label is not None and width == 1:
        raise UserError("{path} has no columns but the labels.", AGAIN, path=path)
    values = array("d")
    for number, row in enumerate(rows if named else _with(first, rows), 2 if named else 1):
        if not row:
            continue
        if len(row) != width:
            raise UserError(
                "{path}: line {number} has {n} columns, the first has {width}.",
                AGAIN,
                path=path,
                number=number,
                n=len(row),
                width=width,
            )
        if label is not None:
            texts.append(row.pop(label).strip())
        try:
            values.extend(map(float, row))
        except ValueError as error:
            raise _no_numbers(path, number, row) from error
        if number % CHECKED == 0 and 2 * values.itemsize * len(values) > free_memory():
            refuse_large(Path(path), 2 * values.itemsize * len(values))
    table = np.frombuffer(values, np.float64).reshape(-1, width - (label is not None))
    columns = dict(zip((name for place, name in enumerate(names) if place != label), table.T, strict=True))
    return arranged(path, columns, None if label is None else np.array(texts), specs)


def read_parquet(path: str, specs: tuple[InputSpec, ...]) -> Table:
    """Read columns of numbers, or of lists of numbers that all have the same length. Raises UserError."""
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise UserError(
            "{path} is a Parquet file, and pyarrow is not installed.",
            "Install it (pip install pyarrow), or save the data as .npz.",
            path=path,
        ) from error
    again = Message("Save columns of numbers, or of lists of numbers with equal lengths.")
    try:
        if not Path(path).is_file():
            raise UserError("{path} is not a file.", again, path=path)
        with parquet.ParquetFile(path) as file:
            groups = file.metadata.num_row_groups
            refuse_large(Path(path), 2 * sum(file.metadata.row_group(each).total_byte_size for each in range(groups)))
            found = file.read()
        columns = {name: np.array(found[name].to_pylist()) for name in found.column_names}
    except (UserError, MemoryError):
        raise
    except Exception as error:  # whatever is inconsistent in an untrusted file
        raise UserError("{path} is not a Parquet file of numbers.", again, path=path) from error
    place = labels_among(path, [*columns])
    labels = None if place is None else columns.pop([*columns][place])
    if odd := [name for name, column in columns.items() if column.dtype.kind not in "fiub"]:
        raise UserError("{path}: the column {name} does not hold numbers.", again, path=path, name=odd[0])
    return arranged(path, columns, labels, specs)


def _no_numbers(path: str, number: int, row: Sequence[str]) -> UserError:
    if not all(cell.strip() for cell in row):
        return UserError("{path}: line {number} has an empty cell.", AGAIN, path=path, number=number)
    return UserError("{path}: line {number} has text among its numbers.", AGAIN, path=path, number=number)


def labels_among(path: str, names: Sequence[str]) -> int | None:
    """Return the place of the column of labels, if there is one. Raises UserError where names do not say which column
    is which: one of two would be lost, or be learned from."""
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise UserError(
            "{path}: several columns are called '{name}'.", "Rename or remove one of them.", path=path, name=twice[0]
        )
    found = [place for place, name in enumerate(names) if name.lower() in LABELS]
    clear = [place for place in found if names[place].lower() != LABELS[-1]]
    if len(clear) > 1:
        raise UserError(
            "{path}: the columns '{first}' and '{second}' may both be labels.",
            "Rename or remove one of them.",
            path=path,
            first=names[clear[0]],
            second=names[clear[1]],
        )
    return next(iter(clear or found), None)


def arranged(
    path: str, columns: Mapping[str, np.ndarray], labels: np.ndarray | None, specs: tuple[InputSpec, ...]
) -> Table:
    """Assign columns to the model's inputs: by name if they match, else all together as x [samples, columns], in the
    shape of the only input. Labels that are texts become class numbers, alphabetically."""
    if not columns:
        raise UserError("{path} has no columns but the labels.", AGAIN, path=path)
    own = [spec for spec in specs if spec.name in columns]
    if own:
        table = {spec.name: _shaped(columns[spec.name], spec) for spec in own}
    else:
        together = np.stack([np.asarray(column, np.float64) for column in columns.values()], axis=1)
        table = {"x": _shaped(together, specs[0]) if len(specs) == 1 else together}
    if labels is None:
        return table
    if labels.dtype.kind == "U":
        try:
            labels = labels.astype(np.float64)
        except ValueError:
            names, labels = np.unique(labels, return_inverse=True)
            table["class_names"] = names
    whole = labels.dtype.kind == "f" and np.isfinite(labels).all() and (labels == np.rint(labels)).all()
    return {**table, "y": labels.astype(np.int64) if whole else labels}


def _shaped(values: np.ndarray, spec: InputSpec) -> np.ndarray:
    """Reshape values to the shape of one sample, if their number matches."""
    inner = spec.shape[1:]
    values = values.astype(np.float32) if spec.dtype == "float32" else values
    if values.ndim - 1 == len(inner) or any(side is None for side in inner):
        return values
    each = math.prod(side or 1 for side in inner)
    return values.reshape(-1, *inner) if values[:1].size == each else values


def _rows(path: str) -> Iterator[list[str]]:
    """Yield the cells of each line; decimal commas between semicolons become points."""
    text = lines(path)
    first = next((line for line in text if line.strip()), "")
    delimiter = _delimiter(first)
    try:
        for row in csv.reader(chain([first], text), delimiter=delimiter, strict=True):
            yield row if delimiter != ";" else [_with_point(cell) for cell in row]
    except csv.Error as error:
        raise UserError("{path} is not a table with commas between its columns.", AGAIN, path=path) from error


def _delimiter(first: str) -> str:
    """Return what divides the columns of a table, given its first line: what it has outside quotes; a semicolon beside
    commas where these are in numbers."""
    bare = QUOTED.sub("", first)
    if ";" in bare and ("," not in bare or all(_is_number(_with_point(cell)) for cell in bare.split(";"))):
        return ";"
    return "\t" if "\t" in bare and "," not in bare else ","


def _with_point(cell: str) -> str:
    changed = cell.replace(",", ".")
    return changed if _is_number(changed) else cell


def _with(first: list[str], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    yield first
    yield from rest


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
