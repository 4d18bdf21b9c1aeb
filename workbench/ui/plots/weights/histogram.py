"""Histogram of a layer's weights, before and after, with the threshold below which they become zero."""

from enum import Enum, auto

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from workbench.core.layer_data.pictures import Channel, ChannelAfter, ChannelBefore
from workbench.core.layer_data.views import EditView, Histogram, LayerView, Moments
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Handle, Note
from workbench.ui.plots.zoom import ZoomCanvas
from workbench.ui.text.format import percent
from workbench.ui.text.i18n import counted
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import small, toggle

LOWEST = -0.3  # log10 of half a weight: the foot of a logarithmic count axis
TAIL = 0.998  # of the weights are always in the plot; values much further away would leave no room to drag
FAR = 1.6
NARROWEST = 0.001  # smallest share of the largest magnitude that the levels cover
BEYOND = 2000.0  # multiple of the range, beyond the plot
THRESHOLD, RANGE = "threshold", "range"
CROWDED = 1.6  # ratio to all other bars above which a bar of zeros is cut off, so that it does not flatten them


class Age(Enum):
    """State of the histogram after the edit: of the current recipe, estimated for it, or outdated."""

    CURRENT = auto()
    ESTIMATED = auto()
    OLDER = auto()


class HistogramPlot(PlotPanel):
    """Signals: `dragged` with the threshold while its lines move, `range_dragged` with the end of the quantisation
    range; `drag_finished` when they are released. `channels_asked`: single channels are requested; `channel_left`: all
    weights."""

    dragged = Signal(float)
    range_dragged = Signal(float)
    drag_finished = Signal()
    channels_asked = Signal()
    channel_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        captions = (
            self.tr("mean"),
            self.tr("std"),
            self.tr("min"),
            self.tr("max"),
            self.tr("zeros"),
            self.tr("outliers"),
        )
        canvas = ZoomCanvas(self.tr("weight value"), self.tr("weights per bin"))
        super().__init__(self.tr("Weights"), canvas, captions, parent=parent)
        self._view: LayerView | None = None
        self.drawn: LayerView | ChannelBefore | None = None
        self._edit: EditView | ChannelAfter | None = None
        self._age = Age.CURRENT
        self._threshold: float | None = None
        self._range: float | None = None
        self._offered = False
        self._beyond = 0
        self.log_button = toggle(
            self,
            self.tr("log"),
            self.tr("Logarithmic counts"),
            self.tr("Logarithmic counts, so that rare weights are visible"),
        )
        self.log_button.toggled.connect(self.redraw)
        self.channel_button = small(self, "", self.tr("All weights"), self.tr("Show the weights of all channels"))
        theme.set_icon(self.channel_button, "cancel")
        self.channel_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.channel_button.clicked.connect(self.channel_left)
        self.channels_button = small(
            self,
            self.tr("channels"),
            self.tr("Per channel"),
            self.tr("The ranges of all output channels, side by side"),
        )
        self.channels_button.clicked.connect(self.channels_asked)
        for button in (self.channel_button, self.channels_button, self.log_button):
            self.tools.addWidget(button)
        self.table.setToolTip(
            self.tr(
                "Outliers lie more than three interquartile ranges outside the quartiles of the "
                "non-zero weights (Tukey's outer fences) and are marked by dots above the axis. "
                "After an edit the fences of the original apply."
            )
        )
        self._zone, self._cut_low, self._cut_high = (pg.LinearRegionItem(movable=False) for _ in range(3))
        for zone in (self._zone, self._cut_low, self._cut_high):
            zone.setZValue(-10)
            self.canvas.addItem(zone)
        self._before, self._after = pg.PlotCurveItem(), pg.PlotCurveItem()
        for curve in (self._before, self._after):
            self.canvas.addItem(curve)
        self.canvas.dragged.connect(self._on_dragged)
        self.canvas.released.connect(self._on_released)
        self.canvas.hovered.connect(self._on_hovered)
        self.canvas.zoomed.connect(self.redraw)
        self.show_layer(None, None)

    def show_layer(
        self,
        view: LayerView | None,
        edit: EditView | ChannelAfter | None,
        channel: Channel | None = None,
        age: Age = Age.CURRENT,
    ) -> None:
        """Show all weights of a layer, or of one channel; `age` is that of the edit."""
        if view is None or self._view is None or view.path != self._view.path:
            self.canvas.show_all()
        self._view, self.drawn, self._edit = view, view, edit
        if view is not None and channel is not None:
            self.drawn, self._edit = channel.before, channel.after
        self._age = age if self._edit is not None else Age.CURRENT
        self._name_channel(channel)
        if self.drawn is None:
            self.show_sentence(self.tr("Select a layer to see its weights."))
            return
        self.show_canvas()
        self.channel_button.setVisible(channel is not None)
        found, after = self.drawn.outliers, self._edit
        self.table.show_rows(
            _texts(self.drawn.moments, found.count if found else 0),
            _texts(after.moments, after.outliers, self._age) if after is not None else None,
            self._age is Age.CURRENT,
        )
        self.canvas.set_ticks(
            after.levels.values if after is not None and after.levels is not None else (),
            found.farthest if found else (),
        )
        self.redraw()
        self._on_hovered(None)
        edges = self.drawn.histogram.edges
        self.canvas.set_stops((edges[:-1] + edges[1:]) / 2)

    def set_age(self, age: Age) -> None:
        """Set the age of the shown edit."""
        if self._edit is not None and age is not self._age:
            self._age = age
            self.table.set_sure(age is Age.CURRENT)
            self.redraw()
            self._on_hovered(None)

    def _name_channel(self, channel: Channel | None) -> None:
        self.channel_button.setVisible(channel is not None)
        if channel is None:
            self.subtitle.show_text("")
            return
        self.channel_button.setText(self.tr("channel {number}").format(number=channel.number))
        self.subtitle.show_text(self.tr("removed") if channel.removed else "")

    def set_handle(self, threshold: float | None) -> None:
        """Set lines at +-threshold; None removes them."""
        if threshold != self._threshold:
            self._threshold = threshold
            self._place_handles()

    def set_range(self, edge: float | None, offered: bool = False) -> None:
        """Set lines at the ends of the quantisation range, +-edge; `offered` if the method chose it; None removes
        them."""
        if (edge, offered) != (self._range, self._offered):
            self._range, self._offered = edge, offered
            self._place_handles()

    def _place_handles(self) -> None:
        handles = []
        if self._threshold is not None:
            handles.append(Handle(THRESHOLD, (-self._threshold, self._threshold), f"± {number(self._threshold)}"))
        if self._range is not None:
            text = self.tr("range ± {edge}").format(edge=number(self._range))
            handles.append(Handle(RANGE, (-self._range, self._range), text, self._offered))
        self.canvas.set_handles(*handles)
        if self.drawn is not None and not self.canvas.held:
            self._set_reach(self.drawn)
            self._on_hovered(self.canvas.hover)  # other weights are outside the plot
        self._draw_zones()
        if self.drawn is not None and self.canvas.note is not None:
            self._label_cut(self._shown(), 0.0)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        view, edit = self.drawn, self._edit
        if view is None:
            return
        colors, log = theme.colors(), self.log_button.isChecked()
        self.canvas.y_axis.log = log
        after = edit.histogram if edit is not None else None
        foot = LOWEST if log else 0.0
        self._before.setData(
            view.histogram.edges,
            self._scaled(view.histogram),
            stepMode="center",
            fillLevel=foot,
            brush=colors.before,
            antialias=False,
            pen=self.canvas.pen(colors.before_line, 1) if after is None else pg.mkPen(None),
        )
        self._after.setVisible(after is not None)
        if after is not None:
            self._after.setData(
                after.edges,
                self._scaled(after),
                stepMode="center",
                fillLevel=foot,
                brush=_see_through(colors.after, 70 if self._age is Age.CURRENT else 35),
                antialias=False,
                pen=self._after_pen(),
            )
        self._set_reach(view)
        top = self._top(view.histogram, after)
        self.canvas.box.setYRange(foot, (np.log10(top) if log else top) * 1.06, padding=0)
        self._label_cut(self._shown(), top * 1.06)
        self._draw_zones()
        self.canvas.y_axis.picture = None
        self.canvas.y_axis.update()

    def _after_pen(self) -> QPen:
        """Return the pen of the edited weights, dashed unless they are current."""
        pen = self.canvas.pen(theme.colors().after, 1.25)
        if self._age is not Age.CURRENT:
            pen.setStyle(Qt.PenStyle.DashLine)
        return pen

    def _set_reach(self, view: LayerView | ChannelBefore) -> None:
        """Set the range of the axis: that of the weights, or of nearly all of them and the line."""
        full = float(view.histogram.edges[-1])
        most = float(np.interp(TAIL, np.linspace(0, 1, len(view.magnitudes)), view.magnitudes)) * 1.2
        lines = [self._threshold or 0.0, 0.0 if self._offered else self._range or 0.0]
        reach = most if full > most * FAR and max(lines) < most * 0.95 else full
        if self._offered and self._range is not None:  # in sight, but without showing everything for it
            reach = min(max(reach, 1.15 * self._range), full)
        self.canvas.set_home(-reach, reach)
        inner = np.minimum(np.abs(view.histogram.edges[:-1]), np.abs(view.histogram.edges[1:]))
        self._beyond = int(view.histogram.counts[inner >= reach].sum())

    def _shown(self) -> Histogram:
        assert self.drawn is not None
        return self._edit.histogram if self._edit is not None else self.drawn.histogram

    def _scaled(self, histogram: Histogram) -> np.ndarray:
        if not self.log_button.isChecked():
            return histogram.counts
        return np.log10(np.maximum(histogram.counts, 10.0**LOWEST))

    def _top(self, before: Histogram, after: Histogram | None) -> float:
        """Return the largest count to make room for: without the zeros if they would flatten everything else."""
        low, high = self.canvas.span
        seen = (before.edges[1:] > low) & (before.edges[:-1] < high)  # of the part that is on show
        shown = [histogram.counts for histogram in (before, after) if histogram is not None]
        top = max(*(counts[seen].max(initial=0.0) for counts in shown), 1.0)
        if self.log_button.isChecked():
            return top
        seen[len(seen) // 2] = False
        rest = max(counts[seen].max(initial=0.0) for counts in shown)
        return max(rest * 1.15, 1.0) if top > rest * CROWDED and rest > 0 else top

    def _label_cut(self, shown: Histogram, top: float) -> None:
        """Label a bar that leaves the plot with its height."""
        zero = len(shown.counts) // 2
        if self.log_button.isChecked() or shown.counts[zero] <= top:
            self.canvas.set_note(None)
            return
        line = self._threshold or 0.0  # the text is beside the line, not across it
        zeros = round(float(shown.counts[zero]))
        self.canvas.set_note(
            Note(
                min(float(shown.edges[zero]), -line),
                max(float(shown.edges[zero + 1]), line),
                self._zeros_text(zeros),
                "muted" if self._edit is None or self._age is not Age.CURRENT else "after",
            )
        )

    def _zeros_text(self, zeros: int) -> str:
        """Return '↑ 9,216 zeros', marked by how certain it is."""
        text = counted("↑ {n:,} zeros", zeros, "↑ {n} zero")
        if self._age is Age.ESTIMATED:
            return text.replace("↑ ", "↑ ≈ ", 1)
        return text + " " + self.tr("(updating…)") if self._age is Age.OLDER else text

    def _draw_zones(self) -> None:
        """Draw where values become zero, between the lines of the threshold, and where they are clipped, beyond the
        range."""
        colors = theme.colors()
        threshold, edge = self._threshold or 0.0, self._range or 0.0
        self._draw_zone(self._zone, _see_through(colors.accent_soft, 110), -threshold, threshold)
        self._draw_zone(self._cut_low, _see_through(colors.warn, 22), -BEYOND * edge, -edge)
        self._draw_zone(self._cut_high, _see_through(colors.warn, 22), edge, BEYOND * edge)

    def _draw_zone(self, zone: pg.LinearRegionItem, brush: QColor, low: float, high: float) -> None:
        zone.setVisible(low < high)
        if low < high:
            zone.setBrush(brush)
            for line in zone.lines:
                line.setPen(pg.mkPen(None))
            zone.setRegion((low, high))

    # -- hand ------------------------------------------------------------------------------------------------------

    def _on_dragged(self, name: str, index: int, x: float) -> None:
        if self._view is None:
            return
        outward = x if index == 1 else -x  # a line stops at zero and does not change sides
        edge, largest = self.canvas.home[1], float(self._view.magnitudes[-1])
        least = largest * NARROWEST if name == RANGE else 0.0
        place = min(max(outward, least), edge, largest)
        self.canvas.move_held(name, (-place, place))
        if name == RANGE:
            self.set_range(place)
            self.range_dragged.emit(place)
        else:
            self.set_handle(place)
            self.dragged.emit(place)

    def _on_released(self) -> None:
        self._place_handles()  # while they were dragged the plot did not move
        self.drag_finished.emit()

    def _on_hovered(self, x: float | None) -> None:
        view = self.drawn
        if view is None:
            return
        edges, counts = view.histogram.edges, view.histogram.counts
        if x is None or not edges[0] <= x < edges[-1]:
            text = counted(
                "{n:,} weights in {bins} bins", int(counts.sum()), "{n} weight in {bins} bins", bins=len(counts)
            )
            if self._beyond:
                text += self.tr(", {count} outside the plot").format(count=f"{self._beyond:,}")
            levels = [self._levels_text(widest) for widest in (True, False)]
            after = levels if self._age is Age.CURRENT else [self._age_text()]
            self.readout.show_text(*(text + each for each in after))
            return
        at = min(int(np.searchsorted(edges, x, side="right")) - 1, len(counts) - 1)
        text = counted(
            "{low} … {high}:  {n:,} weights",
            int(counts[at]),
            "{low} … {high}:  {n} weight",
            low=number(edges[at]),
            high=number(edges[at + 1]),
        )
        if self._edit is not None:
            text += f" → {self._edit.histogram.counts[at]:,.0f}"
        self.readout.show_text(text)

    def _age_text(self) -> str:
        if self._age is Age.ESTIMATED:
            return "  ·  " + self.tr("after: estimated from this histogram, updating…")
        return "  ·  " + self.tr("after: for the previous value, updating…")

    def _levels_text(self, widest: bool) -> str:
        """Return the quantisation levels, after training if the weights were trained."""
        trained = isinstance(self._edit, EditView) and self._edit.trained
        return ("  ·  " + self.tr("after training") if trained else "") + self._levels_words(widest)

    def _levels_words(self, widest: bool) -> str:
        levels = self._edit.levels if self._edit is not None else None
        if levels is None:
            return ""
        text = "  ·  " + self.tr("{count} levels").format(count=len(levels.values))
        if levels.channel is not None and widest:
            text += " " + self.tr("(widest: channel {number})").format(number=levels.channel)
        if levels.clipped:
            text += "  ·  " + self.tr("{count} clipped").format(count=f"{levels.clipped:,}")
        return text

    def to_csv(self) -> str:
        if self.drawn is None:
            return ""
        edges, counts = self.drawn.histogram.edges, self.drawn.histogram.counts
        after = self._edit.histogram.counts if self._edit is not None else None
        rows = ["from,to,before" + (",after" if after is not None else "")]
        for low, high, *found in zip(edges[:-1], edges[1:], counts, *([] if after is None else [after]), strict=True):
            rows.append(",".join((f"{low:.9g}", f"{high:.9g}", *(f"{count:.0f}" for count in found))))
        return "\n".join(rows) + "\n"


def _texts(moments: Moments, outliers: int, age: Age = Age.CURRENT) -> tuple[str, ...]:
    figures = (moments.mean, moments.std, moments.min, moments.max)
    about = "≈ " if age is Age.ESTIMATED else ""
    return (
        *(number(value, fixed=True) for value in figures),
        about + percent(moments.sparsity, 1),
        f"{outliers:,}" if outliers >= 0 else "…",
    )


def _see_through(color: QColor, alpha: int = 70) -> QColor:
    faded = QColor(color)
    faded.setAlpha(alpha)
    return faded
