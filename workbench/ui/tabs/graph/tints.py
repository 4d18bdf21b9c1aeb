"""Colouring of the nodes of a layer: strength, colour, words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QColor

from workbench.core.analysis.profile import Profile
from workbench.core.analysis.report import LayerChange
from workbench.core.base.quantities import MetricInfo, size, three_digits
from workbench.core.layer_data.layer import Layer
from workbench.ui.text import format
from workbench.ui.text.i18n import tr
from workbench.ui.widgets import colormaps
from workbench.ui.widgets.schemes import Colors, contrast

NEUTRAL = -1.0


@dataclass(frozen=True)
class Shade:
    """Colour of a node: `strength` 0..1 along the colour map, or NEUTRAL; `bad` if the layer grew; `words` for the
    tooltip."""

    strength: float
    words: str = ""
    bad: bool = False


def by_bytes(change: LayerChange | None) -> Shade:
    """Return the shade for the share of a layer's bytes that its steps save."""
    if change is None or not change.bytes_before:
        return Shade(NEUTRAL, tr("unchanged"))
    saved = 1 - change.bytes_after / change.bytes_before
    words = tr("{before} → {after}, {share} saved").format(
        before=size(change.bytes_before), after=size(change.bytes_after), share=format.percent(saved)
    )
    if not change.exact:
        words += tr(" (forecast)")
    return Shade(max(saved, 0.0), words, bad=saved < 0)


def by_sensitivity(drops: Mapping[str, float], path: str, metric: MetricInfo, candidate: str = "") -> Shade:
    """Return the shade for the drop of a layer relative to the largest; `drops`: measured with that layer alone
    compressed."""
    drop = drops.get(path)
    if drop is None:
        return Shade(NEUTRAL, tr("not measured"))
    largest = max(drops.values())
    lost = format.plain_loss(drop, metric)
    words = tr("{metric} drop {drop} with {candidate} on this layer alone").format(
        drop=lost, metric=metric, candidate=candidate
    )
    return Shade(max(drop, 0.0) / largest if largest > 0 else 0.0, words)


def of_module(layers: Collection[Layer], changes: Mapping[str, LayerChange]) -> LayerChange | None:
    """Return the changes of all layers of a module together; None if there are none."""
    changed = [changes[layer.path] for layer in layers if layer.path in changes]
    if not changed:
        return None
    saved = sum(change.bytes_before - change.bytes_after for change in changed)
    before = sum(layer.bytes for layer in layers)
    return LayerChange("", (), before, before - saved, exact=all(change.exact for change in changed))


def by_time(times: Profile, *paths: str) -> Shade:
    """Return the shade for the time of one or several layers relative to the whole run."""
    known = [share for share in map(times.share, paths) if share is not None]
    if not known:
        return Shade(NEUTRAL, tr("not timed: fused into another operator, or removed"))
    share = sum(known)
    words = tr("{share} of the {whole} ms per run (measured)").format(
        share=format.percent(share, 1), whole=three_digits(times.after.median)
    )
    return Shade(min(share, 1.0), words)


def fill(shade: Shade, colors: Colors) -> QColor:
    if shade.strength == NEUTRAL:
        return colors.before
    return colors.bad if shade.bad else colormaps.sample(shade.strength)


def text_on(background: QColor) -> QColor:
    """Return black or white, whichever has more contrast."""
    return max((QColor("#ffffff"), QColor("#101318")), key=lambda color: contrast(color, background))
