"""Run a graph over a data set and score it sample by sample, so that models are compared on the same samples."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import onnxruntime as ort

from workbench.core.analysis.report import Figure, How
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.data.choosing import choose, fitting
from workbench.data.dataset import Dataset, Feeds
from workbench.data.metrics import DECIDING, Metric, against_teachers, interval, paired_interval
from workbench.graph.onnx import runtime

BATCH = 64
FIRST = 16  # samples of the first estimate, which is wanted at once; the batches double from there on
Run = Callable[[Mapping[str, np.ndarray]], list[np.ndarray]]  # feeds -> outputs of the graph


@dataclass(frozen=True, eq=False)
class Evaluator:
    """A data set in a fixed stratified order, its metric, and what the original model scores on it.

    order      [samples] a seeded permutation in which every prefix holds the classes in proportion
    original   [samples, ...] outputs of the original model, in the data set's own order; None where labels suffice
    scores     [samples] the original's scores, in the data set's own order
    batch      samples that go through at once, at most
    """

    data: Dataset
    metric: Metric
    order: np.ndarray
    original: np.ndarray | None
    scores: np.ndarray
    batch: int

    def answer(self, outputs: list[np.ndarray]) -> np.ndarray:
        """The output that is measured [samples, ...] among all of a run."""
        return self.data.answer.of(outputs)

    def score(self, outputs: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Scores [n] of outputs for the samples `chosen`."""
        target = self.data.labels if self.metric.labelled else self.original
        assert target is not None
        return self.metric.score(outputs, target[chosen])

    def batches(self) -> list[np.ndarray]:
        """The samples in order: a few first, for an early estimate, then more at a time up to `batch`.

        A model whose inputs fix the batch gets that.
        """
        parts, done, size = [], 0, self.data.at_once(min(FIRST, self.batch))
        while done < len(self.order):
            parts.append(self.order[done : done + size])
            done += size
            size = min(max(size, done), self.batch)
        return parts

    def stream(self, run: Run, job: Job) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(samples seen so far, their scores) after each batch."""
        scores = np.empty(self.data.samples)
        done = 0
        for chosen in job.each(self.batches(), "measuring"):
            scores[done : done + len(chosen)] = self.score(self.answer(run(Feeds(self.data, chosen))), chosen)
            done += len(chosen)
            yield self.order[:done], scores[:done]

    def measure(self, run: Run, job: Job) -> tuple[float, float]:
        """The metric of a model on all samples, and what it loses against the original (positive: worse)."""
        *_, (seen, scores) = self.stream(run, job.silent())
        gain = float((scores - self.scores[seen]).mean())
        return float(scores.mean()), -self.metric.info.sign * gain

    def losses(self, seen: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """[seen] what each sample loses against the original; positive: worse."""
        gain = scores - self.scores[seen]
        return -self.metric.info.sign * gain

    def baseline(self, seen: np.ndarray | None = None) -> Figure:
        """The original's metric on the samples seen, or on all."""
        return self.figure(self.scores if seen is None else self.scores[seen])

    def figure(self, scores: np.ndarray, how: How | None = None) -> Figure:
        """The metric from the scores of part or all of the samples."""
        low, high = interval(scores, self.metric.info.interval == "wilson", self.data.samples)
        whole: How = "measured" if len(scores) == self.data.samples else "estimated"
        return Figure(float(scores.mean()), how or whole, len(scores), low, high)

    def part(self, chosen: np.ndarray) -> "Evaluator":
        """The same on some of the samples, without running anything again."""
        original = None if self.original is None else self.original[chosen]
        data = self.data.subset(chosen)
        order = stratified(data.labels, data.samples, 0)
        return Evaluator(data, self.metric, order, original, self.scores[chosen], self.batch)

    def change(self, seen: np.ndarray, scores: np.ndarray) -> Figure:
        """The difference to the original on the same samples, with its paired interval."""
        differences = scores - self.scores[seen]
        low, high = paired_interval(differences, self.data.samples)
        how: How = "measured" if len(seen) == self.data.samples else "estimated"
        return Figure(float(differences.mean()), how, len(seen), low, high)


def prepare(
    data: Dataset, run: Run, job: Job, batch: int = BATCH, seed: int = 0, teacher: Run | None = None, wanted: str = ""
) -> Evaluator:
    """Run the original model over the data once. Raises UserError when labels or names of classes fit no metric.

    Without labels models are compared with the original, or with this teacher. `wanted` is the id of a metric; without
    it the metric follows from outputs and labels.
    """
    parts = [
        data.answer.of(run(data.feeds(slice(start, start + batch))))
        for start in job.each(range(0, data.samples, batch), Message("measuring the original"))
    ]
    outputs = np.concatenate(parts)
    named = f" '{data.answer.name}'" if data.answer.name else ""
    unknown = int(np.isnan(outputs.reshape(len(outputs), -1)).any(axis=1).sum()) if outputs.dtype.kind == "f" else 0
    if unknown:
        raise UserError(
            "The model's output{named} is not a number (NaN) for {unknown:,} of {samples:,} samples.",
            "Check the model and the preprocessing of the data.",
            named=named,
            unknown=unknown,
            samples=data.samples,
        )
    metric = choose(outputs, data.labels, data.answer.name, wanted)
    data = replace(data, labels=fitting(metric, data.labels))
    if metric.id in DECIDING and len(data.classes) > outputs.shape[1]:
        raise UserError(
            "The data has {n} class names, but the model has {shape} classes.",
            "Name the classes in the model's order, or omit the names.",
            n=len(data.classes),
            shape=outputs.shape[1],
        )
    compared = outputs
    if teacher is not None and not metric.labelled:
        metric = against_teachers(metric)
        compared = np.concatenate(
            [
                teacher(data.feeds(slice(start, start + batch)))[0]
                for start in job.each(range(0, data.samples, batch), Message("running the teacher"))
            ]
        )
    target = data.labels if metric.labelled else compared
    assert target is not None
    keep = None if metric.labelled else compared
    order = stratified(data.labels, data.samples, seed)
    return Evaluator(data, metric, order, keep, metric.score(outputs, target), batch)


def stratified(labels: np.ndarray | None, samples: int, seed: int) -> np.ndarray:
    """A seeded permutation; with class labels every prefix holds each class in proportion."""
    order = np.random.default_rng(seed).permutation(samples)
    if labels is None or labels.ndim != 1 or labels.dtype.kind not in "iu":
        return order
    place = np.empty(samples)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        place[members] = (np.arange(len(members)) + 0.5) / len(members)
    return order[np.argsort(place[order], kind="stable")]


def runner(session: ort.InferenceSession) -> Run:
    """A session as a function from feeds to outputs; inputs that the graph does not use are left out. It raises
    UserError where the model does not run on them."""
    wanted = [value.name for value in session.get_inputs()]

    def run(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        return runtime.run(session, {name: feeds[name] for name in wanted})

    return run
