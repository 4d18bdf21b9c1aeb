"""Trials of a sensitivity scan: each candidate run on all samples, or raced against the others of its layer; in this
process, or in several, which changes no figure. They are kept on disk like those of a search, and a scan that ended
early goes on from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from types import TracebackType

from workbench.core.analysis.sensitivity import Stack, Trial
from workbench.core.analysis.workforce import Workforce
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.engine.compile import compiler, structure
from workbench.engine.search.options import Option, recipe_of
from workbench.engine.search.racing import Raced, race
from workbench.engine.search.recipes import figures
from workbench.engine.search.trials import Trials
from workbench.engine.search.workers import Workers
from workbench.engine.workspace import Workspace
from workbench.graph.storage.edit import Edit

FIRST = 16  # samples that every candidate of a race runs on
ROUGH = 1.2  # of a cost: how wide its interval may be on each side. Costs of candidates differ by more than that
Group = Sequence[Trial]  # candidates of one row, which share a cut of the graph


def edited(workspace: Workspace, path: str, stack: Stack, seed: int, job: Job) -> Edit:
    return compiler.edit(workspace.model, path, stack, workspace.calibration, seed, workspace.cache, job.silent())


def compiled(workspace: Workspace, stacks: Mapping[str, Stack], seed: int, job: Job) -> compiler.Compiled:
    return workspace.compiled(recipe_of(stacks, seed), job.silent(), timed=False)


class Measuring:
    """Measures predicted trials; a context, which ends the other processes."""

    def __init__(self, workspace: Workspace, seed: int, raced: bool, force: Workforce) -> None:
        """Prepare. Raises UserError if there is no such cluster, or model or data cannot be sent to it."""
        order = workspace.measurable().order
        self._workspace, self._raced = workspace, raced
        self._trials = Trials(workspace, order, seed, first=FIRST if raced else len(order))
        self._workers = None if force.alone else Workers(self._trials, force)

    @property
    def lost(self) -> str:
        """Return why other processes did not compute, or no longer do; "" if they do."""
        return "" if self._workers is None else self._workers.crew.lost

    def measured(self, predicted: Sequence[Trial], job: Job) -> Iterator[Trial]:
        """Yield the trials with their figures, as they are ready."""
        rows: dict[tuple[str, bool], list[Trial]] = {}
        for trial in predicted:  # those that remove channels race among themselves
            rows.setdefault((trial.row, self._raced and _structural(trial)), []).append(trial)
        groups = list(rows.values())
        for group, part in self._in_turns(groups, job):
            yield from self._race(group, part) if self._raced else self._run(group, part)

    def _run(self, group: Group, job: Job) -> Iterator[Trial]:
        """Run each on all samples."""
        for trial in group:
            result = self._trials.measured(trial.stacks, job.silent())
            assert result is not None
            found = figures(self._trials, result)
            yield replace(trial, value=found.value, drop=found.drop, low=found.low, high=found.high)

    def _race(self, group: Group, job: Job) -> Iterator[Trial]:
        options = _options(group)
        of_option = {option.key: trial for option, trial in zip(options, group, strict=True)}
        for each in race(options, self._trials, job.silent(), precise=ROUGH):
            yield self._with_figures(of_option[each.option.key], each)

    def _with_figures(self, trial: Trial, raced: Raced) -> Trial:
        assert raced.result is not None
        found = figures(self._trials, raced.result)
        return replace(
            trial,
            value=found.value,
            drop=found.drop,
            low=found.low,
            high=found.high,
            samples=found.samples,
            divergence=found.divergence,
            beaten=not raced.survives,
        )

    def _in_turns(self, groups: Sequence[Group], job: Job) -> Iterator[tuple[Group, Job]]:
        """Yield each group once, with its part of the job: those that other processes have done, then the others in
        order."""
        work = _work(self._workspace, groups)
        open_, done = dict.fromkeys(range(len(groups))), 0.0
        for index in self._elsewhere(groups, job):
            if index in open_:
                del open_[index]
                done += work[index]
                job.report(Message("trying the candidates"), done)
                yield groups[index], job
        for index in list(open_):
            part = job.part(done, done := done + work[index])
            part.report(Message("trying {path}", path=groups[index][0].row), 0.0)
            yield groups[index], part

    def _elsewhere(self, groups: Sequence[Group], job: Job) -> Iterator[int]:
        """Yield the numbers of the groups that are done, by other processes together with this one."""
        if self._workers is None:
            return iter(())
        if self._raced:
            return self._workers.race([_options(group) for group in groups], job, ROUGH)
        return self._workers.measure([[trial.stacks for trial in group] for group in groups], job)

    def __enter__(self) -> "Measuring":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._workers is not None:
            self._workers.close()


def _structural(trial: Trial) -> bool:
    return any(map(structure.structural, trial.candidate))


def _options(group: Group) -> list[Option]:
    return [Option(trial.stacks, trial.bytes, predicted=trial.predicted) for trial in group]


def _work(workspace: Workspace, groups: Sequence[Group]) -> list[float]:
    """Return the share of each group in all the work: a trial of one layer runs from that layer on, one of several
    layers the whole graph."""
    layers = workspace.model.layers
    costs = [float(layer.macs or layer.parameters or 1) for layer in layers]
    rest = list(accumulate(reversed(costs)))[::-1]
    behind = {layer.path: each / rest[0] for layer, each in zip(layers, rest, strict=True)}
    work = [sum(1.0 if len(t.stacks) > 1 or _structural(t) else behind[t.path] for t in group) for group in groups]
    return [each / sum(work) for each in work]
