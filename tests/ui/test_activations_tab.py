"""Activations: what passes through the chosen layer, both sides, and what 8-bit levels would clip of it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.engine.small import network
from tests.ui.conftest import WAIT, measured
from workbench.core.layer_data.activation_stats import QUANTILES, Activation, Levels8
from workbench.core.layer_data.views import Histogram
from workbench.core.recipe.action import Action
from workbench.ui.tabs.activations import ActivationsTab, words
from workbench.ui.tabs.activations.ranges_plot import RangesPlot
from workbench.ui.tabs.activations.values_plot import ValuesPlot

HIGH = np.array([1.0, 0.0, 40.0, 2.0, 1.5])
SIDE = Activation(
    "x",
    5000,
    np.array([-1.0, 0.0, -2.0, -0.5, -1.5]),
    HIGH,
    HIGH / 4,
    HIGH / 5,
    np.array([0.1, 1.0, 0.0, 0.5, 0.25]),
    np.linspace(-0.4, 0.9, len(QUANTILES))[:, None] * HIGH,
    Histogram(np.linspace(-2, 40, 257), np.exp(-np.linspace(0, 9, 256)) * 500),
    {"minmax": Levels8(-2, 40, 42 / 255, 0, 0), "mse": Levels8(-1, 3, 4 / 255, 0.001, 0.02)},
)


@pytest.fixture
def tab(session, qtbot, tmp_path):
    path = network(tmp_path)
    tab = ActivationsTab(session)
    qtbot.addWidget(tab)
    tab.resize(1000, 600)
    tab.show()
    session.open(str(path), data=str(tmp_path / "test.npz"), calibration=str(tmp_path / "train.npz"))
    qtbot.waitUntil(lambda: tab.shown is not None and measured(session) and tab._known["first"].complete, timeout=WAIT)
    return tab


def test_both_sides_of_the_layer_that_is_chosen(tab, session, qtbot):
    assert session.current == "first" and tab.shown.channels == 16
    assert tab.source.text() == "● measured on 512 calibration samples"
    QTest.mouseClick(tab.sides.button(1), Qt.MouseButton.LeftButton)
    assert tab.shown.channels == 32 and (tab.shown.low >= 0).all(), "after the activation"
    session.select(["second"])
    qtbot.waitUntil(lambda: tab.shown is not None and tab.shown.channels == 4, timeout=WAIT)
    session.select(["first"])
    assert tab.shown.channels == 32, "what was measured is remembered"


def test_the_rule_says_what_is_clipped_and_follows_the_step_of_the_layer(tab, session):
    assert "Clipped: 0 % of all values" in tab.notes.text()
    session.set_actions(["first"], (Action("quantize.static", {"activations": "mse"}),), "8 bits")
    session.turns.settle()
    assert tab.rule.currentData() == "mse"
    levels = tab.shown.levels["mse"]
    assert levels.clipped > 0 and words.clipping(levels) in tab.notes.text()
    QTest.keyClick(tab.rule, Qt.Key.Key_Up)
    assert tab.rule.currentData() == "percentile"


def test_the_compressed_side_is_drawn_over_the_original_and_follows_the_recipe(tab, session, qtbot):
    QTest.mouseClick(tab.sides.button(1), Qt.MouseButton.LeftButton)
    assert tab.shown_after is None and "Compressed" not in tab.source.text()
    session.set_actions(["first"], (Action("prune.magnitude", {"sparsity": 0.9}),), "prune")
    session.turns.settle()
    assert "Compressed: running" in tab.source.text() and not tab.values.now.isVisible()
    qtbot.waitUntil(lambda: tab.shown_after is not None and "● measured on 512" in tab.source.text().split("Comp")[-1])
    session.turns.settle()
    assert tab.values.now.isVisible() and len(tab.ranges.bars) == 6
    assert "Compressed: range" in tab.notes.text()
    at = tab.ranges.canvas
    QTest.mouseMove(at.viewport(), QPoint(round(at.to_pixel(3)), round(at.area.center().y())))
    assert "channel 3" in tab.ranges.readout.full and "→" in tab.ranges.readout.full
    assert tab.values.to_csv().startswith("from,to,count,compressed")
    mean = tab.shown_after.mean
    session.undo()
    session.turns.settle()
    assert tab.shown_after is None and len(tab.ranges.bars) == 3, "nothing of a recipe that does not hold"
    session.redo()
    session.turns.settle()
    assert tab.shown_after.mean is mean, "remembered"


def test_nothing_is_requested_while_the_tab_is_hidden(session, qtbot, tmp_path):
    path = network(tmp_path)
    tab = ActivationsTab(session)
    qtbot.addWidget(tab)
    session.open(str(path), data=str(tmp_path / "test.npz"))
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert not tab._asked and not tab._known
    tab.show()
    qtbot.waitUntil(lambda: tab.shown is not None, timeout=WAIT)


def test_without_data_it_says_what_to_do(session, qtbot, tmp_path):
    tab = ActivationsTab(session)
    qtbot.addWidget(tab)
    tab.show()
    session.turns.settle()
    assert "Select a layer" in tab.hint.text()
    session.open(str(network(tmp_path)))
    qtbot.waitUntil(lambda: session.model is not None, timeout=WAIT)
    session.turns.settle()
    assert "Open a data set first" in tab.hint.text() and tab.hint.isVisible()


def test_dead_and_outlying_channels_are_named(qapp):
    assert words.dead(SIDE) == "Dead channels (zero on every sample): 1 of 5 (1)."
    assert "1 of 5 (2)" in words.outliers(SIDE) and "channel 2 has 22.9x the median range" in words.outliers(SIDE)
    assert words.clipping(SIDE.levels["mse"]).startswith("8-bit range: −1 … 3")
    assert "2.1 % of all values (0.1 % below, 2 % above)" in words.clipping(SIDE.levels["mse"])


@pytest.mark.parametrize("kind", [RangesPlot, ValuesPlot])
def test_plots_read_out_what_is_under_the_mouse_and_can_be_kept(kind, qapp, qtbot, tmp_path):
    plot = kind()
    qtbot.addWidget(plot)
    plot.resize(500, 340)
    plot.show()
    plot.show_activation(SIDE, SIDE.levels["mse"])
    area = plot.canvas.area
    at = 2 if kind is RangesPlot else 10.0
    QTest.mouseMove(plot.canvas.viewport(), QPoint(round(plot.canvas.to_pixel(at)), round(area.center().y())))
    expected = "channel 2: −2 … 40" if kind is RangesPlot else "of the values"
    qtbot.waitUntil(lambda: expected in plot.readout.full)
    assert len(plot.to_csv().splitlines()) == (6 if kind is RangesPlot else 257)
    for levels in (SIDE.levels["mse"], None):  # the caption names the range only where it is drawn
        plot.show_activation(SIDE, levels)
        plot._on_hovered(None)
        assert ("8-bit range" in plot.readout.full) == (levels is not None)
    for name in ("plot.png", "plot.svg"):
        plot.save(str(tmp_path / name))
        assert (tmp_path / name).stat().st_size > 2000


def test_channels_in_the_order_of_their_reach(qapp, qtbot):
    plot = RangesPlot()
    qtbot.addWidget(plot)
    plot.resize(500, 340)
    plot.show()
    plot.show_activation(SIDE, None)
    assert plot.order.tolist() == [0, 1, 2, 3, 4]
    QTest.mouseClick(plot.sort_button, Qt.MouseButton.LeftButton)
    assert plot.order.tolist() == [2, 3, 4, 0, 1]
    assert len(plot._dead.points()) == 1 and plot._dead.points()[0].pos().x() == 4
