"""The plots under a real mouse: lines are dragged, hovered, saved."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui import sample
from tests.ui.conftest import settle
from tests.ui.plots.conftest import drag, point
from workbench.ui.plots.axis import number
from workbench.ui.plots.weights.spectrum import SpectrumPlot
from workbench.ui.widgets import theme


def test_both_threshold_lines_move_together(histogram):
    heard, ends = [], []
    histogram.dragged.connect(heard.append)
    histogram.drag_finished.connect(lambda: ends.append(True))
    histogram.set_handle(0.03)
    drag(histogram, 0.03, 0.08)
    assert len(heard) == 8 and heard == sorted(heard)
    assert heard[-1] == pytest.approx(0.08, abs=0.002)
    assert ends == [True]
    low, high = histogram.canvas.handles
    assert low == -high == -heard[-1]


def test_left_line_is_mirrored(histogram):
    heard = []
    histogram.dragged.connect(heard.append)
    histogram.set_handle(0.1)
    drag(histogram, -0.1, -0.05)
    assert heard[-1] == pytest.approx(0.05, abs=0.002)


def test_threshold_stays_between_zero_and_the_largest_weight(histogram, weight):
    heard = []
    histogram.dragged.connect(heard.append)
    histogram.set_handle(0.05)
    drag(histogram, 0.05, -0.2)
    assert heard[-1] == 0
    histogram.set_handle(0.05)
    drag(histogram, 0.05, 0.9)
    assert heard[-1] == pytest.approx(np.abs(weight).max())


def test_a_press_beside_the_line_drags_nothing(histogram):
    heard = []
    histogram.dragged.connect(heard.append)
    histogram.set_handle(0.03)
    drag(histogram, 0.15, 0.2)
    assert heard == []
    histogram.set_handle(None)
    drag(histogram, 0.03, 0.2)
    assert heard == []


def test_an_echo_does_not_tear_the_line_from_the_hand(histogram):
    histogram.set_handle(0.03)
    mouse = histogram.canvas.viewport()
    QTest.mousePress(mouse, Qt.MouseButton.LeftButton, pos=point(histogram, 0.03))
    QTest.mouseMove(mouse, point(histogram, 0.09))
    held = histogram.canvas.handles
    histogram.set_handle(0.05)
    assert histogram.canvas.handles == held
    QTest.mouseRelease(mouse, Qt.MouseButton.LeftButton, pos=point(histogram, 0.09))
    histogram.set_handle(0.05)
    assert histogram.canvas.handles == (-0.05, 0.05)


def wheel(plot, x, notches):
    """Turn the wheel over this value."""
    where = QPointF(point(plot, x))
    mouse = plot.canvas.viewport()
    event = QWheelEvent(
        where,
        mouse.mapToGlobal(where),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(mouse, event)


@pytest.mark.parametrize("name, about", [("histogram", -0.05), ("spectrum", 12.0)])
def test_the_wheel_zooms_about_the_mouse_the_drag_pans_and_a_double_click_shows_all(request, weight, name, about):
    plot = request.getfixturevalue(name)
    canvas = plot.canvas
    whole, pixel = canvas.span, canvas.to_pixel(about)
    wheel(plot, about, 6)
    low, high = canvas.span
    assert high - low == pytest.approx((whole[1] - whole[0]) / 1.25**6, rel=1e-6)
    assert canvas.to_pixel(about) == pytest.approx(pixel, abs=1)
    plot.show_layer(sample.view_of(weight), sample.edit_of(weight, sample.truncated(weight, 12)))
    assert canvas.span == (low, high), "what is measured meanwhile does not move it"
    drag(plot, low + 0.4 * (high - low), low + 0.6 * (high - low))
    assert canvas.span[0] == pytest.approx(low - 0.2 * (high - low), rel=0.05)
    QTest.keyClicks(canvas, "+-")
    assert canvas.span[1] - canvas.span[0] == pytest.approx(high - low)
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=point(plot, sum(canvas.span) / 2))
    assert canvas.span == canvas.home == whole
    wheel(plot, about, -3)
    assert canvas.span == whole, "there is no more to show"
    wheel(plot, about, 3)
    other = dataclasses.replace(sample.view_of(weight), path="another")
    plot.show_layer(other, None)
    assert canvas.span == canvas.home, "another layer is shown whole"


def test_lines_are_dragged_in_a_part_and_counts_grow_with_it(histogram, weight):
    heard = []
    histogram.dragged.connect(heard.append)
    histogram.set_handle(0.01)
    before = histogram.canvas.box.viewRange()[1][1]
    wheel(histogram, 0.12, 8)
    assert histogram.canvas.box.viewRange()[1][1] < before
    histogram.set_handle(sum(histogram.canvas.span) / 2)
    low, high = histogram.canvas.span
    drag(histogram, (low + high) / 2, low + 0.75 * (high - low))
    assert heard[-1] == pytest.approx(low + 0.75 * (high - low), rel=0.02)


def test_no_line_of_the_mouse_stays_where_a_drag_began(histogram):
    histogram.set_handle(0.03)
    QTest.mouseMove(histogram.canvas.viewport(), point(histogram, 0.03))
    heard = []
    histogram.canvas.hovered.connect(heard.append)
    drag(histogram, 0.03, 0.08)
    assert heard[0] is None and histogram.canvas.hover is None


def test_rank_line_snaps_to_whole_ranks(spectrum):
    heard, ends = [], []
    spectrum.dragged.connect(heard.append)
    spectrum.drag_finished.connect(lambda: ends.append(True))
    spectrum.set_handle(20)
    drag(spectrum, 20, 33, steps=40)
    assert heard == list(range(21, 34))  # every rank once, none between
    assert all(type(rank) is int for rank in heard)
    assert ends == [True]
    drag(spectrum, 33, -10)
    assert heard[-1] == 1
    drag(spectrum, 1, 200)
    assert heard[-1] == 64


def test_markers_say_what_stands_out_of_noise(spectrum, weight):
    noise = sample.view_of(weight).spectrum.noise
    texts = {round(marker.x): marker.text for marker in spectrum.canvas.markers}
    assert "EVBMF" in texts[noise.vbmf] and "noise edge" in texts[noise.rank]
    assert f"EVBMF rank {noise.vbmf}" in spectrum.readout.full
    spectrum.set_handle(noise.vbmf)
    assert "EVBMF" in spectrum.canvas.handle("rank").label


def test_the_rank_line_goes_to_the_nearest_marker_with_shift(spectrum):
    heard = []
    spectrum.dragged.connect(heard.append)
    spectrum.set_handle(20)
    ranks = sorted(round(marker.x) for marker in spectrum.canvas.markers)
    target = ranks[-1]
    mouse, start, stop = spectrum.canvas.viewport(), point(spectrum, 20), point(spectrum, target + 1)
    QTest.mousePress(mouse, Qt.MouseButton.LeftButton, pos=start)
    QApplication.sendEvent(
        mouse,
        QMouseEvent(
            QEvent.Type.MouseMove,
            stop,
            mouse.mapToGlobal(stop),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.ShiftModifier,
        ),
    )
    QTest.mouseRelease(mouse, Qt.MouseButton.LeftButton, pos=stop)
    assert set(heard) <= set(ranks) and heard[-1] == target


def test_dense_ranks_snap_to_a_marker_that_is_near(qtbot):
    layer = dataclasses.replace(sample.LAYER, op="Gemm", shape=(600, 700))
    weight = np.random.default_rng(1).normal(size=(600, 700)).astype(np.float32)
    plot = SpectrumPlot()
    qtbot.addWidget(plot)
    plot.resize(420, 400)
    plot.show_layer(sample.view_of(weight, layer), None)
    plot.show()
    settle()
    even = sample.view_of(weight, layer).spectrum.break_even
    heard = []
    plot.dragged.connect(heard.append)
    plot.set_handle(100)
    drag(plot, 100, even + 3)
    assert heard[-1] == even
    plot.set_handle(100)
    drag(plot, 100, even + 60)
    assert abs(heard[-1] - even - 60) <= 2


def test_arrow_keys_move_the_line(spectrum, histogram):
    heard = []
    spectrum.dragged.connect(heard.append)
    spectrum.set_handle(20)
    QTest.keyClick(spectrum.canvas, Qt.Key.Key_Right)
    QTest.keyClick(spectrum.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert heard == [21, 11]
    thresholds = []
    histogram.dragged.connect(thresholds.append)
    histogram.set_handle(0.03)
    QTest.keyClick(histogram.canvas, Qt.Key.Key_Right)
    assert 0.03 < thresholds[0] < 0.035


def test_hover_reads_off_the_bin(histogram, weight):
    QTest.mouseMove(histogram.canvas.viewport(), point(histogram, 0.05))
    view = sample.view_of(weight)
    at = np.searchsorted(view.histogram.edges, histogram.canvas.to_value(point(histogram, 0.05).x())) - 1
    assert f"{view.histogram.counts[at]:,.0f} weights → " in histogram.readout.full
    QTest.mouseMove(histogram.canvas.viewport(), QPoint(2, 2))
    assert "18,432 weights" in histogram.readout.full


def test_hover_reads_off_the_singular_value(spectrum, weight):
    view = sample.view_of(weight)
    QTest.mouseMove(spectrum.canvas.viewport(), point(spectrum, 12))
    assert f"index 12:  {number(view.spectrum.values[11])} →" in spectrum.readout.full
    assert f"{view.spectrum.energy[11]:.1%}".replace("%", " %") in spectrum.readout.full
    QTest.mouseMove(spectrum.canvas.viewport(), point(spectrum, 40))
    assert "→ 0 " in spectrum.readout.full  # beyond the rank that was kept


def test_table_is_of_before_and_after(histogram, weight):
    histogram.show_layer(sample.view_of(weight), sample.edit_of(weight, sample.pruned(weight, 0.5)))
    before, after = histogram.table.texts()
    assert before[-2] == "0.0 %" and after[-2] == "50.0 %"
    assert before[2] == number(float(weight.min()), fixed=True)
    histogram.show_layer(sample.view_of(weight), None)
    assert len(histogram.table.texts()) == 1


def test_zeros_do_not_flatten_the_rest(histogram, weight):
    edit = sample.edit_of(weight, sample.pruned(weight, 0.9))
    histogram.show_layer(sample.view_of(weight), edit)
    top = histogram.canvas.box.viewRange()[1][1]
    assert top < 0.2 * edit.histogram.counts.max()
    assert histogram.canvas.note.text == f"↑ {edit.histogram.counts.max():,.0f} zeros"
    histogram.set_handle(0.1)
    assert histogram.canvas.note.right == 0.1  # beside the line, not across it
    histogram.log_button.setChecked(True)
    assert histogram.canvas.note is None


def test_far_outliers_do_not_take_the_room(histogram, weight):
    far = weight.copy()
    far.flat[0] = 5.0
    histogram.show_layer(sample.view_of(far), None)
    edge = histogram.canvas.box.viewRange()[0][1]
    assert edge < 0.5
    assert ", 1 outside the plot" in histogram.readout.full
    far = float(histogram.drawn.magnitudes[-1])
    histogram.set_range(far, offered=True)
    assert "outside the plot" not in histogram.readout.full, "a range of the method is in sight"
    histogram.set_range(None)
    assert ", 1 outside the plot" in histogram.readout.full
    heard = []
    histogram.dragged.connect(heard.append)
    histogram.set_handle(0.1)
    drag(histogram, 0.1, 1.0)
    assert heard[-1] == edge  # stops at the edge that is seen
    assert histogram.canvas.box.viewRange()[0][1] > 5  # and from there all can be reached
    histogram.set_handle(heard[-1])
    assert abs(histogram.canvas.handles[1] - heard[-1]) < 1e-12


def test_nothing_to_draw_is_reported(histogram, spectrum, weight):
    histogram.show_layer(None, None)
    assert histogram.pages.currentWidget() is histogram.empty and histogram.table.isHidden()
    view = sample.view_of(weight)
    spectrum.show_layer(type(view)(view.path, view.moments, view.histogram, None, view.magnitudes), None)
    assert "not a matrix" in spectrum.empty.text()
    assert spectrum.subtitle.full == ""


def test_a_layer_of_zeros_is_drawn(histogram, spectrum):
    zero = np.zeros(sample.LAYER.shape, np.float32)
    for plot in (histogram, spectrum):
        plot.show_layer(sample.view_of(zero), sample.edit_of(zero, zero))
        plot.set_handle(1)
        assert not plot.grab().isNull()


def test_plots_follow_the_theme(histogram):
    def corner():
        return histogram.canvas.grab().toImage().pixelColor(3, 3)

    assert corner() == theme.colors().surface
    theme.apply(QApplication.instance(), "dark")
    assert corner() == theme.colors().surface
    assert theme.colors().dark


def test_a_readout_without_room_says_it_in_fewer_words_and_whole_in_its_tooltip(histogram):
    long = "230,400 weights in 161 bins, 1 outside the plot · 16 levels (widest: channel 44) · 355 clipped" * 2
    histogram.readout.show_text(long, "16 levels · 355 clipped", "355")
    assert histogram.readout.text() == "16 levels · 355 clipped" and histogram.readout.full == long
    assert "161 bins" in histogram.readout.toolTip() and histogram.readout.accessibleName() == long
    histogram.readout.show_text("355 clipped", "355")
    assert histogram.readout.text() == "355 clipped" and not histogram.readout.toolTip()
