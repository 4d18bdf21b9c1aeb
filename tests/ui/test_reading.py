"""Values are read off every plot with the arrow keys, and told to those who cannot see them."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.test_activations_tab import SIDE
from tests.ui.test_plots import histogram, light, spectrum, weight
from tests.ui.test_sweep_page import CURVE
from workbench.ui.activations_tab.ranges_plot import RangesPlot
from workbench.ui.activations_tab.values_plot import ValuesPlot
from workbench.ui.recover_tab.curve import CurvePlot
from workbench.ui.sensitivity_tab.sweep_plot import SweepPlot

__all__ = ["histogram", "light", "spectrum", "weight"]      # fixtures
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
    assert ranges.readout.full == ranges.words(int(ranges._order[4])), "what stands there now"
    assert press(ranges, Key.Key_Home) == ranges.words(2), "the farthest"
    assert press(ranges, Key.Key_Escape).startswith("Extremes") and ranges.canvas.reading is None


def test_keys_go_from_bin_to_bin_by_ones_and_tens(histogram):
    counts, edges = histogram._drawn.histogram.counts, histogram._drawn.histogram.edges
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
    spectrum.set_handle(21)         # an echo of the edit
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
    plot.show_points(((0.0, 2.0), (0.5, 1.5), (1.0, 1.25)), "")
    return plot
