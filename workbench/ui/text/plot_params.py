"""Conversion between parameters and the lines of a plot: a sparsity and a threshold are one line, as are an energy and
a rank. Uses only values that the engine sent."""

from typing import Any

import numpy as np

from workbench.core.layer_data.views import LayerView, Spectrum


def threshold_of(field: str, value: float, magnitudes: np.ndarray) -> float:
    """Return the position of the line of a sparsity or a threshold."""
    if field == "sparsity":
        return float(np.interp(value, np.linspace(0, 1, len(magnitudes)), magnitudes))
    return float(value)


def from_threshold(field: str, threshold: float, magnitudes: np.ndarray) -> float:
    """Return the value of the field for a line at this threshold: three decimals for a sparsity, four digits for a
    threshold."""
    if field == "sparsity":
        return round(share_below(threshold, magnitudes), 3)
    return float(f"{threshold:.4g}")


def share_below(threshold: float, magnitudes: np.ndarray) -> float:
    """Return the fraction of the weights at or below this magnitude, also if many have the same."""
    index = int(np.searchsorted(magnitudes, threshold, side="right"))
    if index in (0, len(magnitudes)):
        return float(index > 0)
    low, high = magnitudes[index - 1], magnitudes[index]
    return float((index - 1 + (threshold - low) / (high - low)) / (len(magnitudes) - 1))


def edge_of(value: float, magnitudes: np.ndarray) -> float:
    """Return the end of the quantisation range for a clipping share."""
    return float(value) * float(magnitudes[-1])


def from_edge(edge: float, magnitudes: np.ndarray) -> float:
    """Return the clipping share for levels that end here, with four decimals."""
    largest = float(magnitudes[-1])
    return round(min(max(edge / largest, 0.001), 1.0), 4) if largest > 0 else 1.0


def rank_of(field: str, value: float, spectrum: Spectrum) -> int:
    """Return the position of the line of a rank or an energy."""
    rank = spectrum.rank_for(value) if field == "energy" else int(value)
    return min(max(rank, 1), len(spectrum.values))


def from_rank(field: str, rank: int, spectrum: Spectrum) -> int | float:
    """Return the value of the field for a line at this rank; an energy with the fewest decimals that give this rank."""
    if field != "energy":
        return rank
    energy = float(spectrum.energy[rank - 1])
    for decimals in range(2, 10):
        short = float(np.floor(energy * 10**decimals) / 10**decimals)
        if short > 0 and spectrum.rank_for(short) == rank:
            return short
    return energy


def converted(view: LayerView | None, field: str, value: Any, to: str) -> Any:
    """Return the value of another field with the same line for this layer; None if there is none."""
    if view is None:
        return None
    if {field, to} == {"sparsity", "threshold"}:
        return from_threshold(to, threshold_of(field, value, view.magnitudes), view.magnitudes)
    spectrum = view.spectrum
    if {field, to} == {"rank", "energy"} and spectrum is not None and len(spectrum.values):
        return from_rank(to, rank_of(field, value, spectrum), spectrum)
    return None
