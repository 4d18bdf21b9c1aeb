"""Prediction of the cost of an edit before the edited model runs.

The outputs diverge from the original's, in Kullback-Leibler divergence, by ½ E (Σₜ gₜᵀ ΔW xₜ)²: x is the input of a
layer at an output position t, g the gradient there of the log-likelihood of an answer drawn from the model itself. As
in KFC (Grosse and Martens 2016, section 3) inputs and gradients are assumed independent, as are variations between
positions: t · E Δyᵀ Γ Δy with Δy = ΔW (x − x̄) and the second moments Γ of g. The part common to all positions of a
sample, its mean x̄, adds up instead: with Δy = ΔW x̄ and the second moments Γₛ of Σₜ gₜ. The inputs are kept as a
sample of rows, so that a candidate costs a few small products; for layers with many outputs, such as the head of a
language model, Γ is kept as a sketch of random signs (Achlioptas 2003). Without gradients the prediction is the
relative error of the layer's output, E |ΔW x|² / E |W x|².
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from workbench.core.analysis.sensitivity import DropScale
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import Prediction, PredictionKind
from workbench.engine.workspace import Workspace
from workbench.graph.model.model import Model
from workbench.graph.storage.edit import Edit


@dataclass(frozen=True, eq=False)
class Term:
    """One part of the sum: mean Δyᵀ Γ Δy over rows of the layer's input.

    inputs   [groups, n, columns] float32: rows that the layer's matrix is applied to
    moment   [outputs, outputs] float32, Γ; [rows, outputs] a sketch S of it, Γ ≈ Sᵀ S; None: the identity
    """

    inputs: np.ndarray
    moment: np.ndarray | None

    @property
    def nbytes(self) -> int:
        return self.inputs.nbytes + (0 if self.moment is None else self.moment.nbytes)

    def of(self, weight: np.ndarray, layer: Layer, bias: np.ndarray | None = None) -> float:
        """Return the term of a weight, or of a difference of weights, in the layer's shape; `bias` [outputs] is added
        to its outputs."""
        matrix = np.moveaxis(weight, layer.out_axis, 0).reshape(len(self.inputs), -1, self.inputs.shape[2])
        outputs = (matrix @ self.inputs.transpose(0, 2, 1)).reshape(-1, self.inputs.shape[1])
        if bias is not None:
            outputs = outputs + bias.reshape(-1, 1)
        weighted = outputs if self.moment is None else self.moment @ outputs
        other = outputs if len(weighted) == len(outputs) else weighted
        return max(float(np.vdot(other, weighted)), 0.0) / outputs.shape[1]


@dataclass(frozen=True, eq=False)
class Curvature:
    """Curvature of one layer: the part that varies between the positions of a sample, and the common part."""

    varying: Term
    common: Term

    @property
    def nbytes(self) -> int:
        return self.varying.nbytes + self.common.nbytes

    def of(self, weight: np.ndarray, layer: Layer, bias: np.ndarray | None = None) -> float:
        return self.varying.of(weight, layer) + self.common.of(weight, layer, bias)


@dataclass(frozen=True, eq=False)
class Predictor:
    """Predictor of the cost of edits of one model, and through `scale` of the drop of the metric. `correlation`:
    Spearman's, over `trials` measured candidates. `obstacle`: why the loss cannot be predicted, if the output error is
    predicted instead."""

    model: Model
    curvatures: Mapping[str, Curvature]
    kind: PredictionKind
    correlation: float | None = None
    trials: int = 0
    obstacle: str = ""
    scale: DropScale | None = None
    _known: "WeakKeyDictionary[Edit, float]" = field(default_factory=WeakKeyDictionary)

    @property
    def nbytes(self) -> int:
        return sum(curvature.nbytes for curvature in self.curvatures.values())

    def rise(self, path: str, edit: Edit) -> float | None:
        """Return the predicted increase in loss, or the relative error of the layer's output; None if the layer's
        inputs are not known."""
        curvature = self.curvatures.get(path)
        if curvature is None:
            return None
        if edit not in self._known:
            self._known[edit] = self._rise(path, edit, curvature)
        return self._known[edit]

    def _rise(self, path: str, edit: Edit, curvature: Curvature) -> float:
        layer, original = self.model.layer(path), self.model.weight(path)
        before = self.model.bias(path)
        bias = None if edit.bias is None or before is None else edit.bias - before
        return self._in_kind(curvature, curvature.of(edit.weight - original, layer, bias), layer, original)

    def without(self, kept: Mapping[str, tuple[np.ndarray, ...]]) -> float | None:
        """Return the cost of removing channels; `kept`: for each layer, the remaining indices along each axis of its
        weight.

        A removed output is an error as large as the output itself; its absence in other layers' inputs is the same
        error and is not counted again. None if one of the layers cannot be predicted.
        """
        total = 0.0
        for path, places in kept.items():
            layer = self.model.layer(path)
            left = places[layer.out_axis]
            if len(left) == layer.shape[layer.out_axis]:
                continue
            curvature = self.curvatures.get(path)
            if curvature is None:
                return None
            weight, bias = self.model.weight(path), self.model.bias(path)
            lost, lost_bias = weight.copy(), None if bias is None else bias.copy()
            np.moveaxis(lost, layer.out_axis, 0)[left] = 0
            if lost_bias is not None:
                lost_bias[left] = 0
            total += self._in_kind(curvature, curvature.of(lost, layer, lost_bias), layer, weight)
        return total

    def _in_kind(self, curvature: Curvature, rise: float, layer: Layer, original: np.ndarray) -> float:
        return rise if self.kind == "loss" else rise / max(curvature.of(original, layer), 1e-30)

    def of_removal(self, kept: Mapping[str, tuple[np.ndarray, ...]]) -> Prediction | None:
        """Return the cost of a removal, see `without`."""
        return self._prediction(self.without(kept))

    def of(self, edits: Mapping[str, Edit]) -> Prediction | None:
        """Return the cost of several edits together: the sum, as their errors hardly correlate. None if one cannot be
        predicted."""
        rises = [rise for path, edit in edits.items() if (rise := self.rise(path, edit)) is not None]
        return self._prediction(sum(rises) if rises and len(rises) == len(edits) else None)

    def _prediction(self, rise: float | None) -> Prediction | None:
        if rise is None:
            return None
        likely = None if self.scale is None else self.scale.at(rise)
        return Prediction(rise, self.kind, self.correlation, self.trials, likely)


def known(workspace: Workspace) -> Predictor | None:
    """Return the predictor that was made and checked before (see predict), if any: interactive edits do not wait for
    it."""
    key = checked_key(workspace)
    return None if key is None else workspace.cache.peek(key)


def checked_key(workspace: Workspace) -> tuple[str, ...] | None:
    """Return the key in the workspace's cache; None without data."""
    if workspace.calibration is None or workspace.evaluator is None:
        return None
    return "predictor", workspace.calibration.fingerprint, workspace.evaluator.data.fingerprint
