"""Trials in several processes: each computes whole races, or whole recipes, from what is known here. What comes back
are tasks and results, the same whoever computed them; what the processes leave is computed here."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.core.analysis.workforce import Workforce
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.engine.base.store import Nowhere
from workbench.engine.parallel.cargo import packed
from workbench.engine.parallel.cluster import Cluster
from workbench.engine.parallel.crew import Crew, LocalCrew, Work
from workbench.engine.search.options import Option
from workbench.engine.search.racing import race
from workbench.engine.search.stacks import Stack
from workbench.engine.search.tasks import Result, Task
from workbench.engine.search.trials import Trials
from workbench.engine.workspace import Workspace

Found = list[tuple[Task, Result]]


@dataclass(frozen=True)
class Order:
    """Trials on these samples, and what is known of them. `about` says of what (see Trials)."""

    chosen: tuple[int, ...]
    seed: int
    about: tuple[str, ...]
    known: tuple[tuple[Task, Result], ...]
    wanted: Any

    def trials(self, workspace: Workspace) -> Trials:
        """Of the same samples, which the process has in this order; under the names that they have for the asker."""

        def make() -> Trials:
            trials = Trials(workspace, np.arange(len(self.chosen)), self.seed, Nowhere())
            trials.order, trials.about = np.array(self.chosen), self.about
            return trials

        trials = workspace.cache.get(("orders", self.chosen, self.seed), make)
        trials.take(self.known)
        trials.new()
        return trials


class Workers:
    """The processes of one search; closed by `close`."""

    def __init__(self, trials: Trials, force: Workforce) -> None:
        """Raises UserError where model or data cannot be sent, or there is no such cluster."""
        cargo = packed(trials.workspace, trials.order)
        self.trials = trials
        self.crew: Crew = Cluster(cargo, force.cluster) if force.cluster else LocalCrew(cargo, force.workers)

    def race(self, places: Sequence[Sequence[Option]], job: Job) -> Iterator[int]:
        """Race the options of each place; yields how many places are done."""
        wanted = [tuple(options) for options in places if not self._is_known(options)]
        stacks = [[option.stacks for option in options] for options in wanted]
        for count in self._gathered(_race, wanted, stacks, job):
            yield len(places) - len(wanted) + count

    def measure(self, recipes: Sequence[Mapping[str, Stack]], job: Job) -> None:
        """Whole recipes, on all samples."""
        wanted = [dict(steps) for steps in recipes]
        for _ in self._gathered(_measure, wanted, [[steps] for steps in wanted], job):
            pass

    def close(self) -> None:
        self.crew.close()

    def _gathered(
        self, work: Work, wanted: Sequence[Any], stacks: Sequence[Sequence[Mapping[str, Stack]]], job: Job
    ) -> Iterator[int]:
        trials, order = self.trials, tuple(self.trials.order.tolist())
        orders = [
            Order(
                order, trials.seed, trials.about, tuple(pair for steps in own for pair in trials.known_of(steps)), each
            )
            for each, own in zip(wanted, stacks, strict=True)
        ]
        for count, found in enumerate(self.crew.gather(work, orders, job)):
            trials.take(found)
            yield count + 1

    def _is_known(self, options: Sequence[Option]) -> bool:
        """Whether nothing has to be computed for a race."""
        trials, closed = self.trials, self.trials.closed
        trials.closed, missing = True, trials.missing
        try:
            race(options, trials, Job())
        finally:
            trials.closed = closed
        return trials.missing == missing


def _race(workspace: Workspace, order: Order) -> Found:
    trials = order.trials(workspace)
    race(order.wanted, trials, Job())
    return trials.new()


def _measure(workspace: Workspace, order: Order) -> Found:
    trials = order.trials(workspace)
    with suppress(UserError):  # which whoever asked finds out, too
        trials.measured(order.wanted, Job())
    return trials.new()
