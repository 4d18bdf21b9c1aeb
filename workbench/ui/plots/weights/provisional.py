"""Estimated histogram of a layer with the weights below a threshold set to zero, drawn until the engine has the
edit."""

import numpy as np

from workbench.core.layer_data.pictures import ChannelAfter
from workbench.core.layer_data.views import Histogram, LayerView, Moments
from workbench.ui.text.plot_params import share_below


def below_set_to_zero(view: LayerView, threshold: float) -> ChannelAfter:
    """Return the layer after every weight of magnitude <= threshold became zero.

    A bin that contains the threshold is split in proportion, and the number of zeros is read off 1,025 quantiles: both
    are estimates, the rest of the histogram is exact.
    """
    edges, counts = view.histogram.edges, view.histogram.counts
    total = float(counts.sum())
    inside = np.clip(np.minimum(edges[1:], threshold) - np.maximum(edges[:-1], -threshold), 0, None)
    gone = counts * np.clip(inside / np.maximum(np.diff(edges), 1e-300), 0, 1)
    middle = len(counts) // 2
    gone[middle] = 0  # they stay in this bin but not in the sums below, as they are close to zero
    kept = counts - gone
    kept[middle] += gone.sum()
    was, centres = view.moments, (edges[:-1] + edges[1:]) / 2
    mean = was.mean - float(gone @ centres) / total
    square = max(was.std**2 + was.mean**2 - float(gone @ centres**2) / total, 0.0)
    zeros = max(share_below(threshold, view.magnitudes), was.sparsity)
    low, high = (end if abs(end) > threshold else 0.0 for end in (was.min, was.max))
    found = view.outliers
    far = 0 if found is None else found.count if _beyond(found.low, found.high, threshold) else -1
    moments = Moments(mean, max(square - mean**2, 0.0) ** 0.5, low, high, zeros)
    return ChannelAfter(moments, Histogram(edges, kept), None, far)


def _beyond(low: float, high: float, threshold: float) -> bool:
    """Return whether no outlier is below the threshold."""
    return threshold <= min(-low, high)
