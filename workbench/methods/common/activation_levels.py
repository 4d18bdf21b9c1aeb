"""What one 8-bit scale for all activations of a layer leaves of them: a value or channel far beyond the others takes
the levels, and the others share one.

Xiao et al. 2023, SmoothQuant, ICML, section 3, on channels with outliers; Bondarenko et al. 2021, Understanding and
overcoming the challenges of efficient transformer quantization, EMNLP.
"""

import numpy as np

from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.graph.storage.kernels import Levels
from workbench.methods.base.observer import Observed

CLEAR = 10.0  # dB: below, rounding changes the outputs of a layer by more than a third of what they are


def signal_to_noise(observed: Observed, levels: Levels, weights: np.ndarray | float = 1.0) -> float | None:
    """Decibels by which the values are above what rounding them to these levels changes: the median of single places,
    so that one place with outliers does not speak for all others. None where nothing was observed but zeros.

    weights    [channels] how much of each channel the layer passes, as energy
    """
    rows = observed.rows.astype(np.float64)
    signal = (weights * rows**2).sum(axis=-1)
    noise = (weights * (rows - levels.rounded(observed.rows)) ** 2).sum(axis=-1)
    used = signal > 0
    if not used.any():
        return None
    ratio = signal[used] / np.maximum(noise[used], 1e-12 * signal[used])
    return float(10 * np.log10(np.median(ratio)))


def strengths(weight: np.ndarray, layer: Layer, channels: int) -> np.ndarray | float:
    """[channels] energy of the weights that read each input channel; all alike where they cannot be told apart."""
    if layer.op == "Conv" and weight.ndim > 2:
        width = weight.shape[1]
        energy = np.square(weight, dtype=np.float64).sum(axis=tuple(range(2, weight.ndim)))
        if width and channels % width == 0 and len(energy) % (channels // width) == 0:
            return energy.reshape(channels // width, -1, width).sum(axis=1).ravel()
    elif weight.ndim == 2 and weight.shape[1 - layer.out_axis] == channels:
        return np.square(weight, dtype=np.float64).sum(axis=layer.out_axis)
    return 1.0


def warning(observed: Observed, levels: Levels, layer: Layer, weight: np.ndarray) -> str:
    """A clause on activations of which one scale leaves little; "" where it leaves enough."""
    channels = observed.rows.shape[-1]
    kept = signal_to_noise(observed, levels, strengths(weight, layer, channels))
    if kept is None or kept >= CLEAR:
        return ""
    return Message(
        "its input keeps only {kept:.0f} dB on 8-bit levels (median of {n} places): outliers take the range; try "
        "SmoothQuant, or a percentile",
        kept=kept,
        n=len(observed.rows),
    )
