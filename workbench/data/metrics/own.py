"""Custom metrics: file.py:function(outputs, targets) -> a score for each sample, or one number for all."""

import os
import runpy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.files import file_and_function
from workbench.core.base.quantities import MetricInfo
from workbench.core.base.trust import HOW, Trust, check_place
from workbench.core.plugins.discovery import error_text
from workbench.data.metrics.metric import Metric

WIDEST = 1 << 16  # numbers a sample, of outputs and targets, that are kept for a figure of all samples

Function = Callable[..., Any]


def is_own(name: str) -> bool:
    """Return whether a metric is given as file.py:function."""
    return bool(file_and_function(name)[1])


def own(name: str, trusted: Trust, labelled: bool) -> Metric:
    """Return the metric that a function computes. Optional attributes of the function: `title`, `unit` ("%" for
    fractions 0..1), `higher_is_better` (True), `labelled` (whether targets are labels; else the original model's
    outputs).

    labelled   whether the data has labels, which are then the targets

    Raises UserError without trust, or if there is no such function.
    """
    path, called = file_and_function(name)
    if name not in trusted:
        check_place(path, trusted)
    if not os.path.isfile(path):
        raise UserError("There is no file {file}.", "Check the name.", file=path)
    if name not in trusted:
        raise UserError("{path} runs code when it is loaded.", HOW, path=name)
    function = _safe(runpy.run_path, name)(path).get(called)
    if not callable(function):
        raise UserError(
            "{file} has no function {name}.", "Give a function of outputs and targets.", file=path, name=called
        )
    unit = str(getattr(function, "unit", ""))
    info = MetricInfo(
        str(getattr(function, "title", called)),
        unit,
        bool(getattr(function, "higher_is_better", True)),
        bool(getattr(function, "labelled", labelled)),
        low=0.0 if unit == "%" else None,
        high=1.0 if unit == "%" else None,
    )
    about = sha256(Path(path).read_bytes()).hexdigest()[:16]
    return Metric(called, info, _safe(function, name), fit=_by_answer, about=about)


def _safe(function: Function, name: str) -> Function:
    """Wrap the function so that errors are raised as UserError, and that it may change its arguments: other metrics
    read the same outputs."""

    def guarded(*arguments: Any) -> Any:
        try:
            return function(*(each.copy() if isinstance(each, np.ndarray) else each for each in arguments))
        except (UserError, MemoryError):
            raise
        except Exception as error:
            raise UserError(
                "{name} failed: {said}.", "Correct the function.", name=name, said=error_text(error)
            ) from error

    return guarded


def _by_answer(metric: Metric, outputs: np.ndarray, target: np.ndarray, _classes: tuple[str, ...]) -> Metric:
    """Set up the metric by the function's result: scores per sample; or one number for all of them, for which all
    outputs and targets are kept."""
    function = metric.score
    if np.ndim(function(outputs, target)) == 1:
        return metric
    wide = (outputs.size + target.size) // len(outputs)
    if wide > WIDEST or outputs.dtype.kind not in "fiub" or target.dtype.kind not in "fiub":
        raise UserError(
            "{name} gives one number for all samples, which takes {wide:,} numbers per sample to "
            "compute, more than can be kept.",
            "Return one score for each sample.",
            name=metric.id,
            wide=wide,
        )
    parts = _Parts(outputs.shape[1:], outputs.dtype, target.shape[1:], target.dtype)
    return replace(metric, score=parts.row, total=partial(parts.total, function))


@dataclass(frozen=True)
class _Parts:
    """Conversion of a sample's outputs and targets to one row of numbers, and back."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    target_shape: tuple[int, ...]
    target_dtype: np.dtype[Any]

    def row(self, outputs: np.ndarray, target: np.ndarray) -> np.ndarray:
        flat = [each.reshape(len(outputs), -1).astype(np.float64) for each in (outputs, target)]
        return np.concatenate(flat, axis=1)

    def total(self, function: Function, rows: np.ndarray) -> float:
        count = int(np.prod(self.shape))
        outputs = rows[:, :count].astype(self.dtype).reshape(-1, *self.shape)
        target = rows[:, count:].astype(self.target_dtype).reshape(-1, *self.target_shape)
        return float(function(outputs, target))
