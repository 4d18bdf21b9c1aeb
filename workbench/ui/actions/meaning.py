"""What a step means for the layer in front of the user, looked up in the layer's own statistics.

Nothing is computed here that the engine did not send: a sparsity is a quantile of the magnitudes, an energy a rank of
the spectrum.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication

from workbench.core.action import MethodInfo
from workbench.core.layer import Layer
from workbench.core.views import LayerView, Spectrum
from workbench.ui.actions import values as v


def tr(text: str) -> str:
    return QCoreApplication.translate("meaning", text)


def threshold_for(magnitudes: np.ndarray, sparsity: float) -> float:
    """The magnitude below which this fraction of the weights lies."""
    return float(np.interp(sparsity, np.linspace(0, 1, len(magnitudes)), magnitudes))


def sparsity_for(magnitudes: np.ndarray, threshold: float) -> float:
    """The fraction of the weights at or below this magnitude."""
    index = int(np.searchsorted(magnitudes, threshold, side="right"))
    if index >= len(magnitudes):
        return 1.0
    low, high = (magnitudes[index - 1], magnitudes[index]) if index else (0.0, magnitudes[0])
    part = (threshold - low) / (high - low) if high > low else 0.0
    return float(np.clip((index - 1 + part) / (len(magnitudes) - 1), 0, 1))


def converted(view: LayerView | None, name: str, value: Any, to: str) -> Any:
    """The value of `to` that means the same as `name` = value for this layer; None where that is not known."""
    if view is None:
        return None
    match name, to:
        case "sparsity", "threshold":
            return float(f"{threshold_for(view.magnitudes, value):.4g}")
        case "threshold", "sparsity":
            return round(sparsity_for(view.magnitudes, value), 2)
        case "energy", "rank" if view.spectrum is not None:
            return view.spectrum.rank_for(value)
        case "rank", "energy" if view.spectrum is not None and len(view.spectrum.energy):
            # Rounded down: the smallest rank with this energy must be the same rank again.
            share = view.spectrum.energy[min(value, len(view.spectrum.energy)) - 1]
            return max(float(np.floor(share * 100) / 100), 0.01)
    return None


def limits(layers: tuple[Layer, ...], view: LayerView | None, method: MethodInfo) -> dict[str, tuple[float, float]]:
    """The ends that the layers give to fields that have none of their own: as far as the plot's line can go."""
    result: dict[str, tuple[float, float]] = {}
    for field in method.fields:
        if field.high is not None or not field.drag:
            continue
        if field.drag == "spectrum" and field.kind == "int" and layers:
            result[field.name] = (1, max(min(layer.matrix) for layer in layers))
        elif field.drag == "histogram" and view is not None and len(view.magnitudes):
            result[field.name] = (0, float(f"{view.magnitudes[-1]:.4g}"))
    return result


def sentence(method: MethodInfo, given: Mapping[str, Any], view: LayerView | None) -> str:
    """What this step will do to this layer, or nothing where that takes computing."""
    if view is None:
        return ""
    values = v.effective(method.fields, given)
    drags = {field.name: field.drag for field in method.fields if values[field.name] is not None}
    for name, plot in drags.items():
        value = values[name]
        if plot == "histogram" and name == "sparsity":
            edge = threshold_for(view.magnitudes, value)
            return tr("Weights from {low} to {high} become zero.").format(low=f"−{edge:.3g}", high=f"{edge:.3g}")
        if plot == "histogram" and name == "threshold":
            share = sparsity_for(view.magnitudes, value)
            return tr("{share} of the weights become zero.").format(share=percent(share))
        if plot == "spectrum" and view.spectrum is not None:
            rank = value if name == "rank" else view.spectrum.rank_for(value)
            return rank_sentence(view.spectrum, int(rank), trained=method.family == "distill")
    return ""


def rank_sentence(spectrum: Spectrum, rank: int, trained: bool) -> str:
    full = len(spectrum.values)
    rank = min(rank, full)
    first = tr("Rank {rank} of {full}").format(rank=rank, full=full)
    if not trained and rank:
        first = tr("Rank {rank} of {full} keeps {share} of the energy").format(
            rank=rank, full=full, share=percent(float(spectrum.energy[rank - 1])))
    if not spectrum.break_even:
        return f"{first}. " + tr("No rank makes this layer smaller.")
    second = (tr("below break-even {limit}, so the layer shrinks") if rank <= spectrum.break_even
              else tr("above break-even {limit}, so the layer grows"))
    return f"{first}; {second.format(limit=spectrum.break_even)}."


def percent(share: float) -> str:
    """97.1 %, 50 %, 99.97 %: as many digits as it takes not to say 100 when it is not."""
    digits = 1 if share <= 0.9989 or share == 1 else 2
    number = f"{100 * share:.{digits}f}"
    return f"{number.rstrip('0').rstrip('.')}\N{NO-BREAK SPACE}%"
