"""Learning curve: loss of each step, and metric on the held-out samples after each epoch with its interval."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from workbench.core.base.quantities import MetricInfo, metric_text
from workbench.core.recipe.recovery import TrainingPoint
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Canvas, Marker
from workbench.ui.text.i18n import tr
from workbench.ui.widgets import theme

MOST = 300  # points drawn, neighbours averaged: a longer line takes too long to paint


class CurvePlot(PlotPanel):
    """One line over epochs, or `x_label`; stages follow each other on the axis, separated by dotted lines."""

    def __init__(self, title: str, y_label: str, parent: QWidget | None = None, x_label: str | None = None) -> None:
        along = tr("epoch") if x_label is None else x_label
        super().__init__(title, Canvas(along, y_label), (), "", parent)
        self.table.hide()
        self.setMinimumSize(150, 140)
        self._line, self._dots = pg.PlotCurveItem(), pg.ScatterPlotItem(size=7)
        self._ranges = pg.PlotCurveItem(connect="pairs")
        self.canvas.addItem(self._ranges)
        self.canvas.addItem(self._line)
        self.canvas.addItem(self._dots)
        self.canvas.hovered.connect(self._on_hovered)
        self._points: list[tuple[float, float]] = []
        self._metric, self._scale = MetricInfo(), 1.0
        self._between: tuple[float, ...] = ()
        self._ends: dict[float, tuple[float, float]] = {}
        self.show_points((), MetricInfo())

    def show_points(
        self,
        points: Sequence[tuple[float, float]],
        metric: MetricInfo,
        between: tuple[float, ...] = (),
        ends: Mapping[float, tuple[float, float]] | None = None,
    ) -> None:
        """Show the points.

        points    epoch and value
        metric    for the readout, in percent if that is its unit
        between   where stages end
        ends      ends of the interval by epoch
        """
        self._points, self._metric, self._between = list(points), metric, between
        self._ends, self._scale = dict(ends or {}), 100.0 if metric.percent else 1.0
        if not points:
            self.show_sentence(self.tr("The training curve appears here."))
            return
        self.show_canvas()
        self.table.hide()
        self.redraw()

    def redraw(self) -> None:
        if not self._points:
            return
        xs, ys = thinned(np.array(self._points)).T
        ys = self._scale * ys
        color = theme.colors().accent
        self._line.setData(xs, ys, pen=self.canvas.pen(color, 2))
        few = len(xs) <= 40
        self._dots.setData(xs if few else [], ys if few else [], pen=None, brush=pg.mkBrush(color))
        shown = [(x, self._scale * end) for x in xs.tolist() if few and x in self._ends for end in self._ends[x]]
        self._ranges.setData(*(np.array(shown).T if shown else ([], [])), pen=self.canvas.pen(color, 1))
        low, high = (float(pick([pick(ys), *(end for _, end in shown)])) for pick in (min, max))
        room = 0.08 * (high - low) or abs(high) * 0.05 or 1.0
        wide = float(xs[-1] - xs[0]) or 1.0
        self.canvas.box.setRange(
            xRange=(xs[0] - 0.02 * wide, xs[0] + 1.02 * wide), yRange=(low - room, high + room), padding=0
        )
        self.canvas.set_markers(tuple(Marker(x, self.tr("next stage")) for x in self._between))
        self.readout.show_text(self._words(*self._points[-1]))
        self.canvas.set_stops(x for x, _ in self._points)

    def to_csv(self) -> str:
        return "\n".join(["epoch,value", *(f"{x:.6g},{y:.6g}" for x, y in self._points)])

    def _on_hovered(self, x: float | None) -> None:
        if self._points:
            nearest = self._points[-1] if x is None else min(self._points, key=lambda point: abs(point[0] - x))
            self.readout.show_text(self._words(*nearest))

    def _words(self, epoch: float, value: float) -> str:
        text = metric_text(value, self._metric) if self._metric else f"{value:.3g}"
        if epoch in self._ends:
            low, high = (metric_text(end, self._metric) for end in self._ends[epoch])
            text += f" [{low}, {high}]"  # of 95 %, as in the result; in words it is cut off beside a second plot
        return self.tr("epoch {epoch}: {value}").format(epoch=f"{epoch:.1f}", value=text)


def thinned(points: np.ndarray) -> np.ndarray:
    """Return [at most about MOST, 2]: averages of neighbouring points; the last point stays."""
    run = -(-len(points) // MOST)
    if run == 1:
        return points
    whole = len(points) // run * run
    means = points[:whole].reshape(-1, run, 2).mean(axis=1)
    return np.concatenate([means, points[-1:]])


def along(points: Sequence[TrainingPoint]) -> tuple[list[float], tuple[float, ...]]:
    """Return the epochs of the points with the stages one after the other, and where one ends and the next begins."""
    places: list[float] = []
    ends: list[float] = []
    start = 0.0
    for index, point in enumerate(points):
        if index and point.stage != points[index - 1].stage:
            start = places[-1]
            ends.append(start)
        places.append(start + point.epoch)
    return places, tuple(ends)
