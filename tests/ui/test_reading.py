"""Values are read off every plot with the arrow keys, and told to those who cannot see them."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.plots.conftest import histogram, light, spectrum, weight
from tests.ui.test_activations_tab import SIDE
from tests.ui.test_sweep_page import CURVE
from workbench.core.base.quantities import MetricInfo
from workbench.core.layer_data.layer_queries import WantTile
from workbench.core.layer_data.pictures import Kernels, Tile
from workbench.ui.plots.curve import CurvePlot
from workbench.ui.plots.weights.heat import HeatMaps
from workbench.ui.plots.weights.kernels import KernelGrid
from workbench.ui.tabs.activations.ranges_plot import RangesPlot
from workbench.ui.tabs.activations.values_plot import ValuesPlot
from workbench.ui.tabs.sensitivity.sweep_plot import SweepPlot

__all__ = ["histogram", "light", "spectrum", "weight"]  # fixtures
Key, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def ranges(qtbot, light):
    plot = RangesPlot()
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    plot.show_activation(SIDE, SIDE.levels["minmax"])
    plot.show()
    return plot


def press(plot, *keys: Key, modifier=Qt.KeyboardModifier.NoModifier) -> str:
    """Returns what is read then."""
    for key in keys:
        QTest.keyClick(plot.canvas, key, modifier)
    return plot.readout.full


def test_keys_go_from_channel_to_channel(ranges):
    assert press(ranges, Key.Key_Right) == ranges.words(0)
    assert press(ranges, Key.Key_Right, Key.Key_Right) == ranges.words(2)
    assert ranges.canvas.accessibleDescription() == ranges.words(2), "a screen reader hears the same"
    assert press(ranges, Key.Key_End) == press(ranges, Key.Key_Right) == ranges.words(4), "it stays in the plot"
    ranges.sort_button.click()
    assert ranges.readout.full == ranges.words(int(ranges.order[4])), "what stands there now"
    assert press(ranges, Key.Key_Home) == ranges.words(2), "the widest first"
    assert press(ranges, Key.Key_Escape).startswith("Bars") and ranges.canvas.reading is None


def test_keys_go_from_bin_to_bin_by_ones_and_tens(histogram):
    counts, edges = histogram.drawn.histogram.counts, histogram.drawn.histogram.edges
    press(histogram, Key.Key_Right)
    assert histogram.canvas.reading == pytest.approx((edges[0] + edges[1]) / 2)
    press(histogram, Key.Key_Right, modifier=SHIFT)
    text = press(histogram, Key.Key_PageDown, Key.Key_Left)
    assert histogram.canvas.reading == pytest.approx((edges[19] + edges[20]) / 2)
    assert f" {counts[19]:,.0f} weights" in text


def test_up_and_down_choose_between_the_line_and_reading(spectrum):
    moved = []
    spectrum.dragged.connect(moved.append)
    spectrum.set_handle(20)
    press(spectrum, Key.Key_Right)
    assert moved == [21] and spectrum.canvas.reading is None
    assert "index 21:" in press(spectrum, Key.Key_Down), "begins where the line is"
    assert "index 24:" in press(spectrum, Key.Key_Right, Key.Key_Right, Key.Key_Right)
    spectrum.set_handle(21)  # an echo of the edit
    assert "index 25:" in press(spectrum, Key.Key_Right) and moved == [21]
    press(spectrum, Key.Key_Down, Key.Key_Left)
    assert moved == [21, 20] and spectrum.canvas.reading is None


def test_the_mouse_goes_and_what_was_read_by_keys_is_there_again_until_the_focus_goes(histogram, qtbot):
    read = press(histogram, Key.Key_Home)
    viewport = histogram.canvas.viewport()
    QTest.mouseMove(viewport, viewport.rect().center())
    assert histogram.readout.full != read
    QApplication.sendEvent(histogram.canvas, QEvent(QEvent.Type.Leave))
    assert histogram.readout.full == read
    other = QWidget(histogram)
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    histogram.activateWindow()
    qtbot.waitUntil(histogram.isActiveWindow)
    histogram.canvas.setFocus()
    press(histogram, Key.Key_Home)
    other.show()
    other.setFocus()
    assert histogram.canvas.reading is None and "weights in 161 bins" in histogram.readout.full


def test_return_takes_the_value_of_a_sweep(qtbot, light):
    plot = SweepPlot()
    qtbot.addWidget(plot)
    plot.show_curve(CURVE, "Sparsity", False)
    picked = []
    plot.picked.connect(picked.append)
    assert press(plot, Key.Key_Right, Key.Key_Right) == plot.words(CURVE.points[1])
    press(plot, Key.Key_Return)
    assert picked == [CURVE.points[1].setting] and plot.setting == picked[0]


@pytest.mark.parametrize("make", [lambda: filled(ValuesPlot()), lambda: curve()])
def test_the_other_plots_read_too(qtbot, light, make):
    plot = make()
    qtbot.addWidget(plot)
    first, last = press(plot, Key.Key_Home), press(plot, Key.Key_End)
    assert first and last and first != last == plot.canvas.accessibleDescription()


def filled(plot: ValuesPlot) -> ValuesPlot:
    plot.show_activation(SIDE, None)
    return plot


def curve() -> CurvePlot:
    plot = CurvePlot("Loss", "loss")
    plot.show_points(((0.0, 2.0), (0.5, 1.5), (1.0, 1.25)), MetricInfo())
    return plot


WEIGHT = np.arange(12 * 18, dtype=np.float32).reshape(12, 18) / 100  # of a convolution: 3 × 3, 2 inputs


def tile(wanted: WantTile) -> Tile:
    """As the engine answers: every weight where there is room, else blocks of 2 × 2."""
    rows, columns = wanted.rows or (0, 12), wanted.columns or (0, 18)
    part = WEIGHT[slice(*rows), slice(*columns)]
    block = (1, 1)
    if part.shape == WEIGHT.shape:
        part, block = part.reshape(6, 2, 9, 2).mean(axis=(1, 3)), (2, 2)
    return Tile(rows, columns, WEIGHT.shape, block, part, part * 2, 4.3, 2.15, (3, 3))


@pytest.fixture
def heat(qtbot, light):
    plot = HeatMaps()
    qtbot.addWidget(plot)
    plot.resize(660, 300)
    plot.wanted.connect(lambda wanted: plot.show_picture(wanted, tile(wanted)))
    plot.ask()
    return plot


def test_keys_go_from_cell_to_cell_of_a_weight_matrix(heat):
    summary = heat.readout.full
    assert press(heat, Key.Key_Right).startswith("mean of outputs 0 to 1, columns 0 to 1:"), "the first cell in view"
    text = press(heat, Key.Key_Right, Key.Key_Down)
    assert text == f"mean of outputs 2 to 3, columns 2 to 3: {WEIGHT[2:4, 2:4].mean():.3f} → 0.95"
    assert heat.canvas.accessibleDescription() == text, "a screen reader hears the same"
    assert all(each._cell == QRectF(2, 2, 2, 2) for each in heat.heat.maps), "framed in all three"
    assert "columns 16 to 17" in press(heat, Key.Key_End) and "columns 0 to 1" in press(heat, Key.Key_Home)
    assert "outputs 10 to 11" in press(heat, Key.Key_PageDown)
    assert press(heat, Key.Key_Escape) == summary and heat.heat.reading is None


def test_where_one_reads_the_matrix_is_zoomed_and_follows(heat, qtbot):
    press(heat, Key.Key_Down, Key.Key_Down, Key.Key_Down, Key.Key_Right, Key.Key_Plus, Key.Key_Plus)
    (top, bottom), (left, right) = heat.heat.part()
    assert top <= 4 < bottom and left <= 2 < right and bottom - top <= 5
    qtbot.waitUntil(lambda: heat.tile.block == (1, 1))
    assert heat.readout.full == "output 4, input 0, kernel 0, 2: 0.74 → 1.48"
    press(heat, Key.Key_End)
    assert heat.heat.part()[1][1] == 18
    qtbot.waitUntil(lambda: heat.readout.full.startswith("output 4, input 1, kernel 2, 2: 0.89"))
    press(heat, Key.Key_0)
    assert heat.heat.part() == ((0, 12), (0, 18))


def test_kernels_are_read_one_by_one_and_again_when_the_mouse_goes(qtbot, light):
    grid = KernelGrid()
    qtbot.addWidget(grid)
    grid.resize(400, 200)
    grid.show()
    grid.ask()
    kernels = WEIGHT.reshape(24, 3, 3)
    norms = np.linalg.norm(kernels.reshape(24, 9), axis=1)
    places = np.stack([np.arange(24) // 2, np.arange(24) % 2], axis=1)
    grid.show_picture(grid._asked, Kernels(places, kernels, None, norms, np.zeros(24, bool), 24, 2.15))
    summary = grid.readout.full
    assert press(grid, Key.Key_Down).startswith("output 0, input 0:")
    read = press(grid, Key.Key_Right)
    assert read.startswith("output 0, input 1:") and grid.canvas.accessibleDescription() == read
    QTest.mouseMove(grid.canvas, grid.grid.place(5).center().toPoint())
    assert grid.readout.full.startswith("output 2, input 1:")
    QApplication.sendEvent(grid.canvas, QEvent(QEvent.Type.Leave))
    assert grid.readout.full == read
    assert press(grid, Key.Key_End).startswith("output 11, input 1:")
    assert press(grid, Key.Key_Escape) == summary
