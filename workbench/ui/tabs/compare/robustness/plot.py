"""The metric of original and recipe against the severity of a corruption."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QWidget

from workbench.core.analysis.report import Robustness
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Canvas
from workbench.ui.text import format
from workbench.ui.text.i18n import tr
from workbench.ui.widgets import theme

STRENGTHS = range(6)  # 0: clean


def kind_words(kind: str) -> str:
    names = {
        "clean": tr("clean samples"),
        "noise": tr("noise"),
        "blur": tr("blur"),
        "contrast": tr("contrast"),
        "jpeg": "JPEG",
        "dropped": tr("values dropped"),
        "noised": tr("values with noise"),
        "replaced": tr("tokens replaced"),
    }
    return names.get(kind, kind)


class RobustnessPlot(PlotPanel):
    """Two lines of measurements: the original and the recipe."""

    def __init__(self, parent: QWidget | None = None) -> None:
        canvas = Canvas("", "", rows=1)
        super().__init__(parent.tr("Metric by strength") if parent else "", canvas, (), "", parent)
        self.table.hide()
        self._found: Robustness | None = None
        self._kind = ""
        self._lines = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._dots = pg.ScatterPlotItem(size=7), pg.ScatterPlotItem(size=7)
        for item in (*self._lines, *self._dots):
            canvas.addItem(item)
        canvas.setAccessibleName(self.tr("Metric by strength"))
        canvas.hovered.connect(self._on_hovered)
        self.show_kind(None, "")

    def show_kind(self, found: Robustness | None, kind: str) -> None:
        """Show a kind of corruption; "": the mean over all."""
        self._found, self._kind = found, kind
        self.subtitle.show_text((kind_words(kind) if kind else tr("mean of all corruptions")) if found else "")
        if found is None:
            self.show_sentence(
                self.tr("Press Measure: original and recipe run on the same samples, corrupted in five strengths.")
            )
            return
        self.show_canvas()
        self.table.hide()
        self.redraw()

    @property
    def points(self) -> list[tuple[int, float, float]]:
        """Return severity, and the metric of both."""
        if self._found is None:
            return []
        pairs = ((strength, self._found.at(strength, self._kind)) for strength in STRENGTHS)
        return [(strength, *pair) for strength, pair in pairs if pair is not None]

    def redraw(self) -> None:
        if self._found is None or not (points := self.points):
            return
        scale = 100 if self._found.metric.percent else 1
        x, *values = np.array(points, float).T
        colors = theme.colors()
        for line, dots, y, color in zip(
            self._lines, self._dots, values, (colors.before_line, colors.accent), strict=True
        ):
            line.setData(x, scale * y, pen=self.canvas.pen(color, 2))
            dots.setData(x, scale * y, pen=None, brush=pg.mkBrush(color))
        low, high = scale * float(np.min(values)), scale * float(np.max(values))
        margin = 0.08 * (high - low) or 1.0
        self.canvas.setLabel("bottom", self.tr("Strength (0: clean samples)"))
        self.canvas.setLabel("left", format.axis_text(self._found.metric))
        self.canvas.box.setRange(xRange=(-0.2, 5.2), yRange=(low - margin, high + margin), padding=0)
        self.canvas.set_stops(x)
        self._on_hovered(None)

    def _on_hovered(self, at: float | None) -> None:
        if self._found is None or not (points := self.points):
            return
        if at is None:
            self.readout.show_text(self.tr("Grey: original. Blue: recipe. Point at a strength for its figures."))
            return
        strength, first, second = min(points, key=lambda point: abs(point[0] - at))
        metric = self._found.metric
        words = self.tr("Strength {strength}: original {first}, recipe {second}")
        texts = {"first": format.value_text(first, metric), "second": format.value_text(second, metric)}
        self.readout.show_text(words.format(strength=strength, **texts))

    def to_csv(self) -> str:
        rows = ["corruption,strength,original,recipe,drop,robustness_lost,ci_low,ci_high,samples"]
        for row in self._found.rows if self._found is not None else ():
            values = (row.first, row.second, row.drop, row.lost, row.low, row.high)
            numbers = ",".join(f"{value:.9g}" for value in values)
            rows.append(f"{row.kind},{row.strength},{numbers},{self._found.samples if self._found else 0}")
        return "\n".join(rows) + "\n"
