"""Channels of an activation as bars: extremes, 1 % to 99 %, quartiles, mean."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from workbench.core.layer_data.activation_stats import QUANTILES, Activation, Levels8
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Canvas
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle

# The quantiles between which the middle and the inner bar reach; the outer one reaches to the extremes.
MIDDLE, INNER = (QUANTILES.index(0.01), QUANTILES.index(0.99)), (QUANTILES.index(0.25), QUANTILES.index(0.75))
SHARES = (40, 90, 190)  # opacity of 255: outer, middle, inner


class RangesPlot(PlotPanel):
    """Channels in their own order, or those that reach farthest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Channels"), Canvas(self.tr("channel"), self.tr("activation value")), (), "", parent)
        self.table.hide()
        self._shown: Activation | None = None
        self._levels: Levels8 | None = None
        self._order = np.zeros(0, np.int64)
        self.sort_button = toggle(
            self,
            self.tr("by range"),
            self.tr("Sort channels by range"),
            self.tr("Channels with the widest range first"),
        )
        self.sort_button.toggled.connect(self.redraw)
        self.tools.addWidget(self.sort_button)
        self._bars: list[pg.BarGraphItem] = []
        self._means = pg.ScatterPlotItem(size=3)
        self._dead, self._far = pg.ScatterPlotItem(size=7, symbol="x"), pg.ScatterPlotItem(size=7, symbol="t")
        self._limits = [pg.InfiniteLine(angle=0, movable=False) for _ in range(2)]
        for item in (self._means, self._dead, self._far, *self._limits):
            item.setZValue(1)
            self.canvas.addItem(item)
        self.canvas.hovered.connect(self._on_hovered)

    def show_activation(self, activation: Activation, levels: Levels8 | None) -> None:
        self._shown, self._levels = activation, levels
        self.show_canvas()
        self.table.hide()
        self.redraw()

    def redraw(self) -> None:
        shown = self._shown
        if shown is None:
            return
        self._order = (
            np.argsort(-shown.reach, kind="stable") if self.sort_button.isChecked() else np.arange(shown.channels)
        )
        self._draw_bars(shown)
        self._draw_marks(shown)
        low, high = float(shown.low.min()), float(shown.high.max())
        room = 0.06 * (high - low) or 1.0
        self.canvas.box.setRange(xRange=(-0.5, shown.channels - 0.5), yRange=(low - room, high + room), padding=0.01)
        self.canvas.setLabel(
            "bottom", self.tr("channel, widest range first") if self.sort_button.isChecked() else self.tr("channel")
        )
        self._on_hovered(None)
        self.canvas.set_stops(range(shown.channels))

    def _draw_bars(self, shown: Activation) -> None:
        for bar in self._bars:
            self.canvas.removeItem(bar)
        ends = ((shown.low, shown.high), *((shown.quantiles[a], shown.quantiles[b]) for a, b in (MIDDLE, INNER)))
        place = np.arange(shown.channels)
        self._bars = [
            pg.BarGraphItem(
                x=place,
                width=0.8,
                y0=low[self._order],
                y1=high[self._order],
                pen=pg.mkPen(None),
                brush=_faded(theme.colors().accent, share),
            )
            for (low, high), share in zip(ends, SHARES, strict=True)
        ]
        for bar in self._bars:
            self.canvas.addItem(bar)

    def _draw_marks(self, shown: Activation) -> None:
        colors = theme.colors()
        self._means.setData(np.arange(shown.channels), shown.mean[self._order], pen=None, brush=pg.mkBrush(colors.text))
        where = np.empty(shown.channels, np.int64)
        where[self._order] = np.arange(shown.channels)
        self._dead.setData(where[shown.dead], np.zeros(len(shown.dead)), pen=pg.mkPen(colors.bad), brush=None)
        far = shown.outliers
        self._far.setData(
            where[far],
            np.where(shown.high[far] >= -shown.low[far], shown.high[far], shown.low[far]),
            pen=pg.mkPen(colors.warn),
            brush=pg.mkBrush(colors.warn),
        )
        for line, end in zip(self._limits, ("low", "high"), strict=True):
            line.setVisible(self._levels is not None)
            if self._levels is not None:
                line.setPen(pg.mkPen(colors.bad, width=self.canvas.devicePixelRatioF(), style=Qt.PenStyle.DashLine))
                line.setValue(getattr(self._levels, end))

    def _on_hovered(self, x: float | None) -> None:
        shown = self._shown
        if shown is None:
            return
        if x is None or not 0 <= round(x) < shown.channels:
            text = self.tr("Bars: min to max, 1 % to 99 %, quartiles; dot: mean; dashed: 8-bit range")
        else:
            text = self.words(int(self._order[round(x)]))
        self.readout.show_text(text)

    def words(self, channel: int) -> str:
        """One channel: '12: −0.31 … 5.2, 1 % to 99 % in 0 … 3.1, mean 0.42 ± 0.7, 43 % zeros'."""
        shown = self._shown
        assert shown is not None
        a, b = MIDDLE
        text = self.tr("channel {channel}: {low} … {high}, 98 % in {a} … {b}, mean {mean} ± {std}, {zeros} zeros")
        return text.format(
            channel=channel,
            low=number(shown.low[channel]),
            high=number(shown.high[channel]),
            a=number(shown.quantiles[a, channel]),
            b=number(shown.quantiles[b, channel]),
            mean=number(shown.mean[channel]),
            std=number(shown.std[channel]),
            zeros=f"{shown.zeros[channel]:.0%}".replace("%", " %"),
        )

    def to_csv(self) -> str:
        shown = self._shown
        if shown is None:
            return ""
        rows = ["channel,min,max,mean,std,zeros," + ",".join(f"q{100 * share:g}" for share in QUANTILES)]
        for channel in range(shown.channels):
            figures = (shown.low, shown.high, shown.mean, shown.std, shown.zeros, *shown.quantiles)
            rows.append(",".join([str(channel), *(f"{values[channel]:.9g}" for values in figures)]))
        return "\n".join(rows) + "\n"


def _faded(color: QColor, alpha: int) -> pg.QtGui.QBrush:
    faded = QColor(color)
    faded.setAlpha(alpha)
    return pg.mkBrush(faded)
