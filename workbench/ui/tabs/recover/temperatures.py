"""Metric of a student at each temperature: mean and spread over the seeds."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from workbench.core.analysis.temperatures import TemperatureCurve, TemperaturePoint
from workbench.core.base.quantities import metric_text
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Canvas
from workbench.ui.text.i18n import titled
from workbench.ui.widgets import theme


class TemperaturePlot(PlotPanel):
    """The metric on held-out samples, over T; a bar from the worst seed to the best."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent.tr("Temperatures, held out"), Canvas("T", parent.tr("metric")), (), "", parent)
        self.table.hide()
        self.setMinimumSize(150, 140)
        self._line, self._dots = pg.PlotCurveItem(), pg.ScatterPlotItem(size=7)
        self._spread = pg.PlotCurveItem(connect="pairs")
        for item in (self._spread, self._line, self._dots):
            self.canvas.addItem(item)
        self.canvas.hovered.connect(self._on_hovered)
        self.curve: TemperatureCurve | None = None
        self.show_curve(None)

    def show_curve(self, curve: TemperatureCurve | None) -> None:
        self.curve = curve
        if curve is None or not curve.points:
            self.show_sentence(self.tr("One point appears here per training run."))
            return
        self.show_canvas()
        self.table.hide()
        self.redraw()

    def redraw(self) -> None:
        if self.curve is None or not self.curve.points:
            return
        points = self.curve.points
        xs, ys = np.array([(point.temperature, point.mean) for point in points]).T
        ends = np.array([(point.temperature, end) for point in points for end in (min(point.held), max(point.held))]).T
        color = theme.colors().accent
        self._line.setData(xs, ys, pen=self.canvas.pen(color, 2))
        self._dots.setData(xs, ys, pen=None, brush=pg.mkBrush(color))
        self._spread.setData(*ends, pen=self.canvas.pen(color, 1))
        low, high = float(ends[1].min()), float(ends[1].max())
        room = 0.1 * (high - low) or abs(high) * 0.05 or 1.0
        wide = max(xs[-1] - xs[0], 1.0)
        self.canvas.box.setRange(
            xRange=(xs[0] - 0.05 * wide, xs[0] + 1.05 * wide), yRange=(low - room, high + room), padding=0
        )
        self.readout.show_text(self.words(points[-1]))
        self.canvas.set_stops(xs)

    def words(self, point: TemperaturePoint) -> str:
        """Return T = 4: 88.10 % (87.90 % to 88.30 %)"""
        assert self.curve is not None
        values = [metric_text(value, self.curve.metric) for value in (point.mean, min(point.held), max(point.held))]
        text = titled(f"T = {point.temperature:g}", values[0])
        if len(point.held) > 1:
            text += " " + self.tr("({low} to {high}, {count} seeds)").format(
                low=values[1], high=values[2], count=len(point.held)
            )
        return text

    def to_csv(self) -> str:
        points = self.curve.points if self.curve is not None else ()
        rows = (
            f"{point.temperature:g},{seed},{value:.6g}" for point in points for seed, value in enumerate(point.held)
        )
        return "\n".join(["temperature,seed,held out", *rows])

    def _on_hovered(self, x: float | None) -> None:
        if self.curve is not None and (points := self.curve.points):
            nearest = points[-1] if x is None else min(points, key=lambda point: abs(point.temperature - x))
            self.readout.show_text(self.words(nearest))
