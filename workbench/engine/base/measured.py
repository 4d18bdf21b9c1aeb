"""Find which output of a model is measured and where its samples are, by running it on few samples."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import onnxruntime as ort

from workbench.core.base.errors import UserError
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.data.answer import Answer
from workbench.data.choosing import fitting, found, named, why_unfit
from workbench.data.dataset import Dataset
from workbench.data.metrics.metric import Metric
from workbench.graph.onnx import runtime

PROBED = 64  # samples that choose the output and its metric
MARGIN, FACTOR = 0.1, 2.0  # how much larger the error of an output may be than that of the best one that fits
CLOSE = 1e-3  # of the largest value: two runs of the same samples in other batches


@dataclass(frozen=True)
class Candidate:
    """An output that could be measured: its samples [n, ...], its metric, and how well that suits (lower: better)."""

    answer: Answer
    values: np.ndarray
    metric: Metric | None = None
    rank: int = 0


def with_answer(session: ort.InferenceSession, data: Dataset, wanted: str = "") -> Dataset:
    """The data with the output that is measured, its labels in the form of the metric; `wanted` is a metric's id.

    Raises UserError where the model cannot be run on it, no output has one answer a sample, or the labels fit none.
    """
    outputs = session.get_outputs()
    plain = [output.type.startswith("tensor(") for output in outputs]
    left = {output.name: _kind(output.type) for output, fits in zip(outputs, plain, strict=True) if not fits}
    if not any(plain):
        raise UserError(
            "The model's only outputs are {left}, which cannot be measured.",
            "Export it with tensors as outputs (for scikit-learn: options={'zipmap': False}).",
            left=_listed(left),
        )
    few, more = _samples(data)
    first, second = _run(session, data, few), _run(session, data, more)
    probed = np.unique(np.linspace(0, data.samples - 1, min(PROBED, data.samples)).astype(int))
    if data.fixed_batch:
        probed = np.resize(np.arange(data.samples), -(-min(PROBED, data.samples) // data.at_once(1)) * data.at_once(1))
    every: list[Candidate] = []
    for index, output in enumerate(outputs):
        if not plain[index]:
            continue
        place = _place(first[index], second[index], len(few), len(more), data.fixed_batch is not None)
        if place is None and data.fixed_batch != 1:  # of one sample at a time, an output is its answer
            left[output.name] = Message("has no batch axis")
        else:
            axis, each = place or (None, 1)
            every.append(Candidate(Answer(output.name, index, axis, each), np.empty(0)))
    if not every:
        raise UserError(
            "No output of the model has one result per sample: {left}.",
            "Export the model with outputs whose first axis is the batch.",
            left=_listed(left),
        )
    values = _answers(session, data, probed, every)
    every = [replace(each, values=value) for each, value in zip(every, values, strict=True)]
    return _chosen(data, every, probed, left, wanted)


def _chosen(data: Dataset, every: list[Candidate], probed: np.ndarray, left: dict[str, str], wanted: str) -> Dataset:
    """The candidate whose metric suits best, among those that the labels may be of; of equal ones the first."""
    labels = None if data.labels is None else data.labels[probed]
    ranked: list[Candidate] = []
    for each in every:
        metric, rank = _metric(each, labels, data.labels, wanted)
        if metric is not None:
            ranked.append(replace(each, metric=metric, rank=rank + (100 if _unknown(each.values) else 0)))
        else:
            left[each.answer.name] = Message("does not fit the labels")
    if not ranked:
        if wanted:
            named(wanted, every[0].values, labels)  # raises: why it does not fit
        assert data.labels is not None
        raise why_unfit([each.values for each in every], data.labels)
    best = min(_credible(ranked, labels), key=lambda each: each.rank)
    assert best.metric is not None
    others = {
        each.answer.name: Message("not a number (NaN)") if _unknown(each.values) else _shape(each.values)
        for each in ranked
        if each is not best
    }
    notes = _notes(best, others | left)
    answer = replace(best.answer, notes=notes)
    return replace(data, answer=answer, labels=fitting(best.metric, data.labels))


def _metric(
    candidate: Candidate, labels: np.ndarray | None, every: np.ndarray | None, wanted: str
) -> tuple[Metric | None, int]:
    """The metric of choosing.found, or the requested one if it fits this output."""
    if not wanted:
        return found(candidate.values, labels, every, candidate.answer.name)
    try:
        return named(wanted, candidate.values, labels), 0
    except UserError:
        return None, 0


def _credible(ranked: list[Candidate], labels: np.ndarray | None) -> list[Candidate]:
    """Without those that the labels fit by their form and that answer much worse than another: an embedding with as
    many values as there are classes. Of decisions, the errors are compared; else squared errors."""
    ranked = [each for each in ranked if each.metric is not None and each.metric.higher_is_better] or ranked
    if labels is None or len(ranked) < 2:
        return ranked
    errors = [_error(each, labels) for each in ranked]
    least = min(errors)
    deciding = ranked[0].metric is not None and ranked[0].metric.higher_is_better
    most = least + MARGIN if deciding else least * FACTOR
    return [each for each, error in zip(ranked, errors, strict=True) if error <= most]


def _error(candidate: Candidate, labels: np.ndarray) -> float:
    metric = candidate.metric
    if metric is None or _unknown(candidate.values):
        return float("inf")
    target = fitting(metric, labels)
    assert target is not None
    score = float(metric.score(candidate.values, target).mean())
    return 1 - score if metric.higher_is_better else score


def _notes(best: Candidate, others: dict[str, str]) -> tuple[str, ...]:
    """Notes on the measured output, unless it is the only output and has its samples along the first axis."""
    answer = best.answer
    if not others and answer.axis == 0 and answer.each == 1:
        return ()
    where = (
        ""
        if answer.axis == 0
        else Message("samples along axis {axis}", axis=answer.axis)
        if answer.axis
        else Message("one whole value per sample, without a batch axis")
    )
    more = Joined((Message("{n} entries per sample", n=answer.each) if answer.each > 1 else "", where))
    notes = (
        Message("The measured output is '{answer}' ({more}).", answer=answer.name, more=more)
        if more
        else Message("The measured output is '{answer}'.", answer=answer.name),
    )
    return (*notes, Message("Not measured: {others}.", others=_listed(others))) if others else notes


def _listed(outputs: dict[str, str]) -> str:
    named = [Message("'{name}' ({why})", name=name, why=why) for name, why in outputs.items()]
    return Joined(named[:5] + [Message("and {n} more", n=len(named) - 5)] * (len(named) > 5), CLAUSE)


def _shape(values: np.ndarray) -> str:
    return Message(
        "{dtype} of {shape} per sample",
        dtype=values.dtype,
        shape=" x ".join(map(str, values.shape[1:])) or Message("one value"),
    )


def _kind(of: str) -> str:
    """A type of the runtime in words."""
    return (
        Message("a sequence of maps")
        if of.startswith("seq(map")
        else Message("a sequence")
        if of.startswith("seq")
        else Message("a map")
        if of.startswith("map")
        else Message("optional")
        if of.startswith("optional")
        else Message("a sparse tensor")
    )


def _unknown(values: np.ndarray) -> bool:
    return values.dtype.kind == "f" and bool(np.isnan(values).any())


# -- running -------------------------------------------------------------------------------------------------------


def _samples(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of samples whose outputs tell where the samples are: two and three of them; of a model that fixes the
    batch, one batch and the same turned by one."""
    fixed = data.fixed_batch
    if fixed:
        few = np.arange(fixed)
        return few, np.roll(few, 1)
    return np.resize(np.arange(data.samples), 2), np.resize(np.arange(data.samples), 3)


def _run(session: ort.InferenceSession, data: Dataset, chosen: np.ndarray) -> list[np.ndarray]:
    feeds = data.feeds(chosen)
    names = [value.name for value in session.get_inputs()]
    try:
        return runtime.run(session, {name: feeds[name] for name in names})
    except UserError:
        if len(chosen) > 1 and not data.fixed_batch:
            feeds = data.feeds(chosen[:1])
            runtime.run(session, {name: feeds[name] for name in names})  # raises the same where it is not the number
            raise UserError(
                "The model runs on one sample but not on a batch: a batch size is fixed inside it.",
                "Export it with a dynamic batch size, or with an input of batch size 1.",
            ) from None
        raise


def _place(a: np.ndarray, b: np.ndarray, few: int, more: int, rolled: bool) -> tuple[int, int] | None:
    """The axis of the samples, and how many entries belong to each; None where there is none, or more than one."""
    if rolled:
        return _turned(a, b, few)
    if a.ndim != b.ndim:
        return None
    grown = [axis for axis, (x, y) in enumerate(zip(a.shape, b.shape, strict=True)) if x != y]
    if (
        len(grown) != 1
        or not a.shape[grown[0]]
        or a.shape[grown[0]] * more != b.shape[grown[0]] * few
        or a.shape[grown[0]] % few
    ):
        return None
    axis, each = grown[0], a.shape[grown[0]] // few
    # The same samples come first in both: entries that belong to one sample must lie together.
    return (axis, each) if each == 1 or _same(a, np.take(b, range(a.shape[axis]), axis)) else None


def _turned(a: np.ndarray, b: np.ndarray, batch: int) -> tuple[int, int] | None:
    """The batch axis and entries per sample, from a batch and the same batch rotated by one."""
    if batch == 1:
        return next(((axis, 1) for axis, size in enumerate(a.shape) if size == 1), None)
    fitting_axes = [axis for axis, size in enumerate(a.shape) if size and size % batch == 0]
    fitting_axes.sort(key=lambda axis: a.shape[axis] != batch)
    for axis in fitting_axes:
        if a.shape == b.shape and _same(np.roll(a, a.shape[axis] // batch, axis), b):
            return axis, a.shape[axis] // batch
    return (0, 1) if a.shape[:1] == (batch,) else None


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape or a.dtype.kind not in "fiub":
        return a.shape == b.shape and bool((a == b).all())
    a, b = a.astype(np.float64), b.astype(np.float64)
    reach = np.abs(a[np.isfinite(a)]).max(initial=0.0)
    return bool(np.allclose(a, b, rtol=CLOSE, atol=CLOSE * reach, equal_nan=True))


def _answers(
    session: ort.InferenceSession, data: Dataset, chosen: np.ndarray, every: Sequence[Candidate]
) -> list[np.ndarray]:
    """The candidates' outputs for these samples."""
    size = data.at_once(PROBED)
    parts = []
    for start in range(0, len(chosen), size):
        outputs = _run(session, data, chosen[start : start + size])
        parts.append([each.answer.of(outputs) for each in every])
    return [np.concatenate(column) for column in zip(*parts, strict=True)]
