"""Knowledge of a search: raced options and measured recipes, from which it predicts and allocates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from workbench.core.analysis.plan import BUDGETS, Goal, Guess, Point
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.recipe import Recipe
from workbench.engine.search.allocate import Choice, Limits, Problem
from workbench.engine.search.costs import Costs, Drops, learnt
from workbench.engine.search.options import Table, recipe_of
from workbench.engine.search.racing import Raced, predicted_only
from workbench.engine.search.recipes import MeasuredRecipes
from workbench.engine.workspace import Workspace

# Standard errors added to a cost: the smallest of many estimates tends to be one that is too low (the
# optimiser's curse: Smith and Winkler 2006, Management Science 52:3). The others are used once that was measured.
MARGINS = (1.0, 0.0, 2.0)
ROUGH, FINE = 0.5, 1e-3  # nats, as predicted: the ends of a whole trade-off
LINE = 12  # places of the predicted front
FIT = 8  # rounds of adapting an allocation to the exact bytes
SHARED = 1e-4  # of the layers' bytes: decoders that take less than that together are part of what is left over


class Knowledge:
    """Raced options by place (`raced`) and models fitted to them; `scale` is the divergence that counts as a nat."""

    def __init__(self, workspace: Workspace, goal: Goal, recipes: MeasuredRecipes, table: Table) -> None:
        self.goal, self.recipes, self.table = goal, recipes, table
        self.layers: Mapping[str, Layer] = {layer.path: layer for layer in workspace.model.layers}
        self.scale = recipes.trials.scale
        self.raced: list[tuple[str, Raced]] = []
        self.costs, self.drops = Costs(scale=self.scale), Drops.of([])
        self._problems: dict[float, Problem] = {}
        self._parts: dict[Recipe, dict[str, float] | None] = {}
        size, macs = recipes.size(Recipe(seed=goal.seed), Job())
        # Bytes and MACs outside the layers that may be changed; bytes also as the last allocation showed them.
        self.outside = self.overhead = float(size - sum(self.layers[path].bytes for path in table.layers))
        self.other_macs = (macs or 0) - sum(self.layers[path].macs or 0 for path in table.layers)
        self._ends: tuple[float, float] | None = None
        self._measured: list[tuple[int, float]] = []  # bytes and divergence of whole recipes

    def learn(self, raced: Sequence[tuple[str, Raced]], points: Sequence[Point]) -> None:
        """Fit to all options raced and all recipes measured so far."""
        if len(raced) != len(self.raced):
            self.raced, self._problems, self._parts = list(raced), {}, {}
        self._ends = None  # where they are is predicted better, too
        measured = [(point.recipe, point.measured) for point in points if point.measured is not None]
        self._measured = [(point.bytes, point.measured.divergence) for point in points if point.measured is not None]
        parts = [(self._parts_of(recipe), figure.divergence) for recipe, figure in measured]
        self.costs = learnt([(each, value) for each, value in parts if each], self.scale)
        whole = [(figure.divergence, figure.drop, figure.samples) for _, figure in measured]
        # At the same divergence, single options and whole recipes have about the same drop.
        self.drops = Drops.of(
            [*whole, *((each.cost, each.drop, each.samples) for _, each in self.raced if each.samples)]
        )

    def guess(self, points: Sequence[Point]) -> None:
        """Use predictions for single layers in place of measurements."""
        raced = []
        for option in self.table.options:
            if option.predicted is not None and not option.structural:
                raced.append((option.place, predicted_only(option, option.predicted)))
        self.learn(raced, points)

    def _parts_of(self, recipe: Recipe) -> dict[str, float] | None:
        """Return the costs of the single parts of a recipe at each place; None if some of them were not raced."""
        if recipe not in self._parts:
            given, parts = dict(self.recipes.stacks(recipe)), dict[str, float]()
            for place, raced in sorted(self.raced, key=lambda each: -len(each[1].option.stacks)):
                steps = raced.option.stacks
                if all(given.get(path) == stack for path, stack in steps.items()):
                    parts[place] = raced.cost + MARGINS[0] * raced.error
                    given = {path: stack for path, stack in given.items() if path not in steps}
            self._parts[recipe] = None if given else parts
        return self._parts[recipe]

    def predicted(self, recipe: Recipe) -> Guess | None:
        """Return the predicted drop of the metric; None if the parts were not raced."""
        cost = self.cost(recipe)
        return None if cost is None else self.drops.guess(cost)

    def cost(self, recipe: Recipe) -> float | None:
        """Return the predicted divergence; None likewise."""
        parts = self._parts_of(recipe)
        return None if parts is None else self.costs.of(parts)

    def allocated(self, limits: Limits, margin: float, job: Job) -> Recipe | None:
        """Return the best recipe by current knowledge that keeps the limits in exact bytes and MACs; None if none was
        found."""
        starts = dict.fromkeys((self.overhead, self.outside))  # one that suits other recipes may leave no room
        found = (self._fitted(limits, margin, start, job) for start in starts)
        return next((recipe for recipe in found if recipe is not None), None)

    def _fitted(self, limits: Limits, margin: float, overhead: float, job: Job) -> Recipe | None:
        """Return the same, starting with this overhead."""
        problem, last = self.problem(margin), None
        spare_bytes, spare_macs = overhead, float(self.other_macs)
        for _ in range(FIT):
            found = problem.allocate(self.costs, limits.less(spare_bytes, spare_macs))
            if found is None:
                return None
            recipe = recipe_of(found.stacks, self.goal.seed)
            try:
                size, macs = self.recipes.size(recipe, job)
            except UserError:  # steps that do not go together in one model
                return None
            over = size - (limits.bytes or size), (macs or 0) - (limits.macs or macs or 0)
            if max(over) <= 0:
                self.overhead = size - found.bytes
                return recipe
            spare_bytes, spare_macs = spare_bytes + max(over[0], 0.0), spare_macs + max(over[1], 0.0)
            if recipe == last and limits.bytes is not None and over[0] > 0:  # it is to be another one
                spare_bytes = max(spare_bytes, limits.bytes - found.bytes + 1)
            last = recipe
        return None

    def greedy(self, limit: float) -> Recipe | None:
        found = self.problem(MARGINS[0]).greedy(limit - self.overhead)
        return None if found is None else recipe_of(found.stacks, self.goal.seed)

    def problem(self, margin: float) -> Problem:
        if margin not in self._problems:
            self._problems[margin] = Problem(self.table.layers, self._choices(margin), self.scale)
        return self._problems[margin]

    def _choices(self, margin: float) -> list[Choice]:
        layers = {path: self.layers[path] for path in self.table.layers}
        shared = {name: size for _, raced in self.raced for name, size in raced.option.decoders.items()}
        counted = sum(shared.values()) > SHARED * sum(layer.bytes for layer in layers.values())
        left = [(place, raced) for place, raced in self.raced if raced.survives]
        smallest = {path: float(layer.bytes) for path, layer in layers.items()}
        for _, raced in left:
            if not raced.option.structural:
                path = raced.option.place
                smallest[path] = min(smallest[path], raced.option.bytes)
        choices = [
            Choice(path, (path,), None, layer.bytes, float(layer.macs or 0), 0.0) for path, layer in layers.items()
        ]
        for place, raced in left:
            option, size, macs = raced.option, raced.option.bytes, raced.option.macs or 0.0
            for path, share in option.following.items():
                # That layer has a separate choice, of which this takes away its share of the smallest at least.
                own = self.layers[path]
                size -= own.bytes * share + (1 - share) * smallest.get(path, own.bytes)
                macs -= own.macs or 0
            cost, decoders = raced.cost + margin * raced.error, option.decoders if counted else {}
            choices.append(Choice(place, tuple(option.stacks), option, size, macs, cost, decoders))
        return choices

    def line(self, job: Job) -> tuple[tuple[int, float], ...]:
        """Return the predicted front: (bytes, drop), the smallest file first; part of it if time is up. It ends where
        more would change than in any recipe that was measured."""
        ends, points = self._between(), dict[int, float]()
        if ends is not None:
            for limit in np.geomspace(*ends, LINE):
                if job.cancelled:
                    break
                found = self.problem(MARGINS[0]).allocate(self.costs, Limits(float(limit) - self.overhead))
                if found is not None:
                    guess = self.drops.guess(self.costs.of(found.parts))
                    if not guess.beyond:
                        points[int(found.bytes + self.overhead)] = guess.drop
        return tuple(sorted(points.items()))

    def budgets(self) -> list[float]:
        """Return bytes of files along the whole trade-off, evenly in ratio."""
        ends = self._between()
        return [] if ends is None else np.geomspace(*ends, BUDGETS).tolist()

    def _between(self) -> tuple[float, float] | None:
        """Return the exact bytes of the coarsest and of the finest recipe worth considering."""
        if self._ends is None:
            rough, fine = (self._smallest(cost * self.scale) for cost in (ROUGH, FINE))
            if rough is None or fine is None:
                return None
            # Decoders that layers share count little in most files, but not in small ones: what was measured shows it.
            low = min(rough, *(size for size, moved in self._measured if moved <= ROUGH * self.scale), fine)
            self._ends = low, max(fine, rough, 1.05 * low)
        return self._ends

    def _smallest(self, cost: float) -> float | None:
        """Return the size of the smallest allocation with this sum of single costs."""
        found = self.problem(MARGINS[0]).allocate(self.costs, Limits(cost=cost, smallest=True))
        try:
            return (
                None if found is None else float(self.recipes.size(recipe_of(found.stacks, self.goal.seed), Job())[0])
            )
        except UserError:  # steps that do not go together in one model
            return None if found is None else found.bytes + self.overhead


def limited(goal: Goal, original: int) -> Limits:
    """Return the limits of a goal that an allocation can keep."""
    return replace(Limits(), bytes=goal.bytes_of(original), macs=goal.max_macs)
