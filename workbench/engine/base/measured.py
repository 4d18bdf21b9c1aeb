"""Choice of the measured output and of its batch axis, by running the model on few samples."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import onnxruntime as ort

from workbench.core.analysis.measured import AUTOMATIC, Measuring
from workbench.core.base.errors import UserError
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.base.trust import NOBODY, Trust
from workbench.data.answer import Answer, joined
from workbench.data.choosing import fitting, found, may_be_numbers, named, why_unfit
from workbench.data.dataset import Dataset
from workbench.data.label_forms import notes_on, prepared, targets
from workbench.data.metrics.metric import Metric
from workbench.data.metrics.own import is_own, own
from workbench.data.metrics.tokens import NEXT
from workbench.engine.base.batches import samples_at_once
from workbench.engine.base.evaluate import Asked
from workbench.engine.base.originals import Outputs
from workbench.engine.base.probe import PROBED, Probe
from workbench.graph.model.model import Model
from workbench.graph.subgraph import cut

UNSUITED = 50  # rank of an output that is measured only on request
MARGIN, FACTOR = 0.1, 2.0  # largest ratio of an output's error to that of the best one that fits


@dataclass(frozen=True)
class Candidate:
    """An output that could be measured: its samples [n, ...], its metric, and how well that fits (lower: better)."""

    answer: Answer
    values: np.ndarray
    metric: Metric | None = None
    rank: int = 0


def with_answer(
    session: ort.InferenceSession,
    data: Dataset,
    measuring: Measuring = AUTOMATIC,
    trusted: Trust = NOBODY,
    model: Model | None = None,
) -> tuple[Dataset, tuple[Asked, ...], Outputs]:
    """Return the data with the measured output chosen and labels as numbers; every metric with its output, the main one
    first; and what the model gave for slices of few samples. Outputs of `model` that depend on no layer cannot drop:
    they are measured only on request.

    Raises UserError if the model does not run on the data, no output has one result per sample, the labels fit none, or
    what was requested is missing.
    """
    before = prepared(data)
    data = before.data
    places = _Places.of(session, data, measuring, model)
    data = replace(data, together=places.together)
    names = [_split(each) for each in measuring.metrics or ("",)]
    whose = [places.named(at) if (at := output or measuring.output) else places.moving for _, output in names]
    values = [each.values for candidates in whose for each in candidates]
    read = targets(data, [name for name, _ in names], values, places.probed)
    given, data = data.labels is not None, replace(data, labels=read.labels)
    asked: list[Asked] = []
    for (name, output), candidates in zip(names, whose, strict=True):
        wanted: str | Metric = (
            own(name, trusted, given) if is_own(name) else name or (NEXT[0] if read.following else "")
        )
        if asked and not output and (fits := _fitting(data, candidates, places, asked[0][0], wanted)):
            candidates = [fits]
        chosen = _chosen(data, candidates, places, wanted)
        if not asked:
            assert chosen.metric is not None
            form = notes_on(chosen.metric, data.labels)
            notes = (*before.notes, *_read_together(data), *read.notes, *form, *chosen.answer.notes)
            data = replace(data, answer=replace(chosen.answer, notes=notes, following=read.following))
        asked.append((chosen.answer, wanted))
    return data, tuple(asked), places.outputs


class _Places:
    """The outputs that could be measured, with their batch axis and values for some samples."""

    def __init__(
        self,
        every: Sequence[Candidate],
        moving: Sequence[Candidate],
        probed: np.ndarray,
        left: Mapping[str, str],
        outputs: Outputs,
        together: int,
        inner: frozenset[str],
    ) -> None:
        self.every, self.moving, self.probed, self.left, self.outputs = every, moving, probed, left, outputs
        self.together = together  # see Dataset
        self.inner = inner  # outputs that depend on fewer layers than another one, and on none besides

    @staticmethod
    def of(session: ort.InferenceSession, data: Dataset, measuring: Measuring, model: Model | None) -> "_Places":
        """Find the outputs. Raises UserError if there is none, or not the requested one. Outputs that depend on no
        layer are skipped if there are others."""
        fixed, most = (frozenset[str](), PROBED) if model is None else (cut.unaffected(model), samples_at_once(model))
        outputs = session.get_outputs()
        plain = [output.type.startswith("tensor(") for output in outputs]
        left = {output.name: _kind(output.type) for output, fits in zip(outputs, plain, strict=True) if not fits}
        if not any(plain):
            raise UserError(
                "The model's only outputs are {left}, which cannot be measured.",
                "Export it with tensors as outputs (for scikit-learn: options={'zipmap': False}).",
                left=_listed(left),
            )
        probe = Probe(session, data, most)
        answers: list[Answer] = []
        for index, output in enumerate(outputs):
            if not plain[index]:
                continue
            wanted = output.name in measuring.output.split(",")
            place = probe.place(index, measuring.axis if wanted else None)
            if place is None:
                left[output.name] = Message("has no batch axis")
            else:
                answers.append(Answer(output.name, index, *place))
        probed, values = probe.answers(answers) if answers else (np.empty(0, int), [])
        every = []
        for answer, value in zip(answers, values, strict=True):
            if value is None:
                left[answer.name] = Message("its shape depends on the sample")
            else:
                flat = _is_list(value, data.labels)
                every.append(Candidate(replace(answer, flat=flat), value.reshape(len(value), -1) if flat else value))
        if not every:
            raise UserError(
                "No output of the model has one result per sample: {left}.",
                "Export the model with outputs whose first axis is the batch.",
                left=_listed(left),
            )
        moving = [each for each in every if each.answer.name not in fixed] or every
        left |= {each.answer.name: Message("no layer changes it") for each in every if each not in moving}
        inner = frozenset[str]() if model is None else _inner(cut.layers_of_outputs(model))
        return _Places(every, moving, probed, left, probe.outputs, probe.data.together, inner)

    def named(self, output: str) -> list[Candidate]:
        """Return the output of this name; several, separated by commas, are concatenated. Raises UserError if one is
        missing or has no samples."""
        by_name = {each.answer.name: each for each in self.every}
        names = [output] if output in by_name else [name.strip() for name in output.split(",")]
        for name in names:
            if name not in by_name:
                raise UserError(
                    "The output '{name}' cannot be measured: {why}.",
                    "The outputs are: {known}.",
                    name=name,
                    why=self.left.get(name, Message("the model has no such output")),
                    known=[*by_name],
                )
        first, *others = (by_name[name] for name in names)
        if not others:
            return [first]
        answer = replace(first.answer, more=tuple(each.answer for each in others))
        return [Candidate(answer, joined([first.values, *(each.values for each in others)]))]


def _read_together(data: Dataset) -> tuple[str, ...]:
    if data.together == 1:
        return ()
    return (Message("The model reads {n:,} samples together; they stay in their order.", n=data.together),)


def _is_list(values: np.ndarray, labels: np.ndarray | None) -> bool:
    """Return whether an output with further axes has one list of values a sample, such as class scores [N, C, 1, 1] of
    a convolution or [N, 1, C]. Without labels that say so, [N, T, 1] may as well be a sequence."""
    sizes = values.shape[1:]
    if len(sizes) < 2 or max(sizes) == 1 or math.prod(sizes) != max(sizes):
        return False
    if labels is not None and labels.ndim == 1:
        return True
    return len(sizes) > 2 and (labels is None or labels.shape[1:] in ((1,), (max(sizes),)))


def _split(spec: str) -> tuple[str, str]:
    """Return the name of a metric and that of its output."""
    if is_own(spec) or "@" not in spec:
        return spec, ""
    name, _, output = spec.partition("@")
    return name, output


def _inner(layers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(name for name, own in layers.items() if any(own < others for others in layers.values()))


def _chosen(data: Dataset, whose: Sequence[Candidate], places: "_Places", wanted: str | Metric) -> Candidate:
    """Return the candidate whose metric fits best among those that suit the labels; of equal ones the first that is no
    hidden state of another."""
    every = data.labels
    left = dict(places.left)
    labels = None if every is None else every[places.probed]
    ranked: list[Candidate] = []
    for each in whose:
        metric, rank = _metric(each, labels, every, wanted, data.classes)
        if metric is not None:
            ranked.append(replace(each, metric=metric, rank=rank + (100 if _unknown(each.values) else 0)))
        else:
            left[each.answer.name] = Message("does not fit the labels")
    if not ranked:
        if wanted:
            named(wanted, whose[0].values, labels, data.classes)  # raises: why it does not fit
        assert every is not None
        raise why_unfit([each.values for each in whose], every)
    if wanted:  # of an output that is suitable anyway, if there is one
        least = min(each.rank for each in ranked)
        ranked = [each for each in ranked if each.rank == least]
    best = min(_credible(ranked, labels), key=lambda each: (each.rank, each.answer.name in places.inner))
    assert best.metric is not None
    others = {
        each.answer.name: Message("not a number (NaN)") if _unknown(each.values) else _shape(each.values)
        for each in ranked
        if each is not best
    }
    notes = _notes(best, others | left)
    if not wanted and every is None and may_be_numbers(best.values, best.answer.name):
        notes = (*notes, _in_doubt(best.answer.name))
    return replace(best, answer=replace(best.answer, notes=notes))


def _fitting(
    data: Dataset, whose: Sequence[Candidate], places: "_Places", answer: Answer, wanted: str | Metric
) -> Candidate | None:
    """Return the output that was chosen before, if this metric suits it, too."""
    labels = None if data.labels is None else data.labels[places.probed]
    before = next((each for each in whose if each.answer.index == answer.index), None)
    if before is None or _metric(before, labels, data.labels, wanted, data.classes)[0] is None:
        return None
    return before


def _metric(
    candidate: Candidate,
    labels: np.ndarray | None,
    every: np.ndarray | None,
    wanted: str | Metric,
    classes: tuple[str, ...],
) -> tuple[Metric | None, int]:
    """Return the metric of choosing.found, or the requested one if it fits this output."""
    if not wanted:
        return found(candidate.values, labels, every, candidate.answer.name)
    try:
        metric = named(wanted, candidate.values, labels, classes)
        other, rank = found(candidate.values, labels, every, candidate.answer.name)
        return metric, rank if other is not None else UNSUITED
    except UserError:
        return None, 0


def _credible(ranked: list[Candidate], labels: np.ndarray | None) -> list[Candidate]:
    """Return the candidates without those that fit the form of the labels but are much worse than another, such as an
    embedding with as many values as there are classes. Compares error rates for classes, else squared errors."""
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
    score = metric.value(metric.score(candidate.values, target))
    return 1 - score if metric.higher_is_better else score


def _notes(best: Candidate, others: dict[str, str]) -> tuple[str, ...]:
    """Return notes on the measured output, unless it is the only one and has its samples along the first axis."""
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


def _in_doubt(name: str) -> str:
    return Message(
        "The few values of '{name}' are measured as numbers, by their squared error. If they "
        "are class scores, choose the metric agreement.",
        name=name,
    )


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
    """Return a type of the runtime in words."""
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
