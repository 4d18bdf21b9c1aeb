"""Sentences on an activation."""

import numpy as np

from workbench.core.layer_data.activation_stats import Activation, Levels8, Passing
from workbench.ui.plots.axis import number
from workbench.ui.text.i18n import listed, tr

NAMED = 6  # channels that are listed by number


def source(passing: Passing) -> str:
    """Return '● measured on 512 calibration samples', or the progress."""
    if passing.complete:
        return tr("● measured on {n} calibration samples").format(n=f"{passing.samples:,}")
    return tr("◐ {n} of {total} calibration samples so far").format(n=f"{passing.seen:,}", total=f"{passing.samples:,}")


def compressed(after: Passing | None, failure: str) -> str:
    """Return the same for the compressed model, or why it is not drawn."""
    if failure:
        return tr("Compressed: {sentence}").format(sentence=failure)
    if after is None:
        return tr("Compressed: running the calibration samples…")
    if after.complete:
        return tr("Compressed: ● measured on {n}").format(n=f"{after.samples:,}")
    return tr("Compressed: ◐ {n} of {total} so far").format(n=f"{after.seen:,}", total=f"{after.samples:,}")


def change(before: Activation, after: Activation) -> str:
    """Return the effect of the compression on this activation: ranges, means and dead channels."""
    low, high = float(np.nanmin(after.low)), float(np.nanmax(after.high))
    text = tr("Compressed: range {was} → {now}, dead channels {dead} → {dead_now}").format(
        was=f"{number(float(before.low.min()))} … {number(float(before.high.max()))}",
        now=f"{number(low)} … {number(high)}",
        dead=len(before.dead),
        dead_now=len(after.dead),
    )
    if before.channels != after.channels:
        return text + " · " + tr("{n} of {all} channels left").format(n=after.channels, all=before.channels)
    left = ~np.isnan(after.mean)
    moved = np.abs(after.mean - before.mean) / np.maximum(before.std, 1e-30)
    moved[~left | (before.std == 0)] = 0
    channel = int(moved.argmax())
    text += " · " + tr("largest shift of a mean: {shift} std (channel {channel})").format(
        shift=f"{moved[channel]:.2g}", channel=channel
    )
    gone = int((~left).sum())
    if gone:
        text += " · " + tr("{n} of {all} channels left").format(n=after.channels - gone, all=before.channels)
    return text


def clipping(levels: Levels8) -> str:
    """Return the range of the 8-bit levels, and the share that is clipped."""
    return tr(
        "8-bit range: {low} … {high} in steps of {step}. Clipped: {clipped} of all values "
        "({below} below, {above} above)."
    ).format(
        low=number(levels.low),
        high=number(levels.high),
        step=number(levels.step),
        clipped=_share(levels.clipped),
        below=_share(levels.below),
        above=_share(levels.above),
    )


def dead(activation: Activation) -> str:
    found = activation.dead
    if not len(found):
        return tr("No dead channels.")
    return tr("Dead channels (zero on every sample): {n} of {all} ({channels}).").format(
        n=len(found), all=activation.channels, channels=_listed(found)
    )


def outliers(activation: Activation) -> str:
    found = activation.outliers
    if not len(found):
        return tr("No outlier channels (> 6x the median range).")
    median = float(np.median(activation.reach[activation.reach > 0]))
    first = int(found[0])
    text = tr(
        "Outlier channels (> 6x the median range): {n} of {all} ({channels}). They coarsen "
        "the quantisation of all others; channel {first} has {times}x the median range."
    )
    return text.format(
        n=len(found),
        all=activation.channels,
        channels=_listed(found),
        first=first,
        times=f"{activation.reach[first] / median:.1f}",
    )


def _listed(channels: np.ndarray) -> str:
    return listed((*map(str, channels[:NAMED]), "…" if len(channels) > NAMED else ""))


def _share(share: float) -> str:
    return "0 %" if share == 0 else f"{100 * share:.2g} %" if share >= 1e-5 else "< 0.001 %"
