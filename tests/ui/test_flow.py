"""The main job with the mouse: open the demo, choose a layer, prune it, drag the threshold, undo, export, compare."""

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from tests.ui.conftest import WAIT, measured
from tests.ui.test_window import LEFT, click_layer, dialog
from workbench.core.ipc.messages import Forecast
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import load_recipe
from workbench.core.recipe.storing import Storing
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.plans.step_effects import StepEffects
from workbench.ui.session.session import Session
from workbench.ui.text import format


def add_step(window, qtbot, method: str) -> None:
    """Press `Add a step`, search in its menu, and choose with the mouse."""
    panel = window.workspace.actions

    def choose() -> None:
        qtbot.keyClicks(panel.menu, method)
        entry = next(action for action in panel.menu.actions() if action.data() == method and action.isVisible())
        qtbot.mouseClick(panel.menu, LEFT, pos=panel.menu.actionGeometry(entry).center())

    qtbot.waitUntil(panel.add.isEnabled, timeout=WAIT)
    panel.menu.aboutToShow.connect(
        lambda: QTimer.singleShot(0, choose),  # it holds the event loop until it closes
        Qt.ConnectionType.SingleShotConnection,
    )
    qtbot.mouseClick(panel.add, LEFT)
    qtbot.waitUntil(lambda: any(card.action.method == method for card in panel.cards))
    window.activateWindow()  # as a window manager does when a menu closes; offscreen there is none
    qtbot.waitUntil(window.isActiveWindow)


def drag(qtbot, canvas, start: float, end: float, steps: int = 12) -> None:
    """Take the line at `start` and move it to `end`, in values of the x axis, as a hand does: in many small moves."""
    y = round(canvas.area.center().y())
    first, last = canvas.to_pixel(start), canvas.to_pixel(end)
    qtbot.mousePress(canvas.viewport(), LEFT, pos=QPoint(round(first), y))
    for step in range(1, steps + 1):
        x = first + (last - first) * step / steps
        qtbot.mouseMove(canvas.viewport(), QPoint(round(x), y))
        QApplication.processEvents()
    qtbot.mouseRelease(canvas.viewport(), LEFT, pos=QPoint(round(last), y))


def test_from_the_demo_to_a_verified_file(demo_window, qtbot, tmp_path):
    session, space = demo_window.session, demo_window.workspace
    largest = max((layer for layer in session.model.layers if not layer.locked), key=lambda layer: layer.bytes)

    click_layer(demo_window, qtbot, largest.path)
    qtbot.waitUntil(lambda: session.view is not None and session.view.path == largest.path, timeout=WAIT)
    add_step(demo_window, qtbot, "prune.magnitude")
    qtbot.waitUntil(lambda: measured(session) and session.edit is not None, timeout=WAIT)
    at_first = session.preview

    canvas = space.inspect.histogram.canvas
    line = canvas.handles[-1]
    strongest = float(session.view.magnitudes[-1])
    shown = []
    session.edit_changed.connect(lambda: shown.append(session.edit))
    drag(qtbot, canvas, line, line + 0.12 * (strongest - line))
    dragged = session.recipe.actions_for(largest.path)[0].params["sparsity"]
    assert dragged > 0.55, "the line and the parameter are the same thing"
    assert session.undo_stack.count() == 2, "a drag is one step"
    assert session.undo_stack.undoText() == "Magnitude: sparsity", "as the form calls it"
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert shown, "the plot followed the hand"
    assert session.preview.size.value < at_first.size.value
    assert session.preview.value.how == "measured" and session.preview.value.samples == session.data.samples
    board = space.scoreboard
    assert format.value_text(session.preview.value.value, session.data.metric) in board.metric_tile.value.text()
    assert "measured" in board.metric_tile.note.text() and "forecast" in board.size_tile.note.text()

    qtbot.keyClick(demo_window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.preview is at_first, "undo shows what was measured, at once"
    qtbot.keyClick(demo_window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert session.recipe.actions_for(largest.path)[0].params["sparsity"] == dragged
    add_step(demo_window, qtbot, "quantize.affine")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)

    report = export(demo_window, qtbot, tmp_path)
    on_disk = (tmp_path / "small.onnx").stat().st_size
    assert report.after.bytes.value == on_disk
    assert abs(session.preview.size.value - on_disk) <= 0.005 * on_disk
    assert abs(report.verified.value - session.preview.value.value) <= 0.002
    assert load_recipe(tmp_path / "small.yaml") == session.recipe
    assert (tmp_path / "small.html").exists()


def export(window, qtbot, folder):
    """Ctrl+E, fill in the form, press Export, read the result page."""
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    form = dialog(window, qtbot, "export")
    form.folder.clear()
    qtbot.keyClicks(form.folder, str(folder))
    form.name.clear()
    qtbot.keyClicks(form.name, "small")
    assert "small.onnx" in form.summary.text() and "Forecast" in form.summary.text()
    metric = window.session.metric
    assert format.value_text(window.session.preview.value.value, metric) in form.summary.text()
    with qtbot.waitSignal(window.session.exported, timeout=WAIT) as exported:
        qtbot.mouseClick(form.start, LEFT)
    assert form.pages.currentWidget() is form.outcome
    assert "smaller" in form.outcome.title.text() and "small.onnx" in form.outcome.words.text()
    assert "points" in form.outcome.title.text(), "what it cost stands beside what it saves"
    cells = [each for each in form.outcome.table.findChildren(QLabel) if each.isVisible()]
    assert cells and all(each.height() >= each.fontMetrics().height() for each in cells), "no letter is cut"
    assert not window.session.modified, "the recipe is written beside the model"
    assert form.focusWidget() is form.outcome.close_button, "Return closes, and opens no folder"
    qtbot.keyClick(form.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.findChild(QDialog, "export") is None)
    assert window.workspace.scoreboard.latency_tile.isVisible()
    return exported.args[0]


def test_an_export_that_cannot_be_written_offers_a_way_back(demo_window, qtbot, tmp_path):
    (tmp_path / "file").write_text("in the way")
    qtbot.keyClick(demo_window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    form = dialog(demo_window, qtbot, "export")
    form.name.setText("a/b")
    assert not form.start.isEnabled()
    form.name.setText("small")
    form.folder.setText(str(tmp_path / "file" / "below"))
    with qtbot.waitSignal(demo_window.session.export_failed, timeout=WAIT):
        qtbot.mouseClick(form.start, LEFT)
    assert form.outcome.title.text() == "Not exported" and form.outcome.words.text()
    qtbot.mouseClick(form.outcome.back, LEFT)
    assert form.pages.currentWidget() is form.form
    form.reject()


def test_effects_of_steps_are_there_when_the_menu_opens(demo_window, qtbot):
    """Of the selected layer, while the hand rests; and the menu does not grow under it."""
    window = demo_window
    window.session.select(("blocks.2.conv1",))
    panel = window.workspace.actions
    with qtbot.waitSignal(window.session.rested):
        pass
    qtbot.waitUntil(lambda: panel.menu.recommended and not any("…" in words for words in effects(panel.menu)))
    before, seen = effects(panel.menu), []

    def look() -> None:
        seen.append(effects(panel.menu))
        width = panel.menu.width()
        panel.menu.show_effect(next(iter(panel.menu.recommended)), "−110 kB, −10.4 ± 0.3 points")
        seen.append(panel.menu.sizeHint().width() <= width)
        panel.menu.close()

    panel.menu.aboutToShow.connect(lambda: QTimer.singleShot(0, look), Qt.ConnectionType.SingleShotConnection)
    qtbot.mouseClick(panel.add, LEFT)
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == [before, True] and all("kB" in words for words in before)


def test_effects_that_were_asked_for_before_the_data_changed_are_dropped(qapp):
    """Of two questions about the same layer both: the first one's figures would pass for those of the new data."""
    session = Session(EngineLink())  # its process is never started: nothing is answered
    effects, steps = StepEffects(session), [Action("quantize.affine", {"bits": bits}) for bits in (4, 8)]
    effects.ask(("conv",), (), tuple(steps[:1]))
    effects.ask(("conv",), (), tuple(steps))
    assert session.link.waits_for(Forecast)
    session.data_changed.emit()
    assert not session.link.waits_for(Forecast)


def effects(menu):
    return [entry.text().split("\t")[1] for entry in menu.recommended.values()]


def test_the_rank_line_drags_the_rank(demo_window, qtbot):
    session, space = demo_window.session, demo_window.workspace
    layer = next(x for x in session.model.layers if x.op == "Conv" and x.groups == 1 and min(x.matrix) >= 32)
    click_layer(demo_window, qtbot, layer.path)
    qtbot.waitUntil(lambda: session.view is not None and session.view.path == layer.path, timeout=WAIT)
    add_step(demo_window, qtbot, "lowrank.svd")
    canvas = space.inspect.spectrum.canvas
    qtbot.waitUntil(lambda: bool(canvas.handles))
    before = session.recipe.actions_for(layer.path)
    drag(qtbot, canvas, canvas.handles[-1], 8.0)
    after = session.recipe.actions_for(layer.path)
    assert after != before and session.undo_stack.count() == 2
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    assert session.changes[layer.path].parameters < layer.parameters


def test_the_clipping_line_makes_the_range_the_users(demo_window, qtbot):
    """Offered where the method found it; dragged, it is a parameter, and the engine clips there."""
    session, space = demo_window.session, demo_window.workspace
    layer = next(x for x in session.model.layers if x.op == "Conv" and x.groups == 1 and min(x.matrix) >= 32)
    click_layer(demo_window, qtbot, layer.path)
    add_step(demo_window, qtbot, "quantize.affine")
    canvas = space.inspect.histogram.canvas
    qtbot.waitUntil(lambda: session.edit is not None and canvas.handle("range") is not None, timeout=WAIT)
    assert canvas.handle("range").offered
    drag(qtbot, canvas, canvas.handles[-1], 0.6)
    params = session.recipe.actions_for(layer.path)[0].params
    assert params["range"] == "clip" and 0.001 <= params["clip"] < 1 and not canvas.handle("range").offered
    assert session.undo_stack.count() == 2
    qtbot.waitUntil(lambda: measured(session) and session.edit.levels.clipped > 0, timeout=WAIT)
    largest = float(session.view.magnitudes[-1])
    assert session.edit.levels.values[-1] <= params["clip"] * largest * 1.001
    form = space.actions.cards[0].form
    assert form.editor("clip").isVisible() and form.values()["clip"] == params["clip"]


def test_how_weights_are_stored_is_part_of_the_recipe(demo_window, qtbot):
    session = demo_window.session
    steps = session.undo_stack.count()
    qtbot.keyClick(demo_window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    form = dialog(demo_window, qtbot, "export")
    storage = form.storage
    assert storage.choice.currentData() == "auto" and storage.batch.value() == 1
    storage.choice.setCurrentIndex(storage.choice.findData("fastest"))
    storage.batch.setValue(8)
    storage.batch.editingFinished.emit()
    assert (session.recipe.storing.storage, session.recipe.storing.batch) == ("fastest", 8)
    assert session.undo_stack.count() == steps + 2
    storage.codes.setCurrentIndex(storage.codes.findData("on"))
    storage.sides.click()
    storage.names.click()
    assert session.recipe.storing == Storing(storage="fastest", batch=8, codes="on", sides="float16", names="short")
    form.reject()
    qtbot.waitUntil(lambda: demo_window.findChild(QDialog, "export") is None)
    for _ in range(5):
        session.undo_stack.undo()
    assert session.recipe.storing == Storing()
