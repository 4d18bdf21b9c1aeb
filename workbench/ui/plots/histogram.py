"""How a layer's weights are distributed, before and after, with the threshold below which they become zero."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QToolButton, QWidget

from workbench.core.views import EditView, Histogram, LayerView, Moments
from workbench.ui import theme
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Canvas, Note

LOWEST = -0.3           # log10 of half a weight: the foot of a logarithmic count axis
TAIL = 0.998            # of the weights are always in the plot; what is much farther out takes the room of the hand
FAR = 1.6
CROWDED = 1.6           # a bar of zeros that is so much higher than all others is cut off, or it flattens them


class HistogramPlot(PlotPanel):
    """`dragged` with the threshold while a line moves, `drag_finished` when it is let go."""

    dragged = Signal(float)
    drag_finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        captions = (self.tr("mean"), self.tr("std"), self.tr("min"), self.tr("max"), self.tr("zeros"))
        canvas = Canvas(self.tr("weight value"), self.tr("weights per bin"))
        super().__init__(self.tr("Weights"), canvas, captions, parent=parent)
        self._view: LayerView | None = None
        self._edit: EditView | None = None
        self._threshold: float | None = None
        self._beyond = 0
        self.log_button = QToolButton(self)
        self.log_button.setObjectName("toggle")
        self.log_button.setText(self.tr("log"))
        self.log_button.setCheckable(True)
        self.log_button.setToolTip(self.tr("Count on a logarithmic scale: rare weights become visible"))
        self.log_button.setAccessibleName(self.tr("Logarithmic counts"))
        self.log_button.toggled.connect(self.redraw)
        self.tools.addWidget(self.log_button)
        self._zone = pg.LinearRegionItem(movable=False)
        self._zone.setZValue(-10)
        self.canvas.addItem(self._zone)
        self._before, self._after = pg.PlotCurveItem(), pg.PlotCurveItem()
        for curve in (self._before, self._after):
            self.canvas.addItem(curve)
        self.canvas.dragged.connect(self._on_dragged)
        self.canvas.released.connect(self.drag_finished)
        self.canvas.hovered.connect(self._on_hovered)
        self.show_layer(None, None)

    def show_layer(self, view: LayerView | None, edit: EditView | None) -> None:
        self._view, self._edit = view, edit
        if view is None:
            self.show_sentence(self.tr("The weights of the chosen layer are counted here."))
            return
        self.show_canvas()
        self.table.show_rows(_texts(view.moments), _texts(edit.moments) if edit is not None else None)
        self.redraw()
        self._on_hovered(None)

    def set_handle(self, threshold: float | None) -> None:
        """Lines at +-threshold; None takes them away."""
        self._threshold = threshold
        if threshold is None:
            self.canvas.set_handles(())
        else:
            self.canvas.set_handles((-threshold, threshold), f"± {number(threshold)}")
        if self._view is not None and not self.canvas.held:
            self._set_reach(self._view)
        self._draw_zone()
        if self._view is not None and self.canvas.note is not None:
            self._label_cut(self._shown(), 0.0)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        view, edit = self._view, self._edit
        if view is None:
            return
        colors, log = theme.colors(), self.log_button.isChecked()
        self.canvas.y_axis.log = log
        after = edit.histogram if edit is not None else None
        foot = LOWEST if log else 0.0
        self._before.setData(view.histogram.edges, self._scaled(view.histogram), stepMode="center", fillLevel=foot,
                             brush=colors.before, antialias=False,
                             pen=self.canvas.pen(colors.before_line, 1) if after is None else pg.mkPen(None))
        self._after.setVisible(after is not None)
        if after is not None:
            self._after.setData(after.edges, self._scaled(after), stepMode="center", fillLevel=foot,
                                brush=_see_through(colors.after), antialias=False,
                                pen=self.canvas.pen(colors.after, 1.25))
        top = self._top(view.histogram, after)
        self._set_reach(view)
        self.canvas.box.setYRange(foot, (np.log10(top) if log else top) * 1.06, padding=0)
        self._label_cut(self._shown(), top * 1.06)
        self._draw_zone()
        self.canvas.y_axis.picture = None
        self.canvas.y_axis.update()

    def _set_reach(self, view: LayerView) -> None:
        """How far the plot goes to both sides: as far as the weights, or as nearly all of them and the line."""
        full = float(view.histogram.edges[-1])
        most = float(np.interp(TAIL, np.linspace(0, 1, len(view.magnitudes)), view.magnitudes)) * 1.2
        reach = most if full > most * FAR and (self._threshold or 0.0) < most * 0.95 else full
        self.canvas.box.setXRange(-reach, reach, padding=0)
        inner = np.minimum(np.abs(view.histogram.edges[:-1]), np.abs(view.histogram.edges[1:]))
        self._beyond = int(view.histogram.counts[inner >= reach].sum())

    def _shown(self) -> Histogram:
        assert self._view is not None
        return self._edit.histogram if self._edit is not None else self._view.histogram

    def _scaled(self, histogram: Histogram) -> np.ndarray:
        if not self.log_button.isChecked():
            return histogram.counts
        return np.log10(np.maximum(histogram.counts, 10.0 ** LOWEST))

    def _top(self, before: Histogram, after: Histogram | None) -> float:
        """The largest count to make room for: without the zeros where they would flatten all the rest."""
        counts = [before.counts.max(), after.counts.max()] if after is not None else [before.counts.max()]
        top = max(*counts, 1.0)
        if self.log_button.isChecked():
            return top
        zero = len(before.counts) // 2
        rest = max(np.delete(h.counts, zero).max() for h in (before, after) if h is not None)
        return max(rest * 1.15, 1.0) if top > rest * CROWDED and rest > 0 else top

    def _label_cut(self, shown: Histogram, top: float) -> None:
        """A bar that leaves the plot says how high it is."""
        zero = len(shown.counts) // 2
        if self.log_button.isChecked() or shown.counts[zero] <= top:
            self.canvas.set_note(None)
            return
        line = self._threshold or 0.0       # the words stand beside the line, not across it
        self.canvas.set_note(Note(min(float(shown.edges[zero]), -line), max(float(shown.edges[zero + 1]), line),
                                  self.tr("↑ {count} zeros").format(count=f"{shown.counts[zero]:,.0f}"),
                                  "muted" if self._edit is None else "after"))

    def _draw_zone(self) -> None:
        """The values that become zero lie between the lines."""
        self._zone.setVisible(self._threshold is not None)
        if self._threshold is not None:
            wash = theme.colors().accent_soft
            self._zone.setBrush(_see_through(wash, 110))
            for line in self._zone.lines:
                line.setPen(pg.mkPen(None))
            self._zone.setRegion((-self._threshold, self._threshold))

    # -- hand ------------------------------------------------------------------------------------------------------

    def _on_dragged(self, index: int, x: float) -> None:
        if self._view is None:
            return
        outward = x if index == 1 else -x       # beyond zero a line waits, it does not swap sides
        edge = self.canvas.box.viewRange()[0][1]
        threshold = min(max(outward, 0.0), edge, float(self._view.magnitudes[-1]))
        self.canvas.move_held((-threshold, threshold))
        self.set_handle(threshold)
        self.dragged.emit(threshold)

    def _on_hovered(self, x: float | None) -> None:
        view = self._view
        if view is None:
            return
        edges, counts = view.histogram.edges, view.histogram.counts
        if x is None or not edges[0] <= x < edges[-1]:
            text = self.tr("{count} weights in {bins} bins").format(count=f"{counts.sum():,.0f}", bins=len(counts))
            if self._beyond:
                text += self.tr(", {count} of them farther out").format(count=f"{self._beyond:,}")
            self.readout.show_text(text)
            return
        at = min(int(np.searchsorted(edges, x, side="right")) - 1, len(counts) - 1)
        text = self.tr("{low} … {high}:  {count} weights").format(
            low=number(edges[at]), high=number(edges[at + 1]), count=f"{counts[at]:,.0f}")
        if self._edit is not None:
            text += f" → {self._edit.histogram.counts[at]:,.0f}"
        self.readout.show_text(text)

    def to_csv(self) -> str:
        if self._view is None:
            return ""
        edges, counts = self._view.histogram.edges, self._view.histogram.counts
        after = self._edit.histogram.counts if self._edit is not None else None
        rows = ["from,to,before" + (",after" if after is not None else "")]
        for i, count in enumerate(counts):
            row = f"{edges[i]:.9g},{edges[i + 1]:.9g},{count:.0f}"
            rows.append(row + (f",{after[i]:.0f}" if after is not None else ""))
        return "\n".join(rows) + "\n"


def _texts(moments: Moments) -> tuple[str, ...]:
    figures = (moments.mean, moments.std, moments.min, moments.max)
    return (*(number(value, fixed=True) for value in figures), f"{moments.sparsity:.1%}".replace("%", " %"))


def _see_through(color: QColor, alpha: int = 70) -> QColor:
    faded = QColor(color)
    faded.setAlpha(alpha)
    return faded
