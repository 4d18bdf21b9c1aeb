"""Ranges of an activation's channels as bars: extremes, 1 % to 99 %, quartiles, mean."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from workbench.core.layer_data.activation_stats import QUANTILES, Activation, Levels8
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Canvas
from workbench.ui.text.format import percent
from workbench.ui.text.i18n import listed
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle

# The quantiles between which the middle and the inner bar reach; the outer one reaches to the extremes.
MIDDLE, INNER = (QUANTILES.index(0.01), QUANTILES.index(0.99)), (QUANTILES.index(0.25), QUANTILES.index(0.75))
SHARES = (40, 90, 190)  # opacity of 255: outer, middle, inner


class RangesPlot(PlotPanel):
    """Channels in their own order, or those with the widest range first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Channels"), Canvas(self.tr("channel"), self.tr("activation value")), (), "", parent)
        self.table.hide()
        self._shown: Activation | None = None
        self._after: Activation | None = None
        self._levels: Levels8 | None = None
        self.order = np.zeros(0, np.int64)
        self.sort_button = toggle(
            self,
            self.tr("by range"),
            self.tr("Sort channels by range"),
            self.tr("Channels with the widest range first"),
        )
        self.sort_button.toggled.connect(self.redraw)
        self.tools.addWidget(self.sort_button)
        self.bars: list[pg.BarGraphItem] = []
        self._means = pg.ScatterPlotItem(size=3)
        self._dead, self._far = pg.ScatterPlotItem(size=7, symbol="x"), pg.ScatterPlotItem(size=7, symbol="t")
        self._limits = [pg.InfiniteLine(angle=0, movable=False) for _ in range(2)]
        for item in (self._means, self._dead, self._far, *self._limits):
            item.setZValue(1)
            self.canvas.addItem(item)
        self.canvas.hovered.connect(self._on_hovered)

    def show_activation(self, activation: Activation, levels: Levels8 | None, after: Activation | None = None) -> None:
        """Show the original's activation; `after` is that of the compressed model, drawn beside it if the channels are
        the same."""
        self._shown, self._levels = activation, levels
        self._after = after if after is not None and after.channels == activation.channels else None
        self.show_canvas()
        self.table.hide()
        self.redraw()

    def redraw(self) -> None:
        shown = self._shown
        if shown is None:
            return
        self.order = (
            np.argsort(-shown.reach, kind="stable") if self.sort_button.isChecked() else np.arange(shown.channels)
        )
        self._draw_bars(shown)
        self._draw_marks(shown)
        low, high = float(shown.low.min()), float(shown.high.max())
        if self._after is not None:
            low, high = min(low, float(np.nanmin(self._after.low))), max(high, float(np.nanmax(self._after.high)))
        room = 0.06 * (high - low) or 1.0
        self.canvas.box.setRange(xRange=(-0.5, shown.channels - 0.5), yRange=(low - room, high + room), padding=0.01)
        self.canvas.setLabel(
            "bottom", self.tr("channel, widest range first") if self.sort_button.isChecked() else self.tr("channel")
        )
        self._on_hovered(None)
        self.canvas.set_stops(range(shown.channels))

    def _draw_bars(self, shown: Activation) -> None:
        """Draw bars of both models side by side, if there are two."""
        for bar in self.bars:
            self.canvas.removeItem(bar)
        colors, after = theme.colors(), self._after
        if after is None:
            self.bars = self._bars_of(shown, colors.accent, 0.0, 0.8)
        else:
            self.bars = self._bars_of(shown, colors.before_line, -0.2, 0.4)
            self.bars += self._bars_of(after, colors.after, 0.2, 0.4)
        for bar in self.bars:
            self.canvas.addItem(bar)

    def _bars_of(self, activation: Activation, color: QColor, beside: float, width: float) -> list[pg.BarGraphItem]:
        """Return the bars of all channels, without removed ones; `beside` and `width` in channels."""
        a = activation
        ends = ((a.low, a.high), *((a.quantiles[low], a.quantiles[high]) for low, high in (MIDDLE, INNER)))
        left = ~np.isnan(a.low[self.order])
        place = np.arange(a.channels)[left] + beside
        return [
            pg.BarGraphItem(
                x=place,
                width=width,
                y0=low[self.order][left],
                y1=high[self.order][left],
                pen=pg.mkPen(None),
                brush=_faded(color, share),
            )
            for (low, high), share in zip(ends, SHARES, strict=True)
        ]

    def _draw_marks(self, shown: Activation) -> None:
        colors = theme.colors()
        self._means.setData(np.arange(shown.channels), shown.mean[self.order], pen=None, brush=pg.mkBrush(colors.text))
        where = np.empty(shown.channels, np.int64)
        where[self.order] = np.arange(shown.channels)
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
            text = self.tr("Bars: min to max, 1 % to 99 %, quartiles; dot: mean")
            text = listed((text, self.tr("dashed: 8-bit range") if self._levels is not None else ""))
            if self._after is not None:
                text = listed((self.tr("grey: original, coloured: compressed"), text))
        else:
            text = self.words(int(self.order[round(x)]))
        self.readout.show_text(text)

    def words(self, channel: int) -> str:
        """Return one channel: '12: −0.31 … 5.2, 1 % to 99 % in 0 … 3.1, mean 0.42 ± 0.7, 43 % zeros'."""
        shown = self._shown
        assert shown is not None
        after = self._after
        if after is not None:
            now = self.tr("removed")
            if not np.isnan(after.low[channel]):
                now = f"{number(after.low[channel])} … {number(after.high[channel])}"
            return self.tr("channel {channel}: {was} → {now}, mean {mean} → {mean_now}").format(
                channel=channel,
                was=f"{number(shown.low[channel])} … {number(shown.high[channel])}",
                now=now,
                mean=number(shown.mean[channel]),
                mean_now="–" if np.isnan(after.mean[channel]) else number(after.mean[channel]),
            )
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
            zeros=percent(shown.zeros[channel]),
        )

    def to_csv(self) -> str:
        shown = self._shown
        if shown is None:
            return ""
        names = ["min", "max", "mean", "std", "zeros", *(f"q{100 * share:g}" for share in QUANTILES)]
        after = self._after
        rows = [",".join(["channel", *names, *(f"compressed_{name}" for name in names if after is not None)])]
        for channel in range(shown.channels):
            both = (shown,) if after is None else (shown, after)
            figures = [each for a in both for each in (a.low, a.high, a.mean, a.std, a.zeros, *a.quantiles)]
            rows.append(",".join([str(channel), *(f"{values[channel]:.9g}" for values in figures)]))
        return "\n".join(rows) + "\n"


def _faded(color: QColor, alpha: int) -> pg.QtGui.QBrush:
    faded = QColor(color)
    faded.setAlpha(alpha)
    return pg.mkBrush(faded)
