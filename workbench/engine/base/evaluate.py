"""Evaluation of a graph on a data set, scored sample by sample so that models are compared on the same samples."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import onnxruntime as ort

from workbench.core.analysis.report import Beside, Figure, How
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.data.answer import Answer
from workbench.data.choosing import choose, fitting
from workbench.data.dataset import Dataset, Feeds
from workbench.data.label_forms import kept_of, padding_of
from workbench.data.metrics.classes import decides_classes
from workbench.data.metrics.intervals import ALL, interval_of, paired_interval, unit_of
from workbench.data.metrics.listing import against_teachers
from workbench.data.metrics.metric import Metric
from workbench.data.metrics.tokens import NEXT
from workbench.engine.base.originals import Gathered, Originals, Outputs
from workbench.graph.onnx import runtime

BATCH = 64
FIRST = 16  # samples of the first estimate, which must come quickly; later batches double
OUTPUTS = 64 << 20  # approximate bytes of the outputs of one batch
LOOKED_AT = 64 << 20  # bytes of outputs from which a metric is chosen, at least one batch
Run = Callable[[Mapping[str, np.ndarray]], list[np.ndarray]]  # feeds -> outputs of the graph
Asked = tuple[Answer, str | Metric]  # an output and its metric: the id, "" for the automatic one


def _differ(outputs: np.ndarray, expected: np.ndarray) -> bool:
    """Return whether both are values of the output with different shapes; a target may be class numbers instead."""
    return np.ndim(outputs) == np.ndim(expected) and np.shape(outputs) != np.shape(expected)


@dataclass(frozen=True, eq=False)
class Measure:
    """One metric of one output, with the original model's results.

    labels     [samples, ...] in the form of the metric; None if it is compared with the original
    original   outputs of the original model, or of teachers; None if labels suffice
    scores     [samples, ...] rows of the original (see Metric.score), in the order of the data set
    """

    metric: Metric
    answer: Answer
    labels: np.ndarray | None
    original: Originals | None
    scores: np.ndarray

    def score(self, outputs: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Return the rows of the measured output [n, ...] for the samples `chosen`. Raises UserError if its shape
        depends on the data or is empty, as numpy would then broadcast one sample."""
        target = self.labels if self.metric.labelled else self.original
        assert target is not None
        expected = target[chosen]
        if len(outputs) != len(chosen) or not np.size(outputs) or (self.labels is None and _differ(outputs, expected)):
            raise UserError(
                "The output '{name}' has no fixed shape: {shape} for {n} samples.",
                "Measure another output, or export the model without what selects or drops values.",
                name=self.answer.name,
                shape=tuple(np.shape(outputs)),
                n=len(chosen),
            )
        return self.metric.score(outputs, expected)

    def part(self, chosen: np.ndarray) -> "Measure":
        """Return the measure on some of the samples."""
        labels = None if self.labels is None else self.labels[chosen]
        original = None if self.original is None else self.original.subset(chosen)
        return replace(self, labels=labels, original=original, scores=self.scores[chosen])


@dataclass(frozen=True, eq=False)
class Evaluator:
    """A data set in a fixed stratified order, its metrics, and the original model's scores.

    measures   the main metric, and others beside it
    order      [samples] a seeded permutation in which every prefix has the classes in proportion
    batch      largest number of samples per run
    """

    data: Dataset
    measures: tuple[Measure, ...]
    order: np.ndarray
    batch: int

    @property
    def metric(self) -> Metric:
        return self.measures[0].metric

    @property
    def original(self) -> Originals | None:
        return self.measures[0].original

    @property
    def scores(self) -> np.ndarray:
        return self.measures[0].scores

    @property
    def about(self) -> str:
        """Identification of the metric and its output, for stored results."""
        answer = self.data.answer
        return repr((self.metric.id, self.metric.about, answer.title, answer.axis))

    def answer(self, outputs: list[np.ndarray]) -> np.ndarray:
        """Return the measured output [samples, ...] among all outputs of a run."""
        return self.data.answer.of(outputs)

    def score(self, outputs: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Return the rows [n, ...] of the measured output for the samples `chosen`."""
        return self.measures[0].score(outputs, chosen)

    def batches(self) -> list[np.ndarray]:
        """Return the samples in order: a few first, for an early estimate, then more at a time up to `batch`.

        A model whose inputs fix the batch size gets that.
        """
        parts, done, size = [], 0, self.data.at_once(min(FIRST, self.batch))
        while done < len(self.order):
            parts.append(self.order[done : done + size])
            done += size
            size = min(max(size, done), self.batch)
        return parts

    def stream(self, run: Run, job: Job) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield (samples seen so far, their rows) after each batch."""
        for seen, rows in self._streamed(self.measures[:1], run, job):
            yield seen, rows[0]

    def stream_all(
        self, run: Run, job: Job, see: Callable[[np.ndarray, list[np.ndarray]], None] | None = None
    ) -> Iterator[tuple[np.ndarray, tuple[np.ndarray, ...]]]:
        """Yield (samples seen so far, their rows of every metric) after each batch; `see` is called with the samples
        and outputs of each."""
        yield from self._streamed(self.measures, run, job, see)

    def _streamed(
        self,
        measures: Sequence[Measure],
        run: Run,
        job: Job,
        see: Callable[[np.ndarray, list[np.ndarray]], None] | None = None,
    ) -> Iterator[tuple[np.ndarray, tuple[np.ndarray, ...]]]:
        rows = [np.empty((len(self.order), *each.scores.shape[1:])) for each in measures]
        done, parts = 0, self.batches()
        fed = zip(parts, self.data.ahead(parts), strict=True)
        for chosen, feeds in job.each(fed, Message("measuring"), len(parts)):
            outputs = run(feeds)
            for each, row in zip(measures, rows, strict=True):
                row[done : done + len(chosen)] = each.score(each.answer.of(outputs), chosen)
            if see is not None:
                see(chosen, outputs)
            del outputs
            done += len(chosen)
            yield self.order[:done], tuple(row[:done] for row in rows)

    def measure(self, run: Run, job: Job) -> tuple[float, float]:
        """Return the metric of a model on all samples, and its drop against the original (positive: worse)."""
        *_, (seen, rows) = self.stream(run, job.silent())
        return self.metric.value(rows), self.drop(seen, rows)[0]

    def losses(self, seen: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the contribution of each sample to the drop against the original, [seen] (see Metric.differences);
        positive: worse."""
        return -self.metric.info.sign * self.metric.differences(rows, self.scores[seen])

    def drop(self, seen: np.ndarray, rows: np.ndarray, population: int = ALL) -> tuple[float, float, float]:
        """Return the drop of the metric against the original on these samples, and its paired interval for the
        population."""
        losses = self.losses(seen, rows)
        return float(losses.mean()), *paired_interval(losses, population, self._unit)

    def baseline(self, seen: np.ndarray | None = None, of: int = 0) -> Figure:
        """Return the original's metric on the samples seen, or on all; `of`: index of the measure."""
        scores = self.measures[of].scores
        return self.figure(scores if seen is None else scores[seen], of=of)

    def figure(self, rows: np.ndarray, how: How | None = None, population: int = 0, of: int = 0) -> Figure:
        """Return the metric from the rows of some or all of the samples; its interval is for all of these, or for a
        population."""
        metric = self.measures[of].metric
        low, high = interval_of(metric, rows, population or self.data.samples)
        whole: How = "measured" if len(rows) == self.data.samples else "estimated"
        return Figure(metric.value(rows), how or whole, len(rows), low, high)

    def beside(self, seen: np.ndarray, rows: Sequence[np.ndarray], population: int = 0) -> tuple[Beside, ...]:
        """Return the figures of the other metrics, from the rows of all."""
        return tuple(
            Beside(
                each.metric.id,
                each.metric.info,
                self.figure(rows[of], population=population, of=of),
                self.baseline(seen, of),
                each.answer.name,
            )
            for of, each in enumerate(self.measures)
            if of
        )

    def beside_original(self) -> tuple[Beside, ...]:
        """Return the figures of the other metrics for the original on all samples."""
        return self.beside(self.order, [each.scores[self.order] for each in self.measures])

    def part(self, chosen: np.ndarray) -> "Evaluator":
        """Return the evaluator on some of the samples, without running anything again."""
        data = self.data.subset(chosen)
        return Evaluator(data, tuple(each.part(chosen) for each in self.measures), data.order(0), self.batch)

    def change(self, seen: np.ndarray, rows: np.ndarray) -> Figure:
        """Return the difference to the original on the same samples, with its paired interval."""
        drop, low, high = self.drop(seen, rows, self.data.samples)
        how: How = "measured" if len(seen) == self.data.samples else "estimated"
        if self.metric.info.higher_is_better:
            drop, low, high = -drop, -high, -low
        return Figure(drop, how, len(seen), low, high)

    @property
    def _unit(self) -> float:
        return unit_of(self.metric, self.scores)


def prepare(
    data: Dataset,
    run: Run,
    job: Job,
    batch: int = BATCH,
    seed: int = 0,
    teacher: Run | None = None,
    wanted: str | Metric = "",
    beside: Sequence[Asked] = (),
    known: Outputs | None = None,
) -> Evaluator:
    """Run the original model over the data once. Raises UserError if labels or class names fit no metric.

    Without labels, models are compared with the original, or with this teacher. `wanted` is a metric, or the id of one;
    without it the metric follows from outputs and labels. Those `beside` it are measured as well. Slices of the samples
    whose outputs are `known` are not run again.
    """
    batch = _bounded(data, run, batch)
    asked = [(data.answer, wanted), *beside]
    slices = [slice(start, min(start + batch, data.samples)) for start in range(0, data.samples, batch)]
    makers: list[_Maker] = []
    looked_at: list[list[np.ndarray]] = []
    for place, feeds in job.each(
        zip(slices, data.ahead(slices), strict=True), Message("measuring the original"), len(slices)
    ):
        outputs = (known or {}).get((place.start, place.stop)) or run(feeds)
        if not makers:
            looked_at.append([answer.of(outputs) for answer, _ in asked])
            small = sum(part.nbytes for parts in looked_at for part in parts) < LOOKED_AT
            if small and place.stop < data.samples:
                continue
            makers = [
                _Maker.chosen(data, run, answer, name, [parts[at] for parts in looked_at], teacher is not None, batch)
                for at, (answer, name) in enumerate(asked)
            ]
            for parts in looked_at:
                for maker, part in zip(makers, parts, strict=True):
                    maker.add(part)
            looked_at = []
            continue
        for maker, (answer, _) in zip(makers, asked, strict=True):
            maker.add(answer.of(outputs))
    if teacher is not None:
        _by_teacher(data, teacher, makers, job, batch)
    measures = tuple(maker.finished(against=teacher) for maker in makers)
    answer = replace(data.answer, tokens=measures[0].metric.id in NEXT)
    data = replace(data, answer=answer, labels=fitting(measures[0].metric, data.labels))
    return Evaluator(data, measures, data.order(seed), batch)


def taught(evaluator: Evaluator, run: Run, teacher: Run, job: Job) -> Evaluator:
    """Return the same metrics, measured against a teacher instead of the original model `run` if there are no
    labels."""
    (_, first), *beside = [(each.answer, each.metric) for each in evaluator.measures]
    return prepare(evaluator.data, run, job, evaluator.batch, teacher=teacher, wanted=first, beside=beside)


def _bounded(data: Dataset, run: Run, batch: int) -> int:
    """Return the batch size, reduced if the outputs of one sample are large."""
    if data.fixed_batch is not None or batch < 2:
        return batch
    each = sum(part.nbytes for part in run(data.least()) if isinstance(part, np.ndarray))
    return int(np.clip(OUTPUTS // max(each, 1), 1, batch))


class _Maker:
    """Builds a Measure from outputs that arrive batch by batch, in the order of the data."""

    def __init__(self, data: Dataset, run: Run, answer: Answer, metric: Metric, batch: int) -> None:
        self.data, self.run, self.answer, self.metric, self.batch = data, run, answer, metric, batch
        self.labels = fitting(metric, data.labels) if metric.labelled else None
        self.gathered, self.rows, self.done, self.unknown = Gathered(), list[np.ndarray](), 0, 0
        self.padding = None if metric.labelled else padding_of(data)

    @staticmethod
    def chosen(
        data: Dataset,
        run: Run,
        answer: Answer,
        wanted: str | Metric,
        looked_at: Sequence[np.ndarray],
        taught: bool,
        batch: int,
    ) -> "_Maker":
        outputs = np.concatenate(looked_at)
        _raise_unknown(answer, int(_unknown(outputs).sum()), len(outputs))
        metric = choose(outputs, data.labels, answer.name, wanted, data.classes)
        if decides_classes(metric) and len(data.classes) > outputs.shape[1]:
            raise UserError(
                "The data has {n} class names, but the model has {shape} classes.",
                "Name the classes in the model's order, or omit the names.",
                n=len(data.classes),
                shape=outputs.shape[1],
            )
        if taught and not metric.labelled:
            metric = against_teachers(metric)
        return _Maker(data, run, answer, metric, batch)

    def add(self, outputs: np.ndarray) -> None:
        """Add the outputs of the next samples."""
        self.unknown += int(_unknown(outputs).sum())
        chosen = slice(self.done, self.done + len(outputs))
        self.done += len(outputs)
        if self.labels is not None:
            self.rows.append(self.metric.score(outputs, self.labels[chosen]))
        elif not self.metric.labelled:
            kept = self.kept(outputs, chosen)
            self.gathered.add(kept)
            self.rows.append(self.metric.score(outputs, kept))

    def kept(self, outputs: np.ndarray, chosen: slice | np.ndarray) -> np.ndarray:
        return kept_of(self.metric, outputs, None if self.padding is None else self.padding[chosen])

    def finished(self, against: Run | None) -> Measure:
        """Return the measure. Raises UserError if outputs were not numbers."""
        _raise_unknown(self.answer, self.unknown, self.data.samples)
        original = None
        if not self.metric.labelled:
            run, answer = (self.run, self.answer) if against is None else (against, Answer())
            original = Originals(self.gathered.values, self._again(run, answer))
        return Measure(self.metric, self.answer, self.labels, original, np.concatenate(self.rows))

    def _again(self, run: Run, answer: Answer) -> Callable[[np.ndarray], np.ndarray]:
        data, kept, batch = self.data, self.kept, self.batch

        def again(chosen: np.ndarray) -> np.ndarray:
            parts = (chosen[at : at + batch] for at in range(0, len(chosen), batch))
            return np.concatenate([kept(answer.of(run(Feeds(data, part))), part) for part in parts])

        return again


def _by_teacher(data: Dataset, teacher: Run, makers: Sequence[_Maker], job: Job, batch: int) -> None:
    """Score outputs without labels again, against those of a teacher; its first output is used."""
    for maker in makers:
        if maker.metric.labelled:
            continue
        own, maker.gathered, maker.rows = maker.gathered.values, Gathered(), []
        slices = [slice(start, start + batch) for start in range(0, data.samples, batch)]
        for place, feeds in job.each(
            zip(slices, data.ahead(slices), strict=True), Message("running the teacher"), len(slices)
        ):
            kept = maker.kept(teacher(feeds)[0], place)
            maker.gathered.add(kept)
            outputs = maker.answer.of(maker.run(feeds)) if own is None or maker.metric.keep else own[place]
            maker.rows.append(maker.metric.score(outputs, kept))


def _unknown(outputs: np.ndarray) -> np.ndarray:
    """Return [samples] whether some of the outputs are not a number, or there are none."""
    if not outputs.size or outputs.dtype.kind != "f":
        return np.full(len(outputs), not outputs.size)
    return np.asarray(np.isnan(outputs.reshape(len(outputs), -1)).any(axis=1))


def _raise_unknown(answer: Answer, unknown: int, samples: int) -> None:
    if unknown:
        raise UserError(
            "The model's output{named} is not a number (NaN) for {unknown:,} of {samples:,} samples.",
            "Check the model and the preprocessing of the data.",
            named=f" '{answer.name}'" if answer.name else "",
            unknown=unknown,
            samples=samples,
        )


def runner(session: ort.InferenceSession) -> Run:
    """Return a session as a function from feeds to outputs; inputs that the graph does not use are left out. It raises
    UserError if the model does not run on them."""

    def run(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        return runtime.run(session, runtime.read_by(session, feeds))

    return run
