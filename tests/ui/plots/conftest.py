"""Plots of a weight, and hands for them."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest

from tests.ui import sample
from tests.ui.conftest import settle
from workbench.ui.plots.weights.histogram import HistogramPlot
from workbench.ui.plots.weights.spectrum import SpectrumPlot
from workbench.ui.widgets import theme


@pytest.fixture(autouse=True)
def light(qapp):
    """In one scheme, and without the widgets of the test before: a change of scheme polishes all there are."""
    theme.apply(qapp, "light")
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(scope="module")
def weight():
    return sample.weights()


@pytest.fixture
def histogram(qtbot, weight):
    return shown(qtbot, HistogramPlot(), weight)


@pytest.fixture
def spectrum(qtbot, weight):
    return shown(qtbot, SpectrumPlot(), weight)


def shown(qtbot, plot, weight):
    qtbot.addWidget(plot)
    plot.resize(520, 400)
    plot.show_layer(sample.view_of(weight), sample.edit_of(weight, sample.truncated(weight, 20)))
    plot.show()
    settle()
    return plot


def point(plot, x):
    """Where this value of the x axis is, half-way up the curves."""
    return QPoint(round(plot.canvas.to_pixel(x)), round(plot.canvas.area.center().y()))


def drag(plot, start, stop, steps=8):
    mouse = plot.canvas.viewport()
    a, b = point(plot, start), point(plot, stop)
    QTest.mouseMove(mouse, a)
    QTest.mousePress(mouse, Qt.MouseButton.LeftButton, pos=a)
    for step in range(1, steps + 1):
        QTest.mouseMove(mouse, a + (b - a) * step / steps)
    QTest.mouseRelease(mouse, Qt.MouseButton.LeftButton, pos=b)
