"""Histogram of the values of an activation, with the share that an 8-bit range clips."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from workbench.core.layer_data.activation_stats import Activation, Levels8
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Canvas, Marker
from workbench.ui.text.format import percent
from workbench.ui.text.i18n import listed
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle

LOWEST = -0.3  # log10 of half a value: the foot of a logarithmic count axis


class ValuesPlot(PlotPanel):
    """Counts over values, with the outermost levels as markers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        canvas = Canvas(self.tr("activation value"), self.tr("values per bin"))
        super().__init__(self.tr("Values"), canvas, (), "", parent)
        self.table.hide()
        self._shown: Activation | None = None
        self._after: Activation | None = None
        self._levels: Levels8 | None = None
        self.log_button = toggle(
            self,
            self.tr("log"),
            self.tr("Logarithmic counts"),
            self.tr("Logarithmic counts, so that rare values are visible"),
        )
        self.log_button.setChecked(True)  # most values are near zero, but the tails are of interest
        self.log_button.toggled.connect(self.redraw)
        self.tools.addWidget(self.log_button)
        self._curve, self.now = pg.PlotCurveItem(), pg.PlotCurveItem()
        for curve in (self._curve, self.now):
            self.canvas.addItem(curve)
        self.canvas.hovered.connect(self._on_hovered)

    def show_activation(self, activation: Activation, levels: Levels8 | None, after: Activation | None = None) -> None:
        """Show the original's activation; `after`, the compressed model's, is drawn over it."""
        self._shown, self._levels, self._after = activation, levels, after
        self.show_canvas()
        self.table.hide()
        self.redraw()

    def redraw(self) -> None:
        shown = self._shown
        if shown is None:
            return
        after = self._after
        log = self.log_button.isChecked()
        self.canvas.y_axis.log = log
        edges = shown.histogram.edges
        foot = LOWEST if log else 0.0
        alone = after is None
        tops = [self._draw(self._curve, shown, foot, "after" if alone else "before", filled=True)]
        self.now.setVisible(not alone)
        low, high = float(edges[0]), float(edges[-1])
        if after is not None:
            tops.append(self._draw(self.now, after, foot, "after", filled=False))
            low, high = min(low, float(after.histogram.edges[0])), max(high, float(after.histogram.edges[-1]))
        top, wide = max([*tops, 1e-9]), high - low
        self.canvas.box.setRange(xRange=(low - 0.02 * wide, high + 0.02 * wide), yRange=(foot, top * 1.06), padding=0)
        self.canvas.y_axis.picture = None
        self.canvas.y_axis.update()
        self._mark(float(edges[0]), float(edges[-1]))
        self._on_hovered(None)
        self.canvas.set_stops((edges[:-1] + edges[1:]) / 2)

    def _draw(self, curve: pg.PlotCurveItem, activation: Activation, foot: float, role: str, filled: bool) -> float:
        """Draw one curve of counts; return its highest point."""
        colors, counts = theme.colors(), activation.histogram.counts
        heights = np.log10(np.maximum(counts, 10.0**LOWEST)) if foot else counts
        curve.setData(
            activation.histogram.edges,
            heights,
            stepMode="center",
            fillLevel=foot,
            brush=(colors.before if role == "before" else colors.after_soft) if filled else None,
            pen=self.canvas.pen(colors.before_line if role == "before" else colors.after, 1.25),
            antialias=False,
        )
        return float(heights.max())

    def _mark(self, low: float, high: float) -> None:
        """Mark the ends of the 8-bit range, if inside the plot."""
        levels = self._levels
        ends = () if levels is None else (levels.low, levels.high)
        self.canvas.set_markers(tuple(Marker(min(max(end, low), high), number(end)) for end in ends))

    def _on_hovered(self, x: float | None) -> None:
        shown = self._shown
        if shown is None:
            return
        counts, edges = shown.histogram.counts, shown.histogram.edges
        if x is None or not edges[0] <= x < edges[-1]:
            text = self.tr("{count} values of {channels} channels")
            text = text.format(count=f"{shown.values:,}", channels=shown.channels)
            dotted = self.tr("dotted: 8-bit range") if self._levels is not None else ""
            self.readout.show_text(
                listed((text, dotted, self.tr("coloured: compressed") if self._after is not None else ""))
            )
            return
        at = min(int(np.searchsorted(edges, x, side="right")) - 1, len(counts) - 1)
        share = _share(shown, x)
        if self._after is not None:
            share += f" → {_share(self._after, x)}"
        self.readout.show_text(
            self.tr("{low} … {high}:  {share} of the values").format(
                low=number(edges[at]), high=number(edges[at + 1]), share=share
            )
        )

    def to_csv(self) -> str:
        if self._shown is None:
            return ""
        counts, edges = self._shown.histogram.counts, self._shown.histogram.edges
        rows = [f"{edges[i]:.9g},{edges[i + 1]:.9g},{count:.0f}" for i, count in enumerate(counts)]
        head = ["from,to,count"]
        if self._after is not None:
            found = self._after.histogram
            start = round(float((edges[0] - found.edges[0]) / (edges[1] - edges[0])))
            now = {i - start: count for i, count in enumerate(found.counts)}
            head = ["from,to,count,compressed"]
            rows = [f"{row},{now.get(i, 0):.0f}" for i, row in enumerate(rows)]
        return "\n".join([*head, *rows]) + "\n"


def _share(activation: Activation, x: float) -> str:
    """Return the share of the values in the bin around x."""
    edges, counts = activation.histogram.edges, activation.histogram.counts
    at = min(max(int(np.searchsorted(edges, x, side="right")) - 1, 0), len(counts) - 1)
    return percent(counts[at] / max(counts.sum(), 1), 3)
