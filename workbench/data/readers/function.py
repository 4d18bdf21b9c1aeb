"""`file.py:function` that yields batches: the user's code, which runs only with trust."""

import os
import runpy
from collections.abc import Mapping

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.files import file_and_function
from workbench.core.base.trust import HOW

NAMES = "class_names"


def read(path: str, trusted: bool) -> dict[str, np.ndarray]:
    """Return the batches concatenated. Raises UserError without trust, or for batches that do not fit each other."""
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
    return {**arrays, **names}
