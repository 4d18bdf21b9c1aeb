"""The ranges of a layer's output channels side by side, before and after."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from workbench.core.layer_data.pictures import QUANTILES, Channels
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Canvas, Handle
from workbench.ui.text.i18n import counted, titled
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle

LOW, FIRST, MIDDLE, THIRD, HIGH = map(QUANTILES.index, (0, 0.25, 0.5, 0.75, 1))
CURSOR = "channel"


class ChannelCanvas(Canvas):
    """Signal: `chosen`: Return was pressed on the channel under the cursor."""

    chosen = Signal()

    def key_step(self) -> float:
        return 1.0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class ChannelsPlot(PlotPanel):
    """Signals: `chosen(channel)`: a channel was clicked; `closed`: all weights are requested again."""

    chosen = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        canvas = ChannelCanvas(self.tr("output channel"), self.tr("weight value"))
        super().__init__(self.tr("Channels"), canvas, (), parent=parent)
        self.table.hide()
        self.back = toggle(
            self, self.tr("channels"), self.tr("Per channel"), self.tr("Show the weights of all channels")
        )
        self.back.setChecked(True)
        self.back.clicked.connect(self.closed)
        self.tools.addWidget(self.back)
        self._shown: Channels | None = None
        self._whole, self._middle, self._now = (pg.BarGraphItem(x=[], y0=[], height=[], width=1) for _ in range(3))
        self._ends = [pg.PlotCurveItem() for _ in range(2)]
        self._silent = pg.ScatterPlotItem(size=6, symbol="x")
        for item in (self._whole, self._middle, self._now, *self._ends, self._silent):
            canvas.addItem(item)
        canvas.hovered.connect(self._on_hovered)
        canvas.clicked.connect(self._on_clicked)
        canvas.dragged.connect(self._on_dragged)
        canvas.chosen.connect(lambda: self._on_clicked(canvas.handles[0]) if canvas.handles else None)
        self.show_sentence(self.tr("Computing the range of each channel…"))

    def _turn(self, page: QWidget) -> None:
        super()._turn(page)
        self.table.hide()
        self.back.show()  # the way back is always there

    def show_picture(self, picture: Channels | None) -> None:
        """Show the picture; None while it is being drawn."""
        self._shown = picture
        if picture is None:
            self.show_sentence(self.tr("Computing the range of each channel…"))
            return
        self.show_canvas()
        self._set_cursor(self._cursor)
        self.redraw()
        self._on_hovered(None)

    @property
    def _cursor(self) -> float:
        return self.canvas.handles[0] if self.canvas.handles else 0.0

    def _set_cursor(self, at: float) -> None:
        assert self._shown is not None
        at = min(max(at, 0.0), float(self._shown.first[-1] - 1))
        self.canvas.set_handles(Handle(CURSOR, (at,), self.tr("channel {number}").format(number=round(at))))

    def redraw(self) -> None:
        picture = self._shown
        if picture is None:
            return
        colors, first = theme.colors(), picture.first
        width = np.diff(first) * 0.8
        centre = (first[:-1] + first[1:] - 1) / 2
        before = picture.before
        nothing = pg.mkPen(None)
        self._whole.setOpts(
            x=centre, y0=before[LOW], height=before[HIGH] - before[LOW], width=width, pen=nothing, brush=colors.before
        )
        self._middle.setOpts(
            x=centre,
            y0=before[FIRST],
            height=before[THIRD] - before[FIRST],
            width=width,
            pen=nothing,
            brush=colors.before_line,
        )
        self._now.setVisible(picture.after is not None)
        if picture.after is not None:
            after = np.nan_to_num(picture.after)
            self._now.setOpts(
                x=centre,
                y0=after[LOW],
                height=after[HIGH] - after[LOW],
                width=width * 0.4,
                pen=nothing,
                brush=colors.after,
            )
        for curve, ends in zip(self._ends, picture.ends if picture.ends is not None else (None, None), strict=True):
            curve.setVisible(ends is not None)
            if ends is not None:
                curve.setData(
                    first - 0.5, ends, stepMode="center", connect="finite", pen=self.canvas.pen(colors.muted, 1)
                )
        reach = max(abs(float(np.nanmin(before))), float(np.nanmax(before)), 1e-12)
        silent = centre[picture.silent]
        self._silent.setData(silent, np.full(len(silent), -reach), pen=self.canvas.pen(colors.bad, 1), brush=None)
        margin = 0.02 * first[-1] + 0.5
        self.canvas.box.setRange(
            xRange=(-margin, first[-1] - 1 + margin), yRange=(-1.05 * reach, 1.05 * reach), padding=0
        )

    # -- hand ------------------------------------------------------------------------------------------------------

    def _on_clicked(self, x: float) -> None:
        """Emit the channel; for a bar of several channels the one with the widest range."""
        if self._shown is not None:
            bar = self._shown.bar_of(x + 0.5)
            self.chosen.emit(int(self._shown.widest[bar]))

    def _on_dragged(self, name: str, _index: int, x: float) -> None:
        if self._shown is not None:
            at = float(min(max(round(x), 0), self._shown.first[-1] - 1))
            self.canvas.move_held(name, (at,))
            self._set_cursor(at)
            self._on_hovered(at)

    def _on_hovered(self, x: float | None) -> None:
        picture = self._shown
        if picture is None:
            return
        if x is None:
            self.readout.show_text(self._summary(picture))
            return
        bar = picture.bar_of(x + 0.5)
        first, last = int(picture.first[bar]), int(picture.first[bar + 1]) - 1
        words = (
            self.tr("channel {number}").format(number=first)
            if first == last
            else self.tr("channels {first} to {last}").format(first=first, last=last)
        )
        text = titled(words, self._range_text(picture.before, bar))
        if picture.after is not None:
            text += " → " + (
                self.tr("removed") if np.isnan(picture.after[LOW, bar]) else self._range_text(picture.after, bar)
            )
        if picture.ends is not None and not np.isnan(picture.ends[0, bar]):
            text += "  ·  " + self.tr("quantisation range {low} … {high}").format(
                low=number(picture.ends[0, bar]), high=number(picture.ends[1, bar])
            )
        self.readout.show_text(text)

    def _range_text(self, quantiles: np.ndarray, bar: int) -> str:
        low, high = (number(float(quantiles[at, bar])) for at in (LOW, HIGH))
        middle = tuple(number(float(quantiles[at, bar])) for at in (FIRST, THIRD))
        return self.tr("range {low} … {high}, quartiles {first} … {third}").format(
            low=low, high=high, first=middle[0], third=middle[1]
        )

    def _summary(self, picture: Channels) -> str:
        reach = np.nanmax(np.abs(picture.before[[LOW, HIGH]]), axis=0)
        widest = int(reach.argmax())
        times = float(reach[widest]) / max(float(np.median(reach)), 1e-30)
        text = counted(
            "{n:,} channels; widest: {number} ({times}x the median range)",
            int(picture.first[-1]),
            "{n} channel",
            number=int(picture.widest[widest]),
            times=f"{times:.1f}",
        )
        if len(picture.widest) < picture.first[-1]:
            text += "  ·  " + self.tr("{count} bars of neighbouring channels").format(count=f"{len(picture.widest):,}")
        if silent := int(picture.silent.sum()):
            text += "  ·  " + self.tr("{count} all zero (×)").format(count=silent)
        return text

    def to_csv(self) -> str:
        picture = self._shown
        if picture is None:
            return ""
        names = ("min", "p5", "q1", "median", "q3", "p95", "max")
        after = picture.after
        rows = [
            ",".join(
                [
                    "first,last",
                    *(f"{name}_before" for name in names),
                    *(f"{name}_after" for name in names if after is not None),
                ]
            )
        ]
        for bar in range(len(picture.widest)):
            values = [*picture.before[:, bar], *(after[:, bar] if after is not None else ())]
            ends = f"{picture.first[bar]},{picture.first[bar + 1] - 1}"
            rows.append(ends + "," + ",".join("" if np.isnan(value) else f"{value:.9g}" for value in values))
        return "\n".join(rows) + "\n"
