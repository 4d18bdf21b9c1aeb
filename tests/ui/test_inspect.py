"""The inspect tab: lines in the plots are parameters of the steps."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui import sample
from tests.ui.conftest import settle
from tests.ui.plots.conftest import drag, light, point
from workbench.core.recipe.action import Action
from workbench.ui.tabs.inspect.tab import InspectTab
from workbench.ui.text.describe import kind_of
from workbench.ui.text.plot_params import from_rank

__all__ = ["light"]  # a fixture

WEIGHT = sample.weights()
VIEW = sample.view_of(WEIGHT)


@pytest.fixture
def tab(light, qtbot):
    tab = InspectTab()
    qtbot.addWidget(tab)
    tab.resize(1000, 560)
    tab.show_layer(sample.LAYER, VIEW)
    tab.show()
    settle()
    return tab


def heard(tab):
    calls = []
    tab.action_dragged.connect(lambda *call: calls.append(call))
    return calls


def test_sparsity_is_a_line_at_its_quantile(tab):
    tab.set_actions((Action("prune.magnitude", {"sparsity": 0.8}),), sample.METHODS)
    assert tab.histogram.canvas.handles[1] == pytest.approx(np.quantile(np.abs(WEIGHT), 0.8), rel=0.01)
    assert tab.spectrum.canvas.handles == ()


def test_dragging_reports_sparsity_and_says_when_it_ends(tab):
    tab.set_actions((Action("prune.magnitude", {"sparsity": 0.5}),), sample.METHODS)
    calls = heard(tab)
    drag(tab.histogram, tab.histogram.canvas.handles[1], 0.08)
    assert {call[:2] for call in calls} == {(0, "sparsity")}
    assert [call[3] for call in calls] == [False] * (len(calls) - 1) + [True]
    assert calls[-1][2] == calls[-2][2] == pytest.approx((np.abs(WEIGHT) <= 0.08).mean(), abs=0.01)


def test_in_a_drag_zeros_and_curve_are_of_the_line_in_the_hand_and_marked_until_the_edit_comes(tab):
    steps = (Action("prune.magnitude", {"sparsity": 0.5}),)
    known = sample.edit_of(WEIGHT, sample.pruned(WEIGHT))
    tab.set_actions(steps, sample.METHODS)
    tab.show_layer(sample.LAYER, VIEW, known)
    settle()
    exact = tab.histogram.canvas.note.text
    drag(tab.histogram, tab.histogram.canvas.handles[1], 0.08)  # the engine says nothing meanwhile
    line = tab.histogram.canvas.handles[1]
    true = np.where(np.abs(WEIGHT) <= line, 0, WEIGHT)
    drawn = tab.histogram._after.yData
    expected = np.histogram(true, VIEW.histogram.edges)[0]
    assert np.abs(drawn - expected).sum() < 0.03 * WEIGHT.size  # the two bins that the line cuts are shared
    note = tab.histogram.canvas.note
    assert note.text.startswith("↑ ≈ ") and note.text != exact
    assert "estimated" in tab.histogram.readout.full
    zeros = tab.histogram.table.texts()[1][4]
    assert zeros.startswith("≈") and float(zeros.strip("≈ %")) == pytest.approx(100 * (true == 0).mean(), abs=0.3)
    tab.show_layer(sample.LAYER, VIEW, known)  # the answer
    assert tab.histogram.canvas.note.text == exact and "estimated" not in tab.histogram.readout.full


def test_an_older_edit_that_cannot_be_estimated_is_marked(tab):
    known = sample.edit_of(WEIGHT, sample.rounded(sample.pruned(WEIGHT)))
    tab.set_actions(sample.STACK, sample.METHODS)
    tab.show_layer(sample.LAYER, VIEW, known)
    assert tab.histogram._after.opts["pen"].style() == Qt.PenStyle.SolidLine
    drag(tab.histogram, tab.histogram.canvas.handles[1], 0.08)
    assert tab.histogram._after.opts["pen"].style() == Qt.PenStyle.DashLine
    assert "updating" in tab.histogram.readout.full and "updating" in tab.histogram.canvas.note.text
    tab.show_layer(sample.LAYER, VIEW, known)
    assert "updating" not in tab.histogram.readout.full


def test_threshold_is_the_line_itself(tab):
    tab.set_actions((Action("prune.magnitude", {"threshold": 0.04}),), sample.METHODS)
    assert tab.histogram.canvas.handles == (-0.04, 0.04)
    calls = heard(tab)
    drag(tab.histogram, -0.04, -0.1)
    assert calls[-1] == (0, "threshold", pytest.approx(0.1, abs=0.002), True)


def test_default_of_a_step_has_a_line_too(tab):
    tab.set_actions((Action("prune.magnitude"),), sample.METHODS)
    assert tab.histogram.canvas.handles[1] == pytest.approx(np.quantile(np.abs(WEIGHT), 0.5), rel=0.01)


def test_rank_of_the_second_step(tab):
    tab.set_actions((sample.STACK[0], Action("lowrank.svd", {"rank": 20})), sample.METHODS)
    calls = heard(tab)
    drag(tab.spectrum, 20, 30)
    assert calls[-1] == (1, "rank", 30, True)


def test_energy_is_a_rank_and_back(tab):
    tab.set_actions((Action("lowrank.svd", {"energy": 0.9}),), sample.METHODS)
    assert tab.spectrum.canvas.handles == (VIEW.spectrum.rank_for(0.9),)
    calls = heard(tab)
    drag(tab.spectrum, VIEW.spectrum.rank_for(0.9), 30)
    assert calls[-1][:2] == (0, "energy")
    assert VIEW.spectrum.rank_for(calls[-1][2]) == 30


@pytest.mark.parametrize("rank", [1, 2, 20, 63, 64])
def test_energy_of_a_rank_is_short_and_means_that_rank(rank):
    energy = from_rank("energy", rank, VIEW.spectrum)
    assert VIEW.spectrum.rank_for(energy) == rank
    assert 0 < energy <= 1 and len(f"{energy:g}") <= 7


def test_first_step_that_wants_the_plot_has_it(tab):
    tab.set_actions((Action("lowrank.svd", {"rank": 9}), Action("distill.layer", {"rank": 5})), sample.METHODS)
    assert tab.spectrum.canvas.handles == (9,)


def test_unknown_methods_and_other_layers_leave_no_line(tab):
    tab.set_actions((Action("somebody.elses", {"sparsity": 0.5}),), sample.METHODS)
    assert tab.histogram.canvas.handles == ()
    tab.set_actions(sample.STACK, sample.METHODS)
    assert tab.histogram.canvas.handles
    tab.set_actions((), sample.METHODS)
    assert tab.histogram.canvas.handles == ()


def test_no_click_no_edit(tab):
    tab.set_actions(sample.STACK, sample.METHODS)
    calls = heard(tab)
    QTest.mouseClick(
        tab.histogram.canvas.viewport(),
        Qt.MouseButton.LeftButton,
        pos=point(tab.histogram, tab.histogram.canvas.handles[1]),
    )
    assert calls == []


def test_edit_of_another_layer_is_not_drawn(tab):
    stray = dataclasses.replace(
        sample.edit_of(WEIGHT, WEIGHT), change=dataclasses.replace(sample.CHANGE, path="another")
    )
    tab.show_layer(sample.LAYER, VIEW, stray)
    assert len(tab.histogram.table.texts()) == 1
    tab.show_layer(sample.LAYER, VIEW, sample.edit_of(WEIGHT, sample.pruned(WEIGHT)))
    assert len(tab.histogram.table.texts()) == 2


def test_view_of_the_layer_before_is_not_shown(tab):
    tab.show_layer(sample.HEAD)
    assert tab.histogram.pages.currentWidget() is tab.histogram.empty
    tab.show_layer(sample.HEAD, VIEW)  # late, of the layer that was left
    assert tab.histogram.pages.currentWidget() is tab.histogram.empty
    head = sample.weights(sample.HEAD)
    tab.show_layer(sample.HEAD, sample.view_of(head, sample.HEAD))
    assert tab.histogram.pages.currentWidget() is tab.histogram.canvas
    assert tab.header.name.full == "head"


def test_locked_layer_says_why(tab):
    tab.show_layer(sample.LOCKED)
    assert tab.header.locked.label.text() == sample.LOCKED.locked
    assert tab.header.locked.isVisible() and not tab.plots.isVisible()
    tab.show_layer(sample.LAYER)
    assert not tab.header.locked.isVisible() and tab.plots.isVisible()


def test_nothing_chosen_is_a_hint(tab):
    tab.show_layer(None)
    assert tab.hint.isVisible() and not tab.header.isVisible()


def test_plots_stand_above_each_other_where_it_is_narrow(tab):
    assert tab.histogram.width() < 520
    tab.resize(420, 900)
    assert tab.histogram.width() > 380
    assert tab.spectrum.y() > tab.histogram.y()


def test_layers_in_words():
    layer = sample.LAYER
    assert kind_of(layer) == "Conv 3 × 3, 32 → 64"
    assert kind_of(sample.HEAD) == "Gemm 256 → 10"
    depthwise = dataclasses.replace(layer, shape=(64, 1, 3, 3), groups=64)
    assert kind_of(depthwise) == "Conv 3 × 3 depthwise, 64 → 64"
    grouped = dataclasses.replace(layer, shape=(64, 16, 1, 5), groups=2)
    assert kind_of(grouped) == "Conv 1 × 5, 32 → 64, 2 groups"
    transposed = dataclasses.replace(layer, op="ConvTranspose", shape=(32, 8, 4, 4), out_axis=1, groups=2)
    assert kind_of(transposed) == "ConvTranspose 4 × 4, 32 → 16, 2 groups"
    assert kind_of(dataclasses.replace(layer, op="LSTM", shape=(1, 256, 64), out_axis=1)) == "LSTM 1 × 256 × 64"
    assert kind_of(sample.LOCKED) == "LayerNormalization 256"


def test_a_layer_that_is_left_takes_its_line_and_its_notes_with_it(tab):
    edit = sample.edit_of(sample.weights(), sample.rounded(sample.pruned(sample.weights())))
    tab.show_layer(sample.LAYER, VIEW, edit)
    tab.set_actions(sample.STACK, sample.METHODS)
    tab.show_layer(sample.HEAD)  # its figures are not there yet
    tab.set_actions((), sample.METHODS)
    assert tab.histogram.pages.currentWidget() is tab.histogram.empty


def test_clipping_is_the_end_of_the_levels(tab):
    largest = float(np.abs(WEIGHT).max())
    tab.set_actions((Action("quantize.affine", {"range": "clip", "clip": 0.5}),), sample.METHODS)
    assert tab.histogram.canvas.handles == pytest.approx((-0.5 * largest, 0.5 * largest))
    calls = heard(tab)
    drag(tab.histogram, tab.histogram.canvas.handles[1], 0.1)
    assert {call[:2] for call in calls} == {(0, "clip")}
    assert calls[-1] == (0, "clip", pytest.approx(0.1 / largest, abs=0.01), True)


def test_where_the_method_looks_for_the_range_its_place_is_offered(tab):
    tab.set_actions((Action("quantize.affine"),), sample.METHODS)
    assert tab.histogram.canvas.handles == ()  # not known before the edit is there
    edit = sample.edit_of(WEIGHT, sample.rounded(WEIGHT))
    tab.show_layer(sample.LAYER, VIEW, edit)
    handle = tab.histogram.canvas.handle("range")
    assert handle.offered and handle.at[1] == edit.levels.values[-1]
    tab.set_actions((Action("lowrank.svd", {"rank": 20}), Action("quantize.affine")), sample.METHODS)
    assert tab.histogram.canvas.handle("range") is None  # the levels are those of the factors


def test_threshold_and_range_are_dragged_one_by_one_also_with_keys(tab):
    tab.set_actions(
        (Action("prune.magnitude", {"threshold": 0.05}), Action("quantize.affine", {"range": "clip", "clip": 0.5})),
        sample.METHODS,
    )
    calls, canvas = heard(tab), tab.histogram.canvas
    assert canvas.active == "threshold"
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert [call[:2] for call in calls if call[3]] == [(0, "threshold"), (1, "clip")]
    assert calls[0][2] > 0.05 and calls[-1][2] < 0.5
    drag(tab.histogram, -0.05, -0.08)
    assert calls[-1] == (0, "threshold", pytest.approx(0.08, abs=0.003), True) and canvas.active == "threshold"


def test_levels_are_ticks_and_outliers_are_dots_and_counted(tab):
    edit = sample.edit_of(WEIGHT, sample.rounded(WEIGHT))
    tab.set_actions(sample.STACK, sample.METHODS)
    tab.show_layer(sample.LAYER, VIEW, edit)
    canvas = tab.histogram.canvas
    assert canvas.ticks == tuple(edit.levels.values)
    assert f"{len(edit.levels.values)} levels (widest: channel {edit.levels.channel})" in tab.histogram.readout.full
    assert VIEW.outliers.count > 0 and canvas.dots == tuple(VIEW.outliers.farthest)
    before, after = tab.histogram.table.texts()
    assert before[-1] == f"{VIEW.outliers.count:,}" and after[-1] == f"{edit.outliers:,}"
    tab.show_layer(sample.LAYER, VIEW)
    assert canvas.ticks == ()


def test_a_low_tab_shows_one_plot_at_a_time_the_one_that_the_last_step_moves(tab):
    assert tab.histogram.isVisible() and tab.spectrum.isVisible(), "there is room for both"
    tab.resize(560, 500)
    assert tab.histogram.isVisible() and not tab.spectrum.isVisible()
    tab.set_actions((*sample.STACK, Action("lowrank.svd", {"rank": 20})), sample.METHODS)
    assert tab.spectrum.isVisible() and not tab.histogram.isVisible()
    assert tab.plots.group.checkedId() == 1
    tab.set_actions(sample.STACK, sample.METHODS)
    assert tab.histogram.isVisible() and not tab.spectrum.isVisible()


def test_what_is_chosen_above_the_plots_holds_while_there_is_room_for_it(tab):
    tab.resize(560, 680)
    first, second, both = tab.plots.buttons
    QTest.mouseClick(both, Qt.MouseButton.LeftButton)
    assert tab.histogram.isVisible() and tab.spectrum.isVisible()
    tab.resize(560, 400)
    assert not both.isEnabled() and tab.plots.group.checkedId() == 0 and not tab.spectrum.isVisible()
    tab.resize(560, 680)
    assert tab.spectrum.isVisible() and both.isChecked()
    QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    tab.resize(1000, 560)
    assert tab.spectrum.isVisible() and not tab.histogram.isVisible(), "also where both would fit"
    QTest.mouseClick(tab.pictures_button, Qt.MouseButton.LeftButton)
    assert tab.pictures.isVisible() and not tab.plots.isVisible()
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    assert tab.histogram.isVisible() and not tab.pictures.isVisible()
