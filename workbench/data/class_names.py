"""Names of the classes in a data set: reading, checks, disambiguation."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message

MOST = 100_000  # classes
LONGEST = 80  # characters of a name


def name_of(classes: Sequence[str], number: int) -> str:
    """Return the name of a class, or its number if it has no name."""
    return classes[number] if 0 <= number < len(classes) else str(number)


def read_names(path: str, given: np.ndarray, labels: np.ndarray | None) -> tuple[str, ...]:
    """Read names [classes] from an array of text, in the order of the class numbers; duplicates are distinguished by
    number.

    Raises UserError if it is not a list of short readable names, or if a label has no name.
    """
    hint = Message("Make class_names a list of strings, one per class, in the order of the class indices; or omit it.")
    if given.ndim != 1 or given.dtype.kind != "U" or not 0 < len(given) <= MOST:
        raise UserError(
            "{path}: the array 'class_names' has type {dtype} and shape {shape}; it must be a list of strings.",
            hint,
            path=path,
            dtype=given.dtype,
            shape=given.shape,
        )
    names = [" ".join(str(name).split()) for name in given]
    for number, name in enumerate(names):
        if not name or len(name) > LONGEST or not name.isprintable():
            raise UserError(
                "{path}: the name of class {number} is empty, longer than {longest} characters, or not readable.",
                hint,
                path=path,
                number=number,
                longest=LONGEST,
            )
    if labels is not None and labels.dtype.kind in "iu" and labels.size and int(labels.max()) >= len(names):
        raise UserError(
            "{path} names {n} classes, but has labels up to {highest}.",
            hint,
            path=path,
            n=len(names),
            highest=int(labels.max()),
        )
    return told_apart(names)


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Append the class number to names that occur more than once (ImageNet has two cranes)."""
    times = Counter(names)
    return tuple(f"{name} ({number})" if times[name] > 1 else name for number, name in enumerate(names))
