"""The metric against one parameter: mean, spread of the folds, allowed drop, and the proposed value."""

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from workbench.core.analysis.sweep import Curve, SweepPoint
from workbench.core.base.quantities import size
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Canvas, Marker
from workbench.ui.text import format
from workbench.ui.widgets import theme


class SweepPlot(PlotPanel):
    """Signal: `picked(setting)` when a point is clicked, or chosen with the arrow keys and Return."""

    picked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        canvas = Canvas("", "", rows=1)
        super().__init__("", canvas, (), "", parent)
        self.table.hide()
        self._curve: Curve | None = None
        self._log = False
        self._axis_words = ""
        self.setting: float | None = None  # the point that was chosen
        self._low, self._high = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._band = pg.FillBetweenItem(self._low, self._high)
        self._baseline, self._limit = (pg.InfiniteLine(angle=0, movable=False) for _ in range(2))
        self._line, self.dots = pg.PlotCurveItem(), pg.ScatterPlotItem(size=8)
        for item in (self._band, self._baseline, self._limit, self._line, self.dots):
            self.canvas.addItem(item)
        self.canvas.setAccessibleName(self.tr("Metric by parameter"))
        self.canvas.hovered.connect(self._on_hovered)
        self.canvas.clicked.connect(self._on_clicked)
        self.show_curve(None, "", False)

    def show_curve(self, curve: Curve | None, axis: str, log: bool) -> None:
        """Show a curve. `axis`: the parameter in words; `log`: its steps have equal ratios."""
        self._curve, self._axis_words, self._log = curve, axis, log
        if curve is None or not curve.points:
            self.show_sentence(self.tr("The sweep curve appears here."))
            return
        self.show_canvas()
        self.table.hide()
        self.redraw()

    def choose(self, setting: float | None) -> None:
        self.setting = setting
        self.redraw()

    def redraw(self) -> None:
        curve = self._curve
        if curve is None or not curve.points:
            return
        scale = 100 if curve.metric.percent else 1
        sign = -curve.metric.sign
        points = sorted(curve.points, key=lambda point: point.setting)
        x = np.array([self._place(point.setting) for point in points])
        y, std = (scale * np.array(values) for values in zip(*((p.value, p.std) for p in points), strict=True))
        colors = theme.colors()
        limit = scale * (curve.baseline + sign * curve.sweep.tolerance)
        self._low.setData(x, y - std, pen=None)
        self._high.setData(x, y + std, pen=None)
        self._band.setBrush(_faded(colors.accent))
        self._line.setData(x, y, pen=self.canvas.pen(colors.accent, 2))
        picked = self.picked_point
        self.dots.setData(
            x, y, pen=None, brush=[pg.mkBrush(colors.text if p is picked else colors.accent) for p in points]
        )
        for line, value, color in (
            (self._baseline, scale * curve.baseline, colors.before_line),
            (self._limit, limit, colors.bad),
        ):
            line.setPen(pg.mkPen(color, width=self.canvas.devicePixelRatioF(), style=Qt.PenStyle.DashLine))
            line.setValue(value)
        self._set_axes(curve, x, np.concatenate([y - std, y + std, [limit, scale * curve.baseline]]))
        self._mark(curve)
        self._on_hovered(None)
        self.canvas.set_stops(x)

    def _set_axes(self, curve: Curve, x: np.ndarray, y: np.ndarray) -> None:
        self.canvas.x_axis.log = self._log
        self.canvas.setLabel("bottom", self._axis_words)
        self.canvas.setLabel("left", format.axis_text(curve.metric))
        settings = [self._place(value) for value in curve.sweep.values] or list(x)
        wide, high = max(settings) - min(settings), float(y.max() - y.min())
        room, margin = 0.03 * wide or 0.5, 0.06 * high or 1.0
        self.canvas.box.setRange(
            xRange=(min(settings) - room, max(settings) + room),
            yRange=(float(y.min()) - margin, float(y.max()) + margin),
            padding=0,
        )

    def _mark(self, curve: Curve) -> None:
        found = []
        if curve.proposed is not None:
            found.append(Marker(self._place(curve.proposed.setting), self.tr("proposed")))
        if curve.certain is not None and curve.certain is not curve.proposed:
            found.append(Marker(self._place(curve.certain.setting), self.tr("significant")))
        self.canvas.set_markers(tuple(found))

    @property
    def picked_point(self) -> SweepPoint | None:
        """Return the chosen point, else the proposed one."""
        if self._curve is None:
            return None
        chosen = next((point for point in self._curve.points if point.setting == self.setting), None)
        return chosen or self._curve.proposed

    def _place(self, setting: float) -> float:
        return math.log10(max(setting, 1e-12)) if self._log else setting

    def _nearest(self, x: float) -> SweepPoint:
        assert self._curve is not None
        return min(self._curve.points, key=lambda point: abs(self._place(point.setting) - x))

    # -- hand ------------------------------------------------------------------------------------------------------

    def _on_hovered(self, x: float | None) -> None:
        if self._curve is not None and self._curve.points:
            point = self.picked_point if x is None else self._nearest(x)
            self.readout.show_text(
                self.words(point)
                if point is not None
                else self.tr(
                    "Band: ± one standard deviation over the folds. Dashed: the original, and the allowed drop from it."
                )
            )

    def _on_clicked(self, x: float) -> None:
        if self._curve is not None and self._curve.points:
            self.choose(self._nearest(x).setting)
            self.picked.emit(self.setting)

    def words(self, point: SweepPoint) -> str:
        """Return '0.55: 91.8 %, loses 0.6 ± 0.4 points (folds ± 0.2), 412 kB'."""
        assert self._curve is not None
        metric = self._curve.metric
        scale = 100 if metric.percent else 1
        return self.tr("{setting}: {metric} {value}, drop {loss} (folds ± {std}), {size}").format(
            setting=number(point.setting),
            metric=metric,
            value=format.value_text(point.value, metric),
            loss=format.plain_loss(point.drop, metric),
            std=f"{scale * point.std:.2g}",
            size=size(point.bytes),
        )

    def to_csv(self) -> str:
        rows = ["setting,bytes,zeros,value,drop,std,ci_low,ci_high"]
        for p in self._curve.points if self._curve is not None else ():
            values = (p.setting, p.bytes, p.zeros, p.value, p.drop, p.std, p.low, p.high)
            rows.append(",".join(f"{value:.9g}" for value in values))
        return "\n".join(rows) + "\n"


def _faded(color: QColor) -> QColor:
    faded = QColor(color)
    faded.setAlpha(60)
    return faded
