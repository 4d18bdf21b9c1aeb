"""Saved states as dots: file size across, metric up; the current recipe is marked, a click selects a row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QWidget

from workbench.core.analysis.report import Figure
from workbench.core.base.quantities import MetricInfo, size
from workbench.core.session.snapshot import Snapshot
from workbench.ui.plans.entries import unit_of
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.dots import Dot, TradeoffCanvas
from workbench.ui.text import format
from workbench.ui.text.i18n import aside, listed, titled
from workbench.ui.widgets import theme

ORIGINAL, CURRENT = 0, 1  # rows of the table of states
SPOTS = {ORIGINAL: ("s", 9, "before_line"), CURRENT: ("d", 13, "after")}
SNAPSHOT = ("o", 10, "after")


@dataclass(frozen=True)
class Spot:
    """A state with known size and metric: its row, bytes, and the metric with its interval."""

    row: int
    name: str
    bytes: Figure
    value: Figure


class SnapshotsChart(PlotPanel):
    """Signals: `picked(row)`: a dot was clicked, or reached with the arrow keys; `restored(row)`: Return on it."""

    picked = Signal(int)
    restored = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        canvas = TradeoffCanvas()
        super().__init__(self.tr("Size and metric"), canvas, (), parent=parent)
        self.table.hide()
        self.spots: tuple[Spot, ...] = ()
        self._metric = MetricInfo()
        self._scale = 1.0
        nothing = np.zeros(0)
        self._bars = pg.ErrorBarItem(x=nothing, y=nothing, top=nothing, bottom=nothing)
        self._marks = pg.ScatterPlotItem()
        for item in (self._bars, self._marks):
            canvas.addItem(item, ignoreBounds=True)
        canvas.pointed.connect(self._on_pointed)
        canvas.picked.connect(lambda row, _: self.picked.emit(row))
        canvas.applied.connect(lambda: self.restored.emit(canvas.chosen[-1]) if canvas.chosen else None)
        self.show_states((), MetricInfo(), "")

    def show_states(self, states: Sequence[Snapshot], metric: MetricInfo, data: str) -> None:
        """Draw the `states` with this metric, measured on the data with this fingerprint."""
        self._metric = metric
        self.spots = tuple(
            Spot(row, state.name, state.totals.bytes, state.totals.value)
            for row, state in enumerate(states)
            if state.totals is not None and state.totals.value is not None and state.data == data
        )
        if len(self.spots) < 2:
            self.show_sentence(
                self.tr("Recipes whose metric was measured on the open data are drawn here: size across, metric up.")
            )
            return
        self.show_canvas()
        self.table.hide()
        self.redraw()

    def choose(self, rows: Sequence[int]) -> None:
        """Mark the rows that are selected in the table."""
        self.canvas.choose(tuple(rows))
        self._on_pointed(None)

    def redraw(self) -> None:
        if len(self.spots) < 2:
            return
        self._scale, unit = unit_of("bytes", max(spot.bytes.value for spot in self.spots))
        self.canvas.setLabel("bottom", self.tr("file size, {unit}").format(unit=unit))
        self.canvas.setLabel("left", format.axis_text(self._metric))
        dense, colors = self.canvas.devicePixelRatioF(), theme.colors()
        xs, ys, spots = [], [], []
        for spot in self.spots:
            symbol, wide, role = SPOTS.get(spot.row, SNAPSHOT)
            color = getattr(colors, role)
            sure = spot.value.how != "estimated"
            brush = color if sure else colors.surface
            xs.append(spot.bytes.value / self._scale)
            ys.append(self._up(spot.value.value))
            spots.append(
                {
                    "pos": (xs[-1], ys[-1]),
                    "symbol": symbol,
                    "size": wide,
                    "brush": pg.mkBrush(brush),
                    "pen": pg.mkPen(color, width=1.5 * dense),
                }
            )
        self._marks.setData(spots=spots)
        home = self._draw_bars(xs, ys, dense)
        self.canvas.set_spots(
            [
                Dot(spot.row, x, y, spot.name, True, spot.row == CURRENT)
                for spot, x, y in zip(self.spots, xs, ys, strict=True)
            ],
            home,
        )
        self._on_pointed(None)

    def _draw_bars(self, xs: list[float], ys: list[float], dense: float) -> QRectF:
        """Draw the 95 % intervals that are known; return the range that shows everything."""
        ends = self._intervals()
        self._bars.setData(
            x=np.array(xs),
            y=np.array(ys),
            top=np.array([high - y for (_, high), y in zip(ends, ys, strict=True)]),
            bottom=np.array([y - low for (low, _), y in zip(ends, ys, strict=True)]),
            beam=0,
            pen=pg.mkPen(theme.colors().before_line, width=dense),
        )
        low, high = min(low for low, _ in ends), max(high for _, high in ends)
        wide, tall = max(xs) - min(xs) or 1.0, high - low or 1.0
        return QRectF(min(xs) - 0.08 * wide, low - 0.1 * tall, 1.16 * wide, 1.2 * tall)

    def _up(self, value: float) -> float:
        return 100 * value if self._metric.percent else value

    def _intervals(self) -> list[tuple[float, float]]:
        return [self._ends(spot.value) for spot in self.spots]

    def _ends(self, value: Figure) -> tuple[float, float]:
        """Return the ends of the interval; the value twice if none is known."""
        low, high = (value.value if end is None else end for end in (value.low, value.high))
        return self._up(low), self._up(high)

    # -- hand ------------------------------------------------------------------------------------------------------

    def _on_pointed(self, row: int | None) -> None:
        chosen = self.canvas.chosen[-1:] if row is None else (row,)
        spot = next((spot for spot in self.spots if spot.row in chosen), None)
        if spot is None:
            bars = self.tr("Bars: 95 % interval.") if any(low < high for low, high in self._intervals()) else ""
            self.readout.show_text(f"{bars} {self.tr('Click to choose, Return restores.')}".strip())
            return
        value = format.value_text(spot.value.value, self._metric)
        self.readout.show_text(
            titled(
                spot.name,
                listed(
                    (
                        aside(size(spot.bytes.value), format.source_text(spot.bytes)),
                        aside(f"{value}{format.margin_text(spot.value, self._metric)}", format.source_text(spot.value)),
                    )
                ),
            )
        )

    def to_csv(self) -> str:
        rows = ["name,bytes,metric,how"]
        for spot in self.spots:
            name = spot.name.replace('"', "'")
            rows.append(f'"{name}",{spot.bytes.value:.0f},{spot.value.value:.9g},{spot.value.how}')
        return "\n".join(rows) + "\n"
