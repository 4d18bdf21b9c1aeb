"""What the scoreboard claims, state by state, from the values a session can hold."""

import dataclasses
import html
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWhatsThis, QWidget

from tests.figures import TOP1
from tests.ui.conftest import settle
from workbench.core.analysis.profile import Load, Spread
from workbench.core.analysis.report import Figure, LayerChange, Report, Totals, Verified
from workbench.core.analysis.sensitivity import LikelyDrop
from workbench.core.layer_data.layer import Layer, ModelSummary
from workbench.core.layer_data.views import DataSummary, Prediction, Preview, Timing
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.ui.commands.snapshot_commands import SnapshotCommands
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.panels.scoreboard import Scoreboard
from workbench.ui.session.session import Session
from workbench.ui.session.timings import Timings
from workbench.ui.text import i18n
from workbench.ui.widgets import theme

LAYER = Layer("stem", "Conv", (8, 8, 3, 3), "float32", 0, 576, 5760, 2304, "f")
MODEL = ModelSummary("m.onnx", "onnx", 576, 1_000_000, 5760, 17, (LAYER,), (), ())
BASELINE = Figure(0.924, "measured", 2000)
DATA = DataSummary("d.npz", 2000, TOP1, True, "", BASELINE)
ACTIONS = (Action("prune.magnitude", {"sparsity": 0.5}),)
RECIPE = Recipe().with_actions(["stem"], ACTIONS)


def change(exact: bool) -> LayerChange:
    return LayerChange("stem", ACTIONS, 2304, 1000, exact=exact)


def preview(exact: bool = True, **more) -> Preview:
    return Preview((change(exact),), Figure(250_000, "forecast"), 300, 3000, **more)


ESTIMATED = preview(
    value=Figure(0.917, "estimated", 400, 0.89, 0.94),
    baseline=Figure(0.93, "estimated", 400),
    change=Figure(-0.013, "estimated", 400, -0.03, 0.004),
)
MEASURED = preview(
    value=Figure(0.917, "measured", 2000),
    baseline=BASELINE,
    change=Figure(-0.007, "measured", 2000, -0.009, -0.005),
    complete=True,
)


def test_why_a_file_did_not_shrink_is_reported(session, board):
    grew = LayerChange("stem", ACTIONS, 2304, 2400, larger="So few zeros take less as they are.")
    session.recipe = RECIPE
    session.preview, session.preview_is_current = Preview((grew,), Figure(1_000_100, "forecast"), 576, 5760), True
    session.preview_changed.emit()
    session.turns.settle()
    assert board.why_button.isVisible()
    QTest.mouseClick(board.why_button, Qt.MouseButton.LeftButton)
    names = [
        window.objectName() or type(window).__name__
        for window in QGuiApplication.topLevelWindows()
        if window.isVisible()
    ]
    assert any("QWhatsThat" in name for name in names), names
    QWhatsThis.hideText()
    assert "Why it did not shrink:\nstem: So few zeros" in board.size_tile.toolTip()
    session.preview = preview()
    session.preview_changed.emit()
    session.turns.settle()
    assert not board.why_button.isVisible()


@pytest.fixture
def session(qapp):
    """No engine: its state is set by hand, as an engine's answers would set it."""
    session = Session(EngineLink())
    session.model, session.data = MODEL, DATA
    return session


@pytest.fixture
def board(session, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    board = Scoreboard(session, SnapshotCommands(session, window))
    qtbot.addWidget(board)
    board.resize(1600, 80)  # room for all tiles
    board.show()
    return board


def show(session, board, recipe: Recipe, shown: Preview | None, current: bool = True) -> None:
    session.recipe, session.preview, session.preview_is_current = recipe, shown, current
    board.refresh()


def sure(tile) -> bool:
    return not tile.value.font().italic()


def test_without_a_recipe_there_is_only_the_original(session, board):
    show(session, board, Recipe(), None)
    assert board.size_tile.value.text() == "1.00 MB" and board.size_tile.note.text() == "original"
    assert board.metric_tile.value.text() == "92.4 %" and sure(board.metric_tile)
    assert board.metric_tile.note.text() == "● measured, 2,000"


def test_an_unusual_metric_is_named_at_its_figure(session, board):
    note = "The measured output is 'prob'."
    session.data = dataclasses.replace(DATA, notes=(note,))
    for recipe, shown in ((Recipe(), None), (RECIPE, ESTIMATED)):
        show(session, board, recipe, shown)
        assert note in html.unescape(board.metric_tile.toolTip())


def test_a_forecast_is_marked_and_looks_unsure_until_every_layer_was_computed(session, board):
    show(session, board, RECIPE, preview(exact=False))
    assert board.size_tile.value.text() == "1.00 MB → 250 kB"
    assert board.size_tile.note.text() == "4.0x smaller (25 % kept), ○ forecast"
    assert not sure(board.size_tile)
    assert board.metric_tile.value.text() == "92.4 % → …"
    show(session, board, RECIPE, preview(exact=True))
    assert sure(board.size_tile) and "○" in board.size_tile.note.text()


def test_an_estimate_has_an_interval_and_is_unsure_while_it_holds_zero(session, board):
    show(session, board, RECIPE, ESTIMATED)
    assert board.metric_tile.value.text() == "93.0 → 91.7 % ± 2.5"
    assert board.metric_tile.note.text() == "◐ estimated, 400 of 2,000"
    assert board.change_tile.value.text() == "−1.3 ± 1.7 points"
    assert not sure(board.change_tile) and board.change_tile.note.text() == "not significant"


def test_a_measured_difference_is_reported_plainly(session, board):
    show(session, board, RECIPE, MEASURED)
    assert board.metric_tile.value.text() == "92.4 → 91.7 %" and sure(board.metric_tile)
    assert board.change_tile.value.text() == "−0.7 ± 0.2 points" and sure(board.change_tile)
    assert board.macs_tile.value.text() == "5.76 k → 3.00 k"


def test_figures_of_an_older_recipe_look_unsure(session, board):
    show(session, board, RECIPE, MEASURED, current=False)
    assert not any(sure(tile) for tile in (board.size_tile, board.metric_tile, board.change_tile, board.macs_tile))


def test_a_recipe_whose_measurement_was_cancelled_has_no_figure_of_the_one_before(session, board):
    session.recipe = RECIPE
    session.link.cancelling.emit(session.refresher.measures.job)
    show(session, board, RECIPE, MEASURED, current=False)
    assert board.metric_tile.note.text() == "not measured (F5)" and board.metric_tile.value.text() == "92.4 % → …"


def test_after_the_export_the_file_is_what_counts_until_the_next_edit(session, board):
    show(session, board, RECIPE, MEASURED)
    before = Totals(Figure(1e6, "verified"), 576, 5760, BASELINE, Figure(1.8, "measured"))
    after = Totals(Figure(250_100, "verified"), 300, 3000, Figure(0.917, "verified", 2000), Figure(1.2, "measured"))
    session.take_report(
        RECIPE, Report(TOP1, "", before, after, 250_000, 0.917, Verified(0.917, 1.0, 0.0, 2000), (change(True),), {})
    )
    session.turns.settle()
    assert board.size_tile.note.text().endswith("✓ verified")
    assert board.metric_tile.note.text() == "✓ verified, 2,000"
    assert board.latency_tile.isVisible() and board.latency_tile.value.text() == "1.80 → 1.20 ms"
    stage = replace(RECIPE, recover=(Stage("finetune"),))
    show(session, board, stage, replace(MEASURED, trained=False))
    assert board.size_tile.note.text().endswith("✓ verified"), "nothing was trained yet"
    assert board.metric_tile.note.text() == "before training, ✓ verified, 2,000"
    show(session, board, stage, replace(MEASURED, trained=True))
    assert "○" in board.size_tile.note.text()
    show(session, board, RECIPE.with_actions(["stem"], (Action("prune.magnitude", {"sparsity": 0.6}),)), MEASURED)
    assert "○" in board.size_tile.note.text() and board.latency_tile.value.text() == "–"
    show(session, board, RECIPE, MEASURED)
    assert board.size_tile.note.text().endswith("✓ verified"), "undone: it is the exported recipe again"


def test_without_data_nothing_is_claimed_about_accuracy(session, board):
    session.data = None
    show(session, board, RECIPE, preview())
    assert not board.metric_tile.isVisible() and not board.change_tile.isVisible()


def test_what_is_predicted_says_how_well_it_was_checked_and_looks_like_a_forecast(session, board):
    show(session, board, RECIPE, preview())
    assert not board.predicted_tile.isVisible()
    likely = LikelyDrop(0.012, 0.006, False, 32)
    show(session, board, RECIPE, preview(predicted=Prediction(0.0123, "loss", 0.91, 32, likely)))
    tile = board.predicted_tile
    assert tile.isVisible() and tile.value.text() == "−1.2 ± 0.6 points" and not sure(tile)
    assert tile.note.text() == "reliability 0.91" and "over 32 measured candidates" in tile.toolTip()
    assert "from 32 candidates that were run" in tile.toolTip() and "original model 0.012." in tile.toolTip()
    beyond = replace(likely, drop=0.3, beyond=True)
    show(session, board, RECIPE, preview(predicted=Prediction(2.3, "loss", 0.91, 32, beyond)))
    assert tile.value.text() == "> 30.0 points" and tile.note.text() == "worse than measured"
    effects = {4e-6: "hardly any effect", 4e-3: "small effect", 0.04: "clear effect", 0.4: "large effect"}
    for rise, words in effects.items():
        show(session, board, RECIPE, preview(predicted=Prediction(rise, "loss")))
        assert tile.value.text() == words and tile.note.text() == "reliability unknown"
    show(session, board, RECIPE, preview(predicted=Prediction(0.04, "output error")))
    assert tile.value.text() == "small effect" and "relative error of the layer outputs 0.04." in tile.toolTip()
    show(session, board, Recipe(), preview(predicted=Prediction(0.2, "loss")))
    assert not tile.isVisible(), "nothing is edited"


FULL = replace(
    MEASURED,
    predicted=Prediction(0.0123, "loss", 0.91, 12),
    parameters=537,
    trained=False,
    changes=(LayerChange("stem", ACTIONS, 2304, 2400, larger="So few zeros take less."),),
    size=Figure(1_000_100, "forecast"),
)


@pytest.fixture(params=["en", "zh_CN"])
def spoken(request, qapp):
    i18n.apply(qapp, request.param)
    theme.apply(qapp, "light")
    yield request.param
    i18n.apply(qapp, "en")


@pytest.mark.parametrize("state", [replace(MEASURED, trained=None), replace(FULL, trained=None), FULL])
def test_at_1280_the_button_says_what_it_does_and_nothing_is_cut(session, qtbot, state, spoken):
    outer = QWidget()
    qtbot.addWidget(outer)
    column = QVBoxLayout(outer)
    column.setContentsMargins(0, 0, 0, 0)
    board = Scoreboard(session, SnapshotCommands(session, outer), outer)
    column.addWidget(board)
    show(session, board, RECIPE, state)
    outer.resize(1280, 80)
    outer.show()
    settle()
    assert board.width() == 1280 and board.minimumSizeHint().width() <= 1280
    button = board.measure_button
    assert button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon or state.trained is False
    assert button.text() == ("Measure" if spoken == "en" else "测量")
    shown = [label for label in board.findChildren(QLabel) if label.isVisible()]
    assert len(shown) >= 12 and not [label.text() for label in shown if label.width() < label.sizeHint().width()]
    assert button.width() >= button.sizeHint().width() and button.geometry().right() < board.snapshot_button.x()
    outer.resize(board.minimumSizeHint().width(), 80)
    settle()
    assert button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly and board.parameters_tile.isHidden()
    assert not [label.text() for label in shown if label.isVisible() and label.width() < label.sizeHint().width()]


def test_figures_that_come_and_go_move_no_button(session, qtbot, spoken):
    outer = QWidget()
    qtbot.addWidget(outer)
    column = QVBoxLayout(outer)
    column.setContentsMargins(0, 0, 0, 0)
    board = Scoreboard(session, SnapshotCommands(session, outer), outer)
    column.addWidget(board)
    outer.resize(1440, 80)
    outer.show()
    places = set()
    for recipe, shown in ((Recipe(), None), (RECIPE, preview()), (RECIPE, ESTIMATED), (RECIPE, MEASURED)):
        show(session, board, recipe, shown)
        settle()
        places.add(tuple(each.x() for each in (board.measure_button, board.snapshot_button, board.export_button)))
    assert len(places) == 1


LOADED = Load(Spread(0.2, 0.19, 0.21), Spread(52e6, 51e6, 53e6))
TIMED = Timing(1.85, 1.24, 400, 283_000, 2_100_000, 243_000, False, LOADED, LOADED)
LONGEST = replace(FULL, predicted=Prediction(0.4, "loss", None, 32, LikelyDrop(0.123, 0.106, False, 32)))
COMING = [
    (Recipe(), None, None),
    (RECIPE, None, None),
    (RECIPE, preview(exact=False), None),
    (RECIPE, replace(ESTIMATED, parameters=537), None),
    (RECIPE, replace(FULL, value=ESTIMATED.value, change=ESTIMATED.change), None),
    (RECIPE, MEASURED, None),
    (RECIPE, FULL, TIMED),
    (RECIPE, replace(LONGEST, value=ESTIMATED.value, change=ESTIMATED.change), TIMED),
]


@pytest.mark.slow
def test_while_figures_come_no_tile_and_no_button_is_ever_cut(session, qtbot, spoken, monkeypatch):
    """Measured at once, as the window may be painted before the event loop lays it out, for each state after each."""
    outer = QWidget()
    qtbot.addWidget(outer)
    column = QVBoxLayout(outer)
    column.setContentsMargins(0, 0, 0, 0)
    board = Scoreboard(session, SnapshotCommands(session, outer), outer)
    column.addWidget(board)
    outer.resize(1280, 80)
    outer.show()
    timings = {}
    monkeypatch.setattr(Timings, "current", property(lambda _: timings.get("now")))
    buttons = board.measure_button, board.snapshot_button, board.export_button
    for first in COMING:
        for then in COMING:
            for recipe, shown, timings["now"] in (first, then):
                show(session, board, recipe, shown)
                narrow = [each.text() for each in buttons if each.width() < each.sizeHint().width()]
                labels = [label for label in board.findChildren(QLabel) if label.isVisible()]
                narrow += [label.text() for label in labels if label.width() < label.sizeHint().width()]
                assert not narrow, (first, then)
                assert buttons[-1].geometry().right() < board.width() == 1280
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
