"""Precision of a layer's activations at 8 bits: a value or channel far larger than the others that share its scale uses
up the levels, so that the others fall on one.

Xiao et al. 2023, SmoothQuant, ICML, section 3, on channels with outliers; Bondarenko et al. 2021, Understanding and
overcoming the challenges of efficient transformer quantization, EMNLP.
"""

from collections.abc import Callable

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.kernels import SMALLEST, Levels
from workbench.methods.base.method import Context
from workbench.methods.base.observer import Observed

MANY = 0.25  # of a layer's output channels
CLEAR = 10.0  # dB: below, rounding changes the outputs of a layer by more than a third of what they are
Rounding = Callable[[np.ndarray], np.ndarray]  # [..., channels] -> the same on levels


def signal_to_noise(observed: Observed, rounded: Rounding, weights: np.ndarray | float = 1.0) -> float | None:
    """Return the signal to rounding noise ratio in dB: the median over positions, so that one position with outliers
    does not dominate. None if only zeros were observed.

    weights    [channels] energy with which the layer uses each channel
    """
    rows = observed.rows.astype(np.float64)
    signal = (weights * rows**2).sum(axis=-1)
    noise = (weights * (rows - rounded(observed.rows)) ** 2).sum(axis=-1)
    used = signal > 0
    if not used.any():
        return None
    ratio = signal[used] / np.maximum(noise[used], 1e-12 * signal[used])
    return float(10 * np.log10(np.median(ratio)))


def strengths(weight: np.ndarray, layer: Layer, channels: int) -> np.ndarray | float:
    """Return the energy of the weights that read each input channel, [channels]; equal for all if channels cannot be
    distinguished."""
    if layer.op == "Conv" and weight.ndim > 2:
        width = weight.shape[1]
        energy = np.square(weight, dtype=np.float64).sum(axis=tuple(range(2, weight.ndim)))
        if width and channels % width == 0 and len(energy) % (channels // width) == 0:
            return energy.reshape(channels // width, -1, width).sum(axis=1).ravel()
    elif weight.ndim == 2 and weight.shape[1 - layer.out_axis] == channels:
        return np.square(weight, dtype=np.float64).sum(axis=layer.out_axis)
    return 1.0


def in_blocks(block: int) -> Rounding:
    """Return the rounding that MatMulNBits does with integers: a symmetric scale for each position and block of
    channels."""

    def rounded(rows: np.ndarray) -> np.ndarray:
        channels = rows.shape[-1]
        parts = np.pad(rows, (*[(0, 0)] * (rows.ndim - 1), (0, -channels % block)))
        parts = parts.reshape(*rows.shape[:-1], -1, block)
        scale = np.maximum(np.abs(parts).max(axis=-1, keepdims=True), 1e-30) / np.float32(127)
        return (np.round(parts / scale) * scale).reshape(*rows.shape[:-1], -1)[..., :channels]

    return rounded


def left(observed: Observed, rounded: Rounding, layer: Layer, weight: np.ndarray) -> float | None:
    """Return the signal to noise ratio in dB of a layer's input, each channel weighted by its use in the layer; None if
    it is sufficient."""
    kept = signal_to_noise(observed, rounded, strengths(weight, layer, observed.rows.shape[-1]))
    return kept if kept is not None and kept < CLEAR else None


def warning(observed: Observed, levels: Levels, layer: Layer, weight: np.ndarray) -> str:
    """Return a clause on activations whose single scale leaves little precision; "" if it suffices."""
    kept = left(observed, levels.rounded, layer, weight)
    if kept is None:
        return ""
    return Message(
        "its input keeps only {kept:.0f} dB on 8-bit levels (median of {n} places): outliers take the range; try "
        "SmoothQuant, or a percentile",
        kept=kept,
        n=len(observed.rows),
    )


def left_in_kernel(context: Context, weight: np.ndarray, job: Job, block: int) -> float | None:
    """Return the same for a layer whose kernel rounds its input at run time, in blocks of channels; 0: all channels of
    a position together. Raises UserError where the input cannot be observed."""
    seen = context.observed(job, counting=False)
    return left(seen, in_blocks(block or seen.rows.shape[-1]), context.layer, weight)


def lost_outputs(delivered: Observed | None, levels: Levels | None) -> str:
    """Return a clause on output channels that have values, all of which fall on one level: those that are weak beside
    others. "" for fewer than `MANY` of them, which hardly matter."""
    if delivered is None or levels is None:
        return ""
    reach = np.maximum(-delivered.lows, delivered.highs)
    used, lost = int((reach > 0).sum()), int(((reach > 0) & (reach < levels.scale / 2)).sum())
    if lost <= MANY * used:
        return ""
    return Message(
        "{lost} of {used} output channels are too weak beside the others for their common 8-bit levels, "
        "and become zero",
        lost=lost,
        used=used,
    )


def underflow(weight: Encoding, received: Levels) -> str:
    """Return a clause on channels whose sums of integers have a step below the smallest float32 (see
    graph.rewrite.bias_scale): they lose digits; "" where there are none."""
    grid = weight.tensor.grid
    if grid is None or not (low := grid.scale.astype(np.float64) * received.scale < SMALLEST).any():
        return ""
    if not (np.broadcast_to(low, grid.q.shape) & (grid.q != 0)).any():  # dead channels alone
        return ""
    return Message(
        "{low} of {count} scales are too small beside those of the input for 32-bit floats, and are larger in the file",
        low=int(low.sum()),
        count=grid.scale.size,
    )


def found_when_run(context: Context, weight: np.ndarray, job: Job, block: int = 0) -> str:
    """Return the same warning for scales computed at run time: one for each block of channels of a position; 0: one for
    a whole batch, approximated by one for all calibration samples. Without samples the clause says that nothing was
    checked."""
    if not context.calibrated:
        return Message("without data, its input is not checked for outliers, which take the range of 8-bit levels")
    try:
        seen = context.observed(job, counting=False)
    except UserError as error:
        return Message("its input was not checked for outliers: {why}", why=error.what)
    kept = left(seen, in_blocks(block) if block else seen.levels("minmax").rounded, context.layer, weight)
    if kept is None:
        return ""
    if block:
        return Message(
            "its input keeps only {kept:.0f} dB on 8-bit levels in blocks of {block} (median of {n} places): outliers "
            "take the range; multiply in float",
            kept=kept,
            block=block,
            n=len(seen.rows),
        )
    return Message(
        "its input keeps only {kept:.0f} dB on the 8-bit levels of a batch of all samples (median of {n} places): "
        "outliers take the range; try SmoothQuant",
        kept=kept,
        n=len(seen.rows),
    )
