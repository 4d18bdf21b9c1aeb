"""Comparison of two models on the same corrupted samples, strength by strength."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from workbench.core.analysis.report import Corrupted, Robustness
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.trust import NOBODY, Trust
from workbench.core.recipe.recipe import Recipe
from workbench.data.answer import Answer
from workbench.data.metrics.intervals import ALL, paired_interval, unit_of
from workbench.engine.analysis.corruptions import STRENGTHS, Corruption, corruptions
from workbench.engine.analysis.elsewhere import elsewhere
from workbench.engine.base.evaluate import Evaluator, Run, runner
from workbench.engine.preview import previewer
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

Runs = Sequence[tuple[Run, Answer]]


def robustness(first: Workspace, second: Workspace, job: Job) -> Robustness:
    """Measure both with the first model's data and metric, which without labels is agreement with the first one's
    answers to the clean samples. Raises UserError if no corruption suits the inputs."""
    evaluator = first.measurable()
    answer = evaluator.data.answer
    places = answer, answer.among([spec.name for spec in second.model.outputs])
    runs = [
        (runner(runtime.session(workspace.model)), place)
        for workspace, place in zip((first, second), places, strict=True)
    ]
    (*_, found) = _measured(evaluator, runs, evaluator.batches(), job)
    return found


def of_recipe(
    workspace: Workspace, recipe: Recipe, job: Job, samples: int = 0, other: str = "", trusted: Trust = NOBODY
) -> Robustness:
    """Measure the original and the recipe's model, as the preview runs it, on the first `samples` (whole batches where
    the model fixes their size; 0: on all); `job.update` receives the rows so far. Results are cached: see `known`. With
    the path of `other` data these are measured instead of corrupted samples; code that comes with them runs if it is
    `trusted`. Raises UserError likewise, and if the recipe does not fit."""
    if other:
        result, _ = workspace.shown(recipe, job.part(0.0, 0.1))
        run = runner(runtime.session(previewer.effective(result.model, result.edits)))
        return elsewhere(workspace, run, workspace.measurable().data.answer, other, job.part(0.1, 1.0), trusted)
    evaluator = workspace.measurable()
    chosen = _first(evaluator, samples or evaluator.data.samples)

    def measure() -> Robustness:
        result, _ = workspace.shown(recipe, job.part(0.0, 0.1))
        models = workspace.model, previewer.effective(result.model, result.edits)
        runs = [(runner(runtime.session(model)), evaluator.data.answer) for model in models]
        for found in _measured(evaluator, runs, chosen, job.part(0.1, 1.0)):
            job.update(found)
        return found

    found = _latest(workspace, recipe)
    count = sum(map(len, chosen))
    if count not in found:
        found[count] = measure()
    return found[count]


def _first(evaluator: Evaluator, wanted: int) -> list[np.ndarray]:
    """Return the batches of as many samples."""
    chosen, left = [], evaluator.data.first(wanted)
    for batch in evaluator.batches():
        if left > 0:
            chosen.append(batch[:left])
            left -= len(batch)
    return chosen


def known(workspace: Workspace, recipe: Recipe) -> Robustness | None:
    """Return the cached result for this recipe, on the most samples."""
    found = {} if workspace.evaluator is None else _latest(workspace, recipe)
    return found[max(found)] if found else None


def _latest(workspace: Workspace, recipe: Recipe) -> dict[int, Robustness]:
    """Return cached results by the number of samples."""
    evaluator = workspace.measurable()
    key = ("robustness", recipe.in_effect, recipe.recover, evaluator.data.fingerprint, evaluator.about)
    make: Callable[[], dict[int, Robustness]] = dict
    return workspace.cache.get(key, make)


def _measured(evaluator: Evaluator, runs: Runs, batches: Sequence[np.ndarray], job: Job) -> Iterator[Robustness]:
    """Yield the result row by row: the clean samples, then kind by kind from weak to strong."""
    wanted: list[tuple[Corruption | None, int]] = [(None, 0)]
    kinds = corruptions(evaluator.data)
    wanted += [(kind, strength) for kind in kinds for strength in range(1, STRENGTHS + 1)]
    rows, clean, metric = tuple[Corrupted, ...](), np.zeros(0), evaluator.metric
    for kind, strength in job.each(wanted, Message("measuring corrupted samples")):
        scores = _scores(evaluator, runs, batches, kind, strength, job)
        losses = -metric.info.sign * metric.differences(scores[1], scores[0])
        clean = losses if kind is None else clean
        lost = losses - clean
        low, high = paired_interval(lost, ALL, unit_of(metric, scores[0]))
        before, after = (metric.value(each) for each in scores)
        name = "clean" if kind is None else kind.kind
        rows += (Corrupted(name, strength, before, after, float(losses.mean()), float(lost.mean()), low, high),)
        yield Robustness(metric.info, sum(map(len, batches)), rows)


def _scores(
    evaluator: Evaluator, runs: Runs, batches: Sequence[np.ndarray], kind: Corruption | None, strength: int, job: Job
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of both models, in the order of the batches."""
    scores: tuple[list[np.ndarray], list[np.ndarray]] = [], []
    for number, chosen in enumerate(batches):
        job.check()
        feeds = evaluator.data.feeds(chosen)
        if kind is not None:
            feeds = kind(feeds, strength, number)
        for (run, place), into in zip(runs, scores, strict=True):
            into.append(evaluator.score(place.of(run(feeds)), chosen))
    return np.concatenate(scores[0]), np.concatenate(scores[1])
