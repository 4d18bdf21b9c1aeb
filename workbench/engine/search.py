"""Find a recipe for a budget: choose one candidate a layer by integer programming, then measure, then correct.

The drops of single layers, measured by a sensitivity scan, are taken to add up (Cai et al. 2020, ZeroQ, section 3.2;
Hubara et al. 2021, section 4). They do not quite, so the chosen recipe is measured as a whole, and the budget of added
drops is tightened or loosened until the measured one fits.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.recipe import Recipe
from workbench.engine.preview import effective
from workbench.engine.sensitivity import Scan, Trial
from workbench.engine.workspace import Workspace, runner
from workbench.graph import runtime

ROUNDS = 8


@dataclass(frozen=True)
class Goal:
    """Exactly one is given: the metric may lose `max_drop` (0..1), or the file may have `max_bytes`, or this share of
    the original's bytes."""

    max_drop: float | None = None
    max_bytes: int | None = None
    max_ratio: float | None = None

    def bytes_of(self, original: int) -> int | None:
        """The largest file, or None where the drop is the goal."""
        return self.max_bytes if self.max_ratio is None else int(self.max_ratio * original)


def search(workspace: Workspace, found: Scan, goal: Goal, job: Job, seed: int = 0) -> Recipe:
    """From the candidates of a scan, the smallest recipe within the drop, or the one that loses least within the bytes.

    Raises UserError when no combination of them reaches the goal.
    """
    limit = goal.bytes_of(workspace.model.source.bytes)
    if limit is not None:
        return _within_bytes(workspace, found, limit - _overhead(workspace, found), seed, job)
    return _within_drop(workspace, found, goal.max_drop or 0.0, seed, job)


def _within_bytes(workspace: Workspace, found: Scan, room: int, seed: int, job: Job) -> Recipe:
    """Bytes of a whole recipe differ from the sum over layers by the functions they share: corrected by measuring."""
    limit = room
    for _ in job.each(range(ROUNDS), "fitting the size"):
        recipe = _recipe(_choose(workspace, found, max_bytes=limit), seed)
        excess = _size(workspace, recipe, job) - (room + _overhead(workspace, found))
        if excess <= 0:
            return recipe
        limit -= excess
    raise UserError("No combination of the candidates is that small.", "Allow more bytes.")


def _within_drop(workspace: Workspace, found: Scan, allowed: float, seed: int, job: Job) -> Recipe:
    """Bisect on the sum of single drops for the smallest recipe whose measured drop is allowed."""
    low, high = 0.0, 4 * allowed + 0.02
    best: Recipe | None = None
    for _ in job.each(range(ROUNDS), "measuring whole recipes"):
        budget = high if best is None and low == 0.0 and high == 4 * allowed + 0.02 else (low + high) / 2
        recipe = _recipe(_choose(workspace, found, max_drop=budget), seed)
        if _measured_drop(workspace, recipe, job) <= allowed:
            best, low = recipe, budget
            if budget == high:
                break
        else:
            high = budget
    if best is None:
        best = _recipe(_choose(workspace, found, max_drop=0.0), seed)
        if _measured_drop(workspace, best, job) > allowed:
            raise UserError("Every combination of the candidates loses more than that.", "Allow a larger drop.")
    return best


def _choose(workspace: Workspace, found: Scan, max_bytes: int | None = None,
            max_drop: float | None = None) -> dict[str, Trial | None]:
    """One option a layer, or none of them: minimise bytes under a sum of drops, or the drops under a sum of bytes."""
    paths = list(dict.fromkeys(trial.path for trial in found.trials))
    options: list[tuple[int, Trial | None, int, float]] = []
    for row, path in enumerate(paths):
        options.append((row, None, workspace.model.layer(path).bytes, 0.0))
        # A drop below zero is noise of the samples: it must not pay for another layer's loss.
        options += [(row, trial, trial.bytes, max(trial.drop or 0.0, 0.0)) for trial in found.of(path)]
    sizes = np.array([size for _, _, size, _ in options], float)
    # The predicted rise of the loss breaks ties between candidates whose measured drop is zero.
    drops = np.array([drop + 1e-4 * min(trial.predicted or 0.0, 1.0) if trial else 0.0
                      for _, trial, _, drop in options])
    one_each = np.zeros((len(paths), len(options)))
    for column, (row, *_) in enumerate(options):
        one_each[row, column] = 1
    constraints = [LinearConstraint(one_each, 1, 1)]
    if max_bytes is not None:
        objective = drops + 1e-12 * sizes
        constraints.append(LinearConstraint(sizes[None], -np.inf, max_bytes))
    else:
        objective = sizes
        constraints.append(LinearConstraint(drops[None], -np.inf, max(max_drop or 0.0, 0.0) + 1e-9))
    solved = milp(objective, constraints=constraints, integrality=np.ones(len(options)), bounds=Bounds(0, 1))
    if solved.x is None:
        raise UserError("No combination of the candidates is that small.", "Allow more bytes.")
    return {paths[row]: trial for (row, trial, *_), picked in zip(options, solved.x, strict=True) if picked > 0.5}


def _recipe(chosen: dict[str, Trial | None], seed: int) -> Recipe:
    recipe = Recipe(seed=seed)
    for path, trial in chosen.items():
        if trial is not None:
            recipe = recipe.with_actions([path], (trial.action,))
    return recipe


def _overhead(workspace: Workspace, found: Scan) -> int:
    """Bytes of the file that are not in the layers scanned."""
    scanned = {trial.path for trial in found.trials}
    layers = sum(layer.bytes for layer in workspace.model.layers if layer.path in scanned)
    return workspace.model.size_of({}).file - layers


def _size(workspace: Workspace, recipe: Recipe, job: Job) -> int:
    return workspace.compiled(recipe, job.silent()).changes(recipe.sparse)[1]


def _measured_drop(workspace: Workspace, recipe: Recipe, job: Job) -> float:
    evaluator = workspace.measurable()
    result = workspace.compiled(recipe, job.silent())
    run = runner(runtime.session(effective(result.model, result.edits)))
    *_, (seen, scores) = evaluator.stream(run, job.silent())
    sign = 1.0 if evaluator.metric.higher_is_better else -1.0
    return -sign * float((scores - evaluator.scores[seen]).mean())
