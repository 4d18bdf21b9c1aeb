"""A layer's singular values, before and after, and the rank at which they are cut."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.core.views import EditView, LayerView, Spectrum
from workbench.ui import theme
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Canvas, Handle, Marker
from workbench.ui.translation import said

ENERGIES = (0.90, 0.95, 0.99)
DEPTH = 1e-5            # values that much smaller than the largest are noise of the computation, or exact zeros


class SpectrumCanvas(Canvas):
    """Ranks are whole numbers: an arrow key moves by one."""

    def key_step(self) -> float:
        return 1.0


class SpectrumPlot(PlotPanel):
    """`dragged` with the rank while the line moves, `drag_finished` when it is let go."""

    dragged = Signal(int)
    drag_finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        canvas = SpectrumCanvas(self.tr("index"), self.tr("singular value"), log=True, rows=2)
        captions = (*(_energy_text(energy) for energy in (*ENERGIES, 1.0)), self.tr("stable rank"))
        super().__init__(self.tr("Singular values"), canvas, captions, self.tr("rank for"), parent)
        self.table.setToolTip(self.tr("The ranks that keep this much of the energy: of the sum of squared singular "
                                      "values. The stable rank is that sum over its largest term."))
        self._before: Spectrum | None = None
        self._after: Spectrum | None = None
        self._rank: int | None = None
        self._fill, self._was, self._is = (pg.PlotCurveItem() for _ in range(3))
        for curve in (self._fill, self._was, self._is):
            canvas.addItem(curve)
        canvas.dragged.connect(self._on_dragged)
        canvas.released.connect(self.drag_finished)
        canvas.hovered.connect(self._on_hovered)
        self.show_layer(None, None)

    def show_layer(self, view: LayerView | None, edit: EditView | None) -> None:
        self._before = view.spectrum if view is not None else None
        self._after = edit.spectrum if edit is not None else None
        shown = self._before is not None and len(self._before.values) > 0
        if self._before is None or not shown:
            self.subtitle.show_text("")
            self.show_sentence(self.tr("The singular values of the chosen layer are drawn here.") if view is None else
                               self.tr("This weight is no matrix, so it has no singular values."))
            return
        self.subtitle.show_text(said(self._before.unfolding))
        self.show_canvas()
        self.table.show_rows(_texts(self._before), _texts(self._after) if self._after is not None else None)
        self._on_hovered(None)
        self.redraw()

    def set_handle(self, rank: int | None) -> None:
        """A line at this rank; None takes it away."""
        self._rank = rank
        if rank is None:
            self.canvas.set_handles()
        else:
            self.canvas.set_handles(Handle("rank", (float(rank),), self._handle_text(rank)))

    def _handle_text(self, rank: int) -> str:
        if self._before is None or not 1 <= rank <= len(self._before.energy):
            return self.tr("rank {rank}").format(rank=rank)
        return self.tr("rank {rank} · {kept} kept").format(rank=rank, kept=_percent(self._before.energy[rank - 1]))

    # -- drawing ---------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        before, after = self._before, self._after
        if before is None:
            return
        colors = theme.colors()
        low, high = self._bounds(before, after)
        index = np.arange(1, len(before.values) + 1)
        # Filled without antialiasing: the renderer fills in strips, and their seams would show.
        self._fill.setData(index, _log(before.values, low), fillLevel=low - 1, brush=colors.before, antialias=False,
                           pen=pg.mkPen(None))
        self._was.setData(index, _log(before.values, low),
                          pen=self.canvas.pen(colors.before_line, 1.25))
        self._is.setVisible(after is not None)
        if after is not None:
            self._is.setData(np.arange(1, len(after.values) + 1), _log(after.values, low),
                             pen=self.canvas.pen(colors.after, 2))
        margin = 0.02 * (len(index) - 1) + 0.25
        room = (high - low) * 0.05 + 0.02
        self.canvas.box.setRange(xRange=(1 - margin, len(index) + margin), yRange=(low, high + room), padding=0)
        self.canvas.set_markers(self._markers(before))

    def _bounds(self, before: Spectrum, after: Spectrum | None) -> tuple[float, float]:
        """log10 of the smallest and largest value worth drawing."""
        largest = max(before.values[0], after.values[0] if after is not None and len(after.values) else 0.0)
        if largest <= 0:
            return -1.0, 0.0
        worth = before.values[before.values > before.values[0] * DEPTH]
        smallest = worth[-1] if len(worth) else largest
        high = float(np.log10(largest))
        return min(float(np.log10(smallest)), high - 0.3) - 0.05, high

    def _markers(self, spectrum: Spectrum) -> tuple[Marker, ...]:
        """Ranks worth knowing; where several are the same rank they share a label."""
        texts: dict[int, list[str]] = {}
        for energy in ENERGIES:
            texts.setdefault(spectrum.rank_for(energy), []).append(_energy_text(energy))
        if spectrum.break_even:
            texts.setdefault(spectrum.break_even, []).append(self.tr("break-even"))
        return tuple(Marker(float(rank), " · ".join(words)) for rank, words in texts.items())

    # -- hand ------------------------------------------------------------------------------------------------------

    def _on_dragged(self, name: str, _index: int, x: float) -> None:
        if self._before is None:
            return
        rank = min(max(round(x), 1), len(self._before.values))
        changed = rank != self._rank
        self.canvas.move_held(name, (float(rank),))
        self.set_handle(rank)
        if changed:
            self.dragged.emit(rank)

    def _on_hovered(self, x: float | None) -> None:
        before = self._before
        if before is None:
            return
        if x is None:
            self.readout.show_text(self.tr("Two factors are smaller than the layer up to rank {rank}").format(
                rank=before.break_even) if before.break_even else self.tr("No two factors are smaller than the layer"))
            return
        rank = min(max(round(x), 1), len(before.values))
        text = self.tr("σ of index {rank}:  {value}").format(rank=rank, value=number(before.values[rank - 1]))
        if self._after is not None:
            after = self._after.values[rank - 1] if rank <= len(self._after.values) else 0.0
            text += f" → {number(after if after > before.values[0] * DEPTH else 0.0)}"
        self.readout.show_text(text + self.tr("  ·  rank {rank} keeps {kept} of the energy").format(
            rank=rank, kept=_percent(before.energy[rank - 1])))

    def to_csv(self) -> str:
        if self._before is None:
            return ""
        after = self._after.values if self._after is not None else None
        rows = ["index,before,energy" + (",after" if after is not None else "")]
        for i, (value, energy) in enumerate(zip(self._before.values, self._before.energy, strict=True)):
            row = f"{i + 1},{value:.9g},{energy:.9g}"
            rows.append(row + (f",{after[i] if i < len(after) else 0:.9g}" if after is not None else ""))
        return "\n".join(rows) + "\n"


def _log(values: np.ndarray, low: float) -> np.ndarray:
    """log10, with what is too small just below the plot, so that the curve is seen to fall out of it."""
    return np.log10(np.maximum(values, 10.0 ** (low - 1)))


def _energy_text(energy: float) -> str:
    return f"{energy:.0%}".replace("%", " %")


def _texts(spectrum: Spectrum) -> tuple[str, ...]:
    """Ranks for the energies, the number of values that are not noise, the stable rank."""
    ranks = (str(spectrum.rank_for(energy)) for energy in ENERGIES)
    rank = int((spectrum.values > spectrum.values[0] * DEPTH).sum()) if len(spectrum.values) else 0
    return (*ranks, str(rank), f"{spectrum.stable_rank:.1f}")


def _percent(fraction: float) -> str:
    """99.97 % must not read as 100 %."""
    percent = 100 * fraction
    return f"{percent:.1f} %" if percent < 99.95 or fraction >= 1 - 1e-9 else f"{percent:.3f} %"
