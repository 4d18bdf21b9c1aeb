"""Check of a data set before it is used: tries candidate readings, and measures the original model with each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.analysis.data_check import DataCheck, Reading
from workbench.core.analysis.measured import AUTOMATIC, Measuring
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.quantities import metric_text
from workbench.core.layer_data.layer import InputSpec
from workbench.data import columns
from workbench.data.columns import in_memory
from workbench.data.label_forms import prepared
from workbench.data.matching import Given
from workbench.data.metrics.intervals import ALL, paired_interval, unit_of
from workbench.data.opening import matched
from workbench.data.preprocessing import Rules, beside, model_layout, read_rules, rules_of, write_rules
from workbench.data.readers.kinds import LABELS, Asked, Found, read
from workbench.data.sampling import stratified
from workbench.engine.base import chance, evaluate
from workbench.engine.base.batches import samples_at_once
from workbench.engine.base.evaluate import Asked as Measured
from workbench.engine.base.evaluate import Evaluator, Run, runner
from workbench.engine.base.measured import with_answer
from workbench.engine.data_check import guesses, labels
from workbench.engine.data_check.guesses import AS_NOW, Guess
from workbench.engine.data_check.thumbnails import Pictures
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

SAMPLES = 512  # that are measured, at most
LOOKED_AT = 64  # whose values tell the range
GAIN = 0.01  # that a reading must be better, beyond its interval, to be proposed


@dataclass(frozen=True, eq=False)
class Tried:
    """A candidate reading of the data with its result: figures, or the reason why there are none.

    decisions   [n] class numbers that the original predicts; None if it is not a classifier
    """

    title: str
    rules: Rules
    evaluator: Evaluator | None = None
    refused: str = ""
    decisions: np.ndarray | None = None

    @property
    def value(self) -> float | None:
        return None if self.evaluator is None else self.evaluator.metric.value(self.evaluator.scores)

    @property
    def labels(self) -> np.ndarray:
        """Class numbers of the labels, [n]."""
        known = None if self.evaluator is None else self.evaluator.measures[0].labels
        assert known is not None
        return known.astype(np.int64)

    @property
    def by_chance(self) -> bool:
        """Whether the original's predictions are independent of the labels."""
        return self.decisions is not None and labels.independent(self.decisions, self.labels)


class Checker:
    """Trial of readings on a part of one data set."""

    def __init__(self, workspace: Workspace, path: str, given: Given, measuring: Measuring, job: Job) -> None:
        self.workspace, self.path, self.given, self.measuring = workspace, path, given, measuring
        self.specs = workspace.model.summary().inputs
        self.session = runtime.session(workspace.model)
        self.run: Run = runner(self.session)
        self.now = read_rules(beside(path))
        self.found = self._part(self._read(path in workspace.trusted, job))
        self.tried: list[Tried] = []
        self.asked: Measured | None = None  # the output and its metric, the same for all readings
        self.targets: tuple[np.ndarray | None, np.ndarray | None] = (None, None)  # labels as they are, and as compared
        self.classes = 0  # that the measured output decides between

    def _read(self, trusted: bool, job: Job) -> Found:
        asked = Asked(self.path, self.specs, self.now, trusted, job, tuple(self.given))
        try:
            return read(asked)
        except UserError:
            last = [spec for spec in self.specs if model_layout(spec) == "nhwc"]
            if not last or self.now.layout == "nhwc":
                raise
            found = read(replace(asked, rules=replace(self.now, layout="nhwc")))  # images for channels last
            self.now = replace(self.now, layout="nhwc")
            return found

    def _part(self, found: Found) -> Found:
        """Return at most SAMPLES of the samples, classes in proportion."""
        own = {spec.name for spec in self.specs}
        names = [LABELS] if LABELS in found.arrays and LABELS not in own else []
        counted = next((found.arrays[name] for name in (*names, *found.arrays) if found.arrays[name].ndim), None)
        count = 0 if counted is None else len(counted)
        known = in_memory(self.path, found.arrays[LABELS]) if names else None
        chosen = np.sort(stratified(_numbers(known), count, 0)[:SAMPLES])
        arrays = {
            name: columns.take(array, chosen) if array.ndim and len(array) == count else array
            for name, array in found.arrays.items()
        }
        return replace(found, arrays=arrays)

    @property
    def image(self) -> tuple[columns.Column, InputSpec] | None:
        """The array to preprocess, and its input."""
        taken = {spec.name if spec.name in self.found.arrays else "x": spec for spec in self.specs}
        named = [name for name in taken if name in self.found.arrays]
        several = [name for name in named if self.found.arrays[name].ndim == 4] or named
        return (self.found.arrays[several[0]], taken[several[0]]) if len(several) == 1 else None

    def try_(self, guess: Guess) -> Tried:
        """Measure the original model on the data under this reading."""
        title, rules = guess
        try:
            data = matched(self.path, self.found, self.specs, self.given, rules)
            raw = prepared(data).data
            if self.asked is None:
                opened = self.workspace
                settled = with_answer(self.session, data, self.measuring, opened.trusted, opened.model)
                self.targets, self.asked = (raw.labels, settled[0].labels), settled[1][0]
            same = raw.labels is None or np.array_equal(raw.labels, np.asarray(self.targets[0]))
            data = replace(raw, answer=self.asked[0], labels=self.targets[1] if same else raw.labels)
            batch = data.at_once(samples_at_once(self.workspace.model))
            decided: list[np.ndarray] = []

            def run(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
                outputs = self.run(feeds)
                rows = data.answer.of(outputs)
                self.classes = rows.shape[1] if rows.ndim == 2 else 0
                decided.append(rows.argmax(axis=1) if rows.ndim == 2 else np.full(len(rows), -1))
                return outputs

            evaluator = evaluate.prepare(data, run, Job(), batch, wanted=self.asked[1])
            decisions = np.concatenate(decided)[-data.samples :] if evaluator.metric.id == "top1" else None
            made = Tried(title, rules, evaluator, decisions=decisions)
        except UserError as error:
            made = Tried(title, rules, refused=error.what)
        self.tried.append(made)
        return made

    def best(self) -> Tried:
        """Return the proposed reading: the current one, unless another is significantly better and its predictions
        depend on the labels."""
        now, found = self.tried[0], self.tried[0]
        for each in self.tried:
            if each.evaluator is None or (found.value is not None and not _better(each, found)):
                continue
            if found.value is not None and each.by_chance:
                continue
            low = gain(each, now)
            if low is None or low > (GAIN if each.evaluator.metric.info.percent else 0.0):
                found = each
        return found


def check(
    workspace: Workspace, path: str, job: Job, given: Given | None = None, measuring: Measuring = AUTOMATIC
) -> DataCheck:
    """Check the data at `path` for the model of the workspace, which also holds the trusted paths. Raises UserError if
    the data cannot be read."""
    checker = Checker(workspace, path, given or {}, measuring, job.part(0.0, 0.3))
    now = checker.try_((AS_NOW, checker.now))
    facts = _facts(checker)
    if checker.image is not None and (now.evaluator is None or now.evaluator.metric.labelled):
        _try_inputs(checker, job.part(0.3, 0.9))
    doubts = _try_first_class(checker, job.part(0.9, 1.0)) if checker.best().evaluator is None else []
    best = checker.best()
    if best.evaluator is not None:
        best, more = _try_labels(checker, best)
        doubts += more
    if best.evaluator is None:
        doubts.append(best.refused)
    elif best is not now:
        doubts.insert(0, _proposed(now, best))
    elif not best.evaluator.metric.labelled:
        facts.append(Message("There are no labels, so the ways of reading the data cannot be compared."))
    readings = tuple(
        Reading(each.title, each.rules.to_yaml(), each.value, None if each is now else gain(each, now), each.refused)
        for each in checker.tried
    )
    sample, picture = _sample(best)
    return DataCheck(
        path,
        str(beside(path)),
        best.evaluator.data.samples if best.evaluator else 0,
        readings,
        checker.tried.index(best),
        tuple(facts),
        tuple(doubts),
        sample,
        picture,
        None if best.evaluator is None else best.evaluator.metric.info,
    )


def write_preprocessing(path: str, yaml: str) -> str:
    """Write this preprocessing beside the data, and return the path. Raises UserError."""
    return str(write_rules(path, rules_of(yaml, path)))


def _try_inputs(checker: Checker, job: Job) -> None:
    """Try layouts, then scales of those that fit, then the order of channels of the best."""
    image = checker.image
    assert image is not None
    column, spec = image
    images = checker.found.images
    for guess in guesses.layouts(column.shape, spec, checker.now, images):
        checker.try_(guess)
    fitting = [each for each in checker.tried if each.evaluator is not None]
    first = np.asarray(column[:LOOKED_AT])
    for base in job.each(fitting, Message("trying scales")):
        layout = "nhwc" if images else base.rules.layout or model_layout(spec) or "nchw"
        for title, rules in guesses.scales(guesses.channels_last(first, layout), spec, base.rules, images):
            checker.try_((guesses.joined(base.title, title), rules))
    best = checker.best()
    for base in dict.fromkeys((best, checker.tried[0])):
        for guess in guesses.reversed_channels(column.shape, spec, (base.title, base.rules)):
            if base.evaluator is not None:
                checker.try_(guess)


def _try_first_class(checker: Checker, job: Job) -> list[str]:
    """Try classes numbered from the lowest label, where that is not 0 and nothing fits; return a sentence if it
    helps."""
    held = checker.found.arrays.get(LABELS)
    known = None if held is None else _numbers(np.asarray(held[:]))
    if known is None or known.ndim > 1 or known.min() <= 0 or checker.now.first_class:
        return []
    first = int(known.min())
    checker.now = replace(checker.now, first_class=first)
    title = Message("with the classes numbered from {first}", first=first)
    if checker.try_((title, checker.now)).evaluator is None and checker.image is None:
        return []
    if checker.image is not None:
        _try_inputs(checker, job)
    if checker.best().evaluator is None:
        return []
    return [Message("The labels run from {first}, so the lowest one is read as the first class.", first=first)]


def _try_labels(checker: Checker, best: Tried) -> tuple[Tried, list[str]]:
    """Try another order of the classes if that fits, and return sentences about labels that fit nothing."""
    evaluator = best.evaluator
    assert evaluator is not None
    if best.decisions is None or best.value is None:
        found = chance.doubt(evaluator)
        return best, [] if found is None else [found]
    orders = [
        (after, place, order)
        for place, each in enumerate(checker.tried)
        if each.decisions is not None and each.rules.class_order is None
        for order, after in (labels.class_order(each.decisions, each.labels, checker.classes),)
        if order is not None and after > best.value + labels.BETTER
    ]
    if orders:
        after, place, order = max(orders, key=lambda each: (each[0], -each[1]))  # the plainest of equal readings
        base = checker.tried[place]
        title = guesses.joined(base.title, Message("with the classes in another order"))
        again = checker.try_((title, replace(base.rules, class_order=order)))
        note = Message(
            "The order of the classes was found on half of the samples; on the others {metric} is {value} with it.",
            metric=evaluator.metric.title,
            value=metric_text(after, evaluator.metric.info),
        )
        return again, [note]
    if not best.by_chance:
        return best, []
    value = metric_text(evaluator.metric.value(evaluator.scores), evaluator.metric.info)
    if labels.one_answer(best.decisions):
        return best, [
            Message(
                "About chance ({metric} {value}): the model answers nearly the same for all samples. The inputs are "
                "probably not what it was trained on (scale, mean and std, crop), and no reading that was tried helps.",
                metric=evaluator.metric.title,
                value=value,
            )
        ]
    return best, [
        Message(
            "About chance ({metric} {value}), and no order of the classes helps: the labels are probably of other "
            "samples (shuffled), or the inputs are not what the model was trained on.",
            metric=evaluator.metric.title,
            value=value,
        )
    ]


def gain(each: Tried, now: Tried) -> float | None:
    """Return the lower end of the 95 % interval of a reading's gain over another, on the same samples."""
    if each.evaluator is None or now.evaluator is None:
        return None
    metric, rows, base = each.evaluator.metric, each.evaluator.scores, now.evaluator.scores
    if metric.id != now.evaluator.metric.id or rows.shape != base.shape:
        return None
    differences = metric.info.sign * metric.differences(rows, base)
    return paired_interval(differences, ALL, unit_of(metric, base))[0]


def _better(each: Tried, other: Tried) -> bool:
    assert each.evaluator is not None and each.value is not None and other.value is not None
    return (each.value - other.value) * each.evaluator.metric.info.sign > 0


def _proposed(now: Tried, best: Tried) -> str:
    evaluator = best.evaluator
    assert evaluator is not None and best.value is not None
    value = metric_text(best.value, evaluator.metric.info)
    if now.value is None:
        return Message(
            "The data does not fit as it is read now: {why} With another reading ({title}), {metric} is {value}.",
            why=now.refused,
            title=best.title,
            metric=evaluator.metric.title,
            value=value,
        )
    return Message(
        "As the data is read now, {metric} is {before}, and {value} {title}.",
        metric=evaluator.metric.title,
        before=metric_text(now.value, evaluator.metric.info),
        value=value,
        title=best.title,
    )


def _facts(checker: Checker) -> list[str]:
    facts: list[str] = []
    for name, array in checker.found.arrays.items():
        if name == LABELS and array.ndim:
            facts.append(_labels_fact(np.asarray(array[:])))
        elif array.ndim and array.dtype.kind in "fiub":
            first = np.asarray(array[:LOOKED_AT])
            facts.append(
                Message(
                    "'{name}': {dtype} of {shape} per sample, values {low:.4g} to {high:.4g}.",
                    name=name,
                    dtype=array.dtype,
                    shape=" x ".join(map(str, array.shape[1:])) or Message("one value"),
                    low=float(first.min()) if first.size else 0.0,
                    high=float(first.max()) if first.size else 0.0,
                )
            )
    return facts


def _labels_fact(known: np.ndarray) -> str:
    numbers = _numbers(known)
    if numbers is not None and known.ndim == 2:
        return Message("The labels are one-hot rows of {n} classes, read as class indices.", n=known.shape[1])
    if numbers is not None:
        return Message("The labels are class indices {low} to {high}.", low=int(numbers.min()), high=int(numbers.max()))
    return Message(
        "The labels have type {dtype} and shape {shape} per sample.", dtype=known.dtype, shape=known.shape[1:]
    )


def _numbers(known: np.ndarray | None) -> np.ndarray | None:
    """Return class numbers, also of one-hot rows; None for other labels."""
    if known is None or not known.size or known.dtype.kind not in "fiub":
        return None
    if (
        known.ndim == 2
        and known.shape[1] > 1
        and ((known == 0) | (known == 1)).all()
        and (known.sum(axis=1) == 1).all()
    ):
        return known.argmax(axis=1)
    return known if known.ndim == 1 and known.dtype.kind in "iu" else None


def _sample(best: Tried) -> tuple[str, np.ndarray | None]:
    if best.evaluator is None:
        return "", None
    data = best.evaluator.data
    name = next(iter(data.inputs))
    first = np.asarray(data.feeds(slice(0, data.at_once(1)))[name][:1], np.float64)
    words = Message(
        "The model gets '{name}': {shape}, values {low:.4g} to {high:.4g}, mean {mean:.4g}, std {std:.4g}.",
        name=name,
        shape=" x ".join(map(str, first.shape[1:])) or Message("one value"),
        low=float(first.min()),
        high=float(first.max()),
        mean=float(first.mean()),
        std=float(first.std()),
    )
    return words, Pictures(data).of(0)
