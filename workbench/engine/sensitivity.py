"""Which layer can bear what: every candidate action on every layer, one at a time, measured on the same samples.

A layer's candidates share one cut of the graph, so that only what lies behind the layer runs again for each of them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.core.action import Action
from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.layer import Layer
from workbench.engine import apply
from workbench.engine.gradients import gradients
from workbench.engine.preview import SuffixRunner
from workbench.engine.workspace import Workspace
from workbench.graph.edit import Edit

CANDIDATES = (
    Action("quantize.affine", {"bits": 8}), Action("quantize.affine", {"bits": 4}),
    Action("quantize.affine", {"bits": 3}), Action("quantize.affine", {"bits": 2}),
    Action("prune.magnitude", {"sparsity": 0.5}), Action("prune.magnitude", {"sparsity": 0.8}),
    Action("lowrank.svd", {"energy": 0.9}), Action("lowrank.svd", {"energy": 0.7}),
)


@dataclass(frozen=True)
class Trial:
    """One candidate on one layer. `drop` is what the metric loses (positive: worse), None when it was not measured.

    predicted   rise of the loss by the diagonal Fisher matrix, ½ Σ F (ŵ − w)²; None without gradients
    """

    path: str
    action: Action
    bytes: int
    predicted: float | None
    value: float | None
    drop: float | None


@dataclass(frozen=True)
class Scan:
    """A sensitivity scan. `evaluations` counts runs over the whole data set or the part of the graph behind a layer."""

    metric: str
    baseline: float
    samples: int
    trials: tuple[Trial, ...]
    evaluations: int

    def of(self, path: str) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.path == path)

    def to_json(self) -> dict[str, Any]:
        """The keys of the command line's `sensitivity --json`, without the seconds."""
        paths = dict.fromkeys(trial.path for trial in self.trials)
        return {
            "baseline": self.baseline, "metric": self.metric, "samples": self.samples,
            "evaluations": self.evaluations,
            "layers": [{"path": path, "candidates": [
                {"action": {t.action.method: dict(t.action.params)}, "bytes": t.bytes, "value": t.value,
                 "drop": t.drop, "predicted_drop": t.predicted} for t in self.of(path)]} for path in paths],
        }


def scan(workspace: Workspace, job: Job, candidates: tuple[Action, ...] = CANDIDATES, seed: int = 0) -> Scan:
    """Measure every candidate that a layer can have. Raises UserError without data or without editable layers."""
    evaluator = workspace.measurable()
    layers = [layer for layer in workspace.model.layers if not layer.locked]
    if not layers:
        raise UserError(f"{workspace.model.source.path} has no layer that can be edited.", "Open another model.")
    fisher = _fisher(workspace, job.part(0.0, 0.1))
    trials: list[Trial] = []
    for index, layer in enumerate(layers):
        part = job.part(0.1 + 0.9 * index / len(layers), 0.1 + 0.9 * (index + 1) / len(layers))
        part.report(f"trying {layer.path}", 0.0)
        trials += _try(workspace, layer, candidates, fisher.get(layer.path), seed, part)
    baseline = float(evaluator.scores.mean())
    return Scan(evaluator.metric.title, baseline, evaluator.data.samples, tuple(trials), len(trials) + 1)


def _fisher(workspace: Workspace, job: Job) -> dict[str, np.ndarray]:
    """Mean squared gradients by layer; empty where gradients cannot pass."""
    if workspace.calibration is None:
        return {}
    try:
        return {path: found.square for path, found in gradients(workspace.model, workspace.calibration, job).items()}
    except UserError:
        return {}


def _try(workspace: Workspace, layer: Layer, candidates: tuple[Action, ...], fisher: np.ndarray | None, seed: int,
         job: Job) -> list[Trial]:
    evaluator = workspace.measurable()
    sign = 1.0 if evaluator.metric.higher_is_better else -1.0
    runner = SuffixRunner(workspace.model, layer.path)
    original = workspace.model.weight(layer.path)
    trials = []
    for action in candidates:
        if apply.refusal(workspace.model, layer, action):
            continue
        job.check()
        edited = apply.edit(workspace.model, layer.path, (action,), workspace.calibration, seed, workspace.cache, job)
        changes, _ = workspace.changes({layer.path: edited}, {layer.path: (action,)})
        *_, (seen, scores) = evaluator.stream(runner.run(edited), job.silent())
        drop = -sign * float((scores - evaluator.scores[seen]).mean())
        trials.append(Trial(layer.path, action, changes[0].bytes_after, _predicted(original, edited, fisher),
                            float(scores.mean()), drop))
    return trials


def _predicted(original: np.ndarray, edited: Edit, fisher: np.ndarray | None) -> float | None:
    if fisher is None:
        return None
    return float(0.5 * (fisher * np.square(edited.weight - original, dtype=np.float64)).sum())
