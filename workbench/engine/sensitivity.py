"""Which layer can bear what: every candidate on every layer, one at a time, measured on the same samples.

A layer's candidates share one cut of the graph, so that only what lies behind the layer runs again for each of them.
What they will cost is foretold first, so that a scan may leave out those that look worst.
Where a candidate removes channels, the layers that hang together are one: it is tried once for all of them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from workbench.core.action import Action
from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.layer import Layer
from workbench.core.recipe import Recipe
from workbench.data.dataset import Feeds
from workbench.engine import apply, structure
from workbench.engine.curvature import Predictor
from workbench.engine.predict import predictor, rank_correlation
from workbench.engine.preview import SuffixRunner, effective
from workbench.engine.workspace import Workspace, runner
from workbench.graph import runtime
from workbench.graph.edit import Edit

Stack = tuple[Action, ...]

CANDIDATES: tuple[Stack, ...] = (
    (Action("quantize.affine", {"bits": 8}),), (Action("quantize.affine", {"bits": 4}),),
    (Action("quantize.affine", {"bits": 3}),), (Action("quantize.affine", {"bits": 2}),),
    (Action("prune.magnitude", {"sparsity": 0.5}),), (Action("prune.magnitude", {"sparsity": 0.8}),),
    (Action("lowrank.svd", {"energy": 0.9}),), (Action("lowrank.svd", {"energy": 0.7}),),
    (Action("prune.channels", {"ratio": 0.25}),),
    (Action("prune.channels", {"ratio": 0.25}), Action("quantize.affine", {"bits": 8})),
    (Action("prune.channels", {"ratio": 0.25}), Action("quantize.affine", {"bits": 4})),
)


@dataclass(frozen=True)
class Trial:
    """One candidate on one layer, or on all layers that lose channels together.

    path        of the layer; the first of several
    stacks      what each of the layers gets
    bytes       of these layers, and of all others that change with them
    predicted   rise of the loss, or error of the layer's output (see engine.curvature); None where it is not foretold
    value       of the metric; `drop` is what it loses (positive: worse). None: it was only foretold
    following   layers that change with these without getting actions -> the share of their bytes that stays
    """

    path: str
    stacks: Mapping[str, Stack]
    bytes: int
    predicted: float | None
    value: float | None
    drop: float | None
    following: Mapping[str, float] = field(default_factory=dict)

    @property
    def actions(self) -> Stack:
        return self.stacks[self.path]

    @property
    def changed(self) -> tuple[str, ...]:
        return (*self.stacks, *self.following)

    def to_json(self) -> dict[str, Any]:
        """As the command line shows it; `layers` where it changes more than one."""
        row = {"action": {action.method: dict(action.params) for action in self.actions}, "bytes": self.bytes,
               "value": self.value, "drop": self.drop, "predicted_drop": self.predicted}
        return row if len(self.changed) == 1 else row | {"layers": list(self.changed)}


@dataclass(frozen=True)
class Scan:
    """A sensitivity scan.

    evaluations   runs over the whole data set, of the graph or of the part behind a layer
    correlation   of what was foretold with what was measured (Spearman's); None with too few of both
    """

    metric: str
    baseline: float
    samples: int
    trials: tuple[Trial, ...]
    evaluations: int
    correlation: float | None = None

    @property
    def measured(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.drop is not None)

    def of(self, path: str) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.path == path)

    @property
    def paths(self) -> tuple[str, ...]:
        """The layers that some trial gives actions to."""
        return tuple(dict.fromkeys(path for trial in self.trials for path in trial.stacks))

    def to_json(self) -> dict[str, Any]:
        """The keys of the command line's `sensitivity --json`, without the seconds."""
        paths = dict.fromkeys(trial.path for trial in self.trials)
        return {
            "baseline": self.baseline, "metric": self.metric, "samples": self.samples,
            "evaluations": self.evaluations, "foretold_only": len(self.trials) - len(self.measured),
            "rank_correlation": self.correlation,
            "layers": [{"path": path, "candidates": [trial.to_json() for trial in self.of(path)]} for path in paths],
        }


def scan(workspace: Workspace, job: Job, candidates: tuple[Stack, ...] = CANDIDATES, seed: int = 0,
         share: float = 1.0) -> Scan:
    """Measure the candidates that a layer can have. Raises UserError without data or without editable layers.

    share   of the candidates on single layers is measured, those that are foretold to cost least; the others have what
            is foretold alone
    """
    evaluator = workspace.measurable()
    layers = [layer for layer in workspace.model.layers if not layer.locked]
    if not layers:
        raise UserError(f"{workspace.model.source.path} has no layer that can be edited.", "Open another model.")
    foretelling = predictor(workspace, job.part(0.0, 0.1), check=False) if workspace.calibration else None
    alone = tuple(stack for stack in candidates if not any(map(apply.structural, stack)))
    joint = tuple(stack for stack in candidates if stack not in alone)
    foretold = [trial for layer in layers for trial in _foretold(workspace, layer, alone, foretelling, seed, job)]
    wanted = _cheapest(foretold, share)
    walk = _Walk(workspace)
    work: list[tuple[str, Callable[[Job], list[Trial]]]] = [
        (layer.path, partial(_run, walk, layer.path, [t for t in foretold if t.path == layer.path], wanted, seed))
        for layer in layers]
    work += [(members[0], partial(_try_together, workspace, members, stack, seed))
             for members in _groups(workspace) for stack in joint]
    trials: list[Trial] = []
    for index, (path, run) in enumerate(work):
        part = job.part(0.1 + 0.9 * index / len(work), 0.1 + 0.9 * (index + 1) / len(work))
        part.report(f"trying {path}", 0.0)
        trials += run(part)
    order = {layer.path: index for index, layer in enumerate(layers)}
    trials.sort(key=lambda trial: order[trial.path])
    baseline = float(evaluator.scores.mean())
    found = Scan(evaluator.metric.title, baseline, evaluator.data.samples, tuple(trials), 1)
    return replace(found, evaluations=len(found.measured) + 1, correlation=_correlation(found.measured))


def _cheapest(foretold: list[Trial], share: float) -> set[tuple[str, Stack]]:
    """The candidates that are measured: all, or this share of them by what is foretold, and those it is not of."""
    known = sorted((trial for trial in foretold if trial.predicted is not None), key=lambda trial: trial.predicted or 0)
    left = known[:math.ceil(share * len(known))]
    return {(trial.path, trial.actions) for trial in left + [t for t in foretold if t.predicted is None]}


def _correlation(measured: Sequence[Trial]) -> float | None:
    pairs = [(trial.predicted, trial.drop) for trial in measured if trial.predicted is not None]
    return rank_correlation(*zip(*pairs, strict=True)) if pairs else None


def _groups(workspace: Workspace) -> list[tuple[str, ...]]:
    """The layers that lose channels together, once each; most are alone."""
    found = structure.couplings(workspace.model)
    paths = [layer.path for layer in workspace.model.layers if not layer.locked and layer.path not in found.kept]
    of_path = {path: group for group in found.groups for path in group}
    return list(dict.fromkeys(of_path.get(path, (path,)) for path in paths))


def _foretold(workspace: Workspace, layer: Layer, candidates: tuple[Stack, ...], foretelling: Predictor | None,
              seed: int, job: Job) -> list[Trial]:
    """The candidates that a layer can have, with their bytes and what they are foretold to cost."""
    model, path = workspace.model, layer.path
    trials = []
    for stack in candidates:
        if any(apply.refusal(model, layer, action) for action in stack):
            continue
        edited = _edited(workspace, path, stack, seed, job)
        change = apply.change_of(model, path, stack, edited, *model.size_of({path: edited}).layers[path])
        rise = None if foretelling is None else foretelling.rise(path, edited)
        trials.append(Trial(path, {path: stack}, change.bytes_after, rise, None, None))
    return trials


class _Walk:
    """The cut that was measured last: what crosses the next one is computed from what crossed it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.last: SuffixRunner | None = None

    def to(self, path: str) -> SuffixRunner:
        evaluator, last = self.workspace.measurable(), self.last
        self.last = SuffixRunner(self.workspace.model, path)
        if last is not None and last.cut.crossing and self.last.cut.crossing:
            self.last.follow(last, (Feeds(evaluator.data, chosen) for chosen in evaluator.batches()))
        return self.last


def _run(walk: _Walk, path: str, trials: list[Trial], wanted: set[tuple[str, Stack]], seed: int,
         job: Job) -> list[Trial]:
    """Those that are wanted are measured, run from the layer on."""
    workspace = walk.workspace
    behind = walk.to(path) if any((path, trial.actions) in wanted for trial in trials) else None
    done = []
    for trial in trials:
        job.check()
        if behind is not None and (path, trial.actions) in wanted:
            edited = _edited(workspace, path, trial.actions, seed, job)
            value, drop = workspace.measurable().measure(behind.run(edited), job)
            trial = replace(trial, value=value, drop=drop)
        done.append(trial)
    return done


def _edited(workspace: Workspace, path: str, stack: Stack, seed: int, job: Job) -> Edit:
    return apply.edit(workspace.model, path, stack, workspace.calibration, seed, workspace.cache, job.silent())


def _try_together(workspace: Workspace, members: tuple[str, ...], stack: Stack, seed: int, job: Job) -> list[Trial]:
    """One stack on layers that lose channels together, each with the steps of it that it can have; the whole runs."""
    stacks = {path: tuple(action for action in stack if not _refused(workspace, path, action)) for path in members}
    stacks = {path: actions for path, actions in stacks.items() if actions}
    if not any(apply.structural(action) for actions in stacks.values() for action in actions):
        return []
    recipe = Recipe(seed=seed)
    for path, actions in stacks.items():
        recipe = recipe.with_actions([path], actions)
    try:
        result = workspace.compiled(recipe, job)
    except UserError:
        return []           # these channels cannot be removed after all: see engine.prove
    changes = {change.path: change for change in result.changes()[0]}
    value, drop = workspace.measurable().measure(runner(runtime.session(effective(result.model, result.edits))), job)
    following = {path: change.bytes_after / max(change.bytes_before, 1)
                 for path, change in changes.items() if path not in stacks}
    return [Trial(next(iter(stacks)), stacks, sum(change.bytes_after for change in changes.values()), None, value, drop,
                  following)]


def _refused(workspace: Workspace, path: str, action: Action) -> bool:
    model = workspace.model
    layer = model.layer(path)
    return bool(apply.refusal(model, layer, action) or apply.keeps_channels(model, layer, (action,)))
