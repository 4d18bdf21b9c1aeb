"""Comparison of two models on another data set, to show whether the drop of the metric is the same on it."""

import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from workbench.core.analysis.report import Corrupted, Elsewhere, Robustness
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.quantities import Z95
from workbench.core.base.trust import NOBODY, Trust
from workbench.data.answer import Answer
from workbench.data.dataset import Dataset
from workbench.data.metrics.intervals import ALL, paired_interval, unit_of
from workbench.data.opening import open_dataset
from workbench.data.preprocessing import Rules, beside, read_rules
from workbench.engine.base.evaluate import Evaluator, Run, runner
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

NAMED = 5  # class folders in a sentence


def of_models(first: Workspace, second: Workspace, path: str, job: Job) -> Robustness:
    """Compare two opened models, the first of which has data, on another data set: see `elsewhere`."""
    place = first.measurable().data.answer.among([spec.name for spec in second.model.outputs])
    return elsewhere(first, runner(runtime.session(second.model)), place, path, job)


def elsewhere(
    workspace: Workspace, run: Run, answer: Answer, path: str, job: Job, trusted: Trust = NOBODY
) -> Robustness:
    """Measure the original and another model on the attached data, and on the data at `path`: a file or folder of any
    kind that can be attached, preprocessed as the file beside it says; without one as the attached data, if both are of
    one kind. Classes that have names are those of the attached data.

    `run` runs the other model, and `answer` says which of its outputs is measured. Raises UserError if the data do not
    fit, or require another metric.
    """
    own = workspace.measurable()
    job.report(Message("opening {name}", name=Path(path).name), 0.0)
    other, notes = _opened(workspace, path, job.part(0.0, 0.3), workspace.trusted | trusted)
    if (other.metric.id, other.metric.labelled) != (own.metric.id, own.metric.labelled):
        raise UserError(
            "{name} is measured in {there}, the attached data in {here}: they cannot be compared.",
            "Give data with labels of the same kind.",
            name=Path(path).name,
            there=other.metric.info.title,
            here=own.metric.info.title,
        )
    rows, mine = (
        _rows(each, run, answer, part) for each, part in ((other, job.part(0.3, 0.7)), (own, job.part(0.7, 1.0)))
    )
    losses, known = other.losses(other.order, rows), own.losses(own.order, mine)
    drop, low, high = other.drop(other.order, rows)
    lost = drop - float(known.mean())
    half = Z95 * math.sqrt(_variance(losses) + _variance(known))
    found = Elsewhere(
        path,
        len(other.order),
        other.metric.value(other.scores[other.order]),
        other.metric.value(rows),
        drop,
        low,
        high,
        lost,
        lost - half,
        lost + half,
        notes,
    )
    ends = paired_interval(np.zeros(len(known)), ALL, unit_of(own.metric, own.scores))
    before, after = own.metric.value(own.scores[own.order]), own.metric.value(mine)
    clean = Corrupted("clean", 0, before, after, float(known.mean()), 0.0, *ends)
    return Robustness(own.metric.info, len(own.order), (clean,), found)


def _opened(workspace: Workspace, path: str, job: Job, trusted: Trust) -> tuple[Evaluator, tuple[str, ...]]:
    """Return the other data, measured with the original; and notes on how they were read."""
    own = workspace.data
    assert own is not None
    rules, notes = _rules(own.path, path)
    given, inputs = own.constants, workspace.model.summary().inputs
    if os.path.isdir(path):
        near = workspace.model.source.path
        found = open_dataset(path, inputs, path in trusted, job.part(0.0, 0.1), given, rules=rules, near=near)
        rules = _renumbered(rules, own, found)
        if found.classes and not own.classes and rules.class_order is None:
            notes += (
                Message("Class folders are numbered in alphabetical order, as the attached data name no classes."),
            )
    there = workspace.attach(
        path, job.part(0.1, 1.0), trusted=trusted, given=given, measuring=workspace.measuring, rules=rules
    )
    return there.measurable(), notes


def _rules(own: str, other: str) -> tuple[Rules, tuple[str, ...]]:
    """Preprocessing of the other data, and a note that names the file."""
    file = beside(other)
    rules = read_rules(file)
    if not os.path.exists(file) and _kind(own) == _kind(other):
        file = beside(own)
        rules = read_rules(file)
        if os.path.isdir(own):  # its folders may be others: see `_renumbered`
            rules = replace(rules, class_order=None)
    if rules.tokenizer:
        rules = replace(rules, tokenizer=str(file.absolute().parent / rules.tokenizer))
    return rules, (Message("Preprocessed as {file} says.", file=file),) if rules != Rules() else ()


def _kind(path: str) -> str:
    return "folder" if os.path.isdir(path) else Path(path).suffix.lower()


def _renumbered(rules: Rules, own: Dataset, found: Dataset) -> Rules:
    """Give class folders the numbers that classes of these names have in the attached data, or that the names are,
    unless classes there are called by other numbers: folders are numbered by the alphabet, and one may be missing.
    Raises UserError for a folder that is no class there."""
    if not found.classes or found.classes == own.classes or rules.class_order is not None:
        return rules
    numbers = {name: number for number, name in enumerate(own.classes)}
    if all(name == str(number) for number, name in enumerate(own.classes) if name.isdecimal()):
        numbers |= {str(number): number for number in range(len(own.classes))}
    if not own.classes:  # without names; folders may still be called by their numbers
        numbers = {name: int(name) for name in found.classes if name.isdecimal()}
    unknown = [name for name in found.classes if name not in numbers]
    if unknown and own.classes:
        raise UserError(
            "{name} has class folders that the attached data do not have: {unknown}.",
            "Rename them, or map them to the model's classes in {file} (class_order).",
            name=Path(found.path).name,
            unknown=[*unknown[:NAMED]],
            file=beside(found.path),
        )
    return rules if unknown else replace(rules, class_order=tuple(numbers[name] for name in found.classes))


def _rows(evaluator: Evaluator, run: Run, answer: Answer, job: Job) -> np.ndarray:
    """Return rows of the metric, in the evaluator's order."""
    parts = []
    for chosen in job.each(evaluator.batches(), Message("measuring")):
        parts.append(evaluator.score(answer.of(run(evaluator.data.feeds(chosen))), chosen))
    return np.concatenate(parts)


def _variance(losses: np.ndarray) -> float:
    """Return the variance of the mean."""
    return float(losses.var(ddof=1)) / len(losses) if len(losses) > 1 else 0.0
