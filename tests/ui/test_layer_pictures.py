"""Pictures that are asked for by hand, from the real engine: channels, kernels, heat maps."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import WAIT, settle
from workbench.core.ipc import messages
from workbench.core.layer_data.layer_queries import WantOutlook, WantWhitened
from workbench.core.recipe.action import Action

LEFT = Qt.MouseButton.LeftButton


def at(plot, x):
    return QPoint(round(plot.canvas.to_pixel(x)), round(plot.canvas.area.top() + 8))


def test_channels_side_by_side_and_one_alone(demo_window, qtbot):
    session, tab = demo_window.session, demo_window.workspace.inspect
    weights, channels = tab.weights, tab.weights.channels
    path = "blocks.4.conv1"
    session.select([path])
    session.set_actions([path], (Action("quantize.affine", {"bits": 4}),), "step")
    qtbot.waitUntil(lambda: session.edit is not None and session.edit.change.path == path, timeout=WAIT)

    QTest.mouseClick(tab.histogram.channels_button, LEFT)
    assert weights.currentWidget() is channels
    qtbot.waitUntil(lambda: "160 channels; widest: " in channels.readout.full, timeout=WAIT)
    QTest.mouseMove(channels.canvas.viewport(), at(channels, 44))
    assert channels.readout.full.startswith("channel 44:") and "quantisation range" in channels.readout.full
    assert len(channels.to_csv().splitlines()) == 161

    QTest.mouseClick(channels.canvas.viewport(), LEFT, pos=at(channels, 44))
    qtbot.waitUntil(lambda: weights.currentWidget() is tab.histogram, timeout=WAIT)
    assert tab.histogram.channel_button.isVisible() and tab.histogram.channel_button.text() == "channel 44"
    assert f"{session.layer(path).count // 160:,} weights in " in tab.histogram.readout.full
    assert "16 levels (widest: channel 44)" in tab.histogram.readout.full

    session.set_actions([path], (Action("quantize.affine", {"bits": 3}),), "step")
    qtbot.waitUntil(lambda: "8 levels (widest: channel 44)" in tab.histogram.readout.full, timeout=WAIT)
    QTest.mouseClick(tab.histogram.channel_button, LEFT)
    assert not tab.histogram.channel_button.isVisible()
    assert f"{session.layer(path).count:,} weights" in tab.histogram.readout.full

    session.select(["stem"])
    qtbot.waitUntil(lambda: session.view is not None and session.view.path == "stem", timeout=WAIT)
    assert weights.currentWidget() is tab.histogram


def test_channels_with_keys_alone(demo_window, qtbot):
    session, tab = demo_window.session, demo_window.workspace.inspect
    channels = tab.weights.channels
    demo_window.activateWindow()
    tab.histogram.channels_button.setFocus()
    QTest.keyClick(tab.histogram.channels_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: channels.pages.currentWidget() is channels.canvas, timeout=WAIT)
    for _ in range(3):
        QTest.keyClick(channels.canvas, Qt.Key.Key_Right)
    assert channels.canvas.handles == (3.0,) and channels.readout.full.startswith("channel 3:")
    QTest.keyClick(channels.canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tab.histogram.channel_button.text() == "channel 3", timeout=WAIT)
    assert tab.weights.currentWidget() is tab.histogram and session.layer(session.current).path == "stem"


def test_whitened_singular_values_on_demand(demo_window, qtbot):
    session, tab = demo_window.session, demo_window.workspace.inspect
    plain = tab.spectrum.to_csv()
    QTest.mouseClick(tab.spectrum.whiten_button, LEFT)
    qtbot.waitUntil(lambda: "whitened inputs" in tab.spectrum.subtitle.full, timeout=WAIT)
    assert tab.spectrum.to_csv() != plain
    QTest.mouseClick(tab.spectrum.whiten_button, LEFT)
    assert tab.spectrum.to_csv() == plain
    path = next(layer.path for layer in session.model.layers if layer.groups > 1 and not layer.locked)
    session.select([path])
    qtbot.waitUntil(lambda: session.view is not None and session.view.path == path, timeout=WAIT)
    QTest.mouseClick(tab.spectrum.whiten_button, LEFT)
    qtbot.waitUntil(lambda: "single matrix" in tab.spectrum.readout.full, timeout=WAIT)
    assert not tab.spectrum.whiten_button.isChecked()
    session.set_actions([path], (Action("prune.magnitude", {"sparsity": 0.5}),), "prune")
    qtbot.waitUntil(lambda: session.edit is not None and session.edit.change.path == path, timeout=WAIT)
    session.turns.settle()
    assert "single matrix" in tab.spectrum.readout.full, "what is drawn anew does not take the answer away"
    session.select(["stem"])
    demo_window.workspace.pictures.failed.emit(WantWhitened(), "It came before the layer was drawn.")
    session.turns.settle()
    assert tab.spectrum.readout.full == "It came before the layer was drawn."


def test_the_weights_themselves(demo_window, qtbot):
    session, tab = demo_window.session, demo_window.workspace.inspect
    maps, kernels = tab.pictures.maps, tab.pictures.kernels
    path = "blocks.4.conv1"
    session.select([path])
    session.set_actions([path], (Action("prune.channels", {"ratio": 0.2}), Action("quantize.affine", {"bits": 4})), "s")
    qtbot.waitUntil(lambda: session.edit is not None and session.edit.change.path == path, timeout=WAIT)
    QTest.keyClick(demo_window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert tab.pages.currentWidget() is tab.pictures and tab.pictures_button.isChecked()
    qtbot.waitUntil(lambda: maps.tile is not None and maps.tile.after is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: kernels.shown is not None and kernels.shown.after is not None, timeout=WAIT)
    assert maps.heat.maps[2].isVisible() and "160 × 576 weights" in maps.readout.full

    for _ in range(4):
        QTest.keyClick(maps.heat, Qt.Key.Key_Plus)
    (top, bottom), (left, right) = maps.heat.part()
    assert bottom - top <= 12 and right - left <= 38
    others = [view.box.viewRange() for view in maps.heat.maps]
    assert others[0] == others[1] == others[2], "the maps are linked"
    qtbot.waitUntil(lambda: maps.tile.rows == (top, bottom), timeout=WAIT)  # the detail was asked for
    first = maps.heat.maps[0]
    at = first.mapFromScene(first.box.mapViewToScene(QPointF(left + 2.5, top + 1.5)))
    QTest.mouseMove(first.viewport(), at)
    column = left + 2
    place = f"output {top + 1}, input {column // 9}, kernel {column % 9 // 3}, {column % 3}:"
    qtbot.waitUntil(lambda: maps.readout.full.startswith(place) and "→" in maps.readout.full, timeout=WAIT)
    QTest.keyClick(maps.heat, Qt.Key.Key_0)
    assert maps.heat.part() == ((0, 160), (0, 576))
    qtbot.waitUntil(lambda: maps.tile.rows == (0, 160), timeout=WAIT)
    lines = maps.to_csv().splitlines()
    assert lines[0].startswith("before,0,") and len(lines) == 2 * (1 + len(maps.tile.before))
    assert float(lines[1].split(",")[1]) == pytest.approx(maps.tile.before[0, 0], rel=1e-5)

    QTest.mouseClick(kernels.norm_button, LEFT)
    qtbot.waitUntil(lambda: (np.diff(kernels.shown.norms) <= 0).all(), timeout=WAIT)
    QTest.mouseMove(kernels.grid, kernels.grid.place(1).center().toPoint())
    assert kernels.readout.full.startswith("output ") and "norm" in kernels.readout.full
    QTest.mouseMove(kernels.grid, QPoint(kernels.grid.width() - 1, kernels.grid.height() - 1))
    QTest.keyClick(kernels.grid, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: kernels.readout.full.startswith(f"{kernels.grid.room + 1} to "), timeout=WAIT)

    session.select(["head"])
    qtbot.waitUntil(
        lambda: maps.tile is not None and maps.tile.shape == (10, session.layer("head").shape[1]), timeout=WAIT
    )
    assert not kernels.isVisible(), "a matrix has no kernels"
    QTest.mouseClick(tab.plots.buttons[0], LEFT)
    assert tab.pages.currentWidget() is tab.plots and tab.plots.buttons[0].isChecked()


def test_kernels_fill_the_room_there_is_without_asking_on_and_on(demo_window, qtbot):
    session, kernels = demo_window.session, demo_window.workspace.inspect.pictures.kernels
    demo_window.workspace.inspect.show_pictures(True)
    asked = []
    kernels.wanted.connect(asked.append)
    for size in ((1280, 800), (1500, 900), (1283, 811)):
        demo_window.resize(*size)
        qtbot.waitUntil(
            lambda: (
                kernels.shown is not None and len(kernels.shown.norms) == min(kernels.grid.room, kernels.shown.total)
            ),
            timeout=WAIT,
        )

    def resting() -> bool:
        settle(session)
        return not (kernels.rest.isActive() or session.link.waits_for(messages.LayerPicture))

    qtbot.waitUntil(resting, timeout=WAIT)
    assert len(asked) < 12
    asked.clear()
    session.edit_changed.emit()  # the same again
    qtbot.waitUntil(resting, timeout=WAIT)
    assert not asked and session.view is not None


def test_a_sentence_asks_once_for_its_figures_and_then_follows_the_hand(small_window, qtbot, monkeypatch):
    session, panel = small_window.session, small_window.workspace.actions
    session.select(["blocks.1.conv1"])
    qtbot.waitUntil(lambda: session.view is not None and session.view.path == "blocks.1.conv1", timeout=WAIT)
    asked = []
    panel.outlook_wanted.connect(asked.append)

    def energy(share: float) -> str:
        session.set_actions(["blocks.1.conv1"], (Action("lowrank.whitened", {"energy": share}),), "step")
        return panel.cards[0].sentence.text()

    assert "the smallest rank that keeps" in energy(0.95), "before the figures are there"
    qtbot.waitUntil(lambda: "output's energy" in panel.cards[0].sentence.text(), timeout=WAIT)
    ranks = [int(energy(share).split()[1]) for share in (0.5, 0.9, 0.99)]
    assert ranks == sorted(ranks) and len(set(ranks)) == 3, "at once"
    assert asked == [WantOutlook("lowrank.whitened")]
    session.data_changed.emit()
    assert len(asked) == 2, "other data, other figures"
