"""Several layers side by side: totals, ranges of parameters, distributions; a click makes a layer the current one."""

import dataclasses

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.ui import sample
from tests.ui.conftest import WAIT, measured, settle
from workbench.core.analysis.report import LayerChange
from workbench.core.recipe.action import Action
from workbench.ui.actions.result import total
from workbench.ui.tabs.inspect.selection_view import ROW, range_words, totals_words

LEFT = Qt.MouseButton.LeftButton


def prune(sparsity: float) -> tuple[Action, ...]:
    return (Action("prune.magnitude", {"sparsity": sparsity}),)


def test_totals_count_what_was_not_changed_too():
    layers = (sample.LAYER, sample.HEAD)
    changes = {sample.LAYER.path: LayerChange(sample.LAYER.path, prune(0.5), sample.LAYER.bytes, 20_000, zeros=0.5)}
    assert totals_words(layers, changes).endswith("84.3 kB → 30.3 kB")
    assert totals_words(layers, {}).endswith("84.3 kB") and totals_words(layers, {}).startswith("2 layers")
    together = total(layers, changes)
    assert (together.bytes_before, together.bytes_after) == (84_264, 30_280) and together.exact
    assert together.zeros == pytest.approx(0.5 * sample.LAYER.count / (sample.LAYER.count + sample.HEAD.count))


def test_ranges_of_parameters_go_from_the_least_to_the_most():
    stacks = {"a": prune(0.4), "b": prune(0.6), "c": prune(0.5), "d": (prune(0.9)[0].switched(True),)}
    assert range_words(stacks, sample.METHODS) == ["Magnitude, 3 layers: Sparsity 40 % … 60 %"]
    assert range_words({"a": prune(0.4)}, sample.METHODS) == ["Magnitude, 1 layer: Sparsity 40 %"]


def test_several_layers_are_drawn_side_by_side_and_one_alone_as_before(demo_window, qtbot):
    session, inspect = demo_window.session, demo_window.workspace.inspect
    assert not inspect.layers_button.isVisible()
    layers = [layer for layer in session.model.layers if not layer.locked][:4]
    paths = [layer.path for layer in layers]
    session.select(paths)
    rows = inspect.selection.rows
    settle(session)
    assert inspect.layers_button.isVisible() and rows.isVisible()
    qtbot.waitUntil(lambda: set(rows._views) == set(paths), timeout=WAIT)
    session.set_actions(paths, prune(0.5), "prune")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    settle(session)
    before, after = sum(layer.bytes for layer in layers), sum(session.changes[path].bytes_after for path in paths)
    assert " → " in inspect.selection.totals.text() and "Sparsity 50 %" in inspect.selection.ranges.text()
    result = demo_window.workspace.actions.result
    assert result.isVisible() and result.details.text().startswith("4 layers together")
    assert (before, after) == dataclasses.astuple(total(tuple(layers), session.changes))[2:4]
    QTest.mouseClick(rows, LEFT, pos=QPoint(20, 2 * ROW + ROW // 2))
    assert session.current == paths[2] and session.selection == tuple(paths)
    QTest.mouseClick(inspect.plots.buttons[0], LEFT)
    assert inspect.histogram.isVisible()
    session.select(paths[:1])
    settle(session)
    assert not inspect.layers_button.isVisible() and inspect.histogram.isVisible()


def test_one_layer_alone_is_shown_as_before_by_its_images_too(demo_window, qtbot):
    session, inspect = demo_window.session, demo_window.workspace.inspect
    paths = [layer.path for layer in session.model.layers if not layer.locked]
    session.select(paths[:1])
    settle(session)
    QTest.mouseClick(inspect.pictures_button, LEFT)
    assert inspect.pages.currentWidget() is inspect.pictures
    for chosen in (paths[:3], paths[1:2]):
        session.select(chosen)
        settle(session)
    assert inspect.pages.currentWidget() is inspect.pictures and inspect.pictures_button.isChecked()
    QTest.mouseClick(inspect.plots.buttons[1], LEFT)
    for chosen in (paths[:3], paths[1:2]):
        session.select(chosen)
        settle(session)
    assert inspect.spectrum.isVisible() and not inspect.histogram.isVisible()


def test_the_end_of_the_layer_s_name_has_room_beside_the_buttons(demo_window, qtbot):
    session, inspect = demo_window.session, demo_window.workspace.inspect
    paths = [layer.path for layer in session.model.layers]
    session.select(paths, "blocks.5.pointwise")
    qtbot.waitUntil(lambda: inspect.layers_button.isVisible() and session.view is not None)
    settle(session)
    name = inspect.header.name
    assert name.width() >= name.fontMetrics().horizontalAdvance("….pointwise")
    session.select(paths[:1])
    settle(session)
    assert inspect.plots.buttons[-1].isVisible()
