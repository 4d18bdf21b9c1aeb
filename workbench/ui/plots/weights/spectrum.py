"""A layer's singular values, before and after, and the rank at which they are cut."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from workbench.core.layer_data.pictures import Whitened
from workbench.core.layer_data.views import EditView, LayerView, Spectrum
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.canvas import Handle, Marker
from workbench.ui.plots.zoom import ZoomCanvas
from workbench.ui.text.format import percent
from workbench.ui.text.i18n import said
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle

ENERGIES = (0.90, 0.95, 0.99)
DEPTH = 1e-5  # smaller values relative to the largest are numerical noise, or exact zeros


SNAP = 4  # pixels within which the line snaps to a marker; farther with the shift key


class SpectrumCanvas(ZoomCanvas):
    """Ranks are integers: an arrow key moves by one."""

    def key_step(self) -> float:
        return 1.0


class SpectrumPlot(PlotPanel):
    """Signals: `dragged` with the rank while the line moves, `drag_finished` when it is released.

    `whitening_asked(bool)`: whether the values weighted by the layer's inputs are requested, or those of the weight.
    """

    dragged = Signal(int)
    drag_finished = Signal()
    whitening_asked = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        canvas = SpectrumCanvas(self.tr("index"), self.tr("singular value"), log=True, rows=2)
        captions = (*(_energy_text(energy) for energy in (*ENERGIES, 1.0)), self.tr("stable rank"))
        super().__init__(self.tr("Singular values"), canvas, captions, self.tr("rank for"), parent)
        self.table.setToolTip(
            self.tr(
                "Energy: share of the sum of squared singular values that a rank keeps. Stable rank: "
                "that sum divided by its largest term. Noise edge: largest singular value expected "
                "of pure noise (Marchenko-Pastur, scaled by the median). EVBMF: rank estimated by "
                "empirical variational Bayesian matrix factorisation."
            )
        )
        self._before: Spectrum | None = None
        self._after: Spectrum | None = None
        self._rank: int | None = None
        self._path = self._refusal = ""  # of the layer on show, why there are no whitened values
        self._fill, self._was, self._is, self._edge = (pg.PlotCurveItem() for _ in range(4))
        for curve in (self._fill, self._was, self._is, self._edge):
            canvas.addItem(curve)
        self.whiten_button = toggle(
            self,
            self.tr("whitened"),
            self.tr("Whitened singular values"),
            self.tr("Singular values weighted by the layer's inputs on the calibration samples; computed on demand"),
        )
        self.log_button = toggle(
            self,
            self.tr("log"),
            self.tr("Logarithmic singular values"),
            self.tr("Singular values on a logarithmic scale"),
        )
        self.log_button.setChecked(True)
        self.whiten_button.toggled.connect(self.whitening_asked)
        self.log_button.toggled.connect(self.redraw)
        for button in (self.whiten_button, self.log_button):
            self.tools.addWidget(button)
        canvas.dragged.connect(self._on_dragged)
        canvas.released.connect(self.drag_finished)
        canvas.hovered.connect(self._on_hovered)
        self.show_layer(None, None)

    def show_layer(self, view: LayerView | None, edit: EditView | None, white: Whitened | None = None) -> None:
        """Show the values of the weight or, if `white` is given, those weighted by the layer's inputs."""
        path = view.path if view is not None else ""
        if path != self._path:
            self._path, self._refusal = path, ""
            self.canvas.show_all()
        self._before = view.spectrum if view is not None else None
        self._after = edit.spectrum if edit is not None else None
        if white is not None:
            self._before, self._after = white.before, white.after
        shown = self._before is not None and len(self._before.values) > 0
        if self._before is None or not shown:
            self.subtitle.show_text("")
            self.show_sentence(
                self.tr("Select a layer to see its singular values.")
                if view is None
                else said(view.failed) or self.tr("This weight is not a matrix, so it has no singular values.")
            )
            return
        self.subtitle.show_text(said(self._before.unfolding))
        self.show_canvas()
        self.table.show_rows(_texts(self._before), _texts(self._after) if self._after is not None else None)
        self._on_hovered(None)
        self.redraw()
        self.canvas.set_stops(range(1, len(self._before.values) + 1))

    def refuse_whitening(self, sentence: str) -> None:
        """Show why there are no whitened values, until another layer is shown; those of the weight stay."""
        self._refusal = sentence
        self.whiten_button.setChecked(False)
        self._on_hovered(None)

    def set_handle(self, rank: int | None) -> None:
        """Set a line at this rank; None removes it."""
        if rank != self._rank:
            self._rank = rank
            self._place_handle()

    def _place_handle(self) -> None:
        rank = self._rank
        if rank is None:
            self.canvas.set_handles()
        else:
            self.canvas.set_handles(Handle("rank", (float(rank),), self._handle_text(rank)))

    def _handle_text(self, rank: int) -> str:
        if self._before is None or not 1 <= rank <= len(self._before.energy):
            return self.tr("rank {rank}").format(rank=rank)
        text = self.tr("rank {rank} · {kept} kept").format(rank=rank, kept=_percent(self._before.energy[rank - 1]))
        met = next((marker.text for marker in self.canvas.markers if marker.x == rank), "")
        return f"{text} · {met}" if met else text

    # -- drawing ---------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        before, after = self._before, self._after
        if before is None:
            return
        colors = theme.colors()
        low, high = self._bounds(before, after)
        index = np.arange(1, len(before.values) + 1)
        # Filled without antialiasing, as the renderer fills in strips whose seams would show.
        foot = low - 1 if self.log_button.isChecked() else 0.0
        self._fill.setData(
            index,
            self._scaled(before.values, low),
            fillLevel=foot,
            brush=colors.before,
            antialias=False,
            pen=pg.mkPen(None),
        )
        self._was.setData(index, self._scaled(before.values, low), pen=self.canvas.pen(colors.before_line, 1.25))
        self._is.setVisible(after is not None)
        if after is not None:
            self._is.setData(
                np.arange(1, len(after.values) + 1),
                self._scaled(after.values, low),
                pen=self.canvas.pen(colors.after, 2),
            )
        self._draw_edge(before, low)
        margin = 0.02 * (len(index) - 1) + 0.25
        room = (high - low) * 0.05 + 0.02
        self.canvas.set_home(1 - margin, len(index) + margin)
        self.canvas.box.setYRange(low, high + room, padding=0)
        self.canvas.set_markers(self._markers(before))
        self._place_handle()
        self.canvas.y_axis.log = self.log_button.isChecked()
        self.canvas.y_axis.picture = None
        self.canvas.y_axis.update()

    def _scaled(self, values: np.ndarray, low: float) -> np.ndarray:
        return _log(values, low) if self.log_button.isChecked() else values

    def _draw_edge(self, spectrum: Spectrum, low: float) -> None:
        """Draw the level of noise."""
        noise = spectrum.noise
        self._edge.setVisible(noise is not None)
        if noise is not None:
            height = self._scaled(np.array([noise.edge, noise.edge]), low)
            pen = self.canvas.pen(theme.colors().before_line, 1)
            pen.setStyle(Qt.PenStyle.DotLine)
            self._edge.setData([1, len(spectrum.values)], height, pen=pen)

    def _bounds(self, before: Spectrum, after: Spectrum | None) -> tuple[float, float]:
        """Return the smallest and largest value worth drawing, or log10 of them."""
        largest = max(before.values[0], after.values[0] if after is not None and len(after.values) else 0.0)
        if not self.log_button.isChecked():
            return 0.0, float(largest) or 1.0
        if largest <= 0:
            return -1.0, 0.0
        worth = before.values[before.values > before.values[0] * DEPTH]
        smallest = worth[-1] if len(worth) else largest
        high = float(np.log10(largest))
        return min(float(np.log10(smallest)), high - 0.3) - 0.05, high

    def _markers(self, spectrum: Spectrum) -> tuple[Marker, ...]:
        """Return notable ranks; equal ones share a label."""
        texts: dict[int, list[str]] = {}
        for energy in ENERGIES:
            texts.setdefault(spectrum.rank_for(energy), []).append(_energy_text(energy))
        if spectrum.break_even:
            texts.setdefault(spectrum.break_even, []).append(self.tr("break-even"))
        if spectrum.noise is not None:
            for rank, text in ((spectrum.noise.vbmf, self.tr("EVBMF")), (spectrum.noise.rank, self.tr("noise edge"))):
                texts.setdefault(max(rank, 1), []).append(text)
        return tuple(Marker(float(rank), " · ".join(words)) for rank, words in texts.items())

    # -- hand ------------------------------------------------------------------------------------------------------

    def _on_dragged(self, name: str, _index: int, x: float) -> None:
        if self._before is None:
            return
        rank = min(max(round(self._snapped(x)), 1), len(self._before.values))
        changed = rank != self._rank
        self.canvas.move_held(name, (float(rank),))
        self.set_handle(rank)
        if changed:
            self.dragged.emit(rank)

    def _snapped(self, x: float) -> float:
        """Return the marker within reach, if ranks are closer together than pixels; with shift the nearest of all."""
        canvas = self.canvas
        if not canvas.held or not canvas.markers:
            return x
        distance, place = min(
            (abs(canvas.to_pixel(marker.x) - canvas.to_pixel(x)), marker.x) for marker in canvas.markers
        )
        shift = canvas.modifiers & Qt.KeyboardModifier.ShiftModifier
        return place if shift or distance <= SNAP else x

    def _on_hovered(self, x: float | None) -> None:
        before = self._before
        if before is None:
            return
        if x is None and self._refusal:
            self.readout.show_text(self._refusal)
            return
        if x is None:
            text = (
                self.tr("Factorising saves space up to rank {rank}").format(rank=before.break_even)
                if before.break_even
                else self.tr("Factorising saves no space at any rank")
            )
            if before.noise is not None:
                text += "  ·  " + self.tr("EVBMF rank {rank}  ·  {count} above the noise edge ({edge})").format(
                    rank=before.noise.vbmf, count=before.noise.rank, edge=number(before.noise.edge)
                )
            self.readout.show_text(text)
            return
        rank = min(max(round(x), 1), len(before.values))
        text = self.tr("σ of index {rank}:  {value}").format(rank=rank, value=number(before.values[rank - 1]))
        if self._after is not None:
            after = self._after.values[rank - 1] if rank <= len(self._after.values) else 0.0
            text += f" → {number(after if after > before.values[0] * DEPTH else 0.0)}"
        self.readout.show_text(
            text
            + self.tr("  ·  rank {rank} keeps {kept} of the energy").format(
                rank=rank, kept=_percent(before.energy[rank - 1])
            )
        )

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
    """Return log10, with values that are too small just below the plot, so that the curve visibly leaves it."""
    return np.log10(np.maximum(values, 10.0 ** (low - 1)))


def _energy_text(energy: float) -> str:
    return percent(energy)


def _texts(spectrum: Spectrum) -> tuple[str, ...]:
    """Return the ranks for the energies, the number of non-zero values, and the stable rank."""
    ranks = (str(spectrum.rank_for(energy)) for energy in ENERGIES)
    rank = int((spectrum.values > spectrum.values[0] * DEPTH).sum()) if len(spectrum.values) else 0
    return (*ranks, str(rank), f"{spectrum.stable_rank:.1f}")


def _percent(fraction: float) -> str:
    """Return a percentage such that 99.97 % is not shown as 100 %."""
    return percent(fraction, 1 if fraction < 0.9995 or fraction >= 1 - 1e-9 else 3)
