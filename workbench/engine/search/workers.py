"""Edits and trials in several processes: each computes the edits of whole layers, whole races, or whole recipes, using
what is known here. Edits travel with the trials that need them, as making one may take longer than measuring it.
Results do not depend on who computed them; what the processes leave undone is computed here."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from workbench.core.analysis.workforce import Workforce
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.engine.base.store import Nowhere
from workbench.engine.calibration.input_moments import Moments
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.compile import compiler
from workbench.engine.compile.structure import structural
from workbench.engine.parallel.cluster import crew_of
from workbench.engine.parallel.crew import Work
from workbench.engine.search.options import Option
from workbench.engine.search.racing import PRECISE, race
from workbench.engine.search.stacks import Stack
from workbench.engine.search.tasks import Result, Task
from workbench.engine.search.trials import Trials
from workbench.engine.workspace import Workspace
from workbench.graph.storage.edit import Edit

Found = list[tuple[Task, Result]]
Made = list[tuple[str, Stack, Edit]]


@dataclass(frozen=True)
class Edits:
    """Requested edits of one layer, and the statistics of its inputs, so that all processes use the same figures (see
    LayerContext)."""

    path: str
    stacks: tuple[Stack, ...]
    seed: int
    moments: Moments | None


@dataclass(frozen=True)
class Order:
    """Trials on these samples, and what is known of them. `number` is given back with the results; `first` and `about`
    are those of the client's Trials."""

    number: int
    chosen: tuple[int, ...]
    first: int
    seed: int
    about: tuple[str, ...]
    known: tuple[tuple[Task, Result], ...]
    edits: tuple[tuple[str, Stack, Edit], ...]
    wanted: Any

    def trials(self, workspace: Workspace) -> Trials:
        """Return trials on the same samples, in the process's order; under the names that they have for the client."""

        def make() -> Trials:
            trials = Trials(workspace, np.arange(len(self.chosen)), self.seed, Nowhere(), self.first)
            trials.order, trials.about = np.array(self.chosen), self.about
            return trials

        for path, stack, edit in self.edits:
            _keep(workspace, path, stack, self.seed, edit)
        trials = workspace.cache.get(("orders", self.chosen, self.first, self.seed), make)
        trials.take(self.known)
        trials.new()
        return trials


class Workers:
    """The processes of one search; closed by `close`."""

    def __init__(self, trials: Trials, force: Workforce) -> None:
        """Prepare the processes. Raises UserError as `crew_of` does."""
        self.trials = trials
        self.crew = crew_of(trials.workspace, trials.order, force)

    def begin(self) -> None:
        """Start the processes."""
        self.crew.begin()

    def edit(self, wanted: Mapping[str, Sequence[Stack]], job: Job) -> None:
        """Put the edits of these stacks on layers (by path), each alone, into the cache."""
        workspace, seed = self.trials.workspace, self.trials.seed

        def here(order: Edits) -> Made:
            return _edit(workspace, order, job)

        missing = {
            path: [stack for stack in stacks if _known(workspace, path, stack, seed) is None]
            for path, stacks in wanted.items()
        }
        longest_first = sorted(filter(missing.get, missing), key=lambda path: -workspace.model.layer(path).count)
        orders = [
            Edits(path, tuple(missing[path]), seed, _context(workspace, path, seed).known_moments)
            for path in longest_first
        ]
        for made in self.crew.gather(_edit, orders, job, here if self.crew.takes_part else None):
            for path, stack, edit in made:
                _keep(workspace, path, stack, seed, edit)

    def race(self, places: Sequence[Sequence[Option]], job: Job, precise: float = PRECISE) -> Iterator[int]:
        """Race the options of each place (`precise`: see racing.race); yields the number of each place that is done."""

        def run(options: Sequence[Option], job: Job) -> None:
            race(options, self.trials, job, precise=precise)

        lacking = [number for number, each in enumerate(places) if self._lacks(partial(run, each, Job()))]
        yield from sorted(set(range(len(places))) - set(lacking))
        lacking.sort(key=lambda number: self._effort(places[number]), reverse=True)
        orders = [
            self._order(number, (tuple(places[number]), precise), [option.stacks for option in places[number]])
            for number in lacking
        ]
        yield from self._gathered(_race, orders, job, lambda wanted: run(wanted[0], job))

    def _effort(self, options: Sequence[Option]) -> int:
        """Return the approximate MACs of a race on one sample: those after the place, or of the whole model, per
        option."""
        layers = self.trials.workspace.model.layers
        paths, first = [layer.path for layer in layers], options[0]
        start = 0 if first.structural or first.place not in paths else paths.index(first.place)
        return len(options) * sum((layer.macs or layer.count) + 1 for layer in layers[start:])

    def measure(self, groups: Sequence[Sequence[Mapping[str, Stack]]], job: Job) -> Iterator[int]:
        """Measure whole recipes on all samples, those of a group in one process; yields the number of each group when
        it is done."""
        unknown = [
            [dict(steps) for steps in group if self._lacks(partial(self.trials.measured, steps, Job()))]
            for group in groups
        ]
        yield from (number for number, recipes in enumerate(unknown) if not recipes)

        def here(recipes: Sequence[Mapping[str, Stack]]) -> None:
            for steps in recipes:
                with suppress(UserError):  # which whoever asked finds out, too
                    self.trials.measured(steps, job)

        orders = [self._order(number, recipes, recipes) for number, recipes in enumerate(unknown) if recipes]
        yield from self._gathered(_measure, orders, job, here)

    def close(self) -> None:
        self.crew.close()

    def _gathered(self, work: Work, orders: Sequence[Order], job: Job, here: Callable[[Any], object]) -> Iterator[int]:
        """Compute the orders in the processes, the rest by `here` in this one, in the same trials; yields the number of
        each that is done."""

        def computed(order: Order) -> tuple[int, Found]:
            here(order.wanted)
            return order.number, []

        for number, found in self.crew.gather(work, orders, job, computed if self.crew.takes_part else None):
            self.trials.take(found)
            yield number

    def _order(self, number: int, wanted: Any, stacks: Sequence[Mapping[str, Stack]]) -> Order:
        trials = self.trials
        known = tuple(pair for steps in stacks for pair in trials.known_of(steps))
        edits = {
            (path, stack): edit
            for steps in stacks
            if not any(structural(action) for stack in steps.values() for action in stack)
            for path, stack in steps.items()
            if (edit := _known(trials.workspace, path, stack, trials.seed)) is not None
        }
        return Order(
            number,
            tuple(trials.order.tolist()),
            trials.first,
            trials.seed,
            trials.about,
            known,
            tuple((path, stack, edit) for (path, stack), edit in edits.items()),
            wanted,
        )

    def _lacks(self, compute: Callable[[], object]) -> bool:
        """Return whether this needs anything that has to be computed."""
        trials, closed = self.trials, self.trials.closed
        trials.closed, missing = True, trials.missing
        try:
            compute()
        finally:
            trials.closed = closed
        return trials.missing > missing


def _edit(workspace: Workspace, order: Edits, job: Job | None = None) -> Made:
    if order.moments is not None:
        _context(workspace, order.path, order.seed).keep_moments(order.moments)
    made, data, cache = Made(), workspace.calibration, workspace.cache
    for stack in order.stacks:
        with suppress(UserError):  # which whoever asked finds out, too
            edit = compiler.edit(workspace.model, order.path, stack, data, order.seed, cache, job or Job())
            made.append((order.path, stack, edit))
    return made


def _race(workspace: Workspace, order: Order) -> tuple[int, Found]:
    trials = order.trials(workspace)
    options, precise = order.wanted
    race(options, trials, Job(), precise=precise)
    return order.number, trials.new()


def _measure(workspace: Workspace, order: Order) -> tuple[int, Found]:
    trials = order.trials(workspace)
    for steps in order.wanted:
        with suppress(UserError):
            trials.measured(steps, Job())
    return order.number, trials.new()


def _context(workspace: Workspace, path: str, seed: int) -> LayerContext:
    return LayerContext(workspace.model, path, workspace.calibration, seed, workspace.cache)


def _known(workspace: Workspace, path: str, stack: Stack, seed: int) -> Edit | None:
    """Return the edit if it is in the cache."""
    return workspace.cache.peek(_key(workspace, path, stack, seed))


def _keep(workspace: Workspace, path: str, stack: Stack, seed: int, edit: Edit) -> None:
    workspace.cache.get(_key(workspace, path, stack, seed), lambda: edit)


def _key(workspace: Workspace, path: str, stack: Stack, seed: int) -> Hashable:
    return compiler.key_of_all(workspace.model.layer(path), stack, workspace.calibration, seed)
