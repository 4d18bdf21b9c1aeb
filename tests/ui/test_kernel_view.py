"""A kernel is opened large with its values, by the mouse and by keys."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui import sample
from tests.ui.conftest import settle
from tests.ui.plots.conftest import light
from workbench.core.base.job import Job
from workbench.engine.layer_figures import images
from workbench.engine.layer_figures.images import Pair
from workbench.ui.plots.axis import number
from workbench.ui.plots.weights.kernels import KernelGrid

__all__ = ["light"]  # a fixture

LEFT, KEY = Qt.MouseButton.LeftButton, Qt.Key
WEIGHT = sample.weights()
AFTER = sample.pruned(WEIGHT)


@pytest.fixture
def kernels(light, qtbot):
    grid = KernelGrid()
    qtbot.addWidget(grid)
    pair = Pair(sample.LAYER, WEIGHT, AFTER, None, None, np.ones(len(WEIGHT), bool))
    grid.wanted.connect(lambda wanted: grid.show_picture(wanted, images.kernels(pair, wanted, Job())))
    grid.resize(500, 300)
    grid.show()
    settle()
    grid.ask()
    return grid


def test_a_click_opens_a_kernel_with_its_values_before_and_after(kernels):
    QTest.mouseClick(kernels.grid, LEFT, pos=kernels.grid.place(5).center().toPoint())
    view = kernels.closer
    assert view.isVisible() and view.title.text().startswith("output 0, input 5:")
    settle()
    view.move(kernels.width() + 100, 0)  # offscreen, the window below would have the mouse
    settle()
    before, after = view.grids
    np.testing.assert_array_equal(before.values, WEIGHT[0, 5].astype(float))
    np.testing.assert_array_equal(after.values, AFTER[0, 5].astype(float))
    QTest.mouseMove(after, after.place(2, 1).center().toPoint())
    assert view.readout.text().startswith("row 2, column 1: ")
    assert f"{float(AFTER[0, 5, 2, 1]):.6g}".replace("-", "−") in view.readout.text()
    assert number(float(WEIGHT[0, 5, 0, 0])) in before.accessibleName()
    drawn = before.grab().toImage()
    assert drawn.pixelColor(3, 3) != drawn.pixelColor(before.cell + 3, before.cell + 3), "coloured by value"


def test_a_kernel_that_is_drawn_again_keeps_the_cell_that_is_read(kernels):
    QTest.mouseClick(kernels.grid, LEFT, pos=kernels.grid.place(5).center().toPoint())
    view = kernels.closer
    grids = list(view.grids)
    grids[0].pointed.emit(read := grids[0].read_at(grids[0].place(1, 1).center()))
    kernels.ask()  # as after a resize
    assert view.grids == grids and view.readout.text() == read
    QTest.keyClick(view, KEY.Key_Right)
    assert view.grids != grids and view.readout.text() != read


def test_keys_open_a_kernel_go_on_and_close(kernels):
    kernels.grid.setFocus()
    QTest.keyClick(kernels.grid, KEY.Key_Right)
    QTest.keyClick(kernels.grid, KEY.Key_Return)
    view = kernels.closer
    assert view.title.text().startswith("output 0, input 0:")
    QTest.keyClick(view, KEY.Key_Right)
    assert view.title.text().startswith("output 0, input 1:")
    QTest.keyClick(view, KEY.Key_Left)
    QTest.keyClick(view, KEY.Key_Left)
    assert view.title.text().startswith("output 0, input 0:"), "the first is the first"
    QTest.keyClick(view, KEY.Key_Escape)
    assert not view.isVisible()


def test_a_kernel_whose_channel_was_removed_is_opened_with_dashes(light, qtbot):
    grid = KernelGrid()
    qtbot.addWidget(grid)
    there = np.arange(len(WEIGHT)) > 0
    pair = Pair(sample.LAYER, WEIGHT, np.where(there[:, None, None, None], WEIGHT, np.nan), None, None, there)
    grid.wanted.connect(lambda wanted: grid.show_picture(wanted, images.kernels(pair, wanted, Job())))
    grid.resize(500, 300)
    grid.show()
    settle()
    grid.ask()
    QTest.mouseClick(grid.grid, LEFT, pos=grid.grid.place(0).center().toPoint())
    assert grid.closer.isVisible() and set(grid.closer.grids[1].accessibleName()) <= set("– \n")
    grid.closer.grab()
    grid.closer.close()
