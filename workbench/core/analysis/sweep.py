"""Sweep of one parameter of a method, with the drop of the metric at each value."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.core.base.arguments import as_names
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe

FOLDS = 5


@dataclass(frozen=True)
class Sweep:
    """Settings of a sweep: `values` of `parameter` of `method`, on all layers that match `layers` (paths or globs).

    parameter   empty: the method's first number
    values      empty: an even grid over the parameter's range
    tolerance   allowed drop of the metric, in its own unit: 0.01 of top-1 is one point
    folds       number of stratified folds of the data; their spread is the spread of the curve
    seconds     time limit, without pauses, after which the sweep ends with what it has; 0: none
    """

    method: str = "prune.magnitude"
    layers: tuple[str, ...] = ("*",)
    parameter: str = ""
    values: tuple[float, ...] = ()
    tolerance: float = 0.01
    folds: int = FOLDS
    seconds: float = 0.0


@dataclass(frozen=True)
class SweepPoint:
    """One value of the parameter.

    bytes       size of the exported file, exact
    zeros       fraction of zero weights in the chosen layers
    value       the metric on all samples
    folds       drop of the metric in each fold (positive: worse)
    low, high   95 % confidence interval of the drop, paired with the original sample by sample
    drop        drop of the metric on all samples: folds differ in size, so that the mean of theirs is not quite that
    """

    setting: float
    bytes: int
    zeros: float
    value: float
    folds: tuple[float, ...]
    low: float
    high: float
    drop: float

    @property
    def std(self) -> float:
        """Standard deviation of the drops over the folds."""
        return statistics.stdev(self.folds) if len(self.folds) > 1 else 0.0


@dataclass(frozen=True)
class Curve:
    """Results of a sweep so far. `chosen`: paths of the layers; `baseline`: the original's metric; `whole`: whether the
    parameter is an integer; `notes`: what there was no time for, and why other processes did not compute.

    Each point was measured on all `samples`, by running the edited graph.
    """

    sweep: Sweep
    metric: MetricInfo
    baseline: float
    samples: int
    chosen: tuple[str, ...]
    points: tuple[SweepPoint, ...]
    complete: bool = False
    whole: bool = False
    notes: tuple[str, ...] = ()

    def action(self, setting: float) -> Action:
        """Return the step that was measured at this value."""
        return Action(self.sweep.method, {self.sweep.parameter: int(setting) if self.whole else setting})

    def falling(self) -> Iterator[SweepPoint]:
        """Yield the points from the largest file to the smallest: from mild to strong, whatever the parameter."""
        return iter(sorted(self.points, key=lambda point: -point.bytes))

    @property
    def proposed(self) -> SweepPoint | None:
        """The last point before the drop exceeds the tolerance; None if the first one does."""
        return self._last([point.drop for point in self.falling()])

    @property
    def certain(self) -> SweepPoint | None:
        """The last point before the upper end of the 95 % interval exceeds the tolerance."""
        return self._last([point.high for point in self.falling()])

    @property
    def held_out(self) -> float | None:
        """Mean drop in a fold at the point that the other folds propose: an estimate on samples that did not take part
        in the choice. None without two folds or without points."""
        count = len(self.points[0].folds) if self.points else 0
        if count < 2:
            return None
        losses = []
        for fold in range(count):
            others = [(sum(point.folds) - point.folds[fold]) / (count - 1) for point in self.falling()]
            picked = self._last(others)
            losses.append(picked.folds[fold] if picked else 0.0)
        return statistics.fmean(losses)

    def _last(self, losses: Sequence[float]) -> SweepPoint | None:
        last = None
        for point, loss in zip(self.falling(), losses, strict=True):
            if loss > self.sweep.tolerance:
                break
            last = point
        return last

    def to_json(self) -> dict[str, Any]:
        """Return the document that `workbench sweep --json` prints."""
        return {
            "method": self.sweep.method,
            "parameter": self.sweep.parameter,
            "layers": list(self.chosen),
            **self.metric.to_json(),
            "baseline": self.baseline,
            "samples": self.samples,
            "folds": self.sweep.folds,
            "tolerance": self.sweep.tolerance,
            "points": [_point(point) for point in self.points],
            "proposed": None if self.proposed is None else _point(self.proposed) | {"held_out_drop": self.held_out},
            "certain": None if self.certain is None else _point(self.certain),
            "notes": list(self.notes),
        }


def with_step(recipe: Recipe, paths: Iterable[str], action: Action) -> Recipe:
    """Return the recipe in which these layers have this step, replacing one of the same method."""
    for path in as_names(paths):
        kept = tuple(step for step in recipe.actions_for(path) if step.method != action.method)
        recipe = recipe.with_actions([path], (*kept, action))
    return recipe


def _point(point: SweepPoint) -> dict[str, Any]:
    return {
        "setting": point.setting,
        "bytes": point.bytes,
        "zeros": point.zeros,
        "value": point.value,
        "drop": point.drop,
        "std": point.std,
        "ci_low": point.low,
        "ci_high": point.high,
        "folds": list(point.folds),
    }
