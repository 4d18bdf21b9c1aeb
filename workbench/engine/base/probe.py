"""Runs a model on few samples to find the batch axis of its outputs, and some values."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import onnxruntime as ort

from workbench.core.base.errors import UserError
from workbench.data.answer import Answer
from workbench.data.dataset import Dataset
from workbench.graph.onnx import runtime

PROBED = 64  # samples from which the output and its metric are chosen
ROOM = 32 << 20  # approximate bytes of outputs that are examined; at least two samples
WHOLE = 64 << 20  # bytes of data whose samples may be read together
CLOSE = 1e-3  # tolerance relative to the largest value: the same samples in other batches


class Probe:
    """Outputs for two sets of samples, from which the batch axis follows; not kept longer, as they may be large."""

    def __init__(self, session: ort.InferenceSession, data: Dataset, most: int = PROBED) -> None:
        """Run the model. `most`: largest number of samples per run."""
        self.session, self.most = session, most
        self.outputs: dict[tuple[int, int], list[np.ndarray]] = {}  # of slices, if all samples were run
        try:
            self._look(data)
        except UserError:
            if not _may_be_whole(data):
                raise
            try:
                self._look(replace(data, together=data.samples))
            except UserError:
                few, _ = _samples(data)
                _run(session, data, few)  # raises what is wrong with one sample
                raise

    def _look(self, data: Dataset) -> None:
        """Run two sets of samples, and note whether the model reads those of a fixed batch together."""
        few, more = _samples(data)
        self.counts = len(few), len(more)
        self.first, self.second = _run(self.session, data, few), _run(self.session, data, more)
        size = data.fixed_batch or 1
        alone = size == 1 or any(_rolled(a, b, size) for a, b in zip(self.first, self.second, strict=True))
        self.data = data if alone else replace(data, together=size)

    def place(self, index: int, axis: int | None = None) -> tuple[int | None, int] | None:
        """Return (batch axis, entries per sample) of an output, or as many entries as fit along the requested axis;
        None if there is no such axis. Raises UserError if the requested one cannot be the batch axis."""
        a, b, (few, more) = self.first[index], self.second[index], self.counts
        if axis is not None:
            if not -a.ndim <= axis < a.ndim or a.shape[axis] % few or b.shape[axis] % more:
                raise UserError(
                    "Axis {axis} of the output cannot be that of the samples: for {few} samples its shape is {shape}.",
                    "Give another axis, or none: it is found by running the model.",
                    axis=axis,
                    few=few,
                    shape=list(a.shape),
                )
            return axis % a.ndim, a.shape[axis] // few
        fixed = self.data.fixed_batch
        if self.data.alone:  # only a first axis of size one is that of the sample
            return (0, 1) if a.shape[:1] == (1,) else (None, 1)
        found = _place(a, b, few, more, fixed is not None)
        return (None, 1) if found is None and fixed == 1 else found  # of one sample at a time, it is its answer

    def answers(self, wanted: Sequence[Answer]) -> tuple[np.ndarray, list[np.ndarray | None]]:
        """Return samples, and for each answer its values of them: PROBED, or fewer if outputs are large. None for an
        output whose shape varies between samples, such as boxes above a threshold."""
        each = sum(self.first[answer.index].nbytes for answer in wanted) // self.counts[0]
        self.first = self.second = []
        samples, batch = self.data.samples, self.data.at_once(1)
        count = min(samples, max(min(2, samples), min(PROBED, ROOM // max(each, 1))))
        chosen = np.unique(np.linspace(0, samples - 1, count).astype(int))
        if self.data.fixed_batch:
            chosen = np.resize(np.arange(samples), -(-count // batch) * batch)
        size = self.data.at_once(max(1, min(self.most, PROBED, ROOM // max(each, 1))))
        whole = not self.data.fixed_batch and count == samples
        parts = []
        for start in range(0, len(chosen), size):
            outputs = _run(self.session, self.data, chosen[start : start + size])
            parts.append([_taken(answer, outputs) for answer in wanted])
            if whole:
                self.outputs[start, min(start + size, samples)] = outputs
        return chosen, [_together(column) for column in zip(*parts, strict=True)]


def _bytes(data: Dataset) -> int:
    return sum(math.prod(each.shape) * each.dtype.itemsize for each in data.inputs.values())


def _taken(answer: Answer, outputs: Sequence[np.ndarray]) -> np.ndarray | None:
    """Return the output's values, or None if its shape differs from that of the first runs."""
    try:
        return np.asarray(answer.of(outputs))
    except ValueError:
        return None


def _together(parts: Sequence[np.ndarray | None]) -> np.ndarray | None:
    found = [part for part in parts if part is not None]
    alike = len(found) == len(parts) and len({part.shape[1:] for part in found}) == 1
    return np.concatenate(found) if alike else None


def _samples(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return two sets of samples whose outputs reveal the batch axis: two and three samples; if the model fixes the
    batch size, one batch and the same batch rotated by one."""
    fixed = data.fixed_batch
    if fixed:
        few = np.arange(fixed)
        return few, np.roll(few, 1)
    return np.resize(np.arange(data.samples), 2), np.resize(np.arange(data.samples), 3)


def _run(session: ort.InferenceSession, data: Dataset, chosen: np.ndarray) -> list[np.ndarray]:
    feeds = data.feeds(chosen)
    try:
        return runtime.run(session, runtime.read_by(session, feeds), once=True)
    except UserError:
        if len(chosen) > 1 and not data.fixed_batch:
            feeds = data.feeds(chosen[:1])
            runtime.run(session, runtime.read_by(session, feeds))  # raises the same where it is not the number
            raise UserError(
                "The model runs on one sample but not on a batch: a batch size is fixed inside it.",
                "Export it with a dynamic batch size, or with an input of batch size 1.",
            ) from None
        raise


def _place(a: np.ndarray, b: np.ndarray, few: int, more: int, rolled: bool) -> tuple[int, int] | None:
    """Return the batch axis, and the entries per sample; None if there is none, or more than one."""
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
    # The same samples come first in both: entries of one sample must be adjacent.
    return (axis, each) if each == 1 or _same(a, np.take(b, range(a.shape[axis]), axis)) else None


def _turned(a: np.ndarray, b: np.ndarray, batch: int) -> tuple[int, int] | None:
    """Return the batch axis and entries per sample, from a batch and the same batch rotated by one."""
    if batch == 1:
        return next(((axis, 1) for axis, size in enumerate(a.shape) if size == 1), None)
    return _rolled(a, b, batch) or ((0, 1) if a.shape[:1] == (batch,) else None)


def _rolled(a: np.ndarray, b: np.ndarray, batch: int) -> tuple[int, int] | None:
    """Return the axis along which `b` is `a` rotated by one sample, and the entries per sample; None if there is
    none."""
    if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray) or a.shape != b.shape:
        return None
    fitting_axes = [axis for axis, size in enumerate(a.shape) if size and size % batch == 0]
    fitting_axes.sort(key=lambda axis: a.shape[axis] != batch)
    for axis in fitting_axes:
        if _same(np.roll(a, a.shape[axis] // batch, axis), b):
            return axis, a.shape[axis] // batch
    return None


def _may_be_whole(data: Dataset) -> bool:
    """Return whether the rows of the data may be parts of one thing, such as the nodes of a graph: another array counts
    them, as the edges or an adjacency matrix do. They are then few enough to be read at once."""
    if data.fixed_batch is not None or data.samples < 2 or _bytes(data) > WHOLE:
        return False
    counted = any(each.dtype.kind in "iu" and each.size > 1 for each in data.constants.values())
    return counted or any(each.shape[1:2] == (data.samples,) for each in data.inputs.values())


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape or a.dtype.kind not in "fiub":
        return a.shape == b.shape and bool((a == b).all())
    a, b = a.astype(np.float64), b.astype(np.float64)
    reach = np.abs(a[np.isfinite(a)]).max(initial=0.0)
    return bool(np.allclose(a, b, rtol=CLOSE, atol=CLOSE * reach, equal_nan=True))
