"""Find a recipe for a budget: choose one candidate a layer by integer programming, then measure, then correct.

The drops of single layers, measured by a sensitivity scan, are taken to add up (Cai et al. 2020, ZeroQ, section 3.2;
Hubara et al. 2021, section 4). They do not quite, so the chosen recipe is measured as a whole, and the budget of added
drops is tightened or loosened until the measured one fits.
"""

from dataclasses import dataclass

import numpy as np

from workbench.core.analysis.sensitivity import Scan, Trial
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe
from workbench.engine.base.evaluate import runner
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import size_of

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
    for _ in job.each(range(ROUNDS), Message("fitting the size")):
        recipe = _recipe(_choose(workspace, found, max_bytes=limit), seed)
        excess = _size(workspace, recipe, job) - (room + _overhead(workspace, found))
        if excess <= 0:
            return recipe
        limit -= excess
    raise UserError("No combination of the candidates is that small.", "Allow more bytes.")


def _within_drop(workspace: Workspace, found: Scan, allowed: float, seed: int, job: Job) -> Recipe:
    """Bisect on the sum of single drops for the smallest recipe whose measured drop is allowed."""

    def tried(budget: float) -> Recipe | None:
        recipe = _recipe(_choose(workspace, found, max_drop=budget), seed)
        return recipe if _measured_drop(workspace, recipe, job) <= allowed else None

    low, high = 0.0, 4 * allowed + 0.02
    job.report(Message("measuring whole recipes"), 0.0)
    best = tried(high)
    if best is not None:
        return best
    best = tried(low)
    if best is None:
        raise UserError("Every combination of the candidates loses more than that.", "Allow a larger drop.")
    for _ in job.each(range(ROUNDS - 2), Message("measuring whole recipes")):
        middle = (low + high) / 2
        recipe = tried(middle)
        if recipe is None:
            high = middle
        else:
            best, low = recipe, middle
    return best


@dataclass(frozen=True)
class _Option:
    """Rows (layers) that it settles, by a trial or by leaving a layer alone; bytes and drop that it adds."""

    rows: tuple[int, ...]
    trial: Trial | None
    size: float
    drop: float


def _choose(
    workspace: Workspace, found: Scan, max_bytes: int | None = None, max_drop: float | None = None
) -> list[Trial]:
    """What each layer gets, one option each: minimise bytes under a sum of drops, or drops under a sum of bytes.

    An option on layers that lose channels together settles all of them.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    options = _options(workspace, found)
    sizes, drops = (np.array([getattr(option, name) for option in options]) for name in ("size", "drop"))
    settled = np.zeros((len(found.paths), len(options)))
    for column, option in enumerate(options):
        settled[list(option.rows), column] = 1
    constraints = [LinearConstraint(settled, 1, 1)]
    if max_bytes is not None:
        objective = drops + 1e-12 * sizes
        constraints.append(LinearConstraint(sizes[None], -np.inf, max_bytes))
    else:
        objective = sizes
        constraints.append(LinearConstraint(drops[None], -np.inf, max(max_drop or 0.0, 0.0) + 1e-9))
    solved = milp(objective, constraints=constraints, integrality=np.ones(len(options)), bounds=Bounds(0, 1))
    if solved.x is None:
        raise UserError("No combination of the candidates is that small.", "Allow more bytes.")
    picked = [option.trial for option, chosen in zip(options, solved.x, strict=True) if chosen > 0.5]
    return [trial for trial in picked if trial is not None]


def _options(workspace: Workspace, found: Scan) -> list[_Option]:
    rows = {path: row for row, path in enumerate(found.paths)}
    alone = [_Option((row,), None, workspace.model.layer(path).bytes, 0.0) for path, row in rows.items()]
    return alone + [
        _Option(tuple(rows[path] for path in trial.stacks), trial, _size_of(workspace, found, trial), _cost_of(trial))
        for trial in found.measured
    ]


def _cost_of(trial: Trial) -> float:
    """A drop below zero is noise of the samples: it must not pay for another layer's loss. The predicted rise of the
    loss breaks ties between candidates whose measured drop is zero."""
    unknown = float(len(trial.changed) > 1)
    return max(trial.drop or 0.0, 0.0) + 1e-4 * min(unknown if trial.predicted is None else trial.predicted, 1.0)


def _size_of(workspace: Workspace, found: Scan, trial: Trial) -> float:
    """Bytes of the layers that a trial settles, less what those that follow save at least: the smallest that they can
    be in any case, times the share that goes."""
    original = {path: workspace.model.layer(path).bytes for path in trial.following}
    size = trial.bytes - sum(original[path] * share for path, share in trial.following.items())
    for path, share in trial.following.items():
        smallest = min((other.bytes for other in found.of(path) if len(other.changed) == 1), default=0)
        size -= (1 - share) * min(smallest, original[path])
    return size


def _recipe(chosen: list[Trial], seed: int) -> Recipe:
    recipe = Recipe(seed=seed)
    for trial in chosen:
        for path, actions in trial.stacks.items():
            recipe = recipe.with_actions([path], actions)
    return recipe


def _overhead(workspace: Workspace, found: Scan) -> int:
    """Bytes of the file that are not in the layers scanned."""
    layers = sum(workspace.model.layer(path).bytes for path in found.paths)
    return size_of(workspace.model, {}).file - layers


def _size(workspace: Workspace, recipe: Recipe, job: Job) -> int:
    return workspace.compiled(recipe, job.silent()).changes(recipe.storing)[1]


def _measured_drop(workspace: Workspace, recipe: Recipe, job: Job) -> float:
    result = workspace.compiled(recipe, job.silent())
    return workspace.measurable().measure(runner(runtime.session(effective(result.model, result.edits))), job)[1]
