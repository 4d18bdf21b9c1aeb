"""Metrics and data readers of other distributions, in addition to the built-in ones (see core.plugins.discovery).

An entry point of `workbench.metrics` names a Metric, one of `workbench.data` a Reader.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.plugins.contain import claims_safely, with_user_errors
from workbench.core.plugins.discovery import Loader, entry_points, load_all
from workbench.data.metrics.listing import METRICS
from workbench.data.metrics.metric import Metric

T = TypeVar("T")


@dataclass(frozen=True)
class Reader:
    """A kind of data set. The built-in ones (.npz, folders of images, file.py:function) take precedence.

    claims  whether an existing file or folder is of this kind, by its name
    read    (path, trusted, job) -> arrays [samples, ...] by the name of the model's input, or x for a single input;
            labels are y, names of classes class_names. Raises UserError naming the path. `trusted`: whether code that
            comes with the data may run
    """

    name: str
    claims: Callable[[str], bool]
    read: Callable[[str, bool, Job], Mapping[str, np.ndarray]]


@cache
def all_metrics() -> dict[str, Metric]:
    """Return every metric by its id. A broken plug-in is left out (see core.plugins)."""
    registered = dict(METRICS)

    def take(loaded: Any, loader: Loader) -> None:
        metric = _of(Metric, loaded)
        if metric.id in registered:
            raise ValueError(f"the metric {metric.id} is there already")
        registered[metric.id] = _contained(metric, loader.words)

    load_all(registered, entry_points("workbench.metrics"), take)
    return registered


@cache
def all_readers() -> tuple[Reader, ...]:
    """Return the readers of other distributions, sorted by name."""
    registered: dict[str, Reader] = {}

    def take(loaded: Any, loader: Loader) -> None:
        reader = _of(Reader, loaded)
        if reader.name in registered:
            raise ValueError(f"the reader {reader.name} is there already")
        registered[reader.name] = replace(
            reader,
            claims=claims_safely(reader.claims, loader.words),
            read=with_user_errors(reader.read, reader.name, loader.words),
        )

    load_all(registered, entry_points("workbench.data"), take)
    return tuple(registered[name] for name in sorted(registered))


def _of(kind: type[T], loaded: Any) -> T:
    if not isinstance(loaded, kind):
        raise TypeError(f"the entry point names an object of type {type(loaded).__name__}, not a {kind.__name__}")
    return loaded


def _contained(metric: Metric, words: str) -> Metric:
    def own(function: Callable[..., Any] | None) -> Any:
        return None if function is None else with_user_errors(function, metric.id, words)

    names = ("score", "decide", "total", "alone", "keep", "labels", "fit")
    return checked(replace(metric, **{name: own(getattr(metric, name)) for name in names}), metric.id)


def checked(metric: Metric, name: str) -> Metric:
    """Wrap the metric so that it raises UserError unless a score is one finite number per sample; or with a total,
    unless there is one row per sample and the total is finite."""

    def score(outputs: np.ndarray, target: np.ndarray) -> np.ndarray:
        rows = np.asarray(metric.score(outputs, target))
        shape = rows.shape[:1] if metric.total is not None else rows.shape
        if shape != (len(outputs),) or rows.dtype.kind not in "fiub" or not np.isfinite(rows).all():
            raise UserError(
                "The metric {name} returned {dtype} of shape {shape} for {n} samples.",
                "It must return one finite number per sample.",
                name=name,
                dtype=rows.dtype,
                shape=rows.shape,
                n=len(outputs),
            )
        return rows.astype(np.float64)

    def total(rows: np.ndarray) -> float:
        assert metric.total is not None
        value = np.asarray(metric.total(rows))
        if value.size != 1 or value.dtype.kind not in "fiub" or not np.isfinite(value).all():
            raise UserError(
                "The metric {name} returned {value} as the value of {n} samples.",
                "It must return one finite number.",
                name=name,
                value=str(value)[:40],
                n=len(rows),
            )
        return float(value.reshape(()))

    return replace(metric, score=score, total=None if metric.total is None else total)
