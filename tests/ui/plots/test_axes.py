"""Ticks, numbers and labels of the axes of plots."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui import sample
from workbench.ui.plots.axis import log_ticks, number
from workbench.ui.plots.labels import spread
from workbench.ui.widgets import theme


def test_linear_singular_values(spectrum, weight):
    largest = sample.view_of(weight).spectrum.values[0]
    assert spectrum.canvas.box.viewRange()[1][1] == pytest.approx(np.log10(largest), abs=0.2)
    QTest.mouseClick(spectrum.log_button, Qt.MouseButton.LeftButton)
    low, high = spectrum.canvas.box.viewRange()[1]
    assert low == 0 and largest < high < 1.2 * largest and not spectrum.canvas.y_axis.log


def test_log_counts(histogram):
    linear = histogram.canvas.box.viewRange()[1]
    QTest.mouseClick(histogram.log_button, Qt.MouseButton.LeftButton)
    assert histogram.canvas.box.viewRange()[1][1] < 5 < linear[1]
    assert histogram.canvas.y_axis.tickStrings([0, 1, 3], 1, 1) == ["1", "10", "1,000"]


def test_markers_have_room_in_a_narrow_plot(spectrum):
    from PySide6.QtGui import QFontMetricsF

    for width in (280, 340, 520):
        spectrum.resize(width, 300)
        QApplication.processEvents()
        canvas = spectrum.canvas
        widths = [QFontMetricsF(theme.font(-1)).horizontalAdvance(marker.text) for marker in canvas.markers]
        labels = canvas._label_places([canvas.to_pixel(marker.x) for marker in canvas.markers], widths)
        assert len(labels) >= 5 and all(label.width() >= wide for label, wide in zip(labels, widths, strict=True))
        assert all(label.left() >= 2 and label.right() <= canvas.width() - 1 for label in labels)
        assert all(label.top() >= 0 and label.bottom() <= canvas.area.top() for label in labels)
        assert not any(one.intersects(other) for one, other in itertools.combinations(labels, 2))


def test_markers_of_one_rank_share_a_label(spectrum):
    flat = np.zeros(sample.LAYER.shape, np.float32)
    flat[0] = 1
    spectrum.show_layer(sample.view_of(flat), None)
    texts = [marker.text for marker in spectrum.canvas.markers]
    assert texts == ["90 % · 95 % · 99 % · EVBMF · noise edge", "break-even"]


@pytest.mark.parametrize(
    ("low", "high", "size", "expected"),
    [
        (-3, 1, 300, ["0.001", "0.01", "0.1", "1", "10"]),
        (-0.4, 0.4, 300, ["0.5", "1", "2"]),
        (-0.5, -0.1, 300, ["0.4", "0.5", "0.6", "0.7"]),
        (0.1, 0.15, 300, ["1.26", "1.28", "1.3", "1.32", "1.34", "1.36", "1.38", "1.4"]),
        (0, 0, 300, ["1"]),
        (-12, 0, 100, ["1e−12", "1e−7", "0.01"]),
    ],
)
def test_ticks_of_a_logarithmic_axis(low, high, size, expected):
    assert [number(10**tick) for tick in log_ticks(low, high, size)] == expected


@pytest.mark.parametrize(
    ("value", "text", "fixed"),
    [
        (0, "0", "0"),
        (0.5, "0.5", "0.500"),
        (-0.0312, "−0.0312", "−0.0312"),
        (0.0005, "0.0005", "5.0e−4"),
        (-2e-7, "−2e−7", "−2.0e−7"),
        (12_345.6, "12,346", "12,346"),
        (999, "999", "999"),
        (1, "1", "1.00"),
    ],
)
def test_numbers_as_people_read_them(value, text, fixed):
    assert number(value) == text
    assert number(value, fixed=True) == fixed


def test_spread_keeps_labels_apart_and_inside():
    assert spread([10, 12, 14], [20, 20, 20], 0, 100, 5) == [0, 25, 50]
    assert spread([95, 99], [20, 20], 0, 100, 5) == [55, 80]
    assert spread([50], [20], 0, 100, 5) == [40]
    assert spread([], [], 0, 100, 5) == []


def test_a_low_axis_has_few_ticks_that_do_not_touch(histogram):
    axis = histogram.canvas.y_axis
    low = axis.tickValues(0.86, 0.94, 36.0)
    assert sum(len(values) for _, values in low) <= 3
    assert sum(len(values) for _, values in axis.tickValues(0.86, 0.94, 300.0)) >= 4
