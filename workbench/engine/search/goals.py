"""Goals of a search: limits for the allocation, which points meet a goal, which of them is chosen, and how long each
step may take."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from workbench.core.analysis.plan import BUDGETS, Front, Goal, Point, undominated
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe
from workbench.core.targets.reading import UNKNOWN_ENERGY, energy_told
from workbench.engine.base.evaluate import Evaluator
from workbench.engine.search.allocate import Limits
from workbench.engine.search.knowledge import Knowledge, limited
from workbench.engine.search.recipes import within
from workbench.engine.workspace import Workspace

SHARES = (0.5, 0.25, 0.8)  # fraction of the way from acceptable to too coarse, in the logarithm of the divergence
GAIN = 0.9  # share of the measured divergence: a lower prediction is worth measuring
CLOSE = 1.02  # ratio of bytes: files of about the same size
TRAINED = 3  # recipes that are retrained
Step = Literal["first", "predicting", "references", "racing", "measuring", "retraining", "checking"]
# When each step ends, as a share of a time limit: what a step does not need is left to those behind it. First are a few
# uniform recipes on few samples; references are all of them, and earlier recipes.
ENDS: dict[Step, float] = {"first": 0.1, "predicting": 0.35, "references": 0.5, "racing": 0.75, "measuring": 0.95}
BEFORE_TRAINING = 0.85  # whole recipes, where some are retrained
SPARE = 0.2  # of a time limit: if more is left in the end, it is divided again
LAST = 0.25  # of a time limit, at most: what is kept back for the final figures


def possible(goal: Goal, workspace: Workspace) -> Evaluator:
    """Return what measures recipes. Raises UserError if there cannot be a search for this goal."""
    evaluator, goal = workspace.measurable(), goal.checked()
    if min(goal.samples or evaluator.data.samples, evaluator.data.samples) < 2 * evaluator.data.at_once(1):
        raise UserError(
            "A search needs at least two samples: one to choose a recipe and one to verify it.",
            "Give more samples; a model that takes several at once needs twice as many.",
        )
    if goal.retrain and workspace.training is None:
        raise UserError(
            "Retraining needs samples to train on, besides those that are measured.",
            "Give calibration data (--calibration), or search without retraining.",
        )
    if goal.max_energy is not None and not energy_told(goal.target):
        raise UserError(*UNKNOWN_ENERGY)
    return evaluator


class Schedule:
    """The time limit of a search, from now on, divided among its steps; pauses do not count."""

    def __init__(self, goal: Goal, job: Job) -> None:
        self._seconds, self._started, self._ends = goal.seconds, job.spent, dict(ENDS)
        self._little = SPARE * goal.seconds
        if goal.retrain:
            self._ends["measuring"] = BEFORE_TRAINING

    def again(self, job: Job) -> bool:
        """Divide what is left of the time, unless it is little."""
        spent = job.spent - self._started
        self._seconds, self._started = self._seconds - spent, self._started + spent
        return self._seconds > self._little

    def until(self, step: Step, job: Job, last: float = 0.0) -> Job:
        """Return the job, cancelled when a step has to end; `last`: seconds that the final figures will take."""
        if not self._seconds:
            return job
        share = self._ends.get(step, 1.0)
        return job.until(self._started + share * (self._seconds - min(last, LAST * self._seconds)))


def undone(step: Step, left: int, total: int) -> Message:
    """Say how much of a step there was no time for."""
    match step:
        case "predicting":
            return Message("Not predicted: {left:,} of {total:,} pairs of a layer and steps.", left=left, total=total)
        case "racing":
            return Message(
                "Not tried: {left:,} of {total:,} candidates; where there were predictions, these were used.",
                left=left,
                total=total,
            )
        case "measuring":
            return Message("Not finished: measuring whole recipes, and improving on them.")
        case "retraining":
            return Message("Not retrained: {left:,} of {total:,} recipes.", left=left, total=total)
        case "checking":
            return Message("Not verified on held-out samples: {left:,} of {total:,} recipes.", left=left, total=total)
        case _:
            return Message("Not measured: {left:,} of {total:,} uniform and earlier recipes.", left=left, total=total)


def wanted(goal: Goal, known: Knowledge, front: Front) -> list[Limits]:
    """Return the limits for one round: the goal's own, or points along the trade-off."""
    limits = limited(goal, front.original.bytes)
    if goal.max_drop is not None:
        return [replace(limits, cost=cost, smallest=True) for cost in _brackets(goal, known, front)]
    if goal.limits_runs or limits == Limits():
        most = limits.bytes or np.inf
        return [replace(limits, bytes=size) for size in known.budgets() if size <= most]
    return [limits]


def expected(goal: Goal, known: Knowledge, front: Front) -> Limits | None:
    """Return the expected result of an allocation before anything is measured; None if unknown."""
    if goal.whole or goal.limits_runs:
        return None
    limits = limited(goal, front.original.bytes)
    return limits if goal.max_drop is None else replace(limits, cost=_bearable(goal, known), smallest=True)


def _bearable(goal: Goal, known: Knowledge) -> float:
    return max(known.drops.reach(goal.max_drop or 0.0), 1e-5 * known.scale)


def _brackets(goal: Goal, known: Knowledge, front: Front) -> list[float]:
    """Return divergences between the largest that met the drop limit and the smallest that did not."""
    fine, rough = list[float](), list[float]()
    for point in own(front):
        if point.measured is not None:
            (fine if keeps(goal, known, front, point) else rough).append(point.measured.divergence)
    middle = _bearable(goal, known)
    low = max(fine, default=middle / 2)
    high = min((each for each in rough if each > low), default=2 * max(middle, low))
    return [low ** (1 - share) * high**share for share in SHARES]


def own(front: Front) -> list[Point]:
    """Return the points that may be chosen: all but the user's."""
    return [point for point in front.points if point.kind in ("search", "uniform", "greedy")]


def keeps(goal: Goal, known: Knowledge, front: Front, point: Point) -> bool:
    """Return whether a measured point keeps every limit. The drop must be within its limit both as measured and as
    expected from its divergence, which is less subject to chance."""
    if point.measured is None or not within(goal, point, front.original.bytes):
        return False
    figure, limit = point.measured, goal.max_drop
    usual = figure.drop if point.retrained else known.drops.at(figure.divergence)
    return limit is None or max(figure.drop, usual) <= limit


def moved(point: Point) -> float:
    """Return the divergence, infinite if it was not measured."""
    return np.inf if point.measured is None else point.measured.divergence


def chosen(goal: Goal, known: Knowledge, front: Front) -> Point | None:
    """Return the point that meets the goal with the smallest change of outputs; with a drop limit, the smallest file. A
    retrained one is compared by its drop, as its outputs were meant to change."""
    if goal.whole:
        return None
    kept = [point for point in own(front) if keeps(goal, known, front, point)]
    if goal.max_drop is not None:
        return min(kept, key=lambda point: (point.bytes, moved(point)), default=None)
    best = min((point for point in kept if not point.retrained), key=lambda p: (moved(p), p.bytes), default=None)
    trained = [point for point in kept if point.retrained]
    return min([*([best] if best else []), *trained], key=lost, default=None)


def lost(point: Point) -> float:
    return np.inf if point.measured is None else point.measured.drop


def worth_training(goal: Goal, known: Knowledge, front: Front) -> list[Point]:
    """Return a few points to retrain: the best for the goal and, with a drop limit, those that just miss it; or some
    along the front."""
    if goal.whole:
        return _along(front.best, TRAINED)
    kept = [point for point in own(front) if point.measured is not None and within(goal, point, front.original.bytes)]
    if goal.max_drop is None:
        return sorted(kept, key=lambda point: (moved(point), point.bytes))[:TRAINED]
    best = chosen(goal, known, front)
    smaller = [point for point in kept if best is None or point.bytes < best.bytes]
    return [*([best] if best else []), *sorted(smaller, key=moved)][:TRAINED]


def promises(goal: Goal, known: Knowledge, guess: Point, best: Point) -> bool:
    """Return whether the predicted point would be better than the measured one."""
    if goal.max_drop is not None:
        return guess.bytes < best.bytes
    cost = known.cost(guess.recipe)
    return cost is not None and cost < moved(best)


def promises_more(goal: Goal, known: Knowledge, front: Front, limits: Limits, recipe: Recipe) -> bool:
    """Return whether a recipe is predicted to be clearly better than what was measured within these limits; true if
    only a measurement can tell."""
    cost = known.cost(recipe)
    if cost is None or not goal.whole or limits.bytes is None:
        return True
    return cost < GAIN * min((moved(p) for p in own(front) if p.bytes <= limits.bytes), default=np.inf)


def reached(goal: Goal, known: Knowledge, front: Front, budgets: Sequence[float]) -> list[float]:
    """Return how good the best result is so far, less is better: its bytes, or divergence; for a trade-off at each
    budget."""
    if goal.whole:
        points = own(front)
        return [min((moved(p) for p in points if p.bytes <= limit), default=np.inf) for limit in budgets]
    best = chosen(goal, known, front)
    if best is None:
        return [np.inf]
    return [float(best.bytes) if goal.max_drop is not None else moved(best)]


def _along(points: Sequence[Point], count: int = BUDGETS) -> list[Point]:
    """Return a few of these points, evenly in the ratio of bytes: the first, the last, and the best up to each size."""
    if len(points) <= count:
        return list(points)
    sizes = np.geomspace(points[0].bytes, points[-1].bytes, count) * (1 + 1e-9)
    found = (max((p for p in points if p.bytes <= size), key=lambda p: p.bytes) for size in sizes)
    return list(dict.fromkeys(found))


def finalists(goal: Goal, front: Front) -> Sequence[Point]:
    """Return the points to measure on held-out samples: the chosen one and the uniform one that it is compared with; or
    points along the front, and along that of the uniform ones."""
    uniform = [point for point in front.of("uniform") if point.measured is not None]
    if goal.whole:
        return list(dict.fromkeys([*_along(front.best), *_along(tuple(undominated(tuple(uniform))))]))
    best = front.chosen
    if best is None:
        return []
    if best.measured is None:
        return [best]
    rivals = [point for point in uniform if point.bytes <= CLOSE * best.bytes and point.recipe != best.recipe]
    plain = [point for point in own(front) if best.retrained and point.recipe == replace(best.recipe, recover=())]
    return [best, *plain[:1], *([min(rivals, key=moved)] if rivals else [])]
