"""Trials of a sensitivity scan: each candidate run on all samples, or raced against the others of its layer; in this
process, or in several, which changes no figure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from typing import Any

from workbench.core.analysis.sensitivity import Stack, Trial
from workbench.core.analysis.workforce import Workforce
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe
from workbench.data.dataset import Feeds
from workbench.engine.base.evaluate import Run, runner
from workbench.engine.compile import compiler, structure
from workbench.engine.preview.previewer import SuffixRunner, effective
from workbench.engine.search.options import Option
from workbench.engine.search.racing import Raced, race
from workbench.engine.search.trials import Trials
from workbench.engine.search.wholes import figures
from workbench.engine.search.workers import Workers
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime
from workbench.graph.storage.edit import Edit

FIRST = 16  # samples that every candidate of a race runs on
ROUGH = 1.2  # of a cost: how wide its interval may be on each side. Costs of candidates differ by more than that


def measured(
    workspace: Workspace, predicted: Sequence[Trial], seed: int, raced: bool, force: Workforce, job: Job
) -> Iterator[Trial]:
    """Yield the trials with their figures, as they are ready. Raises UserError if there is no such cluster, or model or
    data cannot be sent to it."""
    if raced:
        yield from _raced(workspace, predicted, seed, force, job)
    elif force.alone:
        yield from _one_by_one(workspace, predicted, seed, job)
    else:
        yield from _shared(workspace, predicted, seed, force, job)


def edited(workspace: Workspace, path: str, stack: Stack, seed: int, job: Job) -> Edit:
    return compiler.edit(workspace.model, path, stack, workspace.calibration, seed, workspace.cache, job.silent())


def compiled(workspace: Workspace, stacks: Mapping[str, Stack], seed: int, job: Job) -> compiler.Compiled:
    recipe = Recipe(seed=seed)
    for path, actions in stacks.items():
        recipe = recipe.with_actions([path], actions)
    return workspace.compiled(recipe, job.silent(), timed=False)


# -- in several processes, or raced ------------------------------------------------------------------------------------


def _raced(workspace: Workspace, predicted: Sequence[Trial], seed: int, force: Workforce, job: Job) -> Iterator[Trial]:
    """Race the candidates of each layer; those that remove channels race among themselves."""
    trials = Trials(workspace, workspace.measurable().order, seed, first=FIRST)
    places: dict[tuple[str, bool], list[Trial]] = {}
    for trial in predicted:
        places.setdefault((trial.row, any(map(structure.structural, trial.candidate))), []).append(trial)
    groups = list(places.values())
    options = [[Option(trial.stacks, trial.bytes, predicted=trial.predicted) for trial in group] for group in groups]
    with _crew(trials, force) as workers:
        done = None if workers is None else workers.race(options, job, ROUGH)
        for index in _in_turns(len(groups), done, job):
            of_option = {option.key: trial for option, trial in zip(options[index], groups[index], strict=True)}
            for each in race(options[index], trials, job.silent(), precise=ROUGH):
                yield _with_figures(of_option[each.option.key], each, trials)


def _with_figures(trial: Trial, raced: Raced, trials: Trials) -> Trial:
    assert raced.result is not None
    found = figures(trials, raced.result)
    return replace(
        trial,
        value=found.value,
        drop=found.drop,
        low=found.low,
        high=found.high,
        samples=found.samples,
        divergence=found.divergence,
        beaten=not raced.left,
    )


def _shared(workspace: Workspace, predicted: Sequence[Trial], seed: int, force: Workforce, job: Job) -> Iterator[Trial]:
    """Run each trial on all samples, those of a row in one process."""
    order = workspace.measurable().order
    trials = Trials(workspace, order, seed, first=len(order))
    rows: dict[str, list[Trial]] = {}
    for trial in predicted:
        rows.setdefault(trial.row, []).append(trial)
    groups = list(rows.values())
    with _crew(trials, force) as workers:
        done = (
            None if workers is None else workers.measure([[trial.stacks for trial in group] for group in groups], job)
        )
        for index in _in_turns(len(groups), done, job):
            for trial in groups[index]:
                result = trials.measured(trial.stacks, job.silent())
                assert result is not None
                found = figures(trials, result)
                yield replace(trial, value=found.value, drop=found.drop, low=found.low, high=found.high)


@contextmanager
def _crew(trials: Trials, force: Workforce) -> Iterator[Workers | None]:
    """Give other processes, or none where model or data cannot be sent to those of this machine."""
    workers = None
    try:
        workers = None if force.alone else Workers(trials, force)
    except UserError:
        if force.cluster:
            raise
    try:
        yield workers
    finally:
        if workers is not None:
            workers.close()


def _in_turns(count: int, done: Iterator[int] | None, job: Job) -> Iterator[int]:
    """Yield each of `count` groups once, by number: those that other processes have done, then the others in order."""
    left = dict.fromkeys(range(count))
    said = Message("trying the candidates")
    for index in done or ():
        job.report(said, 1 - len(left) / max(count, 1))
        if index in left:
            del left[index]
            yield index
    for index in list(left):
        job.check()
        job.report(said, 1 - len(left) / max(count, 1))
        del left[index]
        yield index


# -- in this process ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Work:
    """One trial to run; `weight` is its time relative to a run of the whole graph."""

    row: str
    candidate: Stack
    weight: float
    run: Callable[[Job], Trial]


def _one_by_one(workspace: Workspace, predicted: Sequence[Trial], seed: int, job: Job) -> Iterator[Trial]:
    """Run each trial on all samples, from its layer on."""
    work = list(_work(workspace, predicted, seed))
    total = sum(each.weight for each in work) or 1.0
    ends = list(accumulate((each.weight / total for each in work), initial=0.0))
    for index, each in enumerate(work):
        part = job.part(ends[index], ends[index + 1])
        part.report(Message("trying {path}", path=each.row), 0.0)
        key = ("trial", each.row, each.candidate, seed, workspace.evaluator, workspace.calibration)
        yield workspace.cache.get(key, partial(each.run, part))  # a scan that was cancelled goes on where it was


def _work(workspace: Workspace, trials: Sequence[Trial], seed: int) -> Iterator[_Work]:
    """Yield the work: a trial of one layer runs from that layer on, and those of a layer share the cut; a trial of
    several layers runs the whole graph."""
    walk, weights = _Walk(workspace), _behind(workspace)
    for trial in trials:
        if len(trial.stacks) > 1 or any(map(structure.structural, trial.candidate)):
            yield _Work(trial.row, trial.candidate, 1.0, partial(_together, workspace, trial, seed))
        else:
            yield _Work(trial.row, trial.candidate, weights[trial.path], partial(_alone, workspace, walk, trial, seed))


def _alone(workspace: Workspace, walk: "_Walk", trial: Trial, seed: int, job: Job) -> Trial:
    behind = walk.to(trial.path)
    edit = edited(workspace, trial.path, trial.candidate, seed, job)
    return replace(trial, **_measured(workspace, behind.run(edit), job))


class _Walk:
    """The last measured cut: values that cross the next one are computed from those that cross it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.last: SuffixRunner | None = None

    def to(self, path: str) -> SuffixRunner:
        evaluator, last = self.workspace.measurable(), self.last
        if last is not None and last.path == path:
            return last
        self.last = SuffixRunner(self.workspace.model, path)
        if last is not None and last.cut.crossing and self.last.cut.crossing:
            self.last.follow(last, (Feeds(evaluator.data, chosen) for chosen in evaluator.batches()))
        return self.last


def _behind(workspace: Workspace) -> dict[str, float]:
    """Return for each layer the fraction of the model's work in it and after it, in the order of the graph."""
    layers = workspace.model.layers
    costs = [float(layer.macs or layer.parameters or 1) for layer in layers]
    left = list(accumulate(reversed(costs)))[::-1]
    return {layer.path: rest / left[0] for layer, rest in zip(layers, left, strict=True)}


def _together(workspace: Workspace, trial: Trial, seed: int, job: Job) -> Trial:
    result = compiled(workspace, trial.stacks, seed, job)
    return replace(trial, **_measured(workspace, runner(runtime.session(effective(result.model, result.edits))), job))


def _measured(workspace: Workspace, run: Run, job: Job) -> dict[str, Any]:
    """Return the measured figures of a Trial, from all samples."""
    evaluator = workspace.measurable()
    *_, (seen, rows) = evaluator.stream(run, job.silent())
    drop, low, high = evaluator.drop(seen, rows)
    return {"value": evaluator.metric.value(rows), "drop": drop, "low": low, "high": high}
